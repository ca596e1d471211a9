"""Runway by plain HTTP: version header, tasks, moderation that is charged, uploads by form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

BODY = {"model": "gen4.5", "promptText": "Tungsten practical on the left.", "ratio": "1280:720", "duration": 5}


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    headers = {"Authorization": "Bearer k", "X-Runway-Version": "2024-11-06"}
    with httpx.Client(base_url=f"{server.url}/runway/v1", headers=headers, trust_env=False) as opened:
        yield opened


def polls(client: httpx.Client, job: str, count: int = 5) -> list[dict[str, Any]]:
    return [client.get(f"/tasks/{job}").json() for _ in range(count)]


def test_a_task_and_its_addresses(client: httpx.Client, server: Rehearsal) -> None:
    made = client.post("/text_to_video", json=BODY).json()
    assert made["estimatedCost"] == {"credits": 60}
    tasks = polls(client, made["id"])
    assert [task["status"] for task in tasks] == ["PENDING", "THROTTLED", "RUNNING", "RUNNING", "SUCCEEDED"]
    assert [task["progress"] for task in tasks[2:4]] == [0.3, 0.8]
    again = polls(client, made["id"], 1)[0]
    assert again["output"] != tasks[-1]["output"], "a fresh address with every look"
    assert httpx.get(again["output"][0], trust_env=False).status_code == 200
    assert server.bill.total_usd() == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("fault", "code", "cost"),
    [
        ("content-input", "SAFETY.INPUT.TEXT", 60),
        ("content-output", "SAFETY.OUTPUT.VIDEO", 0),
        ("fails", "INTERNAL", 0),
    ],
)
def test_failures_and_what_they_cost(client: httpx.Client, server: Rehearsal, fault: str, code: str, cost: int) -> None:
    server.fault(f"runway.create={fault}")
    task = polls(client, client.post("/text_to_video", json=BODY).json()["id"])[-1]
    assert (task["status"], task["failureCode"], task["cost"]) == ("FAILED", code, {"credits": cost})
    assert server.bill.total_usd() == pytest.approx(cost / 100)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"ratio": "960:960"}, "ratio"),
        ({"duration": 11}, "duration"),
        ({"promptText": "x" * 1001}, "promptText"),
        ({"model": "gen9"}, "model"),
        ({"promptImage": "https://example.test/a.png"}, "promptImage"),
        ({"outputFormat": "avi"}, "outputFormat"),
        ({"references": [{"uri": "https://example.test/a.png"}]}, "references"),
    ],
)
def test_what_the_service_does_not_take(client: httpx.Client, changes: dict[str, Any], param: str) -> None:
    reply = client.post("/text_to_video", json=BODY | changes)
    assert (reply.status_code, reply.json()["issues"][0]["path"]) == (400, [param])


def test_the_version_the_key_and_the_missing_list(client: httpx.Client) -> None:
    assert client.post("/text_to_video", json=BODY, headers={"X-Runway-Version": "2023-01-01"}).status_code == 400
    assert client.post("/text_to_video", json=BODY, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/tasks").status_code in (404, 405)
    assert client.get("/tasks/none").status_code == 404


def test_delete_cancels_and_forgets(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post("/text_to_video", json=BODY).json()["id"]
    assert client.delete(f"/tasks/{job}").status_code == 204
    assert client.get(f"/tasks/{job}").status_code == 404
    assert server.bill.total_usd() == 0


def test_uploads_want_their_fields_first_and_no_key(client: httpx.Client) -> None:
    ticket = client.post("/uploads", json={"filename": "a.png", "type": "ephemeral"}).json()
    form = {"data": ticket["fields"], "files": {"file": ("a.png", b"\x89PNG\r\n\x00")}}
    assert client.post(ticket["uploadUrl"], **form).status_code == 403
    assert httpx.post(ticket["uploadUrl"], files={"file": b"x"}, trust_env=False).status_code == 403
    assert httpx.post(ticket["uploadUrl"], trust_env=False, **form).status_code == 204
    image = [{"uri": ticket["runwayUri"], "position": "first"}]
    assert client.post("/image_to_video", json=BODY | {"promptImage": image}).status_code == 200
    stranger = [{"uri": "runway://none", "position": "first"}]
    assert client.post("/image_to_video", json=BODY | {"promptImage": stranger}).status_code == 400
