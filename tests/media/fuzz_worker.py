"""Finishes damaged copies of one clip, in a process of its own; prints one line per case, so a crash names its case.

Run as ``python fuzz_worker.py SEED_CLIP FOLDER FIRST LAST``; `test_fuzz` reads what it prints.
"""

from __future__ import annotations

import faulthandler
import random
import sys
from pathlib import Path

import numpy as np

from unplastic.errors import UnplasticError
from unplastic.media import Landing, Writer, pictures, probe

SECONDS_A_CASE_MAX = 20


def damaged(data: bytes, case: int) -> bytes:
    """The same damage for the same case: cuts, holes, flipped bits, most of them where the headers are."""
    dice = random.Random(case)
    kind = case % 6
    if kind == 0:
        return data[: dice.randrange(1, len(data))]
    changed = bytearray(data)
    head_or_tail = dice.choice((0, max(0, len(data) - 1500)))
    near_headers = kind in (1, 2)
    for _ in range(dice.choice((1, 3, 20))):
        at = head_or_tail + dice.randrange(min(1500, len(data))) if near_headers else dice.randrange(len(data))
        at = min(at, len(data) - 1)
        if kind in (1, 3):
            changed[at] ^= 1 << dice.randrange(8)
        elif kind in (2, 4):
            changed[at : at + 4] = dice.randbytes(len(changed[at : at + 4]))
        else:
            length = dice.choice((16, 300))
            changed[at : at + length] = bytes(len(changed[at : at + length]))
    return bytes(changed)


def finish(source: Path, final: Path) -> str:
    """Probe, decode and encode through a landing: "done", or the name of the error that the user would see."""
    try:
        clip = probe(source)
        with (
            Landing({"master": final}, source=source) as landing,
            Writer(clip, {"ffv1": landing.aside("master")}) as out,
        ):
            for picture in pictures(clip):
                blank = out.blank(picture.index, picture.pts, picture.duration)
                for plane, target in ((picture.y, blank.y), (picture.cb, blank.cb), (picture.cr, blank.cr)):
                    np.copyto(target, plane)
                out.write(blank)
    except UnplasticError as refusal:
        return type(refusal).__name__ if refusal.hint and "\n" not in refusal.message + refusal.hint else "BadMessage"
    return "done"


def main(seed: Path, folder: Path, first: int, last: int) -> None:
    data = seed.read_bytes()
    for case in range(first, last):
        print(f"case {case}", flush=True)
        faulthandler.dump_traceback_later(SECONDS_A_CASE_MAX, exit=True)
        source, final = folder / f"{case}{seed.suffix}", folder / f"{case}_finished.mkv"
        source.write_bytes(damaged(data, case))
        outcome = finish(source, final)
        faulthandler.cancel_dump_traceback_later()
        left = sorted(path.name for path in folder.iterdir() if path != source)
        complete = left == [final.name] and len(list(pictures(probe(final)))) == probe(source).frames if left else True
        print(f"outcome {case} {outcome} {'complete' if complete else 'half-written'}", flush=True)
        for path in folder.iterdir():
            path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
