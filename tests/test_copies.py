"""Raw and finished copies lie on each other, picture for picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from reviewing import write_numbered
from unplastic.copies import copies, document
from unplastic.media import pictures, probe


def test_a_smaller_raw_clip_is_brought_to_the_finished_size(tmp_path: Path) -> None:
    raw = write_numbered(tmp_path / "raw.mp4", 14, width=320, height=240, sound=True)
    finished = write_numbered(tmp_path / "finished.mp4", 14, width=640, height=480)
    files = copies(raw, finished, tmp_path / "out")
    told = document(files["copies"])
    assert told["raw"]["enlarged_from"] == [320, 240]
    assert told["finished"].get("enlarged_from") is None
    assert {(told[name]["width"], told[name]["height"]) for name in ("raw", "finished")} == {(640, 480)}
    assert len(told["raw"]["pictures"]) == len(told["finished"]["pictures"]) == 14
    assert told["raw"]["sound"]
    assert not told["finished"]["sound"]
    with Image.open(files["still"]) as small:
        assert small.size == (480, 360)
    first = next(pictures(probe(files["raw"])))
    assert np.median(first.y[10:50, 10:50]) < 40


def test_nothing_is_ever_made_smaller(tmp_path: Path) -> None:
    raw = write_numbered(tmp_path / "raw.mp4", 3, width=640, height=480)
    finished = write_numbered(tmp_path / "finished.mp4", 3, width=320, height=240)
    told = document(copies(raw, finished, tmp_path / "out")["copies"])
    assert told["raw"]["width"] == 640
    assert told["finished"]["width"] == 320
    assert told["raw"]["is_full"]
