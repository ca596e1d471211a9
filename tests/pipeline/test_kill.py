"""Killed at any moment, with everything that a service can do wrong: each shot is paid once, none is lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

import filming
from scenes import write_scene
from unplastic.providers.caps import SECOND
from unplastic.providers.ledger import Attempt, Stage, ledger_in
from unplastic.rehearsal import Rehearsal

SHOTS, KILLS, LIVES_MAX = 60, 20, 90
CLIPS = 8
ASTRA = filming.QUICK.replace(
    '[[do]]\nstage = "review"', '[[do]]\nstage = "upscale"\nsize = "2x"\n\n[[do]]\nstage = "review"'
)
MODELS = [
    "seedance-2.0 by ark", "kling-v3 by kling", "runway-gen4.5 by runway", "veo-3.1-fast by veo", "kling-v3 by fal",
    "seedance-2.0-fast by ark", "gemini-omni-1.2-flash by omni",
]  # fmt: skip
ORDERS = ((2, "cut-after"), (3, "cut-before"), (4, "500-before"), (5, "rate"), (6, "html"), (7, "slow:0.3"),
          (8, "fails"), (9, "content-output"), (10, "strange"))  # fmt: skip
OURS = {"vertex": "veo", "gemini": "omni"}
LASTING = ("cut-before", "500-before", "html", "fails", "content-output")
"""Faults after which a shot may have to wait for a person: nobody can tell that it was not made, or it was refused."""
SERVERS = ("ark", "kling", "runway", "vertex", "fal", "gemini")
FAULTS = ", ".join(
    [f"{name}.create#{turn}={fault}" for name in SERVERS for turn, fault in ORDERS]
    + [f"{name}.poll#4=html, {name}.poll#7=cut-before" for name in SERVERS]
)
"""Every kind of fault at every service: the line, the answer, the refusal, the ending."""


def children(process: subprocess.Popen[str]) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    return [int(each) for each in found]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_sixty_shots_twenty_kills_and_every_fault(tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", SHOTS, scenes=6, model=MODELS, artist=filming.QUICK)
    with Rehearsal(faults=FAULTS) as server:
        err = many_lives(server, KILLS, "run", film, "--unknown-price", "1")
        state = filming.told(film, UNPLASTIC_REHEARSAL=server.url)
        books = ledger_in(film / ".unplastic" / "rehearsal" / "ledger.sqlite")
        check_money(server, books.attempts())
        check_shots(server, state, books.attempts(), err)


def many_lives(server: Rehearsal, kills: int, *words: str | Path) -> str:
    """Begin the same command until it was killed so often, then let it come to its end; what it said then."""
    chance, killed = random.Random(5), 0
    for _ in range(LIVES_MAX):
        run = filming.begin(*words, UNPLASTIC_REHEARSAL=server.url)
        if killed == kills:
            return run.communicate(timeout=400)[1]
        until = len(server.calls) + chance.randint(1, 12)
        while run.poll() is None and len(server.calls) < until:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
        killed += run.poll() is None
        run.kill()
        run.communicate()
    raise AssertionError(f"it was over before it was killed {kills} times")


def test_clips_sent_to_be_upscaled_are_paid_once(tmp_path: Path) -> None:
    """Topaz reserves when an order is accepted, after the clip's size was named: more places to die at."""
    folder = tmp_path / "rushes"
    folder.mkdir()
    filming.write_agents(folder, ASTRA)
    for number in range(CLIPS):
        write_scene(folder / f"clip{number}.mp4", 320, 180, 24 + number)
    faults = "topaz.create#2=cut-after, topaz.create#4=cut-before, topaz.accept#3=cut-after, topaz.poll#5=html"
    with Rehearsal(faults=faults) as server:
        many_lives(server, CLIPS, "watch", folder, "--once", "--settle", "0", "--budget", "100")
        books = ledger_in(folder / ".unplastic" / "rehearsal" / "ledger.sqlite").attempts()
        check_money(server, books)
        assert len({each.shot for each in books}) == len(books), "one order a clip"
        assert len({each.shot.removesuffix(SECOND) for each in books}) == CLIPS, "a clip was lost"
        once_more = {each.shot.removesuffix(SECOND) for each in books if each.shot.endswith(SECOND)}
        free = {each.shot for each in books if each.charged_usd == 0}
        assert once_more <= free, "only what was given back whole is ordered once more"
        paid = Counter(line.job for line in server.bill.charges if line.usd > 0)
        assert max(paid.values()) == 1
        state = filming.told(folder, UNPLASTIC_REHEARSAL=server.url)
        assert len(state["takes"]) == CLIPS
        assert {each["status"] for each in state["takes"]} <= {"review", "held"}
        parked = {each.shot.removesuffix(SECOND).removesuffix(" upscaled") for each in books
                  if each.stage is Stage.UNKNOWN or (each.shot.endswith(SECOND) and each.charged_usd == 0)}  # fmt: skip
        waits = {each["id"].rpartition("/")[0] for each in state["takes"] if each["status"] == "held"}
        notes = [(each["id"], each["note"]) for each in state["takes"] if each["status"] == "held"]
        assert waits <= parked, (notes, [(each.shot, each.stage, each.note) for each in books])
        assert len(waits) < CLIPS, "a kill loses an order only between the books and the service's answer"
        originals = list((folder / "takes").rglob("*_original.mp4"))
        assert len(originals) == CLIPS


