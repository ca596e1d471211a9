"""The timeline written back: the same cut, with finished files in the places of the old ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unplastic.deliver.cut import Cut, Span, Use
from unplastic.deliver.gradefiles import NearestCdl
from unplastic.deliver.timeline import otio, write_timeline
from unplastic.media.sequence import DIGITS
from unplastic.media.timecode import frame_number

BAKED = "UNPLASTIC: THE GRADE IS IN THE PICTURES ALREADY. THE CDL IS FOR UNGRADED ONES."


@dataclass(frozen=True, slots=True)
class Delivered:
    """The file that a span became, and its grade, if it has one; ``sequence`` is the suffix of pictures in a folder."""

    path: Path
    cdl: NearestCdl | None = None
    sequence: str = ""


def relinked(cut: Cut, made: Mapping[str, Delivered]) -> Any:
    """A copy of the timeline; ``made`` maps the names of spans to what was delivered."""
    uses = {id(use.item): use for use in cut.uses}
    new = cut.timeline.deepcopy()
    for old_track, track in zip(cut.timeline.tracks, new.tracks, strict=True):
        for old, item in zip(list(old_track), list(track), strict=True):
            use = uses.get(id(old))
            span = _span_of(use, cut.spans) if use else None
            if use and span and span.name in made:
                _link(item, use, span, made[span.name])
    return new


def write_back(timeline: Any, stem: Path, suffixes: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Write ``stem`` with each suffix; returns the files and the losses, in words.

    An EDL has room for one picture track: there is one for each.
    """
    files, losses = [], []
    for suffix in suffixes:
        if suffix == ".edl" and (sound := timeline.audio_tracks()):
            losses.append(f"EDL does not keep the sound tracks ({len(sound)})")
        for path, part in _parts(timeline, stem, suffix):
            lost = write_timeline(part, path)
            losses += lost
            if path.is_file():
                files.append(path)
    return files, list(dict.fromkeys(losses))


def strung(shots: Sequence[tuple[Span, Delivered]], name: str) -> Any:
    """A timeline of shots one after the other, where there was no cut: in the order of their names."""
    library = otio()
    schema = library.schema
    timeline = schema.Timeline(name)
    track = schema.Track("V1", kind=schema.TrackKind.Video)
    timeline.tracks.append(track)
    for span, made in shots:
        item = schema.Clip(span.name)
        track.append(item)
        rate = float(library.opentime.RationalTime.nearest_smpte_timecode_rate(float(span.clip.frame_rate)))
        start = _first_number(span)
        item.source_range = _range(start, span.count, rate)
        _link(item, Use(item, span.media, span.first, span.count, start - span.first, rate), span, made)
    return timeline


def _link(item: Any, use: Use, span: Span, made: Delivered) -> None:
    """Its own numbers stay: the new file's first frame has the number that it had in the old one."""
    library = otio()
    old = item.media_reference
    held = _range(use.origin + span.first, span.count, use.rate)
    if made.sequence:
        item.media_reference = library.schema.ImageSequenceReference(
            target_url_base=made.path.absolute().as_uri() + "/", name_prefix=f"{span.media.stem}.",
            name_suffix=f".{made.sequence}", start_frame=_first_number(span), frame_zero_padding=DIGITS, rate=use.rate,
            available_range=held,
        )  # fmt: skip
    else:
        item.media_reference = library.schema.ExternalReference(made.path.absolute().as_uri(), held)
    item.media_reference.name = made.path.name
    said: dict[str, Any] = {"source": str(getattr(old, "target_url", "") or use.media), "file": made.path.name}
    if made.cdl:
        mean, most = made.cdl.error_codes8
        said |= {"grade_is_baked": True, "cdl_error_codes8": {"mean": mean, "max": most}}
        item.metadata["cdl"] = made.cdl.document()
        edl = dict(item.metadata.get("cmx_3600", {}))
        item.metadata["cmx_3600"] = edl | {"comments": [*edl.get("comments", []), BAKED]}
    item.metadata["unplastic"] = said


def _span_of(use: Use, spans: Sequence[Span]) -> Span | None:
    """The span that covers a use."""
    return next(
        (
            span
            for span in spans
            if span.media == use.media and span.first <= use.first and use.first + use.count <= span.first + span.count
        ),
        None,
    )


def _parts(timeline: Any, stem: Path, suffix: str) -> list[tuple[Path, Any]]:
    if suffix != ".edl":
        return [(stem.with_name(stem.name + suffix), timeline)]
    library = otio()
    tracks = [
        track for track in timeline.video_tracks() if any(isinstance(each, library.schema.Clip) for each in track)
    ]
    found = []
    for number, track in enumerate(tracks, 1):
        name = stem.name + (f"_V{number}" if len(tracks) > 1 else "")
        alone = library.schema.Timeline(name, global_start_time=timeline.global_start_time)
        alone.tracks.append(track.deepcopy())
        found.append((stem.with_name(name + suffix), alone))
    return found


def _range(start: int, count: int, rate: float) -> Any:
    opentime = otio().opentime
    return opentime.TimeRange(opentime.RationalTime(start, rate), opentime.RationalTime(count, rate))


def _first_number(span: Span) -> int:
    return frame_number(span.clip.timecode or "", span.clip.frame_rate) or 0
