"""What the two generations of Kling's interface take, and how they answer. Not a service of its own.

Source: kling.ai/document-api through dated notes of May 2026 and two open clients. The new one has its paths by kind of
work and says ``succeeded``; the older one, under ``/v1/videos``, has the model in the body and says ``succeed``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from unplastic.errors import RequestUnfit
from unplastic.providers.answers import rows, table, words
from unplastic.providers.capability import Capability
from unplastic.providers.provider import Reference, VideoRequest
from unplastic.providers.upload import data_uri

LEGACY_PREFIX = "kling-v"
ELEMENT = "element://"
MODES = {"720p": "std", "1080p": "pro", "4k": "4k"}
IMAGES_BESIDE_A_CLIP = 4
ELEMENTS_MAX = 3
TOKEN = re.compile(r"<<<(\w+)>>>")


def path_and_body(card: Capability, request: VideoRequest) -> tuple[str, dict[str, Any]]:
    """Where the order goes, and its body. Raises `RequestUnfit` for what no path takes."""
    if card.native.startswith(LEGACY_PREFIX):
        return _legacy(card, request)
    settings = {
        "resolution": request.size,
        "duration": int(request.seconds or 5),
        "audio": "native" if request.audio else "off",
    }
    marked = {"external_task_id": request.mark} if request.mark else {}
    options = {"watermark_info": {"enabled": False}, **marked}
    frames = [each for each in request.references if each.role in {"first_frame", "last_frame"}]
    if card.native.endswith("-omni"):
        body = {"contents": _contents(request), "settings": {**settings, "aspect_ratio": request.aspect}}
        return f"/omni-video/{card.native}", {**body, "options": options, **request.options}
    settings["multi_shot"] = False  # on unless it is said
    if frames:
        contents = [{"type": "prompt", "text": _words(request.prompt)}, *(_frame(each) for each in frames)]
        body = {"contents": contents, "settings": settings}
        return f"/image-to-video/{card.native}", {**body, "options": options, **request.options}
    body = {"prompt": _words(request.prompt), "settings": {**settings, "aspect_ratio": request.aspect}}
    return f"/text-to-video/{card.native}", {**body, "options": options, **request.options}


def poll_path(job_id: str, path: str) -> tuple[str, dict[str, str]]:
    """Where a job that was ordered at ``path`` is asked for, and the query."""
    return (f"{path}/{job_id}", {}) if path.startswith("/v1/") else ("/tasks", {"task_ids": job_id})


def task_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """One task in our words out of an answer of either generation: id, status, message, urls, units, mark, created.

    Empty where the answer holds none. ``data`` is an object, or a list of one.
    """
    found = rows(told, "data")
    task = found[0] if found else table(told, "data")
    return as_task(task) if task else {}


def as_task(task: Mapping[str, Any]) -> dict[str, Any]:
    """One row of a list in the words of `task_of`."""
    outputs = rows(task, "outputs") or rows(table(task, "task_result"), "videos")
    billing = rows(task, "billing")
    return {
        "id": words(task, "id", "task_id"),
        "status": words(task, "status", "task_status"),
        "message": words(task, "message", "task_status_msg"),
        "urls": [words(each, "url") for each in outputs if words(each, "url")],
        "units": billing[0].get("amount") if billing else task.get("final_unit_deduction"),
        "mark": words(task, "external_id") or words(table(task, "task_info"), "external_task_id"),
        "created": task.get("create_time") or task.get("created_at"),
        "element": next((each.get("element_id") for each in rows(table(task, "task_result"), "elements")), None),
    }


def _contents(request: VideoRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"type": "prompt", "text": _words(request.prompt)}]
    counts = {"image": 0, "video": 0, "element": 0}
    for each in request.references:
        if each.role in {"first_frame", "last_frame"}:
            found.append(_frame(each))
            continue
        kind = "element" if each.address.startswith(ELEMENT) else each.media
        counts[kind] += 1
        named = {"id": f"{kind}_{counts[kind]}"}
        if kind == "element":
            found.append({"type": "element", "element_id": each.address.removeprefix(ELEMENT), **named})
        else:
            what = {"image": "refer_image", "video": "feature_video"}[kind]
            found.append({"type": what, "url": data_uri(each), **named})
    if counts["video"] and counts["image"] > IMAGES_BESIDE_A_CLIP:
        raise RequestUnfit("beside a clip Kling takes four pictures", "leave some out")
    if counts["element"] > ELEMENTS_MAX:
        raise RequestUnfit("Kling takes three elements", "leave some out")
    return found


def _frame(reference: Reference) -> dict[str, Any]:
    return {"type": reference.role, "url": data_uri(reference)}


def _words(prompt: str) -> str:
    """``<<<image_1>>>`` of the older paths is ``@image_1`` on the new ones."""
    return TOKEN.sub(r"@\1", prompt)


def _legacy(card: Capability, request: VideoRequest) -> tuple[str, dict[str, Any]]:
    """Seconds are a text there, and a picture inside the body has no ``data:`` before it."""
    frames = {each.role: data_uri(each).partition(";base64,")[2] or each.address for each in request.references}
    body = {
        "model_name": card.native,
        "prompt": request.prompt,
        "mode": MODES[request.size],
        "duration": f"{request.seconds:g}",
        "sound": "on" if request.audio else "off",
        **({"negative_prompt": request.negative} if request.negative else {}),
        **({"external_task_id": request.mark} if request.mark else {}),
    }
    if not frames:
        return "/v1/videos/text2video", {**body, "aspect_ratio": request.aspect, **request.options}
    images = {
        "image": frames.get("first_frame", ""),
        **({"image_tail": frames["last_frame"]} if "last_frame" in frames else {}),
    }
    return "/v1/videos/image2video", {**body, **images, **request.options}
