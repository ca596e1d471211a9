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
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from unplastic.errors import FilmError
from unplastic.shot import Character, Film, Scene, Shot

FILE = "film.toml"
PARTS: Mapping[str, type[BaseModel]] = {"characters": Character, "scenes": Scene, "shots": Shot}


def read(path: Path) -> Film:
    """The film in the file ``path``, or in ``film.toml`` of the folder ``path``; its paths are made absolute.

    Raises `FilmError` for a file that is missing or no TOML, for an unknown key (with the nearest known one), a value
    of the wrong kind, two things of one name, a character that nobody is, and a picture that is not there.
    """
    file = path / FILE if path.is_dir() else path
    table = _table(file)
    try:
        film = Film(**{key: value for key, value in table.items() if key != "folder"}, folder=file.resolve().parent)
    except ValidationError as wrong:
        raise _wrong(file, wrong) from None
    _check_names(file, film)
    return _with_paths(file, film)


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


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as trouble:
        what = f"{file}: {trouble.strerror or trouble}"
        raise FilmError(what, f"name a folder with a {FILE}, or the file; docs/film.md shows one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise FilmError(f"{file} is not TOML: {trouble}", "mend that line; docs/film.md shows a film") from None


def _wrong(file: Path, wrong: ValidationError) -> FilmError:
    first = wrong.errors()[0]
    where = ".".join(f"{each + 1}" if isinstance(each, int) else str(each) for each in first["loc"])
    if first["type"] == "extra_forbidden":
        known = list(_part(first["loc"]).model_fields)
        near = get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(each for each in known if each != 'folder')}"
        return FilmError(f"{file}: {where} is not known", hint)
    said = first["msg"][:1].lower() + first["msg"][1:]
    return FilmError(f"{file}: {where}: {said}", "mend that value; docs/film.md lists every key")


def _part(location: Iterable[Any]) -> type[BaseModel]:
    names = [each for each in location if each in PARTS]
    return PARTS[names[-1]] if names else Film


def _check_names(file: Path, film: Film) -> None:
    shots = [shot for _, shot in film.shots]
    for what, names in (
        ("characters", [each.name for each in film.characters]),
        ("scenes", [each.name for each in film.scenes]),
        ("shots", [each.name for each in shots]),
    ):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise FilmError(f"{file}: two {what} are called {twice!r}", "give each a name of its own")
    known = [each.name for each in film.characters]
    for shot in shots:
        for name in shot.characters:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else "add them to [[characters]]"
                raise FilmError(f"{file}: shot {shot.name} has the character {name!r}, and nobody is", hint)


def _with_paths(file: Path, film: Film) -> Film:
    def found(path: Path | None) -> Path | None:
        if path is None:
            return None
        whole = film.folder / path
        if not whole.is_file():
            raise FilmError(f"{file}: there is no picture {path}", "paths are relative to the film's folder")
        return whole

    characters = tuple(each.model_copy(update={"portrait": found(each.portrait)}) for each in film.characters)
    scenes = tuple(
        scene.model_copy(update={"shots": tuple(_shot_with_paths(shot, found) for shot in scene.shots)})
        for scene in film.scenes
    )
    return film.model_copy(update={"characters": characters, "scenes": scenes})


def _shot_with_paths(shot: Shot, found: Callable[[Path | None], Path | None]) -> Shot:
    changes = {
        "references": tuple(found(each) for each in shot.references),
        "first_frame": found(shot.first_frame),
        "last_frame": found(shot.last_frame),
    }
    return shot.model_copy(update=changes)
