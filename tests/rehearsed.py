"""A service of ours in front of the rehearsal server, and a plain wish that its card allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unplastic.clip import Clip
from unplastic.media import probe as media_probe
from unplastic.providers import connect
from unplastic.providers.capability import Capability
from unplastic.providers.ledger import ledger_in
from unplastic.providers.payment import Till
from unplastic.providers.provider import (
    Job,
    PortraitRequest,
    Provider,
    Reference,
    Request,
    State,
    UpscaleRequest,
    VideoRequest,
)
from unplastic.providers.upload import measured
from unplastic.rehearsal import Rehearsal
from unplastic.settings import Settings

SERVER_NAMES = {"veo": "vertex", "omni": "gemini"}
POLLS_MAX = 12


@contextmanager
def rehearsed(name: str, *, faults: str = "", **more: Any) -> Iterator[tuple[Rehearsal, Provider]]:
    """The server and the service ``name`` at it; no waiting between tries."""
    with Rehearsal(faults=faults, **more) as server:
        yield server, connect(name, Settings(rehearsal=server.url), sleep=lambda _: None)


def named_at_server(name: str) -> str:
    """What the rehearsal calls a service in its faults and on its bill."""
    return SERVER_NAMES.get(name, name)


def plain_wish(card: Capability, clip: Path) -> Request:
    """The simplest request that ``card`` allows; ``clip`` is what an upscaler gets."""
    limits = card.limits
    seed = 42 if limits.seed else None
    if card.work == "upscale":
        return upscale_wish(card.model, clip)
    if card.work == "portrait":
        width, _, height = (limits.sizes or ("1024x1024",))[0].partition("x")
        return PortraitRequest(card.model, "A woman of sixty by a window.", "", int(width), int(height), 1, seed)
    seconds = limits.seconds[0] if limits.seconds else 5
    return VideoRequest(
        card.model,
        "Rain runs down a window. Lamp from the left.",
        seconds=seconds,
        size=(limits.sizes or ("720p",))[0],
        aspect="16:9" if not limits.aspects or "16:9" in limits.aspects else limits.aspects[0],
        seed=seed,
        audio=limits.audio == "always",
    )


def upscale_wish(model: str, path: Path, **more: Any) -> UpscaleRequest:
    """``path`` at twice its size; what it is, is measured."""
    clip: Clip = media_probe(path)
    seconds = float(clip.frames / clip.frame_rate)
    source = measured("video", path, seconds=seconds)
    whole = Reference(
        "video", path=path, sha256=source.sha256, bytes=source.bytes, seconds=seconds, width_px=clip.width,
        height_px=clip.height,
    )  # fmt: skip
    return UpscaleRequest(model, whole, clip.frames, float(clip.frame_rate), clip.width * 2, clip.height * 2, **more)


def polled(provider: Provider, job: Job) -> State:
    """Poll until nothing more will happen."""
    for _ in range(POLLS_MAX):
        state = provider.poll(job)
        if state.phase.is_final:
            return state
    raise AssertionError(f"still {state.native} after {POLLS_MAX} polls")


def take(path: Path) -> None:
    """A probe that takes any file that is there."""
    assert path.stat().st_size


def till(folder: Path, cap_usd: float = 1000.0, *, now: Callable[[], float] = lambda: 0.0) -> Till:
    """Books in ``folder`` and a clock that is the test's."""
    return Till(ledger_in(folder / "ledger.sqlite"), cap_usd, folder / "strays.jsonl", now, unknown_price_usd=50.0)
