"""``unplastic finish``: the main job, for a clip, several clips or folders of clips."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

UPSCALERS = "lanczos | neural (needs unplastic[neural]; seconds a picture)"
MASTERS = "prores | prores4444 | dnxhr | h264 | hevc | av1 | ffv1"

Inputs = Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Clips, or folders of clips.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the results; beside the clip if not given.")]
Look = Annotated[str, typer.Option(help="Name of a look, or a look file (.toml). See: unplastic looks.")]
Strength = Annotated[float, typer.Option(min=0.0, max=1.0, help="0 changes nothing, 1 is the look as written.")]
Match = Annotated[Path | None, typer.Option(metavar="PLATE", help="Come close to this camera clip or still instead.")]
AsScene = Annotated[
    bool, typer.Option("--scene", help="The clips are shots of one scene: match them to each other, name outliers.")
]
Light = Annotated[
    str, typer.Option(metavar="WORDS|FILE", help="With --scene: what the scene's light is meant to be, or its TOML.")
]
Size = Annotated[str, typer.Option(metavar="SIZE", help="1080p | 2160p (the shorter side) | 2x | off. Done first.")]
ByUpscaler = Annotated[str, typer.Option(metavar="NAME", help=UPSCALERS)]
Master = Annotated[str, typer.Option(metavar="CODEC", help=MASTERS)]
Web = Annotated[bool, typer.Option("--web/--no-web", help="Also write an H.264 file that plays everywhere.")]
Seed = Annotated[int, typer.Option(min=0, help="Root of every random number: the same seed gives the same bytes.")]
Jobs = Annotated[int, typer.Option(min=1, help="Clips finished at a time; each uses about two cores.")]
Pins = Annotated[list[str] | None, typer.Option("--set", metavar="TREATMENT.PARAMETER=VALUE", help="Pin one value.")]
EarlierRecipe = Annotated[
    Path | None, typer.Option(metavar="REPORT.json", help="Run an earlier finish's recipe again, value for value.")
]
Resolve = Annotated[
    bool, typer.Option("--resolve", help="With --recipe: keep its look, strength, seed and pins, solve the rest anew.")
]
Rounds = Annotated[int, typer.Option(min=0, max=12, help="Trials on samples to settle amounts; 0 takes the forecast.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results of an earlier run.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")]


def finish(
    inputs: Inputs,
    out: Out = None,
    look: Look = "fine-35mm",
    strength: Strength = 1.0,
    match: Match = None,
    scene: AsScene = False,
    light: Light = "",
    upscale: Size = "off",
    upscaler: ByUpscaler = "lanczos",
    master: Master = "prores",
    web: Web = True,
    seed: Seed = 0,
    jobs: Jobs = 1,
    pins: Pins = None,
    recipe: EarlierRecipe = None,
    resolve: Resolve = False,
    rounds: Rounds = 4,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> int:
    """Measure, treat and measure again: a 10-bit master, a web file, and a before/after report for every clip."""
    from unplastic.cli.batch import Job, finish_all
    from unplastic.lightsheet import light_of

    job = Job(
        look=look,
        out=out,
        strength=strength,
        match=match,
        upscale=upscale,
        upscaler=upscaler,
        master=master,
        web=web,
        seed=seed,
        overwrite=overwrite,
        pins=parse_pins(pins or []),
        recipe=recipe,
        rounds=rounds,
    )
    if light and not scene:
        raise typer.BadParameter("a light is that of a scene", param_hint="--light needs --scene")
    sheet = light_of(light) if light else None
    if resolve:
        job = job.resolved()
    return finish_all(inputs, job, jobs=jobs, as_json=as_json, as_scene=scene, light=sheet)


def parse_pins(texts: list[str]) -> dict[str, dict[str, Any]]:
    """``["grain.sigma_codes8=1.5"]`` as ``{"grain": {"sigma_codes8": 1.5}}``; a malformed one is a usage error."""
    pins: dict[str, dict[str, Any]] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        treatment, dot, parameter = path.partition(".")
        if not (equals and dot and treatment and parameter):
            raise typer.BadParameter(f"{text!r} is not TREATMENT.PARAMETER=VALUE", param_hint="--set")
        pins.setdefault(treatment, {})[parameter] = _value(value)
    return pins


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
