"""The shots of one scene beside each other, as they are now: light, tone, colour, grain, and who departs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from unplastic.errors import StoreError
from unplastic.lightsheet import LightSheet, from_words
from unplastic.looks.consensus import consensus
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.take import Take
from unplastic.reading import Report
from unplastic.report.document import read_clip
from unplastic.report.words import label, value_text

SHOWN = (
    ("light_azimuth", "face"), ("light_elevation", "face"), ("key_fill", "face"), ("black_level", "frame"),
    ("median_level", "frame"), ("white_level", "frame"), ("scene_chroma", "frame"), ("skin_chroma", "skin"),
    ("grain_sigma", "frame"),
)  # fmt: skip
TOLERANCES = 1.5
SHOTS_MIN = 3


def sheet(words: str) -> dict[str, Any]:
    """The light of a scene: its words, the sheet in a sentence, and its figures; nothing where nobody said."""
    from unplastic.errors import RecipeError

    try:
        found = from_words(words) if words else LightSheet()
    except RecipeError:
        found = LightSheet()
    return {"words": words, "sentence": found.sentence(), "azimuth_deg": found.azimuth_deg,
            "elevation_deg": found.elevation_deg, "stops": found.stops, "kelvin": found.kelvin}  # fmt: skip


def beside(desk: Desk, takes: Sequence[Take]) -> list[dict[str, Any]]:
    """For each take, the readings that a scene shares, and in words how far it departs from the others."""
    reports = {take.id: found for take in takes if (found := after(desk, take))}
    enough = len(reports) >= SHOTS_MIN
    agreed = consensus(list(reports.values()), is_hdr=False) if enough else None
    rows = []
    for take in takes:
        report = reports.get(take.id)
        apart = agreed.departures(report) if agreed and report else ()
        rows.append({
            "take": take.id, "shot": take.shot, "status": str(take.status), "revision": take.revision,
            "still": take.facts.get("still", ""),
            "readings": [_reading(report, *each) for each in SHOWN] if report else [],
            "apart": [
                {"name": each.trait.name, "text": each.trait.words(each.apart), "tolerances": round(each.tolerances, 2)}
                for each in apart if each.tolerances > TOLERANCES
            ],
            "said": [each["text"] for each in take.facts.get("continuity", ()) if each["name"].startswith("light_")],
        })  # fmt: skip
    return rows


def after(desk: Desk, take: Take) -> Report | None:
    """What the finished take reads like; None where it was not finished, or its report is gone."""
    if "report" not in take.facts:
        return None
    try:
        text = desk.store.path(take.facts["report"]).read_text(encoding="utf-8")
        return read_clip(json.loads(text)["clips"][0]["after"])
    except (StoreError, OSError, ValueError, KeyError):
        return None


def _reading(report: Report, name: str, region: str) -> dict[str, Any]:
    found = report.reading(name, region)
    is_known = found is not None and found.valid and found.value is not None
    return {
        "name": name,
        "label": label(found) if found else name,
        "text": value_text(found),
        "value": found.value if found and is_known else None,
    }
