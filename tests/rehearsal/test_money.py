"""Money, the same for every service: a lost answer is booked once, an error before is not, a refusal is not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from unplastic.rehearsal import Rehearsal

VEO = "/vertex/v1/projects/p/locations/l/publishers/google/models/veo-3.1-generate-001:predictLongRunning"
CREATES: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "ark": (
        "/ark/api/v3/contents/generations/tasks",
        {"Authorization": "Bearer k"},
        {"model": "doubao-seedance-2-0-260128", "content": [{"type": "text", "text": "Rain."}], "duration": 5},
    ),
    "fal": ("/fal/fal-ai/veo3.1", {"Authorization": "Key k"}, {"prompt": "Rain.", "duration": "8s"}),
    "gemini": (
        "/gemini/v1beta/interactions",
        {"x-goog-api-key": "k"},
        {"model": "gemini-omni-1.2-flash", "input": "Rain.", "background": True},
    ),
    "kling": ("/kling/text-to-video/kling-3.0", {"Authorization": "Bearer k"}, {"prompt": "Rain."}),
    "recraft": ("/recraft/v1/images/generations", {"Authorization": "Bearer k"}, {"prompt": "A portrait."}),
    "runway": (
        "/runway/v1/text_to_video",
        {"Authorization": "Bearer k", "X-Runway-Version": "2024-11-06"},
        {"model": "gen4.5", "promptText": "Rain.", "ratio": "1280:720", "duration": 5},
    ),
    "vertex": (VEO, {"Authorization": "Bearer t"}, {"instances": [{"prompt": "Rain."}]}),
}


@pytest.mark.parametrize("service", CREATES)
@pytest.mark.parametrize(
    ("fault", "booked"),
    [
        ("cut-before", 0),
        ("cut-after", 1),
        ("500-before", 0),
        ("500-after", 1),
        ("html", 1),
        ("wrong-json", 1),
        ("truncated", 1),
        ("slow:0.05", 1),
        ("rate", 0),
        ("credit", 0),
        ("key", 0),
    ],
)
def test_what_each_fault_books(service: str, fault: str, booked: int, server: Rehearsal) -> None:
    path, headers, body = CREATES[service]
    server.reset()
    server.fault(f"{service}.create={fault}")
    try:
        reply = httpx.post(server.url + path, headers=headers, json=body, trust_env=False)
        is_lost = False
    except httpx.TransportError:
        is_lost = True
    else:
        assert (reply.status_code < 400) == (fault in ("html", "wrong-json", "slow:0.05"))
    assert is_lost == (fault in ("cut-before", "cut-after", "truncated"))
    assert len(server.bill.jobs(service)) == booked
    assert (server.bill.total_usd(service) > 0) == bool(booked)


@pytest.fixture(scope="module")
def server() -> Any:
    with Rehearsal() as rehearsal:
        yield rehearsal
