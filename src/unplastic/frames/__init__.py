"""Frames in memory: NumPy arrays or Torch tensors in, treated frames of the same kind out, one after the other.

For those who have frames and no file yet: a generator's output, a node of ComfyUI. The same measures, looks and
treatments as for files; nothing is encoded, and memory does not grow with the number of frames.
"""

from unplastic.frames.stream import Finishing, finish_frames, measure_frames, treat_frames

__all__ = ["Finishing", "finish_frames", "measure_frames", "treat_frames"]
