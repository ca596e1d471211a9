"""The noise level function: standard deviation over luma, from many blocks to a few knots.

Weighted least squares on the logarithm of the level, so that errors count in per cent, with a penalty on bends in place
of a form, and without the blocks that stray (motion that was not followed, texture taken for noise).
"""

from __future__ import annotations

import numpy as np

from unplastic.measure.bootstrap import Array

KNOTS_MAX = 14
KNOT_STEP = 0.06
"""Least distance of two knots in nominal luma."""

STIFFNESS = 0.05
"""Weight of one bend against one block's share of a knot's blocks."""

ROUNDS = 8
STRAY = 2.5
"""Blocks further away than this many robust standard deviations have no say."""

STRAY_LEAST = 0.03
"""Least standard deviation that is believed of a block's log level: 1024 pixels cannot know it better."""


def fitted(luma: Array, power: Array) -> tuple[Array, Array, Array]:
    """(knots, level at each, stray): ``luma`` nominal, ``power`` a block's variance, both (blocks,).

    ``stray`` marks the blocks that were left out. Levels are standard deviations in the root of the power's unit.
    """
    low, high = np.percentile(luma, [2.0, 98.0])
    count = int(np.clip(np.floor((high - low) / KNOT_STEP) + 1, 1, KNOTS_MAX))
    knots = np.linspace(low, high, count) if count > 1 else np.array([np.median(luma)])
    log = 0.5 * np.log(np.maximum(power, 1e-6))
    hats = (
        np.stack([np.interp(luma, knots, row) for row in np.eye(count)], axis=1)
        if count > 1
        else np.ones((len(luma), 1))
    )
    bends = np.diff(np.eye(count), 2, axis=0) * np.sqrt(STIFFNESS * len(luma) / count)
    weight = np.ones(len(luma))
    found = np.full(count, np.median(log))
    for _ in range(ROUNDS):
        away = log - hats @ found
        spread = max(STRAY_LEAST, 1.48 * float(np.median(np.abs(away - np.median(away)))))
        weight = (np.abs(away) <= STRAY * spread).astype(float)
        left = np.concatenate([hats * weight[:, None], bends])
        right = np.concatenate([log * weight, np.zeros(len(bends))])
        found, *_ = np.linalg.lstsq(left, right, rcond=None)
    return knots, np.exp(found), weight == 0.0
