"""The ten public names explain themselves by examples, and the examples run."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

import unplastic

NAMES = [name for name in unplastic.__all__ if name != "__version__"]


@pytest.fixture(scope="module")
def world(plastic_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the examples may use: a clip of 24 frames, a folder, and what measuring and finishing it gave."""
    folder = tmp_path_factory.mktemp("doctests")
    finished = unplastic.finish(plastic_clip, out=folder / "first", web=False, master="h264", rounds=0)
    known = {name: getattr(unplastic, name) for name in NAMES}
    return known | {"clip": plastic_clip, "folder": folder, "finished": finished, "report": finished.before}


def test_there_are_ten() -> None:
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", NAMES)
def test_examples(name: str, world: dict[str, Any]) -> None:
    thing = getattr(unplastic, name)
    text = thing.__doc__ or ""
    found = doctest.DocTestParser().get_doctest(text, dict(world), name, None, 0)
    known = {thing.__name__: thing}
    found.globs |= known
    assert found.examples, f"{name} has no example"
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    runner.run(found, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_a_report_shows_itself_in_a_notebook(world: dict[str, Any]) -> None:
    shown = world["report"]._repr_html_()
    assert shown.startswith("<div")
    assert "256 × 192" in shown
    assert "<script" not in shown
    assert "data:image/png" in world["finished"]._repr_html_()


def test_what_a_clip_is_called_cannot_break_the_page() -> None:
    from unplastic.reading import Plasticity, Report

    name = "<script>alert(1)</script>.mp4"
    report = Report(name, 64, 64, 24.0, 8, None, Plasticity(None, None, None, 0.0, None), (), ())
    assert "<script" not in report._repr_html_()
