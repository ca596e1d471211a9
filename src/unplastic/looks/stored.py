"""A recipe out of the report of an earlier finish: run it again as it was, or solve it anew for another take.

A look survives when a shot is generated again: the report's JSON holds every value with its reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unplastic.errors import RecipeError
from unplastic.looks.recipe import Dose, Recipe
from unplastic.registry import member

HINT = "give the _report.json that `unplastic finish` wrote"
PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Stored:
    """An earlier recipe: all of it, and what it was made from.

    ``pins`` are the values that nobody may change when it is solved anew, ``plate`` is the file name of the plate that
    it was matched to, ``file`` the clip that it was made for.
    """

    recipe: Recipe
    pins: dict[str, dict[str, Any]]
    upscale: str
    upscaler: str
    plate: str | None
    file: str = ""


def read_recipe(path: str | Path) -> Stored:
    """The recipe of the (first) clip of a report. Raises `RecipeError` for a file that holds none."""
    path = Path(path)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise RecipeError(f"{path}: {trouble.strerror or trouble}", HINT) from trouble
    except ValueError as trouble:
        raise RecipeError(f"{path} is not JSON", HINT) from trouble
    try:
        made = document["clips"][0]
        return replace(_stored(made["recipe"]), file=str(made.get("file", "")))
    except (KeyError, IndexError, TypeError, ValueError) as trouble:
        raise RecipeError(f"{path} holds no recipe ({type(trouble).__name__}: {trouble})", HINT) from trouble


def _stored(recipe: dict[str, Any]) -> Stored:
    steps = recipe["treatments"]
    doses = tuple(Dose(_treatment(step["name"], step["values"]), dict(step["reasons"])) for step in steps)
    pins = {
        step["name"]: kept
        for step in steps
        if (kept := {name: _tuples(step["values"][name]) for name, why in step["reasons"].items() if why == PINNED})
    }
    larger = recipe.get("upscale", {})
    return Stored(
        Recipe(
            look=str(recipe["look"]),
            strength=float(recipe["strength"]),
            seed=int(recipe["seed"]),
            doses=tuple(sorted(doses, key=lambda dose: dose.treatment.order)),
            left_out={each["name"]: each["reason"] for each in recipe.get("left_out", [])},
        ),
        pins,
        str(larger.get("size", "off")) if larger.get("active") else "off",
        str(larger.get("upscaler", "lanczos")),
        Path(str(recipe["plate"]["file"])).name if recipe.get("plate") else None,
    )


def _treatment(name: str, values: dict[str, Any]) -> Any:
    return member("treat", name)(**{key: _tuples(value) for key, value in values.items()})


def _tuples(value: Any) -> Any:
    """JSON knows only lists where a treatment wants tuples."""
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
