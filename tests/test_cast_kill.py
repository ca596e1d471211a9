"""Casting, killed at any moment, with all that a service can do wrong: no portrait is paid twice, none is lost."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest

import filming
from unplastic.providers.ledger import Attempt, Stage, ledger_in
from unplastic.rehearsal import Rehearsal

CAST, ENDS_MAX = 9, 6
KILLS = {"recraft": 8, "fal": 4}
FAULTS = {
    "recraft": (
        "recraft.create#2=cut-after, recraft.create#3=cut-before, recraft.create#4=500-before, recraft.create#5=rate,"
        "recraft.create#6=html, recraft.create#7=slow:0.3, recraft.create#8=fails, recraft.create#9=content-output,"
        "recraft.fetch#2=html, recraft.fetch#3=cut-before, recraft.fetch#4=expired"
    ),
    "fal": (
        "fal.create#2=cut-after, fal.create#3=cut-before, fal.create#4=rate, fal.create#5=broken-json,"
        "fal.create#6=slow:0.3, fal.create#7=content-output, fal.create#8=strange, fal.poll#4=html,"
        "fal.poll#7=cut-before, fal.fetch#2=truncated"
    ),
}  # fmt: skip


def write_cast(folder: Path) -> Path:
    """A film of so many characters, each with words of its own."""
    lines = ['title = "The test"', "budget_usd = 1000"]
    for number in range(CAST):
        lines += ["[[characters]]", f'name = "P{number}"', f'anchor = "P{number}, {30 + number}, a welder"']
    folder.mkdir()
    (folder / "film.toml").write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize("service", FAULTS)
def test_a_cast_many_kills_and_every_fault(tmp_path: Path, service: str) -> None:
    film = write_cast(tmp_path / "film")
    model = "recraft-v4.1-pro"
    words = ("cast", film, "--provider", service, "--model", model, "--count", "1", "--json")
    with Rehearsal(faults=FAULTS[service]) as server:
        assert lives(server, KILLS[service], *words) >= KILLS[service] // 2
        for _ in range(ENDS_MAX):  # a refusal that gave the money back is no end
            code, out, err = filming.done(*words, UNPLASTIC_REHEARSAL=server.url)
            attempts = ledger_in(film / ".unplastic" / "rehearsal" / "ledger.sqlite").attempts()
            if {each.stage for each in attempts} <= {Stage.SETTLED, Stage.UNKNOWN, Stage.FAILED}:
                break
        assert code in {0, 1}, err
        check_paid_once(server, service, attempts)
        check_told(json.loads(out)["cast"], attempts)


def lives(server: Rehearsal, kills: int, *words: str | Path) -> int:
    """Begin it and kill it after one of its next calls, until it ends by itself; how often it was killed."""
    chance = random.Random(5)
    for killed in range(kills):
        run = filming.begin(*words, UNPLASTIC_REHEARSAL=server.url)
        until = len(server.calls) + chance.randint(1, 2)
        while run.poll() is None and len(server.calls) < until:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.05)
        is_over = run.poll() is not None
        run.kill()
        run.communicate()
        if is_over:
            return killed
    return kills


def check_paid_once(server: Rehearsal, service: str, attempts: list[Attempt]) -> None:
    """One order for each character; every job on the bill is a settled one's, or a parked one's with its money."""
    assert Counter(each.shot for each in attempts) == Counter(f"cast P{number}" for number in range(CAST))
    mine = {json.loads(each.request)["prompt"]: each for each in attempts}
    made = Counter(job.request["prompt"] for job in server.stage.of(service))
    assert max(made.values()) == 1, "a portrait was ordered twice"
    assert set(made) <= set(mine), "a portrait that nobody asked for"
    billed = Counter[str]()
    for line in server.bill.charges:
        billed[server.stage.jobs[service, line.job].request["prompt"]] += line.usd
    for prompt, attempt in mine.items():
        if attempt.stage is Stage.SETTLED:
            assert attempt.charged_usd == pytest.approx(billed[prompt]), attempt
            (row,) = json.loads(attempt.results)
            assert hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest() == row["sha256"]
        elif attempt.stage is Stage.UNKNOWN:
            assert attempt.job is None, "whose job is known is not lost"
            assert attempt.usd >= billed[prompt]
        else:
            assert attempt.note.startswith("ContentOutput"), attempt
    assert sum(each.usd for each in attempts) >= server.bill.total_usd() - 1e-6, "the books say less than the bill"
    assert sum(each.stage is Stage.SETTLED for each in attempts) >= CAST // 3
    assert not list(Path(row["path"]).parent.glob(".*")), "something half-written was left"


def check_told(told: list[dict], attempts: list[Attempt]) -> None:
    """Whoever has no portrait is named with the order that has to be looked for."""
    assert [each["character"] for each in told] == [f"P{number}" for number in range(CAST)]
    for row in told:
        (attempt,) = (each for each in attempts if each.shot == f"cast {row['character']}")
        if attempt.stage is Stage.SETTLED:
            assert len(row["candidates"]) == 1
        else:
            assert attempt.key[:8] in row["missing"][0]
