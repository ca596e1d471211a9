"""Square tiles over a picture: the unit of evidence for everything that is measured by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.plane import Array, Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Grid:
    """``rows`` x ``columns`` tiles of ``side_px``, centred in a plane; a remainder at the borders belongs to no tile.

    A tile's number counts along rows. Pictures smaller than one tile are one smaller, square tile.
    """

    top: int
    left: int
    rows: int
    columns: int
    side_px: int

    @classmethod
    def over(cls, shape: tuple[int, ...], side_px: int) -> Grid:
        """The grid that fits into a (height, width) plane."""
        height, width = shape
        side = min(side_px, height, width)
        rows, columns = height // side, width // side
        return cls((height - rows * side) // 2, (width - columns * side) // 2, rows, columns, side)

    @property
    def count(self) -> int:
        """Number of tiles."""
        return self.rows * self.columns

    def inside(self, plane: NDArray) -> NDArray:
        """The part of a plane that the tiles cover."""
        side = self.side_px
        return plane[self.top : self.top + self.rows * side, self.left : self.left + self.columns * side]

    def around(self, mask: NDArray[np.bool_]) -> Grid:
        """The part of the grid that holds the marked pixels of a plane; one tile when there are none."""
        inside = self.inside(mask)
        rows, columns = (np.flatnonzero(inside.any(axis=axis)) // self.side_px for axis in (1, 0))
        if not rows.size:
            return Grid(self.top, self.left, 1, 1, self.side_px)
        top, left = int(rows[0]), int(columns[0])
        side = self.side_px
        count = (int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)
        return Grid(self.top + top * side, self.left + left * side, *count, side)

    def at_origin(self) -> Grid:
        """The same tiles for a plane that is cut to them."""
        return Grid(0, 0, self.rows, self.columns, self.side_px)

    def placed(self, values: Array, part: Grid) -> Array:
        """(count,): the values of a part's tiles at their places, 0 elsewhere."""
        whole = np.zeros((self.rows, self.columns))
        top, left = (part.top - self.top) // self.side_px, (part.left - self.left) // self.side_px
        whole[top : top + part.rows, left : left + part.columns] = values.reshape(part.rows, part.columns)
        return whole.ravel()

    def cells(self, plane: NDArray) -> NDArray:
        """A view of the tiles: (rows, side, columns, side)."""
        side = self.side_px
        return self.inside(plane).reshape(self.rows, side, self.columns, side)

    def sums(self, plane: Plane) -> Array:
        """Sum over every tile, (count,) float64."""
        side = self.side_px
        bands = np.ones((1, side), plane.dtype) @ self.inside(plane).reshape(self.rows, side, -1)
        return bands.reshape(self.count, side).sum(axis=1, dtype=np.float64)

    def means(self, plane: Plane) -> Array:
        """Mean over every tile, (count,) float64."""
        return self.sums(plane) / self.side_px**2

    def counts(self, mask: NDArray[np.bool_]) -> Array:
        """Number of marked pixels in every tile, (count,) float64."""
        return self.sums(mask.astype(np.float32))

    def tile_of(self, x: NDArray, y: NDArray) -> NDArray[np.intp]:
        """Number of the tile that holds each pixel; pixels of the uncovered border go to the nearest tile."""
        row = np.clip((y - self.top) // self.side_px, 0, self.rows - 1).astype(np.intp)
        column = np.clip((x - self.left) // self.side_px, 0, self.columns - 1).astype(np.intp)
        return row * self.columns + column

    def centres(self) -> NDArray[np.intp]:
        """(count, 2) of x, y: the middle pixel of every tile."""
        row, column = np.divmod(np.arange(self.count), self.columns)
        half = self.side_px // 2
        return np.stack([self.left + column * self.side_px + half, self.top + row * self.side_px + half], axis=1)
