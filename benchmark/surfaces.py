"""What faces, motion, calming and texture cost on top of grain, and that a clip without a face pays for none of it.

    python benchmark/surfaces.py [--folder scratch/material] [--runs 3]

Whole processes that decode, treat and encode (no measuring), CPU is user + system; arms alternate, ratios are taken
round by round, medians are printed. Every treatment is on whatever the clip needs. Writes ``benchmark/surfaces.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
from pathlib import Path
from statistics import median

from material import main as make_material
from speed import Run, cpu, peak, processor, row, spawn

HERE = Path(__file__).parent
WORKER = HERE / "surfaces_worker.py"
ARMS = ("grain", "graded", "texture", "whole")


def run(*arguments: object) -> Run:
    """Run the worker and ask the operating system what it cost."""
    return spawn([sys.executable, str(WORKER), *map(str, arguments)])


def alternating(clip: Path, master: str, arms: tuple[str, ...], runs: int) -> dict[str, list[Run]]:
    """Every arm in turn, ``runs`` times."""
    found: dict[str, list[Run]] = {arm: [] for arm in arms}
    for _ in range(runs):
        for arm in arms:
            found[arm].append(run("finish", clip, arm, master))
    return found


def ratio(over: list[Run], under: list[Run]) -> float:
    """Median of the CPU ratios, round by round."""
    return median(a.cpu_s / b.cpu_s for a, b in zip(over, under, strict=True))


def chains(folder: Path, runs: int, rows: list[str]) -> None:
    """The whole chain against grain alone, with a face and without."""
    for name, what, arms in (("face_5s", "a face", ARMS), ("nobody_5s", "nobody", ("grain", "texture", "whole"))):
        for master in ("prores", "h264"):
            found = alternating(folder / f"{name}.mp4", master, arms, runs)
            grain = found["grain"]
            for arm in arms[1:]:
                each = found[arm]
                asked = "<= 3x" if arm == "whole" else "<= 1.3x" if what == "nobody" else ""
                cost = f"{ratio(each, grain):.2f}x ({1000 * cpu(each) / 120:.0f} / {1000 * cpu(grain) / 120:.0f} ms)"
                rows.append(row(f"{what}, {arm} / grain, {master}, CPU per 1080p frame", asked, cost))


def counted(folder: Path, _: int, rows: list[str]) -> None:
    """How often the networks were asked, from their own counters."""
    for name, what in (("face_5s", "a face"), ("nobody_5s", "nobody")):
        printed = run("counted", folder / f"{name}.mp4").printed.strip()
        rows.append(row(f"{what}, 120 frames: calls of the networks", "", printed))


def memory(folder: Path, _: int, rows: list[str]) -> None:
    """Memory of 5 s and of 20 s with everything on."""
    short, long = (run("finish", folder / f"face_{s}s.mp4", "whole", "h264").peak_mib for s in (5, 20))
    told = f"{long - short:+.0f} MiB ({long:.0f} / {short:.0f})"
    rows.append(row("peak memory, everything on, 20 s over 5 s", "the same", told))
    grain = run("finish", folder / "face_5s.mp4", "grain", "h264").peak_mib
    rows.append(row("peak memory, everything on over grain alone", "", f"{short - grain:+.0f} MiB"))


def larger(folder: Path, _: int, rows: list[str]) -> None:
    """720p to 2160p with everything on."""
    told = f"{peak([run('larger', folder)]):.0f} MiB"
    rows.append(row("peak memory, 720p to 2160p, everything on", "<= 2048 MiB", told))


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("scratch/material"))
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    make_material(options.folder)
    rows: list[str] = []
    for part in (counted, chains, memory, larger):
        part(options.folder, options.runs, rows)
        write(rows, options.runs)


def write(rows: list[str], runs: int) -> None:
    """Write what has been measured so far."""
    head = (
        "# What surfaces cost\n\n"
        f"{dt.date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}. Made by "
        f"`python benchmark/surfaces.py`; medians of {runs} rounds, whole processes that decode, treat and encode, CPU "
        "is user + system. `grain`: grain alone. `graded`: soften, grade, grain. `texture`: the same with texture. "
        "`whole`: with deflicker and deboil too. prores is the default master; h264 is x264 veryfast.\n\n"
        "| what | asked | measured |\n|---|---|---|\n"
    )
    (HERE / "surfaces.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
