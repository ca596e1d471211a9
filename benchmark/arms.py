"""The arms of the evaluation: what is done to the sampled frames of a clip before all go through the same encode."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import av
import cv2
import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.color import codes8
from unplastic.finish import measure
from unplastic.looks import Recipe, look, solve
from unplastic.looks.loop import settle
from unplastic.measure import plan
from unplastic.media import pictures
from unplastic.trial import Samples
from unplastic.upscale import enlarged

BLUR_PX = 0.6
STEPS = ("deflicker", "deboil", "soften", "texture", "grade", "grain")
ARMS = ("recompress", "blur", "grain", "grade", "full", *(f"full - {step}" for step in STEPS))
Planes = tuple[np.ndarray, np.ndarray, np.ndarray]


def recipe_of(clip: Clip, name: str = "fine-35mm", rounds: int = 2) -> Recipe:
    """What `finish` would settle on."""
    before = measure(clip.path)
    forecast = solve(look(name), before, clip)
    if not rounds:
        return forecast
    samples = Samples(clip, enlarged(clip))
    return settle(forecast, before, lambda recipe: samples.tried(recipe, before), rounds=rounds).recipe


def treated(clip: Clip, recipe: Recipe, arm: str) -> Iterator[list[Picture]]:
    """The sampled runs of one arm."""
    if arm in {"recompress", "blur"}:
        for run in plan(clip):
            source = pictures(clip, start=run.start, count=len(run))
            yield [_blurred(each) if arm == "blur" else _copy(each) for each in source]
        return
    kept = {
        "full": set(STEPS),
        "grain": {"grain"},
        "grade": {"grade"},
    }.get(arm) or set(STEPS) - {arm.removeprefix("full - ")}
    doses = tuple(dose for dose in recipe.doses if dose.treatment.name in kept)
    yield from Samples(clip, enlarged(clip)).treated(replace(recipe, doses=doses))


def encoded(run: list[Picture], clip: Clip, crf: int) -> list[Planes]:
    """The run through x264 and back, as 8-bit 4:2:0 planes."""
    file = io.BytesIO()
    height, width = (side // 2 * 2 for side in run[0].y.shape)
    with av.open(file, "w", format="mp4") as container:
        options = {"crf": str(crf), "preset": "fast", "tune": "grain"}
        stream = container.add_stream("libx264", rate=Fraction(clip.frame_rate), options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in run:
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane, source in zip(frame.planes, (picture.y, picture.cb, picture.cr), strict=True):
                _write(plane, source, picture.bit_depth)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return [_planes(frame) for frame in container.decode(video=0)]


def _write(plane: av.video.plane.VideoPlane, source: np.ndarray, bit_depth: int) -> None:
    view = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    rows, columns = plane.height, plane.width
    values = np.clip(np.rint(codes8(source, bit_depth)), 0, 255).astype(np.uint8)
    if values.shape[0] > rows + 1 or values.shape[1] > columns + 1:
        values = cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA)
    view[:rows, :columns] = values[:rows, :columns]


def _planes(frame: av.VideoFrame) -> Planes:
    found = []
    for plane in frame.planes:
        view = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        found.append(view[: plane.height, : plane.width].astype(np.float64))
    return found[0], found[1], found[2]


def _copy(picture: Picture) -> Picture:
    return replace(picture, y=picture.y.copy(), cb=picture.cb.copy(), cr=picture.cr.copy())


def _blurred(picture: Picture) -> Picture:
    return replace(_copy(picture), y=cv2.GaussianBlur(picture.y, (0, 0), BLUR_PX))
