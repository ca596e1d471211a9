"""Nodes of ComfyUI: Measure, Finish, and one for each of Grain, Texture and Soften, made from their own parameters.

ComfyUI's IMAGE is a tensor (frames, height, width, 3) of floats from 0 to 1. A node takes it frame by frame into one
new tensor, which the contract asks for; nothing else grows with the clip. ComfyUI is not imported: what it has loaded
is used where it is there (the stop button, the progress bar).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, ClassVar

from unplastic.errors import UnplasticError
from unplastic.parameter import Parameter, parameters
from unplastic.registry import member

CATEGORY = "unplastic"
TREATMENTS = ("grain", "texture", "soften")
SEED_MAX = 2**32 - 1
IMAGES = ("IMAGE", {"tooltip": "the frames of one clip, in order"})
FPS = ("FLOAT", {"default": 24.0, "min": 1.0, "max": 240.0, "step": 0.001, "tooltip": "frames per second"})
SEED = ("INT", {"default": 0, "min": 0, "max": SEED_MAX, "tooltip": "root of every random number"})

Inputs = dict[str, dict[str, Any]]


class Measure:
    """Why the clip looks plastic, in numbers; the frames pass through untouched."""

    CATEGORY = CATEGORY
    DESCRIPTION = __doc__
    FUNCTION = "run"
    RETURN_TYPES = ("IMAGE", "STRING", "FLOAT")
    RETURN_NAMES = ("images", "report", "plasticity")
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:  # noqa: N802 - ComfyUI's name
        """What ComfyUI asks of a node."""
        return {"required": {"images": IMAGES, "fps": FPS}}

    def run(self, images: Any, fps: float) -> dict[str, Any]:
        """The frames, the report as JSON, and the score (-1 where there is none). Raises `ValueError`."""
        from unplastic.frames import measure_frames
        from unplastic.report import measured

        report = _said(lambda: measure_frames(images, fps=fps))
        text = json.dumps(measured([report]), indent=2, ensure_ascii=False, allow_nan=False)
        score = -1.0 if report.plasticity.score is None else float(report.plasticity.score)
        findings = [f"{each.severity}: {each.text}; {each.fix}" for each in report.findings]
        return {"ui": {"text": findings}, "result": (images, text, score)}


class Finish:
    """Measure the clip, then treat it as far as the numbers ask and the look allows; grain comes last."""

    CATEGORY = CATEGORY
    DESCRIPTION = __doc__
    FUNCTION = "run"
    RETURN_TYPES = ("IMAGE", "STRING")
    RETURN_NAMES = ("images", "recipe")

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:  # noqa: N802
        """What ComfyUI asks of a node."""
        from unplastic.looks import look_files

        words = "in plain words, such as: slightly warmer, less grain"
        return {
            "required": {
                "images": IMAGES,
                "fps": FPS,
                "look": (list(look_files()), {"default": "fine-35mm"}),
                "strength": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01,
                                       "tooltip": "0 changes nothing, 1 is the look as written"}),
                "seed": SEED,
            },
            "optional": {"adjust": ("STRING", {"default": "", "tooltip": words})},
        }  # fmt: skip

    def run(self, images: Any, fps: float, look: str, strength: float, seed: int, adjust: str = "") -> tuple[Any, str]:
        """The finished frames, and what was done as JSON. Raises `ValueError`."""
        from unplastic.frames import finish_frames
        from unplastic.looks.adjust import turned

        def begun() -> Any:
            name = turned(look, adjust) if adjust.strip() else look
            return finish_frames(images, fps=fps, look=name, strength=strength, seed=seed)

        finishing = _said(begun)
        done = _filled(images, finishing)
        return done, json.dumps(finishing.recipe.document(), indent=2)


class _Treatment:
    """One treatment with the values of its sliders; nothing is measured."""

    CATEGORY = CATEGORY
    FUNCTION = "run"
    RETURN_TYPES = ("IMAGE",)
    RETURN_NAMES = ("images",)
    treatment: ClassVar[str]

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:  # noqa: N802
        """A slider for each parameter that is a number, a switch or a word."""
        sliders = {each.name: _slider(each) for each in _shown(cls.treatment)}
        return {"required": {"images": IMAGES, "fps": FPS, **sliders, "seed": SEED}}

    def run(self, images: Any, fps: float, seed: int, **values: Any) -> tuple[Any]:
        """The treated frames. Raises `ValueError`."""
        from unplastic.frames import treat_frames

        kind = member("treat", self.treatment)
        return (_filled(images, _said(lambda: treat_frames(images, [kind(**values)], fps=fps, seed=seed))),)


def nodes() -> dict[str, type]:
    """Every node by the name that ComfyUI keeps in workflows."""
    made: dict[str, type] = {"UnplasticMeasure": Measure, "UnplasticFinish": Finish}
    for name in TREATMENTS:
        about = (member("treat", name).__doc__ or "").strip()
        space = {"treatment": name, "DESCRIPTION": about, "__doc__": about, "__module__": __name__}
        made[f"Unplastic{name.capitalize()}"] = type(name.capitalize(), (_Treatment,), space)
    return made


def titles() -> dict[str, str]:
    """What people read on a node, by its name."""
    return {name: f"{name.removeprefix('Unplastic')} (unplastic)" for name in nodes()}


def _shown(treatment: str) -> list[Parameter]:
    return [each for each in parameters(member("treat", treatment)) if isinstance(each.default, int | float | str)]


def _slider(each: Parameter) -> tuple[str, dict[str, Any]]:
    about: dict[str, Any] = {"default": each.default, "tooltip": each.meaning}
    if isinstance(each.default, bool):
        return "BOOLEAN", about
    if isinstance(each.default, str):
        return "STRING", about
    ends = {"min": each.low, "max": each.high}
    if isinstance(each.default, int):
        return "INT", about | ends
    span = (each.high or 1.0) - (each.low or 0.0)
    return "FLOAT", about | ends | {"step": 0.001 if span <= 0.2 else 0.01, "round": False}


def _filled(images: Any, frames: Iterable[Any]) -> Any:
    """The frames in one new tensor of the same shape, as they come; ComfyUI's stop button is looked at for each."""
    out = images.new_empty(images.shape)
    stop = getattr(sys.modules.get("comfy.model_management"), "throw_exception_if_processing_interrupted", None)
    bar = getattr(sys.modules.get("comfy.utils"), "ProgressBar", None)
    shown = bar(len(images)) if bar else None

    def fill() -> Any:
        for index, frame in enumerate(frames):
            out[index] = frame
            if stop:
                stop()
            if shown:
                shown.update(1)
        return out

    return _said(fill)


def _said(work: Any) -> Any:
    """ComfyUI shows an exception's text alone: what happened and what to do become one line."""
    try:
        return work()
    except UnplasticError as trouble:
        raise ValueError(f"{trouble.message}; {trouble.hint}") from trouble
