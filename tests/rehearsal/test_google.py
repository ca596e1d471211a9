"""Veo on Google Cloud and Gemini Omni by plain HTTP: operations, empty results, inline results, buckets."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

VEO = "/vertex/v1/projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001"
BODY: dict[str, Any] = {
    "instances": [{"prompt": "Night kitchen, one warm bulb."}],
    "parameters": {"sampleCount": 1, "durationSeconds": 8, "resolution": "1080p", "storageUri": "gs://bucket/out/"},
}
OMNI = {
    "model": "gemini-omni-1.2-flash",
    "input": "Night kitchen.",
    "background": True,
    "response_format": {"type": "video", "resolution": "1080p", "duration": "5s", "delivery": "uri"},
    "generation_config": {"seed": 42, "video_config": {"task": "text_to_video"}},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    headers = {"Authorization": "Bearer t", "x-goog-api-key": "k"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as opened:
        yield opened


def operation(client: httpx.Client, body: dict[str, Any] = BODY) -> dict[str, Any]:
    name = client.post(f"{VEO}:predictLongRunning", json=body).json()["name"]
    polls = [client.post(f"{VEO}:fetchPredictOperation", json={"operationName": name}).json() for _ in range(3)]
    assert ["done" in each for each in polls] == [False, False, True]
    return polls[-1]


def test_veo_writes_into_the_bucket(client: httpx.Client, server: Rehearsal) -> None:
    (video,) = operation(client)["response"]["videos"]
    assert video["gcsUri"].startswith("gs://bucket/out/")
    path = video["gcsUri"].removeprefix("gs://bucket/")
    assert client.get(f"/vertex/storage/bucket/{path}").content == server.stage.shelf.clip(0).read_bytes()
    assert client.get("/vertex/storage/v1/b/bucket/o", params={"prefix": "out/"}).json()["items"] == [{"name": path}]
    assert server.bill.total_usd("vertex") == pytest.approx(3.2)


def test_veo_without_a_bucket_answers_inline(client: httpx.Client, server: Rehearsal) -> None:
    (video,) = operation(client, {"instances": BODY["instances"]})["response"]["videos"]
    assert base64.b64decode(video["bytesBase64Encoded"]) == server.stage.shelf.clip(0).read_bytes()


def test_a_filtered_result_looks_like_success_and_is_free(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("vertex.create=filtered")
    done = operation(client)
    assert "error" not in done
    assert "videos" not in done["response"]
    assert done["response"]["raiMediaFilteredCount"] == 1
    assert not server.bill.charges


def test_an_operation_fails_with_a_grpc_code(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("vertex.create=fails")
    assert operation(client)["error"]["code"] == 13


IMAGE = {"bytesBase64Encoded": "iVBORw0KGgo=", "mimeType": "image/png"}


@pytest.mark.parametrize(
    ("instance", "parameters"),
    [
        ({}, {"durationSeconds": 5}),
        ({}, {"resolution": "8k"}),
        ({}, {"sampleCount": 5}),
        ({}, {"storageUri": "s3://bucket"}),
        ({}, {"quality": "best"}),
        ({"prompt": ""}, {}),
        ({"image": {"uri": "https://example.test/a.png"}}, {}),
        ({"referenceImages": [{"image": IMAGE, "referenceType": "asset"}] * 4}, {}),
        ({"image": IMAGE, "referenceImages": [{"image": IMAGE, "referenceType": "asset"}]}, {}),
    ],
)
def test_what_veo_does_not_take(client: httpx.Client, instance: dict[str, Any], parameters: dict[str, Any]) -> None:
    body = {"instances": [BODY["instances"][0] | instance], "parameters": parameters}
    reply = client.post(f"{VEO}:predictLongRunning", json=body)
    assert (reply.status_code, reply.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        ("quota", 429, "RESOURCE_EXHAUSTED"),
        ("model-not-open", 403, "PERMISSION_DENIED"),
        ("key", 401, "UNAUTHENTICATED"),
    ],
)
def test_refusals_of_google(client: httpx.Client, server: Rehearsal, fault: str, status: int, word: str) -> None:
    server.fault(f"vertex.create={fault}")
    reply = client.post(f"{VEO}:predictLongRunning", json=BODY)
    assert (reply.status_code, reply.json()["error"]["status"]) == (status, word)
    assert client.post(f"{VEO.replace('veo-3.1', 'veo-2')}:predictLongRunning", json=BODY).status_code == 404


def interaction(client: httpx.Client, body: dict[str, Any] = OMNI) -> dict[str, Any]:
    job = client.post("/gemini/v1beta/interactions", json=body).json()["id"]
    polls = [client.get(f"/gemini/v1beta/interactions/{job}").json() for _ in range(4)]
    assert [each["status"] for each in polls[:3]] == ["queued", "in_progress", "in_progress"]
    return polls[-1]


def test_omni(client: httpx.Client, server: Rehearsal) -> None:
    video = interaction(client)["steps"][0]["content"][0]
    assert client.get(video["uri"]).content == server.stage.shelf.clip(0).read_bytes()
    assert httpx.get(video["uri"], trust_env=False).status_code == 400, "this download takes the key"
    server.advance(3 * 86_400)
    assert client.get(video["uri"]).status_code == 403
    assert server.bill.total_usd("gemini") == pytest.approx(0.5)


def test_omni_ends_empty_fails_and_is_cancelled(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("gemini.create#1=filtered, gemini.create#2=fails")
    empty = interaction(client)
    assert (empty["status"], empty["steps"][0]["content"]) == ("completed", [])
    assert interaction(client)["status"] == "failed"
    assert not server.bill.charges
    job = client.post("/gemini/v1beta/interactions", json=OMNI).json()["id"]
    assert client.post(f"/gemini/v1beta/interactions/{job}/cancel").json()["status"] == "cancelled"
    assert client.post(f"/gemini/v1beta/interactions/{job}/cancel").status_code == 400
    assert client.delete(f"/gemini/v1beta/interactions/{job}").status_code == 200
    assert client.get(f"/gemini/v1beta/interactions/{job}").status_code == 404


@pytest.mark.parametrize(
    "changes", [{"input": ""}, {"model": "omni"}, {"frames": 9}, {"response_format": {"duration": "20s"}}]
)
def test_what_omni_does_not_take(client: httpx.Client, changes: dict[str, Any]) -> None:
    assert client.post("/gemini/v1beta/interactions", json=OMNI | changes).status_code in (400, 404)
