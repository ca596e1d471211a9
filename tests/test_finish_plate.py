"""A plate through the whole job: read, believed or refused, matched, measured again on the file, and recorded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import unplastic as up
from plates import film, grain, patches, write_plate
from scenes import write_scene
from unplastic.cli.app import app
from unplastic.errors import ClipMissing, ClipUnreadable, ClipUnsupported
from unplastic.finish import plate
from unplastic.treat.grain import Grain

SIGMA, RADIUS_PX = 2.4, 0.7
RHO = tuple(float(np.exp(-(d**2) / (2 * RADIUS_PX) ** 2)) for d in range(4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("plates")


@pytest.fixture(scope="module")
def lossless(folder):
    write_plate(folder / "plate.mkv", SIGMA)
    return plate(folder / "plate.mkv")


@pytest.fixture(scope="module")
def clean(folder):
    write_plate(folder / "clean.mkv", 0.0, frames=12)
    return folder / "clean.mkv"


def h264(crf):
    return {"codec": "libx264", "options": {"crf": str(crf), "preset": "veryfast"}}


def test_grain_is_read_within_its_limits(lossless):
    model = lossless.grain
    assert model is not None, lossless.why_no_grain
    for luma, level in model.levels:
        assert level == pytest.approx(SIGMA * film(np.array(luma)), rel=0.10)
    for lag in range(4):
        assert model.correlation[0][lag] == pytest.approx(RHO[lag], abs=0.05)
        assert model.correlation[lag][0] == pytest.approx(RHO[lag], abs=0.05)
    assert model.cb_share == pytest.approx(0.4, abs=0.04)
    assert lossless.test.why_not is None


@pytest.mark.parametrize("crf", [8, 12])
def test_grain_survives_a_gentle_encoder(folder, crf):
    path = folder / f"crf{crf}.mp4"
    write_plate(path, SIGMA, **h264(crf))
    model = plate(path).grain
    assert model is not None
    for luma, level in model.levels:
        assert level == pytest.approx(SIGMA * film(np.array(luma)), rel=0.10)
    assert model.correlation[0][1] == pytest.approx(RHO[1], abs=0.05)


def test_what_a_hard_encoder_left_is_refused(folder):
    write_plate(folder / "crf26.mp4", SIGMA, **h264(26))
    refused = plate(folder / "crf26.mp4")
    assert refused.grain is None
    assert refused.why_no_grain
    assert [each.name for each in refused.findings] == ["plate_grain"]


def test_the_finished_clip_has_the_plate_s_grain(lossless, clean, tmp_path):
    result = up.finish(clean, match=lossless, out=tmp_path, master="ffv1", web=False)
    got = plate(result.outputs["master"]).grain
    assert got is not None
    for luma, level in got.levels:
        assert level == pytest.approx(lossless.grain.level_at(luma), rel=0.10)
    assert got.correlation[0][1] == pytest.approx(lossless.grain.correlation[0][1], abs=0.05)
    assert got.cb_share == pytest.approx(lossless.grain.cb_share, rel=0.15)

    document = json.loads(result.outputs["json"].read_text())["clips"][0]["recipe"]
    assert document["plate"]["file"] == "plate.mkv"
    assert document["plate"]["resynthesis"]["passed"] is True
    stored = next(each for each in document["treatments"] if each["name"] == "grain")
    assert Grain(**stored["values"]).level_curve


@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
def test_a_still_will_do_and_says_what_it_cannot_show(folder, suffix):
    gain = SIGMA * 255 / 219
    picture = (patches() - 16) * 255 / 219 + gain * grain(0, RADIUS_PX)
    path = folder / f"still.{suffix}"
    Image.fromarray(np.clip(np.rint(np.repeat(picture[..., None], 3, 2)), 0, 255).astype(np.uint8)).save(
        path, quality=95
    )
    read = plate(path)
    assert read.grain is not None, read.why_no_grain
    assert read.grain.peak_codes8 == pytest.approx(SIGMA, rel=0.10)
    assert "still" in read.warnings[0]


def test_a_plate_without_grain_adds_none(clean, lossless):
    read = plate(clean)
    assert read.grain is None
    assert read.why_no_grain


def bad_plates(folder: Path) -> dict[str, type]:
    (folder / "text.mov").write_text("not a film")
    (folder / "empty.mp4").write_bytes(b"")
    return {"text.mov": ClipUnreadable, "empty.mp4": ClipUnreadable, "nothing.mov": ClipMissing}


def test_a_plate_that_cannot_be_read_says_so(folder):
    for name, kind in bad_plates(folder).items():
        with pytest.raises(kind) as caught:
            plate(folder / name)
        assert caught.value.message.startswith("the plate cannot be used")
        assert caught.value.hint


def test_an_hdr_plate_is_refused_with_a_way_out(folder):
    write_scene(folder / "hdr.mp4", 320, 192, 4, hdr=True)
    with pytest.raises(ClipUnsupported, match="HDR") as caught:
        plate(folder / "hdr.mp4")
    assert "SDR" in caught.value.hint


def test_the_command_line_reads_the_plate_before_any_clip(folder, clean, tmp_path):
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, ["finish", str(clean), "--match", str(folder / "no.mov"), "-o", str(tmp_path)])
    assert result.exit_code != 0
    assert not list(tmp_path.iterdir())
