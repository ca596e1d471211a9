"""Frames in, treated frames out: as files are treated, in bounded memory, and errors that say which frame."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import unplastic as up
from scenes import scene
from torches import tensor  # noqa: F401 - a fixture
from unplastic.clip import Picture
from unplastic.errors import FramesError, RecipeError, UnknownName
from unplastic.frames import finish_frames, measure_frames, treat_frames
from unplastic.frames.stream import FIRST
from unplastic.treat.grain import Grain
from unplastic.treat.texture import Texture

WIDTH, HEIGHT = 128, 96


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    return [scene(WIDTH, HEIGHT, index) for index in range(24)]


def test_a_list_an_array_and_an_iterator_are_finished_alike_when_measured_alike(frames: list[np.ndarray]) -> None:
    few = frames[:FIRST]
    one, two = (list(finish_frames(each, fps=24)) for each in (few, np.stack(few)))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    made = finish_frames(iter(few), fps=24)
    assert len(list(made)) == FIRST


def test_what_is_measured_is_what_a_file_of_them_reads(frames: list[np.ndarray], tmp_path: Any) -> None:
    import av

    path = tmp_path / "frames.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264rgb", rate=24, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "rgb24"
        for each in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(each, "rgb24")))
        container.mux(stream.encode(None))
    filed, held = up.measure(path), measure_frames(frames, fps=24)
    compared = 0
    for a in filed.readings:
        b = held.reading(a.name, a.region)
        if a.name == "neutral_share":  # a count of exact codes
            continue
        if a.valid and b and b.valid and a.value is not None and b.value is not None:
            assert a.value == pytest.approx(b.value, rel=0.1, abs=0.1), a.name  # 8 bits there, 12 here
            compared += 1
    assert compared > 10


def test_the_recipe_and_the_report_are_there_before_the_first_frame(frames: list[np.ndarray]) -> None:
    made = finish_frames(frames, fps=24, look="16mm+more-grain", seed=7)
    assert made.recipe.look == "16mm+more-grain"
    assert made.report.frames == 24
    out = next(iter(made))
    assert out.shape == frames[0].shape
    assert not np.array_equal(out, frames[0])


def test_the_same_seed_gives_the_same_frames(frames: list[np.ndarray]) -> None:
    a, b, c = (list(treat_frames(frames[:3], [Grain()], seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_nothing_to_do_changes_nothing(frames: list[np.ndarray]) -> None:
    out = list(finish_frames(frames[:8], strength=0.0))
    assert np.array_equal(np.stack(out), np.stack(frames[:8]))


def test_memory_does_not_grow_with_the_clip(frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures alive at once, counted: an iterator of 120 frames holds no more than one of 40."""

    class Weak(Picture):
        __slots__ = ("__weakref__",)

    def peak(count: int) -> int:
        alive: weakref.WeakSet[Any] = weakref.WeakSet()

        def made(*parts: Any) -> Picture:
            picture = Weak(*parts)
            alive.add(picture)
            return picture

        monkeypatch.setattr("unplastic.frames.form.Picture", made)
        most = 0
        for _ in treat_frames((frames[index % 24] for index in range(count)), [Texture(), Grain()], fps=24):
            most = max(most, len(alive))
        gc.collect()
        return most

    assert peak(120) == peak(40) <= FIRST + 12


def test_tensors_in_tensors_out(tensor: Any, frames: list[np.ndarray]) -> None:  # noqa: F811
    clip = tensor(np.stack(frames).astype(np.float32).transpose(0, 3, 1, 2) / 255, device="cuda:1")
    out = list(finish_frames(clip, fps=24))
    assert len(out) == 24
    assert out[0].shape == (3, HEIGHT, WIDTH)
    assert out[0].device == "cuda:1"


def test_real_torch(frames: list[np.ndarray]) -> None:
    torch = pytest.importorskip("torch", reason="Torch is not installed; its double was used")
    clip = torch.from_numpy(np.stack(frames[:8]).astype(np.float32) / 255)
    out = list(finish_frames(clip, fps=24))
    assert out[0].dtype == torch.float32
    assert out[0].shape == clip[0].shape


def test_which_frame_is_wrong_is_said(frames: list[np.ndarray]) -> None:
    bad = [*frames[:20], frames[20][:50]]
    with pytest.raises(FramesError, match="frame 20"):
        list(treat_frames(bad, [Grain()]))
    with pytest.raises(FramesError, match="frame 5"):
        list(treat_frames([*frames[:5], frames[5].astype(np.float32) / 255], [Grain()]))


@pytest.mark.parametrize("none", [[], iter(()), np.zeros((0, 32, 32, 3), np.uint8)])
def test_no_frame_at_all(none: Any) -> None:
    with pytest.raises(FramesError, match="no frame"):
        finish_frames(none)


def test_one_frame_is_not_a_clip(frames: list[np.ndarray]) -> None:
    with pytest.raises(FramesError, match="one frame"):
        measure_frames(frames[0])


def test_wrong_wishes(frames: list[np.ndarray]) -> None:
    with pytest.raises(UnknownName):
        finish_frames(frames, look="nonsense")
    with pytest.raises(RecipeError):
        finish_frames(frames, strength=2)
