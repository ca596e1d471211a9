"""Casting: portraits drawn for skin, looked into, picked by a person, and carried into every shot.

drawn = draw(film, mara, service, till)         # some candidates, best first by what their skin shows
pick(path, film, "Mara", 2, services)           # into the film's file, and into the libraries that want it
references(film, shot, "ark")                   # what goes with a shot's request
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from unplastic.errors import BudgetSpent, ClipError, FilmError, ProviderError, SettlementError
from unplastic.film import write_character
from unplastic.finish import measure
from unplastic.prompts import lexicon, rewrite
from unplastic.providers.capability import Capability
from unplastic.providers.card import named
from unplastic.providers.ledger import Attempt, Stage
from unplastic.providers.payment import Till, follow, order
from unplastic.providers.provider import PortraitRequest, Provider, Reference
from unplastic.providers.reconcile import SETTLE_S, reconcile
from unplastic.providers.upload import measured
from unplastic.reading import Report
from unplastic.shot import Character, Film, Shot

MODEL = "recraft-v4.1-pro"
SEED = 1
WAIT_S, WAITS_MAX = 5.0, 120
ORDERS = "unplastic orders FILM lists it: --free KEY and --paid KEY=USD settle it; --batch 2 draws new ones"
ROOM = (
    "Visible pores and fine lines. Window light from camera left only, above the eyes, the right cheek three stops"
    " darker. 85mm, neutral grey wall."
)
"""What a reference portrait needs: skin that shows, one light with a side and a ratio, and nothing else to copy."""
RECORD = "cast.json"
SHOWN = ("skin_texture", "skin_lines", "skin_pit_skewness", "face_ipd", "skin_chroma_p95")
"""The readings of a portrait that are told: pores, lines and pits of the skin, the face's size, strong colour."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A drawn portrait. ``readings`` holds what could be measured, by name; ``why_not`` why the skin could not be.

    ``address`` is where the service keeps it, for a day or so; ``warnings`` counts what a director would mind.
    """

    number: int
    path: Path
    sha256: str
    address: str
    readings: dict[str, float]
    warnings: int
    why_not: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The candidates for one character, best first, and what was asked; ``missing`` says what became of the others."""

    character: str
    prompt: str
    model: str
    candidates: tuple[Candidate, ...]
    charged_usd: float | None
    missing: tuple[str, ...] = ()


def portrait_prompt(character: Character, model: str = MODEL) -> str:
    """The character's anchor as a portrait: unretouched, lit from one side, in the form that the model reads best."""
    text = f"Unretouched portrait of {character.anchor.rstrip('.')}. {ROOM}"
    family = max((each for each in lexicon().models if model.startswith(each)), key=len, default=None)
    return rewrite(text, family, shot_size="cu", surface="skin").text


