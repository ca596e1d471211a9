"""``unplastic install``: put the pieces for other programs where those look for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTS: Mapping[str, tuple[str, str, str]] = {
    "comfyui": ("comfyui_unplastic", "ComfyUI/custom_nodes", "start ComfyUI again; unplastic must be in its Python"),
    "resolve": ("resolve", "Fusion/Scripts/Deliver", "in Resolve: Workspace > Scripts; it was never run there by us"),
}
"""What lies in ``data/hosts``, where it goes, and what comes next."""


def install(
    host: Annotated[str, typer.Argument(metavar="comfyui|resolve", help="For which program.")],
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Its folder: custom_nodes, or Fusion/Scripts/Deliver.")
    ],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Write ComfyUI's node pack or Resolve's script into that program's folder."""
    from unplastic.cli.show import print_json, say
    from unplastic.errors import ResultExists, ResultUnwritable, UnknownName

    if host not in HOSTS:
        raise UnknownName(f"nothing is there for {host!r}", f"known: {', '.join(HOSTS)}")
    name, where, after = HOSTS[host]
    if not to.is_dir():
        raise ResultUnwritable(f"{to} is no folder", f"give the program's own, such as {where}")
    files = _files(name)
    target = to / name if len(files) > 1 or name != "resolve" else to
    taken = [target / each.name for each in files if (target / each.name).exists()]
    if taken and not overwrite:
        raise ResultExists(f"{taken[0]} is there already", "add --overwrite")
    try:
        target.mkdir(exist_ok=True)
        for each in files:
            (target / each.name).write_bytes(each.read_bytes())
    except OSError as trouble:
        raise ResultUnwritable(
            f"{target}: {trouble.strerror or trouble}", "choose a folder that can be written"
        ) from None
    written = [str(target / each.name) for each in files]
    if as_json:
        print_json({"host": host, "files": written})
        return
    for path in written:
        typer.echo(path)
    say(after)


def _files(name: str) -> list[Path]:
    from importlib import resources

    folder = Path(str(resources.files("unplastic"))) / "data" / "hosts" / name
    return sorted(path for path in folder.iterdir() if path.is_file())
