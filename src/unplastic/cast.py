"""Casting: portraits drawn for skin, looked into, picked by a person, and carried into every shot.

drawn = draw(film, mara, service, till)         # some candidates, best first by what their skin shows
pick(path, film, "Mara", 2, services)           # into the film's file, and into the libraries that want it
references(film, shot, "ark")                   # what goes with a shot's request
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from unplastic.errors import ClipError, FilmError, ProviderError
from unplastic.film import write_character
from unplastic.finish import measure
from unplastic.prompts import lexicon, rewrite
from unplastic.providers.capability import Capability
from unplastic.providers.card import named
from unplastic.providers.ledger import Attempt, Stage
from unplastic.providers.payment import Till, follow, order
from unplastic.providers.provider import PortraitRequest, Provider, Reference
from unplastic.providers.upload import measured
from unplastic.reading import Report
from unplastic.shot import Character, Film, Shot

MODEL = "recraft-v4.1-pro"
SEED = 1
WAIT_S, WAITS_MAX = 5.0, 120
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
    """The candidates for one character, best first, and what was asked."""

    character: str
    prompt: str
    model: str
    candidates: tuple[Candidate, ...]
    charged_usd: float | None


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
    sleep: Callable[[float], None] = time.sleep,
) -> Drawn:
    """Order ``count`` portraits, bring them home, measure each. The same ``batch`` is never ordered twice.

    Raises `BudgetSpent`, what the service refuses, and `ProviderError` where an order ended without pictures.
    """
    card = named(service.name, model)
    prompt = portrait_prompt(character, model)
    folder = film.folder / "cast" / character.name
    candidates: list[Candidate] = []
    attempts = [
        _ended(till, service, order(till, service, wish, shot=f"cast {character.name}", take=take), folder, sleep)
        for take, wish in _wishes(card, prompt, count, batch)
    ]
    for attempt in attempts:
        candidates += _candidates(service, attempt, len(candidates))
    ranked = tuple(sorted(candidates, key=_rank))
    known = [each.charged_usd for each in attempts if each.charged_usd is not None]
    drawn = Drawn(character.name, prompt, card.model, ranked, sum(known) if len(known) == len(attempts) else None)
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


def _ended(till: Till, service: Provider, attempt: Attempt, folder: Path, sleep: Callable[[float], None]) -> Attempt:
    for _ in range(WAITS_MAX):
        attempt = follow(till, service, attempt, folder, probe=lambda path: measured("image", path))
        if attempt.stage is Stage.SETTLED:
            return attempt
        if attempt.stage not in {Stage.SUBMITTED, Stage.LATE}:
            what = f"{service.title}: no portraits: {attempt.note or attempt.stage}"
            raise ProviderError(what, "look in the service's console; --again orders new ones")
        sleep(WAIT_S)
    raise ProviderError(f"{service.title}: the portraits are late", "run it again: nothing is ordered twice")


def _candidates(service: Provider, attempt: Attempt, before: int) -> list[Candidate]:
    addresses = _addresses(service, attempt)
    found = []
    for turn, row in enumerate(json.loads(attempt.results)):
        address = addresses[turn] if turn < len(addresses) else ""
        found.append(_looked_into(before + turn + 1, Path(row["path"]), row["sha256"], address))
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
