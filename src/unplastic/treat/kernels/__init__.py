"""Compiled row kernels: the only modules of the room that import numba, so that naming a treatment stays cheap.

All are ``nogil`` and cached on disk, work on caller-owned arrays and allocate nothing. Arithmetic is plain IEEE float32
without reassociation, so a pixel gets the same bytes wherever its strip begins.
"""
