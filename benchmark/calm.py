"""What deboil and deflicker bring about on development clips, what they leave of the texture, and what they cost.

    python benchmark/calm.py [FOLDER] [--clips 8]

The generated clips that boil or flicker most are taken, and as many camera clips. Sampled frames, no encode. CPU is
that of the treat chain alone, per frame, with its motion. Writes ``benchmark/calm.md``.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import time
from pathlib import Path
from statistics import median

from development_clips import FOLDER
from speed import processor

from unplastic.clip import Clip
from unplastic.finish import measure
from unplastic.looks import Recipe, look, solve
from unplastic.looks.recipe import Dose
from unplastic.media import probe
from unplastic.reading import Report
from unplastic.treat.deboil import Deboil
from unplastic.treat.deflicker import Deflicker
from unplastic.trial import Samples
from unplastic.upscale import enlarged

HERE = Path(__file__).parent
READINGS = (
    ("boil_share", "frame"),
    ("boil_share", "skin"),
    ("boil_share", "hair"),
    ("local_flicker", "frame"),
    ("local_flicker", "hair"),
    ("global_flicker", "frame"),
    ("locked_texture", "frame"),
)
FULL = (Deflicker(exposure=1.0, local=1.0), Deboil(strength=1.0))


def recipe(doses: tuple[Dose, ...]) -> Recipe:
    return Recipe("calm", 1.0, 0, doses, {})


def solved(clip: Clip, before: Report) -> Recipe:
    """As much as the rules ask for."""
    doses = solve(look("fine-35mm"), before, clip).doses
    return recipe(tuple(dose for dose in doses if dose.treatment.name in {"deflicker", "deboil"}))


def value(report: Report, name: str, region: str) -> float | None:
    reading = report.reading(name, region)
    return reading.value if reading and reading.valid else None


def text(was: float | None, now: float | None) -> str:
    return "–" if was is None or now is None else f"{was:.3f} → {now:.3f}"


def cost_ms(clip: Clip, used: Recipe) -> float:
    """Median over runs of the CPU per frame of the chain."""
    samples, spent = Samples(clip, enlarged(clip)), []
    runs = samples.treated(used)
    while True:
        start = time.process_time()
        run = next(runs, None)
        if run is None:
            return 1000 * median(spent)
        spent.append((time.process_time() - start) / len(run))


def row(path: Path) -> tuple[float, str, str]:
    """(how much it asks for, its row as solved, its row at full strength)."""
    clip = probe(path)
    before = measure(path)
    asked = solved(clip, before)
    samples = Samples(clip, enlarged(clip))
    strengths = [f"{dose.treatment.strength:.2f}" for dose in asked.doses]
    rows = []
    for used in (asked, recipe(tuple(Dose(treatment, {}) for treatment in FULL))):
        after = samples.measured(used) if used.treatments else before
        cells = [text(value(before, *each), value(after, *each)) for each in READINGS]
        rows.append(
            f"| {path.stem} | {' / '.join(strengths)} | " + " | ".join(cells) + f" | {cost_ms(clip, used):.0f} |"
        )
    return sum(dose.treatment.strength for dose in asked.doses), rows[0], rows[1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--clips", type=int, default=8)
    options = parser.parse_args()
    with (options.folder / "index.csv").open(newline="", encoding="utf-8") as index:
        entries = [entry for entry in csv.DictReader(index) if int(entry["frames"] or 0) >= 24]
    parts = []
    for title, kinds in (("Generated", {"ai"}), ("Camera", {"real", "film"})):
        paths = [options.folder / entry["file"] for entry in entries if entry["class"] in kinds]
        rows = sorted((row(path) for path in paths[:: max(1, len(paths) // options.clips)]), reverse=True)
        for amount, column in (("as solved", 1), ("at full strength", 2)):
            head = f"| clip | deflicker / deboil | {' | '.join(' '.join(r) for r in READINGS)} | CPU ms a frame |"
            ruler = "|---" * (len(READINGS) + 3) + "|"
            parts += [f"## {title}, {amount}", "", head, ruler, *(r[column] for r in rows), ""]
    intro = (
        "# Calming\n\n"
        f"{dt.date.today()}, {processor()}. Made by `python benchmark/calm.py`: sampled frames of development clips, "
        "without an encode. `locked_texture` is what must not be lost; the first figure of a cell is the clip as it "
        "came.\n\n"
    )
    (HERE / "calm.md").write_text(intro + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
