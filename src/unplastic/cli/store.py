"""``unplastic store``: what is kept of a film, and whether it still is what it was."""

from __future__ import annotations

from typing import Annotated

import typer

from unplastic.cli.film import FILM, JSON, REHEARSAL, begun

store = typer.Typer(help="The film's files, kept by what is in them.", no_args_is_help=True)


@store.command("verify")
def verify(film: FILM, rehearsal: REHEARSAL = False, as_json: JSON = False) -> int:
    """Read every kept file and say which is missing or was changed; the exit code is 1 then."""
    from unplastic.cli.show import print_json

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        wrong = {digest: said for digest, said in desk.store.verify() if said}
        wanted = {each.hash: each for each in desk.tables.artefacts(project.id)}
        missing = {digest: "it is missing" for digest in wanted if not desk.store.has(digest)}
    names = {digest: f"{each.take} {each.name}" for digest, each in wanted.items()}
    found = [
        {"hash": digest, "file": names.get(digest, ""), "wrong": said} for digest, said in {**wrong, **missing}.items()
    ]
    if as_json:
        print_json({"files": len(wanted), "wrong": found})
    else:
        for each in found:
            typer.echo(f"{each['hash'][:12]}  {each['file'] or 'no take'}: {each['wrong']}")
        typer.echo(f"{len(wanted)} files are wanted, {len(found)} are not as they were")
    if found:
        raise typer.Exit(1)
    return 0


@store.command("clean")
def clean(
    film: FILM,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else it is only said.")] = False,
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Remove results of rejected and cancelled takes, and of earlier finishes; what was paid for is never removed."""
    from unplastic.cli.show import print_json
    from unplastic.pipeline.sweep import superfluous

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        found = superfluous(desk, project.id)
        if yes:
            for each in found:
                desk.store.remove(each.hash)
    if as_json:
        rows = [{"take": each.take, "name": each.name, "bytes": each.bytes} for each in found]
        print_json({"files": rows, "removed": yes})
        return
    size = sum(each.bytes for each in found) / 1e6
    typer.echo(f"{len(found)} files, {size:.1f} MB, {'were removed' if yes else 'can be removed: --yes does it'}")
