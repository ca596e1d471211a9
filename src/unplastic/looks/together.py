"""The shots of one scene, side by side: whether they are one scene, what each is matched to, and who stays an outlier.

Shots that fall into two clear groups, day and night say, are matched within each group only: nobody wants noon mended
towards midnight, and what lies between the two would be neither. A group has at least two shots; one shot that stands
alone is an outlier, not a scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from unplastic.looks.consensus import (
    BLACK,
    BLUE,
    MIDDLE,
    RED,
    SCENE,
    WHITE,
    Consensus,
    Departure,
    Trait,
    consensus,
    grain_trait,
    listed,
    shown,
)
from unplastic.looks.mend import mend
from unplastic.reading import Finding, Report

CLEAR = 2.0
"""A gap between two groups that is this many times what either of them spans."""

NAMED = 3
"""An outlier's worst traits, as many as a sentence bears."""

SPLIT_BY = MIDDLE, WHITE, BLACK, SCENE, BLUE, RED


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot among the ``others`` of its ``group``, counted from 0; a scene that is one scene has one group.

    ``agreed`` is what it is matched to, ``before`` how far it lies from that, and ``left`` what no gentle correction
    mends: an outlier has some. ``findings`` say so.
    """

    file: str
    group: int
    others: tuple[str, ...]
    agreed: Consensus
    before: tuple[Departure, ...]
    left: tuple[Departure, ...]
    findings: tuple[Finding, ...]

    def document(self, after: Sequence[Departure] | None = None) -> dict[str, Any]:
        """Plain data for the recipe; ``after`` are the departures of the finished shot from the finished others."""
        finished = {(each.trait.name, each.trait.region): each for each in after or ()}
        return {
            "others": list(self.others),
            "is_outlier": bool(self.left),
            "distance": {"before": distance(self.before), "after": distance(after or ())},
            "agreed": [_agreed(each, finished.get((each.trait.name, each.trait.region))) for each in self.before],
            "said": [finding.text for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Split:
    """Two groups of shots, by their places in the scene, which lie ``apart`` in a trait."""

    trait: Trait
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    apart: float


def together(reports: Sequence[Report], *, grain_codes8: float = 0.0, is_hdr: bool = False) -> tuple[Shot, ...]:
    """Every shot of a scene in the order of ``reports``.

    ``grain_codes8`` is the level that the look fills grain up to. Levels and colours of HDR shots are not compared.
    """
    splits = () if is_hdr else splits_of(reports, tuple(range(len(reports))))
    shots: dict[int, Shot] = {}
    for number, group in enumerate(_groups(splits, len(reports))):
        members = [reports[place] for place in group]
        agreed = consensus(members, is_hdr=is_hdr)
        for place in group:
            others = tuple(reports[other].file for other in group if other != place)
            said = tuple(_said_split(each, reports) for each in splits if place in each.lower + each.upper)
            shots[place] = _shot(reports[place], number, others, agreed, grain_codes8, said)
    return tuple(shots[place] for place in range(len(reports)))


def splits_of(reports: Sequence[Report], places: tuple[int, ...]) -> tuple[Split, ...]:
    """The clearest split of the shots at ``places`` into two groups, then those of the groups; none in one scene."""
    found = [split for trait in SPLIT_BY if (split := _split(trait, reports, places))]
    if not found:
        return ()
    clearest = max(found, key=lambda split: split.apart / split.trait.bearable)
    return clearest, *splits_of(reports, clearest.lower), *splits_of(reports, clearest.upper)


def distance(departures: Sequence[Departure]) -> float | None:
    """How far a shot lies from its scene in its worst trait, in tolerances: up to 1 it matches. None if unknown."""
    return max((each.tolerances for each in departures), default=None)


def _split(trait: Trait, reports: Sequence[Report], places: tuple[int, ...]) -> Split | None:
    """Two groups of at least two shots each, further apart than any correction reaches, and each close together."""
    values = {place: value for place in places if (value := shown(trait, reports[place])) is not None}
    if len(values) < len(places) or len(places) < 4:
        return None
    ranked = sorted(places, key=lambda place: (values[place], place))
    gaps = [trait.apart(values[b], values[a]) for a, b in pairwise(ranked)]
    cut = max(range(1, len(gaps) - 1), key=lambda i: gaps[i])
    lower, upper = ranked[: cut + 1], ranked[cut + 1 :]
    span = max(trait.apart(values[group[-1]], values[group[0]]) for group in (lower, upper))
    if gaps[cut] <= max(trait.bearable, CLEAR * span):
        return None
    return Split(trait, tuple(sorted(lower)), tuple(sorted(upper)), gaps[cut])


def _groups(splits: Sequence[Split], count: int) -> list[tuple[int, ...]]:
    groups = [tuple(range(count))]
    for split in splits:
        whole = tuple(sorted(split.lower + split.upper))
        groups = [part for group in groups for part in ((split.lower, split.upper) if group == whole else (group,))]
    return groups


def _shot(
    report: Report,
    group: int,
    others: tuple[str, ...],
    agreed: Consensus,
    grain_codes8: float,
    said: tuple[Finding, ...],
) -> Shot:
    if not others:
        text = f"{report.file} is the only shot of its scene: there is nothing to match, it is finished by itself"
        said = (*said, Finding("scene_of_one", "info", "frame", None, text, "give all shots of the scene at once"))
    before = agreed.departures(report, grain_codes8=grain_codes8)
    mended = mend(agreed, report).predicted(report)
    filled = max(grain_codes8, agreed.of(grain_trait("frame")) or 0.0)
    left = tuple(each for each in agreed.departures(mended, grain_codes8=filled) if each.tolerances > 1.0)
    if left:
        named = [each for each in before if any(each.trait == other.trait for other in left)]
        said = (*said, _outlier(report.file, others, named))
    return Shot(report.file, group, others, agreed, before, left, said)


def _outlier(file: str, others: tuple[str, ...], departures: Sequence[Departure]) -> Finding:
    worst = sorted(departures, key=lambda each: -abs(each.apart) / each.trait.bearable)[:NAMED]
    beside = others[0] if len(others) == 1 else f"the other {len(others)} shots"
    text = f"beside {beside}, {file} is {listed([each.trait.words(each.apart) for each in worst])}"
    fix = "generate it again, or look at its light"
    return Finding("scene_outlier", "warning", "frame", None, f"{text}: more than finishing should mend", fix)


def _said_split(split: Split, reports: Sequence[Report]) -> Finding:
    lower, upper = (listed([reports[place].file for place in group]) for group in (split.lower, split.upper))
    text = f"this is more than one scene: {lower} are {split.trait.words(-split.apart)} beside {upper}"
    fix = "finish them as two scenes, or give their light another look"
    return Finding("scene_groups", "warning", "frame", None, f"{text}; each group is matched within itself", fix)


def _agreed(before: Departure, after: Departure | None) -> dict[str, Any]:
    return {
        "reading": before.trait.name,
        "region": before.trait.region,
        "agreed": before.agreed,
        "before": before.value,
        "tolerances_before": before.tolerances,
        "after": after.value if after else None,
        "agreed_after": after.agreed if after else None,
        "tolerances_after": after.tolerances if after else None,
    }
