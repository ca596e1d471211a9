"""fal: a queue in front of many models, whose refusals show only in the answer, and storage for inputs.

Source: fal-client 1.0.3 and fal.ai/docs (queue, webhooks, request errors), read on 22 November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from unplastic.rehearsal.stage import Job, Stage, tables
from unplastic.rehearsal.wire import Call, Json, Refused, Reply, Route, told

DAY_S = 86_400.0
STATUS = {
    "key": 401, "unknown": 404, "model-retired": 404, "rate": 429, "concurrency": 429, "overloaded": 503,
    "internal": 500, "credit": 403, "quota": 403, "region": 403, "model-not-open": 403, "malformed": 422,
}  # fmt: skip
REFUSED_LATE = {"content-output", "content-input", "filtered", "face"}


@dataclass(frozen=True)
class Fal:
    """``/fal/{endpoint}``: the queue, ``rest.fal.ai`` and the storage host under one name."""

    name: ClassVar[str] = "fal"
    late: ClassVar[frozenset[str]] = frozenset({"content-input", "face"})
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Storage, status, answer, cancel, and last the create that takes every path."""
        request = "/{owner}/{app}/requests/{id}"
        return (
            Route("POST", "/storage/auth/token", "token", self._token),
            Route("POST", "/files/upload", "upload", self._upload, bare=True),
            Route("GET", f"{request}/status", "poll", self._status),
            Route("PUT", f"{request}/cancel", "cancel", self._cancel),
            Route("GET", request, "result", self._result),
            Route("POST", "/{endpoint:path}", "create", self._create),
        )

    def unlock(self, call: Call) -> None:
        """``Authorization: Key``."""
        call.bearer("Key")

    def refusal(self, why: Refused) -> Reply:
        """``{"detail"}``, as text from the queue and as a list from a model."""
        status = STATUS.get(why.kind, 422)
        if status == 422:
            kind = "content_policy_violation" if why.kind in REFUSED_LATE else "value_error"
            return told({"detail": [{"loc": ["body", why.param], "msg": why.message, "type": kind}]}, 422)
        text = "User is locked. Reason: Exhausted balance." if why.kind == "credit" else why.message
        return told({"detail": text}, status)

    def _create(self, call: Call) -> Reply:
        endpoint, body = call.path["endpoint"], call.json()
        model = tables("fal")["models"].get(endpoint)
        if model is None:
            raise Refused("model-retired", f"Application '{endpoint}' not found")
        job = self.stage.take(call, "fal", endpoint, ("IN_QUEUE", "IN_PROGRESS", "COMPLETED"), body, str(uuid4()))
        job.notes["error"] = _trouble(body, model, job.ending)
        if job.notes["error"] is None:
            given = self.stage.seconds_at(str(body["video_url"])) if body.get("video_url") else None
            seconds = _seconds(body) if given is None else given
            usd = model.get("usd", model.get("usd_per_second", 0) * seconds)
            self.stage.charge(job, usd, usd, "USD")
        job.callback, job.tell = call.first("fal_webhook"), lambda: self._letter(job)
        return told({"status": "IN_QUEUE", "queue_position": 0} | self._addresses(job))

    def _addresses(self, job: Job) -> Json:
        owner, app = job.model.split("/")[:2]
        base = f"{self.stage.url}/fal/{owner}/{app}/requests/{job.id}"
        return {
            "request_id": job.id,
            "response_url": base,
            "status_url": f"{base}/status",
            "cancel_url": f"{base}/cancel",
        }

    def _find(self, call: Call) -> Job:
        job = self.stage.find("fal", call.path["id"])
        if job.model.split("/")[:2] != [call.path["owner"], call.path["app"]]:
            raise Refused("unknown", "Request not found")
        return job

    def _status(self, call: Call) -> Reply:
        job = self._find(call)
        state = self.stage.poll(job)
        shown: Json = {"status": state} | self._addresses(job)
        if state == "IN_QUEUE":
            shown["queue_position"] = 0
        if call.first("logs"):
            shown["logs"] = []
        if state == "COMPLETED":
            shown["metrics"] = {"inference_time": 92.4}
            if job.notes["error"]:
                shown |= {"error": job.notes["error"][1], "error_type": job.notes["error"][2]}
        return told(shown, 200 if state == "COMPLETED" else 202)

    def _result(self, call: Call) -> Reply:
        job = self._find(call)
        if self.stage.state(job, job.polls) != "COMPLETED":
            return told({"detail": "Request is still in progress"}, 400)
        if job.notes["error"]:
            status, message, kind, where = job.notes["error"]
            if status >= 500:
                return told({"detail": message, "error_type": kind}, status, X_Fal_Error_Type=kind)
            return told({"detail": [{"loc": ["body", where], "msg": message, "type": kind}]}, status)
        return told(self._output(job))

    def _output(self, job: Job) -> Json:
        is_picture = "image" in job.model.rsplit("/", 1)[-1].split("-to-")[-1]
        path = self.stage.shelf.picture(job.turn) if is_picture else self.stage.shelf.clip(job.turn)
        kind = "image/png" if is_picture else "video/mp4"
        file = {"url": self.stage.address("fal", path, path.name, DAY_S), "content_type": kind,
                "file_name": path.name, "file_size": path.stat().st_size}  # fmt: skip
        return {"images": [file]} if is_picture else {"video": file, "seed": job.request.get("seed", 42)}

    def _letter(self, job: Job) -> Json:
        """The callback comes once, at the end."""
        if self.stage.state(job) != "COMPLETED":
            return {}
        letter = {"request_id": job.id, "gateway_request_id": job.id}
        if job.notes["error"]:
            return letter | {"status": "ERROR", "error": job.notes["error"][1], "payload": {}}
        return letter | {"status": "OK", "payload": self._output(job)}

    def _cancel(self, call: Call) -> Reply:
        job = self._find(call)
        if self.stage.state(job) == "COMPLETED":
            return told({"status": "ALREADY_COMPLETED"}, 400)
        job.final = "COMPLETED"
        job.notes["error"] = (499, "Request was cancelled", "request_cancelled", "")
        self.stage.refund(job, "cancelled")
        return told({"status": "CANCELLATION_REQUESTED"}, 202)

    def _token(self, call: Call) -> Reply:
        if call.first("storage_type") != "fal-cdn-v3":
            raise Refused("malformed", "unknown storage type", "storage_type")
        until = datetime.fromtimestamp(self.stage.now(), UTC) + timedelta(hours=1)
        base = f"{self.stage.url}/fal"
        return told(
            {"token": "rehearsal-token", "token_type": "Bearer", "base_url": base, "expires_at": until.isoformat()}
        )

    def _upload(self, call: Call) -> Reply:
        if call.headers.get("authorization") != "Bearer rehearsal-token":
            raise Refused("key", "send the token of /storage/auth/token")
        name = call.headers.get("x-fal-file-name") or "file.bin"
        return told({"access_url": self.stage.address("fal", call.body, name.replace("/", "_"), 7 * DAY_S)})


def _trouble(body: Json, model: Json, ending: str) -> tuple[int, str, str, str] | None:
    """(status, message, type, where) of what the model will say, None where it will do the work."""
    if ending in REFUSED_LATE:
        return (
            422,
            "flagged by a content checker",
            "content_policy_violation",
            "prompt",
        )
    if ending in ("fails", "expires"):
        return 503, "Runner disconnected", "runner_disconnected", ""
    for name in [*model.get("needs", ()), *(() if "video_url" in model.get("needs", ()) else ("prompt",))]:
        if not body.get(name):
            return 422, "Field required", "missing", name
    if "seconds" in model and not model["seconds"][0] <= _seconds(body, model["seconds"][0]) <= model["seconds"][1]:
        return 422, "Input should be a supported duration", "value_error", "duration"
    return None


def _seconds(body: Json, default: int = 5) -> int:
    """Seconds, from 5, "5", "5s" or "auto"; 0 for anything else."""
    given: Any = body.get("duration", default)
    text = str(default if given == "auto" else given).removesuffix("s")
    return int(text) if text.isdigit() else 0
