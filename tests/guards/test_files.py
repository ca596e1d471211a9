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


def test_a_container_that_counts_milliseconds_may_be_off_by_one() -> None:
    millisecond = Fraction(1, 1000)
    matroska = replace(CLIP, time_base=millisecond, start_pts=0, duration_s=CLIP.duration_s + millisecond)
    assert guard("time", matroska).ok is True
    assert guard("time", replace(matroska, duration_s=CLIP.duration_s + 2 * millisecond)).ok is False
    assert guard("time", CLIP, matroska).ok is True, "and a source as much as a master"
    assert guard("time", replace(matroska, time_base=Fraction(1, 24))).ok is True, (
        "a coarse clock is no excuse for more"
    )
    coarse = replace(matroska, time_base=Fraction(1, 24), duration_s=CLIP.duration_s + Fraction(1, 24))
    assert guard("time", coarse).ok is False
