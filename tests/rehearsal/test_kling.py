"""Kling by plain HTTP: both generations and their words, tokens, elements, and 429 that means three things."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

jwt = pytest.importorskip("jwt")
NEW = {
    "prompt": "Close on her face in lamplight.",
    "settings": {"resolution": "1080p", "aspect_ratio": "16:9", "duration": 5, "audio": "off", "multi_shot": False},
    "options": {"external_task_id": "shot-1"},
}
OLD = {"model_name": "kling-v3", "prompt": "Lamplight.", "mode": "pro", "duration": "5", "external_task_id": "shot-2"}
SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    headers = {"Authorization": "Bearer k"}
    with httpx.Client(base_url=f"{server.url}/kling", headers=headers, trust_env=False) as opened:
        yield opened


def test_the_new_generation(client: httpx.Client, server: Rehearsal) -> None:
    made = client.post("/text-to-video/kling-3.0", json=NEW).json()
    assert (made["code"], made["data"]["status"], made["data"]["external_id"]) == (0, "submitted", "shot-1")
    job = made["data"]["id"]
    rows = [client.get("/tasks", params={"task_ids": job}).json()["data"][0] for _ in range(4)]
    assert [row["status"] for row in rows] == ["submitted", "processing", "processing", "succeeded"]
    assert rows[-1]["billing"] == [{"charge_type": "unit", "amount": "4", "package_type": "video"}]
    assert httpx.get(rows[-1]["outputs"][0]["url"], trust_env=False).status_code == 200
    assert server.bill.total_usd("kling") == pytest.approx(0.56)


def test_the_legacy_generation_has_its_own_words(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post("/v1/videos/text2video", json=OLD).json()["data"]["task_id"]
    rows = [client.get(f"/v1/videos/text2video/{job}").json()["data"] for _ in range(4)]
    assert [row["task_status"] for row in rows] == ["submitted", "processing", "processing", "succeed"]
    assert httpx.get(rows[-1]["task_result"]["videos"][0]["url"], trust_env=False).status_code == 200
    (listed,) = client.get("/v1/videos/text2video", params={"pageNum": 1, "pageSize": 30}).json()["data"]
    assert listed["task_info"] == {"external_task_id": "shot-2"}
    assert client.get("/tasks", params={"task_ids": job}).json()["data"] == []
    assert server.bill.total_usd() == pytest.approx(0.56)


def test_reconciling_by_our_own_id(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("kling.create=cut-after")
    with pytest.raises(httpx.TransportError):
        client.post("/text-to-video/kling-3.0", json=NEW)
    (row,) = client.get("/tasks", params={"external_task_ids": "shot-1"}).json()["data"]
    assert [row["id"]] == list(server.bill.jobs())
    both = client.get("/tasks", params={"external_task_ids": "shot-1", "task_ids": row["id"]})
    assert (both.status_code, both.json()["code"]) == (400, 1201)
    assert len(client.post("/tasks", json={"limit": 10}).json()["data"]) == 1
    client.post("/text-to-video/kling-3.0", json=NEW)
    assert len(server.bill.jobs()) == 2, "the same id twice is billed twice"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("429", 429, 1302),
        ("credit", 429, 1101),
        ("quota", 429, 1102),
        ("concurrency", 429, 1303),
        ("region", 429, 1304),
        ("content-input", 400, 1301),
        ("model-not-open", 403, 1103),
        ("500-before", 500, 5000),
    ],
)
def test_refusals_on_demand(client: httpx.Client, server: Rehearsal, fault: str, status: int, code: int) -> None:
    server.fault(f"kling.create={fault}")
    reply = client.post("/text-to-video/kling-3.0", json=NEW)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert not server.bill.charges


def test_a_refused_result_is_free(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("kling.create=content-output")
    job = client.post("/text-to-video/kling-3.0", json=NEW).json()["data"]["id"]
    rows = [client.get("/tasks", params={"task_ids": job}).json()["data"][0] for _ in range(4)]
    assert (rows[-1]["status"], rows[-1]["message"]) == ("failed", "Failure to pass the risk control system")
    assert not server.bill.charges


def token(**claims: Any) -> dict[str, str]:
    now = int(time.time())
    given = {"iss": "access", "exp": now + 1800, "nbf": now - 5} | claims
    return {"Authorization": f"Bearer {jwt.encode(given, SECRET, algorithm='HS256')}"}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 0),
        ({"nbf": int(time.time()) + 1_000_000}, 1003),
        ({"exp": int(time.time()) - 600}, 1004),
        ({"iss": "wrong"}, 1002),
        ({"Authorization": "Bearer a.b.c"}, 1002),
        ({"Authorization": "Bearer wrong"}, 1002),
        ({"Authorization": ""}, 1001),
    ],
)
def test_keys_and_tokens(client: httpx.Client, headers: dict[str, Any], code: int) -> None:
    """What is no header are the claims of a token, which is made now: it lives for half an hour only."""
    headers = headers if "Authorization" in headers else token(**headers)
    assert client.post("/v1/videos/text2video", json=OLD, headers=headers).json()["code"] == code


def contents(*kinds: str) -> dict[str, Any]:
    parts = [{"type": kind, "url": "https://example.test/a.png", "id": f"x_{n}"} for n, kind in enumerate(kinds)]
    return {"contents": [{"type": "prompt", "text": "@x_0"}, *parts]}


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/image-to-video/kling-3.0", contents("first_frame", "last_frame"), 0),
        ("/image-to-video/kling-3.0", contents("last_frame"), 1201),
        ("/image-to-video/kling-3.0", contents("refer_image"), 1201),
        ("/omni-video/kling-3.0-omni", contents(*["refer_image"] * 7), 0),
        ("/omni-video/kling-3.0-omni", contents(*["refer_image"] * 8), 1201),
        ("/omni-video/kling-3.0-omni", contents(*["refer_image"] * 5, "feature_video"), 1201),
        ("/text-to-video/kling-9", NEW, 1203),
        ("/text-to-video/kling-3.0", {"prompt": "x" * 3073}, 1201),
        ("/text-to-video/kling-3.0", NEW | {"seed": 1}, 1201),
        ("/text-to-video/kling-3.0", {"prompt": "x", "settings": {"duration": "5"}}, 1201),
        ("/text-to-video/kling-3.0", {"prompt": "shot 1, 3s, a; shot 2, 3s, b;", "settings": {"duration": 5}}, 1201),
        ("/text-to-video/kling-3.0", {"prompt": "shot 1, 3s, a; shot 2, 2s, b;", "settings": {"duration": 5}}, 0),
        ("/v1/videos/text2video", OLD | {"duration": 5}, 1201),
        ("/v1/videos/text2video", OLD | {"model_name": "kling-v0"}, 1203),
        ("/v1/videos/text2video", OLD | {"cfg_scale": 0.5}, 1201),
        ("/v1/videos/image2video", OLD | {"image": "data:image/png;base64,AA"}, 1201),
        ("/v1/videos/image2video", OLD | {"image": "iVBORw0KGgo="}, 0),
    ],
)
def test_what_the_service_takes(client: httpx.Client, path: str, body: dict[str, Any], code: int) -> None:
    assert client.post(path, json=body).json()["code"] == code


def test_an_element_is_registered(client: httpx.Client) -> None:
    body = {
        "element_name": "Mara",
        "element_description": "woman, fifties",
        "reference_type": "image_refer",
        "element_image_list": {
            "frontal_image": "https://example.test/f.png",
            "refer_images": [{"image_url": "https://example.test/s.png"}],
        },
    }
    path = "/v1/general/advanced-custom-elements"
    job = client.post(path, json=body).json()["data"]["task_id"]
    for _ in range(4):
        data = client.get(f"{path}/{job}").json()["data"]
    assert data["task_result"]["elements"][0]["element_id"]
    assert client.post(path, json=body | {"element_name": "x" * 21}).json()["code"] == 1201
