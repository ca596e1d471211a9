"""Make the sample clip: a public-domain photo, moved like a camera would, then made plastic the way generators do.

    python examples/sample_clip.py FOLDER [--truth]

writes ``sample.mp4``, and with ``--truth`` also ``sample_camera.mp4``: the same move as a camera would have seen it.
The photo is NASA's portrait of Eileen Collins (public domain), which ships inside scikit-image.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude, map_coordinates, spline_filter, zoom
from skimage import data

FRAMES = 60
FPS = 24
WIDTH, HEIGHT = 640, 480
ENLARGED = 1.5
SENSOR_NOISE_CODES8 = 1.6
BOIL_CODES8 = 0.7
BOIL_LIFE_FRAMES = 4.0

Rgb = NDArray[np.float32]


def camera(photo: Rgb, frames: int = FRAMES) -> Iterator[Rgb]:
    """A slow hand-held drift over the photo, fresh sensor noise in every frame; (HEIGHT, WIDTH, 3), 0..255."""
    noise = np.random.default_rng(7)
    for view in _moved(photo, frames):
        grain = gaussian_filter(noise.standard_normal(view.shape).astype(np.float32), (0.45, 0.45, 0))
        yield view + grain * (SENSOR_NOISE_CODES8 / grain.std())


def plastic(photo: Rgb, frames: int = FRAMES) -> Iterator[Rgb]:
    """The same drift as a generator would render it: flat areas smooth, edges too sharp, noise smoothed over time.

    What is left of the noise sticks to the surface and dies slowly: it boils instead of being new in every frame.
    """
    boil = _boil(photo.shape[:2])
    for view, position in zip(_moved(plasticise(photo), frames), _drift(frames), strict=True):
        yield view + map_coordinates(next(boil), position, order=1, mode="nearest")[..., None]


def plasticise(photo: Rgb) -> Rgb:
    """Airbrush what is flat (two passes of a bilateral filter), then sharpen what is an edge (radius 2, amount 0.8)."""
    smooth = photo
    for _ in range(2):
        smooth = _bilateral(smooth, radius_px=4, space_px=4.0, range_codes8=50.0)
    luma = smooth @ np.array([0.299, 0.587, 0.114], np.float32)
    edge = np.clip((gaussian_gradient_magnitude(luma, 1.0) - 8.0) / 12.0, 0.0, 1.0)[..., None]
    return smooth + 0.8 * edge * (smooth - gaussian_filter(smooth, (2.0, 2.0, 0.0)))


def public_domain_photo() -> Rgb:
    """The portrait, enlarged by half so that its detail is as wide as a video camera's; (768, 768, 3), 0..255."""
    enlarged = zoom(data.astronaut().astype(np.float32), (ENLARGED, ENLARGED, 1), order=3)
    return np.clip(enlarged, 0.0, 255.0)


def write(path: Path, views: Iterator[Rgb]) -> None:
    """Encode views as 8-bit H.264, BT.709 limited range, at a quality that keeps what they hold."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"crf": "12", "preset": "fast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        for view in views:
            rgb = np.clip(np.rint(view), 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _moved(photo: Rgb, frames: int) -> Iterator[Rgb]:
    splines = [spline_filter(photo[..., c], order=3, mode="mirror") for c in range(3)]
    for position in _drift(frames):
        yield np.stack([map_coordinates(s, position, order=3, mode="mirror", prefilter=False) for s in splines], -1)


def _drift(frames: int) -> Iterator[NDArray[np.float32]]:
    """Where each pixel of each frame looks on the photo: (2, HEIGHT, WIDTH), rows and columns in photo pixels."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    for t in range(frames):
        left = 40.0 + 40.0 * t / frames + 1.8 * np.sin(t / 9.0)
        top = 30.0 + 40.0 * t / frames + 1.4 * np.sin(t / 7.0 + 1.0)
        yield np.stack([rows + top, columns + left])


def _boil(shape: tuple[int, ...]) -> Iterator[NDArray[np.float32]]:
    noise = np.random.default_rng(11)
    kept = np.exp(-1.0 / BOIL_LIFE_FRAMES)
    field = np.zeros(shape, np.float32)
    while True:
        new = gaussian_filter(noise.standard_normal(shape).astype(np.float32), 0.9)
        new *= BOIL_CODES8 / new.std()
        field = kept * field + np.sqrt(1.0 - kept**2) * new if field.any() else new
        yield field


def _bilateral(image: Rgb, *, radius_px: int, space_px: float, range_codes8: float) -> Rgb:
    total = np.zeros_like(image)
    weights = np.zeros(image.shape[:2], np.float32)
    padded = np.pad(image, ((radius_px, radius_px), (radius_px, radius_px), (0, 0)), mode="edge")
    height, width = weights.shape
    for dy in range(2 * radius_px + 1):
        for dx in range(2 * radius_px + 1):
            other = padded[dy : dy + height, dx : dx + width]
            apart = ((dy - radius_px) ** 2 + (dx - radius_px) ** 2) / (2.0 * space_px**2)
            unlike = np.abs(other - image).sum(axis=2) ** 2 / (2.0 * range_codes8**2)
            weight = np.exp(-apart - unlike)
            weights += weight
            total += weight[..., None] * other
    return total / weights[..., None]


def main(folder: Path, *, truth: bool) -> None:
    """Write the plastic clip into ``folder``, and its truth beside it if wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    photo = public_domain_photo()
    write(folder / "sample.mp4", plastic(photo))
    if truth:
        write(folder / "sample_camera.mp4", camera(photo))


if __name__ == "__main__":
    folders = [argument for argument in sys.argv[1:] if argument != "--truth"]
    main(Path(folders[0] if folders else "demo"), truth="--truth" in sys.argv)