def check_money(server: Rehearsal, attempts: list[Attempt]) -> None:
    """Every job on the bill is in the books under its id, or its attempt is parked with the money still reserved."""
    known = {short(each.job.id) for each in attempts if each.job}
    lost = [job for job in server.bill.jobs() if short(job) not in known]
    parked = [each for each in attempts if each.job is None and each.stage in {Stage.UNKNOWN, Stage.INTENT}]
    assert len(lost) <= len(parked), "a paid job is not in the books"
    billed: Counter[str] = Counter()
    for line in server.bill.charges:
        billed[short(line.job)] += line.usd
    for each in attempts:
        if each.job and each.stage is Stage.SETTLED and each.charged_usd is not None:
            assert each.charged_usd == pytest.approx(billed[short(each.job.id)], abs=1e-4), each
    assert sum(each.usd for each in attempts) >= server.bill.total_usd() - 1e-6, "the books say less than the bill"
    short_of = [(each.provider, each.stage, each.usd, billed[short(each.job.id)], each.note) for each in attempts
                if each.job and each.usd < billed[short(each.job.id)] - 1e-6]  # fmt: skip
    assert not short_of, "an order counts for less than it cost"


def short(job: str) -> str:
    """An operation's name without the path that leads to it."""
    return job.rpartition("/")[2]


def check_shots(server: Rehearsal, state: dict, attempts: list[Attempt], err: str) -> None:
    """Each shot has one take, each take one order, or two where a filter's refusal was tried once more."""
    assert len(state["takes"]) == SHOTS
    orders = Counter(each.shot.removesuffix(SECOND) for each in attempts)
    again = Counter(each.shot for each in attempts)
    assert set(again.values()) == {1}, "a shot was ordered twice"
    missing = [each for each in state["takes"] if each["id"].rpartition("/")[0] not in orders]
    assert not missing, err[-4000:]
    assert set(orders) == {f"sc{number % 6:02d}/sh{number:03d}" for number in range(SHOTS)}, "a shot was lost"
    for name in SERVERS:
        wishes = Counter(json.dumps(job.request, sort_keys=True, default=str) for job in server.stage.of(name))
        second = sum(each.shot.endswith(SECOND) and each.provider in {name, OURS.get(name)} for each in attempts)
        assert sum(wishes.values()) - len(wishes) <= second, f"{name} got an order twice"
    status = Counter(each["status"] for each in state["takes"])
    assert status["review"] + status["held"] == SHOTS, (status, err[-3000:])
    waits = [each["note"] for each in state["takes"] if each["status"] == "held"]
    assert all(waits), "a take waits and nobody says why"
    unlisted = sum("has no list" in each for each in waits)
    assert status["held"] - unlisted <= len(SERVERS) * len(LASTING), Counter(waits)
    assert status["review"] >= SHOTS // 3, Counter(waits)
