"""OpenTimelineIO, where it is installed, and its spans of time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from unplastic.errors import CutError


def otio() -> Any:
    """The library; raises `CutError` where it is not installed."""
    try:
        return import_module("opentimelineio")
    except ImportError as missing:
        raise CutError("timelines need OpenTimelineIO", "pip install 'unplastic[edit]'") from missing


def timespan(start: int, count: int, rate: float) -> Any:
    """So many frames from number ``start`` on."""
    opentime = otio().opentime
    return opentime.TimeRange(opentime.RationalTime(start, rate), opentime.RationalTime(count, rate))
