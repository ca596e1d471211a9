"""Timelines of editing programs: read, and written back in the formats that other programs take.

The only file that knows OpenTimelineIO's adapters. What a format did not keep is found by reading it back.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from unplastic.deliver.editorial import otio
from unplastic.deliver.labels import drops, has_dropped, undropped, with_plain_locators, with_whole_frames
from unplastic.deliver.markers import as_read, as_written, changes
from unplastic.errors import CutError

SUFFIXES = (".otio", ".edl", ".fcpxml", ".xml")
NAMES = {".otio": "OTIO", ".edl": "EDL", ".fcpxml": "FCPXML", ".xml": "Final Cut Pro 7 XML"}
ADAPTERS = {".otio": "otio_json", ".edl": "cmx_3600", ".fcpxml": "fcpx_xml", ".xml": "fcp_xml"}
GUESSED_RATES = (24.0, 25.0, 30.0, 50.0, 60.0)


def read_timeline(path: Path, rate: Fraction | None = None) -> Any:
    """The (first) timeline of a file. ``rate`` is an EDL's, which does not say it itself. Raises `CutError`."""
    library = otio()
    if path.suffix.lower() not in SUFFIXES:
        raise CutError(f"{path.name} is no timeline", f"use one of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise CutError(f"{path}: no such file", "check the name and the folder")
    found = _read_edl(path, rate) if path.suffix.lower() == ".edl" else _read(path)
    timeline = _first(found, path, library)
    as_read(timeline, path.suffix.lower())
    return timeline


def write_timeline(timeline: Any, path: Path) -> list[str]:
    """Write a timeline in the format of the suffix; returns what that format did not keep.

    A file that its adapter refuses to write is not there afterwards, and the only loss named.
    """
    name, rate = NAMES[path.suffix], _rate_of(timeline)
    why = _unfit(timeline, path.suffix)
    if why:
        return [f"{name} was not written: {why}"]
    try:
        with _quiet():
            held = as_written(timeline, path.suffix)
            otio().adapters.write_to_file(held, str(path), adapter_name=ADAPTERS[path.suffix], **_how(path))
        if path.suffix == ".edl" and rate and drops(rate) and not has_dropped(timeline):
            path.write_text(undropped(path.read_text(encoding="utf-8"), rate), encoding="utf-8")
    except Exception as trouble:  # adapters raise whatever they meet
        path.unlink(missing_ok=True)
        return [f"{name} was not written: {_said(trouble)}"]
    try:
        again = read_timeline(path, rate)
    except CutError as trouble:
        return [f"{name} cannot be read back: {trouble.message}"]
    return [f"{name} does not keep {text}" for text in losses(timeline, again)]


def _unfit(timeline: Any, suffix: str) -> str:
    """Why a format, or its adapter, cannot hold the rates of a timeline: both would count wrongly, and not say so."""
    rates = sorted({_exact(each.trimmed_range().start_time.rate) for each in timeline.find_clips()})
    if suffix == ".edl" and len(rates) > 1:
        return f"it has one frame rate, the cut {' and '.join(f'{float(each):.5g}' for each in rates)}"
    odd = next((each for each in rates if each.denominator != 1), None)
    return f"its adapter knows no {float(odd):.5g} pictures a second" if suffix == ".fcpxml" and odd else ""


def losses(before: Any, after: Any) -> list[str]:
    """What the first timeline has and the second has not."""
    had, has = _inventory(before), _inventory(after)
    gone = [
        f"{count - has[what]} of {count} {what}" if has[what] else f"{'the' if count == 1 else f'the {count}'} {what}"
        for what, count in had.items()
        if has[what] < count
    ]
    return [*gone, *changes(before, after)]


def items(timeline: Any) -> Iterator[tuple[Any, Any]]:
    """(track, item) of every thing directly on a track."""
    for track in timeline.tracks:
        for item in track if hasattr(track, "__iter__") else ():
            yield track, item


def _inventory(timeline: Any) -> Counter[str]:
    library = otio()
    schema = library.schema
    found: Counter[str] = Counter()
    for track in timeline.tracks:
        found[f"{str(track.kind).lower() if hasattr(track, 'kind') else 'nested'} tracks"] += bool(len(track))
        found["markers of tracks"] += len(getattr(track, "markers", ()))
    for _, item in items(timeline):
        if isinstance(item, schema.Transition):
            found["transitions"] += 1
            continue
        found["markers"] += len(getattr(item, "markers", ()))
        for effect in getattr(item, "effects", ()):
            found[f"effects ({effect.effect_name or type(effect).__name__})"] += 1
        if isinstance(item, schema.Clip):
            found["clips"] += 1
            generated = isinstance(item.media_reference, schema.GeneratorReference)
            found["generators and titles"] += generated
            found["links to media"] += bool(getattr(item.media_reference, "target_url", ""))
            found["colour decisions (CDL)"] += bool(item.metadata.get("cdl"))
        elif isinstance(item, library.core.Composition):
            found["nested clips"] += 1
    return +found


def _read(path: Path, **how: Any) -> Any:
    try:
        with _quiet():
            return otio().adapters.read_from_string(_text(path, how), ADAPTERS[path.suffix.lower()], **how)
    except Exception as trouble:  # adapters raise whatever they meet
        raise CutError(
            f"{path.name} cannot be read as {NAMES[path.suffix.lower()]} ({_said(trouble)})",
            "export it again, as OTIO if your program can",
        ) from trouble


def _text(path: Path, how: dict[str, Any]) -> str:
    """What a file says, its frames as the adapters read them rightly."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".fcpxml":
        return with_whole_frames(text)
    rate = _exact(how.get("rate", 24.0))
    return with_plain_locators(text, rate) if path.suffix.lower() == ".edl" and drops(rate) else text


def _read_edl(path: Path, rate: Fraction | None) -> Any:
    """An EDL does not say its rate: the given one, or the first of the usual ones that its timecodes fit."""
    if rate:
        return _read(path, rate=_smpte(float(rate)))
    last: CutError | None = None
    for each in GUESSED_RATES:
        try:
            return _read(path, rate=each)
        except CutError as trouble:
            last = trouble
            if "rate" not in trouble.message:
                break
    if last is None:
        raise CutError(f"{path.name} cannot be read as EDL", "export it again")
    raise last


def _first(found: Any, path: Path, library: Any) -> Any:
    if isinstance(found, library.schema.Timeline):
        return found
    inside = [each for each in found if isinstance(each, library.schema.Timeline)] if hasattr(found, "__iter__") else []
    if not inside:
        raise CutError(f"{path.name} holds no timeline", "export the timeline, not a bin of clips")
    return inside[0]


def _how(path: Path) -> dict[str, Any]:
    return {"style": "avid", "reelname_len": 32} if path.suffix == ".edl" else {}


def _rate_of(timeline: Any) -> Fraction | None:
    for _, item in items(timeline):
        span = getattr(item, "source_range", None)
        if span is not None:
            return _exact(span.start_time.rate)
    return None


def _exact(rate: float) -> Fraction:
    return Fraction(rate).limit_denominator(1001)


def _smpte(rate: float) -> float:
    return float(otio().opentime.RationalTime.nearest_smpte_timecode_rate(rate))


def _quiet() -> warnings.catch_warnings[None]:
    """Adapters warn of their own outdated calls; what they lose is found by reading back."""
    return warnings.catch_warnings(action="ignore")


def _said(trouble: BaseException) -> str:
    return " ".join(str(trouble).split())[:160] or type(trouble).__name__
