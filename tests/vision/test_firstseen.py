"""Surfaces seen once: the finished clip is measured on the same pixels."""

from __future__ import annotations

import gc
import weakref

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unplastic.vision import FirstSeen, runs_of
from unplastic.vision.masks import surface_masks
from vision.test_run import picture


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_mask_comes_back_as_it_was(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    seen = FirstSeen()
    seen.masks(3, lambda: [("skin", mask)])
    again = seen.masks(3, lambda: [("skin", ~mask)])
    assert np.array_equal(again["skin"], mask), "the first one counts"
    assert again["skin"].dtype == np.bool_
    assert np.array_equal(seen.masks(4, lambda: [("skin", ~mask)])["skin"], ~mask), "each frame has its own"


def test_who_saw_nobody_is_remembered_too() -> None:
    seen = FirstSeen()
    assert seen.masks(0, list) == {}
    assert seen.masks(0, lambda: [("skin", np.ones((2, 2), np.bool_))]) == {}


def test_runs_that_share_it_look_at_the_same_skin_each_well_exposed(scene, clip) -> None:
    seen, mask = FirstSeen(), np.zeros(scene.shape, np.bool_)
    mask[40:120, 40:160] = True
    found = [(name, mask) for name in ("skin", "hair", "cloth")]
    seen.masks(7, lambda: found)
    (first,), (dark,) = (runs_of([picture(luma, 7)], clip, first_seen=seen) for luma in (scene, scene * 0 + 16))
    skin = dict(surface_masks(first, 0))["skin"]
    assert skin.any()
    assert not (skin & ~mask).any()
    assert not dict(surface_masks(dark, 0))["skin"].any(), "black says nothing about texture"
    (alone,) = runs_of([picture(scene, 7)], clip)
    assert not np.array_equal(dict(surface_masks(alone, 0))["skin"], skin), "one that shares with nobody looks itself"


def test_it_keeps_no_run_alive(scene, clip) -> None:
    seen = FirstSeen()
    (run,) = runs_of([picture(scene, 0)], clip, first_seen=seen)
    list(surface_masks(run, 0))
    kept = weakref.ref(run)
    del run
    gc.collect()
    assert kept() is None
