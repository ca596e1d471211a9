"""Which pixel formats are carried as they are, which are converted, and which are refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from av.video.format import VideoFormat

from unplastic.clip import Chroma
from unplastic.errors import ClipUnsupported

_DEPTH_SUFFIX = {8: "", 10: "10le", 12: "12le"}
NO_PICTURES = ("bayer", "xyz", "vdpau", "cuda", "qsv", "drm", "vulkan", "d3d", "mediacodec", "videotoolbox")


@dataclass(frozen=True, slots=True)
class Layout:
    """How pictures of one pixel format reach us.

    ``decoded`` is the planar format that planes are read from; ``is_native`` says that the decoder delivers it already.
    ``is_rgb`` says that its planes are G, B, R, still to be turned into Y'CbCr; ``chroma`` 400, that only luma exists.
    """

    chroma: Chroma
    bit_depth: int
    decoded: str
    is_native: bool
    is_rgb: bool = False
    is_full_range: bool = False


def working_format(chroma: Chroma, bit_depth: int) -> str:
    """The planar Y'CbCr format of that chroma and depth; grey is carried as 4:2:0."""
    return f"yuv{'420' if chroma == '400' else chroma}p{_DEPTH_SUFFIX[bit_depth]}"


@cache
def layout_of(name: str) -> Layout:
    """The layout of an FFmpeg pixel format. Raises `ClipUnsupported` for alpha, palettes and device surfaces.

    Depths between ours are carried in the next one up, deeper ones in 12 bits, odd chroma in the next finer one.
    """
    form = VideoFormat(name)
    _refuse_strange(name, form)
    bits = max(component.bits for component in form.components)
    depth = 8 if bits <= 8 else 10 if bits <= 10 else 12
    chroma = _chroma_of(form)
    plain = name.replace("yuvj", "yuv", 1)
    decoded = _decoded_format(chroma, depth, is_rgb=form.is_rgb)
    return Layout(
        chroma,
        depth,
        decoded,
        is_native=plain == decoded,
        is_rgb=form.is_rgb,
        is_full_range=name.startswith("yuvj"),
    )


def _decoded_format(chroma: Chroma, depth: int, *, is_rgb: bool) -> str:
    if is_rgb:
        return f"gbrp{_DEPTH_SUFFIX[depth]}"
    return f"gray{_DEPTH_SUFFIX[depth]}" if chroma == "400" else working_format(chroma, depth)


def _refuse_strange(name: str, form: VideoFormat) -> None:
    if form.has_palette or any(component.is_alpha for component in form.components):
        raise ClipUnsupported(
            f"the picture has transparency ({name})",
            "render it over a background first: grain and grade on a matte would be wrong",
        )
    if not form.components or name.startswith(NO_PICTURES):
        raise ClipUnsupported(
            f"the pixel format {name} is not a picture that can be finished", "convert it to ProRes 422"
        )


def _chroma_of(form: VideoFormat) -> Chroma:
    if form.is_rgb:
        return "444"
    if len(form.components) < 3:
        return "400"
    across, down = 16 // form.chroma_width(16), 16 // form.chroma_height(16)
    if (across, down) == (2, 2):
        return "420"
    return "422" if (across, down) == (2, 1) else "444"
