"""The main job: clip and look in; finished clip, and a report of before and after, out.

Measured, treated, measured again on the file that was written. Nothing gets its final name before all of it is done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from unplastic.clip import Clip, Picture
from unplastic.crops import crops
from unplastic.errors import ClipError
from unplastic.finished import Finished
from unplastic.guards import Declared, Pair, check_guards, paired, sampled
from unplastic.looks import Recipe, solve
from unplastic.looks import look as find_look
from unplastic.looks.consensus import Consensus
from unplastic.looks.declared import declared
from unplastic.looks.loop import ROUNDS, Settled, Tried, settle
from unplastic.looks.plate import Plate, read_plate, refuse_hdr
from unplastic.looks.stored import read_recipe
from unplastic.measure import examine, plan
from unplastic.media import Landing, Writer, container_suffix, pictures, probe
from unplastic.reading import Finding, Report
from unplastic.render import render
from unplastic.trial import Samples, geometry, shown
from unplastic.upscale import Enlarged, enlarged
from unplastic.vision import FirstSeen

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `treat_clip` wrote and noticed."""

    notes: tuple[str, ...]
    in_flight_peak: int


def measure(path: str | Path) -> Report:
    """Measure one clip. Raises an error of `unplastic.errors` for a clip that cannot be measured.

    >>> report = measure(clip)
    >>> report.width, report.height, report.frames
    (256, 192, 24)
    """
    clip = probe(Path(path))
    return examine(_runs(clip), clip)


def plate(path: str | Path) -> Plate:
    """Read a camera plate, a clip or a still, once for any number of clips: ``finish(clip, match=plate(path))``.

    Raises a `ClipError` for one that cannot be used.
    """
    try:
        clip = probe(Path(path))
        refuse_hdr(clip)
        return read_plate(clip, examine(_runs(clip), clip), _runs(clip))
    except ClipError as error:
        raise type(error)(f"the plate cannot be used: {error.message}", error.hint) from error


