"""The local development clips, every one of them: frame counts equal to an independent reader's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unplastic.media import pictures, probe

CLIPS = Path(__file__).parents[3] / "shared" / "clips"
FILES = [path for path in sorted(CLIPS.rglob("*")) if path.suffix in (".mp4", ".mkv")]

pytestmark = [
    pytest.mark.clips,
    pytest.mark.skipif(not FILES, reason="the development clips are not on this machine"),
]


@pytest.mark.parametrize("path", FILES or [CLIPS], ids=lambda path: path.stem)
def test_every_picture_of_a_development_clip_is_decoded(path: Path, ffprobe: Any) -> None:
    clip = probe(path)
    shown = ffprobe(path, "-count_packets", "-count_frames", "-select_streams", "v:0", "-show_streams")["streams"][0]
    assert sum(1 for _ in pictures(clip)) == clip.frames == int(shown["nb_read_frames"])
    assert (shown["width"], shown["height"]) == (clip.width, clip.height)
