"""What people do on the page, as the books have it: verdicts, notes, what was seen, finishes, files to take along."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from review_stand import stranger
from reviewing import Filmed
from unplastic.database import Database
from unplastic.errors import WorkError
from unplastic.pipeline import verdict
from unplastic.pipeline.take import Status, Take
from unplastic.review.room import Room
from unplastic.review.showing import film_document

TAKE, OTHER = "kitchen/sh010/tk01", "kitchen/sh010/tk02"
BOX = {"x": 0, "y": 0, "width": 320, "height": 240}


def take_of(film: Filmed, name: str = TAKE) -> Take:
    return film.desk.tables.take(film.project.id, name)


def judge(client: TestClient, film: Filmed, kind: str, reason: str = "", revision: int | None = None) -> Any:
    seen = take_of(film).revision if revision is None else revision
    return client.post("/api/verdict", json={"take": TAKE, "kind": kind, "reason": reason, "revision": seen})


def see(client: TestClient, film: Filmed, start: int, stop: int, **change: Any) -> Any:
    body = {"take": TAKE, "file": take_of(film).facts["finished"], "start": start, "stop": stop, "box": BOX} | change
    return client.post("/api/seen", json=body)


def note(film: Filmed, number: int = 0, **change: Any) -> dict[str, Any]:
    return {"id": f"{number:024x}", "take": TAKE, "file": take_of(film).facts["finished"], "side": "finished",
            "frame": 7, "box": None, "text": "the rim shimmers"} | change  # fmt: skip


def test_the_gate_is_shut_until_all_was_seen(client: TestClient, film: Filmed, room: Room) -> None:
    assert judge(client, film, "approve").status_code == 409
    told = client.get("/api/take", params={"id": TAKE}).json()
    start, stop = told["passages"][0]["start"], told["passages"][0]["stop"]
    for first in range(start, stop - 12, 12):
        assert see(client, film, first, first + 12).json()["unseen"] == [0]
    assert judge(client, film, "approve").status_code == 409
    assert see(client, film, stop - 12, stop).json()["unseen"] == []
    assert client.get("/api/take", params={"id": TAKE}).json()["unseen"] == []
    with stranger(room) as other:  # another viewer has seen nothing
        other.get(f"/enter?token={room.door.token()}")
        assert other.get("/api/take", params={"id": TAKE}).json()["unseen"] == [0]
    assert judge(client, film, "approve").json()["status"] == "approved"
    assert take_of(film).status is Status.APPROVED


@pytest.mark.parametrize(
    ("start", "stop", "change", "status"),
    [(0, 60, {}, 409), (0, 0, {}, 409), (50, 61, {}, 409), (12, 10, {}, 409), (0, 12, {"file": "0" * 64}, 409),
     (-1, 12, {}, 422), (0, 12, {"box": BOX | {"width": 1 << 20}}, 422), (0, 12, {"more": 1}, 422)],
)  # fmt: skip
def test_what_cannot_have_been_seen_is_not_believed(
    client: TestClient, film: Filmed, start: int, stop: int, change: dict, status: int
) -> None:
    assert see(client, film, start, stop, **change).status_code == status
    assert client.get("/api/take", params={"id": TAKE}).json()["unseen"] == [0]


def test_what_was_seen_elsewhere_is_kept_with_the_verdict(client: TestClient, film: Filmed) -> None:
    body = {"take": TAKE, "kind": "approve", "revision": take_of(film).revision}
    shut = client.post("/api/verdict", json=body | {"seen": "  "})
    assert shut.status_code == 409
    assert "frames" in shut.json()["error"]["message"]
    assert client.post("/api/verdict", json=body | {"seen": "x" * 201}).status_code == 422
    assert client.post("/api/verdict", json=body | {"seen": "on the grading monitor"}).json()["status"] == "approved"
    assert client.get("/api/take", params={"id": TAKE}).json()["verdicts"][0]["seen"] == "on the grading monitor"
    rows = list(csv.DictReader(io.StringIO(client.get("/export/verdicts.csv").content.decode("utf-8-sig"))))
    assert [(each["verdict"], each["seen"]) for each in rows] == [("approve", "on the grading monitor")]


def test_what_was_played_to_somebody_holds_on_the_command_line(client: TestClient, film: Filmed) -> None:
    client.post("/api/me", json={"name": "Mara"})
    passage = client.get("/api/take", params={"id": TAKE}).json()["passages"][0]
    for first in range(passage["start"], passage["stop"], 12):
        assert see(client, film, first, min(first + 12, passage["stop"])).status_code == 200
    with pytest.raises(WorkError, match="by Jo"):
        verdict.say(film.desk, take_of(film), "approve", who="Jo")
    assert verdict.say(film.desk, take_of(film), "approve", who="Mara")[0].status is Status.APPROVED


def test_an_old_verdict_overrules_nothing(client: TestClient, film: Filmed) -> None:
    was = take_of(film).revision
    assert judge(client, film, "fix", "soften the rim").status_code == 200
    late = judge(client, film, "reject", "too dark", revision=was)
    assert late.status_code == 409
    assert "changed while you looked" in late.json()["error"]["message"]
    assert take_of(film).status is Status.FIX
    assert judge(client, film, "undo").json()["status"] == "review"
    assert [each.kind for each in film.desk.tables.verdicts(film.project.id)] == ["fix", "undo"]


def test_a_rejection_has_a_reason(client: TestClient, film: Filmed) -> None:
    assert judge(client, film, "reject", "  ").status_code == 409
    assert judge(client, film, "condemn").status_code == 422
    assert take_of(film).status is Status.REVIEW


def test_who_and_when_are_kept(client: TestClient, film: Filmed) -> None:
    assert client.post("/api/me", json={"name": "Mara"}).json() == {"name": "Mara"}
    judge(client, film, "fix", "soften the rim")
    client.post("/api/note", json=note(film))
    said = client.get("/api/take", params={"id": TAKE}).json()
    assert [(each["who"], each["reason"]) for each in said["verdicts"]] == [("Mara", "soften the rim")]
    assert said["remarks"][0]["who"] == "Mara"
    assert said["remarks"][0]["when_s"] > 1.7e9
    assert client.post("/api/me", json={"name": ""}).status_code == 422


def test_a_wish_is_checked_kept_and_asked_for_once(client: TestClient, film: Filmed) -> None:
    seen = take_of(film).revision
    good = {"look": "16mm", "strength": 0.5, "pins": {"grain": {"sigma_codes8": 1.0}}}
    for wish in (good | {"look": "nothing-of-this-name"}, good | {"pins": {"grain": {"sigma_codes8": 99.0}}},
                 good | {"pins": {"paint": {"x": 1.0}}}, good | {"pins": {"grain": {"colour": 1.0}}}):  # fmt: skip
        answer = client.post("/api/finish", json={"take": TAKE, "revision": seen, "wish": wish})
        assert answer.status_code == 400
        assert answer.json()["error"]["hint"]
    for wish in (good | {"strength": 2.0}, good | {"look": "../../etc/passwd"}, good | {"more": 1}):
        assert client.post("/api/finish", json={"take": TAKE, "revision": seen, "wish": wish}).status_code == 422
    answer = client.post("/api/finish", json={"take": TAKE, "revision": seen, "wish": good})
    assert answer.json()["starts"] == ["Upscale Artist"]
    assert client.post("/api/finish", json={"take": TAKE, "revision": seen, "wish": good}).status_code == 409
    jobs = [each for each in film.desk.tables.jobs(film.project.id) if each.take == TAKE and not each.doing.is_over]
    film.work(jobs)
    facts = take_of(film).facts
    report = json.loads(film.desk.store.path(facts["report"]).read_text())
    assert report["clips"][0]["recipe"]["look"] == "16mm"
    assert report["clips"][0]["recipe"]["strength"] == 0.5
    assert facts["look"] == "16mm"
    assert facts["copies_of"] == facts["finished"]
    assert take_of(film).status is Status.REVIEW


def test_what_a_still_needs_is_made_ready_and_gives_way_to_a_still(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(room.bench.stills, "run", lambda act, *_, stopped: done.append(act.__name__))
    body = {"take": TAKE, "frame": 7}
    assert client.post("/api/still/ready", json=body).json() == {"ready": True}
    assert done == ["stood", "rehearsed"]
    done.clear()

    def asked_meanwhile(act: Any, *_: Any, stopped: Any) -> None:
        done.append(act.__name__)
        room.bench._latest = {viewer: count + 1 for viewer, count in room.bench._latest.items()}

    room.bench._latest = dict.fromkeys([room.door.opened(next(iter(client.cookies.values()))).id], 0)  # type: ignore[union-attr]
    monkeypatch.setattr(room.bench.stills, "run", asked_meanwhile)
    assert client.post("/api/still/ready", json=body).json() == {"ready": False}
    assert done == ["stood"]
    with room.bench._turn:
        assert client.post("/api/still/ready", json=body).json() == {"ready": False}
    assert client.post("/api/still/ready", json=body | {"take": OTHER}).status_code == 409, "never finished"
    assert client.post("/api/still/ready", json=body | {"frame": -1}).status_code == 422


def test_notes_and_markers_can_be_taken_along(client: TestClient, film: Filmed) -> None:
    client.post("/api/note", json=note(film, 1, box=BOX))
    client.post("/api/note", json=note(film, 2, frame=30, text="a, comma\nand a line"))
    client.post("/api/note", json=note(film, 2, frame=31, text="sent twice"))
    client.post("/api/note", json=note(film, 3, take=OTHER, side="raw", text="the other take"))
    rows = list(csv.DictReader(io.StringIO(client.get("/export/notes.csv").content.decode("utf-8-sig"))))
    assert [(row["take"], row["frame"], row["timecode"], row["note"]) for row in rows] == [
        ("tk01", "7", "00:00:00:07", "the rim shimmers"), ("tk01", "30", "00:00:01:06", "a, comma\nand a line"),
        ("tk02", "7", "00:00:00:07", "the other take"),
    ]  # fmt: skip
    judge(client, film, "fix", "soften")
    otio = pytest.importorskip("opentimelineio")
    made = otio.adapters.read_from_string(client.get("/export/markers.otio").text, "otio_json")
    clips = list(made.find_clips())
    assert [each.name for each in clips] == ["sh010_tk02", "sh020_tk01"]
    assert [(each.name, each.marked_range.start_time.value) for each in clips[0].markers] == [("the other take", 7.0)]
    assert clips[0].source_range.duration.value == 60
    edl = client.get("/export/markers.edl").text
    assert edl.count("* LOC:") == 1
    assert "* LOC: 00:00:00:07 BLUE    THE OTHER TAKE" in edl
    client.post("/api/note", json=note(film, 4, take="kitchen/sh020/tk01", frame=5, text="second shot"))
    assert "* LOC: 00:00:02:17 ORANGE  SECOND SHOT" in client.get("/export/markers.edl").text
    judged = list(csv.DictReader(io.StringIO(client.get("/export/verdicts.csv").content.decode("utf-8-sig"))))
    assert judged[0]["verdict"] == "fix"
    assert float(judged[0]["edge_overshoot/frame"]) > 5


def test_what_is_not_there_is_said(client: TestClient, film: Filmed) -> None:
    for path in ("/api/take?id=nobody/knows/tk01", "/api/scene?name=nowhere",
                 "/api/overlay?take=nobody&side=raw&frame=0&kind=edges"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 409
        assert set(answer.json()["error"]) == {"message", "hint"}
    assert client.get(f"/api/overlay?take={TAKE}&side=raw&frame=0&kind=paint").status_code == 422
    digest = take_of(film, OTHER).facts["copies"]
    film.desk.store.remove(digest)
    assert client.get("/api/take", params={"id": OTHER}).json()["copies"] == ""
    assert client.get(f"/media/{digest}").status_code == 404
    assert judge(client, film, "approve").status_code == 409


def test_a_scene_lies_beside_its_light(client: TestClient) -> None:
    scene = client.get("/api/scene", params={"name": "kitchen"}).json()
    assert scene["light"]["azimuth_deg"] == -60.0
    assert scene["light"]["stops"] == 3.0
    assert [each["shot"] for each in scene["shots"]] == ["sh010", "sh020"]


def test_five_hundred_takes_cost_as_many_questions_as_three(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted is transactions with the books; the time they take is in benchmark/review.md."""
    count: list[str] = []
    plain = Database.transaction
    monkeypatch.setattr(Database, "transaction", lambda self, lock="": count.append(lock) or plain(self, lock))
    film_document(room)  # what never changes, such as the agents' recipes, is read once
    count.clear()
    few = len(film_document(room)["takes"])
    asked = len(count)
    for number in range(500):
        facts = {"still": "0" * 64, "frames": 120, "fps": 24.0}
        room.desk.tables.add_take(
            Take(room.film, "", "kitchen", f"sh{number:04d}", 0, "filed", Status.REVIEW, facts, created_s=1.0)
        )
    count.clear()
    assert len(film_document(room)["takes"]) == few + 500
    assert len(count) == asked <= 20
