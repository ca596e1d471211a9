"""Killed at any moment and started again, a worker ends with one paid job for each shot, and with its file."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import paying
from unplastic.providers.ledger import Stage, ledger_in
from unplastic.rehearsal import Rehearsal

SHOTS = 10
KILLS, KILLS_MIN = 12, 3
LIVES_MAX = 60


def begin(server: Rehearsal, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(paying.__file__)), server.url, str(folder), str(SHOTS)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def lives(server: Rehearsal, folder: Path, chance: random.Random) -> int:
    """Run it until it ends by itself; how often it was killed. A kill waits for some call of the worker's, any one."""
    kills = 0
    for _ in range(LIVES_MAX):
        worker = begin(server, folder)
        if kills < KILLS:
            until = len(server.calls) + chance.randint(1, 6)
            while worker.poll() is None and len(server.calls) < until:
                time.sleep(0.001)
            worker.kill()
            worker.communicate()
            if worker.returncode == 0:  # it had ended before: a slow machine lets many calls pass between two looks
                return kills
            kills += 1
            continue
        said, trouble = worker.communicate(timeout=120)
        assert said == "done\n", trouble
        return kills
    raise AssertionError("it never ended")


def test_no_shot_is_paid_twice_and_none_is_lost(tmp_path: Path) -> None:
    with Rehearsal() as server:
        kills = lives(server, tmp_path, random.Random(7))
        assert kills >= KILLS_MIN
        attempts = ledger_in(tmp_path / "ledger.sqlite").attempts()
        assert {each.shot for each in attempts} == {f"sh{number}" for number in range(SHOTS)}
        settled = [each for each in attempts if each.stage is Stage.SETTLED]
        parked = [each for each in attempts if each.stage is Stage.UNKNOWN]
        assert len(settled) + len(parked) == SHOTS, [each.stage for each in attempts]
        seeds = [job.request["seed"] for job in server.stage.of("ark")]
        assert len(seeds) == len(set(seeds)), "a shot was ordered twice"
        assert not {each.seed for each in parked} & set(seeds), "a paid job was given up"
        files = [Path(row["path"]) for each in settled for row in json.loads(each.results)]
        assert all(path.stat().st_size for path in files)
        assert not list((tmp_path / "takes").glob(".*"))
        charged = sum(each.charged_usd or 0 for each in settled)
        assert round(charged, 4) == round(server.bill.total_usd(), 4)
