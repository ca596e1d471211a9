"""The door of the room: what it offers exists, and nothing heavy is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import unplastic.report as room


def test_everything_offered_exists() -> None:
    assert all(callable(getattr(room, name)) for name in room.__all__)


def test_the_door_loads_nothing_heavy() -> None:
    code = "import sys, unplastic.report; print([m for m in ('jinja2', 'rich', 'PIL', 'numpy') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
