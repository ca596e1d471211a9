"""Faults on demand: which call of which verb of which service goes wrong, and how."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unplastic.errors import UnplasticError

LINE = {
    "cut-before": "the connection is cut and nothing was done",
    "cut-after": "everything was done and booked, then the connection is cut with no answer",
    "500-before": "a server error and nothing was done; the value is another status, such as 503",
    "500-after": "everything was done and booked, then a server error; the value is another status",
    "delayed": "the request lies on the line for this many seconds (default 5) before anything is done",
    "slow": "the answer arrives in pieces over this many seconds (default 2)",
    "truncated": "half of the answer, then the connection is cut",
    "html": "everything was done; the answer is a page of HTML; the value is its status (default 200)",
    "wrong-json": "everything was done; the answer is JSON of another shape",
    "broken-json": "everything was done; the answer stops in the middle of its JSON",
}
"""What happens to the line, whatever the protocol."""

REFUSALS = {
    "rate": "too many requests (HTTP 429)",
    "concurrency": "too many jobs at once",
    "overloaded": "the service has no room",
    "key": "the key is not known",
    "credit": "no credit left (on Kling this is HTTP 429 too)",
    "quota": "a quota of the account is used up",
    "region": "the service is not offered to this address or account",
    "model-not-open": "the account has not opened the model",
    "model-retired": "the model is no longer served",
    "face": "a picture may show a real person (on Ark only where a picture is not asset://)",
    "content-input": "the content filter refuses the request",
    "too-large": "an input is too large",
    "wrong-kind": "an input is of the wrong kind",
}
"""What the service refuses, in its own words."""

ENDINGS = {
    "content-output": "the job runs, then its result is refused",
    "filtered": "the job ends as a success with nothing in it (Veo, Omni); elsewhere as content-output",
    "fails": "the job runs, then fails by the service's own fault",
    "expires": "the job waits until it expires (Ark); elsewhere as fails",
    "never": "the job never ends",
    "strange": "the job shows one state that no document names, then goes on",
}
"""How a job ends; given to the call that creates it."""

MARKS = {
    "expired": "the address has expired (on fetch)",
    "duplicate-callback": "every callback of the job is sent twice (on create)",
    "early-callback": "the first callback is sent before the answer (on create)",
    "no-etag": "the answer to an uploaded part has no ETag (Topaz, on upload)",
}
"""What else may go wrong in one place."""

KINDS = LINE | REFUSALS | ENDINGS | MARKS
ALIASES = {"429": "rate", "500": "500-before", "402": "credit", "401": "key", "403": "region"}
SPELLING = re.compile(
    r"(?P<service>[a-z]+|\*)\.(?P<verb>[a-z]+|\*)(?:#(?:(?P<all>\*)|(?P<first>\d+)(?:-(?P<last>\d+))?))?"
    r"=(?P<kind>[a-z0-9-]+)(?::(?P<value>.+))?"
)


class FaultError(UnplasticError):
    """A fault is not written as faults are."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: calls ``first`` to ``last`` (None: for ever) of ``service.verb``, counted from now on."""

    service: str
    verb: str
    kind: str
    first: int = 1
    last: int | None = 1
    value: str | None = None

    def __post_init__(self) -> None:
        """Raises `FaultError` for a kind that is not known and for an empty range."""
        if self.kind not in KINDS:
            raise FaultError(f"no fault is called {self.kind!r}", f"known: {', '.join(KINDS)}")
        if self.first < 1 or (self.last is not None and self.last < self.first):
            raise FaultError(f"calls {self.first} to {self.last} are no range", "write #2 or #2-4; the first call is 1")

    def hits(self, service: str, verb: str) -> bool:
        """True where this fault speaks of such a call."""
        return self.service in ("*", service) and self.verb in ("*", verb)


class Faults:
    """The faults that wait for their calls."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._waiting: list[list[Any]] = []
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Add faults; each counts its calls from now on."""
        self._waiting.extend([fault, 0] for fault in faults)

    def take(self, service: str, verb: str) -> Fault | None:
        """Count this call, and return the first fault that is due for it."""
        due = None
        for waiting in self._waiting:
            fault, seen = waiting
            if not fault.hits(service, verb):
                continue
            waiting[1] = seen + 1
            if due is None and seen + 1 >= fault.first and (fault.last is None or seen + 1 <= fault.last):
                due = fault
        self._waiting = [each for each in self._waiting if each[0].last is None or each[1] < each[0].last]
        return due

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._waiting.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """The faults that still wait."""
        return [asdict(fault) | {"seen": seen} for fault, seen in self._waiting]


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Faults from a file of them, from JSON, or from ``SERVICE.VERB[#N|#N-M|#*]=KIND[:VALUE]``, by comma or line.

    Without ``#`` the next such call is meant; ``#*`` means every one. ``*`` stands for every service or verb. Raises
    `FaultError` with the line that is wrong.
    """
    text = _read(text)
    if text.lstrip().startswith(("[", "{")):
        return _from_json(text)
    lines = (line.strip() for line in re.split(r"[,\n]", text))
    return tuple(_parse(line) for line in lines if line and not line.startswith("#"))


def _read(text: str) -> str:
    if "=" in text or text.lstrip().startswith(("[", "{")) or not text.strip():
        return text
    path = Path(text)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise FaultError(f"{text}: neither a fault nor a file of faults", "write ark.create#2=cut-after") from trouble


def _parse(line: str) -> Fault:
    found = SPELLING.fullmatch(line)
    if not found:
        raise FaultError(f"{line!r} is no fault", "write SERVICE.VERB#N=KIND, such as ark.create#2=cut-after")
    kind = ALIASES.get(found["kind"], found["kind"])
    first = int(found["first"] or 1)
    last = None if found["all"] else int(found["last"] or first)
    return Fault(found["service"], found["verb"], kind, first, last, found["value"])


def _from_json(text: str) -> tuple[Fault, ...]:
    try:
        given = json.loads(text)
        rows = given if isinstance(given, list) else given.get("faults", [given])
        return tuple(_parse(row) if isinstance(row, str) else Fault(**row) for row in rows)
    except (ValueError, TypeError, AttributeError) as trouble:
        hint = 'write [{"service": "ark", "verb": "create", "kind": "cut-after", "first": 2, "last": 2}]'
        raise FaultError(f"these are no faults: {trouble}", hint) from trouble
