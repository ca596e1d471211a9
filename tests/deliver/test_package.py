"""Whole deliveries through the command line, read by other houses' tools: ffprobe and MediaInfo."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import opentimelineio as otio
import pytest

from shipping import certificate, delivered_by, write_shot
from unplastic.deliver.delivery import Wish, deliver_shot
from unplastic.deliver.parcel import Parcel
from unplastic.deliver.shot import Shot, Treatment, source_of
from unplastic.errors import RecipeError, ResultUnwritable
from unplastic.finish import finish
from unplastic.media import pictures, probe
from unplastic.media.grained import asked_grain

QUICK = ["--rounds", "0"]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, shot_file: Path) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("delivered")
    chain, key = certificate(folder)
    source = folder / "sh010.mp4"
    shutil.copy(shot_file, source)
    before = hashlib.sha256(source.read_bytes()).digest()
    code, said = delivered_by(
        source, "--to", "premiere", "--clean", "--grain-plate", "--generated", "--certificate", chain,
        "--key", key, "-o", folder / "out", "--json", *QUICK,
    )  # fmt: skip
    assert code == 0, said
    assert hashlib.sha256(source.read_bytes()).digest() == before, "the source is never changed"
    return folder / "out", json.loads(said)


def test_everything_is_there(delivered: tuple[Path, dict[str, Any]]) -> None:
    folder, document = delivered
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "masters/sh010.mov", "clean/sh010.mov", "grain/sh010.mov", "web/sh010.mp4", "web/sh010_av1.mp4",
        "web/sh010.tbl",
        "grade/sh010_33.cube", "grade/sh010_65.cube", "grade/sh010.ccc", "grade/config.ocio", "delivery.json",
        "out.xml", "out.edl", "out.otio",
    }  # fmt: skip
    assert json.loads((folder / "delivery.json").read_text()) == document
    assert {str(Path(each)) for each in document["shots"][0]["files"].values()} <= found


def test_names_timecode_tags_frames_and_sound_are_the_source_s(
    delivered: tuple[Path, dict[str, Any]], shot_file: Path
) -> None:
    source = probe(shot_file)
    for name in ("masters/sh010.mov", "clean/sh010.mov", "web/sh010.mp4", "web/sh010_av1.mp4"):
        made = probe(delivered[0] / name)
        for field in ("frames", "frame_rate", "timecode", "color", "width", "height", "start_pts"):
            assert getattr(made, field) == getattr(source, field), (name, field)
        assert [each.codec for each in made.sound] == ["aac"]


def test_mediainfo_says_the_same(delivered: tuple[Path, dict[str, Any]]) -> None:
    from pymediainfo import MediaInfo

    for name, form in (("masters/sh010.mov", "ProRes"), ("web/sh010_av1.mp4", "AV1"), ("web/sh010.mp4", "AVC")):
        told = MediaInfo.parse(delivered[0] / name)
        video, other = told.video_tracks[0], told.other_tracks
        assert video.format == form
        assert (video.frame_count, float(video.frame_rate)) == ("24", 24.0)
        assert (video.color_primaries, video.matrix_coefficients) == ("BT.709", "BT.709")
        assert other[0].time_code_of_first_frame == "01:00:00:00"
        assert told.general_tracks[0].title == "A shot"


def test_the_grain_is_checked_and_arrives(delivered: tuple[Path, dict[str, Any]]) -> None:
    folder, document = delivered
    checks = {each["file"]: each for each in document["shots"][0]["checks"]}
    assert set(checks) == {"sh010.mov", "sh010.mp4", "sh010_av1.mp4"}
    assert all(each["verdict"] == "alive" for each in checks.values()), checks
    table = checks["sh010_av1.mp4"]
    assert table["carried"] == "table"
    assert table["decoded_codes8"] == pytest.approx(table["asked_codes8"], rel=0.1)
    assert asked_grain(folder / "web" / "sh010_av1.mp4").seeds == 24
    assert (folder / "web" / "sh010.tbl").read_text().count("\nE ") == 24


@pytest.mark.parametrize("name", ["masters/sh010.mov", "web/sh010.mp4", "web/sh010_av1.mp4"])
def test_any_file_can_be_checked(delivered: tuple[Path, dict[str, Any]], name: str) -> None:
    code, said = delivered_by("--check", delivered[0] / name, "--json")
    assert code == 0, said
    found = json.loads(said)
    assert found["verdict"] == "alive"
    promised = next(each for each in delivered[1]["shots"][0]["checks"] if each["file"] == Path(name).name)
    assert found["asked_codes8"] == pytest.approx(promised["asked_codes8"], rel=0.1)


def test_a_file_that_lost_its_grain_is_told(delivered: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """What a video site does: the master is encoded again, without regard for grain."""
    master = delivered[0] / "masters" / "sh010.mov"
    lost = tmp_path / "site.mp4"
    with av.open(str(master)) as held, av.open(str(lost), "w") as output:
        stream = output.add_stream("libx264", rate=24, options={"crf": "33", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 384, 256, "yuv420p"
        for frame in held.decode(video=0):
            frame.pict_type = 0
            output.mux(stream.encode(frame.reformat(format="yuv420p")))
        output.mux(stream.encode(None))
    code, said = delivered_by("--check", lost, "--against", master)
    assert code == 0, said
    assert "vanished" in said or "frozen" in said
    assert "do: " in said
    assert "tune grain" in said


def test_it_is_signed_and_says_that_it_was_generated(delivered: tuple[Path, dict[str, Any]]) -> None:
    from unplastic.deliver.provenance import origin_of

    assert delivered[1]["shots"][0]["provenance"] == "signed"
    for name in ("masters/sh010.mov", "clean/sh010.mov", "web/sh010_av1.mp4"):
        origin = origin_of(delivered[0] / name)
        assert origin.is_generated
        assert origin.state == "Valid"


def test_the_timeline_links_to_the_master(delivered: tuple[Path, dict[str, Any]]) -> None:
    timeline = otio.adapters.read_from_file(str(delivered[0] / "out.otio"))
    clip, sound = timeline.find_clips()
    assert clip.media_reference.target_url == (delivered[0] / "masters" / "sh010.mov").as_uri()
    assert clip.media_reference.available_range.start_time.to_timecode() == "01:00:00:00"
    assert clip.metadata["unplastic"]["grade_is_baked"] is True
    assert sound.media_reference.target_url == clip.media_reference.target_url
    assert "cdl" not in sound.metadata


@pytest.mark.parametrize("rate", ["24", "25", "30", "24000/1001", "30000/1001", "60000/1001"])
@pytest.mark.parametrize("master", ["prores", "dnxhr444"])
def test_rates_are_exact(tmp_path: Path, rate: str, master: str) -> None:
    source = write_shot(tmp_path / "x.mp4", rate=Fraction(rate), frames=8, timecode="")
    with Parcel(tmp_path / "out") as parcel:
        deliver_shot(Shot("x", probe(source)), Wish(master, treatment=Treatment(rounds=0)), parcel)
    for path in (tmp_path / "out").rglob("x*.m*"):
        assert probe(path).frame_rate == Fraction(rate), path.name
        assert probe(path).frames == 8
        if shutil.which("ffprobe"):
            command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=avg_frame_rate"]
            told = subprocess.run([*command, "-of", "csv=p=0", path], capture_output=True, text=True, check=True).stdout
            assert Fraction(told.strip().strip(",")) == Fraction(rate)


@pytest.mark.parametrize("master", ["exr", "tiff"])
def test_sequences_are_delivered_and_linked(tmp_path: Path, master: str) -> None:
    source = write_shot(tmp_path / "x.mp4", frames=4)
    code, said = delivered_by(source, "--to", "otio", "--master", master, "--no-web", "-o", tmp_path / "out", *QUICK)
    assert code == 0, said
    assert len(list((tmp_path / "out" / "masters" / "x").glob(f"*.{master}"))) == 4
    clip, sound = otio.adapters.read_from_file(str(tmp_path / "out" / "out.otio")).find_clips()
    reference = clip.media_reference
    assert isinstance(reference, otio.schema.ImageSequenceReference)
    first = Path(reference.target_url_for_image_number(0).removeprefix("file://"))
    assert first.is_file()
    assert Path(sound.media_reference.target_url.removeprefix("file://")).name == "x.wav"
    assert Path(sound.media_reference.target_url.removeprefix("file://")).is_file()


def test_a_finished_clip_is_delivered_as_it_was_finished(tmp_path: Path) -> None:
    source = write_shot(tmp_path / "x.mp4", frames=8)
    finished = finish(source, rounds=0, web=False, master="ffv1", seed=7, pins={"grain": {"sigma_codes8": 3.0}})
    assert source_of(finished.outputs["master"]) == (source, tmp_path / "x_report.json")
    code, said = delivered_by(finished.outputs["master"], "--master", "ffv1", "--no-web", "-o", tmp_path / "out")
    assert code == 0, said
    assert "as in x_report.json" in said
    made = pictures(probe(next((tmp_path / "out" / "masters").iterdir())))
    for a, b in zip(pictures(probe(finished.outputs["master"])), made, strict=True):
        assert (a.y == b.y).all()
    source.unlink()
    with pytest.raises(RecipeError, match="is gone"):
        source_of(finished.outputs["master"])


def test_a_cut_is_delivered(tmp_path: Path, shot_file: Path) -> None:
    from cutting import clip, trouble, written

    for name in ("a", "b"):
        shutil.copy(shot_file, tmp_path / f"{name}.mp4")
    path = written(tmp_path, [clip(tmp_path, "a", 6, 5), trouble(tmp_path, "generator"), clip(tmp_path, "b", 4, 3)])
    words = [
        path,
        "--to",
        "resolve",
        "--handles",
        "2",
        "--master",
        "ffv1",
        "--no-web",
        "-o",
        tmp_path / "out",
    ]
    code, said = delivered_by(*words, *QUICK)
    assert code == 1
    assert "generator or a title" in said
    assert not (tmp_path / "out").exists()
    code, said = delivered_by(*words, "--leave", *QUICK)
    assert code == 0, said
    assert "left as it is: bars" in said
    a, b = (probe(tmp_path / "out" / "masters" / f"{name}.mkv") for name in ("a", "b"))
    assert [(each.frames, each.timecode) for each in (a, b)] == [(9, "01:00:00:04"), (7, "01:00:00:02")]
    found = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"cut.otio", "cut.edl", "delivery.json"} <= found
    assert "lost: FCPXML was not written" in said, "its adapter knows no generators"


def test_a_full_disk_leaves_nothing(tmp_path: Path, shot_file: Path) -> None:
    """The encoder meets the limit that a full disk is, in a process of its own."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"from unplastic.cli import main; sys.argv = ['unplastic', 'deliver', {str(shot_file)!r}, '--rounds', '0',"
        f" '--no-web', '-o', {str(tmp_path / 'out')!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "disk is full" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_wishes_that_cannot_be_met(tmp_path: Path, shot_file: Path) -> None:
    for words, said in (
        ([shot_file, "--to", "avid"], "nothing is delivered to 'avid'"),
        ([tmp_path / "none.mp4"], "no such file"),
        ([tmp_path / "none.otio"], "no such file"),
        ([shot_file, "--master", "betacam", "--no-web"], "betacam"),
        ([tmp_path], "no "),
    ):
        code, text = delivered_by(*words, "-o", tmp_path / "out")
        assert code == 1, (words, text)
        assert said in text
    assert list(tmp_path.iterdir()) == []
    assert delivered_by()[0] == 2
    assert delivered_by(shot_file, "--key", shot_file)[0] == 2
    with pytest.raises(ResultUnwritable), Parcel(shot_file / "out"):
        pass


def test_a_film_s_approved_takes_are_delivered(tmp_path: Path, shot_file: Path) -> None:
    """The books of a film, with a take that was finished and approved and one that was not."""
    from unplastic.cli.film import project_of, read_or_folder
    from unplastic.pipeline.take import Status, Take
    from unplastic.pipeline.wish import Unkept, freeze
    from unplastic.settings import settings

    film = tmp_path / "film"
    film.mkdir()
    source = tmp_path / "work" / "source.mp4"
    source.parent.mkdir()
    shutil.copy(shot_file, source)
    report = finish(source, rounds=0, web=False, master="ffv1", seed=3).outputs["json"]
    project = project_of(read_or_folder(film), settings({}))
    with project.desk() as desk:
        desk.tables.write_film(project.id, "film", str(film), freeze(read_or_folder(film), Unkept()), 0.0)
        facts = {"original": desk.store.put(source), "suffix": ".mp4", "report": desk.store.put(report)}
        for shot, status in (("sh010", Status.REVIEW), ("sh020", Status.REVIEW)):
            take = Take(project.id, "", "kitchen", shot, 0, "generated", status, facts)
            added = desk.tables.add_take(take)
            assert added is not None
        code, said = delivered_by(film, "-o", tmp_path / "out")
        assert code == 1
        assert "no take is approved yet" in said
        assert desk.tables.change(added, status=Status.APPROVED, now_s=1.0) is not None
    code, said = delivered_by(film, "--to", "otio", "--no-web", "-o", tmp_path / "out")
    assert code == 0, said
    assert "as in kitchen_sh020_tk01_report.json" in said
    masters = [path.name for path in (tmp_path / "out" / "masters").glob("*.m*v")]
    assert masters == ["kitchen_sh020_tk01.mov"], "the one that was approved"
    statement = json.loads((tmp_path / "out" / "masters" / "kitchen_sh020_tk01.manifest.json").read_text())
    assert "trainedAlgorithmicMedia" in json.dumps(statement), "the books know that it was generated"
