"""Cuts: what is used, with handles and transitions; what cannot be processed; the way there and back."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutting import HOUR, clip, span, trouble, written
from shipping import write_shot
from unplastic.deliver.cut import read_cut
from unplastic.deliver.gradefiles import NearestCdl
from unplastic.deliver.relink import BAKED, Delivered, relinked, write_back
from unplastic.deliver.timeline import items, read_timeline
from unplastic.errors import CutError
from unplastic.media import probe
from unplastic.treat.cdl import Cdl

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory, shot_file: Path) -> Path:
    folder = tmp_path_factory.mktemp("media")
    for name in ("a", "b"):
        shutil.copy(shot_file, folder / f"{name}.mp4")
    return folder


def dissolve(head: int, tail: int) -> Any:
    times = otio.opentime.RationalTime(head, 24), otio.opentime.RationalTime(tail, 24)
    return otio.schema.Transition("", "SMPTE_Dissolve", *times)


def test_only_what_is_used_with_handles_and_transitions(media: Path, tmp_path: Path) -> None:
    path = written(tmp_path, [clip(media, "a", 8, 4), dissolve(3, 2), clip(media, "b", 10, 4)])
    cut = read_cut(path, handles=1)
    found = {each.name: (each.first, each.count, each.clip.timecode) for each in cut.spans}
    # a: 8..12, two more for the dissolve behind it, a handle on either side; b: three more before it.
    assert found == {"a": (7, 8, "01:00:00:07"), "b": (6, 9, "01:00:00:06")}


def test_ranges_of_one_file_that_touch_are_one_file(media: Path, tmp_path: Path) -> None:
    near = written(tmp_path, [clip(media, "a", 2, 4), clip(media, "a", 7, 4)], "near.otio")
    assert [(each.name, each.first, each.count) for each in read_cut(near, handles=1).spans] == [("a", 1, 11)]
    apart = written(tmp_path, [clip(media, "a", 14, 4), clip(media, "a", 2, 4)], "apart.otio")
    assert [(each.name, each.first, each.count) for each in read_cut(apart, handles=1).spans] == [
        ("a_01", 1, 6),
        ("a_02", 13, 6),
    ]


def test_handles_stop_at_the_ends_of_the_file(media: Path, tmp_path: Path) -> None:
    cut = read_cut(written(tmp_path, [clip(media, "a", 0, 20)]), handles=50)
    assert [(each.first, each.count) for each in cut.spans] == [(0, 24)]


def test_files_of_one_name_from_two_folders(media: Path, tmp_path: Path, shot_file: Path) -> None:
    (tmp_path / "other").mkdir()
    shutil.copy(shot_file, tmp_path / "other" / "a.mp4")
    other = clip(media, "a", 2, 3, url=(tmp_path / "other" / "a.mp4").as_uri())
    cut = read_cut(written(tmp_path, [clip(media, "a", 2, 3), other]))
    assert [each.name for each in cut.spans] == ["a", "a-2"]


@pytest.mark.parametrize("numbers", ["from zero", "timecode", "unknown"])
def test_numbers_of_a_file_are_understood(media: Path, tmp_path: Path, numbers: str) -> None:
    known = {"from zero": span(0, 24), "timecode": span(HOUR, 24), "unknown": None}[numbers]
    made = clip(media, "a", 5, 6, known=known)
    if numbers == "from zero":
        made.source_range = span(5, 6)
    cut = read_cut(written(tmp_path, [made]), handles=0)
    assert [(each.first, each.count) for each in cut.spans] == [(5, 6)]


TROUBLES = {
    "missing": "c.mp4 is missing",
    "another rate": "24 pictures a second, the cut 25",
    "nested": "inner is nested",
    "generator": "bars is a generator or a title",
    "beyond the end": "of the 24 of a.mp4",
    "speed": "a is speed-changed",
}


@pytest.mark.parametrize("kind", TROUBLES)
def test_what_cannot_be_processed_is_named_or_left(media: Path, tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, [clip(media, "b", 2, 4), trouble(media, kind)])
    with pytest.raises(CutError) as caught:
        read_cut(path)
    assert TROUBLES[kind] in caught.value.message
    assert "--leave" in caught.value.hint
    cut = read_cut(path, leave=True)
    assert [each.name for each in cut.spans] == ["b"]
    assert any(TROUBLES[kind] in text for text in cut.left)
    new = relinked(cut, {"b": Delivered(tmp_path / "b.mov")})
    kept = [item for _, item in items(new)][1]
    assert kept.is_equivalent_to([item for _, item in items(cut.timeline)][1])


def test_nothing_that_can_be_processed(tmp_path: Path, media: Path) -> None:
    path = written(tmp_path, [trouble(media, "generator")])
    with pytest.raises(CutError, match="uses no file"):
        read_cut(path, leave=True)


@pytest.mark.parametrize(
    ("name", "text"), [("x.otio", "{broken"), ("x.edl", "no edl"), ("x.xml", "<xmeml>"), ("x.txt", "")]
)
def test_files_that_are_no_timelines(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(CutError):
        read_cut(path)
    with pytest.raises(CutError, match="no such file"):
        read_cut(tmp_path / f"none{path.suffix if path.suffix != '.txt' else '.otio'}")


@pytest.fixture(scope="module")
def there(media: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("back")
    first = clip(media, "a", 4, 6)
    first.markers.append(otio.schema.Marker("look here", span(HOUR + 5, 1)))
    things = [first, dissolve(2, 2), clip(media, "b", 8, 6), clip(media, "a", 14, 4)]
    return read_cut(written(folder, things, sound=[clip(media, "a", 4, 6)]), handles=2), folder


@pytest.mark.parametrize("suffix", [".otio", ".edl", ".fcpxml", ".xml"])
def test_there_and_back(there: tuple[Any, Path], suffix: str) -> None:
    cut, folder = there
    cdl = NearestCdl(Cdl(slope=(1.1, 1.0, 0.9), saturation=0.9), (0.0, 0.0))
    made = {each.name: Delivered(folder / "masters" / f"{each.name}.mov", cdl) for each in cut.spans}
    files, losses = write_back(relinked(cut, made), folder / f"back{suffix[1:]}", [suffix])
    assert len(files) == 1
    again = read_timeline(files[0], Fraction(24))
    video = [item for track, item in items(again) if track.kind == "Video" and isinstance(item, otio.schema.Clip)]
    assert len(video) == 3
    expected = [(4, 6), (8, 6), (14, 4)] if suffix != ".edl" else [(4, 4), (6, 8), (14, 4)]
    assert [
        (round(each.source_range.start_time.value) - HOUR, round(each.source_range.duration.value)) for each in video
    ] == expected, "an EDL tells a dissolve by cutting before it"
    assert video[0].media_reference.target_url.endswith("/masters/a.mov")
    said = " ".join(losses)
    assert ("sound" in said) == (suffix == ".edl")
    assert ("transitions" in said) == (suffix == ".fcpxml")
    assert ("colour decisions" in said) == (suffix in {".fcpxml", ".xml"})
    if suffix in {".otio", ".edl"}:
        assert video[0].metadata["cdl"]["asc_sop"]["slope"][0] == pytest.approx(1.1)
    if suffix == ".edl":
        assert BAKED in files[0].read_text()
        assert "ASC_SOP" in files[0].read_text()


def test_the_sound_of_a_clip_follows_its_picture(there: tuple[Any, Path]) -> None:
    cut, folder = there
    made = {each.name: Delivered(folder / f"{each.name}.mov") for each in cut.spans}
    new = relinked(cut, made)
    (sound,) = [item for track, item in items(new) if track.kind == "Audio"]
    assert sound.media_reference.target_url.endswith("/a.mov")


def test_two_picture_tracks_are_two_edls(media: Path, tmp_path: Path) -> None:
    timeline = otio.schema.Timeline("two")
    for name in ("a", "b"):
        track = otio.schema.Track(name, kind="Video")
        track.append(clip(media, name, 3, 4))
        timeline.tracks.append(track)
    files, losses = write_back(timeline, tmp_path / "two", [".edl"])
    assert [path.name for path in files] == ["two_V1.edl", "two_V2.edl"]
    assert losses == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4)), min_size=1, max_size=5), st.integers(0, 6))
def test_every_use_lies_in_one_span(
    media: Path, tmp_path_factory: Any, ranges: list[tuple[int, int]], handles: int
) -> None:
    folder = tmp_path_factory.mktemp("uses")
    cut = read_cut(written(folder, [clip(media, "a", first, count) for first, count in ranges]), handles=handles)
    for use in cut.uses:
        assert sum(s.first <= use.first and use.first + use.count <= s.first + s.count for s in cut.spans) == 1
    for one, other in zip(cut.spans, cut.spans[1:], strict=False):
        assert one.first + one.count < other.first


# ------------------------------------------------------------------ timelines that other tools wrote


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("speed_effects_small.edl", "is missing"),
        ("premiere_generators.xml", "generator or a title"),
        ("hiero_xml_export.xml", "is missing"),
        ("fcpx_project.fcpxml", "compound_clip_1 is nested"),
        ("screening_example.edl", "is missing"),
        ("25fps.edl", "is missing"),
    ],
)
def test_sample_timelines_of_other_tools_are_read_and_their_troubles_named(name: str, said: str) -> None:
    with pytest.raises(CutError) as caught:
        read_cut(SAMPLES / name)
    assert said in caught.value.message or "more" in caught.value.message


def test_a_bin_of_clips_is_no_timeline() -> None:
    with pytest.raises(CutError, match="holds no timeline"):
        read_cut(SAMPLES / "fcpx_clips.fcpxml")


@pytest.fixture(scope="module")
def edl_media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Media for the EDLs of the samples: their names, their timecode, 24 pictures a second."""
    folder = tmp_path_factory.mktemp("edl")
    write_shot(folder / "ZZ100_501 (LAY3).mov", frames=48, timecode="01:00:04:00")
    for name in ("clip_A", "clip_B"):
        write_shot(folder / f"{name}.mov", frames=60, timecode="01:00:04:00" if name == "clip_A" else "01:00:08:00")
    return folder


def test_an_edl_with_colour_decisions_keeps_them(edl_media: Path, tmp_path: Path) -> None:
    cut = read_cut(SAMPLES / "cdl.edl", media=[edl_media], handles=3)
    (only,) = cut.spans
    assert (only.first, only.count, only.clip.timecode) == (2, 37, "01:00:04:02")
    new = relinked(cut, {only.name: Delivered(tmp_path / "x.mov")})
    files, losses = write_back(new, tmp_path / "cdl", [".edl"])
    assert losses == []
    text = files[0].read_text()
    assert text.count("ASC_SAT") == 2
    assert "01:00:04:05 01:00:05:12" in text, "the source timecodes of the original list"
    assert "x.mov" in text


def test_an_edl_with_a_dissolve(edl_media: Path) -> None:
    cut = read_cut(SAMPLES / "dissolve_test_2.edl", media=[edl_media], handles=0)
    assert {each.media.stem for each in cut.spans} == {"clip_A", "clip_B"}
    for each in cut.uses:
        assert each.first >= 0
        assert each.first + each.count <= probe(each.media).frames
