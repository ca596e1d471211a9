"""A look: a named intention and the treatments that serve it, as one TOML file with source and date.

    name = "fine-35mm"
    intent = "one sentence a director would say"
    source = "where the values come from"
    date = 2026-11-23

    [grain]                      # a treatment by name; its keys are the fields of its dataclass
    sigma_codes8 = 2.2
    pin = ["sigma_codes8"]       # values that measurement must not change

Looks are found in the package, in ``looks/`` beside the work, and in the user's configuration folder; the file name
without ``.toml`` is the look's name. An unknown key is an error, so a slip of the pen never passes in silence.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from unplastic.errors import RecipeError, UnknownName
from unplastic.parameter import parameters
from unplastic.registry import member, members
from unplastic.shot import look_file

FACTS = ("name", "intent", "source", "date")


@dataclass(frozen=True, slots=True)
class Step:
    """One treatment of a look: the values it names, and those of them that are pinned."""

    treatment: str
    values: dict[str, Any]
    pinned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look file says."""

    name: str
    intent: str
    source: str
    date: date
    steps: tuple[Step, ...]


def look(name: str) -> Look:
    """The look of that name, or the one in that ``.toml`` file; ``"16mm+slightly-warmer"`` is it with a difference.

    Raises `UnknownName` with the nearest known names, `RecipeError` for a file that does not hold a look, `WordsError`
    for a difference that is not understood.

    >>> look("16mm").intent
    '16 mm blown up: coarse, warm in the blacks, tender in the highlights.'
    >>> [step.values["sigma_codes8"] for step in look("16mm+less-grain").steps if step.treatment == "grain"]
    [2.32]
    """
    files = look_files()
    if name in files:
        return _read(files[name])
    file, said = look_file(name)
    base, *words = said.split("+")
    if words:
        from unplastic.looks.adjust import adjusted  # it reads looks itself

        return adjusted(look(file or base.strip()), words)
    if file:
        return _read(Path(file))
    near = get_close_matches(name, files, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known looks: {', '.join(files)}"
    raise UnknownName(f"no look is called {name!r}", hint)


def look_files() -> dict[str, Path]:
    """Every look file by name; a folder nearer to the work wins over the package."""
    found: dict[str, Path] = {}
    for folder in _folders():
        if folder.is_dir():
            found.update({path.stem: path for path in folder.glob("*.toml")})
    return dict(sorted(found.items()))


def _folders() -> list[Path]:
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [
        Path(str(resources.files("unplastic"))) / "data" / "looks",
        configuration / "unplastic" / "looks",
        Path("looks"),
    ]


def _read(path: Path) -> Look:
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise RecipeError(f"{path}: {trouble.strerror or trouble}", "check the path of the look file") from trouble
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise RecipeError(f"{path} is not TOML: {trouble}", "mend that line; docs/looks.md shows a look") from trouble
    lacking = [fact for fact in FACTS if fact not in text]
    if lacking:
        raise RecipeError(f"{path} lacks {', '.join(lacking)}", "a look states its name, intent, source and date")
    steps = tuple(_step(path, key, value) for key, value in text.items() if key not in FACTS)
    order = {name: kind.order for name, kind in members("treat").items()}  # type: ignore[attr-defined]
    return Look(
        name=str(text["name"]),
        intent=str(text["intent"]),
        source=str(text["source"]),
        date=text["date"],
        steps=tuple(sorted(steps, key=lambda step: order[step.treatment])),
    )


def _step(path: Path, treatment: str, table: Any) -> Step:
    if not isinstance(table, dict):
        raise RecipeError(f"{path}: {treatment!r} is neither a fact of the look nor a treatment", _known_treatments())
    kind = member("treat", treatment)
    pinned = table.pop("pin", [])
    known = [p.name for p in parameters(kind)] or [f.name for f in fields(kind)]
    for key in [*table, *pinned]:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"{treatment} knows: {', '.join(known)}"
            raise RecipeError(f"{path}: {treatment} has no parameter {key!r}", hint)
    kind(**table)  # ranges are checked where the parameters are declared
    return Step(treatment, table, frozenset(pinned))


def _known_treatments() -> str:
    return f"treatments: {', '.join(members('treat'))}"
