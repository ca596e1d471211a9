"""Where things are and how they move: what several measures share, computed once per run of pictures.

The only room that imports OpenCV. Every plane is float32 in 8-bit limited-range code values (16 black, 235 white,
128 neutral chroma), whatever the clip's depth and range, so that a reading means the same on all of them.
"""

import cv2

from unplastic.vision.run import Run, runs_of

# One thread: a measurement runs beside decoders and encoders, and idle workers of a pool still burn processor time.
cv2.setNumThreads(1)

__all__ = ["Run", "runs_of"]
