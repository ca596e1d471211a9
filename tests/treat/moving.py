"""Shots with known motion for treatments that look at scenes, and a chain to run them through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from unplastic.clip import Clip, ColorTags, Picture
from unplastic.treat import Chain, Geometry
from unplastic.vision import Scene, watched
from unplastic.vision.motion import Motion

DEPTH = 12
STEPS = 1 << (DEPTH - 8)


def blur(plane: np.ndarray, sigma: float) -> np.ndarray:
    """Periodic Gaussian blur."""
    fy, fx = np.fft.fftfreq(plane.shape[0])[:, None], np.fft.fftfreq(plane.shape[1])[None, :]
    gain = np.exp(-2.0 * np.pi**2 * sigma**2 * (fy**2 + fx**2))
    return np.fft.ifft2(np.fft.fft2(plane) * gain).real.astype(np.float32)


def fine(plane: np.ndarray) -> np.ndarray:
    """The band of pores and weave."""
    return blur(plane, 0.7) - blur(plane, 1.6)


def grain(size: tuple[int, int], sigma: float, seed: int) -> np.ndarray:
    """White noise."""
    return (np.random.default_rng(seed).standard_normal(size) * sigma).astype(np.float32)


def texture(size: tuple[int, int], alpha: float, rms: float, seed: int) -> np.ndarray:
    """1/f^(alpha/2) texture of a given rms, zero mean, periodic."""
    white = np.random.default_rng(seed).standard_normal(size)
    radius = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.fftfreq(size[1])[None, :])
    radius[0, 0] = np.inf
    plane = np.fft.ifft2(np.fft.fft2(white) * radius ** (-alpha / 2)).real
    return (plane * rms / plane.std()).astype(np.float32)


def rolled(plane: np.ndarray, t: int, move: tuple[int, int]) -> np.ndarray:
    """A periodic plane after ``t`` frames of ``move`` (x, y) whole pixels."""
    return np.roll(plane, (t * move[1], t * move[0]), (0, 1))


def shown(plane: np.ndarray) -> np.ndarray:
    """Codes as the picture holds them."""
    return np.rint(np.clip(plane, 0, 255) * STEPS).astype(np.float32) / STEPS


def flow_of(shape: tuple[int, ...], ratio: tuple[float, float], move: tuple[float, float]) -> np.ndarray:
    """A map of one motion, given in luma pixels."""
    flow = np.empty((*shape, 2), np.float32)
    flow[..., 0], flow[..., 1] = move[0] / ratio[0], move[1] / ratio[1]
    return flow


def known_motion(move: tuple[float, float]) -> Callable[[Scene], None]:
    """Tell every scene its motion instead of letting it look."""

    def tell(scene: Scene) -> None:
        for each in (scene.previous, scene):
            if each is not None and each._pair is None and each.next is not None:
                flow = flow_of(each.small.shape, each.ratio, move)
                each._pair = _motion(flow), _motion(-flow)

    return tell


def _motion(flow: np.ndarray) -> Motion:
    """Sure of itself, but where it leaves the picture."""
    height, width = flow.shape[:2]
    x, y = flow[..., 0] + np.arange(width), flow[..., 1] + np.arange(height)[:, None]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return Motion(flow, inside, np.where(inside, 0.0, 100.0).astype(np.float32))


def clip_of(shape: tuple[int, int], frames: int) -> Clip:
    return Clip(
        path=Path("made.mp4"), container="mp4", codec="h264", profile=None, encoder=None, width=shape[1],
        height=shape[0], pixel_aspect=Fraction(1), rotation_deg=0, frame_rate=Fraction(24), is_variable_rate=False,
        frames=frames, start_pts=0, duration_s=Fraction(frames, 24), time_base=Fraction(1, 24), bit_depth=DEPTH,
        chroma="420", color=ColorTags(1, 1, 1), bitrate_bps=None,
    )  # fmt: skip


def picture_of(luma: np.ndarray, index: int) -> Picture:
    codes = np.clip(np.rint(luma * STEPS), 0, 256 * STEPS - 1).astype(np.uint16)
    tint = np.full((-(-luma.shape[0] // 2), -(-luma.shape[1] // 2)), 128 * STEPS, np.uint16)
    return Picture(codes, tint, tint, DEPTH, index, index)


def treated_shot(
    pictures: Sequence[np.ndarray],
    treatments: Sequence[Any],
    *,
    prepare: Callable[[Scene], None] | None = None,
    after: Callable[[Chain, Scene], None] | None = None,
    chain: Chain | None = None,
    up: float = 1.0,
    rows: int = 64,
) -> tuple[list[np.ndarray], Chain]:
    """Lumas in codes after the chain, and the chain."""
    clip = clip_of((pictures[0].shape[0], pictures[0].shape[1]), len(pictures))
    geometry = Geometry(clip.width, clip.height, 2, 2, DEPTH, DEPTH, Fraction(24), clip.color, 1)
    chain = chain or Chain(treatments, geometry, rows=rows)
    found = []
    for picture, scene in watched((picture_of(p, t) for t, p in enumerate(pictures)), clip, up=up):
        if prepare:
            prepare(scene)
        planes = [np.zeros(plane.shape, np.uint16) for plane in (picture.y, picture.cb, picture.cr)]
        target = Picture(*planes, DEPTH, picture.index, picture.pts)
        chain.run(picture, target, scene)
        if after:
            after(chain, scene)
        found.append(target.y.astype(np.float32) / STEPS)
    return found, chain
