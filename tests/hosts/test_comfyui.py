"""The nodes keep ComfyUI's contract, which is spelled out here: ComfyUI itself was never there."""

from __future__ import annotations

import importlib.util
import json
import sys
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from scenes import scene
from torches import Tensor, tensor  # noqa: F401 - a fixture
from unplastic.hosts.comfyui import TREATMENTS, nodes, titles
from unplastic.parameter import parameters
from unplastic.registry import member

NODES = nodes()
SOCKETS = {"IMAGE", "FLOAT", "INT", "STRING", "BOOLEAN"}


@pytest.fixture
def images(tensor: Any) -> Any:  # noqa: F811
    return tensor(np.stack([scene(96, 64, index) for index in range(12)]).astype(np.float32) / 255)


def run(name: str, images: Any, **changes: Any) -> tuple[Any, ...]:
    """As ComfyUI does it: a new object, its FUNCTION by name, every widget at its default."""
    node = NODES[name]
    wanted = node.INPUT_TYPES()
    values: dict[str, Any] = {}
    for each, (kind, *more) in {**wanted["required"], **wanted.get("optional", {})}.items():
        about = more[0] if more else {}
        values[each] = images if kind == "IMAGE" else about.get("default", kind[0] if isinstance(kind, list) else None)
    out = getattr(node(), node.FUNCTION)(**values | changes)
    result = out["result"] if isinstance(out, dict) else out
    assert len(result) == len(node.RETURN_TYPES) == len(node.RETURN_NAMES)
    return result


def test_the_five_nodes_are_there() -> None:
    assert set(NODES) == {f"Unplastic{name}" for name in ("Measure", "Finish", "Grain", "Texture", "Soften")}
    assert set(titles()) == set(NODES)


@pytest.mark.parametrize("name", NODES)
def test_the_contract(name: str) -> None:
    node = NODES[name]
    assert node.CATEGORY == "unplastic"
    assert callable(getattr(node, node.FUNCTION))
    assert isinstance(node.RETURN_TYPES, tuple)
    assert set(node.RETURN_TYPES) <= SOCKETS
    assert len(node.DESCRIPTION) > 20
    inputs = node.INPUT_TYPES()
    assert set(inputs) <= {"required", "optional", "hidden"}
    json.dumps(inputs)  # it is sent to the browser
    for kind, about in {**inputs["required"], **inputs.get("optional", {})}.values():
        assert isinstance(kind, list) or kind in SOCKETS
        if kind in ("FLOAT", "INT"):
            assert about["min"] <= about["default"] <= about["max"]


@pytest.mark.parametrize("name", TREATMENTS)
def test_sliders_are_the_parameters(name: str) -> None:
    sliders = NODES[f"Unplastic{name.capitalize()}"].INPUT_TYPES()["required"]
    for each in parameters(member("treat", name)):
        if isinstance(each.default, int | float | str):
            about = sliders[each.name][1]
            assert (about["default"], about.get("min"), about.get("max")) == (each.default, each.low, each.high)
            assert about["tooltip"] == each.meaning


@pytest.mark.parametrize("name", ["UnplasticFinish", "UnplasticGrain", "UnplasticSoften", "UnplasticTexture"])
def test_frames_come_out_as_they_went_in(name: str, images: Any) -> None:
    before = images.numpy().copy()
    out = run(name, images)[0]
    assert isinstance(out, Tensor)
    assert out.shape == images.shape
    assert str(out.dtype) == "torch.float32"
    assert 0.0 <= out.numpy().min() <= out.numpy().max() <= 1.0
    assert np.array_equal(images.numpy(), before)
    if name != "UnplasticTexture":  # there is no face
        assert not np.array_equal(out.numpy(), before)


def test_frames_are_taken_one_by_one(images: Any) -> None:
    Tensor.reads = 0
    run("UnplasticGrain", images)
    assert Tensor.reads == len(images) + 1  # the first once more, for its form


def test_measure_passes_the_frames_through(images: Any) -> None:
    out, report, score = run("UnplasticMeasure", images)
    assert out is images
    assert json.loads(report)["clips"][0]["frames"] == 12
    assert score == -1.0


def test_words_adjust_the_look(images: Any) -> None:
    recipe = run("UnplasticFinish", images, adjust="slightly warmer, less grain")[1]
    assert json.loads(recipe)["look"] == "fine-35mm+slightly-warmer+less-grain"


@pytest.mark.parametrize(
    ("name", "changes", "what"),
    [
        ("UnplasticFinish", {"look": "nonsense"}, "nonsense"),
        ("UnplasticFinish", {"adjust": "make it lemon"}, "lemon"),
        ("UnplasticGrain", {"sigma_codes8": 99.0}, "sigma_codes8"),
    ],
)
def test_errors_are_one_line_that_says_what_to_do(images: Any, name: str, changes: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what) as caught:
        run(name, images, **changes)
    assert ";" in str(caught.value)


def test_a_wrong_batch_is_named(tensor: Any) -> None:  # noqa: F811
    with pytest.raises(ValueError, match="shape"):
        run("UnplasticGrain", tensor(np.zeros((4, 64, 64, 4), np.float32)))


def test_the_stop_button_stops(images: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Exception):
        pass

    seen: list[int] = []

    def pressed() -> None:
        seen.append(1)
        if len(seen) == 3:
            raise Stopped

    module = ModuleType("comfy.model_management")
    module.throw_exception_if_processing_interrupted = pressed  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "comfy.model_management", module)
    with pytest.raises(Stopped):
        run("UnplasticGrain", images)
    assert len(seen) == 3


def test_the_pack_is_a_folder_that_comfyui_can_load() -> None:
    folder = Path(str(resources.files("unplastic"))) / "data" / "hosts" / "comfyui_unplastic"
    spec = importlib.util.spec_from_file_location(
        str(folder), folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert set(module.NODE_CLASS_MAPPINGS) == set(module.NODE_DISPLAY_NAME_MAPPINGS) == set(NODES)


def test_no_comfyui_and_no_torch_is_imported() -> None:
    import subprocess

    code = "import sys, unplastic.hosts.comfyui as c; c.nodes(); print(sorted({'torch', 'comfy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
