"""Fixtures with known truth (measuring E): textures, grain, edges, plastic, and sequences in time. No files needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from unplastic.clip import CHROMA_STEPS, Chroma, Clip, ColorTags, Picture
from unplastic.measure import examine
from unplastic.measure.examination import RUN_FRAMES
from unplastic.reading import Reading, Report
from unplastic.vision import Run, runs_of

Plane = np.ndarray

LEVEL = 126.0
"""Mean luma at which the exposure gain of texture readings is 1."""


def blur(plane: Plane, sigma: float) -> Plane:
    """Periodic Gaussian blur."""
    fy, fx = np.fft.fftfreq(plane.shape[0])[:, None], np.fft.fftfreq(plane.shape[1])[None, :]
    gain = np.exp(-2.0 * np.pi**2 * sigma**2 * (fy**2 + fx**2))
    return np.fft.ifft2(np.fft.fft2(plane) * gain).real.astype(np.float32)


def fine(plane: Plane) -> Plane:
    return cv2.GaussianBlur(plane, (0, 0), 0.7) - cv2.GaussianBlur(plane, (0, 0), 1.6)


@dataclass(frozen=True)
class Lab:
    """Makers of pictures, clips and reports."""

    height: int = 256
    width: int = 320

    def fractal(self, alpha: float, rms: float, seed: int = 0) -> Plane:
        """1/f^(alpha/2) texture of a given rms, zero mean, periodic."""
        white = np.random.default_rng(seed).standard_normal((self.height, self.width))
        fy, fx = np.fft.fftfreq(self.height)[:, None], np.fft.fftfreq(self.width)[None, :]
        radius = np.hypot(fy, fx)
        radius[0, 0] = np.inf
        texture = np.fft.ifft2(np.fft.fft2(white) * radius ** (-alpha / 2)).real
        return (texture * rms / texture.std()).astype(np.float32)

    def grain(self, sigma: float, blur_px: float = 0.0, seed: int = 1) -> Plane:
        """Noise of a given standard deviation after a Gaussian blur, periodic."""
        white = np.random.default_rng(seed).standard_normal((self.height, self.width)).astype(np.float32)
        noise = blur(white, blur_px)
        return noise * np.float32(sigma / noise.std()) if sigma else noise * 0

    def edges(self, blur_px: float, low: float = 70.0, high: float = 180.0, slant: float = 0.12) -> Plane:
        """Slanted bars 40 px wide, blurred analytically by supersampling 4x."""
        y, x = np.mgrid[0 : self.height * 4, 0 : self.width * 4] / 4.0
        phase = (x + slant * y) % 80.0
        bars = np.where(phase < 40.0, low, high).astype(np.float32)
        soft = cv2.GaussianBlur(bars, (0, 0), blur_px * 4)
        return cv2.resize(soft, (self.width, self.height), interpolation=cv2.INTER_AREA)

    def unsharp(self, plane: Plane, amount: float, radius: float) -> Plane:
        return plane + np.float32(amount) * (plane - cv2.GaussianBlur(plane, (0, 0), radius))

    def plasticise(self, plane: Plane, strength: float = 1.0) -> Plane:
        """Flat surfaces smoothed, edges sharpened: bilateral filter three times, then unsharp where it is steep."""
        smooth = plane.astype(np.float32)
        for _ in range(3):
            smooth = cv2.bilateralFilter(smooth, 9, 25, 4)
        smooth = plane + np.float32(strength) * (smooth - plane)
        slope = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8)
        weight = np.clip((cv2.GaussianBlur(slope, (0, 0), 1.5) - 3.0) / 6.0, 0, 1)
        return smooth + np.float32(1.5 * strength) * weight * (smooth - cv2.GaussianBlur(smooth, (0, 0), 2.0))

    def clip(self, frames: int = RUN_FRAMES, *, bit_depth: int = 8, chroma: Chroma = "420", **changes: Any) -> Clip:
        fps = Fraction(24)
        clip = Clip(
            path=Path("made.mp4"),
            container="mp4",
            codec="h264",
            profile=None,
            encoder=None,
            width=self.width,
            height=self.height,
            pixel_aspect=Fraction(1),
            rotation_deg=0,
            frame_rate=fps,
            is_variable_rate=False,
            frames=frames,
            start_pts=0,
            duration_s=frames / fps,
            time_base=1 / fps,
            bit_depth=bit_depth,
            chroma=chroma,
            color=ColorTags(matrix=1),
            bitrate_bps=round(0.3 * self.width * self.height * 24),
        )
        return replace(clip, **changes)

    def picture(
        self, luma: Plane, index: int, clip: Clip, cb: Plane | float = 128.0, cr: Plane | float = 128.0
    ) -> Picture:
        scale = 1 << (clip.bit_depth - 8)
        kind = np.uint8 if clip.bit_depth == 8 else np.uint16
        across, down = CHROMA_STEPS[clip.chroma]
        shape = (-(-clip.height // down), -(-clip.width // across))

        def coded(plane: Plane | float) -> Any:
            return np.clip(np.rint(np.asarray(plane) * scale), 0, 256 * scale - 1).astype(kind)

        def chroma(plane: Plane | float) -> Any:
            return np.ascontiguousarray(np.broadcast_to(coded(plane), shape))

        return Picture(coded(luma), chroma(cb), chroma(cr), clip.bit_depth, index, index)

    def runs(self, lumas: Sequence[Plane], clip: Clip | None = None, **planes: Any) -> list[Run]:
        clip = clip or self.clip(len(lumas))
        return runs_of((self.picture(luma, i, clip, **planes) for i, luma in enumerate(lumas)), clip)

    def report(self, lumas: Sequence[Plane], clip: Clip | None = None, **planes: Any) -> Report:
        clip = clip or self.clip(len(lumas))
        pictures = [self.picture(luma, i, clip, **planes) for i, luma in enumerate(lumas)]
        runs: Iterable = [pictures[i : i + RUN_FRAMES] for i in range(0, len(pictures), RUN_FRAMES)]
        return examine(runs, clip)

    def sequence(self, kind: str, frames: int = RUN_FRAMES) -> tuple[list[Plane], Plane]:
        """One of the seven clips of measuring A4, moving by whole pixels, and the texture that is truly locked."""
        detail = self.fractal(1.0, 4.0, seed=3)
        skin = self.fractal(3.0, 4.0, seed=4)
        scene = self.grain(12.0, 14.0, seed=7)
        noise = [self.grain(1.0, seed=100 + t) for t in range(frames)]
        frozen = self.grain(4.0, seed=99)
        smooth = np.float32(0.0)
        lumas = []
        for t in range(frames):
            move = (2 * t, 3 * t)
            own = {
                "real": (detail, 2.0 * noise[t]),
                "smooth": (skin, 0.3 * noise[t]),
                "cheat": (skin, 4.0 * noise[t]),
                "overlay": (skin, frozen),
                "detail": (skin + detail, 0.3 * noise[t]),
                "smoothed in time": (detail, None),
                "boiling": (self.boiling(t), 0.3 * noise[t]),
            }[kind]
            surface, added = own
            if added is None:
                smooth = noise[t] * 2.0 if t == 0 else 0.8 * np.roll(smooth, (2, 3), (0, 1)) + 0.2 * 2.0 * noise[t]
                added = smooth
            lumas.append(LEVEL + np.roll(surface + scene, move, (0, 1)) + added)
        locked = {"real": detail, "smoothed in time": detail, "detail": skin + detail}.get(kind, skin)
        return lumas, locked

    def boiling(self, t: int, life: float = 4.0) -> Plane:
        """Texture of rms 4 whose correlation falls as exp(-k / life)."""
        keep = np.exp(-1.0 / life)
        now = self.fractal(1.0, 4.0, seed=500)
        for step in range(1, t + 1):
            now = keep * now + np.sqrt(1 - keep**2) * self.fractal(1.0, 4.0, seed=500 + step)
        return now.astype(np.float32)


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def large_lab() -> Lab:
    return Lab(480, 720)


@pytest.fixture
def photo() -> Callable[[str], tuple[Lab, Plane]]:
    """A public-domain photo of scikit-image as luma codes."""

    def load(name: str) -> tuple[Lab, Plane]:
        rgb = getattr(data, name)()
        rgb = rgb if rgb.ndim == 3 else np.repeat(rgb[..., None], 3, axis=2)
        luma = (rgb @ np.array([0.2126, 0.7152, 0.0722]) * 219 / 255 + 16).astype(np.float32)
        luma = luma[: luma.shape[0] // 2 * 2, : luma.shape[1] // 2 * 2]
        return Lab(*luma.shape), luma

    return load


@pytest.fixture
def valid() -> Callable[..., float]:
    """The value of a reading that must be valid."""

    def value(report: Report, name: str, region: str = "frame") -> float:
        reading: Reading | None = report.reading(name, region)
        assert reading is not None, name
        assert reading.valid, f"{name}: {reading.why_not}"
        assert reading.value is not None
        return reading.value

    return value
