"""Markers there and back in every format, at every rate; and what formats and adapters count wrongly, mended."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.deliver.labels import drops, undropped, with_whole_frames
from unplastic.deliver.markers import Remark
from unplastic.deliver.relink import Delivered, Piece, strung
from unplastic.deliver.timeline import read_timeline, write_timeline

RATES = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001"]
SAID = (Remark(5, "The rim,\nshimmers", "raw", "Ann", "2026-11-29"), Remark(20, "Second"))


def made(folder: Path, rate: Fraction, *, starts: tuple[int, ...] = (1, 0), dropped: bool = False) -> Any:
    hour = 3600 * round(rate)
    pieces = [
        Piece(f"sh{i}", Delivered(folder / f"sh{i}.mov", drops=dropped), start * hour, 24, float(rate), remarks=SAID)
        for i, start in enumerate(starts)
    ]
    return strung(pieces, "reel")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("suffix", [".otio", ".edl", ".fcpxml", ".xml"])
def test_markers_are_where_they_were(tmp_path: Path, suffix: str, rate: str) -> None:
    exact = Fraction(rate)
    timeline, path = made(tmp_path, exact), tmp_path / f"reel{suffix}"
    said = write_timeline(timeline, path)
    if suffix == ".fcpxml" and exact.denominator != 1:
        assert said == [f"FCPXML was not written: its adapter knows no {float(exact):.5g} pictures a second"]
        assert not path.exists()
        return
    assert not any("the places" in each or "the words" in each for each in said), said
    for before, after in zip(timeline.find_clips(), read_timeline(path, exact).find_clips(), strict=True):
        assert after.source_range.start_time.value == pytest.approx(before.source_range.start_time.value)
        assert [round(each.marked_range.start_time.value) for each in after.markers] == [
            round(each.marked_range.start_time.value) for each in before.markers
        ]
        assert [each.name.casefold() for each in after.markers] == ["the rim, shimmers", "second"]


def test_an_edl_counts_as_its_files_do(tmp_path: Path) -> None:
    """29.97 without drop-frame: the adapter alone would write 01:00:03;18 for what the file calls 01:00:00:00."""
    for dropped, label in ((False, "01:00:00:00"), (True, "01:00:03;18")):
        write_timeline(made(tmp_path, Fraction(30_000, 1001), dropped=dropped), tmp_path / "x.edl")
        text = (tmp_path / "x.edl").read_text()
        assert label in text
        assert ("FCM: NON-DROP FRAME" in text) is not dropped


def test_an_edl_holds_one_rate(tmp_path: Path) -> None:
    both = made(tmp_path, Fraction(24))
    other = made(tmp_path, Fraction(30)).video_tracks()[0][0].clone()
    both.video_tracks()[0].append(other)
    assert write_timeline(both, tmp_path / "x.edl") == ["EDL was not written: it has one frame rate, the cut 24 and 30"]
    assert not (tmp_path / "x.edl").exists()
    for suffix in (".otio", ".xml"):
        assert not any("not written" in each for each in write_timeline(both, tmp_path / f"x{suffix}"))


def test_markers_beyond_a_clip_have_no_place_in_an_edl(tmp_path: Path) -> None:
    timeline = made(tmp_path, Fraction(24))
    clip = timeline.video_tracks()[0][0]
    clip.source_range = otio.opentime.TimeRange(clip.source_range.start_time, otio.opentime.RationalTime(10, 24))
    said = write_timeline(timeline, tmp_path / "x.edl")
    assert "EDL does not keep 1 of 4 markers" in said


@given(st.integers(0, 2_000_000), st.sampled_from([24, 25, 30, 50, 60]))
def test_no_frame_is_cut_off_when_fcpxml_is_read(frame: int, fps: int) -> None:
    """As the adapter reads it: a float, multiplied, cut."""
    at = Fraction(frame, fps)
    text = with_whole_frames(f'<clip start="{at.numerator}/{at.denominator}s" duration="25/600s"/>')
    upper, lower = text.split('"')[1].removesuffix("s").split("/")
    assert int(float(upper) / float(lower) * float(fps)) == frame
    assert with_whole_frames('frameDuration="25/600s"') == 'frameDuration="25/600s"'


@given(st.integers(0, 2_000_000), st.sampled_from([Fraction(30_000, 1001), Fraction(60_000, 1001)]))
def test_labels_without_drops_are_of_the_same_frame(frame: int, rate: Fraction) -> None:
    when = otio.opentime.RationalTime(frame, float(rate))
    text = undropped(f"TITLE: x\n{when.to_timecode()}", rate)
    label = text.splitlines()[-1]
    assert drops(rate)
    assert otio.opentime.from_timecode(label, float(rate)).value == frame
