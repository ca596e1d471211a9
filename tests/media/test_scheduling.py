from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unplastic.media import MASTERS, Writer, container_suffix, probe
from unplastic.media.scheduling import ordinary_priority

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="scheduling policies as Linux has them")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may raise a policy")


def policies() -> set[int]:
    return {os.sched_getscheduler(int(task.name)) for task in Path("/proc/self/task").iterdir()}


@pytest.mark.parametrize("master", list(MASTERS))
def test_no_encoder_makes_the_process_real_time(
    make_clip: Any, write_finished: Any, tmp_path: Path, master: str
) -> None:
    """As root SVT-AV1 does, and two jobs on two cores then wait for each other for ever."""
    clip = probe(make_clip(frames=2, width=256, height=144).path)
    before = policies()
    with Writer(clip, {master: tmp_path / f"open{container_suffix(master, clip)}"}):
        assert policies() == before
    write_finished(clip, {master: tmp_path / f"whole{container_suffix(master, clip)}"})
    assert policies() == before


@root
def test_what_became_real_time_inside_is_ordinary_again_and_what_was_before_stays() -> None:
    code = (
        "import os\n"
        "from unplastic.media.scheduling import ordinary_priority\n"
        "fifo = lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))\n"
        "with ordinary_priority(): fifo()\n"
        "print(os.sched_getscheduler(0) == os.SCHED_OTHER)\n"
        "fifo()\n"
        "with ordinary_priority(): pass\n"
        "print(os.sched_getscheduler(0) == os.SCHED_FIFO)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True", "True"]


def test_an_error_goes_through() -> None:
    with pytest.raises(ValueError, match="inside"), ordinary_priority():
        raise ValueError("inside")
