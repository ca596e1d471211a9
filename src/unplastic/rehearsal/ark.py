"""Seedance on ModelArk (Ark): tasks that are created, polled, listed and, while they queue, cancelled.

Source: byteplus-python-sdk-v2 3.0.63 and docs.byteplus.com/en/docs/ModelArk/1520757, read on 22 November 2026.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from unplastic.rehearsal.stage import Job, Stage, tables
from unplastic.rehearsal.wire import (
    Call,
    Json,
    Refused,
    Reply,
    Route,
    check_address,
    check_choice,
    check_fields,
    check_whole,
    told,
)

STATES = ("queued", "running", "running")
DAY_S = 86_400.0
ROLES = {
    "image_url": {"first_frame", "last_frame", "reference_image"},
    "video_url": {"reference_video"},
    "audio_url": {"reference_audio"},
}
RATIOS = ("adaptive", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
FIELDS = {
    "callback_url", "camera_fixed", "content", "draft", "duration", "execution_expires_after", "frames",
    "generate_audio", "model", "omni_reference_task_type", "output_format", "priority", "ratio", "resolution",
    "return_last_frame", "safety_identifier", "seed", "service_tier", "tools", "watermark",
}  # fmt: skip
ECHOED = (
    "seed", "resolution", "ratio", "duration", "generate_audio", "service_tier", "execution_expires_after",
    "safety_identifier", "output_format", "draft",
)  # fmt: skip
REFUSALS = {
    "key": (401, "AuthenticationError"),
    "malformed": (400, "InvalidParameter"),
    "missing": (400, "MissingParameter"),
    "unknown": (404, "ResourceNotFound"),
    "rate": (429, "ModelAccountRpmRateLimitExceeded"),
    "concurrency": (429, "RateLimitExceeded.EndpointRPMExceeded"),
    "overloaded": (429, "ServerOverloaded"),
    "quota": (429, "QuotaExceeded"),
    "credit": (403, "AccountOverdueError"),
    "region": (403, "AccessDenied"),
    "model-not-open": (404, "ModelNotOpen"),
    "model-retired": (404, "InvalidEndpointOrModel.NotFound"),
    "face": (400, "InputImageSensitiveContentDetected.PrivacyInformation"),
    "content-input": (400, "InputTextSensitiveContentDetected"),
    "too-large": (400, "InvalidParameter.OversizeImage"),
    "wrong-kind": (400, "InvalidParameter.UnsupportedImageFormat"),
    "running": (409, "InvalidAction.RunningTaskDeletion"),
    "internal": (500, "InternalServiceError"),
}
OUTCOMES = {
    "content-output": ("OutputVideoSensitiveContentDetected", "The output video may contain sensitive information."),
    "filtered": ("OutputVideoSensitiveContentDetected.PolicyViolation", "The output video was filtered."),
    "fails": ("InternalServiceError", "The service encountered an unexpected internal error."),
}


@dataclass(frozen=True)
class Ark:
    """``/ark/api/v3/contents/generations/tasks``, also without ``/api/v3``."""

    name: ClassVar[str] = "ark"
    late: ClassVar[frozenset[str]] = frozenset({"face"})
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Create, poll, list and cancel."""
        found = []
        for base in ("/api/v3", ""):
            tasks = f"{base}/contents/generations/tasks"
            found += [
                Route("POST", tasks, "create", self._create),
                Route("GET", tasks, "list", self._list),
                Route("GET", tasks + "/{id}", "poll", self._poll),
                Route("DELETE", tasks + "/{id}", "cancel", self._cancel),
            ]
        return tuple(found)

    def unlock(self, call: Call) -> None:
        """A bearer key."""
        call.bearer()

    def refusal(self, why: Refused) -> Reply:
        """``{"error": {"code", "message", "param", "type"}}``."""
        status, code = REFUSALS.get(why.kind, REFUSALS["internal"])
        kinds = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 429: "TooManyRequests"}
        request = f"0217{uuid4().hex[:24]}"
        error = {"code": code, "message": f"{why.message} Request id: {request}", "param": why.param,
                 "type": kinds.get(status, "InternalServerError")}  # fmt: skip
        return told({"error": error}, status, X_Request_Id=request)

    def _create(self, call: Call) -> Reply:
        body = {name: value for name, value in call.json().items() if value is not None}  # the SDK sends nulls
        family = _check(body)
        references = self._references(body)
        if call.ends("face") and any(not each.startswith("asset://") for each in references.get("image_url", [])):
            raise Refused("face", "The input image may contain a real person.", "image_url")
        job = self.stage.take(call, "ark", body["model"], (), body, f"cgt-{time.strftime('%Y%m%d')}-{uuid4().hex[:12]}")
        last = "failed" if job.ending in OUTCOMES else "expired" if job.ending == "expires" else "succeeded"
        job.states = (*STATES, last)
        job.callback, job.tell = str(body.get("callback_url") or ""), lambda: self._shown(job, self.stage.state(job))
        if last == "succeeded":
            tokens, usd = _price(body, family, has_video=bool(references.get("video_url")))
            job.notes["tokens"] = tokens
            self.stage.charge(job, usd, tokens, "tokens")
        return told({"id": job.id})

    def _references(self, body: Json) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for part in body["content"]:
            if part["type"] in ROLES:
                found.setdefault(part["type"], []).append(part[part["type"]]["url"])
        for address in (each for every in found.values() for each in every if each.startswith("asset://")):
            asset = self.stage.jobs.get(("assets", address.removeprefix("asset://")))
            if asset is None or self.stage.state(asset) != "Active":
                raise Refused("malformed", f"the asset {address} is not active", "image_url")
        return found

    def _poll(self, call: Call) -> Reply:
        job = self.stage.find("ark", call.path["id"])
        return told(self._shown(job, self.stage.poll(job)))

    def _list(self, call: Call) -> Reply:
        wanted = {name: call.every(f"filter.{name}") for name in ("status", "model", "task_ids", "service_tier")}
        rows = []
        for job in self.stage.of("ark"):
            shown = self._shown(job, self.stage.state(job))
            told_of = {"status": shown["status"], "model": job.model, "task_ids": job.id,
                       "service_tier": job.request.get("service_tier", "default")}  # fmt: skip
            if all(not wanted[name] or told_of[name] in wanted[name] for name in wanted):
                rows.append(shown)
        size, page = int(call.first("page_size", "10")), int(call.first("page_num", "1"))
        return told({"total": len(rows), "items": rows[(page - 1) * size : page * size]})

    def _cancel(self, call: Call) -> Reply:
        job = self.stage.find("ark", call.path["id"])
        state = self.stage.state(job)
        if state == "running":
            raise Refused("running", "a running task cannot be stopped", "id")
        if state == "queued":
            job.final = "cancelled"
            self.stage.refund(job, "cancelled while queued")
        else:
            del self.stage.jobs["ark", job.id]
        return told({})

    def _shown(self, job: Job, state: str) -> Json:
        shown: Json = {"id": job.id, "model": job.model, "status": state, "created_at": int(job.created),
                       "updated_at": int(self.stage.now())}  # fmt: skip
        if state == "succeeded":
            clip, picture = self.stage.shelf.clip(job.turn), self.stage.shelf.picture(job.turn)
            shown["content"] = {"video_url": self.stage.address("ark", clip, clip.name, DAY_S)}
            if job.request.get("return_last_frame"):
                shown["content"]["last_frame_url"] = self.stage.address("ark", picture, picture.name, DAY_S)
            tokens = job.notes["tokens"]
            shown |= {"usage": {"completion_tokens": tokens, "total_tokens": tokens}, "framespersecond": 24}
        if state == "failed":
            code, message = OUTCOMES[job.ending]
            shown["error"] = {"code": code, "message": message}
        if self.stage.echo:
            shown |= {name: job.request[name] for name in ECHOED if name in job.request}
        return shown


