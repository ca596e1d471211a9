"""What each editing program is given: timelines that it reads, a master that it plays."""

from __future__ import annotations

from dataclasses import dataclass

from unplastic.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Preset:
    """``timelines`` are suffixes, the best first; ``master`` is used where none is asked for."""

    name: str
    timelines: tuple[str, ...]
    master: str


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("resolve", (".otio", ".edl", ".fcpxml"), "dnxhr"),
        Preset("premiere", (".xml", ".edl", ".otio"), "prores"),
        Preset("otio", (".otio",), "prores"),
    )
}


def find_preset(name: str) -> Preset:
    """The preset of that name; raises `UnknownName`."""
    if name not in PRESETS:
        raise UnknownName(f"nothing is delivered to {name!r}", f"known: {', '.join(PRESETS)}")
    return PRESETS[name]
