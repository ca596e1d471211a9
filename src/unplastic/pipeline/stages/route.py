"""Choose the model that fits the shot's surface, and write its prompt for it. The first choice of a film holds."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import CPU, Done, Hold, Outcome, Work
from unplastic.pipeline.take import Event, Take
from unplastic.planning import evidence, services, written
from unplastic.routing import route
from unplastic.routing.choice import Choice

SEED_MAX = 2**31 - 1


@dataclass(frozen=True)
class Route:
    """``seed`` decides where chance does."""

    name: ClassVar[str] = "route"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    seed: int = 0

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine."""
        return CPU

    def run(self, work: Work) -> Outcome:
        """The choice is made once for a film as it is, so that all takes of a scene come from the same model."""
        if "request" in work.facts:
            return Done("chosen before")
        if work.shot is None:
            return Hold(f"the film has no shot {work.take.shot} any more", "put it back, or cancel the take")
        scene, shot = work.shot
        wish = work.desk.wish(work.take.film)
        choices = work.desk.decided(work.take.film, f"route {wish.digest}", lambda: self._choices(work))
        chosen = choices[f"{scene.name}/{shot.name}"]
        if chosen["request"] is None:
            return Hold(chosen["why"], "unplastic route FILM says what each filter took out")
        key = f"prompts {wish.digest} {scene.name} {chosen['model']}"
        prompts = work.desk.decided(work.take.film, key, lambda: dict(written(scene, chosen["model"], work.film)))
        request = chosen["request"] | {"prompt": prompts[shot.name]}
        if request["seed"] is not None:
            request["seed"] = take_seed(work.take.film, work.take.id)
        known = {name: chosen[name] for name in ("model", "service", "why", "surface", "version")}
        return Done(chosen["why"], {"route": known, "request": request})

    def _choices(self, work: Work) -> dict[str, Any]:
        made = route(work.film, services=services(work.desk.settings), takes=evidence(None), seed=self.seed)
        return {f"{each.scene}/{each.shot}": _plain(each) for each in made}


def take_seed(film: str, take: str) -> int:
    """A seed of its own for each take: it tells orders apart in a service's list."""
    return int.from_bytes(hashlib.sha256(f"{film}/{take}".encode()).digest()[:4], "big") % SEED_MAX


def _plain(choice: Choice) -> dict[str, Any]:
    known: dict[str, Any] = {"why": choice.why, "surface": choice.surface, "request": None}
    if choice.best is None:
        return known
    best = choice.best.candidate
    request = {key: value for key, value in asdict(best.request).items() if key not in {"references", "mark"}}
    version = getattr(best.model, "version", "")
    return known | {"model": best.model.key, "service": best.service.name, "version": version, "request": request}
