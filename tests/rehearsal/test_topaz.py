"""Topaz by plain HTTP: estimate, accept, parts, work, cancel, and what each costs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

CONTENT = b"\x00\x00\x00\x18ftypmp42" + bytes(5000)
BODY: dict[str, Any] = {
    "source": {
        "container": "mp4",
        "size": len(CONTENT),
        "duration": 5.041,
        "frameCount": 121,
        "frameRate": 24,
        "resolution": {"width": 1280, "height": 720},
    },
    "filters": [{"model": "slp-2.6"}],
    "output": {
        "resolution": {"width": 3840, "height": 2160},
        "frameRate": 24,
        "audioCodec": "AAC",
        "audioTransfer": "Copy",
        "videoEncoder": "ProRes",
        "videoProfile": "422 HQ",
        "container": "mov",
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=f"{server.url}/topaz", headers={"X-API-Key": "k"}, trust_env=False) as opened:
        yield opened


def upload(client: httpx.Client) -> str:
    """Create, accept, and send the one part; returns the id."""
    job = client.post("/video/", json=BODY).json()["requestId"]
    accepted = client.patch(f"/video/{job}/accept")
    assert accepted.status_code == 202
    (address,) = accepted.json()["urls"]
    tag = httpx.put(address, content=CONTENT, trust_env=False).headers["ETag"].strip('"')
    results = {"uploadResults": [{"partNum": 1, "eTag": tag}]}
    assert client.patch(f"/video/{job}/complete-upload", json=results).status_code == 202
    return job


def states(client: httpx.Client, job: str, polls: int) -> list[str]:
    return [client.get(f"/video/{job}/status").json()["status"] for _ in range(polls)]


def test_the_whole_flow(client: httpx.Client, server: Rehearsal) -> None:
    job = upload(client)
    shown = states(client, job, 6)
    assert shown == ["initializing", "preprocessing", "processing", "processing", "postprocessing", "complete"]
    done = client.get(f"/video/{job}/status").json()
    assert done["progress"] == 100
    assert httpx.get(done["download"]["url"], trust_env=False).content == CONTENT
    assert server.bill.total_usd("topaz") == pytest.approx(1.32)


def test_the_estimate_is_free_and_slashes_do_not_matter(client: httpx.Client, server: Rehearsal) -> None:
    for path in ("/video", "/video/"):
        assert client.post(path, json=BODY).json()["estimates"]["cost"] == [11, 12]
    assert not server.bill.charges
    assert "slp-2.6" in client.get("/video/status").json()["supportedModels"]


def test_no_credit_shows_on_accept(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("topaz.accept=credit")
    job = client.post("/video/", json=BODY).json()["requestId"]
    assert client.patch(f"/video/{job}/accept").status_code == 402
    assert states(client, job, 1) == ["requested"]
    assert not server.bill.charges


def test_a_forgotten_complete_stays_accepted(client: httpx.Client) -> None:
    job = client.post("/video/", json=BODY).json()["requestId"]
    client.patch(f"/video/{job}/accept")
    assert states(client, job, 5) == ["accepted"] * 5
    assert client.patch(f"/video/{job}/complete-upload", json={"uploadResults": []}).status_code == 400
    assert client.patch(f"/video/{job}/accept").status_code == 400


def test_storage_takes_no_key_and_no_stranger(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post("/video/", json=BODY).json()["requestId"]
    (address,) = client.patch(f"/video/{job}/accept").json()["urls"]
    assert client.put(address, content=CONTENT).status_code == 400
    assert httpx.put(address.replace("sig=", "sig=0"), content=CONTENT, trust_env=False).status_code == 403
    server.fault("topaz.upload=no-etag")
    assert "ETag" not in httpx.put(address, content=CONTENT, trust_env=False).headers
    assert "ETag" in httpx.put(address, content=CONTENT, trust_env=False).headers


def test_a_source_unlike_its_description_fails_with_a_refund(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post("/video/", json=BODY).json()["requestId"]
    (address,) = client.patch(f"/video/{job}/accept").json()["urls"]
    tag = httpx.put(address, content=CONTENT + b"more", trust_env=False).headers["ETag"].strip('"')
    client.patch(f"/video/{job}/complete-upload", json={"uploadResults": [{"partNum": 1, "eTag": tag}]})
    assert states(client, job, 6)[-1] == "failed"
    assert server.bill.total_usd() == 0


def test_cancel_gives_back_by_progress(client: httpx.Client, server: Rehearsal) -> None:
    job = upload(client)
    states(client, job, 4)
    assert client.delete(f"/video/{job}").status_code == 200
    assert states(client, job, 1) == ["canceled"]
    assert server.bill.total_usd() == pytest.approx(1.32 * 0.4)
    assert client.delete(f"/video/{job}").status_code == 400


def test_a_large_source_has_many_parts(client: httpx.Client) -> None:
    given = copy.deepcopy(BODY)
    given["source"]["size"] = 1_200_000_000
    job = client.post("/video/", json=given).json()["requestId"]
    assert len(client.patch(f"/video/{job}/accept").json()["urls"]) == 3


@pytest.mark.parametrize(
    "change",
    [
        ("source", "frameCount", 0),
        ("source", "container", "avi"),
        ("source", "colour", "red"),
        ("output", "videoEncoder", "MPEG2"),
        ("output", "container", "mp4"),
        ("output", "resolution", {"width": 3840}),
    ],
)
def test_what_the_service_does_not_take(client: httpx.Client, change: tuple[str, str, Any]) -> None:
    given = copy.deepcopy(BODY)
    given[change[0]][change[1]] = change[2]
    reply = client.post("/video/", json=given)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize("filters", [[], "slp-2.6", [{"model": "astra"}], [{"model": "ast-2"}], [{}]])
def test_models_and_their_settings(client: httpx.Client, filters: Any) -> None:
    assert client.post("/video/", json=BODY | {"filters": filters}).status_code == 400


def test_the_history_reconciles(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("topaz.create=cut-after")
    with pytest.raises(httpx.TransportError):
        client.post("/video/", json=BODY)
    (row,) = client.get("/video/history").json()["requests"]
    assert row["source"]["size"] == len(CONTENT)
    assert client.get("/video/nobody/status").status_code == 404
    assert client.get("/video/history", headers={"X-API-Key": ""}).status_code == 401
