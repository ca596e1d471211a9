"""Networks in ncnn's format as OpenVINO models: just the layers that the pinned networks are made of.

A ``.param`` file is text, one layer a line: kind, name, counts, inputs, outputs, numbered settings. A ``.bin`` file
holds the weights in the order of the layers: a convolution's behind a tag word that says how they are stored, all
others as plain float32 (ncnn wiki, "param and model file structure").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.upscale.runtime import openvino

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = "7767517"
FLOAT32_TAG, FLOAT16_TAG = 0, 0x01306B47
ARRAY_KEY = -23300
"""A setting numbered -23300 - n is an array: its length, then its values, of setting n."""
RELU, LEAKY = 1, 2
NEAREST = 1
SUM = 1


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of a ``.param`` file; ``settings`` maps a number to a value or to a tuple of values."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: dict[int, Any]

    def number(self, key: int, default: int = 0) -> int:
        """A whole-number setting."""
        return int(self.settings.get(key, default))


def read_layers(text: str) -> list[Layer]:
    """The layers of a ``.param`` file; raises `ValueError` when it is none."""
    lines = text.split("\n")
    if lines[0].strip() != MAGIC:
        raise ValueError(f"not an ncnn network: it begins with {lines[0][:20]!r}")
    return [_layer(line.split()) for line in lines[2:] if line.strip()]


def _layer(words: list[str]) -> Layer:
    kind, name, n_in, n_out = words[0], words[1], int(words[2]), int(words[3])
    blobs, settings = words[4 : 4 + n_in + n_out], words[4 + n_in + n_out :]
    return Layer(kind, name, tuple(blobs[:n_in]), tuple(blobs[n_in:]), dict(map(_setting, settings)))


def _setting(word: str) -> tuple[int, Any]:
    key, _, value = word.partition("=")
    if int(key) > ARRAY_KEY:
        return int(key), float(value)
    return ARRAY_KEY - int(key), tuple(float(each) for each in value.split(",")[1:])


class Weights:
    """Reads a ``.bin`` file from its beginning to its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def plain(self, count: int) -> NDArray[np.float32]:
        """``count`` untagged float32 values."""
        return self._take(np.dtype("<f4"), count)

    def tagged(self, count: int) -> NDArray[np.float32]:
        """``count`` values behind their tag word; float16 ones are padded to whole words."""
        tag = int(self._take(np.dtype("<u4"), 1)[0])
        if tag not in {FLOAT32_TAG, FLOAT16_TAG}:
            raise ValueError(f"weights are stored in a way that is not known (tag {tag:#x})")
        values = self._take(np.dtype("<f2" if tag == FLOAT16_TAG else "<f4"), count)
        self._at += -self._at % 4
        return values.astype(np.float32)

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._data) - self._at

    def _take(self, kind: np.dtype[Any], count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, kind, count, self._at)
        self._at += values.nbytes
        return values


def build(text: str, data: bytes, *, output: str | None = None) -> Any:
    """The network as an ``openvino.Model`` from (1, 3, height, width) to (1, channels, height, width), of any size.

    ``output`` names the blob to give out, if not that of the last layer. Raises `ValueError` for a layer or setting
    that is not known, and for weights left over.
    """
    op = openvino().opset13
    weights = Weights(data)
    blobs: dict[str, Any] = {}
    inputs = []
    last = ""
    for layer in read_layers(text):
        if layer.kind == "Input":
            inputs.append(op.parameter([1, 3, -1, -1], np.float32, name=layer.name))
            blobs[layer.outputs[0]] = inputs[-1]
            continue
        if layer.kind not in _BUILDERS:
            raise ValueError(f"no such layer here: {layer.kind}")
        made = _BUILDERS[layer.kind](op, layer, [blobs[name] for name in layer.inputs], weights)
        blobs.update(zip(layer.outputs, made, strict=True))
        last = layer.outputs[0]
    if weights.left:
        raise ValueError(f"{weights.left} bytes of weights belong to no layer")
    return openvino().Model([blobs[output or last]], inputs, "ncnn")


def _convolution(op: Any, layer: Layer, blobs: list[Any], weights: Weights) -> Iterator[Any]:
    out, side, pad = layer.number(0), layer.number(1), layer.number(4)
    plain = {11: side, 2: 1, 3: 1, 14: pad, 15: pad, 16: pad}
    if any(layer.number(key, usual) != usual for key, usual in plain.items()):
        raise ValueError(f"{layer.name} is not a plain square convolution")
    kernel = weights.tagged(layer.number(6)).reshape(out, -1, side, side)
    made = op.convolution(blobs[0], op.constant(kernel), [1, 1], [pad, pad], [pad, pad], [1, 1])
    if layer.number(5):
        made = op.add(made, op.constant(weights.plain(out).reshape(1, -1, 1, 1)))
    activation = layer.number(9)
    if activation not in {0, RELU, LEAKY}:
        raise ValueError(f"{layer.name} has an activation that is not known ({activation})")
    if activation:
        slope = layer.settings[10][0] if activation == LEAKY else 0.0
        made = op.prelu(made, op.constant(np.array([slope], np.float32)))
    yield made


def _prelu(op: Any, layer: Layer, blobs: list[Any], weights: Weights) -> Iterator[Any]:
    yield op.prelu(blobs[0], op.constant(weights.plain(layer.number(0))))


def _split(_op: Any, layer: Layer, blobs: list[Any], _weights: Weights) -> Iterator[Any]:
    """Every output is the input."""
    yield from blobs * len(layer.outputs)


def _concat(op: Any, _layer: Layer, blobs: list[Any], _weights: Weights) -> Iterator[Any]:
    yield op.concat(blobs, axis=1)


def _binary(op: Any, layer: Layer, blobs: list[Any], _weights: Weights) -> Iterator[Any]:
    if layer.number(0) or layer.number(1):
        raise ValueError(f"{layer.name} is not a sum of two")
    yield op.add(*blobs)


def _eltwise(op: Any, layer: Layer, blobs: list[Any], _weights: Weights) -> Iterator[Any]:
    """A sum, each term with its coefficient: without those the residual branches explode."""
    if layer.number(0) != SUM:
        raise ValueError(f"{layer.name} is not a sum")
    factors = layer.settings.get(1, (1.0,) * len(blobs))
    terms = [op.multiply(blob, op.constant(np.float32(f))) for blob, f in zip(blobs, factors, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = op.add(total, term)
    yield total


def _interp(op: Any, layer: Layer, blobs: list[Any], _weights: Weights) -> Iterator[Any]:
    if layer.number(0) != NEAREST:
        raise ValueError(f"{layer.name} does not repeat samples")
    scales = np.array([layer.settings[1], layer.settings[2]], np.float32)
    axes = op.constant(np.array([2, 3], np.int64))
    settings = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    yield op.interpolate(blobs[0], op.constant(scales), "nearest", "scales", axes=axes, **settings)


def _pixel_shuffle(op: Any, layer: Layer, blobs: list[Any], _weights: Weights) -> Iterator[Any]:
    yield op.depth_to_space(blobs[0], "depth_first", layer.number(0))


_BUILDERS: dict[str, Any] = {
    "BinaryOp": _binary,
    "Concat": _concat,
    "Convolution": _convolution,
    "Eltwise": _eltwise,
    "Interp": _interp,
    "PReLU": _prelu,
    "PixelShuffle": _pixel_shuffle,
    "Split": _split,
}
