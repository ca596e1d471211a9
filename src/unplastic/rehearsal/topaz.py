"""Topaz Labs video: a free create with an estimate, an accept that binds the credits, parts, then the work.

Source: developer.topazlabs.com (video API) and github.com/tryAGI/Topaz OpenAPI, read on 22 November 2026.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from unplastic.rehearsal.stage import Job, Stage, tables
from unplastic.rehearsal.wire import Call, Json, Refused, Reply, Route, check_choice, check_fields, known_key, told

WORK = ("initializing", "preprocessing", "processing", "processing", "postprocessing")
PROGRESS = {"initializing": 0, "preprocessing": 5, "processing": 40, "postprocessing": 95, "complete": 100}
DAY_S = 86_400.0
PART_BYTES = 500_000_000
SOURCE = {"container", "size", "duration", "frameCount", "frameRate", "resolution", "external"}
OUTPUT = {
    "audioBitrate", "audioCodec", "audioTransfer", "container", "cropToFit", "dynamicCompressionLevel", "frameRate",
    "resolution", "videoBitrate", "videoEncoder", "videoProfile",
}  # fmt: skip
REFUSALS = {
    "key": (401, "UNAUTHORIZED"),
    "malformed": (400, "INVALID_INPUT"),
    "too-large": (400, "INVALID_INPUT"),
    "wrong-kind": (400, "INVALID_INPUT"),
    "content-input": (400, "INVALID_INPUT"),
    "face": (400, "INVALID_INPUT"),
    "model-not-open": (400, "INVALID_MODEL"),
    "model-retired": (400, "INVALID_MODEL"),
    "unknown": (404, "NOT_FOUND"),
    "credit": (402, "INSUFFICIENT_CREDITS"),
    "quota": (403, "FORBIDDEN"),
    "region": (403, "FORBIDDEN"),
    "rate": (429, "RATE_LIMITED"),
    "concurrency": (429, "RATE_LIMITED"),
    "overloaded": (503, "UNAVAILABLE"),
    "internal": (500, "INTERNAL_ERROR"),
}


@dataclass(frozen=True)
class Topaz:
    """``/topaz/video/``, with and without a slash at the end; parts go to ``/topaz/storage``."""

    name: ClassVar[str] = "topaz"
    late: ClassVar[frozenset[str]] = frozenset()
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """The flow of two phases; `put` takes no key, as a storage host does."""
        plain = [
            Route("GET", "/video/status", "models", self._status_of_all),
            Route("GET", "/video/history", "list", self._history),
            Route("POST", "/video", "create", self._create),
            Route("PATCH", "/video/{id}/accept", "accept", self._accept),
            Route("PATCH", "/video/{id}/complete-upload", "complete", self._complete),
            Route("GET", "/video/{id}/status", "poll", self._poll),
            Route("DELETE", "/video/{id}", "cancel", self._cancel),
            Route("PUT", "/storage/{id}/{part}", "upload", self._put, bare=True),
        ]
        return tuple(
            Route(each.method, each.path + slash, each.verb, each.act, each.bare)
            for each in plain
            for slash in ("", "/")
        )

    def unlock(self, call: Call) -> None:
        """``X-API-Key``."""
        known_key(call.headers.get("x-api-key", ""))

    def refusal(self, why: Refused) -> Reply:
        """``{"message", "errorCode"}``."""
        status, code = REFUSALS.get(why.kind, REFUSALS["internal"])
        return told({"message": why.message, "errorCode": code}, status)

    def _status_of_all(self, _: Call) -> Reply:
        models = list(tables("topaz")["frames_per_credit"])
        return told({"isAvailable": True, "availabilityMessage": "", "supportedModels": models})

    def _create(self, call: Call) -> Reply:
        body = call.json()
        needed = _check(body)
        model = body["filters"][0]["model"]
        job = self.stage.take(call, "topaz", model, ("requested",), body, str(uuid4()))
        low, high = math.ceil(needed), math.ceil(needed * 1.1)
        frames = body["source"]["frameCount"]
        job.notes |= {"credits": low, "estimates": {"cost": [low, high], "time": [2 * frames, 4 * frames]}, "parts": {}}
        job.callback = str((body.get("notifications") or {}).get("webhookUrl") or "")
        job.tell = lambda: {"requestId": job.id, "status": self.stage.state(job)}
        return told({"requestId": job.id, "estimates": job.notes["estimates"]})

    def _accept(self, call: Call) -> Reply:
        job = self._in_state(call, "requested")
        job.states, job.polls = ("accepted",), 0
        bound = job.notes["credits"]
        self.stage.charge(job, bound * tables("topaz")["usd_per_credit"], bound, "credits", "credits reserved")
        count = max(1, math.ceil(job.request["source"]["size"] / PART_BYTES))
        job.notes["count"] = count
        ticket = job.notes["ticket"] = uuid4().hex
        urls = [f"{self.stage.url}/topaz/storage/{job.id}/{part}?sig={ticket}" for part in range(1, count + 1)]
        return told({"uploadId": f"up-{job.id[:8]}", "urls": urls, "message": "Upload the source"}, 202)

    def _put(self, call: Call) -> Reply:
        """One part; a key that is sent to storage is refused, as storage refuses two ways of signing at once."""
        if {"x-api-key", "authorization"} & set(call.headers):
            return Reply(400, b"<Error><Code>InvalidArgument</Code></Error>", "application/xml")
        job = self.stage.find("topaz", call.path["id"])
        part = int(call.path["part"]) if call.path["part"].isdigit() else 0
        is_ours = call.first("sig") == job.notes.get("ticket") and 1 <= part <= job.notes["count"]
        if not is_ours or self.stage.state(job) != "accepted":
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        job.notes["parts"][part] = call.body
        tag = {} if call.ends("no-etag") else {"ETag": f'"{_etag(call.body)}"'}
        return Reply(200, headers=tag)

    def _complete(self, call: Call) -> Reply:
        job = self._in_state(call, "accepted")
        given = call.json().get("uploadResults")
        parts: dict[int, bytes] = job.notes["parts"]
        right = [{"partNum": part, "eTag": _etag(parts[part])} for part in sorted(parts)]
        if given != right or len(parts) != job.notes["count"]:
            raise Refused("malformed", "uploadResults does not match the parts that were uploaded")
        content = b"".join(parts[part] for part in sorted(parts))
        is_far_off = len(content) != job.request["source"]["size"]
        last = (
            "failed" if is_far_off or job.ending in ("fails", "content-output", "filtered", "expires") else "complete"
        )
        job.states, job.polls, job.created = (*WORK, last), 0, self.stage.now()
        job.notes["content"] = content
        if last == "failed":
            job.notes["why"] = "source does not match its description" if is_far_off else "processing failed"
            self.stage.refund(job, "failed")
        return told({"message": "Processing has begun"}, 202)

    def _poll(self, call: Call) -> Reply:
        job = self.stage.find("topaz", call.path["id"])
        return told(self._shown(job, self.stage.poll(job)))

    def _history(self, _: Call) -> Reply:
        rows = []
        for job in self.stage.of("topaz"):
            row: Json = {"requestId": job.id, "status": self.stage.state(job), "createdAt": int(job.created * 1000)}
            if self.stage.echo:
                row |= {name: job.request[name] for name in ("source", "filters", "output")}
            rows.append(row)
        return told({"requests": rows, "total": len(rows)})

    def _cancel(self, call: Call) -> Reply:
        job = self.stage.find("topaz", call.path["id"])
        state = self.stage.state(job)
        if state in ("complete", "failed", "canceled"):
            raise Refused("malformed", f"a request that is {state} cannot be cancelled")
        share = 1.0 - PROGRESS.get(state, 0) / 100
        self.stage.refund(job, f"cancelled while {state}", share)
        job.final = "canceled"
        return told({"message": "Request canceled"})

    def _in_state(self, call: Call, state: str) -> Job:
        job = self.stage.find("topaz", call.path["id"])
        if self.stage.state(job) != state:
            raise Refused("malformed", f"the request is {self.stage.state(job)}, not {state}")
        return job

    def _shown(self, job: Job, state: str) -> Json:
        shown: Json = {"status": state, "progress": PROGRESS.get(state, 0), "estimates": job.notes["estimates"]}
        if state == "failed":
            shown["message"] = job.notes["why"]
        if state == "complete":
            content, until = job.notes["content"], self.stage.now() + DAY_S
            address = self.stage.address("topaz", content, f"result.{job.request['source']['container']}", 0, until)
            shown |= {"averageFps": 1.9, "combinedFps": 7.4, "outputSize": str(len(content))}
            shown["download"] = {"url": address, "expiresIn": int(DAY_S * 1000), "expiresAt": int(until * 1000)}
        return shown


def _check(body: Json) -> float:
    """The credits that the job needs; raises `Refused` for whatever the service would refuse."""
    check_fields(body, {"source", "filters", "output", "notifications", "destination"})
    source, filters, output = body.get("source"), body.get("filters"), body.get("output")
    if not isinstance(source, dict) or not isinstance(output, dict) or not isinstance(filters, list) or not filters:
        raise Refused("malformed", "source, filters and output are required")
    check_fields(source, SOURCE, "source.")
    check_fields(output, OUTPUT, "output.")
    check_choice(source, "container", ("mp4", "mov", "mkv"))
    for name in ("size", "duration", "frameCount", "frameRate"):
        if not isinstance(source.get(name), int | float) or source[name] <= 0:
            raise Refused("malformed", f"source.{name} must be above 0")
    for whole, where in ((source, "source"), (output, "output")):
        size = whole.get("resolution")
        if not isinstance(size, dict) or any(type(size.get(side)) is not int for side in ("width", "height")):
            raise Refused("malformed", f"{where}.resolution needs width and height")
    _check_output(output)
    return sum(_credits(each, source, output) for each in filters)


def _check_output(output: Json) -> None:
    check_choice(output, "audioCodec", ("AAC", "AC3", "PCM"))
    check_choice(output, "audioTransfer", ("Copy", "Convert", "None"))
    check_choice(output, "videoEncoder", ("AV1", "H264", "H265", "ProRes", "VP9"))
    check_choice(output, "dynamicCompressionLevel", ("Low", "Mid", "High"))
    if "videoBitrate" in output and "dynamicCompressionLevel" in output:
        raise Refused("malformed", "give videoBitrate or dynamicCompressionLevel, not both")
    if output.get("videoEncoder") == "ProRes" and output.get("container", "mov") != "mov":
        raise Refused("malformed", "ProRes needs the container mov")
    if output.get("videoEncoder") == "VP9" and "videoBitrate" not in output:
        raise Refused("malformed", "VP9 needs videoBitrate")


def _credits(given: Json, source: Json, output: Json) -> float:
    model = given.get("model") if isinstance(given, dict) else None
    known = tables("topaz")["frames_per_credit"]
    if model not in known:
        raise Refused("model-retired", f"no model is called {model!r}")
    if model == "ast-2" and not 0 <= float(given.get("creativity", -1)) <= 1:
        raise Refused("malformed", "ast-2 needs creativity from 0 to 1")
    is_large = output["resolution"]["width"] * output["resolution"]["height"] > 1920 * 1200
    return source["frameCount"] / known[model][is_large]


def _etag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
