"""What every protocol here is made of: calls, replies, routes and refusals, free of any server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, ClassVar, Protocol, runtime_checkable

from unplastic.rehearsal.faults import Fault

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: ``kind`` is its media type."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a protocol sees it; header names are lower case, ``fault`` is what was asked to go wrong."""

    method: str
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    fault: Fault | None = None

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def every(self, name: str) -> list[str]:
        """Every value of a query parameter, also where they are joined by commas."""
        return [part for key, value in self.query if key == name for part in value.split(",") if part]

    def json(self) -> Json:
        """The body as a JSON object; raises `Refused`."""
        try:
            given = json.loads(self.body)
        except ValueError as trouble:
            raise Refused("malformed", f"the body is not JSON: {trouble}") from trouble
        if not isinstance(given, dict):
            raise Refused("malformed", "the body is not a JSON object")
        return given

    def parts(self) -> list[tuple[str, bytes]]:
        """The fields of a multipart/form-data body, (name, content) in their order; raises `Refused`."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            raise Refused("malformed", "the body is not multipart/form-data")
        whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body)
        found = []
        for part in whole.iter_parts():
            content = part.get_payload(decode=True)
            found.append((str(part.get_param("name", header="content-disposition")), content or b""))
        return found

    def bearer(self, scheme: str = "Bearer") -> str:
        """The key behind ``Authorization: <scheme>``; raises `Refused`."""
        given = self.headers.get("authorization", "")
        if not given.startswith(f"{scheme} "):
            raise Refused("key", f"send Authorization: {scheme} <key>")
        return known_key(given.removeprefix(f"{scheme} "))

    def ends(self, *kinds: str) -> bool:
        """True where one of these faults was asked for."""
        return self.fault is not None and self.fault.kind in kinds


class Refused(Exception):
    """A request that the service turns down: ``kind`` of `faults.REFUSALS`, or ``malformed`` or ``unknown``."""

    def __init__(self, kind: str, message: str = "", param: str = "") -> None:
        super().__init__(message or kind)
        self.kind = kind
        self.message = message or kind
        self.param = param


@dataclass(frozen=True, slots=True)
class Route:
    """One call of a protocol: ``verb`` is the name that faults use.

    A ``bare`` route takes no key at all; the path of a ``rooted`` one does not begin with the protocol's name.
    """

    method: str
    path: str
    verb: str
    act: Callable[[Call], Reply]
    bare: bool = False
    rooted: bool = False


class Wire(Protocol):
    """One protocol. A member is a frozen dataclass made from the `Stage`."""

    name: ClassVar[str]
    late: ClassVar[frozenset[str]]
    """Refusals that a create decides on itself: the protocol refuses them in its own time."""

    def routes(self) -> tuple[Route, ...]:
        """Its calls, under ``/<name>``."""
        ...

    def unlock(self, call: Call) -> None:
        """Raises `Refused` where the key is missing or wrong."""
        ...

    def refusal(self, why: Refused) -> Reply:
        """A refusal in the service's own words."""
        ...


@runtime_checkable
class Many(Protocol):
    """A protocol with one address for many calls, which reads the verb from the request."""

    def verb(self, call: Call) -> str:
        """The verb that faults use."""
        ...


def told(value: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), headers=named)


def known_key(key: str) -> str:
    """The key itself: any will do in a rehearsal, but an empty one and one that begins with "wrong"."""
    if not key.strip() or key.startswith("wrong"):
        raise Refused("key", "the key is not known")
    return key


def check_fields(given: Mapping[str, Any], allowed: set[str], where: str = "") -> None:
    """Raises `Refused` for a field that the service does not know."""
    for name in given:
        if name not in allowed:
            raise Refused("malformed", f"unknown field {where}{name}", f"{where}{name}")


def check_choice(given: Mapping[str, Any], name: str, choices: tuple[Any, ...] | list[Any]) -> None:
    """Raises `Refused` where a field is given and is none of ``choices``; True is no 1."""
    value = given.get(name)
    if value is not None and (value not in choices or isinstance(value, bool) != isinstance(choices[0], bool)):
        raise Refused("malformed", f"{name} must be one of {', '.join(map(str, choices))}", name)


def check_text(given: Mapping[str, Any], name: str, longest: int, *, required: bool = False) -> str:
    """A text field of at most ``longest`` characters; raises `Refused`."""
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > longest or (required and not value):
        raise Refused("malformed", f"{name} must be text of {int(required)} to {longest} characters", name)
    return value


def check_whole(given: Mapping[str, Any], name: str, low: int, high: int) -> None:
    """Raises `Refused` where a field is given and is no whole number from ``low`` to ``high``."""
    value = given.get(name)
    if value is not None and (type(value) is not int or not low <= value <= high):
        raise Refused("malformed", f"{name} must be a whole number from {low} to {high}", name)


def check_address(address: Any, where: str, schemes: tuple[str, ...] = ("https://", "data:")) -> str:
    """An address of an input; loopback stands for https, since here everything is. Raises `Refused`."""
    loopback = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")
    if not isinstance(address, str) or not address.startswith((*schemes, *loopback)):
        raise Refused("malformed", f"{where} must begin with {' or '.join(schemes)}", where)
    return address
