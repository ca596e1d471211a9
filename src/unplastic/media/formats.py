"""Which pixel formats are carried as they are, which are converted, and which are refused."""

from __future__ import annotations

from dataclasses import dataclass

from av.video.format import VideoFormat

from unplastic.clip import Chroma
from unplastic.errors import ClipUnsupported

_DEPTH_SUFFIX = {8: "", 10: "10le", 12: "12le"}
_GREY = {"gray": 8, "gray10le": 10, "gray12le": 12}


@dataclass(frozen=True, slots=True)
class Layout:
    """How pictures of one pixel format reach us.

    ``working`` is the planar format that they are carried in; ``is_native`` says that the decoder's planes already
    have it; ``is_grey`` that only luma exists; ``was_rgb`` that a matrix had to be chosen.
    """

    chroma: Chroma
    bit_depth: int
    working: str
    is_native: bool
    is_grey: bool = False
    was_rgb: bool = False
    is_full_range: bool = False


def working_format(chroma: Chroma, bit_depth: int) -> str:
    """The planar Y'CbCr format of that chroma and depth; grey is carried as 4:2:0."""
    return f"yuv{'420' if chroma == '400' else chroma}p{_DEPTH_SUFFIX[bit_depth]}"


def layout_of(name: str) -> Layout:
    """The layout of an FFmpeg pixel format. Raises `ClipUnsupported` for alpha, palettes and device surfaces."""
    if name in _GREY:
        return Layout("400", _GREY[name], working_format("400", _GREY[name]), is_native=False, is_grey=True)
    full = name.startswith("yuvj")
    plain = name.replace("yuvj", "yuv", 1)
    for chroma in ("420", "422", "444"):
        for depth in (8, 10, 12):
            if plain == working_format(chroma, depth):
                return Layout(chroma, depth, plain, is_native=True, is_full_range=full)
    return _converted(name, VideoFormat(name))


def _converted(name: str, form: VideoFormat) -> Layout:
    if any(component.is_alpha for component in form.components) or name == "pal8":
        raise ClipUnsupported(
            f"the picture has transparency ({name})",
            "render it over a background first: grain and grade on a matte would be wrong",
        )
    if not form.components or name.startswith(("bayer", "xyz", "vdpau", "cuda", "qsv", "drm")):
        raise ClipUnsupported(
            f"the pixel format {name} is not a picture that can be finished", "convert it to ProRes 422"
        )
    bits = max(component.bits for component in form.components)
    depth = 8 if bits <= 8 else 10 if bits <= 10 else 12
    if form.is_rgb:
        return Layout("444", depth, working_format("444", depth), is_native=False, was_rgb=True)
    chroma = _chroma_of(form)
    return Layout(chroma, depth, working_format(chroma, depth), is_native=False)


def _chroma_of(form: VideoFormat) -> Chroma:
    if len(form.components) < 3:
        return "400"
    across, down = 16 // form.chroma_width(16), 16 // form.chroma_height(16)
    if (across, down) == (2, 2):
        return "420"
    return "422" if (across, down) == (2, 1) else "444"
