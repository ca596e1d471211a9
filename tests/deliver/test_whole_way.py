"""From a film to what an editor opens: run against the rehearsal, approved, delivered; read by other houses' tools."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import opentimelineio as otio
import pytest

import filming
from cutting import written
from shipping import certificate, delivered_by, write_shot
from unplastic.cli.film import begun
from unplastic.deliver.provenance import origin_of
from unplastic.deliver.timeline import NAMES, items, read_timeline
from unplastic.media import probe
from unplastic.pipeline.notes import Note, Notes
from unplastic.rehearsal import Rehearsal

FRAMES, HOUR = 12, 86_400
NOTES = (("sh000", 5, "The rim, shimmers", "raw"), ("sh001", 3, "Hold this", "finished"))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of two shots, run, finished, noted and approved; the shelf's clips know nothing of unplastic."""
    root = tmp_path_factory.mktemp("whole")
    shelf = root / "shelf"
    shelf.mkdir()
    write_shot(shelf / "a.mp4", frames=FRAMES)
    made = filming.write_film(root / "film", 2, model="seedance-2.0 by ark")
    with Rehearsal(clips=shelf) as server:
        code, _, err = filming.done("run", made, UNPLASTIC_REHEARSAL=server.url)
        assert code == 0, err
        for shot in ("sh001", "sh000"):
            code, _, err = filming.done(
                "verdict", made, shot, "approve", "--seen", "here", UNPLASTIC_REHEARSAL=server.url
            )
            assert code == 0, err
    with begun(made, rehearsal=True) as (_, project, desk):
        notes = Notes(desk.database)
        for shot, frame, text, side in NOTES:
            take = f"sc00/{shot}/tk01"
            notes.add(Note("", project.id, take, "", side, frame, None, text, "Ann", 0.0))
    return made


@pytest.fixture(scope="module")
def deliveries(film: Path) -> dict[str, tuple[Path, dict[str, Any]]]:
    """One delivery for each program; Premiere's is signed, and Resolve's has web files and ungraded pictures."""
    chain, key = certificate(film.parent)
    more: dict[str, list[str | Path]] = {
        "otio": ["--no-web"],
        "premiere": ["--no-web", "--certificate", chain, "--key", key],
        "resolve": ["--ungraded"],
    }
    made = {}
    for to, words in more.items():
        out = film.parent / f"for {to}"
        code, said = delivered_by(film / "film.toml", "--rehearsal", "--to", to, "-o", out, "--json", *words)
        assert code == 0, said
        made[to] = out, json.loads(said)
    return made


TIMELINES = [("otio", ".otio"), ("premiere", ".xml"), ("premiere", ".edl"), ("premiere", ".otio"),
             ("resolve", ".otio"), ("resolve", ".edl"), ("resolve", ".fcpxml")]  # fmt: skip


@pytest.mark.parametrize(("to", "suffix"), TIMELINES)
def test_every_timeline_links_to_files_that_hold_its_frames(deliveries: Any, to: str, suffix: str) -> None:
    folder, document = deliveries[to]
    timeline = read_timeline(folder / f"for {to}{suffix}", Fraction(24))
    shown = [item for track, item in items(timeline) if track.kind == "Video"]
    assert [item.name for item in shown] == ["sc00_sh000_tk01", "sc00_sh001_tk01"], "the film's order"
    for item in shown:
        file = file_of(item)
        clip = probe(file)
        first = round(item.source_range.start_time.value)
        assert file.parent == folder / "masters"
        assert (first, round(item.source_range.duration.value), clip.frames) == (HOUR, FRAMES, FRAMES)
        assert clip.timecode == "01:00:00:00"
    sound = [item for track, item in items(timeline) if track.kind == "Audio"]
    assert len(sound) == (0 if suffix == ".edl" else 2)
    assert ("EDL does not keep the sound tracks (1)" in document["losses"]) == (to != "otio")


