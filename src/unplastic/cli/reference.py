"""``unplastic reference``: what camera footage reads like, from your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

reference = typer.Typer(help="Your own camera footage as what clips are judged against.", no_args_is_help=True)


@reference.callback()
def _verbs() -> None:
    """Keep ``build`` a verb of its own: a group of one command would otherwise swallow its name."""


@reference.command()
def build(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Camera clips and stills; a folder inside: a source.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Beside DIR, DIR_reference.json, if not given.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier reference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
) -> None:
    """Measure camera footage into a file of figures. Use it: UNPLASTIC_REFERENCE=FILE unplastic finish ..."""
    from unplastic.cli.show import print_json, say
    from unplastic.footage import build_reference, figures

    built = build_reference(
        folder,
        out,
        overwrite=overwrite,
        progress=lambda name, done, total: say(f"{done + 1}/{total} {name}"),
    )
    for name, why in built.left_out.items():
        say(f"left out: {name}: {why}")
    for text in built.warnings:
        say(f"warning: {text}")
    if as_json:
        print_json(figures(built))
        return
    typer.echo(f"{built.path}: {built.clips} clips and {built.stills} stills, {len(built.cells)} cells")
    typer.echo(f"use it: UNPLASTIC_REFERENCE={built.path} unplastic measure|finish ...")
