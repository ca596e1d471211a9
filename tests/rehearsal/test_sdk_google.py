"""The official Google SDK against the rehearsal: Veo operations and Omni interactions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from unplastic.rehearsal import Rehearsal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    genai: Any = pytest.importorskip("google.genai", reason="google-genai is not installed")
    credentials: Any = pytest.importorskip("google.oauth2.credentials")
types: Any = genai.types


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def veo(server: Rehearsal) -> Iterator[Any]:
    with genai.Client(
        vertexai=True,
        project="p",
        location="us-central1",
        credentials=credentials.Credentials(token="t"),
        http_options=types.HttpOptions(base_url=f"{server.url}/vertex"),
    ) as client:
        yield client


def operation(client: Any, **config: Any) -> Any:
    made = client.models.generate_videos(
        model="veo-3.1-generate-001",
        source=types.GenerateVideosSource(prompt="Night kitchen."),
        config=types.GenerateVideosConfig(duration_seconds=8, aspect_ratio="16:9", resolution="1080p", **config),
    )
    stored = types.GenerateVideosOperation(name=made.name)
    seen = [client.operations.get(stored) for _ in range(3)]
    assert [bool(each.done) for each in seen] == [False, False, True]
    return seen[-1]


def test_veo_inline_and_in_a_bucket(veo: Any, server: Rehearsal) -> None:
    (inline,) = operation(veo, seed=42, generate_audio=False).response.generated_videos
    assert inline.video.video_bytes == server.stage.shelf.clip(0).read_bytes()
    (stored,) = operation(veo, output_gcs_uri="gs://bucket/out/").response.generated_videos
    assert stored.video.uri.startswith("gs://bucket/out/")
    assert server.bill.total_usd("vertex") == pytest.approx(6.4)


def test_veo_filtered_failed_and_refused(veo: Any, server: Rehearsal) -> None:
    server.fault("vertex.create#1=filtered, vertex.create#2=fails, vertex.create#3=quota")
    filtered = operation(veo)
    assert filtered.error is None
    assert not filtered.response.generated_videos
    assert filtered.response.rai_media_filtered_count == 1
    assert operation(veo).error["code"] == 13
    with pytest.raises(genai.errors.ClientError) as refused:
        operation(veo)
    assert (refused.value.code, refused.value.status) == (429, "RESOURCE_EXHAUSTED")


@pytest.mark.filterwarnings("ignore:.*[Ii]nteractions.*:UserWarning")
def test_omni(server: Rehearsal) -> None:
    options = types.HttpOptions(base_url=f"{server.url}/gemini")
    with genai.Client(api_key="k", vertexai=False, http_options=options) as client:
        made = client.interactions.create(
            model="gemini-omni-1.2-flash",
            input="Night kitchen.",
            background=True,
            response_format={"type": "video", "resolution": "1080p", "delivery": "uri", "duration": "5s"},
        )
        seen = [client.interactions.get(id=made.id) for _ in range(4)]
        assert [each.status for each in seen] == ["queued", "in_progress", "in_progress", "completed"]
        assert seen[-1].output_video.uri.startswith(server.url)
        other = client.interactions.create(model="gemini-omni-1.2-flash", input="Rain.", background=True)
        assert client.interactions.cancel(id=other.id).status == "cancelled"
