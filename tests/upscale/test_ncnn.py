from __future__ import annotations

import numpy as np
import pytest

from unplastic.upscale.ncnn import FLOAT16_TAG, Weights, build, read_layers
from unplastic.upscale.runtime import has_openvino, openvino

NEEDS_OPENVINO = pytest.mark.skipif(not has_openvino(), reason="the neural extra is not installed")

SMALL = """7767517
6 7
Input            in     0 1 data
Split            split  1 2 data a b
Convolution      conv   1 1 a c 0=12 1=3 4=1 5=1 6=324 9=2 -23310=1,2.000000e-01
PixelShuffle     up     1 1 c d 0=2
Interp           near   1 1 b e 0=1 1=2.000000e+00 2=2.000000e+00
Eltwise          sum    2 1 d e out 0=1 -23301=2,5.000000e-01,1.000000e+00
"""


def small_weights() -> tuple[bytes, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    kernel = (random.standard_normal((12, 3, 3, 3)) / 8).astype(np.float16)
    bias = random.standard_normal(12).astype(np.float32)
    return np.uint32(FLOAT16_TAG).tobytes() + kernel.tobytes() + bias.tobytes(), kernel.astype(np.float32), bias


def test_reads_layers_and_their_settings():
    layers = read_layers(SMALL)
    assert [layer.kind for layer in layers] == ["Input", "Split", "Convolution", "PixelShuffle", "Interp", "Eltwise"]
    assert layers[1].outputs == ("a", "b")
    assert layers[2].number(6) == 324
    assert layers[2].settings[10] == (0.2,)
    assert layers[5].settings[1] == (0.5, 1.0)
    assert layers[5].inputs == ("d", "e")


def test_refuses_what_is_no_network():
    with pytest.raises(ValueError, match="not an ncnn network"):
        read_layers("<html>")


def test_reads_weights_in_order():
    data = np.uint32(FLOAT16_TAG).tobytes() + np.array([1, 2, 3], "<f2").tobytes() + b"\0\0"
    data += np.array([0.5], "<f4").tobytes() + np.uint32(0).tobytes() + np.array([7], "<f4").tobytes()
    weights = Weights(data)
    assert weights.tagged(3).tolist() == [1, 2, 3]
    assert weights.plain(1).tolist() == [0.5]
    assert weights.tagged(1).tolist() == [7]
    assert weights.left == 0


def test_refuses_weights_stored_in_another_way():
    with pytest.raises(ValueError, match="0xd4b38"):
        Weights(np.uint32(0x000D4B38).tobytes() + bytes(8)).tagged(4)


@NEEDS_OPENVINO
def test_a_small_network_computes_what_its_layers_say():
    data, kernel, bias = small_weights()
    picture = np.random.default_rng(1).random((1, 3, 5, 7), np.float32)
    model = openvino().Core().compile_model(build(SMALL, data), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    made = model([picture])[0]

    wide = np.pad(picture[0].astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(1, 2))
    convolved = np.einsum("oiyx,ihwyx->ohw", kernel.astype(np.float64), windows) + bias[:, None, None]
    convolved = np.where(convolved > 0, convolved, 0.2 * convolved)
    shuffled = convolved.reshape(3, 2, 2, 5, 7).transpose(0, 3, 1, 4, 2).reshape(3, 10, 14)
    expected = 0.5 * shuffled + picture[0].repeat(2, axis=1).repeat(2, axis=2)
    assert made.shape == (1, 3, 10, 14)
    assert np.abs(made[0] - expected).max() < 1e-4


@NEEDS_OPENVINO
@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("PixelShuffle     up ", "Softmax          up ", "no such layer"),
        ("0=1 1=2.0", "0=2 1=2.0", "does not repeat"),
        ("4=1 5=1", "4=1 3=2 5=1", "not a plain square"),
        ("9=2", "9=4", "activation"),
        ("0=1 -23301", "0=2 -23301", "not a sum"),
    ],
)
def test_what_is_not_known_is_refused(was, becomes, says):
    assert was in SMALL
    with pytest.raises(ValueError, match=says):
        build(SMALL.replace(was, becomes), small_weights()[0])


@NEEDS_OPENVINO
def test_weights_left_over_are_refused():
    with pytest.raises(ValueError, match="4 bytes"):
        build(SMALL, small_weights()[0] + bytes(4))
