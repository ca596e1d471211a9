"""The grade: exact where it says so, monotone, neutral on greys, gentle on skin; and the table's declared error."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unplastic.color import rgb_to_ycbcr_matrix, ycbcr_to_rgb_matrix
from unplastic.errors import RecipeError
from unplastic.treat import Strip
from unplastic.treat.cdl import Cdl
from unplastic.treat.chroma import Knee, colourfulness, knee_gain, reddened
from unplastic.treat.grade import Grade
from unplastic.treat.table import TABLE_ERROR_CODES10, TablePass, bake
from unplastic.treat.tone import lifted, shouldered

BT709 = 1
WEIGHTS = (0.2126, 0.0722)
LUMA_CODES10, CHROMA_CODES10 = 876, 896
CODES10 = np.array([LUMA_CODES10, CHROMA_CODES10, CHROMA_CODES10])


def rgb_cube(nodes=41):
    axis = np.linspace(0, 1, nodes)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def to_ycbcr(rgb):
    return rgb @ rgb_to_ycbcr_matrix(BT709).T


def through_table(geometry, exact, signal):
    """(n, 3) Y'CbCr through the baked table, as one 4:4:4 strip."""
    columns = signal.shape[0] // 2
    planes = [np.ascontiguousarray(signal[: 2 * columns, i].reshape(2, columns), np.float32) for i in range(3)]
    out = [np.empty_like(plane) for plane in planes]
    TablePass(bake(exact), geometry(columns, 2, 1, 1))(Strip(*planes, 0), Strip(*out, 0), 0)
    return np.stack([plane.reshape(-1) for plane in out], axis=-1)


def film_like(rgb):
    """A strong look: contrast, split toning, and colours that bleed into each other."""
    curved = rgb**1.15 * (1.4 - 0.4 * rgb)
    toned = curved + 0.04 * np.sin(np.pi * curved) * np.array([1.0, 0.0, -1.0])
    return np.clip(toned @ np.array([[0.9, 0.06, 0.04], [0.05, 0.9, 0.05], [0.02, 0.1, 0.88]]), 0, 1)


@pytest.fixture
def cube_file(tmp_path):
    """Writes ``look`` sampled at ``nodes`` as a 3D .cube."""

    def write(look, nodes=33, name="look.cube"):
        axis = np.linspace(0, 1, nodes)
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        values = look(np.stack([red, green, blue], axis=-1).reshape(-1, 3))
        path = tmp_path / name
        lines = [f"LUT_3D_SIZE {nodes}", *(" ".join(f"{v:.8f}" for v in row) for row in values)]
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    return write


def tetrahedral(rgb, look, nodes=33):
    """Exact tetrahedral interpolation of ``look`` sampled at ``nodes``: the axes are walked in falling order."""
    place = np.clip(rgb, 0, 1) * (nodes - 1)
    cell = np.minimum(place.astype(int), nodes - 2)
    part = place - cell
    order = np.argsort(-part, axis=1, kind="stable")
    corner, value = cell.copy(), look(cell / (nodes - 1))
    rows = np.arange(len(rgb))
    for turn in range(3):
        axis = order[:, turn]
        before = look(corner / (nodes - 1))
        corner[rows, axis] += 1
        value = value + part[rows, axis][:, None] * (look(corner / (nodes - 1)) - before)
    return value


def errors_codes10(table, exact):
    away = np.abs(table - exact) * CODES10
    return away.mean(), np.percentile(away, 99), away.max()


def test_the_default_grade_stays_within_the_declared_table_error(geometry):
    exact = Grade().exact(BT709)
    signal = to_ycbcr(rgb_cube())[:-1]
    found = errors_codes10(through_table(geometry, exact, signal), exact(signal))
    assert all(value <= bound for value, bound in zip(found, TABLE_ERROR_CODES10, strict=True)), found


