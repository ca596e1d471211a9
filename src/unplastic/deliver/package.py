"""Whole deliveries: shots one after the other, or what a cut uses of them; timelines for an editing program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from unplastic.deliver.cut import Cut
from unplastic.deliver.delivery import UNGRADED, DeliveredShot, Wish, deliver_shot, linked, write_report, write_shared
from unplastic.deliver.parcel import Parcel
from unplastic.deliver.preset import Preset
from unplastic.deliver.relink import Delivered, Piece, relinked, strung, write_back
from unplastic.deliver.shot import Progress, Shot

Watch = Callable[[str], AbstractContextManager[Progress | None]]
"""Makes a progress for a shot of that name."""


def deliver_shots(
    shots: Sequence[Shot], wish: Wish, out: Path, *, preset: Preset | None, watch: Watch, overwrite: bool = False
) -> dict[str, Any]:
    """Deliver shots into the folder ``out``, which appears when all is done; returns what `delivery.json` says.

    With a ``preset``, in a timeline one after the other, with what was said of them as markers. Raises errors of
    `unplastic.errors`.
    """
    room = wish.room_bytes([shot.clip for shot in shots])
    with Parcel(out, overwrite=overwrite, room_bytes=room) as parcel:
        made = _all(shots, wish, parcel, watch)
        pairs = list(zip(shots, made, strict=True))

        def string(role: str) -> Any:
            links = [linked(shot, one, parcel.final, wish.master, role=role) for shot, one in pairs]
            return strung([_piece(shot, link) for shot, link in zip(shots, links, strict=True)], stem)

        stem = parcel.final.name.removesuffix("_delivery") or parcel.final.name
        written = _timelines(string, made, parcel, preset.timelines, stem) if preset else ([], [])
        return _report(parcel, made, *written)


def deliver_cut(
    cut: Cut, wish: Wish, out: Path, *, preset: Preset, watch: Watch, overwrite: bool = False, generated: bool = False
) -> dict[str, Any]:
    """Deliver what a cut uses, and the cut with finished files in it: as the preset has it, and in its own format."""
    shots = [Shot(span.name, span.clip, span.report, generated) for span in cut.spans]
    with Parcel(out, overwrite=overwrite, room_bytes=wish.room_bytes([shot.clip for shot in shots])) as parcel:
        made = _all(shots, wish, parcel, watch)
        pairs = list(zip(shots, made, strict=True))

        def relink(role: str) -> Any:
            links = {shot.name: linked(shot, one, parcel.final, wish.master, role=role) for shot, one in pairs}
            return relinked(cut, links)

        suffixes = tuple(dict.fromkeys((*preset.timelines, cut.path.suffix.lower())))
        return _report(parcel, made, *_timelines(relink, made, parcel, suffixes, cut.path.stem), left=cut.left)


def _all(shots: Sequence[Shot], wish: Wish, parcel: Parcel, watch: Watch) -> list[DeliveredShot]:
    made = []
    for shot in shots:
        with watch(shot.name) as progress:
            made.append(deliver_shot(shot, wish, parcel, progress))
    write_shared(made, parcel)
    return made


def _timelines(
    timeline_of: Callable[[str], Any], made: Sequence[DeliveredShot], parcel: Parcel, suffixes: Sequence[str], stem: str
) -> tuple[list[str], list[str]]:
    """The names of the timelines of the masters, and of those of the ungraded pictures if there are any; the losses."""
    files, losses = write_back(timeline_of("master"), parcel.folder / stem, suffixes)
    if any(UNGRADED in one.files for one in made):
        more, lost = write_back(timeline_of(UNGRADED), parcel.folder / f"{stem}_{UNGRADED}", suffixes)
        files, losses = [*files, *more], list(dict.fromkeys([*losses, *lost]))
    return [path.name for path in files], losses


def _report(
    parcel: Parcel, made: list[DeliveredShot], timelines: list[str], losses: list[str], left: tuple[str, ...] = ()
) -> dict[str, Any]:
    document = {
        "folder": str(parcel.final), "shots": [each.document() for each in made], "timelines": timelines,
        "losses": losses, "left": list(left),
    }  # fmt: skip
    return write_report(parcel, document)


def _piece(shot: Shot, link: Delivered) -> Piece:
    clip = shot.clip
    return Piece(
        shot.name, link, shot.first, clip.frames, float(clip.frame_rate), shot.source or str(clip.path), shot.remarks,
        has_sound=bool(clip.sound),
    )  # fmt: skip
