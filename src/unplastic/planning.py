"""What routing a film needs from elsewhere: the services as they are set, prompts as they are written, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unplastic.routing.candidates import Service
    from unplastic.routing.choice import Choice
    from unplastic.routing.evidence import Take
    from unplastic.routing.plan import Plan
    from unplastic.settings import Settings
    from unplastic.shot import Film, Scene


def services(known: Settings) -> tuple[Service, ...]:
    """Every service that makes clips, with whether its key is set; in a rehearsal all of them are ready.

    ``closed = "not offered where I am"`` under ``[providers.NAME]`` leaves one out, with those words as the reason.
    """
    from unplastic.providers.card import cards
    from unplastic.registry import members
    from unplastic.routing.candidates import Service

    found = []
    for name, kind in members("providers").items():
        names: tuple[tuple[str, ...], ...] = kind.key_names  # type: ignore[attr-defined]
        is_set = any(all(known.key(each) for each in way) for way in names)
        missing = " or ".join(" + ".join(way) for way in names)
        options = known.options.get(name, {})
        closed = str(options.get("closed") or "")
        title: str = kind.title  # type: ignore[attr-defined]
        found.append(Service(name, title, cards(name), is_set or bool(known.rehearsal), missing, closed))
    return tuple(each for each in found if any(card.work == "video" for card in each.cards))


def written(scene: Scene, key: str, film: Film) -> Mapping[str, str]:
    """The prompts of a scene for a model, light and anchors word for word in each."""
    from unplastic.lightsheet import light_of
    from unplastic.prompts.scene import scene as write

    light = light_of(scene.light, film.folder).sentence() if scene.light else ""
    anchors = {each.name: each.anchor for each in film.characters}
    made = write([shot.prompt for shot in scene.shots], _family(key), light=light, identities=anchors)
    return {shot.name: each.text for shot, each in zip(scene.shots, made.shots, strict=True)}


def one_written(text: str, key: str) -> str:
    """A prompt for a model."""
    from unplastic.prompts import rewrite

    return rewrite(text, _family(key)).text


def planned(path: Path, *, seed: int = 0, takes: Path | None = None) -> Plan:
    """The plan of the film in ``path``: each shot's prompt, model, reasons and price. Nothing is spent."""
    from unplastic.film import read
    from unplastic.routing import plan
    from unplastic.settings import settings

    return plan(read(path), services=services(settings()), write=written, takes=evidence(takes), seed=seed)


def routed(
    path: Path | None, *, surface: str = "", seconds: float = 5.0, seed: int = 0, takes: Path | None = None
) -> tuple[Choice, ...]:
    """Which model fits each shot of the film in ``path``, or, without one, a shot of ``surface``."""
    from unplastic.film import read
    from unplastic.routing import route
    from unplastic.settings import settings
    from unplastic.shot import Film, Scene, Shot

    if path is not None:
        wanted = read(path)
    else:
        shot = Shot(name="shot", prompt="a shot", surface=surface, seconds=seconds)
        wanted = Film(title="one shot", scenes=(Scene(name="scene", shots=(shot,)),))
    return route(wanted, services=services(settings()), takes=evidence(takes), seed=seed)


def evidence(path: Path | None) -> tuple[Take, ...]:
    """The takes in ``path``, or in the user's own file."""
    from unplastic.routing.evidence import default_file, read_takes

    return read_takes(path or default_file())


def _family(key: str) -> str | None:
    from unplastic.prompts import lexicon

    return max((each for each in lexicon().models if key.startswith(each)), key=len, default=None)
