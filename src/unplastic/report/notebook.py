"""A report in a notebook: the words of the page in one small fragment without scripts, on light or dark ground."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from unplastic.finished import Finished
from unplastic.reading import Report
from unplastic.report.view import finished_view, single_view

CELL = "padding:1px 14px 1px 0;text-align:left;vertical-align:top;border:0;background:none"
FRAME = "font-family:system-ui,sans-serif;font-size:13px;line-height:1.45;max-width:54em"
CROP = "max-width:100%;height:auto;display:block"


def report_html(report: Report) -> str:
    """A clip measured once."""
    view = single_view(report)
    return _shown(view, [view["headline"], view["summary"]])


def finished_html(finished: Finished) -> str:
    """A finished clip: before and after, the worst places at 100 %, the guards that broke, and the files."""
    view = finished_view(finished)
    broken = [f"{guard['name']}: {guard['value']}, limit {guard['limit']}" for guard in view["guards"]
              if guard["state"] == "broken"]  # fmt: skip
    files = [f"{role}: {name}" for role, name in view["outputs"].items()]
    return _shown(view, [view["headline"], view["summary"], *broken], _crops(view["crops"][:2]), files)


def _shown(view: dict[str, Any], lines: Iterable[str], crops: str = "", files: Iterable[str] = ()) -> str:
    head, *rest = [line for line in lines if line]
    text = "".join(f"<div>{escape(line)}</div>" for line in (*rest, ", ".join(view["facts"])))
    found = "".join(
        f"<div><b>{escape(each.severity)}</b> {escape(each.text)}; {escape(each.fix)}</div>"
        for _, findings in view["findings"] for each in findings
    )  # fmt: skip
    end = "".join(f"<div>{escape(file)}</div>" for file in files)
    title = f"<div><b>{escape(view['name'])}</b> &middot; {escape(head)}</div>"
    return f'<div style="{FRAME}">{title}{text}{crops}{_table(view)}{found}{end}</div>'


def _table(view: dict[str, Any]) -> str:
    names = [called for _, called in view["columns"]]
    head = "".join(f'<th style="{CELL}">{escape(each)}</th>' for each in ("reading", *names))
    rows = []
    for group, each in view["groups"]:
        rows.append(f'<tr><th style="{CELL};opacity:.6" colspan="{len(names) + 1}">{escape(group)}</th></tr>')
        rows += [_row(one) for one in each]
    table = f'<table style="border-collapse:collapse;font-size:inherit"><tr>{head}</tr>{"".join(rows)}</table>'
    return f"<details><summary>readings</summary>{table}</details>"


def _row(one: dict[str, Any]) -> str:
    cells = "".join(
        f'<td style="{CELL}" title="90 % between {escape(interval)}">{escape(value)}</td>' if interval else
        f'<td style="{CELL}">{escape(value)}</td>'
        for value, interval in one["values"]
    )  # fmt: skip
    return f'<tr><td style="{CELL}" title="{escape(one["meaning"])}">{escape(one["label"])}</td>{cells}</tr>'


def _crops(crops: Iterable[dict[str, Any]]) -> str:
    return "".join(
        f'<div style="margin:6px 0">{escape(each["title"])}, {escape(each["where"])}<div style="display:flex;gap:8px">'
        + "".join(f'<img style="{CROP}" alt="{when}" src="{each[when]}">' for when in ("before", "after"))
        + "</div></div>"
        for each in crops
    )
