from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from sitters import Sitter, photographed, pores
from unplastic.measure.skin import Skin
from unplastic.reading import Reading
from unplastic.vision.skinbands import LINES, PORES

STEP = (0.5, 0.25)


@cache
def scene(ipd_px: float, seed: int = 0) -> np.ndarray:
    sitter = Sitter.framed(ipd_px)
    return pores((sitter.height, sitter.width), sitter.px_per_mm, seed=seed)


@pytest.fixture
def read(monkeypatch, lab):
    """Readings of a face by name; noise, contrast of the pores, blur of the camera and a treatment may be set."""

    def readings(
        ipd_px, frames=8, *, noise=1.0, contrast=1.0, blur_px=0.5, step=STEP, treated=None, bits=0.3, smear=0.0
    ) -> dict[str, Reading]:
        sitter = Sitter.framed(ipd_px, step)
        sitter.shows(monkeypatch)
        own = type(lab)(sitter.height, sitter.width)
        lumas = []
        for t in range(frames):
            skin = photographed(scene(ipd_px), (step[0] * t, step[1] * t), blur_px)
            plane = sitter.scene(t) + np.float32(contrast) * (skin - skin.mean())
            plane = plane if treated is None else treated(plane)
            if smear:
                plane = cv2.blur(plane.astype(np.float32), (max(1, round(smear)), 1))
            lumas.append(plane + own.grain(noise, seed=t))
        clip = own.clip(frames, bitrate_bps=round(bits * sitter.height * sitter.width * 24))
        measure = Skin()
        runs = [run for i in range(0, frames, 8) for run in own.runs(lumas[i : i + 8], own.clip(8))]
        found = measure.conclude([measure.observe(run) for run in runs], clip).readings
        return {reading.name: reading for reading in found}

    return readings


@pytest.mark.parametrize(("ipd", "rms", "frames"), [(160, 0.94, 16), (240, 1.24, 8), (320, 1.5, 4)])
def test_pores_read_as_the_study_found(read, ipd, rms, frames) -> None:
    """Measuring A1: pores 0.3 mm across, 60 to the cm2, contrast 10, noise 2, through a lens that blurs by 0.5 px."""
    found = read(ipd, frames, noise=2.0, step=(0.0, 0.0))["skin_texture"]
    assert found.valid, found.why_not
    assert found.value == pytest.approx(rms, rel=0.15)
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(("ipd", "most"), [(170, 0.16), (240, 0.08), (320, 0.06)])
def test_motion_by_parts_of_a_pixel_costs_little(read, ipd, most) -> None:
    """The smaller the face, the nearer its pores lie to the pixels, between which they must be interpolated."""
    still, moving = (read(ipd, 5, step=step)["skin_texture"].value for step in ((0.0, 0.0), STEP))
    assert (1.0 - most) * still < moving < 1.03 * still


def test_small_faces_are_not_measurable(read) -> None:
    found = read(60)
    for name in ("skin_texture", "skin_lines", "skin_pit_skewness"):
        assert not found[name].valid
        assert "60 px between the pupils" in found[name].why_not
    assert found["face_ipd"].value == pytest.approx(60.0)


def test_medium_faces_need_many_frames_and_say_how_little_they_know(read) -> None:
    few, many = (read(136, frames)["skin_texture"] for frames in (8, 16))
    assert not few.valid
    assert "12 pairs" in few.why_not
    assert many.valid
    assert many.high > 1.3 * many.value


def test_noise_is_not_texture(read) -> None:
    quiet, *noisy = (read(240, 16, noise=noise)["skin_texture"].value for noise in (0.5, 2.0, 4.0))
    assert noisy == pytest.approx([quiet] * 2, rel=0.05)


def test_the_same_skin_reads_alike_at_another_size(read) -> None:
    """Only pixels between lens and picture: with a blur that is fixed in pixels small faces truly hold less."""
    for name in ("skin_texture", "skin_lines"):
        values = [read(ipd, 5, blur_px=0.29)[name].value for ipd in (190, 240, 340)]
        assert values == pytest.approx([values[1]] * 3, rel=0.15), name


