"""Speed and memory of a finish, as whole processes: CPU seconds, peak memory, ratios pair by pair.

    python benchmark/speed.py [--folder scratch/material] [--runs 3]

The bare encode that everything is compared with decodes the same source and encodes the SAME FINISHED PIXELS (read from
a raw file) with the same encoder and settings: the ratio is what the finishing costs on top, not what grain costs the
encoder. Runs alternate A B A B; ratios are taken pair by pair; medians are printed. Writes ``benchmark/speed.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from material import main as make_material

HERE = Path(__file__).parent
WORKER = HERE / "speed_worker.py"
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Run:
    """One finished process: CPU seconds (user + system) and peak resident memory."""

    cpu_s: float
    peak_mib: float
    printed: str


def run(*arguments: object) -> Run:
    """Run the worker and ask the operating system what it cost."""
    return spawn([sys.executable, str(WORKER), *map(str, arguments)])


def spawn(command: list[str]) -> Run:
    """Run a command and account for it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert process.stdout
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)


def paired(runs: int, a: tuple[object, ...], b: tuple[object, ...]) -> tuple[list[Run], list[Run], float]:
    """A B A B ...: both lists, and the median of the CPU ratios taken pair by pair."""
    first, second = [], []
    for _ in range(runs):
        first.append(run(*a))
        second.append(run(*b))
    return first, second, median(x.cpu_s / y.cpu_s for x, y in zip(first, second, strict=True))


def row(what: str, asked: str, measured: str) -> str:
    """One line of the table."""
    print(f"{what:<60} {asked:<14} {measured}", flush=True)
    return f"| {what} | {asked} | {measured} |"


def cpu(runs: list[Run]) -> float:
    """Median CPU seconds."""
    return median(r.cpu_s for r in runs)


def peak(runs: list[Run]) -> float:
    """Median peak memory."""
    return median(r.peak_mib for r in runs)


def against_bare_encode(folder: Path, runs: int, rows: list[str]) -> None:
    """The whole finish against decode + encode of the same finished pixels."""
    source, raw = folder / "1080p_10s.mp4", folder / "finished.raw"
    run("pixels", source, raw)
    for preset, limit in (("veryfast", 1.25), ("medium", 1.10)):
        ours, bare, ratio = paired(runs, ("finish", source, preset), ("bare", source, raw, preset))
        rows.append(
            row(
                f"finish / bare encode, x264 {preset}, 240 frames, CPU",
                f"<= {limit}x",
                f"{ratio:.3f}x ({cpu(ours):.1f} s / {cpu(bare):.1f} s)",
            )
        )
        more = peak(ours) - peak(bare)
        rows.append(
            row(
                f"peak memory over bare encode, x264 {preset}",
                "<= +200 MiB",
                f"{more:+.0f} MiB ({peak(ours):.0f} / {peak(bare):.0f})",
            )
        )
    raw.unlink()


def with_length(folder: Path, _: int, rows: list[str]) -> None:
    """Memory of 10 s and of 60 s."""
    short, long = (run("finish", folder / f"1080p_{s}s.mp4", "veryfast").peak_mib for s in (10, 60))
    rows.append(
        row(
            "peak memory, 60 s over 10 s, x264 veryfast",
            "the same",
            f"{long - short:+.0f} MiB ({long:.0f} / {short:.0f})",
        )
    )


def with_size(folder: Path, runs: int, rows: list[str]) -> None:
    """What a 4K frame costs against a 1080p frame: kernel and whole chain without an encoder."""
    ratios = []
    for _ in range(runs):
        small, large = (float(run("kernel", folder / f"{name}.mp4", 48).printed) for name in ("1080p_5s", "2160p_2s"))
        ratios.append((small, large))
    small, large = median(s for s, _ in ratios), median(b for _, b in ratios)
    rows.append(row("treat kernel, 1080p, CPU per frame", "<= 16 ms", f"{small:.1f} ms"))
    rows.append(row("treat kernel, 2160p / 1080p", "<= 4.2x", f"{large / small:.2f}x ({large:.1f} ms)"))


def starts(folder: Path, runs: int, rows: list[str]) -> None:
    """Cold and warm starts."""
    unplastic = str(Path(sys.executable).with_name("unplastic"))
    helps = [spawn([unplastic, "--help"]).cpu_s for _ in range(5)]
    rows.append(row("unplastic --help, CPU", "<= 0.3 s", f"{median(helps):.2f} s"))
    firsts = [float(run("first", folder / "1080p_5s.mp4").printed) for _ in range(5)]
    rows.append(row("first finished frame, warm, CPU from process start", "<= 1.0 s", f"{median(firsts):.2f} s"))
    measures = [run("measure", folder / "1080p_5s.mp4") for _ in range(runs)]
    rows.append(row("measure, 5 s of 1080p, CPU", "<= 8 s", f"{cpu(measures):.1f} s ({peak(measures):.0f} MiB)"))


def processor() -> str:
    """The processor's name, as Linux tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("scratch/material"))
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    make_material(options.folder)
    rows: list[str] = []
    for part in (starts, with_size, against_bare_encode, with_length):
        part(options.folder, options.runs, rows)
        write(rows, options.runs)


def write(rows: list[str], runs: int) -> None:
    """Write what has been measured so far."""
    head = (
        "# Speed and memory of a finish\n\n"
        f"{dt.date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}. "
        f"Made by `python benchmark/speed.py`; medians of {runs} runs, whole processes, CPU is user + system. "
        "Material: `benchmark/material.py`. Every treatment on, at amounts that a plastic clip gets "
        "(`benchmark/speed_worker.py`).\n\n"
        "| what | asked | measured |\n|---|---|---|\n"
    )
    (HERE / "speed.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
