"""Runway: Gen-4.5 with more than 8 bits, Gen-4 Turbo, and other makers' models under the same tasks.

Source: runwayml 5.24.0 and docs.dev.runwayml.com, read on 22 November 2026. There is no list of tasks: an order whose
answer was lost waits for a person. What its moderation refuses on input is taken, charged, and then fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import quote

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    Expired,
    NoSuchJob,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
    TooLarge,
    WrongKind,
)
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import number, table, words
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.http import Headers, Parts, Reply, Wire
from unplastic.providers.provider import (
    Cancelled,
    Fetched,
    Job,
    Listed,
    Output,
    Phase,
    Probe,
    Reference,
    Request,
    State,
    Submission,
    VideoRequest,
)
from unplastic.providers.refusals import refuse
from unplastic.providers.upload import data_uri, media_type
from unplastic.settings import Settings

VERSION = "2024-11-06"
USD_PER_CREDIT = 0.01
INLINE_BYTES_MAX = 3_500_000
"""Of a picture: its text may have 5 MB."""
FRAMES_FIRST = {"gen4_turbo"}
TIERS = {"720p": "standard", "1080p": "pro", "4k": "4k"}
RATIOS = {
    ("720p", "16:9"): "1280:720", ("720p", "9:16"): "720:1280", ("720p", "1:1"): "960:960",
    ("1080p", "16:9"): "1920:1080", ("1080p", "9:16"): "1080:1920", ("1080p", "1:1"): "1440:1440",
    ("4k", "16:9"): "3840:2160", ("4k", "9:16"): "2160:3840", ("4k", "1:1"): "2880:2880",
}  # fmt: skip
RATIOS_OF = {
    "gen4_turbo": {("720p", "4:3"): "1104:832", ("720p", "3:4"): "832:1104", ("720p", "21:9"): "1584:672"},
    "seedance2": {
        ("720p", "4:3"): "1112:834", ("720p", "3:4"): "834:1112", ("720p", "21:9"): "1470:630",
        ("1080p", "4:3"): "1664:1248", ("1080p", "3:4"): "1248:1664", ("1080p", "21:9"): "2206:946",
    },
}  # fmt: skip
PHASES = {
    "PENDING": Phase.QUEUED, "THROTTLED": Phase.QUEUED, "RUNNING": Phase.RUNNING, "SUCCEEDED": Phase.SUCCEEDED,
    "FAILED": Phase.FAILED, "CANCELLED": Phase.CANCELLED,
}  # fmt: skip
FAILURES: tuple[tuple[str, type[Refused]], ...] = (
    ("SAFETY.INPUT", ContentInput),
    ("INPUT_PREPROCESSING.SAFETY", ContentInput),
    ("SAFETY.OUTPUT", ContentOutput),
    ("ASSET.INVALID", WrongKind),
    ("INTERNAL", Busy),
    ("THIRD_PARTY", Busy),
)
KINDS: Mapping[int, type[Refused]] = {
    401: BadKey, 402: Credit, 403: Region, 404: NoSuchJob, 413: TooLarge, 429: RateLimit,
}  # fmt: skip


@dataclass(frozen=True)
class Runway:
    """Runway by its key ``RUNWAYML_API_SECRET``."""

    name: ClassVar[str] = "runway"
    title: ClassVar[str] = "Runway"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = (("RUNWAYML_API_SECRET",),)
    key_from: ClassVar[str] = "dev.runwayml.com (API keys)"
    lists: ClassVar[bool] = False

    wire: Wire

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's key, or the rehearsal's."""
        base = "https://api.dev.runwayml.com"
        own = account(cls.name, settings, address=base, key_names=cls.key_names, key_from=cls.key_from)
        return cls(Wire(own, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of the models that it carries."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By the second; the service's own figure comes with the order."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Send large files up (free), then order once."""
        card = fit(self.name, request)
        if not isinstance(request, VideoRequest):
            raise RequestUnfit(f"{self.title} is asked for clips only here", "ask another service")
        key = self._key()
        kind, body = _kind_and_body(card, request, [self.register(each) for each in request.references])
        reply = self.wire.order("POST", f"{self.wire.account.address}/v1/{kind}", headers=key, body=body)
        told = _good(reply)
        if not words(told, "id"):
            raise reply.broken("a task was made and no id was told")
        job = Job(self.name, told["id"], card.model, self.wire.account.address)
        return Submission(job, reply.text, _usd(table(told, "estimatedCost")))

    def poll(self, job: Job) -> State:
        """One GET of the task; ask no more often than every five seconds."""
        reply = self.wire.read("GET", self._task(job), headers=self._key())
        return _state(_good(reply), reply)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The clip. Its address lives for a day or two, and every poll gives a fresh one."""
        state = self.poll(job)
        if not state.outputs:
            raise state.refusal or refuse(Expired, self.name, f"the task is {state.native}, and has no result")
        return bring(self.wire, job, state.outputs, folder, probe=probe)

    def cancel(self, job: Job) -> Cancelled:
        """Stop it. A finished task is left alone: the same call would delete it, and its result."""
        state = self.poll(job)
        if state.phase.is_final:
            return Cancelled(False, f"the task is {state.native}")
        reply = self.wire.read("DELETE", self._task(job), headers=self._key())
        return Cancelled(True) if reply.is_good else Cancelled(False, _refusal(reply).message)

    def list(self, since: datetime) -> Iterator[Listed]:  # noqa: ARG002 - the interface has it
        """Nothing: it has no list of tasks."""
        return iter(())

    def register(self, reference: Reference) -> Reference:
        """A small picture goes inside the request; a larger one, a clip or a sound goes up for a day."""
        path = reference.path
        if path is None or reference.address or (reference.media == "image" and _is_small(path)):
            return reference
        body = {"filename": path.name, "type": "ephemeral"}
        reply = self.wire.read("POST", f"{self.wire.account.address}/v1/uploads", headers=self._key(), body=body)
        told = _good(reply)
        fields, address, mine = table(told, "fields"), words(told, "uploadUrl"), words(told, "runwayUri")
        is_safe = address.startswith("https://") or self.wire.account.is_rehearsal
        if not mine or not is_safe:
            raise reply.broken("the place to upload to is none")
        parts: Parts = [(name, (None, str(value), None)) for name, value in fields.items()]
        parts.append(("file", (path.name, path.read_bytes(), media_type(path))))
        stored = self.wire.send_bytes("POST", address, parts=parts)
        if not stored.is_good:
            raise Busy(f"{self.name}: the upload of {path.name} was not taken (HTTP {stored.status})", "run it again")
        return replace(reference, address=mine, path=None)

    def _task(self, job: Job) -> str:
        return f"{job.address}/v1/tasks/{quote(job.id, safe='')}"

    def _key(self) -> Headers:
        return {"Authorization": self.wire.account.bearer("RUNWAYML_API_SECRET"), "X-Runway-Version": VERSION}


def _is_small(path: Path) -> bool:
    return path.stat().st_size <= INLINE_BYTES_MAX


def _kind_and_body(card: Capability, request: VideoRequest, references: list[Reference]) -> tuple[str, dict[str, Any]]:
    """The kind of task and its body: frames make it image_to_video, free references stay text_to_video."""
    frames = [each for each in references if each.role in {"first_frame", "last_frame"}]
    if not frames and card.native in FRAMES_FIRST:
        raise RequestUnfit(f"{card.title} begins from a first frame", "give one, or choose Gen-4.5")
    body: dict[str, Any] = {
        "model": f"{card.native}_{TIERS[request.size]}" if card.native == "kling3.0" else card.native,
        "promptText": request.prompt,
        "duration": "auto" if request.seconds is None else int(request.seconds),
    }
    ratio = RATIOS_OF.get(card.native, {}).get((request.size, request.aspect)) or RATIOS.get(
        (request.size, request.aspect)
    )
    if ratio is None:
        raise RequestUnfit(f"{card.title} has no {request.aspect} at {request.size}", "choose 16:9 or 9:16")
    body["ratio"] = ratio
    if card.limits.audio == "option":
        body["audio"] = request.audio
    if request.negative:
        body["negativePrompt"] = request.negative
    if request.seed is not None:
        body["seed"] = request.seed
    if frames:
        images = [{"uri": data_uri(each), "position": each.role.partition("_")[0]} for each in frames]
        return "image_to_video", {**body, "promptImage": images, **request.options}
    return "text_to_video", {**body, **_references(references), **request.options}


def _references(references: list[Reference]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in references:
        if each.media == "image":
            found.setdefault("references", []).append({"uri": data_uri(each)})
        else:
            name = {"video": "referenceVideos", "audio": "referenceAudio"}[each.media]
            found.setdefault(name, []).append({"type": each.media, "uri": each.address})
    return found


def _good(reply: Reply) -> dict[str, Any]:
    if not reply.is_good:
        raise _refusal(reply)
    return reply.json()


def _refusal(reply: Reply) -> Refused:
    said = words(reply.loose_json(), "error", "message") or reply.text
    kind = KINDS.get(reply.status, Busy if reply.status >= 500 else Refused)
    return refuse(Credit if "credit" in said.lower() else kind, "runway", said)


def _usd(cost: Mapping[str, Any]) -> float | None:
    credits_spent = number(cost.get("credits"))
    return None if credits_spent is None else round(credits_spent * USD_PER_CREDIT, 6)


def _state(task: Mapping[str, Any], reply: Reply) -> State:
    native = words(task, "status")
    if not native:
        raise reply.broken("the answer holds no task")
    phase = PHASES.get(native, Phase.RUNNING)
    refusal = None
    if phase is Phase.FAILED:
        code = words(task, "failureCode")
        kind = next((kind for start, kind in FAILURES if code.startswith(start)), Refused)
        refusal = refuse(kind, "runway", f"{words(task, 'failure') or 'the task failed'} ({code or 'no code'})")
    addresses = task.get("output")
    outputs = tuple(Output(each, "video") for each in addresses if isinstance(each, str)) if isinstance(
        addresses, list
    ) else ()  # fmt: skip
    if phase is Phase.SUCCEEDED and not outputs:
        raise reply.broken("the task succeeded and has no output")
    return State(
        phase,
        native,
        progress=number(task.get("progress")),
        outputs=outputs if phase is Phase.SUCCEEDED else (),
        refusal=refusal,
        charge_usd=_usd(table(task, "cost")),
    )
