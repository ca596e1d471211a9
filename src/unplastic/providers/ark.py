"""Seedance on ModelArk (BytePlus): tasks that are created, polled, listed and, while they queue, cancelled.

Source: byteplus-python-sdk-v2 3.0.63 and docs.byteplus.com/en/docs/ModelArk/1520757, read on 22 November 2026. The
asset library, which takes AI-made portraits, is in `unplastic.providers.ark_library`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    FacePolicy,
    ModelNotOpen,
    ModelRetired,
    NoSuchJob,
    Quota,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
    TooLarge,
    WrongKind,
)
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import moment, number, table, words
from unplastic.providers.ark_library import Library
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.http import Headers, Reply, Wire
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
from unplastic.providers.upload import data_uri
from unplastic.settings import Settings

TASKS = "/contents/generations/tasks"
PAGE = 100
RESULT_LIVES = timedelta(hours=24)
PHASES = {
    "queued": Phase.QUEUED, "running": Phase.RUNNING, "succeeded": Phase.SUCCEEDED, "failed": Phase.FAILED,
    "cancelled": Phase.CANCELLED, "expired": Phase.EXPIRED,
}  # fmt: skip
PARTS = {"image": "image_url", "video": "video_url", "audio": "audio_url"}
ROLES = {"image": "reference_image", "video": "reference_video", "audio": "reference_audio"}
KINDS: tuple[tuple[str, type[Refused]], ...] = (
    ("InputImageSensitiveContentDetected.PrivacyInformation", FacePolicy),
    ("InputVideoSensitiveContentDetected.PrivacyInformation", FacePolicy),
    ("Input", ContentInput),
    ("Output", ContentOutput),
    ("AuthenticationError", BadKey),
    ("InvalidAccessKey", BadKey),
    ("AccountOverdueError", Credit),
    ("AccessDenied", Region),
    ("ModelNotOpen", ModelNotOpen),
    ("InvalidEndpoint", ModelRetired),
    ("QuotaExceeded", Quota),
    ("ServerOverloaded", Busy),
    ("InternalServiceError", Busy),
    ("RateLimitExceeded", RateLimit),
    ("ModelAccountRpmRateLimitExceeded", RateLimit),
    ("InvalidParameter.Oversize", TooLarge),
    ("InvalidParameter.Unsupported", WrongKind),
    ("ResourceNotFound", NoSuchJob),
    ("NotFound", NoSuchJob),
)
STATUSES: Mapping[int, type[Refused]] = {
    401: BadKey, 403: BadKey, 404: NoSuchJob, 413: TooLarge, 429: RateLimit,
}  # fmt: skip


@dataclass(frozen=True)
class Ark:
    """ModelArk, by its key ``ARK_API_KEY``. ``[providers.ark] address`` points it at Volcengine or another region."""

    name: ClassVar[str] = "ark"
    title: ClassVar[str] = "Seedance (BytePlus ModelArk)"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = (("ARK_API_KEY",),)
    key_from: ClassVar[str] = "console.byteplus.com/ark (API keys)"
    lists: ClassVar[bool] = True

    wire: Wire
    library: Library

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's key, or the rehearsal's."""
        own = account(
            cls.name,
            settings,
            address="https://ark.ap-southeast.bytepluses.com/api/v3",
            key_names=cls.key_names,
            key_from=cls.key_from,
            rehearsal_path="/ark/api/v3",
        )
        return cls(Wire(own, **line), Library.at(settings, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of the Seedance models."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By tokens: width x height x frames / 1024. Only a success is billed."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Order a clip: one POST."""
        card = fit(self.name, request)
        if not isinstance(request, VideoRequest):
            raise RequestUnfit(f"{self.title} makes clips only", "ask another service")
        body = _body(card, request)
        reply = self.wire.order("POST", self.wire.account.address + TASKS, headers=self._key(), body=body)
        told = _good(reply)
        if not isinstance(told.get("id"), str):
            raise reply.broken("a task was made and no id was told")
        job = Job(self.name, told["id"], card.model, self.wire.account.address, _rate(card, request))
        return Submission(job, reply.text)

    def poll(self, job: Job) -> State:
        """One GET of the task."""
        reply = self.wire.read("GET", self._task(job), headers=self._key())
        return _state(_good(reply), reply, job.handle)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The clip, and its last frame if it was asked for; the addresses live for 24 hours."""
        state = self.poll(job)
        if not state.outputs:
            raise refuse(Expired, self.name, f"the task is {state.native}, and has no result")
        return bring(self.wire, job, state.outputs, folder, probe=probe)

    def cancel(self, job: Job) -> Cancelled:
        """A task that queues is cancelled and costs nothing; one that runs cannot be stopped.

        A finished task is left alone: the same call would delete its record.
        """
        state = self.poll(job)
        if state.phase is not Phase.QUEUED:
            return Cancelled(False, f"the task is {state.native}: only a queued one can be cancelled")
        reply = self.wire.read("DELETE", self._task(job), headers=self._key())
        if reply.is_good:
            return Cancelled(True, "", 0.0)
        return Cancelled(False, _refusal(reply).message)

    def list(self, since: datetime) -> Iterator[Listed]:
        """Its tasks of the last seven days, newest first."""
        page = 1
        while True:
            reply = self.wire.read(
                "GET", self.wire.account.address + TASKS, headers=self._key(),
                params={"page_num": page, "page_size": PAGE},
            )  # fmt: skip
            told = _good(reply)
            if not isinstance(told.get("items"), list):
                raise reply.broken("the list of tasks has no items")
            yield from (each for each in (self._listed(row, reply) for row in told["items"]) if _after(each, since))
            if page * PAGE >= int(told.get("total") or 0) or not told["items"]:
                return
            page += 1

    def register(self, reference: Reference) -> Reference:
        """A character's picture at an https address is entered in the asset library; all else stays as it is."""
        return self.library.enter(reference) if reference.role == "character" else reference

    def _listed(self, row: Mapping[str, Any], reply: Reply) -> Listed:
        job = Job(self.name, str(row.get("id")), str(row.get("model")), self.wire.account.address, _rate_of(row))
        when = moment(row.get("created_at"))
        echo = {ours: row[theirs] for ours, theirs in ECHOED.items() if row.get(theirs) is not None}
        return Listed(job, when, _state(row, reply, {}), echo)

    def _task(self, job: Job) -> str:
        return f"{job.address}{TASKS}/{quote(job.id, safe='')}"

    def _key(self) -> Headers:
        return {"Authorization": self.wire.account.bearer("ARK_API_KEY")}


ECHOED = {
    "seed": "seed", "size": "resolution", "aspect": "ratio", "seconds": "duration", "audio": "generate_audio",
}  # fmt: skip


def _after(listed: Listed, since: datetime) -> bool:
    return listed.created is None or listed.created >= since


def _body(card: Capability, request: VideoRequest) -> dict[str, Any]:
    """The task. ``watermark`` and sound are always said, because their defaults are on."""
    return {
        "model": card.native,
        "content": [{"type": "text", "text": request.prompt}, *(_part(each) for each in request.references)],
        "resolution": request.size,
        "ratio": request.aspect,
        "duration": -1 if request.seconds is None else int(request.seconds),
        "watermark": False,
        "generate_audio": request.audio,
        **({} if request.seed is None else {"seed": request.seed}),
        **request.options,
    }


def _part(reference: Reference) -> dict[str, Any]:
    is_frame = reference.role in {"first_frame", "last_frame"}
    kind = PARTS[reference.media]
    return {
        "type": kind,
        kind: {"url": data_uri(reference)},
        "role": reference.role if is_frame else ROLES[reference.media],
    }


def _good(reply: Reply) -> dict[str, Any]:
    if not reply.is_good:
        raise _refusal(reply)
    return reply.json()


def _refusal(reply: Reply) -> Refused:
    error = table(reply.loose_json(), "error")
    return _kind(str(error.get("code") or ""), str(error.get("message") or reply.text), reply.status)


def _kind(code: str, said: str, status: int = 200) -> Refused:
    kind = next((kind for start, kind in KINDS if code.startswith(start)), None)
    return refuse(kind or STATUSES.get(status, Busy if status >= 500 else Refused), "ark", f"{said} ({code})")


def _rate(card: Capability, request: VideoRequest) -> dict[str, str]:
    """The price that the job was ordered at: tomorrow's card may say another."""
    price = prices.price(card, request)
    known = price is not None and price.unit == "token_million" and price.usd is not None
    return {"usd_per_token_million": f"{price.usd}"} if price and known else {}


def _rate_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The price of a job that was found again: today's, and the higher one where a clip went in or not."""
    size = words(row, "resolution")
    found = [price.usd for card in cards("ark") if card.native == row.get("model") for price in card.prices
             if price.unit == "token_million" and price.when.get("size", size) == size and price.usd]  # fmt: skip
    return {"usd_per_token_million": f"{max(found)}"} if found else {}


def _state(task: Mapping[str, Any], reply: Reply, handle: Mapping[str, str]) -> State:
    native = str(task.get("status"))
    phase = PHASES.get(native, Phase.RUNNING)
    error, usage = table(task, "error"), table(task, "usage")
    refusal = None
    if phase is Phase.FAILED:
        refusal = _kind(str(error.get("code") or ""), str(error.get("message") or "the task failed"))
    spent = number(usage.get("completion_tokens")) or 0.0
    return State(
        phase,
        native,
        progress=1.0 if phase is Phase.SUCCEEDED else None,
        outputs=_outputs(task, reply) if phase is Phase.SUCCEEDED else (),
        refusal=refusal,
        charge_usd=_charge(task, phase, spent, handle),
        usage={"tokens": spent} if spent else {},
        seed=task.get("seed"),
    )


def _outputs(task: Mapping[str, Any], reply: Reply) -> tuple[Output, ...]:
    content, updated = table(task, "content"), moment(task.get("updated_at"))
    clip, last = words(content, "video_url"), words(content, "last_frame_url")
    if not clip:
        raise reply.broken("the task succeeded and has no clip")
    until = updated + RESULT_LIVES if updated else None
    return (Output(clip, "video", until), *((Output(last, "image", until),) if last else ()))


def _charge(task: Mapping[str, Any], phase: Phase, spent: float, handle: Mapping[str, str]) -> float | None:
    """Only a success is billed, by its tokens; where no price was known when it was ordered, none is now."""
    if phase.is_final and phase is not Phase.SUCCEEDED:
        return 0.0
    if not spent or "usd_per_token_million" not in handle:
        return None
    half = 0.5 if task.get("service_tier") == "flex" else 1.0
    return round(half * spent * float(handle["usd_per_token_million"]) / 1e6, 6)
