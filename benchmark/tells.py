"""What the readings say about the development clips, AI against camera: medians and areas under the ROC curve.

    python benchmark/tells.py [FOLDER] > benchmark/tells.md

An AUC is the chance that a random AI clip reads higher than a random camera clip: 0.5 says nothing. Clips count by
their source (repository): every source has the same weight, since clips of one source are not independent. The interval
is a bootstrap over sources. Bits per pixel, lines and frames per second stand in the table as confounders: a reading
that does no better than they do has shown nothing. Weights are fitted elsewhere (fit_weights.py, whose figures are out
of source). Masks, flat blocks, bands and the screen lock were mended after looking at these clips, and the limits of
the findings on skin colour, boiling and flicker of detail were set from their camera side; the score's reference and
weights come from these same clips, which flatters the score.
"""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from development_clips import FOLDER, Row, rows

GROUPS: dict[str, Callable[[Row], bool]] = {
    "all videos": lambda row: not row.is_still,
    "faces": lambda row: not row.is_still and row.has_face,
    ">= 700 lines and > 0.1 bpp": lambda row: not row.is_still and row.lines >= 700 and row.bits_per_pixel > 0.1,
    "stills": lambda row: row.is_still,
}
CONFOUNDERS: dict[str, Callable[[Row], float]] = {
    "bits per pixel": lambda row: row.bits_per_pixel,
    "lines": lambda row: float(row.lines),
    "frames per second": lambda row: float(row.clip.frame_rate),
}
SURFACES = ("face", "skin", "hair", "cloth")
FACE_GROUPS = ("all videos", ">= 700 lines and > 0.1 bpp")
DRAWS = 400
CLIPS_MIN = 3
Pick = Callable[[Row], float | None]


def weights(sources: Sequence[str]) -> np.ndarray:
    """Every source together counts one."""
    count = Counter(sources)
    return np.array([1.0 / count[source] for source in sources])


def auc(ai: list[tuple[str, float]], camera: list[tuple[str, float]]) -> tuple[float, float, float]:
    """AUC with every source weighted alike, and its 90 % interval over sources."""
    a, b = (np.array([value for _, value in side]) for side in (ai, camera))
    wins = (a[:, None] > b) + 0.5 * (a[:, None] == b)
    sources = [[source for source, _ in side] for side in (ai, camera)]
    base = [weights(side) for side in sources]
    value = float(np.average(wins, weights=np.outer(*base)))
    random, draws = np.random.default_rng(0), []
    for _ in range(DRAWS):
        w = [_redrawn(side, own, random) for side, own in zip(sources, base, strict=True)]
        if w[0].sum() and w[1].sum():
            draws.append(np.average(wins, weights=np.outer(*w)))
    low, high = np.percentile(draws, [5, 95])
    return value, float(low), float(high)


def _redrawn(sources: list[str], own: np.ndarray, random: np.random.Generator) -> np.ndarray:
    names = sorted(set(sources))
    times = dict(zip(names, random.multinomial(len(names), [1 / len(names)] * len(names)), strict=True))
    return own * np.array([times[source] for source in sources])


def cell(measured: Sequence[Row], pick: Pick) -> str:
    """``AI median / camera median (AI clips / camera clips), AUC [interval]``."""
    sides: list[list[tuple[str, float]]] = []
    for is_ai in (True, False):
        found = [(row.source, pick(row)) for row in measured if row.is_ai == is_ai]
        sides.append([(source, value) for source, value in found if value is not None])
    if min(map(len, sides)) < CLIPS_MIN:
        return "–"
    value, low, high = auc(*sides)
    middle = " / ".join(f"{np.median([v for _, v in side]):.3g}" for side in sides)
    return f"{middle} ({len(sides[0])}/{len(sides[1])}) **{value:.2f}** [{low:.2f}, {high:.2f}]"


def by_kind(measured: Sequence[Row], names: list[tuple[str, str]]) -> list[str]:
    """Median of every reading for each class of video."""
    videos = [row for row in measured if not row.is_still]
    kinds = ("ai", "real", "film")
    lines = ["| reading | " + " | ".join(kinds) + " |", "|---|" + "---|" * len(kinds)]
    for name, region in names:
        cells = []
        for kind in kinds:
            values = [v for row in videos if row.kind == kind and (v := row.value(name, region)) is not None]
            cells.append(f"{np.median(values):.3g} ({len(values)})" if values else "–")
        lines.append(f"| {label(name, region)} | " + " | ".join(cells) + " |")
    return lines


def label(name: str, region: str) -> str:
    return name if region == "frame" else f"{name}, {region}"


def whole_pictures(measured: Sequence[Row], names: list[tuple[str, str]]) -> list[str]:
    """The readings that need nobody in the picture, the score, and the confounders."""
    picks = [*_picks(names), ("plasticity score", lambda row: row.report.plasticity.score)]
    picks += [(f"*{name}* (confounder)", pick) for name, pick in CONFOUNDERS.items()]
    return table(measured, picks, GROUPS)


def surfaces(measured: Sequence[Row], names: list[tuple[str, str]]) -> list[str]:
    """The readings of faces, skin, hair and cloth; the confounders over the same clips, in which a face was seen."""
    seen = [row for row in measured if row.value("face_ipd", "face") is not None]
    picks = _picks(names) + [(f"*{name}* (confounder)", pick) for name, pick in CONFOUNDERS.items()]
    return table(seen, picks, {name: GROUPS[name] for name in FACE_GROUPS})


def table(
    measured: Sequence[Row], picks: list[tuple[str, Pick]], groups: dict[str, Callable[[Row], bool]]
) -> list[str]:
    """One line per pick, one column per group."""
    lines = ["| reading | " + " | ".join(groups) + " |", "|---|" + "---|" * len(groups)]
    for name, pick in picks:
        cells = [cell([row for row in measured if keep(row)], pick) for keep in groups.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _is_by_colour(name: str, region: str) -> bool:
    """Whether skin is told by its colour alone, which needs no face."""
    return region == "skin" and name.startswith("skin_")


def _picks(names: list[tuple[str, str]]) -> list[tuple[str, Pick]]:
    return [
        (label(name, region), lambda row, name=name, region=region: row.value(name, region)) for name, region in names
    ]


def main(folder: Path) -> None:
    measured = list(rows(folder))
    names = [(r.name, r.region) for r in measured[0].report.readings]
    doc = (__doc__ or "").split("\n\n")
    counts = Counter((row.kind, "still" if row.is_still else "video") for row in measured)
    print("# What the development clips say\n")
    print(f"{doc[0]}\n\n{doc[2]}")
    print(
        f"Measured {date.today()} with {platform.python_implementation()} {platform.python_version()}, {_processor()}."
    )
    print("Clips: " + ", ".join(f"{n} {kind} {form}s" for (kind, form), n in sorted(counts.items())) + ".")
    print("Cells: median AI / median camera (clips), AUC with 90 % interval; only readings that are valid.\n")
    on_people = [each for region in SURFACES for each in names if each[1] == region and not _is_by_colour(*each)]
    print("\n".join(whole_pictures(measured, [each for each in names if each not in on_people])))
    print("\n## Surfaces, where a face was seen\n")
    print("\n".join(surfaces(measured, on_people)))
    print("\n## Videos by class: median (clips)\n")
    print("\n".join(by_kind(measured, names)))
    without = sum(row.report.plasticity.score is None for row in measured if not row.is_still)
    print(f"\nVideos without a score: {without}.")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
