"""Who could make a shot: every model at every service, less what a hard limit removes, each with its reason.

A limit is looked at by asking the service's own card whether it would take the very request that would be sent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unplastic.errors import FacePolicy, ProviderError, UnknownName
from unplastic.providers.capability import Capability, Estimate, Limits
from unplastic.providers.card import today
from unplastic.providers.limits import check
from unplastic.providers.prices import estimate
from unplastic.providers.provider import Reference, VideoRequest
from unplastic.routing.model import ModelCard, model
from unplastic.shot import Film, Scene, Shot

SIZES = ("480p", "720p", "1080p", "4k")


@dataclass(frozen=True, slots=True)
class Service:
    """A service as the routing sees it. ``closed`` says why it cannot be asked now (down, not in your region).

    ``ready`` is whether its key is set, and ``missing`` which is not.
    """

    name: str
    title: str
    cards: tuple[Capability, ...]
    ready: bool = False
    missing: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model at a service that can make the shot, with the request that asks for it and what that may cost."""

    service: Service
    card: Capability
    model: ModelCard
    request: VideoRequest
    price: Estimate
    notes: tuple[str, ...]

    @property
    def label(self) -> str:
        """Model and service, as people say it."""
        return f"{self.model.key} by {self.service.name}"


@dataclass(frozen=True, slots=True)
class Removed:
    """A model at a service that a filter took out, and why."""

    label: str
    filter: str
    why: str


def candidates(
    film: Film, scene: Scene, shot: Shot, services: Sequence[Service]
) -> tuple[tuple[Candidate, ...], tuple[Removed, ...]]:
    """(who can, who cannot and why). Where no service has a key the key is no filter, so that a plan can be made."""
    found: list[Candidate] = []
    removed: list[Removed] = []
    needs_key = any(each.ready for each in services)
    for service in services:
        for card in (each for each in service.cards if each.work == "video"):
            outcome = _judged(film, scene, shot, service, card, needs_key=needs_key)
            (found if isinstance(outcome, Candidate) else removed).append(outcome)  # type: ignore[arg-type]
    return tuple(found), tuple(removed)


def _judged(
    film: Film, scene: Scene, shot: Shot, service: Service, card: Capability, *, needs_key: bool
) -> Candidate | Removed:
    label = f"{card.model} by {service.name}"
    try:
        known = model(card.model)
    except UnknownName:
        return Removed(label, "unknown", "nothing is known of its surfaces: no card in data/models")
    for each in (known.retired, card.retired):
        if each and each <= today():
            return Removed(label, "retired", f"retired on {each:%-d %B %Y}")
    if service.closed:
        return Removed(label, "closed", service.closed)
    if needs_key and not service.ready:
        return Removed(label, "key", f"no key: set {service.missing}")
    request, notes = _request(film, shot, service.name, card)
    mode = _mode(request)
    if mode not in known.modes:
        return Removed(label, "mode", f"it makes {', '.join(known.modes)}, and the shot is {mode}")
    try:
        check(card, request)
    except FacePolicy as refused:
        return Removed(label, "face policy", refused.message)
    except ProviderError as unfit:
        return Removed(label, "limits", f"{unfit.message}")
    price = estimate(card, request)
    over = _over_budget(film, scene, shot, price)
    return Removed(label, "budget", over) if over else Candidate(service, card, known, request, price, notes)


def _mode(request: VideoRequest) -> str:
    roles = {each.role for each in request.references}
    return "i2v" if roles & {"first_frame", "last_frame"} else "r2v" if roles else "t2v"


def _request(film: Film, shot: Shot, service: str, card: Capability) -> tuple[VideoRequest, tuple[str, ...]]:
    notes = []
    size = _size(card.limits, shot.size)
    if size != shot.size:
        notes.append(f"made at {size}, then upscaled to {shot.size}")
    if shot.negative and not card.limits.negative:
        notes.append("its negative prompt is put into words")
    seconds = whole_seconds(card.limits, shot.seconds)
    if seconds != shot.seconds:
        notes.append(f"{seconds:g} s are ordered for {shot.seconds:g} s")
    return VideoRequest(
        card.model,
        shot.prompt,
        shot.negative if card.limits.negative else "",
        seconds,
        size,
        shot.aspect,
        seed=0 if card.limits.seed else None,
        references=_references(film, shot, service),
        audio=shot.audio,
    ), tuple(notes)


def _references(film: Film, shot: Shot, service: str) -> tuple[Reference, ...]:
    """As they would be sent, but not read: a plan of a thousand shots opens no picture."""
    frames: tuple[tuple[Path | None, str], ...] = ((shot.first_frame, "first_frame"), (shot.last_frame, "last_frame"))
    found = [Reference("image", role, path) for path, role in frames if path]  # type: ignore[arg-type]
    for name in shot.characters:
        who = film.character(name)
        if who and who.portrait:
            found.append(Reference("image", "character", who.portrait, who.registered.get(service, ""), label=name))
    return (*found, *(Reference("image", path=path) for path in shot.references))


def _size(limits: Limits, wanted: str) -> str:
    """The wanted size, or the largest below it that is made: the finish enlarges."""
    if limits.sizes is None or wanted in limits.sizes or wanted not in SIZES:
        return wanted
    below = [each for each in SIZES[: SIZES.index(wanted)] if each in limits.sizes]
    return below[-1] if below else wanted


def whole_seconds(limits: Limits, wanted: float) -> float:
    """The shortest length that is made and long enough; what is too long stays, and is refused with its reason."""
    known: Iterable[float] = limits.seconds or ()
    if limits.seconds_listed:
        return next((each for each in sorted(known) if each >= wanted), wanted)
    whole = float(math.ceil(wanted))
    return max(whole, *known[:1]) if known else whole  # type: ignore[index]


def _over_budget(film: Film, scene: Scene, shot: Shot, price: Estimate) -> str:
    caps: Mapping[str, float | None] = {"shot": shot.budget_usd, "scene": scene.budget_usd, "film": film.budget_usd}
    for what, cap in caps.items():
        if cap is not None and price.high_usd is not None and price.high_usd > cap:
            return f"one take may cost ${price.high_usd:.2f}, and the {what} has ${cap:.2f}"
    return ""
