"""The official fal SDK against the rehearsal.

Its ``https://`` and its hosts are fixed, so its own HTTP clients are given a transport that turns them to loopback:
what it sends and how it reads answers stay its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

fal_client: Any = pytest.importorskip("fal_client", reason="fal-client is not installed")
HOSTS = re.compile(r"^https://(queue\.fal\.run|rest\.fal\.ai|v3\.fal\.media)")


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    real = httpx.HTTPTransport.handle_request

    def turned(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.url = httpx.URL(HOSTS.sub(f"{server.url}/fal", str(request.url)))
        assert request.url.host == "127.0.0.1", "the rehearsal reaches nobody else"
        request.headers["Host"] = request.url.netloc.decode()
        return real(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", turned)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    opened = fal_client.SyncClient(key="k")
    yield opened
    opened._client.close()


def test_submit_status_result(client: Any, server: Rehearsal) -> None:
    handle = client.submit("bytedance/seedance-2.0/text-to-video", arguments={"prompt": "Rain.", "duration": "5"})
    seen = [handle.status(with_logs=True) for _ in range(3)]
    assert [type(each).__name__ for each in seen] == ["Queued", "InProgress", "Completed"]
    assert httpx.get(handle.get()["video"]["url"], trust_env=False).content == server.stage.shelf.clip(0).read_bytes()
    assert server.bill.total_usd("fal") == pytest.approx(1.5)


def test_cancel_and_refusal(client: Any, server: Rehearsal) -> None:
    client.submit("fal-ai/veo3.1", arguments={"prompt": "Rain."}).cancel()
    assert server.bill.total_usd() == 0
    server.fault("fal.create=content-output")
    handle = client.submit("fal-ai/veo3.1", arguments={"prompt": "Rain."})
    for _ in range(3):
        handle.status()
    with pytest.raises(fal_client.FalClientHTTPError) as refused:
        handle.get()
    assert refused.value.response.status_code == 422


def test_upload(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real, opened = client._get_cdn_client, []
    monkeypatch.setattr(type(client), "_get_cdn_client", lambda _: opened.append(real()) or opened[-1])
    address = client.upload(b"\x89PNG", "image/png", "a.png")
    for each in opened:  # the SDK leaves these to the garbage collector, which warns
        each.close()
    assert httpx.get(address, trust_env=False).content == b"\x89PNG"
