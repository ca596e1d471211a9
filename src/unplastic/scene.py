"""The shots of one scene, finished together: measured first, matched to what most of them show, and compared again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from unplastic.clip import Clip
from unplastic.errors import ClipError, ClipUnsupported, RecipeError, UnplasticError
from unplastic.finish import Progress, finish, measure, write_reports
from unplastic.finished import Finished
from unplastic.lightsheet import LightSheet
from unplastic.looks import look as find_look
from unplastic.looks.consensus import consensus
from unplastic.looks.lighting import ShotLight, lighting
from unplastic.looks.together import Shot, together
from unplastic.media import Landing, probe
from unplastic.reading import Finding, Report
from unplastic.registry import member


@dataclass(frozen=True, slots=True)
class Scene:
    """The shots of a scene by their files, and the clips that could not be measured."""

    shots: dict[Path, Shot]
    left_out: dict[Path, UnplasticError]
    grain_codes8: float
    is_hdr: bool
    lights: dict[Path, ShotLight] = field(default_factory=dict)


def finish_scene(
    paths: Iterable[str | Path],
    *,
    look: str = "fine-35mm",
    strength: float = 1.0,
    pins: dict[str, dict[str, Any]] | None = None,
    light: LightSheet | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> list[Finished]:
    """Finish the shots of one scene so that they match each other in tone, colour, grain and sharpness.

    ``light`` is what the scene's light is meant to be; without it the shots' light is compared with each other's.
    ``options`` are those of `unplastic.finish`, without ``recipe``. A clip that cannot be measured or decoded is left
    out, and every other shot's findings name it; outliers and mixed scenes are named there as well. Raises errors of
    `unplastic.errors`: those of `finish` for a wrong wish or a result that cannot be written, `ClipUnsupported` for HDR
    and SDR shots in one scene, and the first clip's error when no clip can be used.

    >>> shots = finish_scene([clip], out=folder / "scene", web=False, master="h264", rounds=0)
    >>> [shot.outputs["json"].name for shot in shots]
    ['shot_report.json']
    """
    scene = read_scene(paths, look=look, strength=strength, pins=pins, recipe=options.pop("recipe", None), light=light)
    results: list[Finished] = []
    failed: dict[Path, UnplasticError] = {}
    for path, shot in scene.shots.items():
        try:
            wishes: dict[str, Any] = {"look": look, "strength": strength, "pins": pins, "progress": progress}
            results.append(finish(path, scene=shot.agreed, **wishes, **options))
        except ClipError as error:
            failed[path] = error
    if not results:
        raise next(iter(failed.values()))
    return side_by_side(scene, results, failed)


def read_scene(
    paths: Iterable[str | Path],
    *,
    look: str = "fine-35mm",
    strength: float = 1.0,
    pins: dict[str, dict[str, Any]] | None = None,
    recipe: str | Path | None = None,
    light: LightSheet | None = None,
) -> Scene:
    """Measure all shots of a scene and find what they agree on. Raises as `finish_scene` does."""
    if recipe is not None:
        raise RecipeError("a recipe that runs again as it was cannot be matched to a scene", "leave out one of both")
    grain_codes8 = _grain_codes8(look, strength, pins or {})
    clips: dict[Path, Clip] = {}
    reports: dict[Path, Report] = {}
    left_out: dict[Path, UnplasticError] = {}
    for path in dict.fromkeys(map(Path, paths)):
        try:
            clips[path], reports[path] = probe(path), measure(path)
        except ClipError as error:
            left_out[path] = error
    if not reports:
        raise next(iter(left_out.values()), ClipError("a scene without a shot", "give the clips of one scene"))
    is_hdr = _is_hdr([clips[path] for path in reports])
    shots = together(list(reports.values()), grain_codes8=grain_codes8, is_hdr=is_hdr)
    lights = dict(zip(reports, lighting(list(reports.values()), light), strict=True))
    return Scene(dict(zip(reports, shots, strict=True)), left_out, grain_codes8, is_hdr, lights)


def side_by_side(
    scene: Scene, results: Sequence[Finished], failed: Mapping[Path, UnplasticError] | None = None
) -> list[Finished]:
    """``results`` with what their scene says of each, and how far it lies from the others now; their reports as well.

    ``failed`` are clips that could not be finished after all.
    """
    missing = scene.left_out | dict(failed or {})
    findings = tuple(_left_out(path, error) for path, error in missing.items())
    told = []
    for finished in results:
        shot = scene.shots[Path(finished.file)]
        group = [each.after for each in results if scene.shots[Path(each.file)].group == shot.group]
        agreed = consensus(group, is_hdr=scene.is_hdr)
        after = agreed.departures(finished.after, grain_codes8=scene.grain_codes8)
        document = shot.document(after)
        lit = scene.lights.get(Path(finished.file))
        said = _said_of_light(lit)
        if lit:
            document |= {"light": lit.document(), "said": [*document["said"], *(each.text for each in said)]}
        recipe = finished.recipe | {"scene": document}
        told.append(replace(finished, recipe=recipe, findings=(*finished.findings, *shot.findings, *said, *findings)))
        _write_again(told[-1])
    return told


def _said_of_light(lit: ShotLight | None) -> tuple[Finding, ...]:
    """What no grade mends, or only a shaping of the face; what the grade mends, this finish has just done."""
    return tuple(each for each in lit.findings if each.name != "scene_light_grade") if lit else ()


def _write_again(finished: Finished) -> None:
    reports = {role: finished.outputs[role] for role in ("html", "json")}
    with Landing(reports, source=Path(finished.file), overwrite=True) as landing:
        write_reports(finished, landing)


def _grain_codes8(look: str, strength: float, pins: dict[str, dict[str, Any]]) -> float:
    """The level that the look fills grain up to."""
    step = next((step for step in find_look(look).steps if step.treatment == "grain"), None)
    if step is None and "grain" not in pins:
        return 0.0
    kind: Any = member("treat", "grain")
    grain = kind(**{**(step.values if step else {}), **pins.get("grain", {})})
    return float(grain.strength * grain.sigma_codes8 * strength)


def _is_hdr(clips: Sequence[Clip]) -> bool:
    bright = next((clip for clip in clips if clip.color.is_hdr), None)
    plain = next((clip for clip in clips if not clip.color.is_hdr), None)
    if bright and plain:
        raise ClipUnsupported(
            f"{bright.path.name} is HDR and {plain.path.name} is not: their levels cannot be matched",
            "bring all shots to one of both first, or finish them as two scenes",
        )
    return bright is not None


def _left_out(path: Path, error: UnplasticError) -> Finding:
    text = f"{path.name} was left out of the scene: {error.message}"
    return Finding("scene_left_out", "warning", "frame", None, text, error.hint)
