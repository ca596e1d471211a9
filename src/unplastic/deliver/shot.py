"""A shot to deliver: its pictures and what is done to them, out of an earlier finish or solved now."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from unplastic.clip import Clip
from unplastic.deliver.markers import Remark
from unplastic.errors import RecipeError
from unplastic.finish import solved
from unplastic.looks.stored import read_recipe
from unplastic.media.timecode import frame_number
from unplastic.upscale import Enlarged, enlarged

if TYPE_CHECKING:
    from unplastic.looks import Recipe

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done to shots that bring no recipe of their own: as the options of ``unplastic finish``."""

    look: str = "fine-35mm"
    strength: float = 1.0
    seed: int = 0
    rounds: int = 4
    upscale: str = "off"
    upscaler: str = "lanczos"


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """``name`` is the stem of its files; ``report`` the finish that it repeats; ``generated``: somebody knows it is.

    ``source`` says where its pictures lie, if that is not where ``clip`` is read.
    """

    name: str
    clip: Clip
    report: Path | None = None
    generated: bool = False
    source: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def first(self) -> int:
        """The number of its first frame: its timecode's, 0 where there is none."""
        return frame_number(self.clip.timecode or "", self.clip.frame_rate) or 0

    def recipe(self, treatment: Treatment, master: str, progress: Progress | None) -> tuple[Enlarged, Recipe, str]:
        """Its new size, its recipe, and where that comes from. Raises `RecipeError` for a report without one."""
        if self.report is None:
            larger, recipe = solved(
                self.clip, look=treatment.look, strength=treatment.strength, seed=treatment.seed,
                rounds=treatment.rounds, upscale=treatment.upscale, upscaler=treatment.upscaler, master=master,
                progress=progress,
            )  # fmt: skip
            return larger, recipe, f"solved now, look {recipe.look}"
        stored = read_recipe(self.report)
        larger = enlarged(self.clip, stored.upscale, stored.upscaler, seed=stored.recipe.seed)
        return larger, stored.recipe, f"as in {self.report.name}"


def report_of(path: Path) -> Path | None:
    """The report that an earlier finish of the clip ``path`` left beside it."""
    found = path.with_name(f"{path.stem}_report.json")
    return found if found.is_file() else None


def source_of(path: Path) -> tuple[Path, Path | None]:
    """The source behind a path that may be a finished file, and its report. Raises `RecipeError` if it is gone.

    Takes of a film lie as ``tk01_original``, ``tk01_upscaled``, ``tk01_finished`` and ``tk01_report`` side by side.
    """
    made, taken = FINISHED.fullmatch(path.stem), TAKEN.fullmatch(path.stem)
    if made:
        report = path.with_name(f"{made['name']}_report{made['turn'] or ''}.json")
        return (_behind(path, made["name"], report), report) if report.is_file() else (path, report_of(path))
    if taken and (reports := sorted(path.parent.glob(f"{glob.escape(taken['name'])}_report*.json"), key=_turn)):
        return _taken(path, taken["name"]) or path, reports[-1]
    return path, report_of(path)


FINISHED = re.compile(r"(?P<name>.+)_(?:finished|web)(?P<turn>_v\d+)?")
TAKEN = re.compile(r"(?P<name>tk\d+)_(?:original|upscaled)")


def _behind(path: Path, name: str, report: Path) -> Path:
    """What the finished file ``path`` was made of, as its report says."""
    said = Path(read_recipe(report).file)
    for place in (said, path.parent / said.name, _taken(path, name)):
        if place and place.is_file():
            return place
    raise RecipeError(f"{path.name} was made of {said.name}, which is gone", "put the source back beside it")


def _taken(path: Path, name: str) -> Path | None:
    """The file of a take that was finished: the enlarged one, where a service made one."""
    found = (sorted(path.parent.glob(f"{glob.escape(name)}_{role}.*")) for role in ("upscaled", "original"))
    return next(chain.from_iterable(found), None)


def _turn(report: Path) -> int:
    """Which finish of a take a report is of: the first has no number."""
    found = re.search(r"_v(\d+)$", report.stem)
    return int(found[1]) if found else 1
