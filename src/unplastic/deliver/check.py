"""Does the grain reach the viewer? What a delivered file shows is compared with what it was asked to show.

Three numbers of the fine band (0.16 cycles per pixel): energy, what is there more than in the clean picture, over what
was asked (it counts coding errors too); kept, the share of the very grain that was put in; still, the correlation of
one picture's rest with the next one's: 0 is alive, 1 is dirt on the screen. All of it in the flattest third of the
picture, where grain is seen, and where an encoder loses least else: among texture its errors would pass for grain.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.clip import Clip
from unplastic.deliver.fit import level_at
from unplastic.deliver.samples import Samples
from unplastic.errors import ClipUnsupported
from unplastic.media.av1.grain import FilmGrain
from unplastic.media.av1.shown import Shown
from unplastic.media.grained import asked_grain
from unplastic.vision.bands import fine_band

if TYPE_CHECKING:
    from numpy.typing import NDArray

STILL_MAX = 0.35
"""Correlation of pictures' rests up to which grain counts as alive."""

FROZEN_FROM = 0.6
ENERGY_MIN = 0.5
VANISHED_BELOW = 0.15
LEVEL_WITHIN = 0.2
"""A level may be so far from the asked one, as a share of it."""

KEPT_MIN = 0.2
"""Of baked grain, so much must be the grain that was put in: the rest of the energy is the encoder's own."""

BORDER_PX, BLOCK_PX = 4, 8
FLAT_SHARE = 1 / 3
VISIBLE_CODES8 = 0.2
AV1 = ("av1", "libdav1d")


@dataclass(frozen=True, slots=True)
class GrainCheck:
    """What one file does to its grain. Levels are standard deviations in 8-bit codes; None where nobody can know.

    ``decoded_codes8`` counts only what is new in every picture. ``carried`` says how the grain travels: "table" in the
    headers of AV1, "baked" in the pictures. ``seeds`` is the number of different seeds in the headers.
    """

    file: str
    carried: str
    verdict: str
    asked_codes8: float | None
    decoded_codes8: float | None
    still: float | None
    energy: float | None
    kept: float | None
    seeds: int | None = None
    advice: str = ""

    @property
    def ok(self) -> bool:
        """Whether it arrives."""
        return self.verdict in {"alive", "none asked"}

    def document(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self) | {"ok": self.ok}


def check(clip: Clip, samples: Samples, name: str, *, seen: dict[int, NDArray[np.float32]] | None = None) -> GrainCheck:
    """What the file ``clip`` shows at the samples, with the grain of its headers and without. ``name`` is for people.

    ``seen`` are its tiles if they are known. Raises a `ClipError` for a file that cannot be decoded.
    """
    asked = _grains(clip)
    on = seen or samples.decoded(clip)
    off = samples.decoded(clip, film_grain=False, runs=1) if asked and asked.any else on
    if all(np.array_equal(samples.grained[i], samples.clean[i]) for i in samples.clean):
        return GrainCheck(name, "baked", "none asked", 0.0, None, None, None, None)
    figures = _figures(samples, on)
    if asked and asked.any:
        return _of_table(name, asked, samples, on, off, figures["still"])
    verdict = judged(figures["still"], figures["energy"], figures["kept"])
    levels = figures["asked_codes8"], figures["decoded_codes8"]
    return GrainCheck(name, "baked", verdict, *levels, figures["still"], figures["energy"], figures["kept"])


def judged(still: float, energy: float, kept: float) -> str:
    """One word for three numbers."""
    if energy < VANISHED_BELOW or (kept < KEPT_MIN / 2 and still < FROZEN_FROM):
        return "vanished"
    if still >= FROZEN_FROM:
        return "frozen"
    if still > STILL_MAX:
        return "freezing"
    return "alive" if energy >= ENERGY_MIN and kept >= KEPT_MIN else "weakened"


def _grains(clip: Clip) -> Shown | None:
    if clip.codec not in AV1:
        return None
    try:
        return asked_grain(clip.path)
    except ClipUnsupported:
        return None


def _figures(samples: Samples, seen: dict[int, NDArray[np.float32]]) -> dict[str, float]:
    """Asked and decoded level, still, energy and kept, over all runs."""
    flat = _flat(samples)
    put, got = (_layers(samples, some, flat) for some in (samples.grained, seen))
    power = sum(float(np.square(each.fine).sum()) for each in put)
    return {
        "asked_codes8": new_level([each.whole for each in put]),
        "decoded_codes8": new_level([each.whole for each in got]),
        "still": stillness([each.fine for each in got]),
        "energy": sum(float(np.square(each.fine).sum()) for each in got) / power,
        "kept": sum(float((a.fine * b.fine).sum()) for a, b in zip(put, got, strict=True)) / power,
    }


