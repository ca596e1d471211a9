"""What a page needs to show a take: copies that browsers play, a small still, and where to look first.

The copies of the raw and of the finished clip lie on each other, picture for picture and pixel for pixel.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from unplastic.clip import Clip, Picture
from unplastic.color import assumed_matrix
from unplastic.errors import ClipDamaged
from unplastic.media import pictures, probe, proxy_index, write_proxy
from unplastic.passages import worst_passages
from unplastic.upscale.resampler import target_depth
from unplastic.upscale.upscaler import PLAIN, find_upscaler
from unplastic.vision.colours import rgba_of

STILL_PX = 480
Progress = Callable[[str, int, int], None]


def copies(raw: Path, finished: Path, out: Path, tell: Progress | None = None) -> dict[str, Path]:
    """Write ``raw.mp4``, ``finished.mp4``, ``still.jpg`` and ``copies.json`` into the folder ``out``.

    The raw clip is brought to the finished clip's size by the plain enlargement that "before" means everywhere, so that
    both lie on each other; nothing is ever made smaller. Raises `ClipError` and `ResultError`.
    """
    told = tell or (lambda *_: None)
    out.mkdir(parents=True, exist_ok=True)
    was, now = probe(raw), probe(finished)
    larger, source = _at_size(was, now)
    files = {"raw": out / "raw.mp4", "finished": out / "finished.mp4"}
    write_proxy(source, larger, files["raw"], lambda done: told("raw", done, was.frames))
    write_proxy(pictures(now), now, files["finished"], lambda done: told("finished", done, now.frames))
    index: dict[str, dict[str, Any]] = {name: proxy_index(path) | {"is_full": True} for name, path in files.items()}
    for name, clip in (("raw", was), ("finished", now)):
        if len(index[name]["pictures"]) != clip.frames:
            raise ClipDamaged(f"{files[name]}: it has not as many pictures as {clip.path}", "make it again")
    index["raw"]["enlarged_from"] = [was.width, was.height] if larger is not was else None
    looked = worst_passages(now)
    files["still"] = out / "still.jpg"
    files["still"].write_bytes(_still(now, looked.passages[0].frame))
    files["copies"] = out / "copies.json"
    files["copies"].write_text(json.dumps(index | looked.document()), encoding="utf-8")
    return files


def _at_size(was: Clip, now: Clip) -> tuple[Clip, Iterator[Picture]]:
    if was.width >= now.width and was.height >= now.height:
        return was, pictures(was)
    enlarge = find_upscaler(PLAIN).bind(was, now.width, now.height)
    color = replace(was.color, matrix=assumed_matrix(was.color.matrix, was.width, was.height))
    depth = target_depth(was)
    return replace(was, width=now.width, height=now.height, bit_depth=depth, color=color), map(enlarge, pictures(was))


def _still(clip: Clip, frame: int) -> bytes:
    """The picture ``frame``, 480 px on its longer side."""
    from PIL import Image

    picture = next(pictures(clip, start=frame, count=1))
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    image = Image.fromarray(rgba_of(picture, matrix, is_full_range=clip.color.is_full_range)).convert("RGB")
    image.thumbnail((STILL_PX, STILL_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def document(path: Path) -> dict[str, Any]:
    """What ``copies.json`` says."""
    return json.loads(path.read_text(encoding="utf-8"))
