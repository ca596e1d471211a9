"""Keep the heap from growing with pictures: blocks of their size go straight back to the system."""

from __future__ import annotations

import ctypes
from functools import cache

M_MMAP_THRESHOLD = -3
LARGE_BLOCK_BYTES = 4 * 1024 * 1024
"""Less than the luma of a 1080p picture, more than the small planes that motion and masks are made of: those would be
mapped and cleared anew dozens of times a frame, for 100 ms of system time."""


@cache
def return_large_blocks() -> None:
    """Fix glibc's threshold for large blocks.

    Left alone it rises to the size of a picture, and pictures that are allocated in one thread and freed in another
    then leave holes in every thread's arena: 40 MiB at 1080p, for no gain in speed. Does nothing where libc is another.
    """
    try:
        ctypes.CDLL("libc.so.6").mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
    except (OSError, AttributeError):
        return
