"""Opening other houses' colour files with OpenColorIO, which is loaded only when one is used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from unplastic.errors import RecipeError


def read_color_file(path: str, kind: str, hint: str, read: Callable[[Any, str], Any]) -> Any:
    """What ``read(PyOpenColorIO, absolute path)`` returns.

    Raises `RecipeError` naming the ``kind`` of file when it is missing or broken; ``hint`` says what would be right.
    """
    if not Path(path).is_file():
        raise RecipeError(f"{kind} {path} is not there", "check the path in the look")
    ocio: Any = import_module("PyOpenColorIO")
    try:
        return read(ocio, str(Path(path).resolve()))
    except ocio.Exception as trouble:
        reason = " ".join(str(trouble).split())
        raise RecipeError(f"{kind} {path} cannot be read: {reason[:160]}", hint) from trouble
