"""What a request may cost: the card's price for it, times how much of the unit it needs.

The first price of the card whose every condition holds is taken. An unknown price stays unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from unplastic.providers.capability import Capability, Estimate, Price
from unplastic.providers.provider import PortraitRequest, Request, UpscaleRequest, VideoRequest

PIXELS = {"480p": 864 * 496, "720p": 1280 * 720, "1080p": 1920 * 1080, "4k": 3840 * 2160}
"""Of Seedance's tokens (ModelArk documentation of 2026, 16:9); its other ratios hold about as many."""
SEEDANCE_FPS = 24
LARGE_PX = 1920 * 1200
CREDIT_SLACK = 1.1
"""Topaz's own estimates reach ten percent above what the frames alone would need."""


def estimate(card: Capability, request: Request) -> Estimate:
    """What ``request`` may cost in US dollars by ``card``, as an interval where the length or the plan is open."""
    found = price(card, request)
    is_open = isinstance(request, VideoRequest) and request.seconds is None and not card.limits.seconds
    if found is None or found.usd is None or is_open:
        return Estimate(None, None, card.source, card.checked, f"nobody has told what {card.title} costs for this")
    low, high = _units(card, found, request)
    least = found.usd if found.usd_low is None else found.usd_low
    note = "from one weak source" if card.confidence == "unsure" else ""
    return Estimate(round(low * least, 6), round(high * found.usd, 6), card.source, card.checked, note)


def price(card: Capability, request: Request) -> Price | None:
    """The price of ``card`` that holds for ``request``: the first of those whose conditions are all met."""
    known = facts(request)
    return next((each for each in card.prices if _holds(each, known)), None)


def facts(request: Request) -> Mapping[str, str]:
    """What a price may depend on, as texts: size, audio, video_input, image_input, and the request's own options."""
    options = {name: _text(value) for name, value in request.options.items()}
    if isinstance(request, UpscaleRequest):
        return {"size": "4k" if request.width_px * request.height_px > LARGE_PX else "1080p", **options}
    kinds = {each.media for each in request.references}
    shared = {"image_input": _text("image" in kinds), "video_input": _text("video" in kinds), **options}
    if isinstance(request, PortraitRequest):
        return {"size": f"{request.width_px}x{request.height_px}", **shared}
    return {"size": request.size, "audio": _text(request.audio), **shared}


def tokens(size: str, seconds: float, *, input_seconds: float = 0.0) -> float:
    """Seedance's tokens: width x height x frames / 1024, with one frame more than 24 a second."""
    frames = SEEDANCE_FPS * seconds + 1 + SEEDANCE_FPS * input_seconds
    return PIXELS[size] * frames / 1024


def _holds(price: Price, facts: Mapping[str, str]) -> bool:
    return all(facts.get(name) == str(wanted) for name, wanted in price.when.items())


def _units(card: Capability, price: Price, request: Request) -> tuple[float, float]:
    if isinstance(request, UpscaleRequest):
        if price.unit == "frame":
            return request.frames, request.frames
        if price.unit == "second":
            return request.source.seconds, request.source.seconds
        credits_needed = request.frames / price.per
        return math.ceil(credits_needed), math.ceil(credits_needed * CREDIT_SLACK)
    if isinstance(request, PortraitRequest):
        return request.count, request.count
    low, high = _seconds(card, request)
    if price.unit == "token_million":
        given = sum(each.seconds for each in request.references if each.media == "video")
        return (
            tokens(request.size, low, input_seconds=given) / 1e6,
            tokens(request.size, high, input_seconds=given) / 1e6,
        )
    return (low, high) if price.unit == "second" else (1, 1)


def _seconds(card: Capability, request: VideoRequest) -> tuple[float, float]:
    if request.seconds is not None:
        return request.seconds, request.seconds
    known = card.limits.seconds or (0.0, 0.0)
    return known[0], known[-1]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
