"""Whole deliveries: shots one after the other, or what a cut uses of them; timelines for an editing program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from unplastic.deliver.cut import Cut, Span
from unplastic.deliver.delivery import DeliveredShot, Wish, deliver_shot, linked, write_report, write_shared
from unplastic.deliver.parcel import Parcel
from unplastic.deliver.preset import Preset
from unplastic.deliver.relink import relinked, strung, write_back
from unplastic.deliver.shot import Progress, Shot, report_of

Watch = Callable[[str], AbstractContextManager[Progress | None]]
"""Makes a progress for a shot of that name."""


def deliver_shots(
    shots: Sequence[Shot], wish: Wish, out: Path, *, preset: Preset | None, watch: Watch, overwrite: bool = False
) -> dict[str, Any]:
    """Deliver shots into the folder ``out``, which appears when all is done; returns what `delivery.json` says.

    With a ``preset``, in a timeline one after the other. Raises errors of `unplastic.errors`.
    """
    room = wish.room_bytes([shot.clip for shot in shots])
    with Parcel(out, overwrite=overwrite, room_bytes=room) as parcel:
        made = _all(shots, wish, parcel, watch)
        timelines: list[str] = []
        losses: list[str] = []
        if preset:
            pairs = [
                (_span(shot), linked(one, parcel.final, wish.master)) for shot, one in zip(shots, made, strict=True)
            ]
            timelines, losses = _timelines(strung(pairs, out.name), parcel, preset)
        return _report(parcel, made, timelines, losses)


def deliver_cut(
    cut: Cut, wish: Wish, out: Path, *, preset: Preset, watch: Watch, overwrite: bool = False, generated: bool = False
) -> dict[str, Any]:
    """Deliver what a cut uses, and the cut with finished files in it: as the preset has it, and in its own format."""
    shots = [Shot(span.name, span.clip, report_of(span.media), generated) for span in cut.spans]
    with Parcel(out, overwrite=overwrite, room_bytes=wish.room_bytes([shot.clip for shot in shots])) as parcel:
        made = _all(shots, wish, parcel, watch)
        links = {span.name: linked(one, parcel.final, wish.master) for span, one in zip(cut.spans, made, strict=True)}
        own = cut.path.suffix.lower()
        both = replace(preset, timelines=tuple(dict.fromkeys((*preset.timelines, own))))
        timelines, losses = _timelines(relinked(cut, links), parcel, both, stem=cut.path.stem)
        return _report(parcel, made, timelines, losses, left=cut.left)


def _all(shots: Sequence[Shot], wish: Wish, parcel: Parcel, watch: Watch) -> list[DeliveredShot]:
    made = []
    for shot in shots:
        with watch(shot.name) as progress:
            made.append(deliver_shot(shot, wish, parcel, progress))
    write_shared(made, parcel)
    return made


def _timelines(timeline: Any, parcel: Parcel, preset: Preset, *, stem: str = "") -> tuple[list[str], list[str]]:
    files, losses = write_back(timeline, parcel.folder / (stem or parcel.final.name), preset.timelines)
    return [path.name for path in files], losses


def _report(
    parcel: Parcel, made: list[DeliveredShot], timelines: list[str], losses: list[str], left: tuple[str, ...] = ()
) -> dict[str, Any]:
    document = {
        "folder": str(parcel.final), "shots": [each.document() for each in made], "timelines": timelines,
        "losses": losses, "left": list(left),
    }  # fmt: skip
    return write_report(parcel, document)


def _span(shot: Shot) -> Span:
    clip = shot.clip
    return Span(clip.path, clip.part.first if clip.part else 0, clip.frames, shot.name, clip)
