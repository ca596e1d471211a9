"""What a page asks for while somebody looks: a still under another wish, what a measure sees in a frame, a new finish.

Pictures are worked on in processes of their own, one thing after another; what nobody waits for is left out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from unplastic.errors import StoreError, WorkError
from unplastic.pipeline import craft, foreman
from unplastic.pipeline.agent import known, parse
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.take import Doing, Job, Status, Take
from unplastic.pipeline.workshop import Workshop

Side = Literal["raw", "finished"]
KEPT = 96
STAGE = "copies"


@dataclass
class Bench:
    """Two processes for what a page asks for: overlays, of which the last 96 are remembered, and stills."""

    overlays: Workshop = field(default_factory=lambda: Workshop(1))
    stills: Workshop = field(default_factory=lambda: Workshop(1))
    _made: OrderedDict[tuple[Any, ...], dict[str, Any]] = field(default_factory=OrderedDict)
    _latest: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def warm(self) -> None:
        """Have both processes ready before somebody waits for them."""
        self.stills.run(craft.ready, True, stopped=lambda: False)
        self.overlays.run(craft.ready, False, stopped=lambda: False)

    def overlay(self, desk: Desk, take: Take, side: Side, frame: int, kind: str) -> dict[str, Any]:
        """What a measure sees in a frame: ``{"png" | "marks", ...}``; raises errors of `unplastic.errors`."""
        path = _file(desk, take, side)
        key = (path.name, side, frame, kind)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        size = tuple(take.facts["size"]) if "size" in take.facts else None
        made = self.overlays.run(craft.seen, path, size, frame, kind, stopped=lambda: False)
        with self._lock:
            self._made[key] = made
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        return made

    def still(self, desk: Desk, take: Take, frame: int, wish: dict[str, Any], viewer: str) -> dict[str, Any]:
        """One frame as a finish under ``wish`` would make it: ``{"rgba", "width", "height", ...}``.

        Of one viewer's stills only the newest is made: the others raise `WorkError`.
        """
        with self._lock:
            mine = self._latest[viewer] = self._latest.get(viewer, 0) + 1
        source, report, wanted, upscale = _ingredients(desk, take, wish)
        with self._turn:
            if self._latest[viewer] != mine:
                raise WorkError("a newer still was asked for", "nothing: it is on its way")
            return self.stills.run(craft.previewed, source, report, frame, wanted, upscale, stopped=lambda: False)

    def make_ready(self, desk: Desk, take: Take, frame: int, viewer: str) -> bool:
        """Find out beforehand what a still of that frame needs, step by step; False where a still goes first."""
        with self._lock:
            asked = self._latest.get(viewer, 0)
        source, report, wish, upscale = _ingredients(desk, take, take.facts.get("wish") or {})
        for step, with_wish in ((craft.stood, ()), (craft.rehearsed, (wish,))):
            if not self._turn.acquire(blocking=False):
                return False
            try:
                if self._latest.get(viewer, 0) != asked:
                    return False
                self.stills.run(step, source, report, frame, *with_wish, upscale, stopped=lambda: False)
            finally:
                self._turn.release()
        return True

    def close(self) -> None:
        """End both."""
        self.overlays.close()
        self.stills.close()


def finish_again(desk: Desk, take: Take, wish: dict[str, Any], revision: int) -> tuple[Take, tuple[Job, ...]]:
    """Finish a take once more under a wish of its own, which stays with it. Raises `WorkError`, `RecipeError`."""
    craft.check_wish(wish)
    if "original" not in take.facts:
        raise WorkError(f"{take.id} has no clip yet", "wait until it has come in")
    if take.status in {Status.MAKING, Status.CANCELLED}:
        raise WorkError(f"{take.id} is {take.status}", "wait until its work is over")
    changed = desk.tables.change(take, facts={"wish": wish}, now_s=desk.now(), revision=revision)
    if changed is None:
        raise WorkError(f"{take.id} was changed while you looked", "look at it once more, then decide")
    jobs = foreman.redo(desk, changed)
    return desk.tables.take(take.film, take.id), jobs


def make_copies(desk: Desk, take: Take) -> tuple[Job, ...]:
    """Have the copies of a take made that has none: by every agent of the film that makes copies."""
    if "finished" not in take.facts:
        raise WorkError(f"{take.id} is not finished yet", "wait for its first finish")
    started: list[Job] = []
    jobs = [each for each in desk.tables.jobs(take.film) if each.take == take.id]
    if any(not each.doing.is_over and _copies(desk, each.film, each.agent, each.version) for each in jobs):
        return ()
    for name, version in foreman.agents(desk, take.film).items():
        if _copies(desk, take.film, name, version):
            turn = max((each.turn for each in jobs if each.agent == name), default=0) + 1
            desk.tables.add_job(Job(take.film, take.id, name, turn, version, Doing.WAITING))
            started += foreman.released(desk, take.film, parse(desk.tables.recipe(take.film, name, version), name))
    if not started:
        raise WorkError("no agent of this film makes copies", "unplastic run FILM enlists the Projectionist")
    return tuple(started)


def enlist_projectionist(desk: Desk, film: str, folder: Path) -> None:
    """Let the film have an agent that makes copies, where it was begun before there was one."""
    enlisted = dict(foreman.agents(desk, film))
    if not any(_copies(desk, film, name, version) for name, version in enlisted.items()):
        makers = [each for each in known(folder).values() if any(step.get("stage") == STAGE for step in each.do)]
        foreman.enlist(desk, film, makers)
        desk.tables.put(film, foreman.AGENTS, enlisted | dict(foreman.agents(desk, film)))


def dials() -> dict[str, Any]:
    """What a page offers to turn: looks with their intentions, and parameters with their intervals."""
    return craft.dials()


def _copies(desk: Desk, film: str, name: str, version: int) -> bool:
    agent = parse(desk.tables.recipe(film, name, version), name)
    return any(step.get("stage") == STAGE for step in agent.do)


def _ingredients(desk: Desk, take: Take, wish: dict[str, Any]) -> tuple[Path, Path, dict[str, Any], dict[str, str]]:
    """The clip and the report that a still is made from, the whole wish, and the size; raises `WorkError`."""
    if "report" not in take.facts:
        raise WorkError(f"{take.id} was not finished yet", "wait for its first finish")
    role = "upscaled" if "upscaled" in take.facts else "original"
    source, report = desk.store.path(take.facts[role]), desk.store.path(take.facts["report"])
    wanted = {"look": wish.get("look") or take.facts.get("look") or desk.film(take.film).look} | _plain(wish)
    return source, report, wanted, take.facts.get("upscale", {"size": "off", "by": "lanczos"})


def _file(desk: Desk, take: Take, side: Side) -> Path:
    key = "finished" if side == "finished" else "original"
    if key not in take.facts:
        raise WorkError(f"{take.id} has no {side} clip yet", "wait until it has come in")
    try:
        return desk.store.path(take.facts[key])
    except StoreError as gone:
        raise WorkError(f"the {side} clip of {take.id} is gone: {gone.message}", gone.hint) from None


def _plain(wish: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in wish.items() if key in {"strength", "pins"}}
