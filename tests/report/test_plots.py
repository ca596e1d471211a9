"""Plots as SVG: well-formed, escaped, inside their box."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unplastic.reading import Curve, Plasticity
from unplastic.report.plots import HEIGHT, WIDTH, plot, range_plot

NUMBER = st.floats(-1e6, 1e6, allow_nan=False, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=30))
def test_every_curve_stays_inside_its_plot(points: list[tuple[float, float]]) -> None:
    xs, ys = zip(*points, strict=True)
    svg = plot("any", [("before", Curve("any", xs, ys, "px", "codes"))])
    ET.fromstring(svg)
    drawn = re.search(r'points="([^"]*)"', svg)
    assert drawn
    for point in drawn[1].split():
        x, y = map(float, point.split(","))
        assert -0.1 <= x <= WIDTH + 0.1
        assert -0.1 <= y <= HEIGHT + 0.1


def test_titles_and_units_are_escaped() -> None:
    curve = Curve("a", (0.0, 1.0), (0.0, 1.0), "<px>", "&")
    ET.fromstring(plot('"<b>"', [("after", curve)], x_title="<i>", y_title="<u>"))


def test_no_points_no_plot() -> None:
    assert plot("none", []) == ""
    assert range_plot([("before", "before", Plasticity(None, None, None, 0.1, None))]) == ""


@pytest.mark.parametrize("bounds", [(40.0, 60.0), (None, None)])
def test_the_range_marks_score_and_interval(bounds: tuple[float | None, float | None]) -> None:
    svg = range_plot([("before", "<A>", Plasticity(50.0, *bounds, 0.8, None))])
    root = ET.fromstring(svg)
    (bar,) = root.iter("rect")
    (mark,) = [e for e in root.iter("line") if e.get("class") == "score"]
    left, width = float(bar.get("x", "")), float(bar.get("width", ""))
    assert left <= float(mark.get("x1", "")) <= left + width
