"""A finished clip made up of whole parts: every kind of reading, guard, finding and crop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unplastic.finished import Crop, Finished
from unplastic.reading import Curve, Finding, Guard, Place, Plasticity, Reading, Report

RNG = np.random.default_rng(2)


def made_up_report(file: str = "shot.mp4", *, overshoot: float = 14.0, score: float | None = 62.0) -> Report:
    """A report with valid and missing readings, curves and findings."""
    low, high = (None, None) if score is None else (score - 9, score + 8)
    return Report(
        file=file,
        width=1280,
        height=720,
        fps=23.976,
        frames=120,
        bits_per_pixel=0.1234,
        plasticity=Plasticity(score, low, high, 0.7 if score is not None else 0.2, "edge_overshoot"),
        readings=(
            Reading("edge_overshoot", "frame", overshoot, "%", overshoot - 1, overshoot + 1),
            Reading("grain_sigma", "frame", 0.42, "codes", 0.3, 0.5),
            Reading("grain_sigma", "luma 112", 0.4, "codes", 0.3, 0.5),
            Reading("locked_texture", "frame", 0.9, "codes", 0.8, 1.0),
            Reading("brand_new_reading", "frame", 3.0, "furlongs", 2.0, 4.0),
            Reading.missing("boil_share", "frame", "1", "only one frame"),
        ),
        findings=(Finding("over_sharp_edges", "fault", "10,20,320,240", 17, "edges carry halos", "soften the halos"),),
        curves=(
            Curve(
                "edge profile", tuple(np.linspace(-10, 10, 41)), tuple(np.tanh(np.linspace(-5, 5, 41))), "px", "step"
            ),
            Curve("grain by luminance", (24.0, 112.0, 208.0), (0.3, 0.5, 0.2), "codes", "codes"),
        ),
        places=(Place("overshoot", 17, 10, 20, 320, 240, 3.0),),
    )


@pytest.fixture
def finished() -> Finished:
    """One finished clip with a name that tries to break out of the page."""
    before = made_up_report('<script>alert(1)<script> & "quotes".mp4')
    after = replace(made_up_report(overshoot=4.8, score=31.0), file="shot_finished.mov")
    picture = RNG.integers(0, 255, (240, 320, 3), dtype=np.uint8)
    return Finished(
        file=before.file,
        outputs={"master": Path("out/shot_finished.mov"), "html": Path("out/shot_report.html")},
        before=before,
        after=after,
        recipe={
            "look": "fine-35mm",
            "strength": 1.0,
            "seed": 7,
            "treatments": [
                {
                    "name": "soften",
                    "active": True,
                    "values": {"strength": 0.62},
                    "reasons": {"strength": "edges overshoot"},
                },
                {"name": "grain", "active": False, "values": {"sigma_codes8": 0.0, "lut_path": ""}, "reasons": {}},
            ],
            "left_out": [{"name": "grade", "reason": "the clip is HDR"}],
        },
        guards=(
            Guard("frames", ok=True, value="120", limit="120"),
            Guard("halo", ok=False, value="16 %", limit="15 %"),
            Guard("sound offset", ok=None, value="the clip is silent", limit="0.0005 s"),
        ),
        seconds=12.345,
        frames=120,
        findings=before.findings,
        notes=("the web file is 64x48",),
        crops=(Crop(before.places[0], picture, 255 - picture),),
    )
