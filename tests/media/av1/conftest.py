"""AV1 files: plain, and with grain of the encoder's own making."""

from __future__ import annotations

from pathlib import Path

import pytest

from av1clips import write_av1


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("av1") / "plain.mp4"
    write_av1(path, sound=True)
    return path


@pytest.fixture(scope="session")
def grained_by_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("av1") / "grained.mp4"
    write_av1(path, params="film-grain=20:film-grain-denoise=0")
    return path
