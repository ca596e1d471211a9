"""What fitting a grain table and the delivery check cost beside the encode.

    python benchmark/deliver.py [CLIP|FRAMES]

Processor time of this process and its threads; medians of three runs. Without a clip: so many frames, 48 if not said,
of 1080p test material. The goal is a tenth of the encode for both together.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from material import write

from unplastic.deliver.check import check
from unplastic.deliver.fit import fit
from unplastic.deliver.plates import Targets, render_plates
from unplastic.finish import solved
from unplastic.media import probe
from unplastic.media.grained import put_grain
from unplastic.treat import warm

RUNS = 3


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "material.mp4" if what.isdigit() else Path(what)
        if what.isdigit():
            write(source, 1920, 1080, int(what))
        rows = [_run(source, Path(folder)) for _ in range(RUNS)]
        clip = probe(source)
    middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print(f"{source.name}: {clip.width}x{clip.height}, {clip.frames} frames; CPU seconds, medians of {RUNS}")
    for name, seconds in middle.items():
        print(f"  {name:<12} {seconds:8.3f}")
    share = (middle["fit"] + middle["headers"] + middle["check"]) / middle["encode"]
    print(f"  fit, headers and check over the encode: {100 * share:.1f} %")


def _run(source: Path, folder: Path) -> dict[str, float]:
    warm()
    clip = probe(source)
    larger, recipe = solved(clip, rounds=0)
    targets = Targets({"prores": folder / "m.mov", "web": folder / "w.mp4"}, {"web_av1": folder / "bare.mp4"}, {})
    samples, encode = _timed(lambda: render_plates(clip, larger, recipe, targets)[0])
    grain = next(each for each in recipe.treatments if each.name == "grain")
    fitted, fitting = _timed(lambda: fit(grain, larger.clip, recipe.seed))
    _, headers = _timed(lambda: put_grain(folder / "bare.mp4", folder / "a.mp4", fitted.at))
    files = [folder / name for name in ("m.mov", "w.mp4", "a.mp4")]
    found, checking = _timed(lambda: [check(probe(path), samples, path.name) for path in files])
    print("  ".join(f"{each.file} {each.verdict}" for each in found))
    return {"encode": encode, "fit": fitting, "headers": headers, "check": checking}


def _timed(act):
    begun = time.process_time()
    made = act()
    return made, time.process_time() - begun


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "48")
