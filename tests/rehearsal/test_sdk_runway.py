"""The official Runway SDK against the rehearsal: somebody else's reading of the same protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

runwayml: Any = pytest.importorskip("runwayml", reason="runwayml is not installed")
GIVEN: dict[str, Any] = {"model": "gen4.5", "prompt_text": "Tungsten.", "ratio": "1280:720", "duration": 5}


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[Any]:
    with runwayml.RunwayML(api_key="k", base_url=f"{server.url}/runway", max_retries=0) as opened:
        yield opened


def test_create_poll_and_delete(client: Any, server: Rehearsal) -> None:
    made = client.text_to_video.create(**GIVEN)
    assert made.estimated_cost.credits == 60
    seen = [client.tasks.retrieve(made.id) for _ in range(5)]
    assert [task.status for task in seen] == ["PENDING", "THROTTLED", "RUNNING", "RUNNING", "SUCCEEDED"]
    assert seen[3].progress == 0.8
    assert httpx.get(seen[-1].output[0], trust_env=False).content == server.stage.shelf.clip(0).read_bytes()
    client.tasks.delete(made.id)
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve(made.id)


def test_upload_then_first_frame(client: Any) -> None:
    uploaded = client.uploads.create_ephemeral(file=("a.png", b"\x89PNG\r\n"))
    image = [{"uri": uploaded.uri, "position": "first"}]
    assert client.image_to_video.create(prompt_image=image, **GIVEN).id


def test_failures_and_errors(client: Any, server: Rehearsal) -> None:
    server.fault("runway.create#1=content-input, runway.create#2=rate")
    made = client.text_to_video.create(**GIVEN)
    task = [client.tasks.retrieve(made.id) for _ in range(5)][-1]
    assert (task.status, task.failure_code, task.cost.credits) == ("FAILED", "SAFETY.INPUT.TEXT", 60)
    with pytest.raises(runwayml.RateLimitError):
        client.text_to_video.create(**GIVEN)
    with pytest.raises(runwayml.BadRequestError):
        client.text_to_video.create(**GIVEN | {"duration": 11})
    assert client.organization.retrieve().credit_balance == 1000
