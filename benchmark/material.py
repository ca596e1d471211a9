"""Test material for the benchmarks: public-domain photos moved like a camera would, smooth like AI clips.

    python benchmark/material.py FOLDER

writes ``1080p_10s.mp4`` (240 frames), ``1080p_60s.mp4`` (1440), ``1080p_5s.mp4`` (120) and ``2160p_2s.mp4`` (48):
H.264 8-bit 4:2:0, crf 14. Four photos that ship inside scikit-image, laid side by side and enlarged, so that a frame
has faces, fur, hard edges and flat areas, and no noise: as a generator would deliver it. ``face_5s.mp4`` and
``face_20s.mp4`` show one face, about 200 px between the pupils, and ``nobody_5s.mp4`` a cup, a cat and a rocket.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from skimage import data

FPS = 24
CLIPS = {
    "1080p_5s": (1920, 1080, 120),
    "1080p_10s": (1920, 1080, 240),
    "1080p_60s": (1920, 1080, 1440),
    "2160p_2s": (3840, 2160, 48),
    "face_5s": (1920, 1080, 120),
    "face_20s": (1920, 1080, 480),
    "face_720p_2s": (1280, 720, 48),
    "nobody_5s": (1920, 1080, 120),
}


def four_photos() -> np.ndarray:
    """Four photos as one (1300, 2400, 3) uint8 picture."""
    return tiled([data.astronaut(), data.coffee(), data.chelsea(), data.rocket()])


def nobody() -> np.ndarray:
    """The same without people."""
    return tiled([data.coffee(), data.chelsea(), data.rocket(), data.coffee()])


def tiled(photos: list[np.ndarray]) -> np.ndarray:
    """Four photos, two by two."""
    cells = [cv2.resize(photo, (1200, 650), interpolation=cv2.INTER_LANCZOS4) for photo in photos]
    return np.vstack([np.hstack(cells[:2]), np.hstack(cells[2:])])


def one_face() -> np.ndarray:
    """The astronaut's head and shoulders, smoothed between edges as generators do, (1300, 2400, 3)."""
    large = cv2.resize(data.astronaut()[:275, 10:], None, fx=4.8, fy=4.8, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.bilateralFilter(cv2.bilateralFilter(large, 9, 30, 5), 9, 30, 5)
    return np.ascontiguousarray(smooth[:1300, :2400])


CANVASES = {"face": one_face, "nobody": nobody}


def write(path: Path, width: int, height: int, frames: int) -> None:
    """Encode ``frames`` views of the canvas under a slow drift."""
    picture = CANVASES.get(path.stem.partition("_")[0], four_photos)()
    scale = width / 1920
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"crf": "14", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
        for t in range(frames):
            left = 200 + 180 * np.sin(t / 97.0)
            top = 100 + 90 * np.sin(t / 61.0)
            move = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
            view = cv2.warpAffine(picture, move, (width, height), flags=cv2.INTER_CUBIC)
            frame = av.VideoFrame.from_ndarray(view, "rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main(folder: Path) -> None:
    """Write what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (width, height, frames) in CLIPS.items():
        path = folder / f"{name}.mp4"
        if not path.exists():
            write(path, width, height, frames)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "scratch/material"))