def test_texture_is_linear_in_contrast(read) -> None:
    values = [read(240, 4, noise=0.5, contrast=c)["skin_texture"].value for c in (0.5, 1.0, 2.0)]
    assert values == pytest.approx([0.5 * values[1], values[1], 2.0 * values[1]], rel=0.08)


def test_plastic_has_less_the_more_plastic_it_is(read, lab) -> None:
    values = [
        read(240, 4, noise=0.5, treated=lambda plane, s=s: lab.plasticise(plane, s))["skin_texture"].value
        for s in (0.0, 0.5, 1.0)
    ]
    assert values[0] > values[1] > values[2]
    assert values[0] > 2.0 * values[2]


def test_pores_are_pits_and_noise_is_not(read) -> None:
    found = read(240, 8, noise=2.0)["skin_pit_skewness"]
    assert -2.9 < found.value < -1.5
    raised = read(240, 8, noise=2.0, contrast=-1.0)["skin_pit_skewness"]
    assert raised.value == pytest.approx(-found.value, rel=0.1)


def test_pits_need_a_close_up(read) -> None:
    assert "no shape" in read(170)["skin_pit_skewness"].why_not


def test_lines_and_pores_are_told_apart(read, lab) -> None:
    """A grating of one wavelength appears in the band that it belongs to."""
    for cycles, strong, weak in ((0.8, "skin_texture", "skin_lines"), (0.2, "skin_lines", "skin_texture")):
        sitter = Sitter.framed(240)
        x = np.arange(sitter.width) / sitter.px_per_mm
        wave = (3.0 * np.sin(2 * np.pi * cycles * x)).astype(np.float32)
        found = read(240, 3, noise=0.5, contrast=0.0, step=(0.0, 0.0), treated=lambda plane, w=wave: plane + w)
        band = PORES if strong == "skin_texture" else LINES
        truth = 3.0 / np.sqrt(2.0) * float(band.response(np.array([cycles]))[0])
        assert found[strong].value == pytest.approx(truth, rel=0.08)
        assert found[weak].value < 0.35 * found[strong].value


def test_a_soft_face_is_not_measurable_rather_than_plastic(read) -> None:
    found = read(240, 4, treated=lambda plane: cv2.GaussianBlur(plane, (0, 0), 3.5))["skin_texture"]
    assert not found.valid
    assert "soft" in found.why_not


def test_motion_blur_is_not_measurable(read) -> None:
    """Half of a motion of 9 px a frame, as a shutter of 180 degrees leaves it."""
    found = read(240, 5, step=(0.0, 9.0), smear=4.5)["skin_texture"]
    assert not found.valid
    assert "motion" in found.why_not
    sharp = read(240, 5, step=(0.0, 9.0))["skin_texture"]
    assert sharp.valid, sharp.why_not


def test_too_few_bits_make_it_doubtful(read) -> None:
    found = read(240, 4, bits=0.03)["skin_texture"]
    assert not found.valid
    assert found.value is not None
    assert "bits per pixel" in found.why_not


def test_a_single_frame_is_not_measured(read) -> None:
    assert "next frame" in read(240, 1)["skin_texture"].why_not


def test_without_a_finder_it_says_so(lab, monkeypatch) -> None:
    from unplastic.vision import Run

    monkeypatch.setattr(Run, "faces", lambda _run, _t: ())
    monkeypatch.setattr(Run, "faces_known", False)
    monkeypatch.setattr(Run, "faces_why_not", "the weights could not be had")
    measure = Skin()
    readings = measure.conclude(
        [measure.observe(run) for run in lab.runs(lab.sequence("real")[0])], lab.clip(8)
    ).readings
    assert all("faces could not be looked for: the weights" in reading.why_not for reading in readings)


def test_a_mirror_changes_nothing(read) -> None:
    plain = read(200, 5, step=(0.0, 0.0))
    mirrored = read(200, 5, step=(0.0, 0.0), treated=lambda plane: np.ascontiguousarray(plane[:, ::-1]))
    for name in ("skin_texture", "skin_lines"):
        assert mirrored[name].value == pytest.approx(plain[name].value, rel=0.05)
