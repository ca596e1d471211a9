"""One self-contained HTML page: what the clip was, what was done, what it is now, and what nobody could measure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

import unplastic
from unplastic.finished import Finished
from unplastic.reading import Report
from unplastic.report.view import finished_view, pair_view, single_view

GENERATED = (
    "Provenance: AI-generated material, finished by unplastic. Finishing changes how a shot looks, not where it comes "
    "from: say so wherever the shot is shown."
)
MEASURED = "These readings say how a clip looks. They do not prove who or what made it."


def finished_page(finished: Finished) -> str:
    """The page of one finished clip."""
    view = finished_view(finished)
    return _page(f"{view['name']}, finished", [view], provenance=GENERATED)


def measured_page(reports: Sequence[Report], scene: dict[str, Any] | None = None) -> str:
    """The page of one or many measured clips, the most plastic first and those without a score last.

    ``scene`` is the view of the light of the scene that they are shots of (`unplastic.report.scene_view`).
    """
    ranked = sorted(reports, key=lambda r: -(r.plasticity.score if r.plasticity.score is not None else -1.0))
    views = [single_view(report) for report in ranked]
    title = views[0]["name"] if len(views) == 1 else f"{len(views)} clips measured"
    return _page(title, views, provenance=MEASURED, scene=scene)


def compared_page(a: Report, b: Report) -> str:
    """The page of two clips side by side: ``a`` in the colour of before, ``b`` in that of after."""
    view = pair_view(a, b, columns=("A", "B")) | {"name": "Two clips compared", "pair": (a.file, b.file)}
    return _page("Two clips compared", [view], provenance=MEASURED)


def _page(title: str, clips: list[dict[str, Any]], *, provenance: str, scene: dict[str, Any] | None = None) -> str:
    version = unplastic.__version__
    return _template().render(title=title, clips=clips, provenance=provenance, version=version, scene=scene)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("unplastic.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")
