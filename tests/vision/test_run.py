from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from unplastic.clip import ColorTags, Picture
from unplastic.vision import runs_of
from unplastic.vision.run import window_of


def picture(luma: np.ndarray, index: int, bit_depth: int = 8) -> Picture:
    kind = np.uint8 if bit_depth == 8 else np.uint16
    scale = 1 << (bit_depth - 8)
    grey = np.full((-(-luma.shape[0] // 2), -(-luma.shape[1] // 2)), 128 * scale, kind)
    return Picture(np.rint(luma * scale).astype(kind), grey, grey, bit_depth, index, index)


def test_planes_are_codes_of_eight_bits_in_limited_range(scene, clip) -> None:
    eight = runs_of([picture(scene, 0)], clip)[0].frames[0]
    ten = runs_of([picture(scene, 0, 10)], replace(clip, bit_depth=10))[0].frames[0]
    full = replace(clip, color=ColorTags(matrix=1, is_full_range=True))
    stretched = runs_of([picture((scene - 16) * 255 / 219, 0)], full)[0].frames[0]
    for frame in (eight, ten, stretched):
        assert frame.luma == pytest.approx(scene, abs=0.51)
        assert frame.cb == pytest.approx(128.0)


def test_pictures_may_be_reused_by_the_decoder(scene, clip) -> None:
    one = picture(scene, 0)
    run = runs_of([one], clip)[0]
    before = run.frames[0].luma.copy()
    one.y[:] = 0
    assert np.array_equal(run.frames[0].luma, before)


def test_a_cut_makes_two_runs_and_repeats_are_counted(scene, clip) -> None:
    other = 250 - scene[::-1] * 0.8
    lumas = [scene, np.roll(scene, 2, 1), np.roll(scene, 2, 1), np.roll(scene, 4, 1), other, np.roll(other, 2, 1)]
    runs = runs_of([picture(luma, 10 + t) for t, luma in enumerate(lumas)], clip)
    assert [[frame.index for frame in run.frames] for run in runs] == [[10, 11, 13], [14, 15]]
    assert [run.repeats for run in runs] == [1, 0]


def test_shared_work_is_done_once(scene, clip) -> None:
    run = runs_of([picture(np.roll(scene, t, 1), t) for t in range(8)], clip)[0]
    for name in ("fine", "half", "lit", "grid", "in_focus", "covariances", "flat_blocks"):
        assert getattr(run, name) is getattr(run, name)
    assert run.regions(0) is run.regions(0)
    assert run.motion(0, 1) is run.motion(0, 1)


def test_anchors_reach_four_frames_on(scene, clip) -> None:
    def anchors(count: int) -> tuple[int, ...]:
        return runs_of([picture(np.roll(scene, t, 1), t) for t in range(count)], clip)[0].anchors

    assert anchors(1) == ()
    assert anchors(2) == (0,)
    assert anchors(5) == (0,)
    assert anchors(8) == (0, 2, 3)


def test_nothing_to_look_at(clip) -> None:
    assert runs_of([], clip) == []


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1080, 1920), (2048, 1080)])
def test_up_to_1080p_the_whole_picture_is_seen(size) -> None:
    window = window_of(*size, turn=1)
    assert (window.x, window.y, window.width, window.height) == (0, 0, *size)


@pytest.mark.parametrize("size", [(3840, 2160), (2160, 3840), (7680, 4320), (4097, 2161)])
def test_above_1080p_windows_are_bounded_and_wander(size) -> None:
    windows = [window_of(*size, turn=turn) for turn in range(3)]
    for window in windows:
        assert window.width * window.height <= 2_100_000
        assert 0 <= window.x <= size[0] - window.width
        assert 0 <= window.y <= size[1] - window.height
        assert window.x % 2 == window.y % 2 == 0
    assert len({(w.x, w.y) for w in windows}) == 3


def test_a_box_in_a_window_lies_in_the_picture(clip) -> None:
    big = replace(clip, width=3840, height=2160)
    run = runs_of([picture(np.full((2160, 3840), 100.0), 0)], big, turn=2)[0]
    for tile in (0, run.grid.count - 1):
        x, y, width, height = run.plane_box(tile, 320, 240)
        assert (width, height) == (320, 240)
        assert run.window.x - 320 <= x <= 3840 - 320
        assert run.window.y - 240 <= y <= 2160 - 240


def test_a_run_ends_with_its_last_use(scene, clip) -> None:
    """Masks know their picture, not their run: half a gigabyte per clip hung on that cycle."""
    gc.disable()
    try:
        (run,) = runs_of([picture(np.roll(scene, 2 * t, 1), t) for t in range(4)], clip)
        for t in range(2):
            run.surfaces(t).hair  # noqa: B018
            run.surfaces(t).person  # noqa: B018
        gone = weakref.ref(run)
        del run
        assert gone() is None
    finally:
        gc.enable()
