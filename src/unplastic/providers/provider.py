"""The nouns that every service shares, and the small interface behind which each is one file.

A request says what is wanted, an estimate what it may cost, a submission that it was ordered, a state how far it is,
and a fetched file that it is here. All are plain and frozen; a `Job` can be stored as JSON and taken up after a crash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from unplastic.errors import Refused
from unplastic.providers.capability import Capability, Estimate, Work

Media: TypeAlias = Literal["image", "video", "audio"]
Role: TypeAlias = Literal["first_frame", "last_frame", "character", "reference"]
Probe: TypeAlias = Callable[[Path], object]
"""Given by the caller, who may open media: raises an `UnplasticError` when a fetched file is not what it should be."""


class Phase(StrEnum):
    """How far a job is. A word of a service that is not known here counts as `RUNNING`: never as a failure."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Nothing more will happen to the job."""
        return self not in {Phase.QUEUED, Phase.RUNNING}


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture, clip or sound that goes with a request: a local file (``path``) or an address (``address``).

    ``sha256`` is the hash of a local file's bytes, so that a request names its content and not where it lies.
    ``address`` is an https address, or one that the service gave (``asset://``, ``runway://``); `Provider.register`
    turns a file into one. ``bytes``, ``seconds``, ``width_px`` and ``height_px`` are 0 where they are not known.
    ``label`` is the person or thing shown ("Mara"), for services whose prompts name references.
    """

    media: Media
    role: Role = "reference"
    path: Path | None = None
    address: str = ""
    sha256: str = ""
    bytes: int = 0
    seconds: float = 0.0
    width_px: int = 0
    height_px: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A shot to be made. ``seconds`` None lets the model decide; ``seed`` None is random and cannot be matched later.

    ``size`` is a class of the card ("720p", "1080p", "4k"), ``aspect`` a ratio ("16:9", "adaptive"). ``options`` are
    the service's own fields, by its own names, sent as they are. ``mark`` names the attempt: it is no part of the wish,
    and is put where a service repeats a text of ours, so that a lost order can be found again.
    """

    model: str
    prompt: str
    negative: str = ""
    seconds: float | None = 5
    size: str = "1080p"
    aspect: str = "16:9"
    fps: float | None = None
    seed: int | None = None
    references: tuple[Reference, ...] = ()
    audio: bool = False
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    mark: str = ""

    work: ClassVar[Work] = "video"


@dataclass(frozen=True, slots=True)
class PortraitRequest:
    """One or more pictures of a face to be drawn."""

    model: str
    prompt: str
    negative: str = ""
    width_px: int = 1024
    height_px: int = 1024
    count: int = 1
    seed: int | None = None
    references: tuple[Reference, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    mark: str = ""

    work: ClassVar[Work] = "portrait"


@dataclass(frozen=True, slots=True)
class UpscaleRequest:
    """A clip to be made larger.

    ``source`` is a local file whose measured ``bytes``, ``seconds`` and size are given; ``frames`` and ``fps`` are its
    own. ``encoder``, ``profile`` and ``container`` are the service's words ("ProRes", "422 HQ", "mov").
    """

    model: str
    source: Reference
    frames: int
    fps: float
    width_px: int
    height_px: int
    encoder: str = "ProRes"
    profile: str = "422 HQ"
    container: str = "mov"
    audio: bool = True
    seed: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    mark: str = ""

    work: ClassVar[Work] = "upscale"


Request: TypeAlias = VideoRequest | PortraitRequest | UpscaleRequest


def canonical(request: Request) -> str:
    """The request as JSON with sorted keys and no spaces: the same wish is always the same text.

    A local file is named by its hash, never by its path.
    """
    wish = {name: value for name, value in asdict(request).items() if name != "mark"}
    return json.dumps({"work": request.work, **_plain(wish)}, sort_keys=True, separators=(",", ":"))


def mark_of(key: str) -> str:
    """The mark of the attempt with that key: 32 of its hexadecimal digits."""
    return key[:32]


def attempt_key(provider: str, request: Request, *, shot: str = "", take: int = 1) -> str:
    """sha256 (hex) over shot, take, provider and the canonical request: one paid attempt has one key."""
    return key_of(provider, canonical(request), shot=shot, take=take)


def key_of(provider: str, wish: str, *, shot: str, take: int) -> str:
    """The same of a request that is canonical text already."""
    text = json.dumps([shot, take, provider, wish], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        named_by_hash = bool(value.get("sha256")) and "path" in value
        return {key: _plain(each) for key, each in value.items() if not (key == "path" and named_by_hash)}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


@dataclass(frozen=True, slots=True)
class Job:
    """A paid job as it is stored: enough to poll, fetch and cancel it after a crash, and no key.

    ``provider`` and ``address`` (the base address it was ordered from) stay what they were when it was ordered,
    whatever today's settings say. ``handle`` holds what the service wants back (a path, a status address).
    """

    provider: str
    id: str
    model: str
    address: str
    handle: Mapping[str, str] = field(default_factory=dict, hash=False)

    def to_json(self) -> str:
        """The job as one JSON text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job that `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Submission:
    """An order that the service took: its job, its reply with keys removed, and the price it named, if it did."""

    job: Job
    reply: str
    charge_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One result: where it lies, until when (None: not said), and its kind. ``data`` is set when it came inline."""

    address: str
    media: Media
    expires: datetime | None = None
    name: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class State:
    """What a poll said. ``native`` is the service's own word; ``charge_usd`` None: the service did not say."""

    phase: Phase
    native: str
    progress: float | None = None
    outputs: tuple[Output, ...] = ()
    refusal: Refused | None = None
    charge_usd: float | None = None
    usage: Mapping[str, float] = field(default_factory=dict, hash=False)
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A result that is here: complete, probed, and under its final name. ``sha256`` is of its bytes."""

    path: Path
    sha256: str
    bytes: int
    media: Media


@dataclass(frozen=True, slots=True)
class Cancelled:
    """How a cancel ended: ``stopped`` False means that the job runs on, or is over, and ``why`` says so."""

    stopped: bool
    why: str = ""
    refund_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A job in a service's own list.

    ``echo`` holds the inputs that it repeats, by our names ("seed", "prompt", "source.bytes", "mark").
    """

    job: Job
    created: datetime | None
    state: State
    echo: Mapping[str, Any] = field(default_factory=dict, hash=False)


@runtime_checkable
class Provider(Protocol):
    """One service. A member of the room is a frozen dataclass with these verbs and a class attribute ``name``.

    Every verb raises `Refused` (one of its kinds) when the service says no. Only `submit` orders anything.
    ``lists`` False: the service has no list, so an order whose answer was lost cannot be found again.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    key_names: ClassVar[tuple[tuple[str, ...], ...]]
    key_from: ClassVar[str]
    lists: ClassVar[bool]

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of its models."""
        ...

    def estimate(self, request: Request) -> Estimate:
        """What ``request`` may cost, from dated cards; nothing is ordered."""
        ...

    def submit(self, request: Request) -> Submission:
        """Order it: one POST, never repeated. Raises `RequestUnfit`, `NotSent`, `Refused` or `Ambiguous`."""
        ...

    def poll(self, job: Job) -> State:
        """How far ``job`` is; one GET."""
        ...

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """Bring its results into ``folder`` while their addresses live."""
        ...

    def cancel(self, job: Job) -> Cancelled:
        """Ask the service to stop."""
        ...

    def list(self, since: datetime) -> Iterator[Listed]:
        """Its jobs made at or after ``since`` (with time zone), newest first; empty where ``lists`` is False."""
        ...

    def register(self, reference: Reference) -> Reference:
        """``reference`` in the form that its requests take: uploaded or entered in its library, if need be."""
        ...
