"""What people see: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from unplastic.errors import ResultUnwritable

if TYPE_CHECKING:
    from unplastic.finished import Finished
    from unplastic.looks import Look
    from unplastic.reading import Report


def say(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(text + "\n")


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_finished(finished: Finished) -> None:
    """The before/after table of one finished clip."""
    from unplastic.report import finished_table

    _print(finished_table(finished))


def print_measured(report: Report) -> None:
    """The table of readings of one clip."""
    from unplastic.report import measured_table

    _print(measured_table(report))


def print_lighting(scene: dict[str, Any]) -> None:
    """The light of a scene's shots, a line each, and what departs."""
    from unplastic.report.lighttable import lighting_table

    _print(lighting_table(scene))


def print_compared(a: Report, b: Report) -> None:
    """Two clips side by side."""
    from unplastic.report import compared_table

    _print(compared_table(a, b))


def print_looks(looks: list[Look]) -> None:
    """Every look with its intent."""
    for each in looks:
        sys.stdout.write(f"{each.name:<16} {each.intent}\n")


def print_look(look: Look) -> None:
    """One look: intent, source, and the value of every parameter it names."""
    sys.stdout.write(f"{look.name}\n{look.intent}\nsource: {look.source} ({look.date})\n")
    for step in look.steps:
        sys.stdout.write(f"\n{step.treatment}\n")
        for key, value in step.values.items():
            sys.stdout.write(f"  {key} = {value}{'  (pinned)' if key in step.pinned else ''}\n")


def print_treatment(kind: type) -> None:
    """Every parameter of a treatment: default, interval and meaning, read from its declaration."""
    from unplastic.parameter import parameters

    sys.stdout.write(f"{(kind.__doc__ or '').strip().splitlines()[0]}\n\n")
    for each in parameters(kind):
        interval = f"[{each.low:g}, {each.high:g}]" if each.low is not None and each.high is not None else ""
        sys.stdout.write(f"  {each.name} = {each.default} {interval}\n      {each.meaning}\n")


def write_page(path: Path, page: str) -> None:
    """Write an HTML page aside and put it in place by rename."""
    aside = path.with_name(f".{path.name}.partial")
    try:
        aside.write_text(page, encoding="utf-8")
        aside.replace(path)
    except OSError as trouble:
        raise ResultUnwritable(f"{path}: {trouble.strerror}", "choose a folder that can be written to") from trouble
    say(f"page: {path}")


class ClipProgress:
    """A progress bar on stderr with speed and time left; silent when stderr is not a terminal."""

    def __init__(self, label: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._label = label
        self._task = self._bar.add_task(label, total=None, speed="")

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Told by `unplastic.finish.finish`: which stage, how many frames of it, of how many."""
        task = self._bar.tasks[0]
        speed = f"{task.speed:.1f} fps" if task.speed and stage == "treat" else stage
        if task.fields.get("stage") != stage:
            self._bar.reset(self._task, total=total, stage=stage)
        self._bar.update(self._task, completed=done, total=total, speed=speed, stage=stage)

    def __enter__(self) -> ClipProgress:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)


def _print(table: Any) -> None:
    from rich.console import Console

    Console().print(table)
