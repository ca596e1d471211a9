"""Timelines of known content over files of a folder, for the tests of cuts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio

HOUR = 86_400


def span(start: int, count: int, rate: float = 24) -> Any:
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(count, rate))


def clip(media: Path, name: str, start: int, count: int, **options: Any) -> Any:
    rate = options.get("rate", 24)
    known = options.get("known", span(HOUR, 24, rate))
    url = options.get("url", (media / f"{name}.mp4").as_uri())
    return otio.schema.Clip(name, otio.schema.ExternalReference(url, known), span(HOUR + start, count, rate))


def written(folder: Path, things: list[Any], name: str = "cut.otio", sound: list[Any] | None = None) -> Path:
    timeline = otio.schema.Timeline("cut")
    track = otio.schema.Track("V1", kind="Video")
    track.extend(things)
    timeline.tracks.append(track)
    if sound:
        voice = otio.schema.Track("A1", kind="Audio")
        voice.extend(sound)
        timeline.tracks.append(voice)
    path = folder / name
    otio.adapters.write_to_file(timeline, str(path))
    return path


def trouble(media: Path, kind: str) -> Any:
    if kind == "missing":
        return clip(media, "c", 2, 4)
    if kind == "another rate":
        return clip(media, "a", 2, 4, rate=25, known=None)
    if kind == "nested":
        nested = otio.schema.Stack("inner")
        nested.append(clip(media, "a", 0, 4))
        return nested
    if kind == "generator":
        return otio.schema.Clip("bars", otio.schema.GeneratorReference("bars", "SMPTEBars"), span(0, 4))
    if kind == "beyond the end":
        return clip(media, "a", 22, 9)
    made = clip(media, "a", 2, 4)
    made.effects.append(otio.schema.LinearTimeWarp("slow", 0.5))
    return made