def _of_table(
    name: str, asked: Shown, samples: Samples, on: dict[int, Any], off: dict[int, Any], still: float
) -> GrainCheck:
    """Grain of headers is known exactly: the picture with it less without it. Its level is that of its parameters.

    ``off`` may hold fewer pictures than ``on``: one run tells the level.
    """
    grain = asked.any
    if grain is None:
        raise ValueError("there is no grain in the headers")
    wanted = level_at_luma(grain, off)
    level = float(np.stack([on[i] - off[i] for i in sorted(off)]).std())
    put = sum(float(np.square(fine(samples.grained[i] - samples.clean[i])).sum()) for i in off)
    got = sum(float(np.square(fine(on[i] - off[i])).sum()) for i in off)
    verdict = judged(still, got / put if put else 1.0, 1.0)
    if abs(level - wanted) > LEVEL_WITHIN * wanted:
        verdict = "vanished" if level < VISIBLE_CODES8 else "weakened" if level < wanted else "too strong"
    found = GrainCheck(name, "table", verdict, wanted, level, still, got / put if put else None, None, asked.seeds)
    return without_gaps(found, asked)


def without_gaps(found: GrainCheck, asked: Shown) -> GrainCheck:
    """The check of a table, weakened if some pictures have no grain: nothing at the samples need tell that."""
    if not asked.bare or found.verdict != "alive":
        return found
    which = f"{len(asked.bare)} of {len(asked.grains)} pictures have no grain, the first is number {asked.bare[0]}"
    return replace(found, verdict="weakened", advice=f"{which}: write the table again with unplastic deliver")


def level_at_luma(grain: FilmGrain, tiles: dict[int, NDArray[np.float32]]) -> float:
    """The level that ``grain`` asks for over pictures without it, root of the mean square."""
    codes = np.concatenate([np.rint(each).astype(np.intp).ravel() for each in tiles.values()])
    count = np.bincount(np.clip(codes, 0, 255), minlength=256)
    return float(np.sqrt((np.square(level_at(grain, np.arange(256.0))) * count).sum() / count.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """What pictures have more than the clean ones, in flat blocks: (frames, samples), whole and in the fine band."""

    whole: NDArray[np.float32]
    fine: NDArray[np.float32]


def _layers(samples: Samples, some: dict[int, NDArray[np.float32]], flat: NDArray[np.bool_]) -> list[_Layer]:
    found = []
    for run in samples.runs:
        more = [some[i] - samples.clean[i] for i in run]
        whole = np.stack([inner(each)[flat] for each in more])
        found.append(_Layer(whole, np.stack([fine(each)[flat] for each in more])))
    return found


def _flat(samples: Samples) -> NDArray[np.bool_]:
    """(tiles, rows, columns): the blocks in which the clean pictures have least texture."""
    power = np.mean([np.square(fine(each)) for each in samples.clean.values()], axis=0)
    return lowest(blocks(power), power.shape)


def blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of the whole blocks of every tile."""
    tiles, rows, columns = values.shape[0], values.shape[1] // BLOCK_PX, values.shape[2] // BLOCK_PX
    whole = values[:, : rows * BLOCK_PX, : columns * BLOCK_PX]
    return whole.reshape(tiles, rows, BLOCK_PX, columns, BLOCK_PX).mean(axis=(2, 4))


def lowest(score: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The third of all blocks with the lowest ``score``, as a mask of tiles of that shape."""
    chosen = score <= np.quantile(score, FLAT_SHARE)
    flat = np.zeros(shape, np.bool_)
    rows, columns = chosen.shape[1] * BLOCK_PX, chosen.shape[2] * BLOCK_PX
    flat[:, :rows, :columns] = np.repeat(np.repeat(chosen, BLOCK_PX, axis=1), BLOCK_PX, axis=2)
    return flat


def inner(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tiles without the border that the fine band loses."""
    return tiles[:, BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]


def new_level(runs: list[NDArray[np.float32]]) -> float:
    """Standard deviation of what is new in every picture: of differences of neighbours, over the root of two."""
    squares = [np.square(np.diff(run, axis=0)).ravel() for run in runs if len(run) > 1]
    if not squares:
        return float(np.sqrt(np.mean([np.square(run).mean() for run in runs])))
    return float(np.sqrt(np.concatenate(squares).mean() / 2.0))


def stillness(runs: list[NDArray[np.float32]]) -> float:
    """Correlation of each picture with the next at the same place of the screen."""
    both = sum(float((run[1:] * run[:-1]).sum()) for run in runs)
    power = sum(float(np.square(run[1:]).sum() + np.square(run[:-1]).sum()) for run in runs) / 2.0
    return both / power if power else 0.0


def fine(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """The fine band of every tile, without its border."""
    return inner(np.stack([fine_band(np.ascontiguousarray(tile)) for tile in tiles]))
