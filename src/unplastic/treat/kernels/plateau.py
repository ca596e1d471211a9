"""Plateaus of a picture by grey-scale morphology on 8-bit codes: what an edge would look like without its halo.

Every function works on the columns ``start`` to ``stop`` of whole rows and leaves valid results only, so that an
opening of radius r shrinks what it is given by 2 r on each side and moves it to the upper left corner. Minima and
maxima share one function: complementing a code turns the order round, so the lowest of the complements is the
complement of the highest.
"""

from __future__ import annotations

from numba import njit


@njit(nogil=True, error_model="numpy")
def slide(source, out, wide, triples, rows, start, stop, window):
    """``out`` = complement of the minimum over ``window`` x ``window`` samples (5, 7 or 9), for ``rows`` valid rows.

    The minimum of three neighbours comes first; three of those cover any such window. ``wide`` and ``triples`` are
    scratch of the size of ``source``.
    """
    count, middle, last = stop - start - window + 1, min(3, window - 3), window - 3
    triple = triples[0]
    for r in range(rows + window - 1):
        _least_of_3(source[r, start:], source[r, start + 1 :], source[r, start + 2 :], triple[: count + last])
        _least_of_3(triple, triple[middle:], triple[last:], wide[r, :count])
    for r in range(rows + last):
        _least_of_3(wide[r], wide[r + 1], wide[r + 2], triples[r, :count])
    for r in range(rows):
        line = out[r, start : start + count]
        _flipped_least_of_3(triples[r], triples[r + middle], triples[r + last], line)


@njit(nogil=True, error_model="numpy")
def spread(plane, scratch, rows, columns):
    """``plane`` = maximum over 3 x 3 samples, in place: of ``rows`` x ``columns``, two fewer of both are left."""
    for r in range(rows):
        row = plane[r]
        _most_of_3(row, row[1:], row[2:], scratch[r, : columns - 2])
    for r in range(rows - 2):
        _most_of_3(scratch[r], scratch[r + 1], scratch[r + 2], plane[r, : columns - 2])


@njit(nogil=True, error_model="numpy")
def _least_of_3(a, b, c, out):
    for x in range(out.shape[0]):
        out[x] = min(min(a[x], b[x]), c[x])


@njit(nogil=True, error_model="numpy")
def _flipped_least_of_3(a, b, c, out):
    for x in range(out.shape[0]):
        out[x] = ~min(min(a[x], b[x]), c[x])


@njit(nogil=True, error_model="numpy")
def _most_of_3(a, b, c, out):
    for x in range(out.shape[0]):
        out[x] = max(max(a[x], b[x]), c[x])
