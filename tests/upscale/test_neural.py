from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from upscale_stand import make_clip, make_picture

from unplastic.clip import ColorTags
from unplastic.errors import RecipeError, WeightsError
from unplastic.upscale import enlarged, runtime
from unplastic.upscale.lanczos import Lanczos
from unplastic.upscale.network import KINDS, WEIGHTS, Network, check_device, tile_of, tiled
from unplastic.upscale.neural import Enlarger, Neural
from unplastic.upscale.runtime import has_openvino
from unplastic.weights import fetch


@pytest.fixture(scope="module")
def weights() -> None:
    """The real network; skips visibly where the runtime or the weights cannot be had."""
    if not has_openvino():
        pytest.skip("the neural extra is not installed")
    try:
        fetch(WEIGHTS)
    except WeightsError as trouble:
        pytest.skip(f"no weights: {trouble}")


def photo_like(clip, index=0):
    """Smooth shapes with a hard edge and some texture, in all three planes."""
    y, x = np.mgrid[: clip.height, : clip.width].astype(float)
    top = (1 << clip.bit_depth) - 1
    luma = 0.35 + 0.2 * np.sin(x / 9) * np.cos(y / 7) + 0.3 * (x + 0.5 * y > clip.width * 0.6)
    luma += 0.02 * np.random.default_rng(index).standard_normal(luma.shape)
    return make_picture(clip, np.clip(luma, 0.1, 0.9) * top, 0.45 * top, 0.55 * top, index)


def stand_in(tile, overlap=3, *, shift=0.0, is_residual=False):
    """Instead of a network: blurs 3x3, repeats four times, shifts the brightness. Depends on one pixel around."""

    def run(rgb):
        wide = np.pad(rgb, ((0, 0), (1, 1), (1, 1)))
        total = sum(wide[:, j : j + rgb.shape[1], i : i + rgb.shape[2]] for j in range(3) for i in range(3)) / 9
        return (total + np.float32(shift)).repeat(4, axis=1).repeat(4, axis=2).astype(np.float32)

    return Network(run, tile, overlap, is_residual)


class TestTiles:
    @pytest.mark.parametrize("size", [(48, 64), (33, 47), (8, 100)])
    def test_leave_no_seam(self, size):
        rgb = np.random.default_rng(0).random((3, *size), np.float32)
        mix = np.array([0.2, 0.7, 0.1], np.float32)
        whole = tiled(rgb, stand_in(size), mix)
        for side in (32, 33, 40):
            assert np.abs(tiled(rgb, stand_in(tile_of(size, side)), mix) - whole).max() < 1e-6

    def test_share_a_picture_evenly(self):
        assert tile_of((720, 1280), 256) == (240, 256)
        assert tile_of((100, 90), 256) == (100, 90)
        assert tile_of((257, 257), 256) == (129, 129)


class TestTone:
    def bound(self, clip, target, **other: Any):
        return Enlarger(Neural(), stand_in((clip.height, clip.width), **other), clip, target, 0)

    @pytest.mark.parametrize("factor", [2, 3, 4, 5])
    def test_a_shift_of_brightness_is_taken_back(self, factor):
        clip = make_clip(64, 48)
        target = 64 * factor, 48 * factor
        picture = photo_like(clip)
        plain = Lanczos().bind(clip, *target)(picture)
        out = self.bound(clip, target, shift=0.03)(picture)
        assert out.y.shape == plain.y.shape
        assert abs(out.y.mean() - plain.y.mean()) < 1.0
        blocks = [
            plane.y[: 48 * factor, : 64 * factor].reshape(3, 16 * factor, 4, 16 * factor).mean(axis=(1, 3))
            for plane in (out, plain)
        ]
        assert np.abs(blocks[0] - blocks[1]).max() < 4.0

    def test_chroma_and_times_are_lanczos(self):
        clip = make_clip(64, 48, chroma="422", bit_depth=10)
        picture = make_picture(clip, index=4)
        plain, out = Lanczos().bind(clip, 128, 96)(picture), self.bound(clip, (128, 96))(picture)
        assert np.array_equal(out.cb, plain.cb)
        assert np.array_equal(out.cr, plain.cr)
        assert (out.index, out.pts, out.duration, out.bit_depth) == (4, 40, 10, 10)

    @pytest.mark.parametrize("full", [False, True])
    @pytest.mark.parametrize("depth", [8, 10, 12])
    def test_a_flat_picture_stays_flat(self, full, depth):
        clip = make_clip(32, 32, bit_depth=depth, color=ColorTags(1, 1, 1, full))
        code = 100 << (depth - 8)
        out = self.bound(clip, (64, 64))(make_picture(clip, code, 1 << (depth - 1), 1 << (depth - 1)))
        plain = Lanczos().bind(clip, 64, 64)(make_picture(clip, code, 1 << (depth - 1), 1 << (depth - 1)))
        assert np.abs(out.y.astype(int) - plain.y).max() <= 1

    def test_without_strength_it_is_lanczos(self):
        clip = make_clip(64, 48)
        how, picture = replace(Neural(), strength=0.0), photo_like(clip)
        out = Enlarger(how, stand_in((48, 64)), clip, (128, 96), 0)(picture)
        assert np.array_equal(out.y, Lanczos().bind(clip, 128, 96)(picture).y)

    def test_a_residual_network_is_added_to_the_picture(self):
        clip = make_clip(64, 48)
        silent = replace(
            stand_in((48, 64), is_residual=True), run=lambda rgb: np.zeros((3, 4 * 54, 4 * 70), np.float32)
        )
        picture = photo_like(clip)
        out = Enlarger(Neural(), silent, clip, (256, 192), 0)(picture)
        near = picture.y.repeat(4, axis=0).repeat(4, axis=1).astype(float) * 4
        assert np.corrcoef(out.y.ravel(), near.ravel())[0, 1] > 0.99