def finish(
    path: str | Path,
    *,
    look: str = "fine-35mm",
    out: str | Path | None = None,
    strength: float = 1.0,
    match: str | Path | Plate | None = None,
    upscale: str = "off",
    upscaler: str = "lanczos",
    master: str = "prores",
    web: bool = True,
    seed: int = 0,
    overwrite: bool = False,
    pins: dict[str, dict[str, Any]] | None = None,
    recipe: str | Path | None = None,
    rounds: int = ROUNDS,
    scene: Consensus | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Finish one clip: ``OUT/<name>_finished.<ext>``, ``<name>_web.mp4``, ``<name>_report.html`` and ``.json``.

    ``out`` is a folder, the clip's own if None. ``strength`` 0..1 scales the look; ``pins`` fixes parameters, as
    ``{"grain": {"sigma_codes8": 1.5}}``. ``match`` is a camera plate to come close to, a file or what `plate` read of
    it. ``upscale`` ("1080p", "2160p", "2x", "off") comes first of all, and "before" is then measured and shown at the
    new size, enlarged plainly. ``recipe`` is the report of an earlier finish, whose values are then used as they were
    (``look``, ``strength``, ``seed``, ``match``, ``pins`` and ``upscale`` do not count). ``rounds`` is how often
    samples may be treated and measured to settle on amounts; 0 takes the forecast. ``scene`` is what the other
    shots of its scene agree on, see `unplastic.scene`. ``progress`` is told (stage, done, total).

    Raises errors of `unplastic.errors`; whatever happens, the source and earlier results stay as they are until the new
    are complete.

    >>> made = finish(clip, look="fine-35mm+slightly-warmer", out=folder / "made", web=False, master="h264", rounds=0)
    >>> made.outputs["master"].name
    'shot_finished.mp4'
    """
    started = time.perf_counter()
    stored = read_recipe(recipe) if recipe else None
    chosen = find_look(look)
    target = match if isinstance(match, Plate | None) else plate(match)
    clip = probe(Path(path))
    if stored:
        upscale, upscaler, seed = stored.upscale, stored.upscaler, stored.recipe.seed
    larger = enlarged(clip, upscale, upscaler, seed=seed)
    work = _Work(clip, larger, master, target, progress or (lambda *_: None))
    with Landing(_result_paths(larger.clip, out, master, web=web), source=clip.path, overwrite=overwrite) as landing:
        before, seen = work.measured()
        if stored:
            settled = Settled(stored.recipe, (), "run again as it was")
        else:
            forecast = solve(
                chosen, seen, larger.clip, strength=strength, seed=seed, pins=pins, plate=target, scene=scene
            )
            settled = work.settled(forecast, before, rounds)
        finished = work.done(before, settled, landing, started)
        write_reports(finished, landing)
    return finished


@dataclass(frozen=True, slots=True)
class _Work:
    """One clip on its way through `finish`."""

    clip: Clip
    larger: Enlarged
    master: str
    plate: Plate | None
    tell: Progress
    first_seen: FirstSeen = field(default_factory=FirstSeen)

    def measured(self) -> tuple[Report, Report]:
        """(before, as shown and compared: enlarged plainly; what the treatments will get to see)."""
        clip, larger = self.clip, self.larger
        self.tell("measure", 0, clip.frames)
        before = self._examine(larger.clip, source=clip, through=larger.plain)
        if larger.is_plain:
            return before, before
        return before, self._examine(larger.clip, source=clip, through=larger)

    def settled(self, forecast: Recipe, before: Report, rounds: int) -> Settled:
        """The forecast, tried on samples and turned until it holds."""
        if not rounds:
            return Settled(forecast, (), "not tried: the forecast was taken")
        samples, count = Samples(self.clip, self.larger, self.master, self.first_seen), 0

        def trial(recipe: Recipe) -> Tried:
            nonlocal count
            self.tell("try", count, rounds)
            count += 1
            return samples.tried(recipe, before)

        return settle(forecast, before, trial, rounds=rounds)

    def done(self, before: Report, settled: Settled, landing: Landing, started: float) -> Finished:
        """Treat the clip, measure what was written, and compare. ``started`` is on the clock of `perf_counter`."""
        clip, larger, recipe = self.clip, self.larger, settled.recipe
        targets = {role: landing.aside(role) for role in ("master", "web") if role in landing.finals()}
        rendered = treat_clip(clip, recipe, targets, larger=larger, master=self.master, progress=self.tell)
        self.tell("measure", clip.frames, clip.frames)
        written = probe(targets["master"])
        after = replace(self._examine(written), file=landing.final("master").name)
        pair = _paired((before, after), clip, written, larger, declared(recipe, larger))
        document = recipe.document() | {"upscale": larger.document, "loop": settled.document()}
        return Finished(
            file=str(clip.path),
            outputs=landing.finals(),
            before=before,
            after=after,
            recipe=document | _plate_document(self.plate),
            guards=check_guards(pair),
            seconds=time.perf_counter() - started,
            frames=clip.frames,
            findings=(*before.findings, *_left_out(recipe), *(self.plate.findings if self.plate else ())),
            notes=(*larger.notes, *rendered.notes),
            crops=crops(clip, larger, written, before),
        )

    def _examine(
        self, clip: Clip, *, source: Clip | None = None, through: Callable[[Picture], Picture] | None = None
    ) -> Report:
        """Measure ``clip``; its pictures are those of ``source`` gone ``through`` an upscaler, if not its own.

        Before and after are measured on the same skin, hair and cloth.
        """
        decoded = _runs(source or clip)
        runs = (map(through, run) for run in decoded) if through else decoded
        return examine(runs, clip, judged_as=self.clip, first_seen=self.first_seen)


def solved(
    clip: Clip,
    *,
    look: str = "fine-35mm",
    strength: float = 1.0,
    match: Plate | None = None,
    upscale: str = "off",
    upscaler: str = "lanczos",
    master: str = "prores",
    seed: int = 0,
    rounds: int = ROUNDS,
    progress: Progress | None = None,
) -> tuple[Enlarged, Recipe]:
    """What `finish` would do to ``clip``, which may be a part of a file: its size then, and the settled recipe."""
    larger = enlarged(clip, upscale, upscaler, seed=seed)
    work = _Work(clip, larger, master, match, progress or (lambda *_: None))
    before, seen = work.measured()
    forecast = solve(find_look(look), seen, larger.clip, strength=strength, seed=seed, plate=match)
    return larger, work.settled(forecast, before, rounds).recipe


def treat_clip(
    clip: Clip,
    recipe: Recipe,
    targets: dict[str, Path],
    *,
    larger: Enlarged | None = None,
    master: str = "prores",
    preset: str | None = None,
    progress: Progress | None = None,
) -> Rendered:
    """Treat every picture of ``clip`` into ``targets`` ("master", and "web" if wanted), copying all other streams."""
    from unplastic.treat import Chain  # brings the kernels' compiler: measuring does not need it

    files = {master if role == "master" else role: path for role, path in targets.items()}
    larger = larger or enlarged(clip)
    chain = Chain(recipe.treatments, geometry(larger.clip, master, recipe.seed))
    with Writer(larger.clip, files, preset=preset) as writer:

        def treated(source: Iterator[Picture]) -> Iterator[Picture]:
            for picture, scene in shown(map(larger, source), larger, chain):
                target = writer.blank(picture.index, picture.pts, picture.duration)
                chain.run(picture, target, scene)
                yield target

        told = (lambda done: progress("treat", done, clip.frames)) if progress else None
        flow = render(pictures(clip), treated, [writer], progress=told)
    return Rendered(writer.notes, flow.in_flight_peak)


def _runs(clip: Clip) -> Iterator[Iterator[Picture]]:
    return (pictures(clip, start=frames.start, count=len(frames)) for frames in plan(clip))


def _plate_document(target: Plate | None) -> dict[str, Any]:
    return {"plate": target.document()} if target else {}


def _result_paths(clip: Clip, out: str | Path | None, master: str, *, web: bool) -> dict[str, Path]:
    folder = Path(out) if out else clip.path.parent
    stem = clip.path.stem
    paths = {"master": folder / f"{stem}_finished{container_suffix(master, clip)}"}
    if web:
        paths["web"] = folder / f"{stem}_web.mp4"
    return paths | {"html": folder / f"{stem}_report.html", "json": folder / f"{stem}_report.json"}


def _paired(reports: tuple[Report, Report], clip: Clip, written: Clip, larger: Enlarged, put_in: Declared) -> Pair:
    """The same few frames of the source, enlarged plainly, and of what was written: what guards compare."""

    def samples() -> Iterator[tuple[list[Picture], list[Picture]]]:
        for run in sampled(clip, put_in):
            was, now = (pictures(each, start=run.start, count=len(run)) for each in (clip, written))
            yield [larger.plain(picture) for picture in was], list(now)

    return paired(reports, clip, written, samples(), put_in, finished=larger.clip)


def _left_out(recipe: Recipe) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            f"{name}_left_out",
            "info",
            "frame",
            None,
            f"{name} was left out: {reason}",
            "grade HDR in a managed pipeline",
        )
        for name, reason in recipe.left_out.items()
    )


def write_reports(finished: Finished, landing: Landing) -> None:
    """Write the page and the JSON of a finished clip aside."""
    from unplastic.report import finished as document
    from unplastic.report import finished_page

    text = json.dumps(document([finished]), indent=2, ensure_ascii=False, allow_nan=False)
    landing.aside("json").write_text(text + "\n", encoding="utf-8")
    landing.aside("html").write_text(finished_page(finished), encoding="utf-8")
