"""What the fine band does from frame to frame, from sums per tile: it stays, comes anew, boils or sticks to the screen.

Shared by the measures of the whole frame and of its surfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unplastic.measure.bootstrap import Array, pooled, root, share
from unplastic.reading import Reading
from unplastic.vision.motion import LAGS

if TYPE_CHECKING:
    from unplastic.vision.covariance import Covariances

UNITS = {
    "rho_1": "1",
    "rho_2": "1",
    "rho_4": "1",
    "fresh_grain": "codes",
    "boil_share": "1",
    "boil_loss": "1",
    "boil_life": "frames",
    "screen_lock": "1",
}
BOIL_LIFE_NEEDS = 0.1


def decay_sums(moves: Covariances) -> Array:
    """(tiles, 7): pixels, then energy and repeated energy at lags 1, 2 and 4; nan where the run is too short."""
    columns = [moves.pixels]
    for lag in LAGS:
        along = moves.along.get(lag)
        columns += [along.here, along.repeated] if along else [np.full_like(moves.pixels, np.nan)] * 2
    return np.stack(columns, axis=1)


def moving_sums(moves: Covariances) -> Array:
    """(tiles, 6) of the pixels that move: product and both energies along motion, then without it."""
    columns = [getattr(each, part) for each in (moves.moving, moves.still) for part in ("product", "here", "there")]
    return np.stack(columns, axis=1)


def decay(sums: Array, region: str) -> tuple[Reading, ...]:
    """`UNITS` of one region, but for screen_lock, from (tiles, 7) of `decay_sums`."""
    long = sums[np.isfinite(sums).all(axis=1)]
    return (*_correlations(sums, long, region), *_boil(long, region))


def screen_lock(moving: Array, region: str) -> Reading:
    """By how much the band correlates better at its place of the screen than along motion, (tiles, 6) given."""
    return pooled(moving, _locked_to_screen).reading("screen_lock", "1", region)


def _locked_to_screen(sums: Array) -> Array:
    along = share(sums[:, 0], np.sqrt(sums[:, 1] * sums[:, 2]))
    still = share(sums[:, 3], np.sqrt(sums[:, 4] * sums[:, 5]))
    return np.maximum(still - np.maximum(along, 0.0), 0.0)


def _correlations(sums: Array, long: Array, region: str) -> tuple[Reading, ...]:
    why = "needs more different frames in a row"
    found = []
    for i, lag in enumerate(LAGS):
        rows = sums if lag == 1 else long if lag == 4 else sums[np.isfinite(sums[:, 1 + 2 * i])]
        name = f"rho_{lag}"
        if not rows.size or not rows[:, 1 + 2 * i].sum() > 0:
            found.append(Reading.missing(name, region, "1", why))
            continue
        estimate = pooled(rows[:, [1 + 2 * i, 2 + 2 * i]], lambda s: np.clip(share(s[:, 1], s[:, 0]), -1.0, 1.0))
        found.append(estimate.reading(name, "1", region))
    fresh = pooled(sums[:, :3], lambda s: root(share(s[:, 1] - s[:, 2], s[:, 0])))
    return (*found, fresh.reading("fresh_grain", "codes", region))


def _boil(long: Array, region: str) -> tuple[Reading, Reading, Reading]:
    if not long.size or not long[:, 1].sum() > 0:
        why = "needs five different frames in a row"
        share_, loss_, life_ = (
            Reading.missing(n, region, UNITS[n], why) for n in ("boil_share", "boil_loss", "boil_life")
        )
        return share_, loss_, life_
    boil = pooled(long, lambda s: np.clip(_rho(s, 1) - _rho(s, 4), 0.0, 1.0))
    life = pooled(long, _life)
    if boil.value < BOIL_LIFE_NEEDS or not np.isfinite(life.value):
        lasting = Reading.missing("boil_life", region, "frames", "too little boils for a decay time")
    else:
        lasting = life.reading("boil_life", "frames", region)
    loss = pooled(long, _loss).reading("boil_loss", "1", region)
    return boil.reading("boil_share", "1", region), loss, lasting


def _loss(sums: Array) -> Array:
    """Of what the next frame repeats, the share that is gone three frames on; noise, never repeated, cancels out."""
    return np.clip(1.0 - share(_rho(sums, 4), np.maximum(_rho(sums, 1), 1e-9)), 0.0, 1.0)


def _rho(sums: Array, lag: int) -> Array:
    first = 1 + 2 * LAGS.index(lag)
    return share(sums[:, first + 1], sums[:, first])


def _life(sums: Array) -> Array:
    """The tau of rho_k = p + b exp(-k / tau): with x = exp(-1 / tau), (rho_2 - rho_4) / (rho_1 - rho_2) = x (1 + x)."""
    ratio = share(_rho(sums, 2) - _rho(sums, 4), np.maximum(_rho(sums, 1) - _rho(sums, 2), 1e-9))
    x = (np.sqrt(1.0 + 4.0 * np.clip(ratio, 0.0, None)) - 1.0) / 2.0
    inside = (x > 0.0) & (x < 1.0)
    return np.where(inside, -1.0 / np.log(np.where(inside, x, 0.5)), np.nan)
