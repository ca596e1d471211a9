"""A film as it was wanted: frozen into the books with its files in the store, and what a take was made of.

So a worker on another machine needs neither the film's folder nor its file, and a change is seen by what it changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unplastic.pipeline.store import Store, hashed
from unplastic.shot import Film, Scene, Shot, look_file

FINISH = {"look"}
"""Parts whose change asks for a new finish only; every other one asks for a new generation."""


def freeze(film: Film, store: Store | Unkept) -> dict[str, Any]:
    """``{"film", "pictures"}``: plain data, the pictures by the hashes under which the store has them now."""
    pictures = {str(path): store.put(path) for path in sorted(set(_pictures(film)))}
    return {"film": film.model_dump(mode="json"), "pictures": pictures}


class Unkept:
    """Hashes as a store would, and keeps nothing."""

    def put(self, path: Path) -> str:
        """The hash of a file."""
        return hashed(path)


def thaw(document: dict[str, Any], folder: str) -> Film:
    """The film of `freeze`; its pictures have the names that they had."""
    return Film(**document["film"], folder=Path(folder))


def made_of(document: dict[str, Any], film: Film, scene: Scene, shot: Shot) -> dict[str, str]:
    """What a take of this shot is made of, part by part, each as a short hash."""
    pictures: dict[str, str] = document["pictures"]

    def by_hash(path: Path | None) -> str:
        return pictures.get(str(path), str(path)) if path else ""

    own, words = look_file(film.look)
    parts: dict[str, Any] = {
        "prompt": [shot.prompt, shot.negative],
        "light sheet": scene.light,
        "frames": [by_hash(shot.first_frame), by_hash(shot.last_frame)],
        "references": [by_hash(each) for each in shot.references],
        "model": shot.model,
        "length": shot.seconds,
        "size": [shot.size, shot.aspect],
        "sound": shot.audio,
        "look": f"{by_hash(Path(own))}{words}" if own else film.look,
    }
    for name in shot.characters:
        who = film.character(name)
        parts[f"character {name}"] = [who.anchor, by_hash(who.portrait)] if who else []
    return {name: _short(value) for name, value in parts.items()}


def changed(was: dict[str, str], now: dict[str, str]) -> list[str]:
    """The parts that differ, in the order of the newer."""
    return [name for name in {**now, **was} if was.get(name) != now.get(name)]


def _pictures(film: Film) -> Iterator[Path]:
    """The files that a film names: portraits, frames, references, and a look of its own."""
    own, _ = look_file(film.look)
    if own:
        yield Path(own)
    for character in film.characters:
        if character.portrait:
            yield character.portrait
    for _, shot in film.shots:
        yield from (path for path in (shot.first_frame, shot.last_frame, *shot.references) if path)


def _short(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
