"""Gemini Omni on the developer API: interactions that run in the background.

Source: google-genai 3.4.0 (interactions), read on 22 November 2026.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from unplastic.rehearsal.google_errors import google_refusal
from unplastic.rehearsal.stage import Job, Stage, tables
from unplastic.rehearsal.wire import Call, Json, Refused, Reply, Route, check_choice, check_fields, known_key, told

TWO_DAYS_S = 2 * 86_400.0
FIELDS = {
    "background", "generation_config", "input", "model", "previous_interaction_id", "response_format",
    "response_modalities", "safety_settings", "service_tier", "store", "stream", "system_instruction", "webhook_config",
}  # fmt: skip
FORMAT = {"type", "aspect_ratio", "resolution", "duration", "delivery", "gcs_uri", "mime_type"}
TASKS = ("text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale")


@dataclass(frozen=True)
class Gemini:
    """``/gemini/v1beta/interactions``, also under ``v1``."""

    name: ClassVar[str] = "gemini"
    late: ClassVar[frozenset[str]] = frozenset()
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Create, poll, cancel, delete, and the files that results lie in."""
        found = []
        for version in ("/v1beta", "/v1"):  # google-genai 3.4.0 sends v1
            one = version + "/interactions/{id}"
            found += [
                Route("POST", f"{version}/interactions", "create", self._create),
                Route("GET", one, "poll", self._poll),
                Route("POST", f"{one}/cancel", "cancel", self._cancel),
                Route("DELETE", one, "delete", self._delete),
            ]
        return (*found, Route("GET", "/v1beta/files/{file}", "fetch", self._file))

    def unlock(self, call: Call) -> None:
        """``x-goog-api-key``."""
        known_key(call.headers.get("x-goog-api-key", "") or call.first("key"))

    def refusal(self, why: Refused) -> Reply:
        """``{"error": {"code", "message", "status"}}``; a bad key is a bad argument here."""
        if why.kind == "key":
            return google_refusal(Refused("malformed", "API key not valid. Please pass a valid API key."))
        return google_refusal(why)

    def _create(self, call: Call) -> Reply:
        body = call.json()
        model = tables("gemini")["models"].get(body.get("model"))
        if model is None:
            raise Refused("model-retired", f"models/{body.get('model')} is not found for API version v1beta")
        seconds = _check(body, model)
        job = self.stage.take(call, "gemini", body["model"], (), body, f"v1_{uuid4().hex}")
        last = "failed" if job.ending in ("fails", "expires") else "completed"
        job.states = ("queued", "in_progress", "in_progress", last)
        if job.ending in ("", "never", "strange"):
            self.stage.charge(job, seconds * model["usd_per_second"], seconds, "seconds")
        return told(self._shown(job, "queued"))

    def _poll(self, call: Call) -> Reply:
        job = self.stage.find("gemini", call.path["id"])
        return told(self._shown(job, self.stage.poll(job)))

    def _cancel(self, call: Call) -> Reply:
        job = self.stage.find("gemini", call.path["id"])
        if self.stage.state(job) in ("completed", "failed", "cancelled"):
            raise Refused("malformed", "the interaction has ended")
        job.final = "cancelled"
        self.stage.refund(job, "cancelled")
        return told(self._shown(job, "cancelled"))

    def _delete(self, call: Call) -> Reply:
        del self.stage.jobs["gemini", self.stage.find("gemini", call.path["id"]).id]
        return told({})

    def _shown(self, job: Job, state: str) -> Json:
        stamp = datetime.fromtimestamp(job.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        shown: Json = {"id": job.id, "object": "interaction", "model": job.model, "status": state, "created": stamp}
        shown["updated"] = datetime.fromtimestamp(self.stage.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if state == "completed":
            is_empty = job.ending in ("filtered", "content-output")
            video = None if is_empty else {"type": "video", "mime_type": "video/mp4"} | self._video(job)
            shown["steps"] = [{"type": "model_output", "content": [video] if video else []}]
            if video:
                shown["output_video"] = video
        if state == "failed":
            shown["error"] = {"code": 13, "message": "Internal error."}
        return shown

    def _video(self, job: Job) -> Json:
        if (job.request.get("response_format") or {}).get("delivery") == "inline":
            return {"data": base64.b64encode(self.stage.shelf.clip(job.turn).read_bytes()).decode()}
        return {"uri": f"{self.stage.url}/gemini/v1beta/files/{job.id}:download?alt=media"}

    def _file(self, call: Call) -> Reply:
        """A result: it takes the key, as no other service's does, and lasts two days."""
        job = self.stage.find("gemini", call.path["file"].removesuffix(":download"))
        if call.ends("expired") or self.stage.now() - job.created > TWO_DAYS_S or self.stage.state(job) != "completed":
            return google_refusal(Refused("model-not-open", "You do not have permission to access the File."))
        return self.stage.file(self.stage.shelf.clip(job.turn), "video.mp4")


def _check(body: Json, model: Json) -> float:
    """Seconds; raises `Refused` for whatever the service would refuse."""
    check_fields(body, FIELDS)
    if not body.get("input"):
        raise Refused("malformed", "input is required")
    form: Any = body.get("response_format") or {}
    check_fields(form, FORMAT, "response_format.")
    check_choice(form, "type", ("video",))
    check_choice(form, "resolution", ("360p", "720p", "1080p", "4k"))
    check_choice(form, "delivery", ("inline", "uri"))
    config = body.get("generation_config") or {}
    check_choice(config.get("video_config") or {}, "task", TASKS)
    text = str(form.get("duration", "5")).removesuffix("s")
    seconds = float(text) if text.replace(".", "", 1).isdigit() else 0.0
    if not model["seconds"][0] <= seconds <= model["seconds"][1]:
        raise Refused("malformed", f"duration must be from {model['seconds'][0]} to {model['seconds'][1]} seconds")
    return seconds
