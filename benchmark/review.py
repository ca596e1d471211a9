"""Times of the review page: copies, stills, overlays, 500 shots, and the rate that two 1080p films reach side by side.

    python benchmark/review.py FOLDER [CLIP ...]

FOLDER holds ``face_5s.mp4`` of benchmark/material.py, which is made where it is missing. Needs Chromium. Medians.
With CLIPs: stills of those alone, brought to 1080p where they are smaller.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import material

from unplastic.copies import copies, document
from unplastic.finish import finish
from unplastic.media import probe
from unplastic.overlay import KINDS, overlay
from unplastic.passages import worst_passages
from unplastic.pipeline.take import Artefact, Status, Take
from unplastic.review.showing import film_document
from unplastic.still import still

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
SHOTS, TURNS = 500, 5


def main() -> None:
    from reviewing import filmed

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/review_benchmark")
    folder.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) > 2:
        for path in map(Path, sys.argv[2:]):
            _stills(*_measured(path, folder))
        return
    clip = folder / "face_5s.mp4"
    if not clip.is_file():
        material.write(clip, *material.CLIPS["face_5s"])
    made = finish(clip, out=folder / "finished", rounds=0, web=False, overwrite=True)
    report, master = made.outputs["json"], made.outputs["master"]
    _copies(clip, master, folder)
    _stills(clip, report)
    for kind in KINDS:
        say(f"overlay {kind}", *timed(lambda kind=kind: overlay(master, 60, kind), 3))
    with filmed(folder / "film") as film:
        _film(film, folder)


def _copies(clip: Path, master: Path, folder: Path) -> None:
    wall, cpu = timed(lambda: copies(clip, master, folder / "copies"), 1)
    told = document(folder / "copies" / "copies.json")
    seconds = probe(clip).frames / 24
    say("both copies, passages and still of 120 frames 1080p", wall, cpu)
    say("of it, looking for passages", *timed(lambda: worst_passages(probe(master)), 1))
    for side in ("raw", "finished"):
        print(f"{side} copy: {told[side]['bytes'] * 8 / seconds / 1e6:.0f} Mbit/s")


def _stills(clip: Path, report: Path) -> None:
    size = {"size": "off", "by": "lanczos"}

    def one(frame: int, strength: float) -> tuple[float, float]:
        return timed(lambda: still(clip, report, frame, {"look": "fine-35mm", "strength": strength}, size), 1)

    last = probe(clip).frames - 2
    frames = range(last // 6, last, max(1, last // 6))
    one(3, 1.0)
    found = [(one(each, 1.0), one(each, 0.5), one(each + 1, 1.0)) for each in frames]
    for turn, name in enumerate(("elsewhere", "the same frame under another wish", "the next frame")):
        say(f"{clip.stem}: still, {name}", *(median(each[turn][part] for each in found) for part in (0, 1)))


def _measured(path: Path, folder: Path) -> tuple[Path, Path]:
    """The clip at 1080p, and a report of it that only measured."""
    import json
    import subprocess

    import unplastic as up
    from unplastic.report.document import clip as document

    clip, report = folder / f"{path.stem}_1080.mp4", folder / f"{path.stem}_report.json"
    if not report.is_file():
        fit = "scale=1920:1080:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=lanczos"
        words = ["-vf", fit, "-c:v", "libx264", "-crf", "14", "-preset", "veryfast", "-an", str(clip)]
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(path), *words], check=True)
        report.write_text(json.dumps({"clips": [{"before": document(up.measure(clip))}]}), encoding="utf-8")
    return clip, report


def _film(film: Any, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    from browsing import CHROMIUM, FLAGS, opened, serving

    desk, name = film.desk, film.project.id
    files = {"raw_copy": "raw.mp4", "finished_copy": "finished.mp4", "still": "still.jpg", "copies": "copies.json"}
    kept = {role: desk.store.put(folder / "copies" / file) for role, file in files.items()}
    left = [{"text": "hair flickers by 0.51 codes beyond what its grain explains", "severity": "warning"}]
    plain = {
        "finished": "0" * 64,
        "copies": kept["copies"],
        "copies_of": "0" * 64,
        "still": kept["still"],
        "left": left,
    }
    for number in range(SHOTS):
        facts = plain | {"frames": 120, "fps": 24.0, "size": [1920, 1080], "after": {"score": number % 60}}
        take = desk.tables.add_take(
            Take(name, "", f"sc{number // 25:02d}", f"sh{number:04d}", 0, "filed", Status.REVIEW, facts)
        )
        assert take is not None
        for role, digest in kept.items() if number == 0 else ():
            desk.tables.add_artefact(Artefact(name, take.id, role, 1, digest, role, 1, False, 0.0))
    with serving(film) as (address, room), sync_playwright() as playwright:
        say(f"the film's answer, {SHOTS} shots", *timed(lambda: film_document(room), TURNS))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with opened(browser, address, width=1920, height=1080) as window:
            loads = []
            for _ in range(TURNS):
                began = time.perf_counter()
                window.page.goto("about:blank")
                window.page.goto(window.base)
                window.until(f"document.querySelectorAll('.card').length === {SHOTS}")
                loads.append(time.perf_counter() - began)
            print(f"the sheet of {SHOTS} shots: {median(loads):.2f} s from the address to the last card")
            window.open_take("sc00/sh0000/tk01")
            window.page.keyboard.press("s")
            window.page.keyboard.press("l")
            window.page.wait_for_timeout(2000)
            rates = []
            for _ in range(6):
                window.page.wait_for_timeout(500)
                rates.append(window.ask("window.player.transport.reached"))
            print(f"two 1080p films side by side: {median(rates):.1f} of 24 frames a second")
            window.page.keyboard.press("k")
            steps = []
            for _ in range(24):
                began = time.perf_counter()
                at = window.ask("window.player.transport.frame")
                window.page.keyboard.press("ArrowRight")
                window.until(f"window.player.shownFrame === {min(at + 1, 119)}")
                steps.append(time.perf_counter() - began)
            print(f"one frame on: {median(steps) * 1e3:.0f} ms, with the test's own questions")
        browser.close()


def timed(act: Callable[[], Any], turns: int) -> tuple[float, float]:
    """Median wall and processor time in seconds."""
    walls, cpus = [], []
    for _ in range(turns):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return median(walls), median(cpus)


def say(what: str, wall: float, cpu: float) -> None:
    print(f"{what}: {wall:.2f} s, {cpu:.2f} s of processor time", flush=True)


if __name__ == "__main__":
    main()
