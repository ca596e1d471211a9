"""Why a reading of a surface cannot be trusted on a clip: nobody to look at, a coding that decides, no time."""

from __future__ import annotations

from dataclasses import replace

from unplastic.clip import Clip
from unplastic.measure.reference import bits_per_pixel
from unplastic.reading import FACES_UNKNOWN, Reading
from unplastic.vision import Run

BITS_PER_PIXEL_MIN = 0.05
"""Below this compression alone makes texture smooth and lets it change from frame to frame (measuring 0, A4)."""


def why_no_face(run: Run) -> str | None:
    """Why a run shows no face, in one clause; None when it shows one."""
    if not run.faces_known:
        return f"{FACES_UNKNOWN}: {run.faces_why_not}"
    return None if any(run.faces(t) for t in range(len(run.frames))) else "no face is seen"


def as_coded(reading: Reading, clip: Clip) -> Reading:
    """The reading, marked as one not to be trusted when the coding decides it."""
    bits = bits_per_pixel(clip)
    if not reading.valid or bits is None or bits >= BITS_PER_PIXEL_MIN:
        return reading
    why = f"at {bits:.3f} bits per pixel the encoder decides what of it is left"
    return replace(reading, valid=False, why_not=why)
