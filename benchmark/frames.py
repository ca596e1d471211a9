"""What finishing frames in memory costs, and whether memory grows with their number.

python benchmark/frames.py [--frames 48] [--repeats 3]

Each case runs in a process of its own: an iterator of 1920x1080 pictures (a panned, textured scene without faces) goes
through `unplastic.finish_frames` or `unplastic.frames.treat_frames`; the cost of making the pictures is taken off.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

CASES = ("none", "grain-uint8", "grain-float32", "soften-float32", "finish-uint8", "finish-float32")
ROOT = Path(__file__).parent.parent

WORKER = """
import json, resource, sys, time
import numpy as np
from unplastic.frames import finish_frames, treat_frames
from unplastic.treat.grain import Grain
from unplastic.treat.soften import Soften

case, count = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(3)
small = rng.random((136, 250, 3), dtype=np.float32)
wide = np.kron(small, np.ones((8, 8, 1), np.float32)) * 0.6 + rng.random((1088, 2000, 3), dtype=np.float32) * 0.05 + 0.1

def pictures():
    for index in range(count):
        view = np.ascontiguousarray(wide[:1080, index % 64 : index % 64 + 1920])
        yield (view * 255).astype(np.uint8) if case.endswith("uint8") or case == "none" else view

def treated():
    if case == "none":
        return pictures()
    if case.startswith("finish"):
        return finish_frames(pictures(), fps=24)
    return treat_frames(pictures(), [Grain() if case.startswith("grain") else Soften()], fps=24)

for _ in zip(treated(), range(3)):  # compile first
    pass
start = time.process_time()
done = sum(1 for _ in treated())
seconds = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ms": 1000 * seconds / done, "mib": peak, "frames": done}))
"""


def run(case: str, frames: int) -> dict[str, float]:
    """One case in a process of its own."""
    words = [sys.executable, "-c", WORKER, case, str(frames)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def main() -> None:
    """Print a table: medians of CPU milliseconds a frame, and peak memory at one and at four times the frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print("| case | CPU ms a frame | peak MiB | peak MiB, 4 times the frames |\n|---|---|---|---|")
    base = 0.0
    for case in CASES:
        rows = [run(case, asked.frames) for _ in range(asked.repeats)]
        cost = statistics.median(row["ms"] for row in rows)
        base = cost if case == "none" else base
        longer = run(case, 4 * asked.frames)["mib"]
        told = f"{cost:.0f} (to make them)" if case == "none" else f"{cost - base:.0f}"
        print(f"| {case} | {told} | {statistics.median(row['mib'] for row in rows):.0f} | {longer:.0f} |", flush=True)


if __name__ == "__main__":
    main()
