"""Finish the clip: the main job, in a process of its own that can be stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from unplastic.errors import UnknownName
from unplastic.looks import look as find_look
from unplastic.looks.loop import ROUNDS
from unplastic.pipeline.craft import finished
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import CPU, Done, Outcome, Work
from unplastic.pipeline.store import link
from unplastic.pipeline.take import Event, Take
from unplastic.shot import look_file

GPU = "gpu"


@dataclass(frozen=True)
class Finish:
    """``look`` empty: the film's. ``strength``, ``master`` and ``web`` as `unplastic finish` has them.

    ``seed`` is the grain's.

    ``rounds`` is how often amounts are tried on samples. ``where``: "cpu" or "gpu", the machines that may do it.
    """

    name: ClassVar[str] = "finish"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = True

    look: str = ""
    strength: float = 1.0
    master: str = "prores"
    web: bool = True
    seed: int = 0
    rounds: int = ROUNDS
    where: str = CPU

    def __post_init__(self) -> None:
        if self.look:
            try:
                find_look(self.look)
            except UnknownName as wrong:
                raise ValueError(f"{wrong.message} ({wrong.hint})") from None
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength is from 0 to 1, not {self.strength}")
        if self.where not in {CPU, GPU}:
            raise ValueError(f"where is cpu or gpu, not {self.where!r}")

    def queue(self, take: Take | None, desk: Desk) -> str:
        """A machine that may do it."""
        return self.where

    def run(self, work: Work) -> Outcome:
        """Finish what was enlarged, or the original; the results go into the store before this returns.

        A wish of the take's own, which somebody turned while looking at it, goes before look and strength of the agent.
        """
        made = f"finished {work.job.turn}"
        if work.facts.get("made") == made:
            return Done("done before")
        work.need("original")
        role = "upscaled" if "upscaled" in work.facts else "original"
        upscale = work.facts.get("upscale", {"size": "off", "by": "lanczos"})
        wish: dict[str, Any] = work.facts.get("wish", {})
        look = wish.get("look") or self.look or work.film.look
        options: dict[str, Any] = {
            "look": look, "pins": wish.get("pins") or None,
            "strength": wish.get("strength", self.strength), "master": self.master, "web": self.web,
            "seed": self.seed, "rounds": self.rounds, "upscale": upscale["size"], "upscaler": upscale["by"],
        }  # fmt: skip
        with work.scratch() as folder:
            suffix = work.facts.get(f"{role}_suffix" if role == "upscaled" else "suffix", ".mp4")
            source = folder / f"{_flat(work.take)}{suffix}"
            link(work.desk.store.path(work.facts[role]), source)
            file, words = look_file(look)
            kept_look = work.desk.document(work.take.film)["pictures"].get(file)
            if kept_look:  # a look of the film's own: its file may be on another machine, or changed since
                options["look"] = f"{folder / Path(file).name}{words}"
                link(work.desk.store.path(kept_look), folder / Path(file).name)
            told = work.desk.workshop.run(finished, source, folder / "out", options, stopped=work.stopped)
            kept = {
                each: work.keep(
                    "finished" if each == "master" else each, Path(path), _name(work, each, Path(path).suffix)
                )
                for each, path in told.pop("outputs").items()
            }
        named = f"{Path(file).stem}{words}" if file else look
        facts = {**told, "made": made, "finished": kept["master"], "report": kept["json"], "look": named}
        before, after = told["before"]["score"], told["after"]["score"]
        return Done(f"{facts['look']}: {_words(before)} to {_words(after)}", facts | {"web": kept.get("web", "")})


def _flat(take: Take) -> str:
    return take.id.replace("/", "_")


def _name(work: Work, role: str, suffix: str) -> str:
    turn = "" if work.job.turn == 1 else f"_v{work.job.turn}"
    word = {"master": "finished", "html": "report", "json": "report"}.get(role, role)
    return f"{work.take.stem}_{word}{turn}{suffix}"


def _words(score: float | None) -> str:
    return "not measurable" if score is None else f"{score:.0f}"
