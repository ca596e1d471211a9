"""A few frames of a file as a clip of their own: what a cut uses, with handles."""

from __future__ import annotations

from dataclasses import replace

from unplastic.clip import Clip, Part
from unplastic.media.decode import shown_times
from unplastic.media.timecode import later

START = "00:00:00:00"


def part_of(clip: Clip, first: int, count: int) -> Clip:
    """Frames ``first``.. of ``clip``, at most ``count``, cut to what there is; the clip itself if that is all of it.

    Its timecode is the source's own at that frame, counted from zero where the source has none: editing programs find
    the place by it. Raises `ValueError` when nothing is left.
    """
    last = min(clip.frames, first + count)
    first = max(0, first)
    if first >= last:
        raise ValueError(f"frames {first}..{last} of {clip.frames}")
    if (first, last) == (0, clip.frames):
        return clip
    times = shown_times(clip)
    if len(times) != clip.frames:
        step = 1 / (clip.frame_rate * clip.time_base)
        times = [clip.start_pts + round(i * step) for i in range(clip.frames)]
    end = times[last] if last < clip.frames else times[0] + round(clip.duration_s / clip.time_base)
    return replace(
        clip,
        frames=last - first,
        start_pts=0,
        duration_s=(end - times[first]) * clip.time_base,
        timecode=later(clip.timecode or START, first, clip.frame_rate),
        part=Part(first, clip.frames, times[first]),
    )
