"""Runway: tasks by endpoint and model, a version header, uploads by form, and no list.

Source: runwayml 5.24.0 and docs.dev.runwayml.com, read on 22 November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from unplastic.rehearsal.stage import Stage, tables
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

VERSION = "2024-11-06"
STATES = ("PENDING", "THROTTLED", "RUNNING", "RUNNING")
DAY_S = 86_400.0
SCHEMES = ("https://", "data:", "runway://")
FIELDS = {
    "text_to_video": {"references", "referenceVideos", "referenceAudio"},
    "image_to_video": {"promptImage", "referenceAudio"},
    "video_to_video": {"promptVideo", "videoUri", "references", "referenceVideos", "referenceAudio", "mode"},
}
SHARED = {
    "audio", "cfgScale", "contentModeration", "duration", "model", "negativePrompt", "outputFormat", "promptText",
    "proresProfile", "providerSettings", "ratio", "seed",
}  # fmt: skip
UPSCALE = {"model", "videoUri", "creativity", "flavor", "resolution", "sharpen", "smartGrain", "fpsBoost"}
FORMATS = (
    "mp4", "prores", "png_sequence", "hdr10", "hlg", "sdr_rec709_10bit", "hdr_pq_12bit_master", "hdr_prores",
    "hdr_png_sequence", "hdr_exr_sequence", "hdr_exr_acescg_sequence_1_3", "hdr_exr_acescg_sequence_2_0",
)  # fmt: skip
STATUS = {
    "key": 401, "unknown": 404, "rate": 429, "concurrency": 429, "quota": 429, "overloaded": 503, "internal": 500,
    "credit": 400, "region": 403, "model-not-open": 403, "too-large": 413,
}  # fmt: skip
FAILURES = {
    "content-output": ("SAFETY.OUTPUT.VIDEO", "The output was flagged by moderation."),
    "filtered": ("SAFETY.OUTPUT.VIDEO", "The output was flagged by moderation."),
    "content-input": ("SAFETY.INPUT.TEXT", "The input was rejected by moderation."),
    "face": ("SAFETY.INPUT.IMAGE", "The input image was rejected by moderation."),
    "wrong-kind": ("ASSET.INVALID", "An input asset was invalid."),
    "fails": ("INTERNAL", "An unexpected error occurred."),
    "expires": ("INTERNAL", "An unexpected error occurred."),
}


@dataclass(frozen=True)
class Runway:
    """``/runway/v1``. What moderation refuses is taken, charged, and then fails."""

    name: ClassVar[str] = "runway"
    late: ClassVar[frozenset[str]] = frozenset({"content-input", "face", "wrong-kind"})
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Create, poll, cancel, upload, account."""
        kinds = (*FIELDS, "video_upscale")
        return (
            *(Route("POST", f"/v1/{kind}", "create", lambda call, k=kind: self._create(call, k)) for kind in kinds),
            Route("GET", "/v1/tasks/{id}", "poll", self._poll),
            Route("DELETE", "/v1/tasks/{id}", "cancel", self._cancel),
            Route("POST", "/v1/uploads", "upload", self._upload),
            Route("POST", "/storage/{id}", "store", self._store, bare=True),
            Route("GET", "/v1/organization", "account", self._account),
        )

    def unlock(self, call: Call) -> None:
        """A bearer key and the version of the protocol."""
        call.bearer()
        if call.headers.get("x-runway-version") != VERSION:
            raise Refused("malformed", f"X-Runway-Version must be {VERSION}")

    def refusal(self, why: Refused) -> Reply:
        """``{"error", "issues"}``."""
        issues = [{"path": [why.param], "message": why.message}] if why.param else []
        text = "You do not have enough credits to run this task." if why.kind == "credit" else why.message
        return told({"error": text, "issues": issues}, STATUS.get(why.kind, 400))

    def _create(self, call: Call, kind: str) -> Reply:
        body = call.json()
        model = tables("runway")["models"].get(body.get("model"))
        if model is None or kind not in model["on"]:
            raise Refused("malformed", f"no model {body.get('model')!r} on {kind}", "model")
        if kind == "video_upscale":
            _check_upscale(body)
        else:
            _check(kind, body, model)
            self._check_inputs(body)
        seconds = body.get("duration", 5)
        cost = model["credits"] * (5 if seconds == "auto" else seconds)
        job = self.stage.take(call, "runway", body["model"], (), body, str(uuid4()))
        job.states = (*STATES, "FAILED" if job.ending in FAILURES else "SUCCEEDED")
        job.notes |= {"estimate": cost, "cost": cost}
        if job.states[-1] == "SUCCEEDED" or job.ending in self.late:
            self.stage.charge(job, cost * tables("runway")["usd_per_credit"], cost, "credits")
        else:
            job.notes["cost"] = 0
        return told({"id": job.id, "estimatedCost": {"credits": cost}})

    def _check_inputs(self, body: Json) -> None:
        for address in _addresses(body):
            if (
                address.startswith("runway://")
                and ("uploads", address.removeprefix("runway://")) not in self.stage.jobs
            ):
                raise Refused("malformed", f"no such upload: {address}", "uri")

    def _poll(self, call: Call) -> Reply:
        job = self.stage.find("runway", call.path["id"])
        state = self.stage.poll(job)
        shown: Json = {"id": job.id, "status": state, "createdAt": _stamp(job.created)}
        if state in ("SUCCEEDED", "FAILED"):
            shown["cost"] = {"credits": job.notes["cost"]}
        else:
            shown["estimatedCost"] = {"credits": job.notes["estimate"]}
        if state == "RUNNING":
            shown["progress"] = 0.3 if job.polls <= len(STATES) - 1 else 0.8
        if state == "SUCCEEDED":
            clip = self.stage.shelf.clip(job.turn)
            shown["output"] = [self.stage.address("runway", clip, clip.name, DAY_S)]
        if state == "FAILED":
            shown["failureCode"], shown["failure"] = FAILURES[job.ending]
        return told(shown)

    def _cancel(self, call: Call) -> Reply:
        job = self.stage.find("runway", call.path["id"])
        if self.stage.state(job) not in ("SUCCEEDED", "FAILED"):
            self.stage.refund(job, "cancelled")
        del self.stage.jobs["runway", job.id]
        return Reply(204)

    def _upload(self, call: Call) -> Reply:
        body = call.json()
        check_fields(body, {"filename", "type"})
        if not body.get("filename") or body.get("type") != "ephemeral":
            raise Refused("malformed", "filename and type ephemeral are required", "filename")
        job = self.stage.take(call, "uploads", "", ("waiting",), body, str(uuid4()))
        fields = {"key": job.id, "policy": uuid4().hex}
        job.notes["fields"] = fields
        address = f"{self.stage.url}/runway/storage/{job.id}"
        return told({"uploadUrl": address, "fields": fields, "runwayUri": f"runway://{job.id}"})

    def _store(self, call: Call) -> Reply:
        """All fields first, the file last, and no key."""
        job = self.stage.find("uploads", call.path["id"])
        parts = call.parts()
        names = [name for name, _ in parts]
        given = {name: content.decode(errors="replace") for name, content in parts[:-1]}
        if "authorization" in call.headers or not parts or names[-1] != "file" or given != job.notes["fields"]:
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        job.notes["content"] = parts[-1][1]
        return Reply(204)

    def _account(self, _: Call) -> Reply:
        tier = {"maxMonthlyCreditSpend": 10_000, "models": {}}
        usage = {"models": {}}
        return told({"creditBalance": 1000, "tier": tier, "usage": usage})


