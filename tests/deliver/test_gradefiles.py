"""The grade in files, read back by OpenColorIO: the tables are the grade, the CDL is it where it can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PyOpenColorIO
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unplastic.deliver.gradefiles import SIZES, nearest_cdl, ocio_config, on_rgb, write_grade
from unplastic.treat.cdl import Cdl, read_cdl
from unplastic.treat.grade import Grade

COLORS = np.random.default_rng(2).uniform(0.02, 0.98, (500, 3))


def through(transform: PyOpenColorIO.Transform, config: PyOpenColorIO.Config | None = None) -> np.ndarray:
    processor = (config or PyOpenColorIO.Config.CreateRaw()).getProcessor(transform).getDefaultCPUProcessor()
    pixels = COLORS.astype(np.float32).copy()
    processor.applyRGB(pixels)
    return pixels


@pytest.mark.parametrize("size", SIZES)
def test_the_table_is_the_grade(tmp_path: Path, size: int) -> None:
    grade = Grade(exposure_stops=0.2, balance_cb=0.01)
    write_grade(grade, 1, tmp_path, "sh010")
    table = PyOpenColorIO.FileTransform(
        str(tmp_path / f"sh010_{size}.cube"), interpolation=PyOpenColorIO.INTERP_TETRAHEDRAL
    )
    error = np.abs(through(table) - on_rgb(grade, 1)(COLORS)) * 255
    assert error.mean() < {33: 0.2, 65: 0.08}[size]
    assert np.quantile(error, 0.99) < {33: 1.5, 65: 0.6}[size]


three = st.tuples(*[st.floats(0.6, 1.6)] * 3)


@settings(max_examples=15, deadline=None)
@given(three, st.tuples(*[st.floats(-0.08, 0.08)] * 3), three, st.floats(0.3, 1.5))
def test_a_grade_that_is_a_cdl_is_found_exactly(slope, offset, power, saturation) -> None:
    grade = Grade.neutral(slope=slope, offset=offset, power=power, cdl_saturation=saturation)
    found = nearest_cdl(on_rgb(grade, 1))
    assert found.error_codes8[0] < 0.3
    got, wanted = (np.clip(each(COLORS), 0, 1) for each in (found.cdl, grade.cdl))
    assert np.abs(got - wanted).mean() * 255 < 0.3


def test_a_grade_that_is_more_says_how_far_off_its_cdl_is() -> None:
    found = nearest_cdl(on_rgb(Grade(), 1))
    assert not found.is_exact
    mean, most = found.error_codes8
    true = np.abs(np.clip(found.cdl(COLORS), 0, 1) - np.clip(on_rgb(Grade(), 1)(COLORS), 0, 1)) * 255
    assert 0.5 * mean < true.mean() < 1.5 * mean
    assert true.max() <= 1.2 * most


def test_the_cdl_file_is_read_back(tmp_path: Path) -> None:
    grade = Grade.neutral(slope=(1.1, 1.0, 0.9), cdl_saturation=0.8)
    found = write_grade(grade, 1, tmp_path, "x")
    assert found.is_exact
    back = read_cdl(str(tmp_path / "x.ccc"))
    assert back.slope == pytest.approx(found.cdl.slope, abs=1e-5)
    assert back.saturation == pytest.approx(0.8, abs=1e-4)
    assert isinstance(back, Cdl)


def test_the_configuration_uses_the_table(tmp_path: Path) -> None:
    write_grade(Grade(), 1, tmp_path, "sh010")
    (tmp_path / "config.ocio").write_text(ocio_config({"sh010": "sh010_33.cube"}))
    config = PyOpenColorIO.Config.CreateFromFile(str(tmp_path / "config.ocio"))
    config.validate()
    look = through(PyOpenColorIO.LookTransform(src="display", dst="display", looks="sh010"), config)
    assert np.abs(look - on_rgb(Grade(), 1)(COLORS)).mean() * 255 < 0.2
