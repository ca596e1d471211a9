"""What ``surfaces.py`` runs as whole processes; one verb each."""

from __future__ import annotations

import sys
from pathlib import Path


def recipe(arm: str):
    """The treatments of one arm, at amounts that a plastic clip gets."""
    from unplastic.looks import Recipe
    from unplastic.looks.recipe import Dose
    from unplastic.treat.deboil import Deboil
    from unplastic.treat.deflicker import Deflicker
    from unplastic.treat.grade import Grade
    from unplastic.treat.grain import Grain
    from unplastic.treat.soften import Soften
    from unplastic.treat.texture import Texture

    grain = [Grain(sigma_codes8=2.2)]
    graded = [Soften(strength=0.6), Grade(), *grain]
    textured = [Texture(), *graded]
    whole = [Deflicker(grain_codes8=0.5), Deboil(), *textured]
    chosen = {"grain": grain, "graded": graded, "texture": textured, "whole": whole}[arm]
    doses = sorted((Dose(treatment, {}) for treatment in chosen), key=lambda dose: dose.treatment.order)
    return Recipe("benchmark", 1.0, 1, tuple(doses), {})


def finish(source: str, arm: str, master: str) -> None:
    """Decode, treat and encode: a whole finish without its two measurements."""
    from unplastic.finish import treat_clip
    from unplastic.media import probe

    target = Path(source).with_suffix(f".{arm}.finished.mov")
    treat_clip(probe(Path(source)), recipe(arm), {"master": target}, master=master, preset="veryfast")
    target.unlink()


def counted(source: str) -> None:
    """How often the networks are called, and for how many frames a face was followed."""
    from unplastic.finish import treat_clip
    from unplastic.media import probe
    from unplastic.vision.networks import networks

    target = Path(source).with_suffix(".counted.mov")
    treat_clip(probe(Path(source)), recipe("whole"), {"master": target}, master="h264", preset="veryfast")
    target.unlink()
    print(", ".join(f"{name} {count}" for name, count in sorted(networks().calls.items())))


def larger(folder: str) -> None:
    """A face from 720p to 2160p."""
    from unplastic.finish import treat_clip
    from unplastic.media import probe
    from unplastic.upscale import enlarged

    source = Path(folder) / "face_720p_2s.mp4"
    clip = probe(source)
    target = source.with_suffix(".finished.mov")
    treat_clip(clip, recipe("whole"), {"master": target}, larger=enlarged(clip, "2160p"), master="prores")
    target.unlink()


if __name__ == "__main__":
    sys.modules["scipy"] = None  # type: ignore[assignment]  # as users install it (see speed_worker.py)
    globals()[sys.argv[1]](*sys.argv[2:])
