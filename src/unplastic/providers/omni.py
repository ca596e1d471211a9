"""Gemini Omni on Google's developer interface: interactions that run in the background.

Source: google-genai 3.4.0 (its interactions), read on 22 November 2026; never run against the live service. There is
no list: an order whose answer was lost waits for a person. A result's file wants the key, as no other service's does.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlsplit

from unplastic.errors import Expired, Refused, RequestUnfit
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import moment, rows, table, words
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.google_answers import filtered, google_failure, google_good, inline
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
from unplastic.settings import Settings

KEY = "GEMINI_API_KEY"
FILE_LIVES = timedelta(days=2)
PHASES = {
    "queued": Phase.QUEUED, "in_progress": Phase.RUNNING, "requires_action": Phase.RUNNING,
    "completed": Phase.SUCCEEDED, "failed": Phase.FAILED, "incomplete": Phase.FAILED, "budget_exceeded": Phase.FAILED,
    "cancelled": Phase.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True)
class Omni:
    """Gemini Omni by its key ``GEMINI_API_KEY``."""

    name: ClassVar[str] = "omni"
    title: ClassVar[str] = "Gemini Omni"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = ((KEY,),)
    key_from: ClassVar[str] = "aistudio.google.com/apikey"
    lists: ClassVar[bool] = False

    wire: Wire

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's key, or the rehearsal's."""
        own = account(
            cls.name,
            settings,
            address="https://generativelanguage.googleapis.com/v1",
            key_names=cls.key_names,
            key_from=cls.key_from,
            rehearsal_path="/gemini/v1",
        )
        return cls(Wire(own, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of its models."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By the second, where a price is known."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Order a clip in the background: one POST."""
        card = fit(self.name, request)
        if not isinstance(request, VideoRequest):
            raise RequestUnfit(f"{self.title} makes clips only", "ask another service")
        url = f"{self.wire.account.address}/interactions"
        reply = self.wire.order("POST", url, headers=self._key(), body=_body(card, request))
        told = google_good(reply, self.name)
        if not words(told, "id"):
            raise reply.broken("an interaction was begun and no id was told")
        known = prices.estimate(card, request)
        handle = {"usd": f"{known.high_usd}"} if known.is_known else {}
        return Submission(Job(self.name, told["id"], card.model, self.wire.account.address, handle), reply.text)

    def poll(self, job: Job) -> State:
        """One GET of the interaction."""
        reply = self.wire.read("GET", self._at(job), headers=self._key())
        told = google_good(reply, self.name)
        native = words(told, "status")
        if not native:
            raise reply.broken("the answer holds no interaction")
        phase = PHASES.get(native, Phase.RUNNING)
        if phase is Phase.SUCCEEDED:
            return _finished(told, native, job.handle)
        refusal = None
        if phase is Phase.FAILED:
            error = table(told, "error")
            refusal = google_failure(error, self.name) if error else refuse(Refused, self.name, f"it is {native}")
        return State(phase, native, refusal=refusal, charge_usd=0.0 if phase.is_final else None)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The clip; its file is kept for two days. The key goes to Google's own host only."""
        state = self.poll(job)
        if not state.outputs:
            raise state.refusal or refuse(Expired, self.name, f"the interaction is {state.native}, and has no result")
        is_home = urlsplit(state.outputs[0].address).netloc == urlsplit(self.wire.account.address).netloc
        return bring(self.wire, job, state.outputs, folder, probe=probe, headers=self._key() if is_home else None)

    def cancel(self, job: Job) -> Cancelled:
        """Stop it, unless it has ended."""
        state = self.poll(job)
        if state.phase.is_final:
            return Cancelled(False, f"the interaction is {state.native}")
        reply = self.wire.read("POST", f"{self._at(job)}/cancel", headers=self._key())
        return Cancelled(True) if reply.is_good else Cancelled(False, _said(reply))

    def list(self, since: datetime) -> Iterator[Listed]:  # noqa: ARG002 - the interface has it
        """Nothing: it has no list of interactions."""
        return iter(())

    def register(self, reference: Reference) -> Reference:
        """Nothing to enter: pictures go inside the request."""
        return reference

    def _at(self, job: Job) -> str:
        return f"{job.address}/interactions/{quote(job.id, safe='')}"

    def _key(self) -> Headers:
        return {"x-goog-api-key": self.wire.account.key(KEY)}


def _body(card: Capability, request: VideoRequest) -> dict[str, Any]:
    form = {
        "type": "video",
        "aspect_ratio": request.aspect,
        "resolution": request.size,
        "duration": f"{request.seconds:g}s",
        "delivery": "uri",
    }
    config: dict[str, Any] = {"video_config": {"task": _task(request)}}
    if request.seed is not None:
        config["seed"] = request.seed
    return {
        "model": card.native,
        "input": _input(request),
        "background": True,
        "store": True,
        "response_format": form,
        "generation_config": config,
        **request.options,
    }


def _task(request: VideoRequest) -> str:
    roles = {each.role for each in request.references}
    if "first_frame" in roles:
        return "image_to_video"
    return "reference_to_video" if roles else "text_to_video"


def _input(request: VideoRequest) -> Any:
    if not request.references:
        return request.prompt
    found: list[dict[str, Any]] = [{"type": "text", "text": request.prompt}]
    for each in request.references:
        text, kind = inline(each)
        found.append({"type": each.media, "data": text, "mime_type": kind})
    return found


def _finished(told: Mapping[str, Any], native: str, handle: Mapping[str, str]) -> State:
    """A completed interaction without a clip was filtered: nothing else makes one empty."""
    inside = [
        each for step in rows(told, "steps") if step.get("type") == "model_output" for each in rows(step, "content")
    ]
    video = next((each for each in inside if each.get("type") == "video"), table(told, "output_video"))
    output = _output(video, told)
    if output is None:
        said = [each.get("text") for each in inside]
        return State(Phase.FAILED, "filtered", refusal=filtered(said, "omni"), charge_usd=0.0)
    usd = handle.get("usd")
    return State(Phase.SUCCEEDED, native, 1.0, (output,), charge_usd=None if usd is None else float(usd))


def _output(video: Mapping[str, Any], told: Mapping[str, Any]) -> Output | None:
    if words(video, "data"):
        try:
            return Output("", "video", name="video.mp4", data=base64.b64decode(video["data"], validate=True))
        except binascii.Error:
            return None
    made = moment(told.get("created"))
    return Output(words(video, "uri"), "video", made + FILE_LIVES if made else None, "video.mp4") if words(
        video, "uri"
    ) else None  # fmt: skip


def _said(reply: Reply) -> str:
    return words(table(reply.loose_json(), "error"), "message") or f"HTTP {reply.status}"
