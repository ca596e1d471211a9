"""Terminal tables: 80 columns, no colour needed, nothing read as markup."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType

from unplastic.finished import Finished
from unplastic.report import compared_table, finished_table, measured_table

if TYPE_CHECKING:
    import pytest


def printed(table: RenderableType, width: int = 80, *, is_terminal: bool = False) -> str:
    console = Console(
        file=io.StringIO(), width=width, force_terminal=is_terminal, color_system="standard" if is_terminal else None
    )
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_finish_at_80_columns(finished: Finished) -> None:
    text = printed(finished_table(finished))
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    for words in ("edge overshoot", "14.0 %", "4.80 %", "better", "halo: 16 %, limit 15 %", "62 (53 to 70)",
                  "1 kept, 1 broken, 1 not checked", "Edges carry halos (frame 17", "Soften the halos.",
                  "the web file is 64x48", str(Path("out/shot_finished.mov")), "120 frames in 12.3 s"):  # fmt: skip
        assert words in text
    assert "grain, luma 112" not in text


def test_a_piped_table_is_plain_text_and_a_terminal_one_is_not(finished: Finished) -> None:
    assert "\x1b" not in printed(finished_table(finished))
    assert "\x1b" in printed(finished_table(finished), is_terminal=True)


def test_no_color_is_obeyed(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed(finished_table(finished), is_terminal=True)


def test_tables_can_be_printed_where_only_western_text_can(finished: Finished) -> None:
    for table in (finished_table(finished), measured_table(finished.before)):
        printed(table).encode("cp1252")


def test_a_measurement_says_what_is_missing_and_why(finished: Finished) -> None:
    text = printed(measured_table(finished.before))
    assert "only one frame: boiling" in text
    assert "brand new reading" in text
    assert "13.0 to 15.0" in text
    blind = replace(finished.before.plasticity, score=None, low=None, high=None, coverage=0.2)
    assert "not enough evidence (20%" in printed(measured_table(replace(finished.before, plasticity=blind)))


def test_the_score_only_improves_when_the_intervals_part(finished: Finished) -> None:
    def score_line(low: float, high: float) -> str:
        after = replace(finished.after.plasticity, score=(low + high) / 2, low=low, high=high)
        text = printed(finished_table(replace(finished, after=replace(finished.after, plasticity=after))))
        return next(line for line in text.splitlines() if line.startswith("plasticity"))

    assert "better" in score_line(20, 50)
    assert "same" in score_line(40, 60)
    assert "worse" in score_line(75, 90)


def test_names_with_brackets_are_names(finished: Finished) -> None:
    odd = replace(finished.before, file="[bold]take[/bold] :smile:.mp4")
    for table in (measured_table(odd), compared_table(odd, finished.after)):
        assert "[bold]take[/bold] :smile:.mp4" in printed(table)
