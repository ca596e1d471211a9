"""The paired calibration: the same 24 prompts on every model, eight surfaces three times, and what their clips say.

Pairing takes the prompt out of the comparison. Twelve pairs a model see a difference of seven points four times in five
(two-sided t test at 5 %, paired sd 6: judgement until pairs are measured).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from unplastic.errors import RoutingError
from unplastic.providers.capability import Capability
from unplastic.providers.prices import estimate
from unplastic.providers.provider import VideoRequest
from unplastic.routing.candidates import whole_seconds
from unplastic.routing.evidence import Take
from unplastic.routing.model import SURFACES, model

SECONDS = 5.0


def prompts() -> Mapping[str, tuple[str, ...]]:
    """Three prompts for each surface."""
    text = (resources.files("unplastic") / "data" / "calibration.json").read_text(encoding="utf-8")
    return {surface: tuple(each) for surface, each in json.loads(text)["prompts"].items()}


def calibration(card: Capability, write: Callable[[str, str], str]) -> dict[str, Any]:
    """The set for one model as plain data: files, prompts as ``write`` (text, model key) makes them, a price."""
    seconds = whole_seconds(card.limits, SECONDS)
    size = "720p" if not card.limits.sizes or "720p" in card.limits.sizes else card.limits.sizes[0]
    rows, total, known = [], 0.0, True
    for surface in SURFACES:
        for number, text in enumerate(prompts()[surface], 1):
            seed = 1000 + len(rows) if card.limits.seed else None
            price = estimate(card, VideoRequest(card.model, text, seconds=seconds, size=size, seed=seed))
            known = known and price.high_usd is not None
            total += price.high_usd or 0.0
            name = f"{card.model}_{surface.replace(' ', '-')}_{number}.mp4"
            rows.append({"file": name, "surface": surface, "prompt": write(text, card.model), "seed": seed})
    return {
        "model": card.model,
        "version": model(card.model).version,
        "seconds": seconds,
        "size": size,
        "usd": round(total, 2) if known else None,
        "clips": rows,
    }


def results(document: Mapping[str, Any], scores: Mapping[str, tuple[float | None, float]], when_s: float) -> list[Take]:
    """The takes of a set whose clips were measured: ``scores`` maps a file's name to (score, coverage).

    Raises `RoutingError` for a document that is no set, and where not one of its clips was measured.
    """
    try:
        found = [
            Take(
                document["model"],
                document["version"],
                row["surface"],
                "",
                *scores[row["file"]],
                shot=row["file"],
                when_s=when_s,
            )
            for row in document["clips"]
            if row["file"] in scores
        ]
    except (KeyError, TypeError):
        raise RoutingError("this is no calibration set", "unplastic models calibrate NAME writes one") from None
    if not found:
        hint = f"name them as the set does, such as {document['clips'][0]['file']}"
        raise RoutingError("not one clip of the set was found", hint)
    return found


def read_set(path: Path) -> dict[str, Any]:
    """A set that `calibration` made, out of its file; raises `RoutingError` for another."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RoutingError(f"{path} is no calibration set", "unplastic models calibrate NAME writes one") from None
    if not isinstance(found, dict) or not isinstance(found.get("clips"), list) or not found["clips"]:
        raise RoutingError(f"{path} is no calibration set", "unplastic models calibrate NAME writes one")
    return found
