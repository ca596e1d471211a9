"""The film grain that a file asks its player for, picture by picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unplastic.media.av1.grain import BARREN_SEEDS, FilmGrain
from unplastic.media.av1.rewrite import Parsed


@dataclass(frozen=True, slots=True)
class Shown:
    """Grain of each picture in the order in which they are shown; None where there is none."""

    grains: tuple[FilmGrain | None, ...]

    @property
    def any(self) -> FilmGrain | None:
        """The first grain there is."""
        return next((each for each in self.grains if each), None)

    @property
    def bare(self) -> tuple[int, ...]:
        """Pictures that ask for none, or whose seed makes none."""
        return tuple(i for i, each in enumerate(self.grains) if each is None or each.seed in BARREN_SEEDS)

    @property
    def seeds(self) -> int:
        """How many seeds differ."""
        return len({each.seed for each in self.grains if each})


def shown_grain(packets: Iterable[bytes]) -> Shown:
    """Read it from the packets of a stream. Raises `rewrite.UNREADABLE`."""
    parsed = Parsed()
    return Shown(
        tuple(header.grain for packet in packets for _, header in parsed.headers(packet) if header and header.shown)
    )
