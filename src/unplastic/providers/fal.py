"""fal: a queue in front of most models, by one key.

Source: fal.ai/docs (queue, errors, storage) and fal-client 1.0.3, read on 22 November 2026. A job that failed is
``COMPLETED`` with an ``error``, or its answer is an HTTP error: both are failures here. There is no list of requests,
so an order whose answer was lost waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    Expired,
    ModelRetired,
    NoSuchJob,
    RateLimit,
    Refused,
    Region,
)
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import number, rows, table, words
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.fal_inputs import endpoint_and_input
from unplastic.providers.http import Headers, Reply, Wire
from unplastic.providers.provider import (
    Cancelled,
    Fetched,
    Job,
    Listed,
    Media,
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
from unplastic.providers.upload import media_type
from unplastic.settings import Settings

REST = "https://rest.fal.ai"
POLICY = "content_policy_violation"
PHASES = {"IN_QUEUE": Phase.QUEUED, "IN_PROGRESS": Phase.RUNNING, "COMPLETED": Phase.SUCCEEDED}
KINDS: Mapping[int, type[Refused]] = {401: BadKey, 402: Credit, 403: Region, 404: ModelRetired, 429: RateLimit}
RESULTS: Mapping[str, Media] = {"video": "video", "image": "image", "audio": "audio"}


@dataclass(frozen=True)
class Fal:
    """fal by its key ``FAL_KEY``."""

    name: ClassVar[str] = "fal"
    title: ClassVar[str] = "fal"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = (("FAL_KEY",),)
    key_from: ClassVar[str] = "fal.ai/dashboard/keys"
    lists: ClassVar[bool] = False

    wire: Wire

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's key, or the rehearsal's."""
        own = account(
            cls.name, settings, address="https://queue.fal.run", key_names=cls.key_names, key_from=cls.key_from
        )
        return cls(Wire(own, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of the models behind it."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By the second or the picture; only a success is billed."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Send local files to its storage (free), then order once. The queue's own repeats are switched off."""
        card = fit(self.name, request)
        key = self._key()
        endpoint, body = endpoint_and_input(card, request, self._addresses(request))
        headers = {**key, "x-fal-no-retry": "1"}
        reply = self.wire.order("POST", f"{self.wire.account.address}/{endpoint}", headers=headers, body=body)
        if not reply.is_good:
            raise _refusal(reply, ContentInput)
        told = reply.json()
        handle = {name: words(told, f"{name}_url") for name in ("status", "response", "cancel")}
        if not words(told, "request_id") or not all(self._is_ours(each) for each in handle.values()):
            raise reply.broken("the queue took a request and did not say where to ask for it")
        known = self.estimate(request)
        if known.is_known and known.low_usd == known.high_usd:
            handle["usd"] = f"{known.high_usd}"
        return Submission(Job(self.name, told["request_id"], card.model, self.wire.account.address, handle), reply.text)

    def poll(self, job: Job) -> State:
        """One GET of the status; and one of the answer, once there is one."""
        reply = self.wire.read("GET", self._ours(job, "status"), headers=self._key())
        if not reply.is_good:
            raise _refusal(reply, ContentOutput, {404: NoSuchJob})
        told = reply.json()
        native = words(told, "status") or "no status"
        phase = PHASES.get(native, Phase.RUNNING)
        if phase is not Phase.SUCCEEDED:
            return State(phase, native)
        if words(told, "error", "error_type"):
            return _failed(words(told, "error_type"), words(told, "error") or "the run failed", native)
        return self._answer(job, native)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The files of its answer."""
        state = self.poll(job)
        if not state.outputs:
            raise state.refusal or refuse(Expired, self.name, f"the request is {state.native}, and has no result")
        return bring(self.wire, job, state.outputs, folder, probe=probe)

    def cancel(self, job: Job) -> Cancelled:
        """Ask the queue to drop it; one that is finished stays finished."""
        reply = self.wire.read("PUT", self._ours(job, "cancel"), headers=self._key())
        if reply.status == 202:
            return Cancelled(True)
        return Cancelled(False, words(reply.loose_json(), "status", "detail") or f"HTTP {reply.status}")

    def list(self, since: datetime) -> Iterator[Listed]:  # noqa: ARG002 - the interface has it
        """Nothing: it has no list of requests."""
        return iter(())

    def register(self, reference: Reference) -> Reference:
        """A local file goes to fal's storage and gets an address."""
        if reference.path is None or reference.address:
            return reference
        headers = self._key()
        rest = self.wire.account.address if self.wire.account.is_rehearsal else REST
        where = {"storage_type": "fal-cdn-v3"}
        reply = self.wire.read("POST", f"{rest}/storage/auth/token", headers=headers, params=where, body={})
        if not reply.is_good:
            raise _refusal(reply, ContentInput)
        return replace(reference, address=self._store(reference.path, reply.json(), reply), path=None)

    def _store(self, path: Path, ticket: Mapping[str, Any], reply: Reply) -> str:
        base, token = words(ticket, "base_url"), words(ticket, "token")
        is_safe = urlsplit(base).scheme == "https" or self.wire.account.is_rehearsal
        if not token or not is_safe:
            raise reply.broken("the ticket for the storage is not one")
        headers = {
            "Authorization": f"{words(ticket, 'token_type') or 'Bearer'} {token}",
            "Content-Type": media_type(path),
            "X-Fal-File-Name": path.name.encode("ascii", "replace").decode(),
        }
        stored = self.wire.send_bytes("POST", f"{base}/files/upload", content=path.read_bytes(), headers=headers)
        if not stored.is_good:
            raise _refusal(stored, ContentInput)
        address = words(stored.json(), "access_url")
        if not address:
            raise stored.broken("a file was stored and no address was told")
        return address

    def _addresses(self, request: Request) -> dict[str, list[str]]:
        given = (request.source,) if isinstance(request, UpscaleRequest) else request.references
        found: dict[str, list[str]] = {}
        for each in given:
            kind = each.role if each.role in {"first_frame", "last_frame"} else each.media
            found.setdefault(kind, []).append(self.register(each).address)
        return found

    def _answer(self, job: Job, native: str) -> State:
        reply = self.wire.read("GET", self._ours(job, "response"), headers=self._key())
        if reply.status == 404:
            raise refuse(NoSuchJob, self.name, "the answer is not kept any longer")
        if not reply.is_good:
            refusal = _refusal(reply, ContentOutput)
            return State(Phase.FAILED, native, refusal=refusal, charge_usd=0.0)
        told = reply.json()
        outputs = _outputs(told)
        if not outputs:
            raise reply.broken("the run is complete and its answer holds no file")
        seed = number(told.get("seed"))
        usd = job.handle.get("usd")
        return State(
            Phase.SUCCEEDED, native, 1.0, outputs, None, None if usd is None else float(usd), {},
            None if seed is None else int(seed),
        )  # fmt: skip

    def _ours(self, job: Job, name: str) -> str:
        """An address of the queue, out of a job that may have been stored long ago: the key goes nowhere else."""
        address = job.handle.get(name, "")
        if not self._is_ours(address):
            raise refuse(NoSuchJob, self.name, f"the job does not say where its {name} is on this queue")
        return address

    def _is_ours(self, address: str) -> bool:
        mine, theirs = urlsplit(self.wire.account.address), urlsplit(address)
        return (mine.scheme, mine.netloc) == (theirs.scheme, theirs.netloc)

    def _key(self) -> Headers:
        return {"Authorization": self.wire.account.bearer("FAL_KEY", "Key")}


def _outputs(told: Mapping[str, Any]) -> tuple[Output, ...]:
    files = [table(told, "video"), *rows(told, "images"), table(told, "image")]
    found = []
    for each in files:
        address = words(each, "url")
        kind = words(each, "content_type").partition("/")[0]
        if address:
            media = RESULTS.get(kind, "video" if each is files[0] else "image")
            found.append(Output(address, media, name=words(each, "file_name")))
    return tuple(found)


def _failed(kind: str, said: str, native: str) -> State:
    if kind == "request_cancelled":
        return State(Phase.CANCELLED, native, refusal=refuse(Refused, "fal", said), charge_usd=0.0)
    found = ContentOutput if kind == POLICY else Busy if kind.startswith(("runner", "request", "startup")) else Refused
    return State(Phase.FAILED, native, refusal=refuse(found, "fal", f"{said} ({kind})"), charge_usd=0.0)


def _refusal(reply: Reply, policy: type[Refused], kinds: Mapping[int, type[Refused]] | None = None) -> Refused:
    """``detail`` is a text, or a list of ``{"loc", "msg", "type"}`` from the model itself."""
    told = reply.loose_json()
    details = rows(told, "detail")
    said = "; ".join(f"{'.'.join(map(str, each.get('loc') or []))}: {words(each, 'msg')}" for each in details)
    said = said or words(told, "detail") or reply.text
    if any(each.get("type") == POLICY for each in details):
        return refuse(policy, "fal", said)
    kind = {**KINDS, **(kinds or {})}.get(reply.status, Busy if reply.status >= 500 else Refused)
    if "balance" in said.lower() or "user is locked" in said.lower():
        kind = Credit
    return refuse(kind, "fal", said)
