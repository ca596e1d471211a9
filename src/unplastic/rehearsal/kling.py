"""Kling, both generations: paths named by model with plain keys, and ``/v1/videos`` with its own words.

Source: kling.ai/document-api through dated notes of May 2026; two maintained clients. Read on 22 November 2026.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, ClassVar

from unplastic.rehearsal.kling_legacy import check_element, check_legacy
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
    check_text,
    check_whole,
    told,
)

MONTH_S = 30 * 86_400.0
SHOT = re.compile(r"shot (\d+), *(\d+)s,", re.IGNORECASE)
REFUSALS = {
    "key": (401, 1002, "access key not found"),
    "no-key": (401, 1001, "authorization is empty"),
    "key-early": (401, 1003, "authorization not yet valid"),
    "key-late": (401, 1004, "authorization expired"),
    "credit": (429, 1101, "account in arrears"),
    "quota": (429, 1102, "resource pack depleted"),
    "region": (429, 1304, "IP not in the allow-list"),
    "model-not-open": (403, 1103, "no permission for this model"),
    "malformed": (400, 1201, "invalid parameters"),
    "too-large": (400, 1201, "image too large"),
    "wrong-kind": (400, 1201, "image format not supported"),
    "model-retired": (404, 1203, "requested model does not exist"),
    "unknown": (404, 1203, "requested resource does not exist"),
    "face": (400, 1300, "trigger strategy of the platform"),
    "content-input": (400, 1301, "trigger the content security policy"),
    "rate": (429, 1302, "too many requests"),
    "concurrency": (429, 1303, "parallel task over resource pack limit"),
    "overloaded": (503, 5001, "server temporarily unavailable"),
    "internal": (500, 5000, "server internal error"),
}
FAILURES = ("content-output", "filtered", "fails", "expires")
CONTENTS = {
    "image-to-video": {"prompt", "first_frame", "last_frame"},
    "omni-video": {"prompt", "first_frame", "last_frame", "refer_image", "element", "feature_video", "base_video"},
    "motion-control": {"prompt", "refer_image", "feature_video"},
}
LEGACY = ("text2video", "image2video", "multi-image2video", "omni-video", "motion-control", "video-extend")
ELEMENTS = "/v1/general/advanced-custom-elements"


@dataclass(frozen=True)
class Kling:
    """``/kling``: new paths, ``/tasks``, ``/v1/videos/...`` and elements. There is no cancel."""

    name: ClassVar[str] = "kling"
    late: ClassVar[frozenset[str]] = frozenset()
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Create, poll and list, in both generations."""
        found = [Route("GET", "/tasks", "poll", self._tasks), Route("POST", "/tasks", "list", self._list)]
        for kind in tables("kling")["models"]:
            found.append(Route("POST", f"/{kind}/{{model}}", "create", lambda call, k=kind: self._create(call, k)))
        for kind in LEGACY:
            path = f"/v1/videos/{kind}"
            found += [
                Route("POST", path, "create", lambda call, k=kind: self._legacy_create(call, k)),
                Route("GET", path, "list", lambda call, k=kind: self._legacy_list(call, k)),
                Route("GET", f"{path}/{{id}}", "poll", self._legacy_poll),
            ]
        found += [
            Route("POST", ELEMENTS, "register", self._register),
            Route("GET", f"{ELEMENTS}/{{id}}", "poll", self._legacy_poll),
        ]
        return tuple(found)

    def unlock(self, call: Call) -> None:
        """A bearer key, or a JSON Web Token (HS256) with an issuer, within its time; nobody here knows the secret."""
        if not call.headers.get("authorization"):
            raise Refused("no-key")
        key = call.bearer()
        if key.count(".") == 2:
            self._check_token(key)

    def _check_token(self, token: str) -> None:
        import jwt

        try:
            head = jwt.get_unverified_header(token)
            claims = jwt.decode(token, options={"verify_signature": False})
            early, late = float(claims["nbf"]) > time.time(), float(claims["exp"]) < time.time()
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as trouble:
            raise Refused("key", "authorization is not a token") from trouble
        if head.get("alg") != "HS256" or not claims.get("iss") or str(claims["iss"]).startswith("wrong"):
            raise Refused("key")
        if early or late:
            raise Refused("key-early" if early else "key-late")

    def refusal(self, why: Refused) -> Reply:
        """``{"code", "message", "request_id"}``."""
        status, code, words = REFUSALS.get(why.kind, REFUSALS["internal"])
        message = words if why.message == why.kind else f"{words}: {why.message}"
        return told({"code": code, "message": message, "request_id": _request()}, status)

    def _create(self, call: Call, kind: str) -> Reply:
        model, body = call.path["model"], call.json()
        if model not in tables("kling")["models"][kind]:
            raise Refused("model-retired", model)
        has_video = _check(kind, body)
        settings, options = body.get("settings") or {}, body.get("options") or {}
        job = self._take(call, kind, model, body, "succeeded", options)
        audio = settings.get("audio") == "native" or model.endswith("-turbo") or has_video
        if job.states[-1] == "succeeded":
            self._charge(job, settings.get("resolution", "720p"), settings.get("duration", 5), audio)
        return told(_answer(self._shown(job, "submitted")))

    def _take(self, call: Call, kind: str, model: str, body: Json, success: str, options: Json) -> Job:
        number = str(893_605_946_402_000_000 + len(self.stage.jobs))
        job = self.stage.take(call, "kling", model, (), body, number)
        last = "failed" if job.ending in FAILURES else success
        job.states = ("submitted", "processing", "processing", last)
        job.notes |= {"kind": kind, "external": options.get("external_task_id", ""), "is_legacy": success == "succeed"}
        show = self._legacy_shown if success == "succeed" else self._shown
        job.callback = str(options.get("callback_url") or "")
        job.tell = lambda: show(job, self.stage.state(job))
        return job

    def _charge(self, job: Job, resolution: str, seconds: int, audio: bool) -> None:
        table = tables("kling")
        usd = seconds * table["usd_per_second"][resolution][audio]
        job.notes["units"] = usd / table["usd_per_unit"]
        self.stage.charge(job, usd, job.notes["units"], "units")

    def _tasks(self, call: Call) -> Reply:
        ids, names = call.every("task_ids"), call.every("external_task_ids")
        if bool(ids) == bool(names) or len(ids) + len(names) > 50:
            raise Refused("malformed", "send task_ids or external_task_ids, at most 50")
        jobs = [job for job in self.stage.of("kling") if job.id in ids or job.notes["external"] in names]
        return told(_answer([self._shown(job, self.stage.poll(job)) for job in jobs if not job.notes["is_legacy"]]))

    def _list(self, call: Call) -> Reply:
        body = call.json() if call.body else {}
        check_whole(body, "limit", 1, 500)
        jobs = [job for job in self.stage.of("kling") if not job.notes["is_legacy"]]
        start, size = int(body.get("cursor") or 0), body.get("limit", 100)
        rows = [self._shown(job, self.stage.state(job)) for job in jobs[start : start + size]]
        return told(_answer(rows) | {"next_cursor": str(start + size) if start + size < len(jobs) else ""})

    def _shown(self, job: Job, state: str) -> Json:
        shown = {"id": job.id, "status": state, "message": "", "create_time": int(job.created * 1000),
                 "update_time": int(self.stage.now() * 1000)}  # fmt: skip
        if self.stage.echo:
            shown["external_id"] = job.notes["external"]
        if state == "failed":
            shown["message"] = _reason(job)
        if state == "succeeded":
            shown["outputs"] = [{"type": "video"} | self._video(job)]
            amount = f"{job.notes['units']:g}"
            shown["billing"] = [{"charge_type": "unit", "amount": amount, "package_type": "video"}]
        return shown

    def _video(self, job: Job) -> Json:
        clip = self.stage.shelf.clip(job.turn)
        address = self.stage.address("kling", clip, clip.name, MONTH_S)
        return {"id": f"v-{job.id}", "url": address, "duration": "5.1", "watermark_url": ""}

    def _legacy_create(self, call: Call, kind: str) -> Reply:
        body = call.json()
        resolution = check_legacy(kind, body, tables("kling")["legacy_models"])
        job = self._take(call, kind, body.get("model_name", "kling-v1"), body, "succeed", body)
        if job.states[-1] == "succeed":
            audio = body.get("sound") == "on" or bool(body.get("video_list"))
            self._charge(job, resolution, int(body.get("duration", "5")), audio)
        return told(_answer(self._legacy_shown(job, "submitted")))

    def _register(self, call: Call) -> Reply:
        body = call.json()
        check_element(body)
        job = self._take(call, "element", "element", body, "succeed", body)
        return told(_answer(self._legacy_shown(job, "submitted")))

    def _legacy_poll(self, call: Call) -> Reply:
        job = self.stage.find("kling", call.path["id"])
        if not job.notes["is_legacy"]:
            raise Refused("unknown", job.id)
        return told(_answer(self._legacy_shown(job, self.stage.poll(job))))

    def _legacy_list(self, call: Call, kind: str) -> Reply:
        jobs = [job for job in self.stage.of("kling") if job.notes["kind"] == kind and job.notes["is_legacy"]]
        size, page = int(call.first("pageSize", "30")), int(call.first("pageNum", "1"))
        rows = [self._legacy_shown(job, self.stage.state(job)) for job in jobs[(page - 1) * size : page * size]]
        return told(_answer(rows))

    def _legacy_shown(self, job: Job, state: str) -> Json:
        shown: Json = {"task_id": job.id, "task_status": state, "task_status_msg": "",
                       "created_at": int(job.created * 1000), "updated_at": int(self.stage.now() * 1000)}  # fmt: skip
        if self.stage.echo:
            shown["task_info"] = {"external_task_id": job.notes["external"]}
        if state == "failed":
            shown["task_status_msg"] = _reason(job)
        if state == "succeed" and job.model == "element":
            shown["task_result"] = {
                "elements": [{"element_id": int(job.id[-9:]), "element_name": job.request["element_name"]}]
            }
        elif state == "succeed":
            shown |= {"task_result": {"videos": [self._video(job)]}, "final_unit_deduction": f"{job.notes['units']:g}"}
        return shown