def _check(body: Json) -> Mapping[str, Any]:
    """The family's table; raises `Refused` for whatever the service would refuse."""
    check_fields(body, FIELDS)
    for name in ("model", "content"):
        if not body.get(name):
            raise Refused("missing", f"{name} is required", name)
    family = _family(body["model"])
    check_choice(body, "resolution", list(family["usd_per_million"]))
    check_choice(body, "ratio", RATIOS)
    check_choice(body, "service_tier", ("default", "flex"))
    check_whole(body, "seed", -1, 2**32 - 1)
    check_whole(body, "execution_expires_after", 3600, 259_200)
    for name in ("watermark", "generate_audio", "return_last_frame", "camera_fixed", "draft"):
        check_choice(body, name, (True, False))
    if body.get("duration") != -1:
        check_whole(body, "duration", *family["seconds"])
    if "frames" in body:
        raise Refused("malformed", "frames is not supported by this model", "frames")
    if len(str(body.get("safety_identifier", ""))) > 64:
        raise Refused("malformed", "safety_identifier is longer than 64", "safety_identifier")
    _check_content(body["content"], family)
    _check_task(body, family)
    return family


def _check_task(body: Json, family: Mapping[str, Any]) -> None:
    """First frames, edits and extensions of 2.5 take their shape from the input, an edit its length too."""
    task = body.get("omni_reference_task_type")
    if not family.get("has_tasks"):
        if task is not None or "output_format" in body:
            raise Refused("malformed", "not supported by this model", "omni_reference_task_type")
        return
    check_choice(body, "omni_reference_task_type", ("video_reference", "video_editing", "video_extension"))
    check_choice(body, "output_format", ("mp4", "mov"))
    has_frame = any(
        part["type"] == "image_url" and part.get("role", "first_frame").endswith("_frame") for part in body["content"]
    )
    is_shaped = has_frame or task in ("video_editing", "video_extension")
    if is_shaped and body.get("ratio", "adaptive") != "adaptive":
        raise Refused("malformed", "ratio must be adaptive", "ratio")
    if task == "video_editing" and body.get("duration", -1) != -1:
        raise Refused("malformed", "duration must be -1", "duration")


