"""What the terminal shows: one table a clip, readable at 80 columns, without colour, and in a pipe.

Everything from outside is a `Text`, never a string: Rich would read square brackets in a file name as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unplastic.finished import Finished
from unplastic.reading import Finding, Guard, Reading, Report
from unplastic.report.words import (
    interval_text,
    label,
    missing,
    plasticity_text,
    value_text,
    verdict,
    whole,
)

STYLES = {"better": "green", "worse": "bold red", "same": "dim"}
SEVERITY_STYLES = {"fault": "bold red", "warning": "yellow", "info": "dim"}


def measured_table(report: Report) -> RenderableType:
    """One measured clip: verdict, readings, what could not be measured and why, findings."""
    table = _table("reading", "value", "90 % interval")
    for reading in _told(report):
        if reading.valid:
            _add_row(table, label(reading), value_text(reading), interval_text(reading))
    return Group(
        _heading(report),
        _labelled("plasticity", plasticity_text(report)),
        Text(),
        table,
        *_missing(report),
        *_findings(report.findings),
    )


def compared_table(a: Report, b: Report) -> RenderableType:
    """Two clips side by side."""
    table = _table("reading", "A", "B", "B is")
    _add_row(table, "plasticity", _score(a), _score(b), "")
    _add_pairs(table, a, b)
    return Group(_labelled("A", a.file), _labelled("B", b.file), Text(), table)


def finished_table(finished: Finished) -> RenderableType:
    """One finished clip: before and after, guards, findings, and where the results lie."""
    table = _table("reading", "before", "after", "")
    _add_row(
        table,
        "plasticity",
        _score(finished.before),
        _score(finished.after),
        finished.after.plasticity.since(finished.before.plasticity) or "",
    )
    _add_pairs(table, finished.before, finished.after)
    return Group(
        _heading(finished.before),
        Text(),
        table,
        Text(),
        *_guards(finished.guards),
        *_findings(finished.findings),
        *(_labelled("note", note) for note in finished.notes),
        Text(),
        *(_labelled(role, str(path)) for role, path in finished.outputs.items()),
        _labelled("time", f"{finished.frames} frames in {finished.seconds:.1f} s"),
    )


def _heading(report: Report) -> Text:
    bits = f", {report.bits_per_pixel:.3f} bits per pixel" if report.bits_per_pixel else ""
    facts = f"{report.width}x{report.height}, {report.fps:g} frames/s, {report.frames} frames{bits}"
    return Text.assemble((report.file, "bold"), f"\n{facts}", overflow="fold")


def _told(report: Report) -> list[Reading]:
    """The readings of the whole frame; those by hue and by luma would fill the screen, and stand in JSON and page."""
    return [reading for reading in report.readings if reading.region in ("frame", "skin")]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for each, column in enumerate(columns):
        table.add_column(column, overflow="fold", justify="right" if each in (1, 2) else "left")
    return table


def _add_row(table: Table, name: str, first: str, second: str, word: str | None = None) -> None:
    cells = [Text(name), Text(first), Text(second)]
    table.add_row(*cells, *([] if word is None else [Text(word, style=STYLES.get(word, ""))]))


def _add_pairs(table: Table, a: Report, b: Report) -> None:
    for reading in _told(a):
        other = b.reading(reading.name, reading.region)
        if reading.valid or (other and other.valid):
            _add_row(table, label(reading), value_text(reading), value_text(other), verdict(reading, other))


def _score(report: Report) -> str:
    p = report.plasticity
    if p.score is None:
        return "not enough evidence"
    return f"{whole(p.score)} ({whole(p.low)} to {whole(p.high)})"


def _guards(guards: Sequence[Guard]) -> Iterable[Text]:
    broken = [guard for guard in guards if guard.ok is False]
    unchecked = [guard for guard in guards if guard.ok is None]
    kept = len(guards) - len(broken) - len(unchecked)
    if guards:
        yield _labelled("guards", f"{kept} kept, {len(broken)} broken, {len(unchecked)} not checked")
    for guard in broken:
        yield _labelled("broken", f"{guard.name}: {guard.value}, limit {guard.limit}", style="bold red")
    for guard in unchecked:
        yield _labelled("", f"{guard.name} not checked: {guard.value}", style="dim")


def _missing(report: Report) -> Iterable[Text]:
    entries = missing(report.readings)
    if entries:
        yield Text("\nnot measured", style="dim")
    for reason, labels in entries:
        yield Text(f"  {reason}: {labels}", style="dim")


def _findings(findings: Sequence[Finding]) -> Iterable[RenderableType]:
    if findings:
        yield Text()
    for finding in findings:
        at = f" (frame {finding.frame}, at {finding.where})" if finding.frame is not None else ""
        text = f"{_sentence(finding.text + at)} {_sentence(finding.fix)}"
        yield _labelled(finding.severity, text, style=SEVERITY_STYLES[finding.severity])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _labelled(name: str, text: str, *, style: str = "dim") -> Text:
    return Text.assemble((f"{name:<11}", style), text, overflow="fold")
