"""Guards of the file that was written: they hold, break, and wait until there is one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from made import CLIP, report

from unplastic.clip import Clip
from unplastic.guards import Pair, check_guards
from unplastic.reading import Guard


def guard(name: str, master: Clip | None, source: Clip = CLIP) -> Guard:
    return next(g for g in check_guards(Pair(report(), report(), source, master)) if g.name == name)


@pytest.mark.parametrize(
    ("name", "master"),
    [
        ("frames", replace(CLIP, frames=47)),
        ("time", replace(CLIP, start_pts=512)),
        ("time", replace(CLIP, duration_s=Fraction(49, 24))),
        ("sound", replace(CLIP, sound=())),
        ("sound offset", replace(CLIP, sound=(replace(CLIP.sound[0], start_s=Fraction(1, 10)),))),
    ],
)
def test_a_changed_file_is_seen(name: str, master: Clip) -> None:
    assert guard(name, CLIP).ok is True
    assert guard(name, master).ok is False
    assert (guard(name, None).ok, guard(name, None).value) == (None, "no file has been written yet")


def test_a_silent_clip_has_no_offset() -> None:
    silent = replace(CLIP, sound=())
    assert guard("sound offset", silent, silent).value == "the clip is silent"