@pytest.mark.parametrize(("to", "suffix"), TIMELINES)
def test_notes_ride_along_as_markers_and_what_a_format_drops_of_them_is_named(
    deliveries: Any, to: str, suffix: str
) -> None:
    folder, document = deliveries[to]
    timeline = read_timeline(folder / f"for {to}{suffix}", Fraction(24))
    found = [(each, marker) for each in timeline.video_tracks()[0].find_clips() for marker in each.markers]
    assert [(each.name, round(marker.marked_range.start_time.value) - HOUR) for each, marker in found] == [
        ("sc00_sh000_tk01", 5), ("sc00_sh001_tk01", 3),
    ]  # fmt: skip
    words = [marker.name for _, marker in found]
    if suffix == ".edl":
        assert words == ["THE RIM, SHIMMERS", "HOLD THIS"]
        assert "LOC: 00:00:00:15 ORANGE" in (folder / f"for {to}.edl").read_text(), "on record time: 12 and 3"
    else:
        assert words == ["The rim, shimmers", "Hold this"]
    lost = {
        ".otio": set(), ".edl": {"small letters", "comments"}, ".fcpxml": {"comments", "colours"}, ".xml": {"colours"},
    }[suffix]  # fmt: skip
    said = [each for each in document["losses"] if each.startswith(f"{NAMES[suffix]} does not keep the")]
    assert {what for what in ("places", "words", "small letters", "comments", "colours")
            if any(f"the {what} of" in each for each in said)} == lost  # fmt: skip
    if "comments" not in lost:
        assert found[0][1].comment.startswith("Ann, raw, 1970-01-01")


def test_other_houses_decode_every_master(deliveries: Any) -> None:
    if not shutil.which("ffprobe"):
        pytest.skip("ffprobe is not on this machine (root: apt-get install ffmpeg)")
    for to, codec in (("otio", "prores"), ("premiere", "prores"), ("resolve", "dnxhd")):
        masters = sorted((deliveries[to][0] / "masters").glob("*.mov"))
        assert len(masters) == 2
        for path in [*masters, *(deliveries[to][0] / "ungraded").glob("*.mov")]:
            shown = ["-show_entries", "stream=codec_name,avg_frame_rate,nb_read_frames:stream_tags=timecode"]
            words = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", *shown, "-of", "json", path]
            (video,) = json.loads(told(*words))["streams"]
            assert (video["codec_name"], video["avg_frame_rate"], video["nb_read_frames"]) == (codec, "24/1", "12")
            assert video["tags"]["timecode"] == "01:00:00:00"
            assert told("ffmpeg", "-v", "error", "-i", path, "-f", "null", "-") == "", "it decodes without a word"


def test_the_check_passes_for_every_file(deliveries: Any) -> None:
    for to, (_, document) in deliveries.items():
        files = [each for shot in document["shots"] for each in shot["checks"]]
        assert len(files) == (6 if to == "resolve" else 2)
        assert all(each["verdict"] == "alive" for each in files), files
    folder = deliveries["resolve"][0]
    for name in ("web/sc00_sh000_tk01_av1.mp4", "masters/sc00_sh000_tk01.mov"):
        code, said = delivered_by("--check", folder / name)
        assert code == 0, said
        assert "alive" in said


def test_every_file_says_that_it_was_generated(deliveries: Any) -> None:
    for path in (deliveries["premiere"][0] / "masters").glob("*.mov"):
        origin = origin_of(path)
        assert origin.is_generated
        assert origin.state == "Valid"
    for path in (deliveries["resolve"][0] / "masters").glob("*.manifest.json"):
        assert "trainedAlgorithmicMedia" in path.read_text()
        assert '"grade (fine-35mm)"' in path.read_text()
    for path in (deliveries["resolve"][0] / "ungraded").glob("*.manifest.json"):
        assert "grade (" not in path.read_text(), "a manifest tells what was done, and no more"
    assert deliveries["otio"][1]["shots"][0]["provenance"] == "beside"


def test_nothing_delivered_speaks_of_a_folder_that_is_gone(film: Path, deliveries: Any) -> None:
    for folder, document in deliveries.values():
        assert [Path(each["source"]) for each in document["shots"]] == [
            film / "takes" / "sc00" / shot / "tk01_original.mp4" for shot in ("sh000", "sh001")
        ]
        assert all(Path(each["source"]).is_file() for each in document["shots"])
        for path in folder.glob("*.*"):
            assert str(film / ".unplastic") not in path.read_text(), path.name