def _family(model: str) -> Mapping[str, Any]:
    table = tables("ark")
    name = str(model)
    for prefix in table["prefixes"]:
        name = name.removeprefix(prefix)
    if name.startswith("ep-"):
        return table["models"]["seedance-2-0-260128"]
    if name == str(model) or name not in table["models"]:
        raise Refused(
            "model-retired", f"The model or endpoint {model} does not exist or you do not have access.", "model"
        )
    return table["models"][name]


def _check_content(content: Any, family: Mapping[str, Any]) -> None:
    if not isinstance(content, list):
        raise Refused("malformed", "content must be a list", "content")
    roles: list[str] = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str) and set(part) == {"type", "text"}:
            continue
        if kind not in ROLES or not isinstance(part.get(kind), dict) or set(part) - {"type", kind, "role"}:
            raise Refused("malformed", f"content part of type {kind!r} is not valid", "content")
        check_address(part[kind].get("url"), f"{kind}.url", ("https://", "data:", "asset://"))
        role = part.get("role", "first_frame" if kind == "image_url" else "")
        if role not in ROLES[kind]:
            raise Refused("malformed", f"role {role!r} does not go with {kind}", "content.role")
        roles.append(role)
    _check_roles(roles, family)


def _check_roles(roles: list[str], family: Mapping[str, Any]) -> None:
    frames = [role for role in roles if role.endswith("_frame")]
    if frames and len(frames) != len(roles):
        raise Refused("malformed", "first/last frame content cannot be mixed with reference content", "content.role")
    if len(frames) != len(set(frames)) or frames == ["last_frame"]:
        raise Refused("malformed", "one first frame, and at most one last frame beside it", "content.role")
    most = {"reference_image": "images", "reference_video": "videos", "reference_audio": "audio"}
    for role, name in most.items():
        if roles.count(role) > family[name]:
            raise Refused("malformed", f"at most {family[name]} {role}", "content")
    if len(roles) > family["files"]:
        raise Refused("malformed", f"at most {family['files']} files", "content")
    if family["images"] < 30 and roles and set(roles) == {"reference_audio"}:
        raise Refused("malformed", "reference_audio needs an image or a video beside it", "content.role")


def _price(body: Json, family: Mapping[str, Any], *, has_video: bool) -> tuple[int, float]:
    """(tokens, US dollars): width x height x frames / 1024, with 24 frames a second and one more."""
    resolution = body.get("resolution", "720p")
    width, height = tables("ark")["sizes"][resolution]
    seconds = body.get("duration", 5)
    tokens = round(width * height * (24 * (5 if seconds == -1 else seconds) + 1) / 1024)
    half = 0.5 if body.get("service_tier") == "flex" else 1.0
    return tokens, half * tokens * family["usd_per_million"][resolution][has_video] / 1e6
