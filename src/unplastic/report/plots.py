"""Plots as inline SVG: one or two measured curves over a common axis, and the plasticity range."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from unplastic.reading import Curve, Plasticity

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 40
SERIES = ("before", "after")


def plot(title: str, curves: Sequence[tuple[str, Curve]]) -> str:
    """An SVG of one or two curves; each is ("before" or "after", curve) and is drawn in that colour and dash."""
    xs = [x for _, curve in curves for x in curve.x]
    ys = [y for _, curve in curves for y in curve.y]
    if not xs:
        return ""
    x_span, y_span = _span(xs, pad=0.0), _span([*ys, 0.0], pad=0.06)
    lines = [_axes(curves[0][1], x_span, y_span)]
    for series, curve in curves:
        points = " ".join(f"{_x(x, x_span):.1f},{_y(y, y_span):.1f}" for x, y in zip(curve.x, curve.y, strict=True))
        lines.append(f'<polyline class="{series}" points="{points}"/>')
        if len(curve.x) <= 12:
            lines += [_dot(series, _x(x, x_span), _y(y, y_span)) for x, y in zip(curve.x, curve.y, strict=True)]
    body = "".join(lines)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{body}</svg>'


def range_plot(rows: Sequence[tuple[str, Plasticity]]) -> str:
    """Plasticity on a scale of 0 to 100, a bar for the interval and a mark for the score, one row per measurement."""
    rows = [(series, p) for series, p in rows if p.score is not None]
    if not rows:
        return ""
    height = 34 + 26 * len(rows)
    parts = [f'<line class="axis" x1="70" x2="450" y1="{height - 24}" y2="{height - 24}"/>']
    for value in (0, 25, 50, 75, 100):
        parts.append(f'<text class="tick" text-anchor="middle" x="{_percent(value)}" y="{height - 8}">{value}</text>')
    for number, (series, p) in enumerate(rows):
        y = 14 + 26 * number
        low, high, score = _percent(p.low or 0), _percent(p.high or 0), _percent(p.score or 0)
        parts.append(f'<text class="label" x="0" y="{y + 5}">{series}</text>')
        parts.append(f'<rect class="{series}" x="{low:.1f}" width="{max(high - low, 2):.1f}" y="{y - 5}" height="10"/>')
        parts.append(f'<line class="score" x1="{score:.1f}" x2="{score:.1f}" y1="{y - 9}" y2="{y + 9}"/>')
    return f'<svg viewBox="0 0 460 {height}" role="img" aria-label="plasticity">{"".join(parts)}</svg>'


def _axes(curve: Curve, x_span: tuple[float, float], y_span: tuple[float, float]) -> str:
    parts = []
    for value in _ticks(*x_span):
        x = _x(value, x_span)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}">{value:g}</text>')
    for value in _ticks(*y_span):
        y = _y(value, y_span)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="tick" text-anchor="middle" x="{middle}" y="{HEIGHT - 6}">{escape(curve.x_unit)}</text>')
    parts.append(
        f'<text class="tick" text-anchor="middle" transform="rotate(-90 11 {HEIGHT / 2 - 14})" '
        f'x="11" y="{HEIGHT / 2 - 14}">{escape(curve.y_unit)}</text>'
    )
    return "".join(parts)


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
    return 70 + 3.8 * value
