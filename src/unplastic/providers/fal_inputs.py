"""What each family of models behind fal takes: the endpoint that a request asks for, and its input.

Source: the ``llms.txt`` page of each endpoint, read on 22 November 2026. Not a service of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from unplastic.errors import RequestUnfit
from unplastic.providers.capability import Capability
from unplastic.providers.provider import PortraitRequest, Request, UpscaleRequest, VideoRequest

Given = Mapping[str, Sequence[str]]
"""Addresses of the references, by role for frames and by media for the rest."""

TIERS = {"720p": "standard", "1080p": "pro", "4k": "4k"}


def endpoint_and_input(card: Capability, request: Request, given: Given) -> tuple[str, dict[str, Any]]:
    """The endpoint's id and its input. Options of the request go in as they are."""
    if isinstance(request, UpscaleRequest):
        factor = request.width_px / request.source.width_px
        found = card.native, {"video_url": given["video"][0], "upscale_factor": round(factor, 3)}
    elif isinstance(request, PortraitRequest):
        size = {"width": request.width_px, "height": request.height_px}
        found = f"{card.native}/text-to-image", {"prompt": request.prompt, "image_size": size}
    else:
        found = _family(card)(card, request, given)
    return found[0], found[1] | dict(request.options)


def _family(card: Capability) -> Callable[[Capability, VideoRequest, Given], tuple[str, dict[str, Any]]]:
    families = {"bytedance/": _seedance, "fal-ai/kling-video/v3": _kling_3, "kling/": _kling_4, "fal-ai/veo": _veo}
    for start, family in families.items():
        if card.native.startswith(start):
            return family
    raise RequestUnfit(f"nobody has told how {card.title} is asked", "choose another service")


def _seedance(card: Capability, request: VideoRequest, given: Given) -> tuple[str, dict[str, Any]]:
    asked = {
        "prompt": request.prompt,
        "resolution": request.size,
        "duration": "auto" if request.seconds is None else f"{request.seconds:g}",
        "aspect_ratio": request.aspect,
        "generate_audio": request.audio,
        **({} if request.seed is None else {"seed": request.seed}),
    }
    if "first_frame" in given:
        last = {"end_image_url": given["last_frame"][0]} if "last_frame" in given else {}
        return f"{card.native}/image-to-video", {**asked, "image_url": given["first_frame"][0], **last}
    if given:
        names = {"image": "image_urls", "video": "video_urls", "audio": "audio_urls"}
        lists = {name: list(given[media]) for media, name in names.items() if media in given}
        return f"{card.native}/reference-to-video", {**asked, **lists}
    return f"{card.native}/text-to-video", asked


def _kling_3(card: Capability, request: VideoRequest, given: Given) -> tuple[str, dict[str, Any]]:
    asked = {
        "prompt": request.prompt,
        "duration": f"{request.seconds:g}",
        "generate_audio": request.audio,
        **({"negative_prompt": request.negative} if request.negative else {}),
    }
    base = f"{card.native}/{TIERS[request.size]}"
    if "first_frame" in given:
        return f"{base}/image-to-video", asked | _kling_frames(given)
    return f"{base}/text-to-video", {**asked, "aspect_ratio": request.aspect}


def _kling_4(card: Capability, request: VideoRequest, given: Given) -> tuple[str, dict[str, Any]]:
    asked = {"prompt": request.prompt, "duration": f"{request.seconds:g}", "resolution": request.size}
    if "first_frame" in given:
        return f"{card.native}/image-to-video", asked | _kling_frames(given)
    asked["aspect_ratio"] = request.aspect
    if given:
        lists = {f"{media}_urls": list(given[media]) for media in ("image", "video") if media in given}
        return f"{card.native}/reference-to-video", {**asked, **lists}
    return f"{card.native}/text-to-video", asked


def _kling_frames(given: Given) -> dict[str, Any]:
    last = {"end_image_url": given["last_frame"][0]} if "last_frame" in given else {}
    return {"start_image_url": given["first_frame"][0], **last}


def _veo(card: Capability, request: VideoRequest, given: Given) -> tuple[str, dict[str, Any]]:
    asked = {
        "prompt": request.prompt,
        "duration": f"{request.seconds:g}s",
        "resolution": request.size,
        "aspect_ratio": request.aspect,
        "generate_audio": request.audio,
        **({"negative_prompt": request.negative} if request.negative else {}),
        **({} if request.seed is None else {"seed": request.seed}),
    }
    if "last_frame" in given:
        frames = {"first_frame_url": given["first_frame"][0], "last_frame_url": given["last_frame"][0]}
        return f"{card.native}/first-last-frame-to-video", asked | frames
    if "first_frame" in given:
        return f"{card.native}/image-to-video", {**asked, "image_url": given["first_frame"][0]}
    if "image" in given:
        return f"{card.native}/reference-to-video", {**asked, "image_urls": list(given["image"])}
    return card.native, asked