def _check(kind: str, body: Json) -> bool:
    """Whether a video goes in; raises `Refused` for whatever the service would refuse."""
    check_fields(body, {"prompt" if kind == "text-to-video" else "contents", "settings", "options"})
    settings, options = body.get("settings") or {}, body.get("options") or {}
    check_fields(settings, {"resolution", "aspect_ratio", "duration", "audio", "multi_shot"}, "settings.")
    check_fields(options, {"callback_url", "external_task_id", "watermark_info"}, "options.")
    check_choice(settings, "resolution", ("720p", "1080p", "4k"))
    check_choice(settings, "aspect_ratio", ("16:9", "9:16", "1:1"))
    check_choice(settings, "audio", ("off", "native"))
    check_choice(settings, "multi_shot", (True, False))
    check_whole(settings, "duration", 3, 15)
    if kind == "text-to-video":
        prompt, has_video = check_text(body, "prompt", 3072, required=True), False
    else:
        prompt, has_video = _check_contents(kind, body.get("contents"))
    seconds = [int(each) for _, each in SHOT.findall(prompt)]
    if (
        seconds
        and settings.get("multi_shot", True)
        and (len(seconds) > 6 or sum(seconds) != settings.get("duration", 5))
    ):
        raise Refused("malformed", "at most 6 shots, whose seconds add up to duration")
    return has_video


