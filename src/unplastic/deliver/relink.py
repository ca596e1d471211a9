"""The timeline written back: the same cut, with finished files in the places of the old ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from unplastic.deliver.cut import Cut, Span, Use, is_picture
from unplastic.deliver.editorial import otio, timespan
from unplastic.deliver.gradefiles import NearestCdl
from unplastic.deliver.markers import Remark, mark
from unplastic.deliver.timeline import write_timeline
from unplastic.media.sequence import DIGITS

BAKED = "UNPLASTIC: THE GRADE IS IN THE PICTURES ALREADY. THE CDL IS FOR UNGRADED ONES."
WITHOUT = "UNPLASTIC: THE PICTURES ARE UNGRADED. THE CUBE IS THE GRADE, THE CDL ONLY NEAR IT: {:.1f} CODES OFF."


@dataclass(frozen=True, slots=True)
class Delivered:
    """The file that a shot became, and its grade, if it has one; ``has_grade``: whether that is in the pictures.

    A path that is not absolute counts from the timeline's folder. ``drops``: its timecode is drop-frame. ``sequence``
    is set where it is a folder of pictures.
    """

    path: Path
    cdl: NearestCdl | None = None
    has_grade: bool = True
    drops: bool = False
    sequence: Numbered | None = None

    @property
    def url(self) -> str:
        """Its address in a timeline."""
        return self.path.as_uri() if self.path.is_absolute() else quote(self.path.as_posix())


@dataclass(frozen=True, slots=True)
class Numbered:
    """Pictures in a folder: what stands before and behind the number in their names, and the first number.

    ``sound`` is the file in that folder with their sound, if they have any.
    """

    before: str
    behind: str
    first: int
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole delivered file in a timeline: ``start`` is the number of its first frame, ``rate`` frames per second.

    ``source`` says what it was made of.
    """

    name: str
    made: Delivered
    start: int
    count: int
    rate: float
    source: str = ""
    remarks: tuple[Remark, ...] = ()
    has_sound: bool = False
    said: Mapping[str, str] = field(default_factory=dict)


def relinked(cut: Cut, made: Mapping[str, Delivered]) -> Any:
    """A copy of the timeline; ``made`` maps the names of spans to what was delivered."""
    uses = {id(use.item): use for use in cut.uses}
    new = cut.timeline.deepcopy()
    for old_track, track in zip(cut.timeline.tracks, new.tracks, strict=True):
        for old, item in zip(list(old_track), list(track), strict=True):
            use = uses.get(id(old))
            span = _span_of(use, cut.spans) if use else None
            if use and span and span.name in made:
                held = timespan(use.origin + span.first, span.count, use.rate)
                _link(item, made[span.name], held, str(use.media), is_sound=not is_picture(old))
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


def strung(pieces: Sequence[Piece], name: str) -> Any:
    """A timeline of pieces one after the other, where there was no cut: with their sound, and what was said of them."""
    schema = otio().schema
    timeline = schema.Timeline(name)
    picture = schema.Track("V1", kind=schema.TrackKind.Video)
    sound = schema.Track("A1", kind=schema.TrackKind.Audio)
    timeline.tracks.append(picture)
    for piece in pieces:
        item = _clip(piece)
        mark(item, piece.remarks, piece.start, item.source_range.start_time.rate)
        picture.append(item)
        silence = schema.Gap(source_range=timespan(0, piece.count, piece.rate))
        sound.append(_clip(piece, is_sound=True) if piece.has_sound else silence)
    if any(piece.has_sound for piece in pieces):
        timeline.tracks.append(sound)
    return timeline


def _clip(piece: Piece, *, is_sound: bool = False) -> Any:
    library = otio()
    rate = float(library.opentime.RationalTime.nearest_smpte_timecode_rate(piece.rate))
    held = timespan(piece.start, piece.count, rate)
    item = library.schema.Clip(piece.name, source_range=held)
    _link(item, piece.made, held, piece.source, is_sound=is_sound)
    item.metadata["unplastic"] = dict(item.metadata["unplastic"]) | dict(piece.said)
    return item


def _link(item: Any, made: Delivered, held: Any, source: str, *, is_sound: bool) -> None:
    """Its own numbers stay: the new file's first frame has the number that it had in the old one."""
    schema = otio().schema
    old = str(getattr(item.media_reference, "target_url", "") or source)
    if made.sequence and is_sound:
        item.media_reference = schema.ExternalReference(f"{made.url}/{quote(made.sequence.sound)}", held)
    elif made.sequence:
        item.media_reference = schema.ImageSequenceReference(
            target_url_base=made.url + "/", name_prefix=made.sequence.before, name_suffix=made.sequence.behind,
            start_frame=made.sequence.first, frame_zero_padding=DIGITS, rate=held.start_time.rate, available_range=held,
        )  # fmt: skip
    else:
        item.media_reference = schema.ExternalReference(made.url, held)
    item.media_reference.name = made.path.name
    said: dict[str, Any] = {"source": old, "file": made.path.name, "drop_frame": made.drops}
    if made.cdl and not is_sound:
        mean, most = made.cdl.error_codes8
        said |= {"grade_is_baked": made.has_grade, "cdl_error_codes8": {"mean": mean, "max": most}}
        item.metadata["cdl"] = made.cdl.document()
        edl = dict(item.metadata.get("cmx_3600", {}))
        comment = BAKED if made.has_grade else WITHOUT.format(mean)
        item.metadata["cmx_3600"] = edl | {"comments": [*edl.get("comments", []), comment]}
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
