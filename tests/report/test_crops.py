"""Crops: lossless, and side by side untouched."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from unplastic.report import png_uri, sheet


def test_a_data_address_holds_the_very_pixels() -> None:
    picture = np.random.default_rng(3).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    kind, data = png_uri(picture).split(",")
    assert kind == "data:image/png;base64"
    assert (np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))) == picture).all()


def test_a_sheet_lays_pictures_side_by_side_untouched() -> None:
    a, b = np.full((50, 60, 3), 200, np.uint8), np.full((40, 30, 3), 90, np.uint8)
    canvas = np.asarray(Image.open(io.BytesIO(sheet([("before", a), ("after", b)]))))
    assert (canvas[12:62, 12:72] == 200).all()
    assert (canvas[12:52, 84:114] == 90).all()
    captions = canvas[62:]
    assert (captions != captions[-1, -1]).any()
