"""Which files of a folder are clips."""

from __future__ import annotations

from pathlib import Path

from unplastic.errors import ClipUnreadable
from unplastic.media.failure import unreadable

CLIP_SUFFIXES = {".avi", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".mts", ".mxf", ".ts", ".webm", ".y4m"}
OWN_RESULTS = ("_finished", "_web")


def list_clips(path: Path) -> list[Path]:
    """The clips of a folder (not of folders inside it), by name, without our own results; a file is itself.

    Raises `ClipUnreadable` for a folder without clips. A named file is taken whatever its suffix says.
    """
    path = Path(path)
    if not path.is_dir():
        return [path]
    try:
        files = sorted(each for each in path.iterdir() if each.is_file())
    except OSError as trouble:
        raise unreadable(path, trouble) from trouble
    clips = [
        each
        for each in files
        if each.suffix.lower() in CLIP_SUFFIXES
        and not each.name.startswith(".")
        and not each.stem.endswith(OWN_RESULTS)
    ]
    if not clips:
        raise ClipUnreadable(f"{path}: no clips in this folder", f"clips end in {', '.join(sorted(CLIP_SUFFIXES))}")
    return clips
