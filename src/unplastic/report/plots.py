"""Plots as inline SVG: one or two measured curves over a common axis, and the plasticity range."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from unplastic.reading import Curve, Plasticity

WIDTH, HEIGHT = 400, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 10, 42
RANGE_WIDTH, RANGE_LEFT = 460, 62


def plot(title: str, curves: Sequence[tuple[str, Curve]], *, x_title: str = "", y_title: str = "") -> str:
    """An SVG of one or two curves; each is ("before" or "after", curve) and is drawn in that colour and dash."""
    xs = [x for _, curve in curves for x in curve.x]
    ys = [y for _, curve in curves for y in curve.y]
    if not xs:
        return ""
    x_span, y_span = _span(xs, pad=0.0), _span([*ys, 0.0], pad=0.06)
    first = curves[0][1]
    lines = [_axes(x_span, y_span), _axis_titles(_titled(x_title, first.x_unit), _titled(y_title, first.y_unit))]
    for series, curve in curves:
        points = " ".join(f"{_x(x, x_span):.1f},{_y(y, y_span):.1f}" for x, y in zip(curve.x, curve.y, strict=True))
        lines.append(f'<polyline class="{series}" points="{points}"/>')
        if len(curve.x) <= 12:
            lines += [_dot(series, _x(x, x_span), _y(y, y_span)) for x, y in zip(curve.x, curve.y, strict=True)]
    body = "".join(lines)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{body}</svg>'


def range_plot(rows: Sequence[tuple[str, str, Plasticity]]) -> str:
    """Plasticity from 0 to 100 as (series, name, plasticity): a bar for the interval, a mark for the score."""
    scored = [(series, name, p) for series, name, p in rows if p.score is not None]
    if not scored:
        return ""
    base = 10 + 30 * len(scored)
    parts = [f'<line class="axis" x1="{_percent(0)}" x2="{_percent(100)}" y1="{base}" y2="{base}"/>']
    for value in (0, 25, 50, 75, 100):
        parts.append(f'<line class="axis" x1="{_percent(value)}" x2="{_percent(value)}" y1="{base}" y2="{base + 5}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{_percent(value)}" y="{base + 18}">{value}</text>')
    parts.append(f'<text class="tick" x="{_percent(0)}" y="{base + 34}">like camera footage</text>')
    parts.append(f'<text class="tick" text-anchor="end" x="{_percent(100)}" y="{base + 34}">plastic</text>')
    parts += [_range_row(series, name, p, 20 + 30 * each) for each, (series, name, p) in enumerate(scored)]
    return (
        f'<svg class="range" viewBox="0 0 {RANGE_WIDTH} {base + 40}" role="img" aria-label="plasticity, 0 to 100">'
        f"{''.join(parts)}</svg>"
    )


def _range_row(series: str, name: str, p: Plasticity, y: float) -> str:
    score = _percent(p.score or 0.0)
    low, high = (score if bound is None else _percent(bound) for bound in (p.low, p.high))
    return (
        f'<text class="label" x="0" y="{y + 4}">{escape(name)}</text>'
        f'<rect class="{series}" x="{low:.1f}" width="{max(high - low, 2):.1f}" y="{y - 6}" height="12"/>'
        f'<line class="score" x1="{score:.1f}" x2="{score:.1f}" y1="{y - 10}" y2="{y + 10}"/>'
    )


def _axes(x_span: tuple[float, float], y_span: tuple[float, float]) -> str:
    parts = []
    for value in _ticks(*x_span):
        x = _x(value, x_span)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}">{value:g}</text>')
    for value in _ticks(*y_span):
        y = _y(value, y_span)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>')
    return "".join(parts)


def _axis_titles(x_title: str, y_title: str) -> str:
    across, down = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<text class="tick" text-anchor="middle" x="{across}" y="{HEIGHT - 6}">{escape(x_title)}</text>'
        f'<text class="tick" text-anchor="middle" transform="rotate(-90 12 {down})" '
        f'x="12" y="{down}">{escape(y_title)}</text>'
    )


def _titled(title: str, unit: str) -> str:
    return ", ".join(part for part in (title, "" if unit in ("1", title) else unit) if part)


def _dot(series: str, x: float, y: float) -> str:
    if series == "before":
        return f'<circle class="before dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    return f'<rect class="after dot" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'


def _span(values: Sequence[float], pad: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = (high - low) * pad or (0.0 if high > low else 0.5)
    return low - (room if low < 0 else 0.0), high + room


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    power = 10 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = int(low // step)
    return [round(k * step, 10) for k in range(first, first + 12) if low - 1e-9 <= k * step <= high + 1e-9]


def _x(value: float, span: tuple[float, float]) -> float:
    return LEFT + (value - span[0]) / (span[1] - span[0]) * (WIDTH - LEFT - RIGHT)


def _y(value: float, span: tuple[float, float]) -> float:
    return HEIGHT - BOTTOM - (value - span[0]) / (span[1] - span[0]) * (HEIGHT - TOP - BOTTOM)


def _percent(value: float) -> float:
    return RANGE_LEFT + value / 100 * (RANGE_WIDTH - RANGE_LEFT - 14)
