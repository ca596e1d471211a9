"""Recraft by plain HTTP: pictures at once, both ways, and what is refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

BODY = {"model": "recraftv4_1_pro", "prompt": "Unretouched portrait, window light.", "size": "1792x2432", "n": 1}


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    headers = {"Authorization": "Bearer k"}
    with httpx.Client(base_url=f"{server.url}/recraft/v1", headers=headers, trust_env=False) as opened:
        yield opened


def test_a_portrait_by_address_and_inline(client: httpx.Client, server: Rehearsal) -> None:
    made = client.post("/images/generations", json=BODY).json()
    assert made["credits"] == 250
    picture = httpx.get(made["data"][0]["url"], trust_env=False).content
    inline = client.post("/images/generations", json=BODY | {"response_format": "b64_json", "n": 2}).json()
    assert [base64.b64decode(each["b64_json"]) for each in inline["data"]] == [picture] * 2
    assert server.bill.total_usd("recraft") == pytest.approx(0.75)


def test_image_to_image(client: httpx.Client) -> None:
    form = {"prompt": "older", "strength": "0.2", "model": "recraftv3"}
    files = {"image": ("a.png", b"\x89PNG")}
    assert client.post("/images/imageToImage", data=form, files=files).status_code == 200
    assert client.post("/images/imageToImage", data=form | {"strength": "2"}, files=files).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": ""},
        {"prompt": "x" * 10_001},
        {"n": 7},
        {"size": "large"},
        {"model": "recraftv9"},
        {"style": "realistic_image"},
        {"seed": 42},
    ],
)
def test_what_the_service_does_not_take(client: httpx.Client, server: Rehearsal, changes: dict[str, Any]) -> None:
    assert client.post("/images/generations", json=BODY | changes).status_code == 400
    assert not server.bill.charges


@pytest.mark.parametrize(("fault", "status"), [("402", 402), ("429", 429), ("content-input", 400), ("401", 401)])
def test_refusals_on_demand(client: httpx.Client, server: Rehearsal, fault: str, status: int) -> None:
    server.fault(f"recraft.create={fault}")
    assert client.post("/images/generations", json=BODY).status_code == status
