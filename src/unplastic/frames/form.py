"""What a frame in memory may be: R'G'B', (height, width, 3) or (3, height, width), uint8, uint16 or floats from 0 to 1.

A frame becomes a picture of 12-bit 4:4:4 Y'CbCr (BT.709) and comes back as what it was, to within that: 8-bit codes
survive the way there and back exactly.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from unplastic.clip import Clip, ColorTags, Picture
from unplastic.color import chroma_scale, luma_scale, ycbcr_to_rgb_matrix
from unplastic.errors import FramesError
from unplastic.media.rgb import ycbcr_from_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

Frame: TypeAlias = Any
"""A NumPy array, a Torch tensor, or whatever NumPy takes for an array (a PIL picture)."""

DEPTH, MATRIX = 12, 1
ROWS = 64
SIDE_MIN, SIDE_MAX = 16, 16_384
OVER = 0.1
"""Floats may overshoot 0..1 by this much, as resampling makes them; they are clipped."""

EXPECTED = "give R'G'B' as (height, width, 3) or (3, height, width), in uint8, uint16, or floats from 0 to 1"


@dataclass(frozen=True, slots=True)
class Form:
    """How a frame is made, so that what comes out is made alike. ``device`` is a Torch tensor's, else None."""

    kind: Literal["numpy", "torch"]
    height: int
    width: int
    is_planar: bool
    dtype: Any
    device: Any = None

    @property
    def words(self) -> str:
        """Shape and type as people read them."""
        shape = (3, self.height, self.width) if self.is_planar else (self.height, self.width, 3)
        return f"{shape} {self.dtype}"


def form_of(frame: Frame, index: int) -> Form:
    """The form of frame ``index``; raises `FramesError` for what cannot be a frame."""
    is_torch = _is_torch(frame)
    shape = tuple(getattr(frame, "shape", ())) if is_torch else np.shape(_array(frame, index))
    if len(shape) != 3 or 3 not in (shape[0], shape[-1]):
        raise _wrong(index, f"its shape is {shape or 'none'}")
    is_planar = shape[-1] != 3
    height, width = shape[1:] if is_planar else shape[:2]
    if not (SIDE_MIN <= height <= SIDE_MAX and SIDE_MIN <= width <= SIDE_MAX):
        raise _wrong(index, f"it is {width}x{height}, and sides from {SIDE_MIN} to {SIDE_MAX} are possible")
    dtype = frame.dtype if is_torch else _array(frame, index).dtype
    if str(dtype).removeprefix("torch.") not in {"uint8", "uint16", "float16", "float32", "float64"}:
        more = ": frame.float() makes it one that is" if "bfloat16" in str(dtype) else ""
        raise _wrong(index, f"its type {dtype} is not taken{more}")
    return Form("torch" if is_torch else "numpy", int(height), int(width), is_planar, dtype,
                getattr(frame, "device", None) if is_torch else None)  # fmt: skip


def picture_of(frame: Frame, form: Form, index: int) -> Picture:
    """A frame as a picture. Raises `FramesError` for another form than ``form``, and for values out of range."""
    if form_of(frame, index) != form:
        raise _wrong(index, f"it is {form_of(frame, index).words}, and the first frame was {form.words}")
    array = _array(frame, index)
    white = 1.0
    if array.dtype.kind == "u":
        white = float(np.iinfo(array.dtype).max)
    else:
        array = _in_range(array, index)
    red, green, blue = array if form.is_planar else np.moveaxis(array, -1, 0)
    planes = ycbcr_from_rgb(red, green, blue, DEPTH, MATRIX, white=white)
    return Picture(*planes, DEPTH, index, index, 1)


def frame_of(picture: Picture, form: Form) -> Frame:
    """A picture as a frame of ``form``: new memory, values clipped to the range of its type."""
    kind = np.dtype(str(form.dtype).removeprefix("torch."))
    shape = (3, form.height, form.width) if form.is_planar else (form.height, form.width, 3)
    out = np.empty(shape, kind)
    planes = out if form.is_planar else np.moveaxis(out, -1, 0)
    white = float(np.iinfo(kind).max) if kind.kind == "u" else 1.0
    to_rgb = (ycbcr_to_rgb_matrix(MATRIX) * white).astype(np.float32)
    scales = [luma_scale(DEPTH, is_full_range=False), *[chroma_scale(DEPTH, is_full_range=False)] * 2]
    for top in range(0, form.height, ROWS):
        rows = slice(top, top + ROWS)
        signal = [
            (plane[rows].astype(np.float32) - np.float32(offset)) * np.float32(1.0 / span)
            for plane, (offset, span) in zip((picture.y, picture.cb, picture.cr), scales, strict=True)
        ]
        for plane, weights in zip(planes, to_rgb, strict=True):
            value = sum(one * weight for one, weight in zip(signal, weights, strict=True))
            if kind.kind == "u":
                value = np.rint(value)
            plane[rows] = np.clip(value, 0.0, white)
    return _as_torch(out, form) if form.kind == "torch" else out


def clip_of(form: Form, frames: int, fps: float | Fraction) -> Clip:
    """The facts that measures and treatments want to know of a clip, for frames that are none yet."""
    try:
        rate = Fraction(fps).limit_denominator(1001)
    except (TypeError, ValueError, OverflowError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise FramesError(f"fps = {fps!r} is no frame rate", "give frames per second, such as fps=24")
    return Clip(
        path=Path("frames"), container="frames", codec="rawvideo", profile=None, encoder=None, width=form.width,
        height=form.height, pixel_aspect=Fraction(1), rotation_deg=0, frame_rate=rate, is_variable_rate=False,
        frames=frames, start_pts=0, duration_s=frames / rate, time_base=1 / rate, bit_depth=DEPTH, chroma="444",
        color=ColorTags(1, 1, MATRIX), bitrate_bps=None,
    )  # fmt: skip


def _array(frame: Frame, index: int) -> NDArray[Any]:
    if _is_torch(frame):
        return frame.detach().cpu().numpy()
    try:
        return np.asarray(frame)
    except (TypeError, ValueError) as trouble:
        raise _wrong(index, f"it is a {type(frame).__name__}") from trouble


def _in_range(array: NDArray[Any], index: int) -> NDArray[Any]:
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise _wrong(index, "it holds values that are no numbers (NaN or infinite)")
    if low >= -OVER and high <= 1.0 + OVER:
        return np.clip(array, 0.0, 1.0) if low < 0.0 or high > 1.0 else array
    hint = EXPECTED
    if -1.0 - OVER <= low < 0.0 and high <= 1.0 + OVER:
        hint = "these look like -1 to 1: give (frame + 1) / 2"
    elif low >= 0.0 and high <= 255.0:
        hint = "these look like 0 to 255: give frame / 255, or uint8"
    raise FramesError(f"frame {index}: its floats reach from {low:.3g} to {high:.3g}", hint)


def _is_torch(frame: Frame) -> bool:
    return type(frame).__module__.partition(".")[0] == "torch"


def _as_torch(array: NDArray[Any], form: Form) -> Frame:
    """A tensor on the device of the first; Torch is loaded already, since its tensors came in."""
    tensor = sys.modules["torch"].from_numpy(array)  # type: ignore[attr-defined]
    return tensor.to(form.device)


def _wrong(index: int, what: str) -> FramesError:
    return FramesError(f"frame {index}: {what}", EXPECTED)
