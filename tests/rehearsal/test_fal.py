"""fal by plain HTTP: the queue's statuses, refusals that look finished, cancel, callbacks, storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

SEEDANCE = "/bytedance/seedance-2.0/text-to-video"
BODY = {"prompt": "Rain on a window.", "duration": "5", "seed": 7}


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=f"{server.url}/fal", headers={"Authorization": "Key k"}, trust_env=False) as opened:
        yield opened


def run(client: httpx.Client, body: dict[str, Any]) -> tuple[list[int], dict[str, Any], httpx.Response]:
    made = client.post(SEEDANCE, json=body).json()
    assert "/bytedance/seedance-2.0/requests/" in made["status_url"], "without the sub-path"
    polls = [client.get(made["status_url"], params={"logs": 1}) for _ in range(3)]
    return [each.status_code for each in polls], polls[-1].json(), client.get(made["response_url"])


def test_the_queue(client: httpx.Client, server: Rehearsal) -> None:
    statuses, last, result = run(client, BODY)
    assert statuses == [202, 202, 200]
    assert last["status"] == "COMPLETED"
    assert "error" not in last
    assert httpx.get(result.json()["video"]["url"], trust_env=False).status_code == 200
    assert server.bill.total_usd("fal") == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("content-output", 422, "content_policy_violation"),
        ("content-input", 422, "content_policy_violation"),
        ("fails", 503, "runner_disconnected"),
    ],
)
def test_a_failure_looks_completed(client: httpx.Client, server: Rehearsal, fault: str, status: int, kind: str) -> None:
    server.fault(f"fal.create={fault}")
    statuses, last, result = run(client, BODY)
    assert (statuses[-1], last["status"], last["error_type"], result.status_code) == (200, "COMPLETED", kind, status)
    assert not server.bill.charges


@pytest.mark.parametrize("changes", [{"duration": "16"}, {"duration": "long"}, {"prompt": ""}])
def test_a_bad_field_shows_in_the_answer(client: httpx.Client, changes: dict[str, Any]) -> None:
    _, last, result = run(client, BODY | changes)
    assert result.status_code == 422
    assert result.json()["detail"][0]["loc"] == ["body", next(iter(changes))]
    assert last["error"]


def test_refusals_of_the_queue(client: httpx.Client, server: Rehearsal) -> None:
    assert client.post("/bytedance/none", json=BODY).status_code == 404
    assert client.post(SEEDANCE, json=BODY, headers={"Authorization": "Bearer k"}).status_code == 401
    server.fault("fal.create=credit")
    assert "balance" in client.post(SEEDANCE, json=BODY).json()["detail"]


def test_cancel(client: httpx.Client, server: Rehearsal) -> None:
    made = client.post(SEEDANCE, json=BODY).json()
    assert client.put(made["cancel_url"]).status_code == 202
    assert client.put(made["cancel_url"]).status_code == 400
    assert client.get(made["response_url"]).status_code == 499
    assert server.bill.total_usd() == 0
    assert client.put(made["cancel_url"].replace("seedance-2.0", "other")).status_code == 404


def test_storage(client: httpx.Client) -> None:
    token = client.post("/storage/auth/token", params={"storage_type": "fal-cdn-v3"}, json={}).json()
    headers = {"Authorization": f"{token['token_type']} {token['token']}", "X-Fal-File-Name": "a.png"}
    address = httpx.post(f"{token['base_url']}/files/upload", content=b"abc", headers=headers, trust_env=False).json()
    assert httpx.get(address["access_url"], trust_env=False).content == b"abc"
    assert client.post("/files/upload", content=b"abc").status_code == 401
