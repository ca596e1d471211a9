"""The official Ark SDK against the rehearsal: somebody else's reading of the same protocol."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    runtime: Any = pytest.importorskip("byteplussdkarkruntime", reason="byteplus-python-sdk-v2[ark] is not installed")
    core: Any = pytest.importorskip("byteplussdkcore")
    universal: Any = pytest.importorskip("byteplussdkcore.universal")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:byteplussdk.*")
MODEL = "dreamina-seedance-2-0-260128"
TEXT = [{"type": "text", "text": "Rain on a window."}]


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def tasks(server: Rehearsal) -> Iterator[Any]:
    with httpx.Client(trust_env=False) as client:
        ark = runtime.Ark(api_key="k", base_url=f"{server.url}/ark/api/v3", max_retries=0, http_client=client)
        yield ark.content_generation.tasks


def test_create_poll_list_and_delete(tasks: Any, server: Rehearsal) -> None:
    made = tasks.create(model=MODEL, content=TEXT, duration=5, resolution="720p", watermark=False, seed=42)
    seen = [tasks.get(task_id=made.id) for _ in range(4)]
    assert [task.status for task in seen] == ["queued", "running", "running", "succeeded"]
    assert seen[-1].usage.completion_tokens == 108_900
    assert httpx.get(seen[-1].content.video_url, trust_env=False).content == server.stage.shelf.clip(0).read_bytes()
    listed = tasks.list(page_num=1, page_size=10, status="succeeded", task_ids=[made.id])
    assert (listed.total, listed.items[0].id, listed.items[0].seed) == (1, made.id, 42)
    other = tasks.create(model=MODEL, content=TEXT, duration=5)
    tasks.delete(task_id=other.id)
    assert tasks.get(task_id=other.id).status == "cancelled"
    assert server.bill.total_usd() == pytest.approx(0.7623)


def test_its_errors(tasks: Any, server: Rehearsal) -> None:
    server.fault("ark.create#1=rate, ark.create#2=content-input, ark.create#3=content-output")
    with pytest.raises(runtime._exceptions.ArkRateLimitError):
        tasks.create(model=MODEL, content=TEXT)
    with pytest.raises(runtime._exceptions.ArkBadRequestError) as refused:
        tasks.create(model=MODEL, content=TEXT)
    assert refused.value.code == "InputTextSensitiveContentDetected"
    made = tasks.create(model=MODEL, content=TEXT)
    for _ in range(4):
        task = tasks.get(task_id=made.id)
    assert (task.status, task.error.code) == ("failed", "OutputVideoSensitiveContentDetected")


def test_retries_bill_twice(server: Rehearsal) -> None:
    """Why creates go out with retries off."""
    server.fault("ark.create=500-after")
    with httpx.Client(trust_env=False) as client:
        ark = runtime.Ark(api_key="k", base_url=f"{server.url}/ark/api/v3", max_retries=1, http_client=client)
        ark.content_generation.tasks.create(model=MODEL, content=TEXT)
    assert len(server.bill.jobs()) == 2


def test_the_asset_library_with_its_real_signature(server: Rehearsal) -> None:
    configuration = core.Configuration()
    configuration.ak, configuration.sk, configuration.region = "AK", "SK", "ap-southeast-1"
    configuration.host, configuration.scheme = server.url.removeprefix("http://"), "http"
    api = universal.UniversalApi(core.ApiClient(configuration))

    def act(action: str, body: dict[str, Any]) -> Any:
        info = universal.UniversalInfo(
            method="POST", service="ark", version="2024-01-01", action=action, content_type="application/json"
        )
        return api.do_call(info, body)

    group = act("CreateAssetGroup", {"Name": "Mara", "GroupType": "AIGC"})
    given = {"GroupId": group["Id"], "URL": "https://example.test/a.png", "AssetType": "Image", "Name": "Mara"}
    asset = act("CreateAsset", given)
    assert [act("GetAsset", {"Id": asset["Id"]})["Status"] for _ in range(2)] == ["Processing", "Active"]