def test_ungraded_timelines_are_for_the_ungraded_pictures(deliveries: Any) -> None:
    folder, document = deliveries["resolve"]
    assert "for resolve_ungraded.edl" in document["timelines"]
    for suffix in (".otio", ".edl", ".fcpxml"):
        for clip in read_timeline(folder / f"for resolve_ungraded{suffix}", Fraction(24)).find_clips():
            assert file_of(clip).parent == folder / "ungraded"
    text = (folder / "for resolve_ungraded.edl").read_text()
    assert text.count("THE PICTURES ARE UNGRADED") == text.count("ASC_SOP") == 2


def test_a_cut_of_finished_takes_is_delivered_as_they_were_finished(film: Path, tmp_path: Path) -> None:
    """Editors cut with what lies in takes/: it is not finished a second time, and handles reach into the original."""
    takes = film / "takes" / "sc00"
    things = []
    for shot, start in (("sh000", 3), ("sh001", 5)):
        url = (takes / shot / "tk01_finished.mp4").as_uri()
        known = otio.opentime.TimeRange(otio.opentime.RationalTime(HOUR, 24), otio.opentime.RationalTime(FRAMES, 24))
        used = otio.opentime.TimeRange(otio.opentime.RationalTime(HOUR + start, 24), otio.opentime.RationalTime(4, 24))
        things.append(otio.schema.Clip(shot, otio.schema.ExternalReference(url, known), used))
    out = tmp_path / "out"
    words = ["--to", "otio", "--handles", "2", "--no-web", "--master", "ffv1", "-o", out, "--json"]
    code, said = delivered_by(written(tmp_path, things), *words)
    assert code == 0, said
    shots = json.loads(said)["shots"]
    assert [each["recipe"] for each in shots] == ["as in tk01_report.json"] * 2
    assert [Path(each["source"]).name for each in shots] == ["tk01_original.mp4"] * 2
    clips = list(read_timeline(out / "cut.otio").find_clips())
    assert [round(each.source_range.start_time.value) - HOUR for each in clips] == [3, 5]
    held = [each.media_reference.available_range for each in clips]
    assert [(round(each.start_time.value) - HOUR, round(each.duration.value)) for each in held] == [(1, 8), (3, 8)]
    for clip, first in zip(clips, ("01:00:00:01", "01:00:00:03"), strict=True):
        assert (probe(file_of(clip)).frames, probe(file_of(clip)).timecode) == (8, first)


def test_a_watched_folder_is_delivered(tmp_path: Path) -> None:
    folder = tmp_path / "rushes"
    folder.mkdir()
    filming.write_agents(folder)
    write_shot(folder / "sh010.mp4", rate=Fraction(30_000, 1001), frames=8, sound=False)
    code, _, err = filming.done("watch", folder, "--once", "--settle", "0")
    assert code == 0, err
    code, _, err = filming.done("verdict", folder, "sh010", "approve", "--seen", "in a test")
    assert code == 0, err
    here = os.getcwd()  # noqa: PTH109 - what "." means
    os.chdir(folder)
    try:
        code, said = delivered_by(".", "--to", "resolve", "--no-web", "--generated")
    finally:
        os.chdir(here)
    assert code == 0, said
    out = tmp_path / "rushes_delivery"
    edl = (out / "rushes.edl").read_text()
    assert "NON-DROP" in edl
    assert "01:00:00:00 01:00:00:08" in edl, "the label in the file, not one that drops numbers"
    assert "its adapter knows no 29.97" in said
    (clip,) = read_timeline(out / "rushes.otio").find_clips()
    assert probe(file_of(clip)).timecode == "01:00:00:00"
    statement = (out / "masters" / f"{file_of(clip).stem}.manifest.json").read_text()
    assert "trainedAlgorithmicMedia" in statement, "--generated is heard for filed clips as well"


def file_of(clip: Any) -> Path:
    """The file that a clip links to, which has to be there."""
    path = Path(unquote(urlparse(clip.media_reference.target_url).path))
    assert path.is_file(), path
    return path


def told(*words: str | Path) -> str:
    return subprocess.run([*map(str, words)], capture_output=True, text=True, check=True).stdout
