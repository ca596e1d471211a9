"""Ark by plain HTTP: the happy path, what it refuses, how jobs end, the asset library, and what is booked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

TASKS = "/ark/api/v3/contents/generations/tasks"
NEWER = "dreamina-seedance-2-5-260628"


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url, headers={"Authorization": "Bearer k"}, trust_env=False) as opened:
        yield opened


def body(**changes: Any) -> dict[str, Any]:
    given = {
        "model": "dreamina-seedance-2-0-260128",
        "content": [{"type": "text", "text": "Rain on a window."}],
        "resolution": "720p",
        "ratio": "16:9",
        "duration": 5,
        "seed": 42,
        "watermark": False,
        "generate_audio": False,
    } | changes
    return {name: value for name, value in given.items() if value is not None}


def image(role: str, url: str = "https://example.test/a.png") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


def finish(client: httpx.Client, job: str) -> dict[str, Any]:
    for _ in range(6):
        task = client.get(f"{TASKS}/{job}").json()
        if task["status"] not in ("queued", "running", "rehearsing"):
            return task
    raise AssertionError(task)


def test_a_task_queues_runs_and_hands_out_a_clip(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post(TASKS, json=body(return_last_frame=True)).json()["id"]
    states = [client.get(f"{TASKS}/{job}").json()["status"] for _ in range(3)]
    assert states == ["queued", "running", "running"]
    task = finish(client, job)
    assert task["usage"]["total_tokens"] == 108_900
    video = httpx.get(task["content"]["video_url"], trust_env=False)
    assert hashlib.sha256(video.content).digest() == hashlib.sha256(server.stage.shelf.clip(0).read_bytes()).digest()
    assert httpx.get(task["content"]["last_frame_url"], trust_env=False).headers["content-type"] == "image/png"
    assert server.bill.total_usd("ark") == pytest.approx(108_900 * 7e-6)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"duration": 3}, "InvalidParameter"),
        ({"duration": "5"}, "InvalidParameter"),
        ({"duration": True}, "InvalidParameter"),
        ({"resolution": "8k"}, "InvalidParameter"),
        ({"frames": 29}, "InvalidParameter"),
        ({"quality": "best"}, "InvalidParameter"),
        ({"seed": -2}, "InvalidParameter"),
        ({"model": None}, "MissingParameter"),
        ({"model": "seedance-9"}, "InvalidEndpointOrModel.NotFound"),
        ({"content": [image("first_frame"), image("reference_image")]}, "InvalidParameter"),
        ({"content": [image("last_frame")]}, "InvalidParameter"),
        ({"content": [image("reference_image")] * 10}, "InvalidParameter"),
        ({"content": [image("reference_image", "asset://asset-none")]}, "InvalidParameter"),
        ({"content": [image("reference_image", "file:///etc/passwd")]}, "InvalidParameter"),
        ({"content": [{"type": "reference_video", "url": "https://example.test/v.mp4"}]}, "InvalidParameter"),
        ({"content": "a prompt"}, "InvalidParameter"),
        ({"output_format": "mov"}, "InvalidParameter"),
        ({"model": NEWER, "content": [image("first_frame")]}, "InvalidParameter"),
        ({"model": NEWER, "omni_reference_task_type": "video_editing", "ratio": None}, "InvalidParameter"),
        ({"model": NEWER, "duration": 31}, "InvalidParameter"),
    ],
)
def test_what_the_service_does_not_take(
    client: httpx.Client, server: Rehearsal, changes: dict[str, Any], code: str
) -> None:
    reply = client.post(TASKS, json=body(**changes))
    assert (reply.status_code // 100, reply.json()["error"]["code"]) == (4, code)
    assert not server.bill.charges


def test_what_the_newer_model_takes(client: httpx.Client) -> None:
    framed = body(model=NEWER, content=[image("first_frame")], ratio="adaptive", duration=30, output_format="mov")
    assert client.post(TASKS, json=framed).status_code == 200
    assert client.post(TASKS, json=body(model=NEWER, watermark=None) | {"frames": None}).status_code == 200


@pytest.mark.parametrize("header", ["", "k", "Basic k", "Bearer wrong-key"])
def test_keys(client: httpx.Client, header: str) -> None:
    reply = client.post(TASKS, json=body(), headers={"Authorization": header})
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "AuthenticationError")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("429", 429, "ModelAccountRpmRateLimitExceeded"),
        ("overloaded", 429, "ServerOverloaded"),
        ("quota", 429, "QuotaExceeded"),
        ("credit", 403, "AccountOverdueError"),
        ("region", 403, "AccessDenied"),
        ("model-not-open", 404, "ModelNotOpen"),
        ("content-input", 400, "InputTextSensitiveContentDetected"),
        ("500-before", 500, "InternalServiceError"),
    ],
)
def test_refusals_on_demand_cost_nothing(
    client: httpx.Client, server: Rehearsal, fault: str, status: int, code: str
) -> None:
    server.fault(f"ark.create={fault}")
    reply = client.post(TASKS, json=body())
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert not server.bill.charges
    assert client.post(TASKS, json=body()).status_code == 200


@pytest.mark.parametrize(
    ("ending", "status", "code"),
    [
        ("content-output", "failed", "OutputVideoSensitiveContentDetected"),
        ("fails", "failed", "InternalServiceError"),
        ("expires", "expired", None),
    ],
)
def test_endings_that_are_not_billed(
    client: httpx.Client, server: Rehearsal, ending: str, status: str, code: str | None
) -> None:
    server.fault(f"ark.create={ending}")
    task = finish(client, client.post(TASKS, json=body()).json()["id"])
    assert task["status"] == status
    assert "content" not in task
    assert task.get("error", {}).get("code") == code
    assert not server.bill.charges


def test_an_unknown_state_passes(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("ark.create=strange")
    job = client.post(TASKS, json=body()).json()["id"]
    assert [client.get(f"{TASKS}/{job}").json()["status"] for _ in range(2)] == ["queued", "rehearsing"]
    assert finish(client, job)["status"] == "succeeded"


def test_a_job_that_never_ends(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("ark.create=never")
    job = client.post(TASKS, json=body()).json()["id"]
    assert [client.get(f"{TASKS}/{job}").json()["status"] for _ in range(9)][-1] == "running"


def test_cancel_in_every_state(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post(TASKS, json=body()).json()["id"]
    assert client.delete(f"{TASKS}/{job}").status_code == 200
    assert client.get(f"{TASKS}/{job}").json()["status"] == "cancelled"
    assert server.bill.total_usd() == 0
    running = client.post(TASKS, json=body()).json()["id"]
    for _ in range(2):
        client.get(f"{TASKS}/{running}")
    assert client.delete(f"{TASKS}/{running}").status_code == 409
    finish(client, running)
    assert client.delete(f"{TASKS}/{running}").status_code == 200
    assert client.get(f"{TASKS}/{running}").status_code == 404
    assert server.bill.total_usd() > 0


def test_the_list_filters_and_echoes(client: httpx.Client) -> None:
    jobs = [client.post(TASKS, json=body(safety_identifier=f"shot-{n}")).json()["id"] for n in range(3)]
    page = client.get(TASKS, params={"page_num": 1, "page_size": 2}).json()
    assert page["total"] == 3
    assert [item["id"] for item in page["items"]] == [jobs[2], jobs[1]]
    assert page["items"][0]["safety_identifier"] == "shot-2"
    some = client.get(TASKS, params=[("filter.task_ids", jobs[0]), ("filter.task_ids", jobs[1])]).json()
    assert some["total"] == 2
    assert client.get(TASKS, params={"filter.status": "succeeded"}).json()["total"] == 0
    assert client.get(TASKS, params={"page_size": "many"}).status_code == 400


def test_without_echo_a_listing_tells_nothing_of_the_request() -> None:
    with Rehearsal(echo=False) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        client.headers["Authorization"] = "Bearer k"
        client.post(TASKS, json=body(safety_identifier="shot-1"))
        (item,) = client.get(TASKS).json()["items"]
        assert not {"seed", "safety_identifier", "resolution"} & set(item)


def sign(content: bytes, key: str = "AK") -> dict[str, str]:
    """The form of the signature; the real one is made by the official SDK in test_sdk_ark.py."""
    return {
        "X-Date": "20261122T235900Z",
        "X-Content-Sha256": hashlib.sha256(content).hexdigest(),
        "Authorization": f"HMAC-SHA256 Credential={key}/20261122/ap-southeast-1/ark/request, "
        f"SignedHeaders=host;x-content-sha256;x-date, Signature={'0' * 64}",
    }


def act(client: httpx.Client, action: str, given: dict[str, Any], **how: str) -> httpx.Response:
    content = httpx.Request("POST", "http://x", json=given).content
    query = {"Action": action, "Version": "2024-01-01"}
    return client.post("/ark", params=query, content=content, headers=sign(content, **how))


def test_a_face_needs_a_registered_asset(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("ark.create#*=face")
    refused = client.post(TASKS, json=body(content=[image("reference_image")]))
    assert refused.json()["error"]["code"] == "InputImageSensitiveContentDetected.PrivacyInformation"
    group = act(client, "CreateAssetGroup", {"Name": "Mara", "GroupType": "AIGC"}).json()["Result"]["Id"]
    given = {"GroupId": group, "URL": "https://example.test/mara.png", "AssetType": "Image", "Name": "Mara"}
    asset = act(client, "CreateAsset", given).json()["Result"]["Id"]
    named = body(content=[image("reference_image", f"asset://{asset}")])
    assert client.post(TASKS, json=named).status_code == 400
    states = [act(client, "GetAsset", {"Id": asset}).json()["Result"]["Status"] for _ in range(2)]
    assert states == ["Processing", "Active"]
    assert client.post(TASKS, json=named).status_code == 200
    rows = act(client, "ListAssets", {"Filter": {"Statuses": ["Active"], "GroupIds": [group]}}).json()["Result"]
    assert [row["Id"] for row in rows["Items"]] == [asset]


def test_the_asset_library_refuses(client: httpx.Client, server: Rehearsal) -> None:
    assert act(client, "ListAssets", {}, key="wrong").status_code == 401
    assert act(client, "DropAssets", {}).json()["ResponseMetadata"]["Error"]["Code"] == "InvalidParameter"
    assert act(client, "GetAsset", {"Id": "asset-none"}).status_code == 404
    assert act(client, "CreateAssetGroup", {"Name": "x", "GroupType": "LivenessFace"}).status_code == 400
    assert client.post("/ark", params={"Action": "ListAssets", "Version": "2024-01-01"}, json={}).status_code == 401
    server.fault("assets.list=429")
    assert act(client, "ListAssets", {}).status_code == 429
