"""What the terminal shows: one table a clip, readable at 80 columns, without colour, and in a pipe."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unplastic.finished import Finished
from unplastic.reading import Finding, Guard, Reading, Report
from unplastic.report.words import label, plasticity_text, value_text, verdict

STYLES = {"better": "green", "worse": "red", "same": "dim", "changed": ""}
MARKS = {True: "kept", False: "BROKEN", None: "not checked"}


def measured_table(report: Report) -> RenderableType:
    """One measured clip: verdict, readings, findings."""
    table = _table("reading", "value", "90 % interval")
    for reading in report.readings:
        low_high = f"{value_text(_at(reading, reading.low))} … {value_text(_at(reading, reading.high))}"
        table.add_row(label(reading), *((value_text(reading), low_high) if reading.valid else ("", reading.why_not)))
    return Group(_heading(report), table, *_findings(report.findings))


def compared_table(a: Report, b: Report) -> RenderableType:
    """Two clips side by side."""
    table = _table("reading", a.file, b.file, "")
    _add_pairs(table, a, b)
    return Group(Text(f"{a.file}: {plasticity_text(a)}"), Text(f"{b.file}: {plasticity_text(b)}"), table)


def finished_table(finished: Finished) -> RenderableType:
    """One finished clip: before and after, guards, and where the results lie."""
    table = _table("reading", "before", "after", "")
    table.add_row("plasticity", plasticity_text(finished.before), plasticity_text(finished.after), "")
    _add_pairs(table, finished.before, finished.after)
    speed = f"{finished.frames} frames in {finished.seconds:.1f} s"
    lines = [Text(f"{role:<7}{path}") for role, path in finished.outputs.items()]
    notes = [Text(f"note   {note}") for note in finished.notes]
    return Group(
        _heading(finished.before),
        table,
        *_guards(finished.guards),
        *_findings(finished.findings),
        *lines,
        *notes,
        speed,
    )


def _heading(report: Report) -> Text:
    facts = f"{report.width}x{report.height}, {report.fps:g} fps, {report.frames} frames"
    return Text.assemble((report.file, "bold"), f"  {facts}\n", plasticity_text(report), style="")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", ratio=None if number else 1)
    return table


def _add_pairs(table: Table, a: Report, b: Report) -> None:
    for reading in a.readings:
        other = b.reading(reading.name, reading.region)
        if not reading.valid and not (other and other.valid):
            continue
        word = verdict(reading, other)
        table.add_row(label(reading), value_text(reading), value_text(other), Text(word, style=STYLES.get(word, "")))


def _guards(guards: tuple[Guard, ...]) -> list[Text]:
    broken = [g for g in guards if g.ok is False]
    kept = sum(g.ok is True for g in guards)
    lines = [Text(f"guards: {kept} kept, {len(broken)} broken, {len(guards) - kept - len(broken)} not checked")]
    return lines + [Text(f"  {g.name} {MARKS[g.ok]}: {g.value}, limit {g.limit}", style="red") for g in broken]


def _findings(findings: tuple[Finding, ...]) -> list[Text]:
    return [Text.assemble((f"{f.severity}: ", "bold"), f"{f.text}. {f.fix.capitalize()}.") for f in findings]


def _at(reading: Reading, value: float | None) -> Reading:
    return Reading(reading.name, reading.region, value, reading.unit)
