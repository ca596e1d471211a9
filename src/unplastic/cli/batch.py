"""Many clips: one bad clip does not stop the others, and is named at the end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from unplastic.cli.outcome import DONE, UNMET, say_error
from unplastic.cli.show import ClipProgress, print_finished, print_json, say
from unplastic.errors import ClipDamaged, RecipeError, ResultExists, UnplasticError
from unplastic.finish import finish, measure, plate
from unplastic.finished import Finished
from unplastic.lightsheet import LightSheet
from unplastic.looks.loop import ROUNDS
from unplastic.looks.plate import Plate
from unplastic.looks.stored import Stored, read_recipe
from unplastic.reading import Report
from unplastic.scene import Scene, read_scene, side_by_side


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of every clip of a batch; the fields are the options of ``unplastic finish``."""

    look: str
    out: Path | None
    strength: float
    master: str
    web: bool
    seed: int
    overwrite: bool
    pins: dict[str, dict[str, Any]] = field(default_factory=dict)
    upscale: str = "off"
    upscaler: str = "lanczos"
    match: Path | Plate | None = None
    recipe: Path | None = None
    rounds: int = ROUNDS
    scene: Scene | None = None

    def resolved(self) -> Job:
        """The job that the recipe's own look, strength, seed, pins and size make, to be solved anew for every clip."""
        if self.recipe is None:
            raise RecipeError("--resolve needs --recipe", "give the report of an earlier finish")
        stored = read_recipe(self.recipe)
        asked = stored.recipe
        return replace(
            self,
            recipe=None,
            look=asked.look,
            strength=asked.strength,
            seed=asked.seed,
            pins=stored.pins | self.pins,
            upscale=stored.upscale,
            upscaler=stored.upscaler,
            match=self.match or _plate_of(stored, self.recipe.parent),
        )

    def finish(self, path: Path, progress: Any = None) -> Finished:
        """Finish one clip."""
        return finish(
            path,
            look=self.look,
            out=self.out,
            strength=self.strength,
            match=self.match,
            upscale=self.upscale,
            upscaler=self.upscaler,
            master=self.master,
            web=self.web,
            seed=self.seed,
            overwrite=self.overwrite,
            pins=self.pins,
            recipe=self.recipe,
            rounds=self.rounds,
            scene=self.scene.shots[path].agreed if self.scene else None,
            progress=progress,
        )

    def of_scene(self, clips: list[Path], light: LightSheet | None = None) -> Job:
        """The job for ``clips`` that are shots of one scene, which is measured first."""
        say(f"measuring the shots of the scene ({len(clips)})")
        return replace(
            self,
            scene=read_scene(
                clips, look=self.look, strength=self.strength, pins=self.pins, recipe=self.recipe, light=light
            ),
        )


def _plate_of(stored: Stored, folder: Path) -> Path | None:
    """The plate of an earlier recipe: beside its report, or here."""
    if stored.plate is None:
        return None
    for place in (folder / stored.plate, Path(stored.plate)):
        if place.is_file():
            return place
    raise RecipeError(f"the recipe was matched to {stored.plate}, which is not here", "say where it is with --match")


def finish_all(
    inputs: list[Path],
    job: Job,
    *,
    jobs: int,
    as_json: bool,
    as_scene: bool = False,
    light: LightSheet | None = None,
) -> int:
    """Finish every clip of ``inputs``; print each result as it comes, or one JSON document at the end.

    A plate is read once, before any clip, and so are the shots of a scene, whose results are printed when all of them
    are there. Raises a `ClipError` for a plate or a scene that cannot be used.
    """
    from unplastic.report import finished as document

    clips, failed = _clips(inputs)
    failed += _same_names(clips, job)
    if isinstance(job.match, Path):
        job = replace(job, match=plate(job.match))
    if as_scene and clips:
        job = job.of_scene(clips, light)
    errors: dict[Path, UnplasticError] = dict(job.scene.left_out) if job.scene else {}
    for error in errors.values():
        say_error(error)
    results: list[Finished] = []
    for path, outcome in _outcomes([path for path in clips if path not in errors], job, jobs):
        if isinstance(outcome, UnplasticError):
            say_error(outcome)
            errors[path] = outcome
            continue
        results.append(outcome)
        if not as_json and not job.scene:
            print_finished(outcome)
    failed += errors
    if job.scene:
        results = side_by_side(job.scene, results, errors)
        for result in () if as_json else results:
            print_finished(result)
    if as_json:
        print_json(document(results))
    _say_sum(len(results), failed)
    return UNMET if failed else DONE


def measure_all(inputs: list[Path]) -> tuple[dict[Path, Report], list[Path]]:
    """Measure every clip of ``inputs``; returns the reports by path, and the paths that failed (already said)."""
    clips, failed = _clips(inputs)
    reports: dict[Path, Report] = {}
    for path in clips:
        try:
            reports[path] = measure(path)
        except UnplasticError as error:
            say_error(error)
            failed.append(path)
    return reports, failed


def _clips(inputs: list[Path]) -> tuple[list[Path], list[Path]]:
    from unplastic.media import list_clips

    clips: dict[Path, None] = {}
    failed = []
    for path in inputs:
        try:
            clips.update(dict.fromkeys(list_clips(path)))
        except UnplasticError as error:
            say_error(error)
            failed.append(path)
    return list(clips), failed


def _same_names(clips: list[Path], job: Job) -> list[Path]:
    """Clips of one name from two folders would overwrite each other's results: the later ones are refused."""
    seen: dict[tuple[Path, str], Path] = {}
    refused = []
    for path in list(clips):
        key = (job.out or path.parent, path.stem)
        if key in seen:
            say_error(
                ResultExists(f"{path} and {seen[key]} would write the same result", "finish them into two folders")
            )
            clips.remove(path)
            refused.append(path)
        seen.setdefault(key, path)
    return refused


def _outcomes(clips: list[Path], job: Job, jobs: int) -> Iterator[tuple[Path, Finished | UnplasticError]]:
    if jobs > 1 and len(clips) > 1:
        yield from _in_processes(clips, job, jobs)
        return
    for number, path in enumerate(clips, 1):
        label = f"{path.name} ({number}/{len(clips)})" if len(clips) > 1 else path.name
        with ClipProgress(label) as progress:
            try:
                outcome: Finished | UnplasticError = job.finish(path, progress)
            except UnplasticError as error:
                outcome = error
        yield path, outcome


def _in_processes(clips: list[Path], job: Job, jobs: int) -> Iterator[tuple[Path, Finished | UnplasticError]]:
    """One process per clip at a time: what a decoder crash takes down is its own clip."""
    with ProcessPoolExecutor(min(jobs, len(clips)), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(job.finish, path): path for path in clips}
        try:
            for number, future in enumerate(as_completed(waiting), 1):
                path = waiting[future]
                say(f"{number}/{len(clips)} {path.name}")
                try:
                    yield path, future.result()
                except UnplasticError as error:
                    yield path, error
                except BrokenProcessPool:
                    yield (
                        path,
                        ClipDamaged(f"{path}: the decoder crashed on a clip of this batch", "finish it by itself"),
                    )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _say_sum(done: int, failed: list[Path]) -> None:
    if failed:
        say(f"{done} finished, {len(failed)} not: {', '.join(path.name for path in failed)}")
    elif done > 1:
        say(f"{done} finished")
