"""Does a finished shot pass for camera footage more often than a raw one, and than plain grain? A judge of its own.

    python benchmark/evaluate.py [FOLDER] [--crf 18] [--jobs 2] [--keep scratch/evaluation.pkl]

Every clip's sampled frames go through every arm and the same encode; the judge (``judge.py``) is trained on raw
generated and camera clips of OTHER sources, the package never sees it. Writes ``benchmark/evaluation.md``.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from arms import ARMS, encoded, recipe_of, treated
from development_clips import FOLDER
from judge import Classifier, auc, features

from unplastic.errors import UnplasticError
from unplastic.media import probe

HERE = Path(__file__).parent
FRAMES_MIN = 16
DRAWS = 1000
FAMILIES = ("seedance", "hunyuan", "ltx", "longcat", "wan", "skyreels", "humo", "stableavatar")
CAMERA_ARMS = ("recompress", "grain", "full")


@dataclass
class Judged:
    """One clip: features by arm."""

    name: str
    is_ai: bool
    source: str
    generator: str
    has_face: bool
    bits_per_pixel: float
    arms: dict[str, np.ndarray] = field(default_factory=dict)
    recipe: dict[str, float] = field(default_factory=dict)


def entries(folder: Path) -> Iterator[tuple[Path, Judged]]:
    """Every video of both indexes, once."""
    seen = set()
    for root in (folder / "pristine", folder):
        with (root / "index.csv").open(newline="", encoding="utf-8") as index:
            for row in csv.DictReader(index):
                source = row.get("repo") or row.get("repo_or_package") or ""
                if (source, row["path"]) in seen or int(row.get("frames") or 0) < FRAMES_MIN:
                    continue
                seen.add((source, row["path"]))
                made_by = row.get("generator_or_camera") or source
                judged = Judged(
                    Path(row["file"]).name, row["class"] == "ai", source, made_by, row["has_face"] == "yes", 0.0
                )
                yield root / row["file"], judged


def worked(job: tuple[Path, Judged, int]) -> Judged | str:
    """All arms of one clip; the reason in words when it cannot be read."""
    path, judged, crf = job
    cv2.setNumThreads(1)
    try:
        clip = probe(path)
        recipe = recipe_of(clip)
        judged.bits_per_pixel = clip.bits_per_pixel or 0.0
        judged.recipe = {dose.treatment.name: dose.treatment.strength for dose in recipe.doses}
        for arm in ARMS if judged.is_ai else CAMERA_ARMS:
            judged.arms[arm] = features([encoded(run, clip, crf) for run in treated(clip, recipe, arm)])
    except UnplasticError as error:
        return f"{judged.name}: {error.message}"
    return judged


def log_odds(clips: list[Judged]) -> dict[str, dict[str, float]]:
    """Per clip and arm: log odds of being generated, by a judge that saw no clip of its source or generator."""
    found: dict[str, dict[str, float]] = {}
    for clip in clips:
        others = [each for each in clips if each.source != clip.source and not families(each) & families(clip)]
        x = np.array([each.arms["recompress"] for each in others])
        judge = Classifier(x, np.array([each.is_ai for each in others]))
        found[clip.name] = {arm: float(judge.log_odds(x[None])[0]) for arm, x in clip.arms.items()}
    return found


def families(clip: Judged) -> set[str]:
    """The models that a generated clip comes from, whatever their version and host."""
    return {each for each in FAMILIES if each in clip.generator.lower()} if clip.is_ai else set()


def by_source(clips: list[Judged], statistic, seed: int = 1) -> tuple[float, float, float]:
    """The statistic and its 90 % interval over sources drawn with repetition."""
    random = np.random.default_rng(seed)
    sources = sorted({clip.source for clip in clips})
    draws = []
    for _ in range(DRAWS):
        chosen = random.choice(sources, len(sources))
        drawn = [clip for source in chosen for clip in clips if clip.source == source]
        value = statistic(drawn)
        if np.isfinite(value):
            draws.append(value)
    low, high = np.percentile(draws, [5, 95]) if draws else (np.nan, np.nan)
    return statistic(clips), low, high


def line(name: str, clips: list[Judged], odds: dict[str, dict[str, float]], arm: str) -> str:
    """One row: separability, gap closed, and how often the arm looks more like a camera than raw and than grain."""
    camera = [clip for clip in clips if not clip.is_ai]
    middle = float(np.median([odds[clip.name]["recompress"] for clip in camera])) if camera else 0.0

    def separable(drawn: list[Judged]) -> float:
        return auc(*(np.array([odds[c.name]["recompress" if not ai else arm] for c in drawn if c.is_ai == ai])
                     for ai in (True, False)))  # fmt: skip

    def closed(drawn: list[Judged]) -> float:
        gaps = [(odds[c.name]["recompress"] - odds[c.name][arm], odds[c.name]["recompress"] - middle)
                for c in drawn if c.is_ai]  # fmt: skip
        return float(np.sum([a for a, _ in gaps]) / np.sum([abs(b) for _, b in gaps])) if gaps else np.nan

    def wins(over: str):
        return lambda drawn: float(
            np.mean([odds[c.name][arm] < odds[c.name][over] for c in drawn if c.is_ai] or [np.nan])
        )

    cells = [by_source(clips, statistic) for statistic in (separable, closed, wins("recompress"), wins("grain"))]
    return f"| {name} | " + " | ".join(f"{v:.2f} [{low:.2f}, {high:.2f}]" for v, low, high in cells) + " |"


def table(clips: list[Judged], odds: dict[str, dict[str, float]]) -> list[str]:
    """Every arm over all clips, then the whole chain by class."""
    head = ["| arm | AUC against camera | gap closed | beats raw | beats grain alone |", "|---|---|---|---|---|"]
    rows = [*head, *(line(arm, clips, odds, arm) for arm in ARMS)]
    ai_bits = float(np.median([clip.bits_per_pixel for clip in clips if clip.is_ai]))
    groups = {
        "with a face": lambda c: c.has_face,
        "without a face": lambda c: not c.has_face,
        f"under {ai_bits:.2f} bits per pixel": lambda c: c.bits_per_pixel < ai_bits,
        f"from {ai_bits:.2f} bits per pixel": lambda c: c.bits_per_pixel >= ai_bits,
    }
    rows += ["", "## The whole chain by class", "", *head]
    rows += [line(name, [c for c in clips if not c.is_ai or keep(c)], odds, "full") for name, keep in groups.items()]
    rows += ["", "## The whole chain by generator", "", *head]
    for generator in sorted({clip.generator for clip in clips if clip.is_ai}):
        kept = [clip for clip in clips if not clip.is_ai or clip.generator == generator]
        rows.append(line(generator, kept, odds, "full"))
    return rows


def camera_table(clips: list[Judged], odds: dict[str, dict[str, float]]) -> list[str]:
    """What is done to camera clips: nearly nothing is asked."""
    rows = ["| clip | raw | grain alone | full | treatments at work |", "|---|---|---|---|---|"]
    for clip in (each for each in clips if not each.is_ai):
        mine = odds[clip.name]
        work = ", ".join(f"{name} {amount:.2f}" for name, amount in clip.recipe.items() if amount > 0)
        rows.append(f"| {clip.name} | " + " | ".join(f"{mine[arm]:.2f}" for arm in CAMERA_ARMS) + f" | {work} |")
    return rows


def main() -> None:
    """Treat, encode, judge, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--crf", type=int, default=18)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path("scratch/evaluation.pkl"))
    options = parser.parse_args()
    if not (options.folder / "index.csv").exists():
        raise SystemExit(f"{options.folder} holds no index.csv: the evaluation needs the development clips")
    options.keep.parent.mkdir(parents=True, exist_ok=True)
    clips: list[Judged] = pickle.loads(options.keep.read_bytes()) if options.keep.exists() else []
    done = {clip.name for clip in clips}
    jobs = [(path, judged, options.crf) for path, judged in entries(options.folder) if judged.name not in done]
    np.random.default_rng(0).shuffle(jobs)
    with ProcessPoolExecutor(options.jobs) as pool:
        for result in pool.map(worked, jobs):
            if isinstance(result, str):
                sys.stderr.write(f"left out: {result}\n")
                continue
            sys.stderr.write(f"{result.name}\n")
            clips.append(result)
            options.keep.write_bytes(pickle.dumps(clips))
    write(sorted(clips, key=lambda clip: clip.name), options.crf)


def write(clips: list[Judged], crf: int) -> None:
    """The page."""
    odds = log_odds(clips)
    ai, camera = (sum(clip.is_ai == kind for clip in clips) for kind in (True, False))
    intro = (
        "# Evaluation\n\n"
        f"{dt.date.today()}. {ai} generated and {camera} camera clips of {len({c.source for c in clips})} sources, "
        "24 sampled frames each (those that the solver tries), every arm through "
        f"x264 crf {crf} tune grain. The judge is `benchmark/judge.py`: wavelet statistics of patches and a ridge "
        "classifier, trained on raw clips of other sources and other generators only, never seen by the solver. "
        "AUC: how well it tells the arm from untouched camera clips (0.5: not at all). Gap closed: "
        "share of the log odds between raw and the median camera clip (1: all, below 0: further away). Beats: "
        "share of clips that it holds for more camera-like than the raw one, and than grain alone. 90 % intervals over "
        "sources.\n\n"
    )
    lines = [*table(clips, odds), "", "## Camera clips: log odds of being generated", "", *camera_table(clips, odds)]
    (HERE / "evaluation.md").write_text(intro + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
