"""What a timeline uses: which frames of which files, with handles; and what it uses that cannot be processed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PureWindowsPath
from typing import Any
from urllib.parse import unquote, urlparse

from unplastic.clip import Clip
from unplastic.deliver.editorial import otio
from unplastic.deliver.shot import source_of
from unplastic.deliver.timeline import items, read_timeline
from unplastic.errors import ClipError, CutError, RecipeError
from unplastic.media import part_of, probe
from unplastic.media.timecode import frame_number

SHOWN = 4
RATE_WITHIN = 1e-4


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``first``.. of a file, used by one or more clips of the cut: what becomes one delivered file.

    ``clip`` is that part of the file; ``name`` the stem of what is delivered; ``report`` an earlier finish of it.
    """

    media: Path
    first: int
    count: int
    name: str
    clip: Clip
    report: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A clip of the timeline and the frames of its file that it needs, transitions included.

    ``origin`` is the number that the timeline gives to the file's first frame, ``rate`` its frames per second.
    """

    item: Any
    media: Path
    first: int
    count: int
    origin: int
    rate: float


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A timeline, its uses, the spans to deliver, and what is left as it is, in words."""

    path: Path
    timeline: Any
    uses: tuple[Use, ...]
    spans: tuple[Span, ...]
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """The files of a timeline, each probed once, and the troubles found."""

    folders: list[Path]
    clips: dict[Path, Clip] = field(default_factory=dict)
    reports: dict[Path, Path | None] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def clip(self, path: Path) -> Clip:
        if path not in self.clips:
            self.clips[path] = probe(path)
        return self.clips[path]

    def source(self, path: Path) -> Path:
        """The file to work on: the source behind one that was finished already, so that none is finished twice."""
        source, report = source_of(path)
        self.reports[source] = report
        return source


def read_cut(
    path: Path, *, media: Iterable[Path] = (), handles: int = 12, rate: Fraction | None = None, leave: bool = False
) -> Cut:
    """Read a timeline and find its files: where it says, beside it, or by name in the folders ``media``.

    Raises `CutError` naming what cannot be processed: missing files, other frame rates, nested and speed-changed clips,
    generators and titles. With ``leave`` those stay in the timeline as they are, and are named.
    """
    reading = _Reading([path.parent, *media])
    timeline = read_timeline(path, rate or _rate_by_media(path, reading))
    uses = [use for track, item in items(timeline) if (use := _use(track, item, reading)) is not None]
    if reading.troubles and not leave:
        raise CutError(
            f"{path.name}: {_listed(reading.troubles)}",
            "mend the cut, or say where files are with --media; --leave keeps such clips as they are",
        )
    if not uses:
        raise CutError(f"{path.name} uses no file that can be processed", "say where the files are with --media DIR")
    return Cut(path, timeline, tuple(uses), spans_of(uses, reading, handles), tuple(reading.troubles))


def spans_of(uses: Iterable[Use], reading: _Reading, handles: int) -> tuple[Span, ...]:
    """Ranges with handles, cut to the files, those that touch put together; named by file, numbered if there are more.

    Sound alone makes no span: it is linked where a picture's span covers it.
    """
    wanted: dict[Path, list[tuple[int, int]]] = {}
    for use in uses:
        last = min(reading.clip(use.media).frames, use.first + use.count + handles)
        if is_picture(use.item):
            wanted.setdefault(use.media, []).append((max(0, use.first - handles), last))
    found: list[Span] = []
    taken: set[str] = set()
    for path, ranges in wanted.items():
        joined: list[list[int]] = []
        for first, last in sorted(ranges):
            if joined and first <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], last)
            else:
                joined.append([first, last])
        for number, (first, last) in enumerate(joined, 1):
            name = _free(path.stem if len(joined) == 1 else f"{path.stem}_{number:02}", taken)
            part = part_of(reading.clip(path), first, last - first)
            found.append(Span(path, first, last - first, name, part, reading.reports.get(path)))
    return tuple(found)


def is_picture(item: Any) -> bool:
    """Whether a clip lies on a picture track."""
    return str(getattr(item.parent(), "kind", "Video")) == "Video"


def _use(track: Any, item: Any, reading: _Reading) -> Use | None:
    """The use of a clip; None, with a trouble noted if it matters, for what is none."""
    schema = otio().schema
    if isinstance(item, schema.Gap | schema.Transition):
        return None
    sound = str(getattr(track, "kind", "Video")) != "Video"
    name = item.name or "a clip without a name"
    trouble = _trouble(item)
    path = None if trouble else _file_of(item, reading.folders)
    if trouble is None and path is None:
        trouble = f"{name}: its file {_url(item) or item.name} is missing"
    if trouble is not None or path is None:
        if not sound:
            reading.troubles.append(trouble or name)
        return None
    try:
        source = reading.source(path)
        return _placed(track, item, source, reading.clip(source))
    except (ClipError, CutError, RecipeError) as wrong:
        if not sound:
            reading.troubles.append(f"{name}: {wrong.message}")
        return None


