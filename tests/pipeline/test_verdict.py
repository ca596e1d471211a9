"""Verdicts: one at a time, on what was seen, with a reason where it is needed; an approval starts who waits for one.

No approval goes round the gate, whoever asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.errors import WorkError
from unplastic.pipeline import verdict
from unplastic.pipeline.gate import ON_THE_PAGE, PLACE_MAX, Eyes
from unplastic.pipeline.notes import Notes, Sight
from unplastic.pipeline.take import Kind, Status, Take
from unplastic.routing.evidence import default_file

ELSEWHERE = Eyes("Ida", elsewhere="  in the\n cinema ")
PLACE = {"x": 9, "y": 9, "width": 320, "height": 240}
PASSAGES = [PLACE | {"start": 12, "stop": 60, "what": "hair"}, PLACE | {"start": 80, "stop": 128, "what": "frame"}]


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with Studio(tmp_path / "film", monkeypatch) as made:
        made.enlist(agent("A", "shot.approved", "one"))
        yield made


def test_an_approval_starts_what_waits_for_it_once(studio: Studio) -> None:
    take = studio.take(status=Status.REVIEW)
    changed, jobs = verdict.say(studio.desk, take, "approve", who="Ida", eyes=ELSEWHERE)
    assert (changed.status, [each.agent for each in jobs]) == (Status.APPROVED, ["A"])
    _, more = verdict.say(studio.desk, changed, "approve", who="Ida", eyes=ELSEWHERE)
    assert more == (), "the same again starts nothing"
    rows = studio.desk.tables.verdicts(take.film)
    assert [(each.kind, each.who, each.seen) for each in rows] == [("approve", "Ida", "in the cinema")] * 2


def test_of_two_who_look_at_the_same_take_only_one_decides(studio: Studio) -> None:
    take = studio.take(status=Status.REVIEW)
    verdict.say(studio.desk, take, "reject", reason="boiling hair", revision=take.revision)
    with pytest.raises(WorkError, match="was changed while you looked"):
        verdict.say(studio.desk, take, "approve", eyes=ELSEWHERE, revision=take.revision)
    assert studio.again(take).status is Status.REJECTED
    assert len(studio.desk.tables.verdicts(take.film)) == 1


@pytest.mark.parametrize("first", ["approve", "fix", "reject"])
def test_a_verdict_is_taken_back(studio: Studio, first: Kind) -> None:
    changed, _ = verdict.say(studio.desk, studio.take(status=Status.REVIEW), first, reason="hair", eyes=ELSEWHERE)
    undone, _ = verdict.say(studio.desk, changed, "undo")
    assert undone.status is Status.REVIEW
    with pytest.raises(WorkError):
        verdict.say(studio.desk, undone, "undo")


@pytest.mark.parametrize("status", [Status.MAKING, Status.HELD, Status.CANCELLED, Status.FAILED])
def test_what_is_not_there_to_be_judged_is_not(studio: Studio, status: Status) -> None:
    with pytest.raises(WorkError, match=f"is {status}"):
        verdict.say(studio.desk, studio.take(status=status), "approve")


def test_a_rejection_needs_a_reason(studio: Studio) -> None:
    with pytest.raises(WorkError, match="with a reason"):
        verdict.say(studio.desk, studio.take(status=Status.REVIEW), "reject", reason="  ")


def test_a_verdict_on_a_generated_take_teaches_the_routing(studio: Studio) -> None:
    route = {"model": "kling-v3", "version": "1", "surface": "skin"}
    take = studio.take(status=Status.REVIEW, facts={"route": route})
    verdict.say(studio.desk, take, "reject", reason="wax")
    assert "kling-v3" in default_file().read_text()
    assert "false" in default_file().read_text().lower()


def shown(studio: Studio) -> Take:
    """A take in review whose copies name two passages."""
    path = studio.folder / "copies.json"
    path.write_text(json.dumps({"passages": PASSAGES}))
    facts = {"finished": "f" * 64, "copies_of": "f" * 64, "copies": studio.desk.store.put(path)}
    return studio.take(status=Status.REVIEW, facts=facts)


def saw(studio: Studio, take: Take, start: int, stop: int, who: str = "Ida", file: str = "f" * 64) -> None:
    sight = Sight(take.film, take.id, file, f"browser of {who}", start, stop, (0, 0, 1920, 1080), 1.0, who)
    Notes(studio.desk.database).saw(sight)


def test_an_approval_goes_through_the_gate_and_says_where_it_was_seen(studio: Studio) -> None:
    take = shown(studio)
    with pytest.raises(WorkError, match=r"frames 12 to 59 \(hair\) and frames 80 to 127 \(detail\) not seen") as shut:
        verdict.say(studio.desk, take, "approve", who="Ida")
    assert "--seen" in shut.value.hint
    saw(studio, take, 12, 60)
    saw(studio, take, 80, 128, who="Jo")
    saw(studio, take, 80, 128, file="e" * 64)
    with pytest.raises(WorkError, match=r"tk01: frames 80 to 127 \(detail\) not seen at 1:1 by Ida"):
        verdict.say(studio.desk, take, "approve", who="Ida")
    with pytest.raises(WorkError, match="not seen"):
        verdict.say(studio.desk, take, "approve", who="Ida", eyes=Eyes("Ida", viewer="another browser"))
    assert studio.again(take) == take
    assert studio.desk.tables.verdicts(take.film) == []
    saw(studio, take, 80, 128)
    changed, _ = verdict.say(studio.desk, take, "approve", who="Ida")
    assert [each.seen for each in studio.desk.tables.verdicts(take.film)] == [ON_THE_PAGE]
    studio.desk.tables.change(changed, status=Status.REVIEW, facts={"finished": "d" * 64}, now_s=2.0)
    with pytest.raises(WorkError, match="no copies yet"):
        verdict.say(studio.desk, studio.again(take), "approve", who="Ida")


@pytest.mark.parametrize("said", ["", "  \n ", "x" * (PLACE_MAX + 1)])
def test_elsewhere_is_a_place_in_words(studio: Studio, said: str) -> None:
    take = studio.take(status=Status.REVIEW)
    with pytest.raises(WorkError):
        verdict.say(studio.desk, take, "approve", who="Ida", eyes=Eyes("Ida", elsewhere=said))
    assert studio.again(take).status is Status.REVIEW
