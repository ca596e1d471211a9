"""A shot to deliver: its pictures and what is done to them, out of an earlier finish or solved now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unplastic.clip import Clip
from unplastic.errors import RecipeError
from unplastic.finish import solved
from unplastic.looks.stored import read_recipe
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
    """``name`` is the stem of its files; ``report`` the finish that it repeats; ``generated``: somebody knows it is."""

    name: str
    clip: Clip
    report: Path | None = None
    generated: bool = False

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
    """The source behind a path that may be a finished file: (source, report). Raises `RecipeError` if it is gone."""
    import json

    stem = next((path.stem.removesuffix(end) for end in ("_finished", "_web") if path.stem.endswith(end)), None)
    report = path.with_name(f"{stem}_report.json") if stem else None
    if report is None or not report.is_file():
        return path, report_of(path)
    document: Any = json.loads(report.read_text(encoding="utf-8"))
    said = Path(str(document["clips"][0].get("file", "")))
    for place in (said, path.parent / said.name):
        if place.is_file():
            return place, report
    raise RecipeError(f"{path.name} was made of {said.name}, which is gone", "put the source back beside it")
