"""What people said of frames, as markers of a timeline, in every format in that format's own way of counting.

In a timeline here a marker counts as its clip's material does. An EDL's locators count along the timeline, FCP 7 XML's
markers from the file's first frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from unplastic.deliver.editorial import otio, timespan

COLOURS = {"raw": "BLUE", "finished": "ORANGE"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said of a frame, counted from a file's first: ``side`` is the picture it was said of.

    ``when`` is a date, ``box`` x, y, width and height in pixels; None: of the whole picture.
    """

    frame: int
    text: str
    side: str = "finished"
    who: str = ""
    when: str = ""
    box: tuple[int, int, int, int] | None = None


def mark(item: Any, remarks: Iterable[Remark], start: int, rate: float) -> None:
    """Put remarks on the clip ``item``, whose file's first frame has the number ``start``."""
    for each in remarks:
        box = list(each.box or ())
        item.markers.append(
            otio().schema.Marker(
                " ".join(each.text.split()), timespan(start + each.frame, 1, rate), COLOURS[each.side],
                {"unplastic": {"who": each.who, "when": each.when, "side": each.side, "box": box}},
                comment=", ".join(filter(None, (each.who, each.side, each.when))),
            )
        )  # fmt: skip


def as_written(timeline: Any, suffix: str) -> Any:
    """The timeline with its markers as the format of ``suffix`` counts them; an EDL has none outside of clips."""
    if suffix not in {".edl", ".xml"}:
        return timeline
    new = timeline.deepcopy()
    for clip in new.find_clips():
        if suffix == ".xml":
            for marker in clip.markers:
                _move(marker, -_first(clip))
                if marker.comment:
                    marker.metadata["fcp_xml"] = dict(marker.metadata.get("fcp_xml", {})) | {"comment": marker.comment}
            continue
        inside = [each for each in clip.markers if clip.trimmed_range().contains(each.marked_range.start_time)]
        clip.markers[:] = inside
        for marker in inside:
            at = clip.transformed_time(marker.marked_range.start_time, new.tracks)
            marker.marked_range = otio().opentime.TimeRange(at, marker.marked_range.duration)
    return new


def as_read(timeline: Any, suffix: str) -> None:
    """The other way round, in place."""
    for clip in timeline.find_clips() if suffix in {".edl", ".xml"} else ():
        for marker in clip.markers:
            if suffix == ".xml":
                _move(marker, _first(clip))
                marker.comment = marker.comment or str(marker.metadata.get("fcp_xml", {}).get("comment") or "")
                continue
            at = timeline.tracks.transformed_time(marker.marked_range.start_time, clip)
            if clip.trimmed_range().contains(at):
                marker.marked_range = otio().opentime.TimeRange(at, marker.marked_range.duration)


def changes(before: Any, after: Any) -> list[str]:
    """What became of markers that are still there, in words: places, words, small letters, comments, colours."""
    had, has = list(_markers(before)), list(_markers(after))
    if not had or len(has) < len(had):
        return []
    counts = {what: (Counter(map(of, had)) - Counter(map(of, has))).total() for what, of in ASPECTS.items()}
    counts["small letters"] -= counts["words"]
    return [
        f"the {what} of {'a marker' if count == 1 else f'{count} markers'}" for what, count in counts.items() if count
    ]


ASPECTS: dict[str, Callable[[Any], Any]] = {
    "places": lambda marker: round(marker.marked_range.start_time.value),
    "words": lambda marker: marker.name.casefold(),
    "small letters": lambda marker: marker.name,
    "comments": lambda marker: marker.comment,
    "colours": lambda marker: marker.color,
}


def _markers(timeline: Any) -> Iterator[Any]:
    for clip in timeline.find_clips():
        yield from clip.markers


def _first(clip: Any) -> Any:
    """The number of the first frame of a clip's file."""
    held = getattr(clip.media_reference, "available_range", None)
    return (
        held.start_time if held is not None else otio().opentime.RationalTime(0, clip.trimmed_range().start_time.rate)
    )


def _move(marker: Any, by: Any) -> None:
    held = marker.marked_range
    marker.marked_range = otio().opentime.TimeRange(held.start_time + by, held.duration)