def test_a_cube_file_is_applied_as_exact_tetrahedral_within_the_declared_error(geometry, cube_file):
    exact = Grade.neutral(lut_path=cube_file(film_like)).exact(BT709)
    rgb = rgb_cube()[:-1]
    reference = to_ycbcr(tetrahedral(rgb, film_like))
    np.testing.assert_allclose(exact(to_ycbcr(rgb)), reference, atol=2e-6)
    found = errors_codes10(through_table(geometry, exact, to_ycbcr(rgb)), reference)
    assert all(value <= bound for value, bound in zip(found, TABLE_ERROR_CODES10, strict=True)), found


def test_a_one_dimensional_cube_is_applied(geometry, tmp_path):
    path = tmp_path / "gamma.cube"
    path.write_text(
        "LUT_1D_SIZE 1024\n" + "".join(f"{v:.8f} {v:.8f} {v:.8f}\n" for v in np.linspace(0, 1, 1024) ** 1.2)
    )
    exact = Grade.neutral(lut_path=str(path)).exact(BT709)
    rgb = rgb_cube(11)
    np.testing.assert_allclose(exact(to_ycbcr(rgb)), to_ycbcr(rgb**1.2), atol=1e-4)


def test_greys_stay_neutral(geometry):
    grey = np.zeros((2048, 3))
    grey[:, 0] = np.linspace(-0.07, 1.09, 2048)
    for grade in (Grade(), Grade(saturation=1.4, exposure_stops=0.5), Grade.neutral(cdl_saturation=0.5)):
        graded = through_table(geometry, grade.exact(BT709), grey)
        assert np.abs(graded[:, 1:]).max() * CHROMA_CODES10 < 0.01


def test_luma_that_does_not_depend_on_chroma_takes_the_exact_curve(geometry):
    grade = Grade()
    assert bake(grade.exact(BT709)).curve.size > 1
    assert bake(Grade(slope=(1.1, 1.0, 1.0)).exact(BT709)).curve.size == 1
    signal = to_ycbcr(rgb_cube(31))[:-1]
    away = through_table(geometry, grade.exact(BT709), signal)[:, 0] - grade.exact(BT709)(signal)[:, 0]
    assert np.abs(away).max() * LUMA_CODES10 < 0.1


