"""One shot for all tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipping import write_shot


@pytest.fixture(scope="session")
def shot_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shot(tmp_path_factory.mktemp("shot") / "sh010.mp4")