def draw(
    film: Film,
    character: Character,
    service: Provider,
    till: Till,
    *,
    model: str = MODEL,
    count: int = 4,
    batch: int = 1,
    poll_s: float = WAIT_S,
    settle_s: float = SETTLE_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Drawn:
    """Order ``count`` portraits, bring them home, measure each. The same ``batch`` is never ordered twice.

    An order that cannot be had does not keep the others from coming: it is `Drawn.missing`. ``poll_s`` is the time
    between two looks, ``settle_s`` the age from which an order without an answer is looked for, in seconds. Raises
    `BudgetSpent`, and `ProviderError` where no picture came.
    """
    card = named(service.name, model)
    prompt = portrait_prompt(character, model)
    folder = film.folder / "cast" / character.name
    candidates: list[Candidate] = []
    charges: list[float | None] = []
    missing: list[str] = []
    for take, wish in _wishes(card, prompt, count, batch):
        asked = _Asked(till, service, wish, f"cast {character.name}", take, folder)
        try:
            attempt = _ended(asked, settle_s, lambda: sleep(poll_s))
        except (BudgetSpent, ProviderError, SettlementError) as trouble:
            if isinstance(trouble, BudgetSpent) and not (candidates or missing):
                raise
            missing.append(f"{trouble.message} ({trouble.hint})")
            continue
        candidates += _candidates(asked, attempt, len(candidates))
        charges.append(attempt.charged_usd)
    if not candidates:
        raise ProviderError(f"{service.title}: no portraits of {character.name}: {'; '.join(missing)}", ORDERS)
    ranked = tuple(sorted(candidates, key=_rank))
    charged = [each for each in charges if each is not None]
    usd = sum(charged) if len(charged) == len(charges) else None
    drawn = Drawn(character.name, prompt, card.model, ranked, usd, tuple(missing))
    _record(folder, drawn)
    return drawn


def pick(path: Path, film: Film, name: str, number: int, services: Iterable[Provider]) -> list[str]:
    """Make candidate ``number`` the character's portrait, in the film's file, and enter it where a service wants that.

    Returns one line for each service: entered, or why not; the pick itself stands either way. Raises `FilmError` where
    nothing was drawn or no candidate has that number.
    """
    found = _recorded(film, name, number)
    portrait = film.folder / "cast" / f"{name}{found.path.suffix}"
    aside = portrait.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(found.path, aside)
    aside.replace(portrait)
    entered: dict[str, str] = {}
    told = []
    for service in services:
        reference = replace(measured("image", portrait, "character", name), address=found.address)
        try:
            entered[service.name] = service.register(reference).address
            told.append(f"{service.title}: entered as {entered[service.name]}")
        except ProviderError as trouble:
            told.append(f"{service.title}: not entered: {trouble.message} ({trouble.hint})")
    write_character(path, name, portrait.relative_to(film.folder).as_posix(), entered)
    return told


def references(film: Film, shot: Shot, service: str) -> tuple[Reference, ...]:
    """What goes with a shot's request to ``service``: its frames, its characters' portraits, its own references.

    A character without a portrait is left to the prompt's anchor.
    """
    frames = ((shot.first_frame, "first_frame"), (shot.last_frame, "last_frame"))
    found = [measured("image", path, role) for path, role in frames if path]  # type: ignore[arg-type]
    for name in shot.characters:
        character = film.character(name)
        if character and character.portrait:
            portrait = measured("image", character.portrait, "character", name)
            address = character.registered.get(service, "")
            found.append(replace(portrait, address=address, path=None) if address else portrait)
    return (*found, *(measured("image", path) for path in shot.references))


def wanting(services: Iterable[Provider]) -> list[Provider]:
    """Those that take a face only from a library of their own."""
    return [each for each in services if any(card.limits.faces_need_library for card in each.capabilities())]


def _wishes(card: Capability, prompt: str, count: int, batch: int) -> list[tuple[int, PortraitRequest]]:
    """(take, request): as few orders as the model allows, each with a seed of its own."""
    width, _, height = (card.limits.sizes or ("1024x1024",))[0].partition("x")
    most = card.limits.pictures or 1
    sizes = [min(most, count - start) for start in range(0, count, most)]
    first = (batch - 1) * len(sizes)
    return [
        (
            take,
            PortraitRequest(
                card.model, prompt, width_px=int(width), height_px=int(height), count=size,
                seed=SEED + take if card.limits.seed else None,
            ),
        )
        for take, size in enumerate(sizes, first + 1)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    """One order of portraits, from the wish to its pictures."""

    till: Till
    service: Provider
    wish: PortraitRequest
    shot: str
    take: int
    folder: Path

    def order(self) -> Attempt:
        return order(self.till, self.service, self.wish, shot=self.shot, take=self.take)

    def follow(self, attempt: Attempt) -> Attempt:
        return follow(self.till, self.service, attempt, self.folder, probe=_look_at)


def _ended(asked: _Asked, settle_s: float, wait: Callable[[], None]) -> Attempt:
    """The settled order: made if it never was, looked for if its answer was lost, followed to its end."""
    for _ in range(WAITS_MAX):
        attempt = asked.order()
        if attempt.stage in {Stage.INTENT, Stage.UNKNOWN}:
            attempt = reconcile(asked.till, asked.service, attempt, settle_s=settle_s, again=True)
        if attempt.stage is Stage.RELEASED:  # it never left: it is ordered now
            continue
        attempt = asked.follow(attempt)
        if attempt.stage is Stage.SETTLED:
            return attempt
        if attempt.stage not in {Stage.INTENT, Stage.SUBMITTED, Stage.LATE}:
            what = f"{asked.service.title}: {attempt.key[:8]} brought no portraits: {attempt.note or attempt.stage}"
            raise ProviderError(what, ORDERS)
        wait()
    raise ProviderError(f"{asked.service.title}: the portraits are late", "run it again: nothing is ordered twice")


def _look_at(path: Path) -> None:
    measured("image", path)


def _candidates(asked: _Asked, attempt: Attempt, before: int) -> list[Candidate]:
    addresses = _addresses(asked.service, attempt)
    found = []
    for turn, (path, sha256) in enumerate(_files(asked, attempt)):
        address = addresses[turn] if turn < len(addresses) else ""
        found.append(_looked_into(before + turn + 1, path, sha256, address))
    return found


def _files(asked: _Asked, attempt: Attempt) -> list[tuple[Path, str]]:
    """The pictures that were paid for: where they were put, or fetched once more where they are gone."""
    found = [(Path(row["path"]), row["sha256"]) for row in json.loads(attempt.results)]
    if attempt.job and not all(path.is_file() for path, _ in found):
        with contextlib.suppress(ProviderError):
            fetched = asked.service.fetch(attempt.job, asked.folder, probe=_look_at)
            return [(each.path, each.sha256) for each in fetched]
    return found


def _addresses(service: Provider, attempt: Attempt) -> list[str]:
    """Where the service keeps the pictures; nothing where it cannot be asked any longer."""
    try:
        return [each.address for each in service.poll(attempt.job).outputs] if attempt.job else []
    except ProviderError:
        return []


def _looked_into(number: int, path: Path, sha256: str, address: str) -> Candidate:
    try:
        report = measure(path)
    except ClipError as trouble:
        return Candidate(number, path, sha256, address, {}, 1, trouble.message)
    readings = {each.name: each.value for each in report.readings if each.valid and each.name in SHOWN}
    warnings = sum(each.severity != "info" for each in report.findings)
    shown = {name: round(value, 4) for name, value in readings.items() if value is not None}
    return Candidate(number, path, sha256, address, shown, warnings, _why_not(report))


def _why_not(report: Report) -> str:
    """Why the skin of the face could not be measured; empty where it was."""
    skin = next((each for each in report.readings if each.name == "skin_texture"), None)
    return "" if skin is None or skin.valid else skin.why_not or "it could not be measured"


def _rank(candidate: Candidate) -> tuple[bool, int, float, int]:
    """Measured skin first, then fewer warnings, then more texture, then as they came."""
    texture = candidate.readings.get("skin_texture")
    return texture is None, candidate.warnings, -(texture or 0.0), candidate.number


def _record(folder: Path, drawn: Drawn) -> None:
    document = asdict(drawn)
    for each in document["candidates"]:
        each["path"] = os.path.relpath(each["path"], folder)
    aside = folder / f"{RECORD}.{os.getpid()}.part"
    aside.write_text(json.dumps(document, indent=2), encoding="utf-8")
    aside.replace(folder / RECORD)


def _recorded(film: Film, name: str, number: int) -> Candidate:
    folder = film.folder / "cast" / name
    try:
        rows: Sequence[dict[str, Any]] = json.loads((folder / RECORD).read_text(encoding="utf-8"))["candidates"]
    except (OSError, ValueError, KeyError):
        raise FilmError(f"no portrait of {name!r} was drawn", "unplastic cast FILM draws them") from None
    row = next((each for each in rows if each["number"] == number), None)
    if row is None:
        known = ", ".join(str(each["number"]) for each in rows)
        raise FilmError(f"{name} has no portrait {number}", f"choose among {known}")
    return Candidate(**{**row, "path": folder / row["path"]})
