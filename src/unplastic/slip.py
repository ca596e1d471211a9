"""A slip of the pen in a TOML file, in one line: file, line and column, what is wrong, and the nearest known key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from unplastic.tomlplaces import Location, place_of

Parts = Mapping[str, type[BaseModel]]
"""The models of a file's tables, by the tables' names; "" is the file itself."""


def at(where: str, text: str, location: Location, said: str) -> str:
    """``film.toml:12:3: said``, as compilers write it."""
    line, column = place_of(text, location)
    return f"{where}:{line}:{column}: {said}"


def of_syntax(where: str, trouble: tomllib.TOMLDecodeError) -> str:
    """What the parser stumbled over."""
    said = str(trouble)
    place = re.search(r" \(at line (\d+), column (\d+)\)", said)
    if place:
        return f"{where}:{place[1]}:{place[2]} is not TOML: {said.replace(place[0], '')}"
    return f"{where} is not TOML: {said}"


def of_values(
    where: str, text: str, wrong: ValidationError, parts: Parts, former: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """(what is wrong, the nearest known key or ""). An unknown key explains a missing one, so it comes first.

    ``former`` maps what keys were called once, or are called elsewhere, to what they are called here.
    """
    errors = wrong.errors()
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    way = ".".join(f"{each + 1}" if isinstance(each, int) else str(each) for each in first["loc"])
    if first["type"] != "extra_forbidden":
        return at(where, text, first["loc"], f"{way}: {first['msg'][:1].lower()}{first['msg'][1:]}"), ""
    key, known = str(first["loc"][-1]), _known(first["loc"][:-1], parts)
    renamed = (former or {}).get(key.lower().replace("-", "_"), "")
    near = [renamed] if renamed in known else get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    return at(where, text, first["loc"], f"{way} is not known"), hint


def _known(location: Location, parts: Parts) -> list[str]:
    names = [each for each in location if each in parts]
    return [name for name, field in parts[str(names[-1]) if names else ""].model_fields.items() if not field.exclude]
