"""The compiled row loops of the room; nothing else may import numba."""
