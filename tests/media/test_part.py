"""Part of a file as a clip of its own: the same pictures, the sound that belongs to them, the file's own timecode."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from unplastic.media import Writer, part_of, pictures, probe


@pytest.mark.parametrize(("first", "count"), [(0, 4), (3, 5), (6, 20)])
def test_the_same_pictures(make_clip: Any, first: int, count: int) -> None:
    clip = probe(make_clip(frames=12, timecode="01:00:00:00").path)
    part = part_of(clip, first, count)
    whole, some = list(pictures(clip)), list(pictures(part))
    assert len(some) == part.frames == min(count, 12 - first)
    for index, (a, b) in enumerate(zip(whole[first:], some, strict=False)):
        assert (b.index, b.pts - some[0].pts) == (index, a.pts - whole[first].pts)
        np.testing.assert_array_equal(a.y, b.y)
    assert some[0].pts == 0
    assert part.timecode == f"01:00:00:{first:02}"


def test_a_run_inside_a_part(make_clip: Any) -> None:
    clip = probe(make_clip(frames=12).path)
    part = part_of(clip, 4, 6)
    found = list(pictures(part, 2, 9))
    assert [each.index for each in found] == [2, 3, 4, 5]
    np.testing.assert_array_equal(found[0].y, list(pictures(clip))[6].y)


def test_all_of_it_is_the_clip_itself_and_nothing_is_refused(make_clip: Any) -> None:
    clip = probe(make_clip(frames=4).path)
    assert part_of(clip, -3, 90) is clip
    with pytest.raises(ValueError, match="of 4"):
        part_of(clip, 4, 2)


def test_sound_and_timecode_of_a_part(plastic_clip: Path, tmp_path: Path) -> None:
    clip = probe(plastic_clip)
    part = part_of(clip, 6, 12)
    result = tmp_path / "part.mov"
    with Writer(part, {"prores": result}) as writer:
        for picture in pictures(part):
            blank = writer.blank(picture.index, picture.pts, picture.duration)
            for name in ("y", "cb", "cr"):
                getattr(blank, name)[:] = getattr(picture, name).astype(np.uint16) << 2
            writer.write(blank)
    written = probe(result)
    assert (written.frames, written.timecode, written.start_pts) == (12, "01:00:00:06", 0)
    assert written.frame_rate == clip.frame_rate
    with av.open(str(result)) as container:
        sound = container.streams.audio[0]
        seconds = Fraction(sound.duration * sound.time_base)
    assert abs(seconds - Fraction(1, 2)) < Fraction(1, 20), "whole packets that overlap the part, and no others"
