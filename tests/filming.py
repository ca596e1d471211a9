"""A small film, agents that work fast, and the command line in a process of its own: for tests that kill it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ARTIST = """
name = "Upscale Artist"
when = "clip.finished"
mandate = "The least that a test can do."

[[do]]
stage = "upscale"
size = "off"
by = ["lanczos"]

[[do]]
stage = "finish"
look = "fine-35mm"
master = "h264"
web = false
rounds = 0

[[do]]
stage = "measure"

[[do]]
stage = "review"
"""
QUICK = """
name = "Upscale Artist"
when = "clip.finished"
mandate = "No finish at all: for tests of money."

[[do]]
stage = "review"
"""
QUIET = """
name = "{name}"
when = "daily 00:00"
mandate = "Rests."

[[do]]
stage = "review"
"""


def write_film(folder: Path, shots: int, *, scenes: int = 1, model: str | list[str] = "", artist: str = ARTIST,
               more: str = "") -> Path:  # fmt: skip
    """A film of so many shots without characters; ``model`` of each, or of all."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ['title = "The test"', "budget_usd = 1000", more]
    for scene in range(scenes):
        lines += ["[[scenes]]", f'name = "sc{scene:02d}"', 'light = "warm yellow from the lamp only, camera left"']
        for shot in range(scene, shots, scenes):
            name = model[shot % len(model)] if isinstance(model, list) else model
            lines += ["[[scenes.shots]]", f'name = "sh{shot:03d}"', f'prompt = "Rain runs down window number {shot}."',
                      'surface = "water"', "seconds = 5", 'size = "720p"']  # fmt: skip
            lines += [f'model = "{name}"'] if name else []
    (folder / "film.toml").write_text("\n".join(lines))
    write_agents(folder, artist)
    return folder


BEGUN: list[subprocess.Popen[str]] = []
RESTING = ("Continuity Eye", "Projectionist")


def write_agents(folder: Path, artist: str = ARTIST, resting: tuple[str, ...] = RESTING) -> None:
    """Agents that work fast, or rest, instead of the shipped ones of the same name."""
    (folder / "agents").mkdir(parents=True, exist_ok=True)
    (folder / "agents" / "artist.toml").write_text(artist)
    for name in resting:
        (folder / "agents" / f"{name.lower()}.toml").write_text(QUIET.format(name=name))


def environment(**more: str) -> dict[str, str]:
    """That of this process, without keys and addresses of services, databases and stores."""
    taken = {"UNPLASTIC_REHEARSAL", "UNPLASTIC_DATABASE_URL", "UNPLASTIC_STORE", "UNPLASTIC_SETTINGS"}
    kept = {key: value for key, value in os.environ.items() if key not in taken and not key.endswith("_API_KEY")}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | more


def begin(*words: str | Path, **more: str) -> subprocess.Popen[str]:
    """``unplastic`` with these words; `end_all` ends what a test that failed left behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "unplastic", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(**more),
    )  # fmt: skip
    BEGUN.append(process)
    return process


def end_all() -> None:
    """Kill and reap every process that is still there."""
    while BEGUN:
        process = BEGUN.pop()
        if process.poll() is None:
            process.kill()
        if process.stdout and not process.stdout.closed:
            process.communicate()


def until(
    check: Callable[[], object], seconds: float = 120.0, why: Callable[[], str] = lambda: "it never came"
) -> None:
    """Wait for something; a test that hangs says ``why``. How long it takes is nobody's promise."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, why()
        time.sleep(0.02)


def done(*words: str | Path, timeout_s: float = 240, **more: str) -> tuple[int, str, str]:
    """The same, to its end: exit code, what it said on stdout and on stderr."""
    process = begin(*words, **more)
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"it never ended: {out[-2000:]} {err[-4000:]}") from None
    return process.returncode, out, err


def told(film: Path, **more: str) -> dict[str, Any]:
    """``unplastic status --json``."""
    code, out, err = done("status", film, "--json", **more)
    assert code == 0, err
    return json.loads(out)
