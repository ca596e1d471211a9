"""What a frame may be, what comes back, and what is said of anything else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from torches import tensor  # noqa: F401 - a fixture
from unplastic.errors import FramesError
from unplastic.frames.form import clip_of, form_of, frame_of, picture_of

GREY = np.full((16, 24, 3), 100, np.uint8)


def back(frame: Any) -> Any:
    form = form_of(frame, 0)
    return frame_of(picture_of(frame, form, 0), form)


@given(arrays(np.uint8, (16, 17, 3)))
def test_eight_bits_come_back_exactly(frame: np.ndarray) -> None:
    assert np.array_equal(back(frame), frame)


@given(arrays(np.float32, (16, 16, 3), elements=st.floats(0, 1, width=32)))
def test_floats_come_back_to_within_twelve_bits(frame: np.ndarray) -> None:
    out = back(frame)
    assert out.dtype == np.float32
    assert np.abs(out - frame).max() < 2.2 / 3504


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
def test_shape_and_type_are_kept(kind: Any, planar: bool) -> None:
    frame = (GREY / 255 * (np.iinfo(kind).max if np.dtype(kind).kind == "u" else 1)).astype(kind)
    frame = np.ascontiguousarray(np.moveaxis(frame, -1, 0)) if planar else frame
    out = back(frame)
    assert out.dtype == kind
    assert out.shape == frame.shape
    assert np.allclose(out.astype(float), frame.astype(float), rtol=2e-3)


def test_pil_pictures_are_frames() -> None:
    assert np.array_equal(back(Image.fromarray(GREY)), GREY)


def test_colours_go_where_they_belong() -> None:
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    picture = picture_of(red, form_of(red, 0), 0)
    assert picture.y[0, 0] == round(0.2126 * 3504 + 256)
    assert picture.cr[0, 0] == 2048 + 1792


def test_tensors_come_back_as_tensors_where_they_were(tensor: Any) -> None:  # noqa: F811
    frame = tensor(GREY.astype(np.float32) / 255, device="cuda:0")
    out = back(frame)
    assert isinstance(out, tensor)
    assert out.device == "cuda:0"
    assert str(out.dtype) == "torch.float32"


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (np.zeros((16, 16), np.uint8), "shape"),
        (np.zeros((16, 16, 4), np.uint8), "shape"),
        (np.zeros((2, 16, 16, 3), np.uint8), "shape"),
        (np.zeros((16, 16, 3), np.int32), "int32"),
        (np.zeros((16, 16, 3), bool), "bool"),
        (np.zeros((16, 16, 3), complex), "complex"),
        (np.zeros((8, 16, 3), np.uint8), "16x8"),
        (np.full((16, 16, 3), np.nan, np.float32), "NaN"),
        (np.full((16, 16, 3), np.inf, np.float32), "NaN or infinite"),
        (np.full((16, 16, 3), 128.0, np.float32), "128"),
        (np.full((16, 16, 3), -1.0, np.float32), "-1"),
        ("a frame", "shape"),
        (None, "shape"),
        ([[1, 2], [3]], "list"),
        (object(), "shape"),
    ],
)
def test_anything_else_is_named_with_what_is_expected(frame: Any, what: str) -> None:
    with pytest.raises(FramesError, match=what) as caught:
        back(frame)
    assert "frame 0" in caught.value.message
    assert any(word in caught.value.hint for word in ("height", "/ 255", "/ 2"))


def test_the_likely_slip_is_named() -> None:
    for value, hint in ((200.0, "/ 255"), (-0.9, "(frame + 1) / 2")):
        frame = np.full((16, 16, 3), value, np.float32)
        with pytest.raises(FramesError) as caught:
            picture_of(frame, form_of(frame, 3), 3)
        assert hint in caught.value.hint
        assert "frame 3" in caught.value.message


def test_little_overshoots_are_clipped() -> None:
    frame = np.full((16, 16, 3), 1.05, np.float32)
    assert back(frame).max() == pytest.approx(1.0)


@pytest.mark.parametrize("fps", [0, -24, float("nan"), float("inf"), "many", None, 5000])
def test_a_frame_rate_that_is_none(fps: Any) -> None:
    with pytest.raises(FramesError, match="frame rate"):
        clip_of(form_of(GREY, 0), 8, fps)
