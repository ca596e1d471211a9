"""The picture without its grade, and our .cube on it: the graded master again, read and graded by OpenColorIO."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unplastic.color import rgb_to_ycbcr_matrix, ycbcr_to_rgb_matrix
from unplastic.deliver.gradefiles import write_grade
from unplastic.deliver.plates import Targets, render_plates
from unplastic.deliver.ungraded import SLOPE_MIN, before, graded_by, ungraded
from unplastic.finish import solved
from unplastic.media import part_of, pictures, probe
from unplastic.treat.grade import Grade
from unplastic.treat.grain import Grain, level_codes8


def at_luma(plane: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Chroma of 4:2:0 at luma's places, linearly, left-sited: as editing programs bring it there."""
    rows = np.clip((np.arange(shape[0]) - 0.5) / 2, 0, plane.shape[0] - 1)
    columns = np.clip(np.arange(shape[1]) / 2, 0, plane.shape[1] - 1)
    top, left = rows.astype(int), columns.astype(int)
    down, across = np.minimum(top + 1, plane.shape[0] - 1), np.minimum(left + 1, plane.shape[1] - 1)
    tall = plane[top] * (1 - rows + top)[:, None] + plane[down] * (rows - top)[:, None]
    return tall[:, left] * (1 - columns + left) + tall[:, across] * (columns - left)


def signal(picture: Any) -> np.ndarray:
    y = (picture.y.astype(float) - 64) / 876
    chroma = [at_luma((plane.astype(float) - 512) / 896, y.shape) for plane in (picture.cb, picture.cr)]
    return np.stack([y, *chroma], axis=-1)


def through(cube: Path, of: np.ndarray) -> np.ndarray:
    table = PyOpenColorIO.FileTransform(str(cube), interpolation=PyOpenColorIO.INTERP_TETRAHEDRAL)
    processor = PyOpenColorIO.Config.CreateRaw().getProcessor(table).getDefaultCPUProcessor()
    pixels = np.ascontiguousarray((of @ ycbcr_to_rgb_matrix(1).T).astype(np.float32)).reshape(-1, 3)
    processor.applyRGB(pixels)
    return pixels.reshape(of.shape) @ rgb_to_ycbcr_matrix(1).T


def rendered(folder: Path, shot: Path, *, grain: float) -> tuple[np.ndarray, ...]:
    """(finished, clean, ungraded and our table on it) of a few pictures graded warm and dark: samples in 8-bit codes.

    Colours beyond R'G'B' 0 and 1 are left out: every .cube cuts them off.
    """
    clip = part_of(probe(shot), 4, 3)
    larger, recipe = solved(clip, rounds=0)
    grade = Grade(exposure_stops=-0.3, balance_cb=-0.01, slope=(1.08, 1.0, 0.95), saturation=0.9)
    new = {"grain": lambda old: replace(old, strength=grain), "grade": lambda _: grade}
    doses = tuple(replace(each, treatment=new.get(each.treatment.name, lambda old: old)(each.treatment))
                  for each in recipe.doses)  # fmt: skip
    recipe = replace(recipe, doses=doses)
    paths = [folder / f"{name}.mkv" for name in ("finished", "clean", "ungraded")]
    finished, clean, bare = ({"ffv1": path} for path in paths)
    render_plates(clip, larger, recipe, Targets(finished, clean, {}, bare))
    found = graded_by(recipe)
    assert found is not None
    write_grade(found, 1, folder, "x")
    a, b, c = (np.stack([signal(each) for each in pictures(probe(path))]) for path in paths)
    assert np.abs(a - c).mean() * 219 > 3, "the grade is one that is seen"
    rgb = c @ ycbcr_to_rgb_matrix(1).T
    inside = ((rgb >= 0) & (rgb <= 1)).all(axis=-1)
    assert inside.mean() > 0.8
    return tuple(each[inside] * 219 for each in (a, b, through(folder / "x_65.cube", c)))


def test_the_table_on_the_ungraded_picture_is_the_master(tmp_path: Path, shot_file: Path) -> None:
    """Without grain there is nothing but rounding, and chroma beside hard edges, which a program brings to luma's
    places before its table and we after ours."""
    master, _, again = rendered(tmp_path, shot_file, grain=0.0)
    error = np.abs(again - master)
    assert error[..., 0].mean() < 0.25, "a code of ten bits: both are dithered to that"
    assert np.quantile(error[..., 0], 0.99) < 0.75
    assert error[..., 1:].mean() < 0.3


def test_with_grain_it_is_the_master_s_grain_that_comes_back(tmp_path: Path, shot_file: Path) -> None:
    """Grain is put in before the table here and behind it there: sized for that, it differs only where the table bends
    within its few codes, and where it mixes luma into chroma."""
    master, clean, again = rendered(tmp_path, shot_file, grain=1.0)
    assert np.abs(again - master)[..., 0].mean() < 0.3
    put, got = (each - clean for each in (master, again))
    assert put[..., 0].std() > 1.2
    assert got[..., 0].std() == pytest.approx(put[..., 0].std(), rel=0.06)
    assert np.corrcoef(put[..., 0].ravel(), got[..., 0].ravel())[0, 1] > 0.97
    unsized = np.abs(again - master)[..., 0].mean()
    assert unsized < 0.2 * np.abs(put[..., 0]).mean(), "a fifth of the grain would be off if nobody had sized it"


@settings(max_examples=20, deadline=None)
@given(st.floats(-1.0, 0.8), st.floats(0.7, 1.3), st.floats(0.5, 3.0))
def test_grain_is_sized_by_the_grade_s_slope(stops: float, power: float, sigma: float) -> None:
    grade = Grade.neutral(exposure_stops=stops, power=(power,) * 3)
    grain = Grain(sigma_codes8=sigma)
    made = before(grain, grade, 1, is_full_range=False)
    luma = np.linspace(0.1, 0.9, 33)
    grey = np.stack([luma, luma * 0, luma * 0], axis=-1)
    step = np.array([1e-3, 0, 0])
    slope = ((grade.exact(1)(grey + step) - grade.exact(1)(grey - step)) / 2e-3)[..., 0]
    graded = grade.exact(1)(grey)[..., 0]
    inside = (graded < 0.98) & (slope > SLOPE_MIN)
    got = level_codes8(made, luma, is_full_range=False) * slope
    wanted = level_codes8(grain, graded, is_full_range=False)
    assert np.abs(got - wanted)[inside].max() < 0.05 * sigma


def test_nothing_is_taken_off_where_there_is_no_grade(shot_file: Path) -> None:
    clip = part_of(probe(shot_file), 0, 2)
    _, recipe = solved(clip, rounds=0, strength=0.0)
    assert graded_by(recipe) is None
    assert ungraded(recipe, clip) == tuple(recipe.treatments)
