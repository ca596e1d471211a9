"""The main job on every development clip: does each come out, and which guards broke?

    python benchmark/every_clip.py CLIPS OUT

finishes every video and still under CLIPS into OUT (which is not committed) and writes ``benchmark/every_clip.md``:
figures only, no picture. A failed clip is a row with its error, not an exception.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import unplastic as up
from unplastic.errors import UnplasticError
from unplastic.finished import Finished

SUFFIXES = {".mp4", ".mkv", ".png"}
SHOWN = ("edge_overshoot", "grain_sigma", "fresh_grain", "skin_chroma_p95")


def finish(arguments: tuple[Path, Path]) -> tuple[str, float, Finished | str]:
    """Finish one clip in a process of its own; returns its name, CPU seconds, and the result or the error."""
    path, out = arguments
    before = time.process_time()
    try:
        result: Finished | str = up.finish(path, out=out / path.parent.name, overwrite=True)
    except UnplasticError as error:
        result = f"{error.message}; {error.hint}"
    return f"{path.parent.name}/{path.name}", time.process_time() - before, result


def row(name: str, cpu_s: float, result: Finished | str) -> str:
    """One line of the table."""
    if isinstance(result, str):
        return f"| {name} | {result} | | | | | |"
    active = ", ".join(step["name"] for step in result.recipe["treatments"] if step["active"]) or "nothing"
    broken = ", ".join(guard.name for guard in result.guards if guard.ok is False) or "–"
    size = f"{result.before.width}x{result.before.height}"
    cells = (name, f"{size}, {result.frames} f", active, broken, changes(result), score(result), f"{cpu_s:.0f}")
    return "| " + " | ".join(cells) + " |"


def changes(result: Finished) -> str:
    """A few readings before and after."""
    parts = []
    for name in SHOWN:
        region = "skin" if name.startswith("skin") else "frame"
        a, b = result.before.reading(name, region), result.after.reading(name, region)
        if a and b and a.valid and b.valid and a.value is not None and b.value is not None:
            parts.append(f"{name} {a.value:.2f} → {b.value:.2f}")
    return "; ".join(parts)


def score(result: Finished) -> str:
    """Plasticity before and after."""
    values = [report.plasticity.score for report in (result.before, result.after)]
    return " → ".join("–" if value is None else f"{value:.0f}" for value in values)


def moved(results: list[tuple[str, float, Finished | str]], kind: str) -> str:
    """How the scores of one kind of clips moved: only intervals that part count as better or worse."""
    pairs = [
        (made.before.plasticity, made.after.plasticity)
        for name, _, made in results
        if name.startswith(f"{kind}/") and isinstance(made, Finished)
    ]
    said = Counter(after.since(before) or "no score" for before, after in pairs)
    both = [(a.score, b.score) for a, b in pairs if a.score is not None and b.score is not None]
    if not both:
        return f"{kind}: no score"
    first, then = (median(scores) for scores in zip(*both, strict=True))
    higher = sum(b > a for a, b in both)
    counts = ", ".join(f"{said[each]} {each}" for each in ("better", "same", "worse", "no score"))
    return f"{kind}: median {first:.0f} → {then:.0f} of {len(both)} clips, {higher} of them higher; {counts}"


def main(clips: Path, out: Path) -> None:
    """Finish everything, two clips at a time, and write the table."""
    paths = sorted(path for path in clips.rglob("*") if path.suffix in SUFFIXES)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(finish, [(path, out) for path in paths]))
    done = [result for _, _, result in results if isinstance(result, Finished)]
    broken = Counter(guard.name for result in done for guard in result.guards if guard.ok is False)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    head = (
        "# The main job on every development clip\n\n"
        f"{dt.date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        "`python benchmark/every_clip.py CLIPS OUT`. "
        f"Look fine-35mm, master ProRes 422 HQ, web file and report for each. {len(done)} of {len(results)} finished; "
        f"median {median(cpu for _, cpu, _ in results):.0f} CPU s a clip; peak {peak:.0f} MiB in a process. "
        f"Broken guards: {', '.join(f'{name} {count}' for name, count in broken.most_common()) or 'none'}.\n\n"
        f'Plasticity: {moved(results, "ai")}. {moved(results, "real")}. "Same" is within the error of measurement.\n\n'
        "| clip | size | treatments | broken guards | readings | plasticity | CPU s |\n|---|---|---|---|---|---|---|\n"
    )
    text = head + "\n".join(row(*each) for each in results) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(head)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
