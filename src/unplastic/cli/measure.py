"""``unplastic measure``: why a clip looks plastic, in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def measure(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Clips, or folders of clips.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page.")] = None,
) -> int:
    """Measure texture, edges, grain, time and tone. Changes nothing."""
    from unplastic.cli.batch import measure_all
    from unplastic.cli.outcome import DONE, UNMET
    from unplastic.cli.show import print_json, print_measured, write_page
    from unplastic.report import measured, measured_page

    reports, failed = measure_all(inputs)
    if as_json:
        print_json(measured(reports))
    else:
        for report in reports:
            print_measured(report)
    if html and reports:
        write_page(html, measured_page(reports))
    return UNMET if failed else DONE
