"""What a change of the film touches: the takes that were made of something else, and what it takes to mend that.

A new look asks for a new finish, which is free. A new prompt, light, character or frame asks for a new generation,
which has a price. Nothing runs because of it: a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from unplastic.pipeline.take import Take
from unplastic.pipeline.wish import FINISH, changed, made_of
from unplastic.shot import Film

Remedy = Literal["finish", "generate"]


@dataclass(frozen=True, slots=True)
class Touched:
    """A take that was made of something else than the film asks for now. ``usd`` None: the price is not known."""

    take: Take
    parts: tuple[str, ...]
    remedy: Remedy
    usd: float | None = 0.0

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"take": self.take.id, "changed": list(self.parts), "do": self.remedy, "usd": self.usd}

    def words(self) -> str:
        """One line for people."""
        price = "free" if self.remedy == "finish" else "price unknown" if self.usd is None else f"{self.usd:.2f} USD"
        return f"{self.take.id}: {', '.join(self.parts)} changed: {self.remedy} again ({price})"


def touched(
    takes: Sequence[Take], document: dict[str, Any], film: Film, prices: Mapping[str, float | None] | None = None
) -> list[Touched]:
    """Every take that still counts and was made of something else; ``prices`` are of one take, by the shot's name.

    ``document`` is `unplastic.pipeline.wish.freeze` of ``film``: it knows pictures by what is in them, so that another
    picture under the same name is seen.
    """
    shots = {(scene.name, shot.name): (scene, shot) for scene, shot in film.shots}
    found = []
    for take in takes:
        pair = shots.get((take.scene, take.shot))
        if pair is None or not take.status.counts or "made_of" not in take.facts:
            continue
        parts = tuple(changed(take.facts["made_of"], made_of(document, film, *pair)))
        if parts and set(parts) <= FINISH:
            found.append(Touched(take, parts, "finish"))
        elif parts:
            found.append(Touched(take, parts, "generate", (prices or {}).get(take.shot)))
    return found