def _check(kind: str, body: Json, model: Json) -> None:
    check_fields(body, SHARED | FIELDS[kind])
    text = body.get("promptText", "")
    longest = model["prompt"]
    if not isinstance(text, str) or len(text.encode("utf-16-le")) // 2 > longest:
        raise Refused("malformed", f"promptText must be at most {longest} UTF-16 units", "promptText")
    if kind == "text_to_video" and not text:
        raise Refused("malformed", "promptText is required", "promptText")
    if kind == "image_to_video" and not body.get("promptImage"):
        raise Refused("malformed", "promptImage is required", "promptImage")
    if kind == "video_to_video" and not (body.get("promptVideo") or body.get("videoUri")):
        raise Refused("malformed", "promptVideo is required", "promptVideo")
    if body["model"] == "gen4.5" and "duration" not in body:
        raise Refused("malformed", "duration is required", "duration")
    if body["model"].startswith(("gen4", "veo")) and "ratio" not in body:
        raise Refused("malformed", "ratio is required", "ratio")
    check_choice(
        body, "ratio", model["ratios"][:2] if (body["model"], kind) == ("gen4.5", "text_to_video") else model["ratios"]
    )
    check_choice(body, "outputFormat", FORMATS)
    check_whole(body, "seed", 0, 2**32 - 1)
    if "choices" in model:
        check_choice(body, "duration", model["choices"])
    elif not (body.get("duration") == "auto" and body["model"].startswith("seedance")):
        check_whole(body, "duration", *model["seconds"])
    if len(body.get("references") or []) > model.get("references", 0):
        raise Refused("malformed", f"at most {model.get('references', 0)} references", "references")
    for address in _addresses(body):
        check_address(address, "uri", SCHEMES)


def _check_upscale(body: Json) -> None:
    check_fields(body, UPSCALE)
    check_address(body.get("videoUri"), "videoUri", SCHEMES)
    check_choice(body, "resolution", ("720p", "1k", "2k", "4k"))
    check_choice(body, "flavor", ("vivid", "natural"))
    for name in ("creativity", "sharpen", "smartGrain"):
        check_whole(body, name, 0, 100)


def _addresses(body: Json) -> list[Any]:
    found = [body[name] for name in ("promptVideo", "videoUri") if name in body]
    image = body.get("promptImage") or []
    found += [image] if isinstance(image, str) else [each["uri"] for each in image]
    for name in ("references", "referenceVideos", "referenceAudio"):
        found += [each["uri"] for each in body.get(name) or []]
    return found


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
