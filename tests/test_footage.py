"""A folder of footage becomes a reference: what is taken, what is left out and named, and what is doubted."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from plates import write_plate
from scenes import scene
from unplastic.cli.outcome import DONE, UNMET, guarded
from unplastic.clip import Clip, ColorTags
from unplastic.errors import ClipMissing, ClipUnreadable, ClipUnsupported, ResultExists
from unplastic.finish import measure
from unplastic.footage import Sample, build_reference, doubts
from unplastic.measure.reference import VARIABLE, read_reference, shipped_reference
from unplastic.measure.score import spread_of
from unplastic.media import probe
from unplastic.reading import Finding, Plasticity, Reading, Report


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, plastic_clip: Path, hdr_clip: Path) -> Path:
    """Seven clips of two cameras, one beside them, a still; HDR and damaged files among them."""
    folder = tmp_path_factory.mktemp("footage") / "mine"
    for name in ("a/1.mp4", "a/2.mp4", "a/3.mp4", "b/1.mp4", "b/2.mp4", "alone.mp4"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(plastic_clip, folder / name)
    shutil.copy(hdr_clip, folder / "a" / "hdr.mp4")
    (folder / "b" / "broken.mov").write_bytes(plastic_clip.read_bytes()[:2000])
    (folder / "notes.txt").write_text("not a clip")
    Image.fromarray(scene(256, 192, 0)).save(folder / "still.png")
    return folder


@pytest.fixture(scope="module")
def built(footage: Path, tmp_path_factory: pytest.TempPathFactory):
    return build_reference(footage, tmp_path_factory.mktemp("out") / "mine.json")


def test_what_can_be_used_is_counted_and_the_rest_is_named(built) -> None:
    assert (built.clips, built.stills) == (6, 1)
    assert built.left_out.keys() == {"a/hdr.mp4", "b/broken.mov"}
    assert built.left_out["a/hdr.mp4"].startswith("HDR")
    assert "any" in built.cells


def test_the_file_holds_figures_and_sources_and_no_path(built, footage: Path) -> None:
    text = built.path.read_text()
    assert str(footage.parent) not in text
    assert json.loads(text)["sources"] == ["a", "alone.mp4", "b", "still.png"]
    everything = read_reference(built.path).cells[-1]
    assert everything.clips == 6
    assert everything.readings["scene_chroma", "frame"].mad == 0.0


def test_a_clip_is_judged_against_it(built, plastic_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = probe(plastic_clip)
    shipped = spread_of("texture_rms", "frame", clip)
    monkeypatch.setenv(VARIABLE, str(built.path))
    report = measure(plastic_clip)
    own, texture = spread_of("texture_rms", "frame", clip), report.reading("texture_rms")
    assert own is not None
    assert texture is not None
    assert own != shipped
    assert own.median == pytest.approx(texture.value, rel=1e-3)
    assert "own_reference" in {finding.name for finding in report.findings}


def test_an_earlier_reference_stays(built, footage: Path) -> None:
    before = built.path.read_bytes()
    with pytest.raises(ResultExists):
        build_reference(footage, built.path)
    assert built.path.read_bytes() == before


def test_folders_without_footage_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("x")
    for name, kind in (("none", ClipMissing), ("empty", ClipUnreadable), ("file.txt", ClipUnreadable)):
        with pytest.raises(kind, match=name):
            build_reference(tmp_path / name)
    assert not list(tmp_path.glob("*.json"))


def test_too_few_clips_say_so_with_what_was_left_out(tmp_path: Path, plastic_clip: Path, hdr_clip: Path) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    shutil.copy(plastic_clip, folder / "one.mp4")
    shutil.copy(hdr_clip, folder / "hdr.mp4")
    with pytest.raises(ClipUnsupported, match=r"1 camera clips .* needs 6; left out: hdr.mp4 \(HDR") as caught:
        build_reference(folder)
    assert "--match" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["few"]


NO_VERDICT = Plasticity(None, None, None, 0.0, None)


def made(
    readings: dict[str, float], findings: tuple[str, ...] = (), bits: float = 0.3, verdict: Plasticity = NO_VERDICT
) -> Sample:
    clip = Clip(
        Path("a.mp4"), "mp4", "h264", None, None, 1280, 720, Fraction(1), 0, Fraction(24), False, 48, 0, Fraction(2),
        Fraction(1, 24), 8, "420", ColorTags(), round(bits * 1280 * 720 * 24),
    )  # fmt: skip
    said = tuple(Finding(name, "warning", "frame", None, "", "") for name in findings)
    found = tuple(Reading(name, "frame", value, "1") for name, value in readings.items())
    return Sample("a", clip, Report("a.mp4", 1280, 720, 24.0, 48, bits, verdict, found, said))


CAMERA = {"grain_sigma": 1.2, "banding": 0.2, "texture_rms": 3.0}


@pytest.mark.parametrize(
    ("sample", "word"),
    [
        (made(CAMERA | {"grain_sigma": 0.0}), "no grain"),
        (made(CAMERA, ("frozen_grain",)), "does not change"),
        (made(CAMERA | {"banding": 30.0}), "flat colours"),
        (made(CAMERA | {"texture_rms": 0.1}), "far less texture"),
        (made(CAMERA, verdict=Plasticity(90.0, 85.0, 95.0, 1.0, "boil_loss", "generated")), "score higher"),
    ],
    ids=["no grain", "frozen", "cartoon", "smooth", "generated"],
)
def test_generated_and_drawn_folders_are_doubted(sample: Sample, word: str) -> None:
    reads_camera = made(CAMERA, verdict=Plasticity(5.0, 0.0, 9.0, 1.0, None, "camera"))
    (said,) = doubts([sample, sample, reads_camera])
    assert said.startswith("2 of 3 clips")
    assert word in said
    assert doubts([sample, made(CAMERA), made(CAMERA)]) == ()


def test_missing_grain_is_no_doubt_where_an_encoder_takes_it() -> None:
    assert doubts([made(CAMERA | {"grain_sigma": 0.0}, bits=0.1)] * 3) == ()


def test_the_command_says_what_it_made(footage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from unplastic.cli.reference import build

    few = tmp_path / "few"
    few.mkdir()
    for number in range(6):
        write_plate(few / f"{number}.mkv", 1.5, frames=3)
    assert guarded(lambda: build(few, tmp_path / "r.json", overwrite=False, as_json=True)) == DONE
    said = capsys.readouterr()
    assert json.loads(said.out)["clips"] == 6
    assert "6/6 5.mkv" in said.err
    assert guarded(lambda: build(tmp_path / "none", None, overwrite=False, as_json=False)) == UNMET
    assert "no such folder" in capsys.readouterr().err


def test_the_shipped_reference_has_no_doubt_about_itself() -> None:
    everything = shipped_reference().cells[-1].readings
    typical = {name: everything[name, "frame"].median for name in ("banding", "texture_rms")}
    assert doubts([made(typical)] * 6) == ()
