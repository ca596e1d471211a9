"""Recraft: portraits, drawn while the line is open.

Source: recraft.ai/docs/api-reference and the OpenAPI text of github.com/tryAGI/Recraft (August 2026); never run against
the live service. The answer to the order holds the pictures' addresses, which live for about a day: they are kept in
the job, so that a crash after the order loses nothing, and a portrait can be entered in another service's library from
there. An order whose answer was lost cannot be found again: there is no list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from unplastic.errors import BadKey, Busy, ContentInput, Credit, NoSuchJob, RateLimit, Refused, Region, RequestUnfit
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import moment, number, rows, words
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.http import Reply, Wire
from unplastic.providers.provider import (
    Cancelled,
    Fetched,
    Job,
    Listed,
    Output,
    Phase,
    PortraitRequest,
    Probe,
    Reference,
    Request,
    State,
    Submission,
)
from unplastic.providers.refusals import refuse
from unplastic.settings import Settings

KEY = "RECRAFT_API_TOKEN"
UNITS_PER_USD = 1000
ADDRESS_LIVES = timedelta(hours=24)
KINDS: Mapping[int, type[Refused]] = {
    401: BadKey, 402: Credit, 403: Region, 404: NoSuchJob, 429: RateLimit,
}  # fmt: skip


@dataclass(frozen=True)
class Recraft:
    """Recraft by its token ``RECRAFT_API_TOKEN``."""

    name: ClassVar[str] = "recraft"
    title: ClassVar[str] = "Recraft"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = ((KEY,),)
    key_from: ClassVar[str] = "recraft.ai/profile/api"
    lists: ClassVar[bool] = False

    wire: Wire

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's token, or the rehearsal's."""
        own = account(
            cls.name,
            settings,
            address="https://external.api.recraft.ai/v1",
            key_names=cls.key_names,
            key_from=cls.key_from,
            rehearsal_path="/recraft/v1",
        )
        return cls(Wire(own, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of its models."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By the picture; a failure is free."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Draw: one POST that waits for the pictures."""
        card = fit(self.name, request)
        if not isinstance(request, PortraitRequest):
            raise RequestUnfit(f"{self.title} draws pictures only", "ask another service")
        url = f"{self.wire.account.address}/images/generations"
        headers = {"Authorization": self.wire.account.bearer(KEY)}
        reply = self.wire.order("POST", url, headers=headers, body=_body(card, request))
        if not reply.is_good:
            raise _refusal(reply)
        told = reply.json()
        pictures = [each for each in rows(told, "data") if words(each, "url")]
        if not pictures:
            raise reply.broken("pictures were drawn and no address was told")
        units = number(told.get("credits"))
        handle = {
            "addresses": json.dumps([each["url"] for each in pictures]),
            "created": f"{number(told.get('created')) or ''}",
            **({} if units is None else {"usd": f"{units / UNITS_PER_USD}"}),
        }
        job = Job(self.name, words(pictures[0], "image_id") or request.mark, card.model, url, handle)
        return Submission(job, reply.text, None if units is None else units / UNITS_PER_USD)

    def poll(self, job: Job) -> State:
        """What the order answered: nothing is asked again."""
        made = moment(job.handle.get("created"))
        until = made + ADDRESS_LIVES if made else None
        outputs = tuple(Output(each, "image", until) for each in json.loads(job.handle.get("addresses", "[]")))
        usd = job.handle.get("usd")
        return State(Phase.SUCCEEDED, "drawn", 1.0, outputs, charge_usd=None if usd is None else float(usd))

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The pictures, while their addresses live."""
        return bring(self.wire, job, self.poll(job).outputs, folder, probe=probe)

    def cancel(self, job: Job) -> Cancelled:
        """Nothing to stop."""
        return Cancelled(False, f"{job.id} was drawn when it was ordered")

    def list(self, since: datetime) -> Iterator[Listed]:  # noqa: ARG002 - the interface has it
        """Nothing: it has no list of pictures."""
        return iter(())

    def register(self, reference: Reference) -> Reference:
        """Nothing to enter."""
        return reference


def _body(card: Capability, request: PortraitRequest) -> dict[str, Any]:
    """Only fields that the model knows: whether others are ignored or refused differs by model."""
    return {
        "prompt": request.prompt,
        "model": card.native,
        "size": f"{request.width_px}x{request.height_px}",
        "n": request.count,
        "response_format": "url",
        "image_format": "png",
        **({} if request.seed is None else {"random_seed": request.seed}),
        **({"negative_prompt": request.negative} if request.negative else {}),
        **request.options,
    }


def _refusal(reply: Reply) -> Refused:
    told = reply.loose_json()
    code, said = words(told, "code"), words(told, "message", "error") or reply.text
    kind = KINDS.get(reply.status, Busy if reply.status >= 500 else Refused)
    if "rejected" in code or "moderation" in said.lower():
        kind = ContentInput
    return refuse(kind, "recraft", f"{said} ({code or reply.status})")