def _trouble(item: Any) -> str | None:
    library = otio()
    schema = library.schema
    name = item.name or "a clip without a name"
    if isinstance(item, library.core.Composition):
        return f"{name} is nested"
    if not isinstance(item, schema.Clip):
        return f"{name} is a {type(item).__name__}"
    if isinstance(item.media_reference, schema.GeneratorReference):
        return f"{name} is a generator or a title"
    if isinstance(item.media_reference, schema.ImageSequenceReference):
        return f"{name} is a sequence of pictures"
    speed = next((each for each in item.effects if isinstance(each, schema.TimeEffect)), None)
    return None if speed is None else f"{name} is speed-changed ({speed.effect_name or type(speed).__name__})"


def _placed(track: Any, item: Any, path: Path, clip: Clip) -> Use:
    """Which frames of ``clip`` it needs. Raises `CutError` for another rate and for frames that are not there."""
    span = item.trimmed_range()
    rate = span.start_time.rate
    if clip.is_variable_rate:
        raise CutError(f"{path.name} has no constant frame rate", "conform it first")
    if abs(rate - float(clip.frame_rate)) > RATE_WITHIN * rate and not _is_nominal(item, rate, clip):
        raise CutError(f"{path.name} has {float(clip.frame_rate):g} pictures a second, the cut {rate:g}", "conform it")
    start, count = round(span.start_time.value), round(span.duration.value)
    head, tail = _transitions(track, item, rate)
    timecode = frame_number(clip.timecode or "", clip.frame_rate) or 0
    held = getattr(item.media_reference, "available_range", None)
    known = round(held.start_time.rescaled_to(rate).value) if held is not None else timecode
    for origin in dict.fromkeys((known, timecode, 0)):
        if start - origin >= 0 and start - origin + count <= clip.frames:
            first = max(0, start - origin - head)
            return Use(item, path, first, start - origin + count + tail - first, origin, rate)
    raise CutError(f"it uses frames {start - known} to {start - known + count} of the {clip.frames} of {path.name}", "")


def _is_nominal(item: Any, rate: float, clip: Clip) -> bool:
    """An EDL counts frames: its 24 is 23.976 as well."""
    return "cmx_3600" in item.metadata and round(rate) == round(clip.frame_rate)


def _transitions(track: Any, item: Any, rate: float) -> tuple[int, int]:
    """Frames needed before and behind, because a transition lies there."""
    transition = otio().schema.Transition
    before, behind = track.neighbors_of(item)
    head = round(before.in_offset.rescaled_to(rate).value) if isinstance(before, transition) else 0
    tail = round(behind.out_offset.rescaled_to(rate).value) if isinstance(behind, transition) else 0
    return head, tail


def _file_of(item: Any, folders: list[Path]) -> Path | None:
    """Where it says it is, relative to the timeline or not; else a file of that name in one of the folders."""
    url = _url(item)
    names = [url, item.name] if url else [item.name]
    if url:
        said = Path(url)
        for place in (said, folders[0] / said):
            if place.is_file():
                return place.resolve()
    for name in filter(None, names):
        last = PureWindowsPath(name).name
        for folder in folders:
            exact = folder / last
            if exact.is_file():
                return exact.resolve()
            same = sorted(each for each in folder.glob("*") if each.stem == last and each.suffix.lower() in MOVIES)
            if same:
                return same[0].resolve()
    return None


MOVIES = {".mov", ".mp4", ".m4v", ".mkv", ".mxf", ".webm", ".avi"}


def _url(item: Any) -> str:
    """The path in a media reference's address, without scheme and host."""
    url = str(getattr(getattr(item, "media_reference", None), "target_url", "") or "")
    parsed = urlparse(url)
    return unquote(parsed.path) if parsed.scheme == "file" else url


def _rate_by_media(path: Path, reading: _Reading) -> Fraction | None:
    """The rate of the first file that an EDL names; None for other formats, and where there is none."""
    if path.suffix.lower() != ".edl":
        return None
    for _, item in items(read_timeline(path)):
        found = _file_of(item, reading.folders) if getattr(item, "name", "") else None
        if found is not None:
            try:
                return reading.clip(found).frame_rate
            except ClipError:
                continue
    return None


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free.lower() in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free.lower())
    return free


def _listed(troubles: list[str]) -> str:
    shown = "; ".join(dict.fromkeys(troubles[:SHOWN]))
    return shown if len(troubles) <= SHOWN else f"{shown}; and {len(troubles) - SHOWN} more"
