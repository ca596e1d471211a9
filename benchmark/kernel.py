"""What treating one picture costs: CPU milliseconds per stage, medians over a clip, and against an ffmpeg filter chain.

    python benchmark/kernel.py [--folder scratch/material] [--frames 24] [--runs 3]

One thread, 8-bit 4:2:0 in, 10-bit out, the pictures already decoded; CPU time of the calling thread, median over the
frames. Stages are chains with one treatment, less the cost of loading and writing. The ffmpeg chain does the nearest to
the same recipe that its filters can (``smartblur``, ``lut3d`` tetrahedral in 10 bits, ``noise``, which works in 8 bits)
into a null sink, whole processes with a bare decode taken off; its noise strength gives the same sd on mid-grey, since
a grain twice as strong costs no filter anything but would cost an encoder much. Writes ``benchmark/kernel.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from material import main as make_material

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.color import assumed_matrix
from unplastic.media import pictures, probe
from unplastic.treat import Chain, Geometry
from unplastic.treat.grade import Grade
from unplastic.treat.grain import Grain
from unplastic.treat.soften import Soften

HERE = Path(__file__).parent
NOISE_STRENGTH = 4
"""ffmpeg ``noise=alls=4`` measured 2.27 codes of sd on flat grey (6: 3.64, 8: 5.00); ours is 2.2 at its peak."""


class Bare:
    """Loading and writing, nothing else: what every chain pays."""

    reach, touches_chroma, order, is_noop = 0, True, 0, False

    def bind(self, _: Geometry) -> Bare:
        """Itself."""
        return self

    def __call__(self, source: object, target: object, frame: int) -> None:
        """Leave the buffer as it is: its values do not matter, their number does."""


def geometry(clip: Clip) -> Geometry:
    """That of a 10-bit master."""
    color = replace(clip.color, matrix=assumed_matrix(clip.color.matrix, clip.width, clip.height))
    across, down = CHROMA_STEPS[clip.chroma]
    return Geometry(clip.width, clip.height, across, down, clip.bit_depth, 10, clip.frame_rate, color, 1)


def cost_ms(treatments: list, where: Geometry, frames: list[Picture]) -> float:
    """Median CPU milliseconds of the calling thread per picture."""
    chain = Chain(treatments, where)
    first = frames[0]
    target = Picture(*(np.empty(p.shape, np.uint16) for p in (first.y, first.cb, first.cr)), 10, 0, 0)
    chain.run(first, target)
    spent = []
    for picture in frames:
        start = time.thread_time()
        chain.run(picture, target)
        spent.append(time.thread_time() - start)
    return 1000 * median(spent)


def noise(where: Geometry, count: int) -> list[Picture]:
    """The worst case: every sample another."""
    random = np.random.default_rng(0)
    chroma = where.height // where.down, where.width // where.across
    shapes = (where.height, where.width), chroma, chroma
    return [
        Picture(*(random.integers(0, 256, shape).astype(np.uint8) for shape in shapes), 8, i, i) for i in range(count)
    ]


def cube(folder: Path) -> str:
    """A 33-node film-like table, so that luma depends on chroma."""
    axis = np.linspace(0, 1, 33)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    rgb = np.stack([red, green, blue], axis=-1).reshape(-1, 3) ** 1.1
    mixed = np.clip(rgb @ np.array([[0.92, 0.04, 0.04], [0.04, 0.92, 0.04], [0.04, 0.04, 0.92]]), 0, 1)
    path = folder / "look.cube"
    path.write_text("LUT_3D_SIZE 33\n" + "\n".join(" ".join(f"{v:.6f}" for v in row) for row in mixed) + "\n")
    return str(path)


def cpu_s(command: list[str]) -> float:
    """User and system seconds of a whole process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    return usage.ru_utime + usage.ru_stime


def ffmpeg_ms(clip: Path, table: str, frames: int, runs: int) -> float:
    """CPU milliseconds per picture of the filters alone."""
    chain = (
        f"smartblur=1.0:0.5:-8,format=gbrp10le,lut3d={table}:interp=tetrahedral,format=yuv420p,"
        f"noise=alls={NOISE_STRENGTH}:allf=t,format=yuv420p10le"
    )
    command = ["ffmpeg", "-v", "error", "-threads", "1", "-i", str(clip), "-frames:v", str(frames)]
    costs = []
    for _ in range(runs):
        bare = cpu_s([*command, "-f", "null", "-"])
        costs.append((cpu_s([*command, "-vf", chain, "-filter_threads", "1", "-f", "null", "-"]) - bare) / frames)
    return 1000 * median(costs)


def machine() -> str:
    """Processor, cores, date, and how busy others kept it: a second-level cache that is shared counts double."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = names[0].split(":")[1].strip() if names else platform.processor()
    when = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f}"
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {when}"


def table_of(clip_path: Path, frames: int, folder: Path) -> tuple[list[str], float, float]:
    """Markdown rows of the stages for one clip; the whole cost without and with a colour table."""
    clip = probe(clip_path)
    where = geometry(clip)
    stream = list(pictures(clip, start=0, count=frames))
    bare = cost_ms([Bare()], where, stream)
    lut = Grade(lut_path=cube(folder))
    stages = {"soften": Soften(), "grade, curve and table": Grade(), "grade with a .cube": lut, "grain": Grain()}
    rows = [f"| load and write | {bare:.1f} |"]
    rows += [f"| {name} | {cost_ms([stage], where, stream) - bare:.1f} |" for name, stage in stages.items()]
    whole = cost_ms([Soften(), Grade(), Grain()], where, stream)
    with_lut = cost_ms([Soften(), lut, Grain()], where, stream)
    worst = cost_ms([Soften(), Grade(), Grain()], where, noise(where, max(3, frames // 4)))
    rows += [f"| **all three** | **{whole:.1f}** |", f"| all three, with a .cube | {with_lut:.1f} |"]
    return [*rows, f"| all three on pure noise, the worst case | {worst:.1f} |"], whole, with_lut


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("scratch/material"))
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    make_material(options.folder)
    lines = ["# What treating one picture costs", "", f"{machine()}.", "", (__doc__ or "").split("\n\n", 2)[2].strip()]
    costs = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("1080p_5s", "2160p_2s"):
            path = options.folder / f"{name}.mp4"
            rows, costs[name], with_lut = table_of(path, options.frames, Path(scratch))
            lines += ["", f"## {name}", "", "| stage | CPU ms per picture |", "|---|---|", *rows]
            if name == "1080p_5s" and shutil.which("ffmpeg"):
                other = ffmpeg_ms(path, cube(Path(scratch)), 2 * options.frames, options.runs)
                lines += [f"| ffmpeg filters | {other:.1f} |"]
                lines += ["", f"Against ffmpeg's filters: {with_lut / other:.2f} with a .cube as they have."]
    lines += ["", f"2160p costs {costs['2160p_2s'] / costs['1080p_5s']:.2f} times 1080p."]
    text = "\n".join(lines) + "\n"
    (HERE / "kernel.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