@pytest.mark.parametrize("chroma", [(2, 2), (2, 1), (1, 1)])
def test_subsampled_chroma_is_looked_up_at_its_mean_luma(geometry, chroma):
    across, down = chroma
    random = np.random.default_rng(3)
    y = random.uniform(-0.05, 1.05, (4, 12)).astype(np.float32)
    cb, cr = (random.uniform(-0.4, 0.4, (4 // down, 12 // across)).astype(np.float32) for _ in range(2))
    out = Strip(np.empty_like(y), np.empty_like(cb), np.empty_like(cr), 0)
    exact = Grade(slope=(1.2, 1.0, 0.9)).exact(BT709)
    TablePass(bake(exact), geometry(12, 4, across, down))(Strip(y, cb, cr, 0), out, 0)
    full = [np.repeat(np.repeat(plane, down, axis=0), across, axis=1) for plane in (cb, cr)]
    want = exact(np.stack([y, *full], axis=-1))[..., 0]
    inside = (y > 0) & (y < 1)
    assert np.abs(out.y - want)[inside].max() * LUMA_CODES10 < TABLE_ERROR_CODES10[2]
    mean = y.reshape(4 // down, down, 12 // across, across).mean(axis=(1, 3))
    want = exact(np.stack([mean, cb, cr], axis=-1))
    assert np.abs(np.stack([out.cb, out.cr], axis=-1) - want[..., 1:]).max() * CHROMA_CODES10 < TABLE_ERROR_CODES10[2]


@settings(max_examples=60, deadline=None)
@given(
    lift=st.floats(0.0, 0.1),
    start=st.floats(0.3, 0.95),
    room=st.floats(0.05, 1.0),
)
def test_the_tone_curve_is_monotone_continuous_and_hits_its_ends(lift, start, room):
    white = start + room * (1.0 - start)
    y = np.linspace(-0.1, 1.1, 2401)
    out = shouldered(lifted(y, lift), start, white)
    assert (np.diff(out) > 0).all()
    assert np.abs(np.diff(out)).max() < 2 / 1000
    assert out[y.searchsorted(0.0)] == pytest.approx(lift, abs=1e-3)
    assert out[y.searchsorted(1.0 - 1e-12)] == pytest.approx(white, abs=1e-3)


@settings(max_examples=60, deadline=None)
@example(hue=0.0, start=0.5, slope=3.0, shares=(0.0, 0.0, 1.0))
@given(
    hue=st.floats(0.0, 360.0),
    start=st.floats(0.0, 0.5),
    slope=st.floats(0.0, 6.0),
    shares=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)
def test_the_knee_only_calms_keeps_hue_and_is_monotone_in_chroma(hue, start, slope, shares):
    radius = np.linspace(0.0, 0.6, 200)
    cb, cr = radius * np.cos(np.radians(hue)), radius * np.sin(np.radians(hue))
    gain = knee_gain(cb, cr, Knee(start, slope, 0.96, *shares), WEIGHTS)
    assert (gain <= 1.0 + 1e-12).all()
    assert (gain > 0.0).all()
    assert (np.diff(radius * gain) > -1e-9).all()


def test_spared_skin_keeps_its_chroma():
    hue = np.radians(np.linspace(112, 124, 7))
    cb, cr = 0.18 * np.cos(hue), 0.18 * np.sin(hue)
    gain = knee_gain(cb, cr, Knee(0.12, 1.2, 0.96, 0.0, 0.6, 0.8), WEIGHTS)
    assert gain.min() > 0.98
    assert knee_gain(-cb, -cr, Knee(0.12, 1.2, 0.96, 0.0, 0.6, 0.8), WEIGHTS).max() < 0.95


def test_lips_lose_magenta_and_keep_luma():
    lips = np.array([[0.75, 0.35, 0.50], [0.30, 0.20, 0.60], [0.80, 0.50, 0.40]])
    y, cb, cr = to_ycbcr(lips).T
    cb, cr = reddened(cb, cr, 0.25, WEIGHTS)
    after = np.stack([y, cb, cr], axis=-1) @ ycbcr_to_rgb_matrix(BT709).T
    assert (after[0, 2] - after[0, 1]) == pytest.approx(0.75 * 0.15, abs=1e-9)
    np.testing.assert_allclose(after[1:], lips[1:], atol=1e-9)


def test_colourfulness_is_the_largest_colour_difference():
    rgb = rgb_cube(6)
    y, cb, cr = to_ycbcr(rgb).T
    np.testing.assert_allclose(colourfulness(cb, cr, WEIGHTS), np.abs(rgb - y[:, None]).max(axis=1), atol=1e-12)


def test_the_default_grade_leaves_colours_inside_the_gamut():
    graded = Grade().exact(BT709)(to_ycbcr(rgb_cube())) @ ycbcr_to_rgb_matrix(BT709).T
    assert graded.min() > -0.001
    assert graded.max() < 1.001


def test_neutral_correction_moves_white_and_leaves_black():
    exact = Grade.neutral(balance_cb=0.02, balance_cr=-0.01).exact(BT709)
    np.testing.assert_allclose(exact(np.array([0.0, 0.0, 0.0])), 0.0)
    np.testing.assert_allclose(exact(np.array([1.0, 0.0, 0.0])), [1.0, 0.02, -0.01])
    stops = Grade.neutral(exposure_stops=1.0).exact(BT709)
    assert stops(np.array([0.4, 0.1, 0.0]))[0] == pytest.approx(0.4 * 2 ** (1 / 2.4))
    trimmed = Grade.neutral(black_point=0.05).exact(BT709)
    np.testing.assert_allclose(trimmed(np.array([[0.05, 0, 0], [1.0, 0, 0]]))[:, 0], [0.0, 1.0], atol=1e-12)


def test_strength_blends_towards_the_picture(geometry):
    signal = to_ycbcr(rgb_cube(9))
    full, half = Grade().exact(BT709)(signal), Grade(strength=0.5).exact(BT709)(signal)
    np.testing.assert_allclose(half, (signal + full) / 2, atol=1e-12)


def test_what_changes_nothing_is_a_noop(cube_file):
    assert Grade.neutral().is_noop
    assert Grade(strength=0.0).is_noop
    assert Grade.neutral(shoulder_start=0.5, knee_start=0.3, skin_weight=0.2).is_noop
    assert not Grade().is_noop
    assert not Grade.neutral(saturation=0.9).is_noop
    assert not Grade.neutral(lut_path="anything.cube").is_noop


CC = """<ColorCorrection id="shot"><SOPNode><Slope>1.1 1 0.9</Slope><Offset>0.01 0 -0.01</Offset>
<Power>1.2 1 0.95</Power></SOPNode><SatNode><Saturation>0.8</Saturation></SatNode></ColorCorrection>"""
FILES = {
    "a.cc": CC,
    "a.ccc": f"<ColorCorrectionCollection>{CC}</ColorCorrectionCollection>",
    "a.cdl": f"<ColorDecisionList><ColorDecision>{CC}</ColorDecision></ColorDecisionList>",
}


@pytest.mark.parametrize("name", FILES)
def test_cdl_files_are_what_opencolorio_makes_of_them(tmp_path, name):
    ocio = import_module("PyOpenColorIO")
    path = tmp_path / name
    path.write_text(FILES[name])
    cdl = ocio.CDLTransform.CreateFromFile(str(path), "")
    cdl.setStyle(ocio.CDL_NO_CLAMP)
    rgb = rgb_cube(9)
    pixels = rgb.astype(np.float32)
    ocio.Config.CreateRaw().getProcessor(cdl).getDefaultCPUProcessor().applyRGB(pixels)
    graded = Grade.neutral(cdl_path=str(path)).exact(BT709)(to_ycbcr(rgb))
    np.testing.assert_allclose(graded, to_ycbcr(pixels.astype(np.float64)), atol=2e-5)


def test_inline_cdl_equals_its_formula():
    rgb = np.array([[0.2, 0.5, 0.8], [-0.1, 0.0, 1.1]])
    cdl = Cdl((1.2, 1.0, 0.8), (0.05, 0.0, 0.0), (1.5, 1.0, 0.7), 0.9)
    powered = np.array([[0.29**1.5, 0.5, 0.64**0.7], [-0.07, 0.0, 0.88**0.7]])
    luma = powered @ np.array([0.2126, 0.7152, 0.0722])
    np.testing.assert_allclose(cdl(rgb), luma[:, None] + 0.9 * (powered - luma[:, None]))
    assert Grade(slope=[1.2, 1, 0.8]).slope == (1.2, 1.0, 0.8)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cut.cube", "LUT_3D_SIZE 33\n0 0 0\n"),
        ("words.cube", "LUT_3D_SIZE two\n"),
        ("empty.cube", ""),
        ("noise.xyz", "\x01\x02"),
        ("huge.cube", "LUT_3D_SIZE 9999999\n0 0 0\n"),
    ],
)
def test_broken_tables_are_named(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(RecipeError, match=name) as caught:
        Grade(lut_path=str(path)).exact(BT709)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(("name", "text"), [("a.cc", "<oops"), ("a.cdl", ""), ("a.txt", CC), ("a.ccc", "<x/>")])
def test_broken_decision_lists_are_named(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(RecipeError, match=name):
        Grade(cdl_path=str(path)).exact(BT709)


def test_missing_files_are_named():
    with pytest.raises(RecipeError, match="not there"):
        Grade(lut_path="nowhere.cube").exact(BT709)
    with pytest.raises(RecipeError, match="not there"):
        Grade(cdl_path="nowhere.cc").exact(BT709)


def test_bad_values_are_named():
    with pytest.raises(RecipeError, match=r"grade\.saturation"):
        Grade(saturation=3.0)
    with pytest.raises(RecipeError, match=r"grade\.slope"):
        Grade(slope=(1.0, 9.0, 1.0))
    with pytest.raises(RecipeError, match="three numbers"):
        Grade(power=(1.0, 1.0))
    with pytest.raises(RecipeError, match="white_level"):
        Grade(shoulder_start=0.9, white_level=0.8)
