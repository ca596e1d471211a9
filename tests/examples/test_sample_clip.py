"""The sample: the same move twice, once as a camera sees it, once as a generator would render it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

import sample_clip
from scipy.ndimage import gaussian_filter

PHOTO = sample_clip.public_domain_photo()


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    """Luma of six frames of both clips, (2, 6, height, width)."""
    clips = [
        np.stack([view.mean(axis=2) for view in maker(PHOTO, 6)]) for maker in (sample_clip.camera, sample_clip.plastic)
    ]
    return clips[0], clips[1]


def fine(frame: np.ndarray) -> np.ndarray:
    return gaussian_filter(frame, 0.7) - gaussian_filter(frame, 1.6)


def test_surfaces_lost_their_texture(pair: tuple[np.ndarray, np.ndarray]) -> None:
    """The median 16 px block of a picture is a surface, not an edge."""
    camera, plastic = (np.median(blocks(fine(clip[0])).std(axis=(1, 3))) for clip in pair)
    assert plastic < 0.6 * camera


def blocks(frame: np.ndarray) -> np.ndarray:
    height, width = (side // 16 * 16 for side in frame.shape)
    return frame[:height, :width].reshape(height // 16, 16, width // 16, 16)


def test_edges_gained_contrast(pair: tuple[np.ndarray, np.ndarray]) -> None:
    camera, plastic = (np.percentile(np.abs(np.diff(clip[0], axis=1)), 99.5) for clip in pair)
    assert plastic > 1.15 * camera


def test_noise_is_new_in_the_camera_clip_and_boils_in_the_plastic_one() -> None:
    boil = sample_clip._boil((64, 64))
    a, b = next(boil), next(boil)
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] == pytest.approx(np.exp(-1 / sample_clip.BOIL_LIFE_FRAMES), abs=0.06)
    assert a.std() == pytest.approx(sample_clip.BOIL_CODES8, rel=0.05)


def test_both_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unplastic.media import probe

    monkeypatch.setattr(sample_clip, "FRAMES", 3)
    for name, maker in (("a.mp4", sample_clip.camera), ("b.mp4", sample_clip.plastic)):
        sample_clip.write(tmp_path / name, maker(PHOTO, 3))
        clip = probe(tmp_path / name)
        assert (clip.width, clip.height, clip.frames) == (640, 480, 3)
        assert clip.color.matrix == 1
