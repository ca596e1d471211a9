"""What the page's section on a scene is given: faces with an arrow, balls, and the table of shots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from unplastic.report.ball import ball
from unplastic.report.crops import png_uri
from unplastic.report.words import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACE_PX = 288
"""Side of a face on the page."""

ROWS = ("direction", "key_fill", "hardness", "white", "fill", "black", "use", "saturation")
CLOCKS = {"face": "on the face", "eyes": "catchlights", "shadows": "cast shadow", "sources": "windows and lamps"}
WORDS = {"generate": "only a new generation", "shape": "can be shaped", "grade": "the grade mends it"}


def scene_view(document: dict[str, Any], faces: Sequence[NDArray[np.uint8] | None]) -> dict[str, Any]:
    """``document`` is that of `unplastic.scenelight.SceneLight`, ``faces`` its crops."""
    shots = document["shots"]
    return {
        "prompt": document["prompt"],
        "sheet": [(name, _plain(value)) for name, value in document["sheet"].items()],
        "shots": [_shot(shot, face) for shot, face in zip(shots, faces, strict=True)],
        "rows": [row for name in ROWS if (row := _row(name, shots))] + _clocks(shots),
        "outliers": [
            {"text": text, "fix": _short(fix, document["prompt"]), "is_warning": "finish the shots" not in fix}
            for shot in shots
            for text, fix in zip(shot["said"], shot["fixes"], strict=True)
        ],
    }


def _short(fix: str, prompt: str) -> str:
    """The page shows the prompt once."""
    return fix.replace(f'with "{prompt}"', "with the prompt below") if prompt else fix


def _shot(shot: dict[str, Any], face: NDArray[np.uint8] | None) -> dict[str, Any]:
    azimuth, elevation = shot["azimuth_deg"] or 0.0, shot["elevation_deg"] or 0.0
    read = {each["name"]: each for each in shot["aspects"]}
    stops, mired = read["key_fill"]["value"], read["white"]["value"]
    has_light = bool(shot["lit_from"])
    why = read["direction"]["why_not"] or read["key_fill"]["why_not"]
    shown = stops if stops is not None else 3.0
    return {
        "number": shot["shot"],
        "file": shot["file"],
        "face": png_uri(_square(face)) if face is not None else None,
        "ball": png_uri(ball(azimuth, elevation, shown, mired)) if has_light else None,
        "arrow": _arrow(azimuth, elevation) if has_light else None,
        "words": f"from {shot['lit_from']}" if shot["lit_from"] else "no direction",
        "why": "" if has_light else why or "",
        "stops": "" if stops is None else f"{stops:.1f} stops",
        "distance": "" if shot["distance"] is None else f"{shot['distance']:.1f} tolerances off",
        "is_outlier": any("finish the shots" not in fix for fix in shot["fixes"]),
    }


def _square(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crop at the page's size, on a square: it is smaller where the face reaches past the picture."""
    height, width = face.shape[:2]
    scale = FACE_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(Image.fromarray(face).resize(size, Image.Resampling.LANCZOS))
    square = np.full((FACE_PX, FACE_PX, 3), 30, np.uint8)
    top, left = (FACE_PX - size[1]) // 2, (FACE_PX - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def _arrow(azimuth_deg: float, elevation_deg: float) -> dict[str, float]:
    """From the lamp's side to the middle of the face, in a square of 100; short for a lamp near the camera."""
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    x, y = float(np.cos(elevation) * np.sin(azimuth)), float(-np.sin(elevation))
    return {"x1": 50 + 47 * x, "y1": 46 + 47 * y, "x2": 50 + 25 * x, "y2": 46 + 25 * y, "aside": float(np.hypot(x, y))}


def _row(name: str, shots: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    cells = [next(each for each in shot["aspects"] if each["name"] == name) for shot in shots]
    if all(cell["value"] is None for cell in cells):
        return None
    meant = next((cell["meant"] for cell in cells if cell["meant"] is not None), None)
    unit = UNITS.get(cells[0]["unit"], f" {cells[0]['unit']}")
    return {
        "label": LABELS[name],
        "meant": "" if meant is None else f"{number(meant)}{unit}",
        "cells": [_cell(cell, unit) for cell in cells],
    }


def _cell(cell: dict[str, Any], unit: str) -> dict[str, Any]:
    if cell["value"] is None:
        return {"text": "not measurable", "note": cell["why_not"] or "", "is_out": False, "is_quiet": True}
    off = cell["tolerances"]
    interval = "" if cell["low"] is None else f"{number(cell['low'])} to {number(cell['high'])}"
    note = f"{abs(off):.1f} tolerances off: {WORDS[cell['remedy']]}" if cell["remedy"] else interval
    return {"text": f"{number(cell['value'])}{unit}", "note": note, "is_out": bool(cell["remedy"]), "is_quiet": False}


def _clocks(shots: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where light comes from by four witnesses, in hours."""
    rows = []
    for name, label in CLOCKS.items():
        hours = [shot["clocks"].get(name) for shot in shots]
        if any(hour is not None for hour in hours):
            cells = [
                {
                    "text": "" if h is None else f"{(round(h) - 1) % 12 + 1} o'clock",
                    "note": "",
                    "is_out": False,
                    "is_quiet": False,
                }
                for h in hours
            ]
            rows.append({"label": f"o'clock, {label}", "meant": "", "cells": cells})
    return rows


def _plain(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


UNITS = {"deg": "°", "": "", "1": ""}
LABELS = {
    "direction": "light from (0 camera, + right)",
    "key_fill": "key to fill",
    "hardness": "shadow edge (4 hard, 6 soft)",
    "white": "white on lit skin (154 neutral)",
    "fill": "fill warmer than key by",
    "black": "black level",
    "use": "dynamic use",
    "saturation": "saturation of the face",
}
