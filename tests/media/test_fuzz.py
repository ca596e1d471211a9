"""Damaged files: each is finished or refused with one clear sentence; never a crash, a hang or half a result."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

WORKER = Path(__file__).with_name("fuzz_worker.py")
CASES = 150
SEEDS = {
    "h264.mp4": {"codec": "libx264", "options": {"preset": "veryfast"}, "sound": "aac"},
    "prores.mov": {"codec": "prores_ks", "pixel_format": "yuv422p10le", "timecode": "01:00:00:00"},
    "ffv1.mkv": {"codec": "ffv1", "options": {"level": "3", "slicecrc": "1"}, "sound": "flac"},
    "hevc.mp4": {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "log-level=none"}},
}


@pytest.mark.parametrize("name", list(SEEDS))
def test_damaged_files(make_clip: Any, tmp_path: Path, name: str) -> None:
    seed = make_clip(name, **SEEDS[name], frames=6, width=64, height=48).path
    command = [sys.executable, str(WORKER), str(seed), str(tmp_path), "0", str(CASES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=CASES * 25)
    outcomes = re.findall(r"outcome (\d+) (\w+) (\S+)", done.stdout)
    last = done.stdout.splitlines()[-1] if done.stdout else "no case"
    assert done.returncode == 0, f"{last}: exit {done.returncode}\n{done.stderr[-2000:]}"
    assert len(outcomes) == CASES
    assert done.stderr == ""
    counts = Counter(outcome for _, outcome, _ in outcomes)
    assert set(counts) <= {
        "done",
        "ClipDamaged",
        "ClipUnreadable",
        "ClipUnsupported",
        "ClipMissing",
        "ResultUnwritable",
    }
    assert all(state == "complete" for _, _, state in outcomes), outcomes
    assert counts["ClipDamaged"] + counts["ClipUnreadable"] > CASES // 4, counts
