"""``unplastic compare``: two clips side by side, in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A clip.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another clip.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page.")] = None,
) -> None:
    """Measure two clips and set their readings side by side."""
    from unplastic.cli.show import print_compared, print_json, write_page
    from unplastic.finish import measure
    from unplastic.report import compared, compared_page

    first, second = measure(a), measure(b)
    if as_json:
        print_json(compared(first, second))
    else:
        print_compared(first, second)
    if html:
        write_page(html, compared_page(first, second))
