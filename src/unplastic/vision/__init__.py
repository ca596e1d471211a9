"""Where things are and how they move: what several measures and treatments share, computed once.

The only room that imports OpenCV and the face networks' runtime. Every plane is float32 in 8-bit limited-range code
values (16 black, 235 white, 128 neutral chroma), whatever the clip's depth and range, so that a reading means the same
on all of them. Measures look at a `Run`, treatments at a `Scene`.
"""

import cv2

from unplastic.vision.firstseen import FirstSeen
from unplastic.vision.run import Run, runs_of
from unplastic.vision.scene import Scene, watched

# One thread: a measurement runs beside decoders and encoders, and idle workers of a pool still burn processor time.
cv2.setNumThreads(1)

__all__ = ["FirstSeen", "Run", "Scene", "runs_of", "watched"]
