"""From pictures to guards: one run at a time, nothing written, names that exist, work done once."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made import CLIP, GRAIN, MadeGrain, nothing, report, run, seen

from unplastic.clip import Picture
from unplastic.guards import Declared, Onlooker, Sight, blamed, check_guards, paired, sampled
from unplastic.guards.pairing import guards
from unplastic.parameter import parameters
from unplastic.registry import members
from unplastic.vision import motion as motion_module
from unplastic.vision import scene as scene_module

ROOT = Path(__file__).parents[2]


def test_every_guard_answers_without_a_file() -> None:
    found = {guard.name: guard for guard in check_guards(seen(MadeGrain(), runs=2))}
    assert set(found) == set(members("guards"))
    for name in ("frames", "time", "sound", "sound offset"):
        assert found[name].ok is None
    for name in ("structure", "fidelity", "geometry", "motion", "colour", "hue", "grain freshness", "grain size"):
        assert found[name].ok is True, found[name]
    assert all(guard.value for guard in found.values() if guard.ok is None)


def test_a_pair_without_any_picture_is_checked_as_far_as_it_goes() -> None:
    pair = paired((report(), report()), CLIP, CLIP, [])
    assert {guard.ok for guard in check_guards(pair)} == {True, None}


def test_guards_blame_treatments_that_exist() -> None:
    treatments = set(members("treat", outside=False))
    for guard in guards():
        assert set(blamed(guard.name)) <= treatments, guard.name
    assert blamed("grain freshness")[0] == "grain"
    assert blamed("nobody") == ()


def test_every_limit_is_explained() -> None:
    for kind in members("guards", outside=False).values():
        for each in parameters(kind):
            assert len(each.meaning) > 10, each.name


def test_one_run_is_held_at_a_time() -> None:
    alive: list[weakref.ref[np.ndarray]] = []

    def samples() -> Iterator[tuple[list[Picture], list[Picture]]]:
        for i in range(3):
            gc.collect()
            assert [ref for ref in alive if ref() is not None] == []
            after = run(start=8 * i)
            alive.extend(weakref.ref(p.y) for p in after)
            yield run(start=8 * i, bits=8), after
            del after

    paired((report(), report()), CLIP, None, samples())
    assert len(alive) == 9


def test_motion_is_found_once_for_all_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps before, and after only the one that `motion` compares; `geometry` adds one from before to after."""
    calls = []
    real = motion_module.motion_pair
    monkeypatch.setattr(scene_module, "motion_pair", lambda a, b: calls.append(1) or real(a, b))
    sight = Sight(run(bits=8), run(MadeGrain()), (CLIP, replace(CLIP, bit_depth=10)))
    for guard in guards():
        if isinstance(guard, Onlooker):
            guard.look(sight)
    assert len(calls) == 3


def test_pictures_that_are_not_in_step_are_refused() -> None:
    with pytest.raises(ValueError, match="as many pictures"):
        Sight(run(), run(frames=2), (CLIP, CLIP))
    with pytest.raises(ValueError, match="as many pictures"):
        Sight([], [], (CLIP, CLIP))


@pytest.mark.parametrize("frames", [1, 2])
def test_few_frames_are_enough_for_some_guards(frames: int) -> None:
    samples = [(run(frames=frames, bits=8), run(MadeGrain(), frames=frames))]
    found = {g.name: g.ok for g in check_guards(paired((report(), report()), CLIP, None, samples, GRAIN))}
    assert found["structure"] is True
    assert found["grain freshness"] is (True if frames == 2 else None)


def test_grain_that_is_held_is_looked_at_where_it_changes() -> None:
    held = replace(GRAIN, grain_hold_frames=2)
    assert [len(each) for each in sampled(CLIP, held)] == [5, 5, 5]

    def every_other(planes, t):
        return MadeGrain()(planes, t // 2)

    samples = [(run(frames=5, bits=8), run(every_other, frames=5))]
    found = {g.name: g for g in check_guards(paired((report(), report()), CLIP, None, samples, held))}
    assert found["grain freshness"].ok is True, found["grain freshness"]
    found = {g.name: g for g in check_guards(paired((report(), report()), CLIP, None, samples, GRAIN))}
    assert found["grain freshness"].ok is False


def test_nothing_done_breaks_nothing() -> None:
    assert not [guard for guard in check_guards(seen(nothing, Declared())) if guard.ok is False]


def test_the_page_names_every_guard_and_what_it_blames() -> None:
    page = (ROOT / "docs" / "guards.md").read_text(encoding="utf-8")
    rows = {row[0]: row for row in re.findall(r"^\| `([^`]+)` \|(.*)\|$", page, re.MULTILINE)}
    assert set(rows) == set(members("guards", outside=False))
    for name, row in rows.items():
        for treatment in blamed(name):
            assert treatment in row[1], (name, treatment)
