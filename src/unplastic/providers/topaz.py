"""Topaz's upscalers: a free create that tells the price, an accept that binds it, then the clip in parts.

Source: developer.topazlabs.com and the OpenAPI text of github.com/tryAGI/Topaz, read on 22 November 2026. The express
way has no gate before the money and is not used. The clip goes up with the first poll that finds the order accepted:
so the order's id is in the books before a long upload begins, and a crash in the middle costs nothing but the upload.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Self
from urllib.parse import quote

from unplastic.errors import (
    Ambiguous,
    BadKey,
    Busy,
    Credit,
    Expired,
    GivenBack,
    ModelNotOpen,
    NoSuchJob,
    NotSent,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
    TooLarge,
)
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import moment, number, table
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
    UpscaleRequest,
)
from unplastic.providers.refusals import refuse
from unplastic.settings import Settings

PIECE_BYTES = 1 << 20
CREATIVITY = 0.2
"""Of Astra, unless the request says another: low, because it may change a face."""
PHASES = {
    "requested": Phase.QUEUED, "accepted": Phase.QUEUED, "initializing": Phase.QUEUED, "preprocessing": Phase.RUNNING,
    "processing": Phase.RUNNING, "postprocessing": Phase.RUNNING, "complete": Phase.SUCCEEDED, "failed": Phase.FAILED,
    "canceling": Phase.RUNNING, "canceled": Phase.CANCELLED, "cancelled": Phase.CANCELLED,
}  # fmt: skip
KINDS: Mapping[int, type[Refused]] = {
    401: BadKey, 402: Credit, 403: Region, 404: NoSuchJob, 413: TooLarge, 429: RateLimit,
}  # fmt: skip
CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "mkv"}


@dataclass(frozen=True)
class Topaz:
    """Topaz by its key ``TOPAZ_API_KEY``. ``usd_per_credit`` of ``[providers.topaz]`` is what the plan says."""

    name: ClassVar[str] = "topaz"
    title: ClassVar[str] = "Topaz Labs"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = (("TOPAZ_API_KEY",),)
    key_from: ClassVar[str] = "topazlabs.com/account (API keys)"
    lists: ClassVar[bool] = True

    wire: Wire

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's key, or the rehearsal's."""
        own = account(
            cls.name, settings, address="https://api.topazlabs.com", key_names=cls.key_names, key_from=cls.key_from
        )
        return cls(Wire(own, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of its upscalers."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By frames a credit, from the card; the service's own figure is looked at before the order is accepted."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Create (free), compare its price with the card's, accept once.

        Raises `RequestUnfit` where the service asks more than the card says: nothing is bound then.
        """
        card = fit(self.name, request)
        if not isinstance(request, UpscaleRequest):
            raise RequestUnfit(f"{self.title} upscales clips only", "ask another service")
        made, told = self._create(_body(card, request))
        self._check_price(request, card, told)
        reply = self.wire.order("PATCH", self._at(made, "accept"), headers=self._key())
        accepted = _good(reply)
        urls = accepted.get("urls")
        if not isinstance(urls, list) or not urls:
            raise reply.broken("the request was accepted and no address to upload to was told")
        handle = {
            "upload": json.dumps(urls),
            "source": str(request.source.path or ""),
            "bytes": str(request.source.bytes),
            "usd_per_credit": f"{self._usd_per_credit(card, request)}",
        }
        return Submission(Job(self.name, made, card.model, self.wire.account.address, handle), reply.text)

    def poll(self, job: Job) -> State:
        """One GET; where the service waits for the clip, the clip goes up now.

        An order that was found again after its answer was lost has no address to upload to: it is cancelled, which
        gives everything back, because it would wait for ever. One that is found cancelled was so by an earlier life.
        """
        reply = self.wire.read("GET", self._at(job.id, "status", job.address), headers=self._key())
        told = _good(reply)
        is_unfed = "upload" not in job.handle and told.get("status") in {"accepted", "canceled"}
        if is_unfed and told["status"] == "accepted":
            _good(self.wire.read("DELETE", self._at(job.id, address=job.address), headers=self._key()))
        elif told.get("status") == "accepted":
            self._upload(job)
        return _given_back() if is_unfed else _state(told, reply, job.handle)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The clip. Its address lives for 24 hours, and a new poll gives a new one for seven days."""
        state = self.poll(job)
        if not state.outputs:
            raise refuse(Expired, self.name, f"the request is {state.native}, and has no result")
        return bring(self.wire, job, state.outputs, folder, probe=probe)

    def cancel(self, job: Job) -> Cancelled:
        """Stop it in any state; what has not been worked on is given back."""
        before = self.poll(job)
        if before.phase.is_final:
            return Cancelled(False, f"the request is {before.native}")
        reply = self.wire.read("DELETE", self._at(job.id, address=job.address), headers=self._key())
        if not reply.is_good:
            return Cancelled(False, _refusal(reply).message)
        share = 1.0 - (before.progress or 0.0)
        refund = None if before.charge_usd is None else round(share * before.charge_usd, 6)
        return Cancelled(True, "what was worked on stays charged", refund)

    def list(self, since: datetime) -> Iterator[Listed]:
        """Its requests, newest first; those that were never accepted cost nothing and are left out."""
        reply = self.wire.read("GET", f"{self.wire.account.address}/video/history", headers=self._key())
        rows = _good(reply).get("requests")
        if not isinstance(rows, list):
            raise reply.broken("the history has no requests")
        for row in rows:
            when = moment(row.get("createdAt"), per_second=1000)
            if row.get("status") != "requested" and (when is None or when >= since):
                yield self._listed(row, when)

    def register(self, reference: Reference) -> Reference:
        """Nothing to enter: the clip goes up with the order."""
        return reference

    def _listed(self, row: Mapping[str, Any], when: datetime | None) -> Listed:
        native = str(row.get("status"))
        source, output = table(row, "source"), table(row, "output", "resolution")
        echo = {
            "source.bytes": source.get("size"),
            "frames": source.get("frameCount"),
            "width_px": output.get("width"),
            "height_px": output.get("height"),
        }
        job = Job(self.name, str(row.get("requestId")), "", self.wire.account.address)
        state = State(PHASES.get(native, Phase.RUNNING), native)
        return Listed(job, when, state, {name: value for name, value in echo.items() if value is not None})

    def _create(self, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The id and the answer. A create is free: one that was lost is an order that was not sent."""
        try:
            reply = self.wire.order("POST", f"{self.wire.account.address}/video/", headers=self._key(), body=body)
        except Ambiguous as lost:
            raise NotSent(f"{lost.message}; a create costs nothing", "run it again") from None
        told = _good(reply)
        if not isinstance(told.get("requestId"), str):
            raise reply.broken("a request was made and no id was told")
        return told["requestId"], told

    def _check_price(self, request: UpscaleRequest, card: Capability, told: Mapping[str, Any]) -> None:
        cost = table(told, "estimates").get("cost")
        most = prices.estimate(card, request).high_usd
        if most is None or not isinstance(cost, list) or not cost or not isinstance(cost[-1], int | float):
            return
        asked = cost[-1] * self._usd_per_credit(card, request)
        if asked > most + 0.005:
            what = f"{self.title} asks ${asked:.2f}, and its card says ${most:.2f}; nothing was accepted"
            raise RequestUnfit(what, "the price has changed: put it into providers/topaz.toml (docs/providers.md)")

    def _usd_per_credit(self, card: Capability, request: UpscaleRequest) -> float:
        price = prices.price(card, request)
        own = self.wire.account.options.get("usd_per_credit")
        return float(own) if isinstance(own, int | float) else (price.usd if price and price.usd else 0.0)

    def _upload(self, job: Job) -> None:
        """Every part again, whatever went up before: an address takes its part as often as it is sent.

        Raises `RequestUnfit` where the clip is gone or is another than was ordered.
        """
        path, urls = Path(job.handle["source"]), json.loads(job.handle["upload"])
        length = path.stat().st_size if path.is_file() else 0
        if length != int(job.handle["bytes"]):
            raise RequestUnfit(f"{path} is not the clip that was ordered", "put it back; the order waits for it")
        share = -(-length // len(urls))
        results = []
        with path.open("rb") as file:
            for number, url in enumerate(urls, 1):
                tag = self._part(url, file, min(share, length - file.tell()))
                results.append({"partNum": number, "eTag": tag})
        body = {"uploadResults": results}
        reply = self.wire.read(
            "PATCH", self._at(job.id, "complete-upload", job.address), headers=self._key(), body=body
        )
        _good(reply)

    def _part(self, url: str, file: BinaryIO, length: int) -> str:
        start, why = file.tell(), ""
        for turn in range(3):
            if turn:
                self.wire.sleep(2.0**turn)
            file.seek(start)
            headers = {"Content-Type": "video/mp4", "Content-Length": str(length)}
            reply = self.wire.send_bytes("PUT", url, content=_pieces(file, length), headers=headers)
            tag = reply.headers.get("etag", "").strip('"')
            if reply.is_good and tag:
                return tag
            why = f"HTTP {reply.status}" if not reply.is_good else "it gave no checksum"
        raise Busy(f"topaz: the upload was not taken ({why})", "run it again; the order waits for the clip")

    def _at(self, request: str, what: str = "", address: str = "") -> str:
        end = f"/{what}" if what else ""
        return f"{address or self.wire.account.address}/video/{quote(request, safe='')}{end}"

    def _key(self) -> Headers:
        return {"X-API-Key": self.wire.account.key("TOPAZ_API_KEY")}


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (piece := file.read(min(PIECE_BYTES, length))):
        length -= len(piece)
        yield piece


def _body(card: Capability, request: UpscaleRequest) -> dict[str, Any]:
    """What it is, measured, and what is to be made of it; the service looks again after the upload."""
    source, path = request.source, request.source.path
    if path is None or not os.access(path, os.R_OK):
        raise RequestUnfit("the clip to upscale is not a file that can be read", "give a local file")
    container = CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise RequestUnfit(f"{card.title} takes mp4, mov and mkv, not {path.suffix}", "convert it first")
    creative = {"creativity": CREATIVITY} if card.native == "ast-2" else {}
    return {
        "source": {
            "container": container,
            "size": source.bytes,
            "duration": round(source.seconds, 3),
            "frameCount": request.frames,
            "frameRate": request.fps,
            "resolution": {"width": source.width_px, "height": source.height_px},
        },
        "filters": [{"model": card.native, **creative, **request.options}],
        "output": {
            "resolution": {"width": request.width_px, "height": request.height_px},
            "frameRate": request.fps,
            "audioCodec": "AAC",
            "audioTransfer": "Copy" if request.audio else "None",
            "videoEncoder": request.encoder,
            "videoProfile": request.profile,
            "container": request.container,
        },
    }


def _good(reply: Reply) -> dict[str, Any]:
    if not reply.is_good:
        raise _refusal(reply)
    return reply.json()


def _refusal(reply: Reply) -> Refused:
    told = reply.loose_json()
    code = str(told.get("errorCode") or "")
    kind = KINDS.get(reply.status, Busy if reply.status >= 500 else Refused)
    if code == "INVALID_MODEL":
        kind = ModelNotOpen
    return refuse(kind, "topaz", f"{told.get('message') or reply.text} ({code or reply.status})")


def _state(told: Mapping[str, Any], reply: Reply, handle: Mapping[str, str]) -> State:
    native = str(told.get("status"))
    phase = PHASES.get(native, Phase.RUNNING)
    refusal = None
    if phase is Phase.FAILED:
        refusal = refuse(Refused, "topaz", str(told.get("message") or "the request failed"))
    progress = number(told.get("progress"))
    cost = table(told, "estimates").get("cost")
    spent = float(cost[-1] if phase is not Phase.SUCCEEDED else cost[0]) if isinstance(cost, list) and cost else None
    return State(
        phase,
        native,
        progress=None if progress is None else min(1.0, progress / 100),
        outputs=_outputs(told, reply) if phase is Phase.SUCCEEDED else (),
        refusal=refusal,
        charge_usd=_charge(phase, spent, handle),
        usage={"credits": spent} if spent else {},
    )


def _given_back() -> State:
    """No clip of it ever went up, so that nothing can have been worked on."""
    why = "the answer that said where to upload was lost; cancelled and given back"
    return State(Phase.CANCELLED, "canceled", refusal=refuse(GivenBack, "topaz", why), charge_usd=0.0)


def _outputs(told: Mapping[str, Any], reply: Reply) -> tuple[Output, ...]:
    """``expiresAt`` counts milliseconds; ``expiresIn`` is read in two ways by the clients that are known."""
    download = table(told, "download")
    if not isinstance(download.get("url"), str):
        raise reply.broken("the request is complete and has no result")
    return (Output(download["url"], "video", moment(download.get("expiresAt"), per_second=1000)),)


def _charge(phase: Phase, credits_spent: float | None, handle: Mapping[str, str]) -> float | None:
    """A failure is given back in full; a cancelled one by what is left, which the service does not tell here."""
    if phase is Phase.FAILED:
        return 0.0
    rate = float(handle.get("usd_per_credit") or 0)
    return round(credits_spent * rate, 6) if credits_spent and rate and phase is not Phase.CANCELLED else None