class Core:
    """Stands in for OpenVINO's view of a machine."""

    def __init__(self, *devices, called="NVIDIA A10"):
        self.available_devices = list(devices)
        self._called = called

    def get_property(self, device, name):
        assert device in {"CPU", "GPU"}
        return {"FULL_DEVICE_NAME": self._called, "OPTIMIZATION_CAPABILITIES": ["FP32"]}[name]


class TestDevice:
    def test_the_cpu_is_always_right(self):
        check_device(Core("CPU"), "CPU")

    @pytest.mark.parametrize("devices", [("CPU", "GPU"), ("CPU", "GPU.0", "GPU.1")])
    def test_a_real_gpu_is_taken(self, devices):
        check_device(Core(*devices, called="Intel(R) Arc(TM) A770 Graphics (dGPU)"), "GPU")

    @pytest.mark.parametrize("called", ["llvmpipe (LLVM 19.1.0, 256 bits)", "SwiftShader Device", "Mesa Lavapipe"])
    def test_software_that_says_it_is_a_gpu_is_refused(self, called):
        with pytest.raises(RecipeError, match="software") as error:
            check_device(Core("CPU", "GPU", called=called), "GPU")
        assert error.value.hint.startswith("use the CPU")

    def test_no_gpu_is_said(self):
        with pytest.raises(RecipeError, match="no GPU"):
            check_device(Core("CPU", "NPU"), "GPU")

    @pytest.mark.parametrize("device", ["Vulkan", "cpu", "AUTO", "GPU.1"])
    def test_nothing_else_is_a_device(self, device):
        with pytest.raises(RecipeError, match="not CPU or GPU"):
            check_device(Core("CPU", "GPU"), device)


def test_without_the_runtime_the_error_names_the_extra(monkeypatch):
    monkeypatch.setattr(runtime, "has_openvino", lambda: False)
    runtime.openvino.cache_clear()
    with pytest.raises(RecipeError, match="OpenVINO") as error:
        enlarged(make_clip(), "2x", "neural")
    assert "unplastic[neural]" in error.value.hint


@pytest.mark.skipif(not has_openvino(), reason="the neural extra is not installed")
def test_the_runtime_reports_to_nobody(tmp_path):
    """OpenVINO would report its import, and leave an identifier in the home folder."""
    code = (
        "import sys; from unplastic.upscale.runtime import openvino; openvino().Core()\n"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry')])"
    )
    environment = os.environ | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_loaded_when_there_is_nothing_to_do(monkeypatch):
    monkeypatch.setattr(runtime, "has_openvino", lambda: False)
    runtime.openvino.cache_clear()
    assert enlarged(make_clip(1920, 1080), "1080p", "neural").is_noop


def test_a_network_that_is_not_known_is_refused():
    with pytest.raises(RecipeError, match="no network"):
        replace(Neural(), model="drawings").bind(make_clip(), 128, 96)


@pytest.mark.usefixtures("weights")
class TestNetwork:
    def test_tiles_equal_the_whole_within_a_code(self):
        clip = make_clip(80, 72)
        picture = photo_like(clip)
        how = Neural(precision="f32")
        whole = how.bind(clip, 160, 144)(picture)
        parts = replace(how, tile_px=32).bind(clip, 160, 144)(picture)
        assert np.abs(whole.y.astype(int) - parts.y).max() <= 1

    def test_is_in_place_and_in_tone(self):
        """Against Lanczos: no shift of a hundredth of a sample's slope, and the same broad brightness."""
        clip = make_clip(64, 48)
        picture = photo_like(clip)
        plain, out = (each.bind(clip, 128, 96)(picture).y.astype(float) for each in (Lanczos(), Neural()))
        slope_y, slope_x = np.gradient(plain)
        inner = slice(12, -12)
        for slope in (slope_x, slope_y):
            shift = ((out - plain) * slope)[inner, inner].sum() / (slope[inner, inner] ** 2).sum()
            assert abs(shift) < 0.05
        assert abs(out.mean() - plain.mean()) < 1.0
        assert np.corrcoef(out.ravel(), plain.ravel())[0, 1] > 0.98

    def test_half_precision_is_close(self):
        clip = make_clip(64, 48)
        picture = photo_like(clip)
        full, half = (Neural(precision=p).bind(clip, 128, 96)(picture).y for p in ("f32", "bf16"))
        error = (full.astype(float) - half) / 4
        assert 20 * np.log10(255 / max(error.std(), 1e-6)) > 50

    def test_same_bytes_again(self):
        clip = make_clip(64, 48)
        picture = photo_like(clip)
        a, b = (enlarged(clip, "1.5x", "neural", seed=2)(picture).y for _ in range(2))
        assert np.array_equal(a, b)
        assert a.shape == (72, 96)

    def test_the_photo_network_runs(self):
        clip = make_clip(32, 32)
        picture = photo_like(clip)
        plain = Lanczos().bind(clip, 64, 64)(picture).y
        out = Neural(model="photo").bind(clip, 64, 64)(picture).y
        assert abs(out.mean() - plain.mean()) < 1.0
        assert np.corrcoef(out.ravel().astype(float), plain.ravel().astype(float))[0, 1] > 0.97


def test_every_network_has_its_weights():
    assert {f"{name}.{part}" for name in KINDS for part in ("param", "bin")} == set(WEIGHTS.files)
