"""Tables, JSON and one self-contained page. Names are loaded on first use: a verb pays only for what it prints."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unplastic.report.crops import png_uri, sheet
    from unplastic.report.document import compared, finished, measured
    from unplastic.report.notebook import finished_html, report_html
    from unplastic.report.page import compared_page, finished_page, measured_page
    from unplastic.report.sceneview import scene_view
    from unplastic.report.table import compared_table, finished_table, measured_table

_HOMES = {
    "compared": "document",
    "compared_page": "page",
    "compared_table": "table",
    "finished": "document",
    "finished_html": "notebook",
    "finished_page": "page",
    "finished_table": "table",
    "measured": "document",
    "measured_page": "page",
    "measured_table": "table",
    "png_uri": "crops",
    "report_html": "notebook",
    "scene_view": "sceneview",
    "sheet": "crops",
}

__all__ = [
    "compared",
    "compared_page",
    "compared_table",
    "finished",
    "finished_html",
    "finished_page",
    "finished_table",
    "measured",
    "measured_page",
    "measured_table",
    "png_uri",
    "report_html",
    "scene_view",
    "sheet",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"unplastic.report.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
