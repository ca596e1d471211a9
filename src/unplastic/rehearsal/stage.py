"""What happens behind the protocols: jobs and their states, files and their signed addresses, the clock, the post."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from unplastic.errors import ClipError
from unplastic.rehearsal.bill import Bill, Charge
from unplastic.rehearsal.faults import ENDINGS, REFUSALS, Faults
from unplastic.rehearsal.shelf import Shelf
from unplastic.rehearsal.wire import Call, Json, Refused, Reply

STATE_S = 30.0
"""Seconds that a state lasts at speed 1: jobs of these services take one to ten minutes."""

TYPES = {
    ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".mov": "video/quicktime", ".mp4": "video/mp4", ".png": "image/png",
    ".webm": "video/webm", ".webp": "image/webp",
}  # fmt: skip


@dataclass
class Job:
    """One job of one service. ``states`` are the service's own words; ``turn`` counts the service's jobs from 0."""

    service: str
    id: str
    model: str
    states: tuple[str, ...]
    request: Json
    turn: int
    created: float
    ending: str = ""
    polls: int = 0
    final: str = ""
    callback: str = ""
    doubled: bool = False
    tell: Callable[[], Json] | None = None
    said: str = ""
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stage:
    """What the protocols share. ``speed`` None: a job goes one state further with every poll; else by time."""

    shelf: Shelf
    speed: float | None = None
    echo: bool = True
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    bill: Bill = field(default_factory=Bill)
    faults: Faults = field(default_factory=Faults)
    jobs: dict[tuple[str, str], Job] = field(default_factory=dict)
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    outbox: list[tuple[str, Json]] = field(default_factory=list)
    ahead_s: float = 0.0
    is_posting: bool = False
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    _files: dict[str, Path | bytes] = field(default_factory=dict)

    def now(self) -> float:
        """Unix time in seconds on the rehearsal's clock, which can be put forward."""
        return time.time() + self.ahead_s

    def take(self, call: Call, service: str, model: str, states: tuple[str, ...], request: Json, job_id: str) -> Job:
        """Begin a job; the fault of the creating call decides how it ends."""
        job = Job(service, job_id, model, states, request, self._turn(service), self.now())
        if call.fault is not None:
            job.ending = call.fault.kind if call.fault.kind in ENDINGS | REFUSALS else ""
            job.doubled = call.fault.kind == "duplicate-callback"
        self.jobs[service, job_id] = job
        return job

    def charge(self, job: Job, usd: float, amount: float, unit: str, why: str = "job taken") -> None:
        """Book what the job costs."""
        self.bill.book(
            Charge(job.service, job.id, job.model, round(usd, 6), round(amount, 6), unit, why, round(self.now(), 3))
        )

    def refund(self, job: Job, why: str, share: float = 1.0) -> float:
        """Give back what stands against the job."""
        return self.bill.refund(job.service, job.id, share, why, round(self.now(), 3))

    def find(self, service: str, job_id: str) -> Job:
        """The job; raises `Refused` ("unknown")."""
        job = self.jobs.get((service, job_id))
        if job is None:
            raise Refused("unknown", f"no such job: {job_id}", "id")
        return job

    def of(self, service: str) -> list[Job]:
        """The jobs of a service, newest first."""
        return [job for job in reversed(self.jobs.values()) if job.service == service]

    def poll(self, job: Job) -> str:
        """The state that this poll shows."""
        shown = self.state(job, job.polls)
        job.polls += 1
        if job.ending == "strange" and job.polls == 2:
            return "REHEARSING" if shown.isupper() else "rehearsing"
        return shown

    def state(self, job: Job, polls: int | None = None) -> str:
        """The state now, without a poll."""
        if job.final:
            return job.final
        if self.speed is not None:
            step = int((self.now() - job.created) * self.speed / STATE_S)
        else:
            step = max(job.polls - 1, 0) if polls is None else polls
        last = len(job.states) - (2 if job.ending == "never" else 1)
        return job.states[min(step, last)]

    def address(
        self, service: str, what: Path | bytes, name: str, lifetime_s: float, until: float | None = None
    ) -> str:
        """A signed address of a file, good for ``lifetime_s`` or ``until`` a time; another one at every call."""
        key = hashlib.sha256(str(what).encode() if isinstance(what, Path) else what).hexdigest()[:16]
        self._files[key] = what
        expires = f"{(self.now() + lifetime_s) if until is None else until:.3f}"
        nonce = secrets.token_hex(4)
        signature = self._sign(f"{service}/{key}/{expires}/{nonce}")
        return f"{self.url}/{service}/files/{key}/{name}?expires={expires}&n={nonce}&sig={signature}"

    def open_file(self, service: str, call: Call) -> Reply:
        """The file of a signed address, 403 once it has expired, 400 for one who sends a key along, as storage does."""
        if {"authorization", "x-api-key", "x-goog-api-key"} & set(call.headers):
            return _storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")
        key, expires = call.path["key"], call.first("expires", "0")
        right = self._sign(f"{service}/{key}/{expires}/{call.first('n')}")
        if not hmac.compare_digest(right, call.first("sig")) or key not in self._files:
            return _storage_error(403, "SignatureDoesNotMatch", "The signature does not match")
        if float(expires) < self.now() or call.ends("expired"):
            return _storage_error(403, "AccessDenied", "Request has expired")
        return self.file(self._files[key], call.path["name"])

    def file(self, what: Path | bytes, name: str) -> Reply:
        """The content of a file as an answer."""
        body = what.read_bytes() if isinstance(what, Path) else what
        return Reply(200, body, TYPES.get(Path(name).suffix.lower(), "application/octet-stream"))

    def seconds_at(self, address: str) -> float | None:
        """How long the clip lasts that was stored here under ``address``; None for another address or no clip."""
        from unplastic.media import probe

        parts = address.partition("/files/")[2].split("/")
        what = self._files.get(parts[0])
        if what is None:
            return None
        with tempfile.TemporaryDirectory(prefix="unplastic-rehearsal-") as folder:
            path = what if isinstance(what, Path) else Path(folder) / "clip"
            if isinstance(what, bytes):
                path.write_bytes(what)
            try:
                return float(probe(path).duration_s)
            except ClipError:
                return None

    def notice(self) -> None:
        """Put into the post what changed for jobs that asked to be called back."""
        for job in self.jobs.values():
            if job.callback and job.tell and self.state(job) != job.said:
                job.said = self.state(job)
                letter = job.tell()
                self.outbox.extend([(job.callback, letter)] * ((2 if job.doubled else 1) if letter else 0))

    def clear(self) -> None:
        """No jobs, no bill, no faults."""
        for each in (self.bill, self.faults, self.jobs, self.calls, self.outbox, self._files):
            each.clear()
        self.ahead_s = 0.0

    def _turn(self, service: str) -> int:
        return sum(job.service == service for job in self.jobs.values())

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:32]


def tables(service: str) -> Json:
    """Models, limits and prices of a service, from ``data/rehearsal.toml``, with their source and date."""
    return tomllib.loads(files("unplastic").joinpath("data", "rehearsal.toml").read_text(encoding="utf-8"))[service]


def _storage_error(status: int, code: str, message: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, body.encode(), "application/xml")
