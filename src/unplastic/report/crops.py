"""Crops as PNG: inside a page, or side by side in one sheet with captions."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MARGIN_PX, CAPTION_PX = 12, 26
SURROUND, INK = (46, 46, 48), (214, 214, 214)


def png(picture: NDArray[np.uint8]) -> bytes:
    """A (height, width, 3) R'G'B' picture as a PNG file, lossless."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def png_uri(picture: NDArray[np.uint8]) -> str:
    """The same as a ``data:`` address that a page can hold in itself."""
    return "data:image/png;base64," + base64.b64encode(png(picture)).decode("ascii")


def sheet(pictures: Sequence[tuple[str, NDArray[np.uint8]]]) -> bytes:
    """Captioned pictures side by side at 100 % on a grey surround, as a PNG file."""
    height = max(picture.shape[0] for _, picture in pictures)
    width = sum(picture.shape[1] + MARGIN_PX for _, picture in pictures) + MARGIN_PX
    canvas = Image.new("RGB", (width, height + 2 * MARGIN_PX + CAPTION_PX), SURROUND)
    pen, x = ImageDraw.Draw(canvas), MARGIN_PX
    for caption, picture in pictures:
        canvas.paste(Image.fromarray(picture), (x, MARGIN_PX))
        pen.text((x, height + MARGIN_PX + 6), caption, INK, ImageFont.load_default(15))
        x += picture.shape[1] + MARGIN_PX
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
