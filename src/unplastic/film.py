"""``film.toml``: read whole, checked whole, and changed without losing a comment.

title = "The lamp"
budget_usd = 40
look = "fine-35mm"

[[characters]]
name = "Mara"
anchor = "Mara, 54, a welder with a grey streak and freckles"

[[scenes]]
name = "kitchen"
light = "warm yellow from the lamp only, camera left, 3 stops"

[[scenes.shots]]
name = "sh010"
prompt = "Close on Mara at the table. She turns a cup."
seconds = 5
characters = ["Mara"]
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from unplastic.errors import FilmError
from unplastic.shot import VERSION, Character, Film, Scene, Shot, look_file
from unplastic.slip import Parts, at, of_syntax, of_values
from unplastic.tomlplaces import Location

FILE = "film.toml"
PARTS: Parts = {"": Film, "characters": Character, "scenes": Scene, "shots": Shot}
FORMER: Mapping[str, str] = {
    "budget": "budget_usd", "budget_per_day": "budget_usd_per_day", "length": "seconds", "duration": "seconds",
    "light_sheet": "light", "texture": "surface", "resolution": "size", "aspect_ratio": "aspect",
    "negative_prompt": "negative", "count": "takes", "reference": "references", "shot": "shots", "scene": "scenes",
    "character": "characters",
}  # fmt: skip
"""What keys were called in drafts of this file, or are called elsewhere, and are called here."""


def read(path: Path) -> Film:
    """The film in the file ``path``, or in ``film.toml`` of the folder ``path``; its paths are made absolute.

    Raises `FilmError` for a file that is missing or no TOML, for an unknown key (with the nearest known one), a value
    of the wrong kind, two things of one name, a character that nobody is, and a picture that is not there.
    """
    file = path / FILE if path.is_dir() else path
    text = _text(file)
    table = _table(file, text)
    try:
        film = Film(**{key: value for key, value in table.items() if key != "folder"}, folder=file.resolve().parent)
    except ValidationError as wrong:
        raise _wrong(file, text, wrong) from None
    _check_names(file, text, film)
    return _with_paths(file, text, film)


def write_character(path: Path, name: str, portrait: str, registered: Mapping[str, str]) -> None:
    """Put a picked portrait into the film's file, beside the comments that are there; the file is replaced whole.

    ``portrait`` is relative to the film's folder. Raises `FilmError` for a file without that character.
    """
    import tomlkit

    file = path / FILE if path.is_dir() else path
    document: Any = tomlkit.parse(file.read_text(encoding="utf-8"))
    for row in document.get("characters", []):
        if row.get("name") == name:
            row["portrait"] = portrait
            if registered:
                inside = tomlkit.inline_table()
                inside.update(registered)
                row["registered"] = inside
            else:
                row.pop("registered", None)
            break
    else:
        raise FilmError(f"{file}: nobody is called {name!r}", "its [[characters]] name who there is")
    aside = file.with_suffix(f".{os.getpid()}.part")
    aside.write_text(tomlkit.dumps(document), encoding="utf-8")
    aside.replace(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as trouble:
        what = f"{file}: {trouble.strerror or trouble}"
        raise FilmError(what, f"name a folder with a {FILE}, or the file; docs/film.md shows one") from None
    except UnicodeDecodeError as trouble:
        raise FilmError(f"{file} is not TOML: {trouble}", "save it as UTF-8; docs/film.md shows a film") from None


def _table(file: Path, text: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise FilmError(of_syntax(str(file), trouble), "mend that line; docs/film.md shows a film") from None
    version = table.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise FilmError(
            f"{file} is written in version {version} of the film file, and this unplastic knows {VERSION}",
            "install a newer unplastic",
        )
    return table


def _error(file: Path, text: str, location: Location, said: str, hint: str) -> FilmError:
    return FilmError(at(str(file), text, location, said), hint)


def _wrong(file: Path, text: str, wrong: ValidationError) -> FilmError:
    said, hint = of_values(str(file), text, wrong, PARTS, FORMER)
    return FilmError(said, hint or "mend that value; docs/film.md lists every key")


def _check_names(file: Path, text: str, film: Film) -> None:
    known = [each.name for each in film.characters]
    shots = list(_located(film))
    for what, rows in (
        ("characters", [(("characters", number), name) for number, name in enumerate(known)]),
        ("scenes", [(("scenes", number), each.name) for number, each in enumerate(film.scenes)]),
        ("shots", [(location, shot.name) for location, shot in shots]),
    ):
        seen: set[str] = set()
        for location, name in rows:
            if name.casefold() in seen:  # takes lie in folders of these names; not every disk tells capitals apart
                said = f"two {what} are called {name!r}"
                raise _error(file, text, (*location, "name"), said, "give each a name of its own")
            seen.add(name.casefold())
    for location, shot in shots:
        for name in shot.characters:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else "add them to [[characters]]"
                said = f"shot {shot.name} has the character {name!r}, and nobody is"
                raise _error(file, text, (*location, "characters"), said, hint)


def _located(film: Film) -> Iterator[tuple[Location, Shot]]:
    for number, scene in enumerate(film.scenes):
        for place, shot in enumerate(scene.shots):
            yield ("scenes", number, "shots", place), shot


def _with_paths(file: Path, text: str, film: Film) -> Film:
    def found(path: Path | None, *location: str | int) -> Path | None:
        if path is None:
            return None
        whole = film.folder / path
        if not whole.is_file():
            said = f"there is no picture {path}"
            raise _error(file, text, location, said, "paths are relative to the film's folder")
        return whole

    characters = tuple(
        each.model_copy(update={"portrait": found(each.portrait, "characters", number, "portrait")})
        for number, each in enumerate(film.characters)
    )
    shots = {
        location: shot.model_copy(
            update={
                "references": tuple(found(each, *location, "references") for each in shot.references),
                "first_frame": found(shot.first_frame, *location, "first_frame"),
                "last_frame": found(shot.last_frame, *location, "last_frame"),
            }
        )
        for location, shot in _located(film)
    }
    scenes = tuple(
        scene.model_copy(
            update={"shots": tuple(shots["scenes", number, "shots", each] for each in range(len(scene.shots)))}
        )
        for number, scene in enumerate(film.scenes)
    )
    own, words = look_file(film.look)
    if own and not (film.folder / own).is_file():
        raise _error(file, text, ("look",), f"there is no look {own}", "paths are relative to the film's folder")
    look = f"{film.folder / own}{words}" if own else film.look
    return film.model_copy(update={"characters": characters, "scenes": scenes, "look": look})
