"""``unplastic measure``: why a clip looks plastic, in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def measure(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Clips, or folders of clips.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page.")] = None,
    as_scene: Annotated[
        bool, typer.Option("--scene", help="The clips are shots of one scene: compare their light.")
    ] = False,
    light: Annotated[
        str, typer.Option(metavar="WORDS|FILE", help="What the scene's light is meant to be; implies --scene.")
    ] = "",
) -> int:
    """Measure texture, edges, grain, time, tone and light. Changes nothing."""
    from unplastic.cli.batch import measure_all
    from unplastic.cli.outcome import DONE, UNMET
    from unplastic.cli.show import print_json, print_lighting, print_measured, write_page
    from unplastic.lightsheet import light_of
    from unplastic.report import measured, measured_page, scene_view
    from unplastic.scenelight import scene_light

    sheet = light_of(light) if light else None
    found, failed = measure_all(inputs)
    reports = list(found.values())
    scene = scene_light(list(found), reports, sheet) if (as_scene or sheet) and reports else None
    if as_json:
        print_json(measured(reports, scene.document() if scene else None))
    else:
        for report in reports:
            print_measured(report)
        if scene:
            print_lighting(scene.document())
    if html and reports:
        write_page(html, measured_page(reports, scene_view(scene.document(), scene.faces) if scene else None))
    return UNMET if failed else DONE
