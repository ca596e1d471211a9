"""The clips and pictures that the rehearsal hands out: a folder's, or a tiny test clip and picture made here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unplastic.errors import ClipMissing

PICTURES = {".jpeg", ".jpg", ".png", ".webp"}
WIDTH, HEIGHT, FRAMES = 320, 180, 24


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files to hand out, in turn: the n-th job gets the n-th clip, and after the last the first again."""

    clips: tuple[Path, ...]
    pictures: tuple[Path, ...]

    def clip(self, turn: int) -> Path:
        """The clip of job number ``turn``."""
        return self.clips[turn % len(self.clips)]

    def picture(self, turn: int) -> Path:
        """The picture of job number ``turn``."""
        return self.pictures[turn % len(self.pictures)]


def open_shelf(folder: Path | None, spare: Path) -> Shelf:
    """The clips and pictures of ``folder``; whichever kind it lacks is made in ``spare``.

    Raises `ClipMissing` where the folder is none.
    """
    from unplastic.media import list_clips

    clips: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()
    if folder is not None:
        if not folder.is_dir():
            raise ClipMissing(f"{folder}: no such folder", "name a folder of clips and pictures, or leave --clips away")
        pictures = tuple(sorted(each for each in folder.iterdir() if each.suffix.lower() in PICTURES))
        has_clips = any(each.is_file() and each.suffix.lower() not in PICTURES for each in folder.iterdir())
        clips = tuple(list_clips(folder)) if has_clips else ()
    return Shelf(clips or (make_clip(spare),), pictures or (make_picture(spare),))


def make_clip(folder: Path) -> Path:
    """One second of a drifting pattern, 320x180 at 24 frames a second, as H.264 in an MP4 file."""
    from unplastic.media import Writer, pictures, probe

    raw, made = folder / "pattern.y4m", folder / "rehearsal.mp4"
    _write_raw(raw)
    clip = probe(raw)
    with Writer(clip, {"web": made}) as writer:
        for picture in pictures(clip):
            blank = writer.blank(picture.index, picture.pts, picture.duration)
            blank.y[:], blank.cb[:], blank.cr[:] = picture.y, picture.cb, picture.cr
            writer.write(blank)
    raw.unlink()
    return made


def make_picture(folder: Path) -> Path:
    """A grey gradient with a disc, 512x640, as PNG."""
    from PIL import Image

    y, x = np.mgrid[0:640, 0:512]
    disc = np.where((x - 256) ** 2 + (y - 280) ** 2 < 150**2, 50, 0)
    path = folder / "rehearsal.png"
    Image.fromarray((60 + x * 0.2 + disc).astype(np.uint8)).convert("RGB").save(path)
    return path


def _write_raw(path: Path) -> None:
    """YUV4MPEG2, which needs no encoder: a header line, then planes."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    chroma = np.full(WIDTH * HEIGHT // 2, 128, np.uint8).tobytes()
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F24:1 Ip A1:1 C420mpeg2\n".encode())
        for index in range(FRAMES):
            luma = 125 + 50 * np.sin((x + 3 * index) / 15.0) * np.cos(y / 11.0)
            out.write(b"FRAME\n" + luma.astype(np.uint8).tobytes() + chroma)