def _check_contents(kind: str, contents: Any) -> tuple[str, bool]:
    if not isinstance(contents, list) or not contents:
        raise Refused("malformed", "contents is required")
    counts: dict[str, int] = {}
    prompt = ""
    for part in contents:
        what = part.get("type") if isinstance(part, dict) else None
        if what not in CONTENTS[kind]:
            raise Refused("malformed", f"content of type {what!r} is not accepted by {kind}")
        counts[what] = counts.get(what, 0) + 1
        if what == "prompt":
            prompt = check_text(part, "text", 3072, required=True)
        elif what != "element":
            check_address(part.get("url"), f"{what}.url")
        elif not part.get("element_id"):
            raise Refused("malformed", "element needs element_id")
    videos = counts.get("feature_video", 0) + counts.get("base_video", 0)
    if "last_frame" in counts and "first_frame" not in counts:
        raise Refused("malformed", "last_frame needs first_frame")
    if kind == "image-to-video" and "first_frame" not in counts:
        raise Refused("malformed", "first_frame is required")
    images = counts.get("refer_image", 0)
    if videos > 1 or images > (4 if videos else 7) or counts.get("element", 0) > 3 or counts.get("prompt", 0) > 1:
        raise Refused("malformed", "too many contents")
    return prompt, videos > 0


def _reason(job: Job) -> str:
    if job.ending in ("content-output", "filtered"):
        return "Failure to pass the risk control system"
    return "internal error"


def _answer(data: Any) -> Json:
    return {"code": 0, "message": "SUCCEED", "request_id": _request(), "data": data}


def _request() -> str:
    return f"rq-{time.time_ns()}"
