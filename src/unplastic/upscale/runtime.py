"""OpenVINO, loaded late, and without its telemetry.

The package ``openvino`` reports to its maker as soon as it is imported, without asking, and leaves an identifier in the
home folder. What people work on here is nobody's business: the reporting package is hidden while OpenVINO is imported,
which OpenVINO allows for by falling back to a stand-in that does nothing.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from unplastic.errors import RecipeError

REPORTING = "openvino_telemetry"


def has_openvino() -> bool:
    """True if OpenVINO is installed; does not import it."""
    return find_spec("openvino") is not None


@cache
def openvino() -> Any:
    """The module ``openvino``; raises `RecipeError` that names the extra where it is not installed."""
    if not has_openvino():
        raise RecipeError(
            "the neural upscaler needs OpenVINO, which is not installed",
            "pip install 'unplastic[neural]', or use --upscaler lanczos",
        )
    was_there = REPORTING in sys.modules
    if not was_there:
        sys.modules[REPORTING] = None  # type: ignore[assignment]  # how Python spells "there is no such module"
    try:
        return import_module("openvino")
    finally:
        if not was_there:
            del sys.modules[REPORTING]
