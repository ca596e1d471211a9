"""What is done to clips in a process of its own: functions of paths and plain data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from unplastic.errors import ResultUnwritable
from unplastic.pipeline.store import FULL
from unplastic.reading import Finding

FINDINGS_MAX = 20
DIALS = {
    "grain": ("sigma_codes8", "size_px_1080", "chroma_share"),
    "texture": ("strength", "pores", "mottling", "cloth"),
    "soften": ("strength",),
}
"""What a person may turn for one take, beside look and strength."""


def finished(source: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Finish ``source`` into the folder ``out``: where the files are, the scores, the guards and the findings."""
    from unplastic.finish import finish
    from unplastic.media import probe

    try:
        made = finish(source, out=out, overwrite=True, **options)
    except ResultUnwritable as trouble:
        if isinstance(trouble.__cause__, OSError) and trouble.__cause__.errno in FULL:
            raise OSError(trouble.__cause__.errno, trouble.message) from None  # the machine's trouble, not the clip's
        raise
    bad = [each.name for each in made.guards if each.ok is False]
    clip = probe(made.outputs["master"])
    return {
        "outputs": {role: str(path) for role, path in made.outputs.items()},
        "before": _score(asdict(made.before.plasticity)),
        "after": _score(asdict(made.after.plasticity)),
        "guards_broken": bad,
        "findings": _rows(made.findings),
        "left": _rows(made.after.findings),
        "notes": list(made.notes),
        "seconds": round(made.seconds, 3),
        "frames": clip.frames,
        "fps": float(clip.frame_rate),
        "size": [clip.width, clip.height],
    }


def copied(raw: Path, finished: Path, out: Path) -> tuple[dict[str, str], str]:
    """Copies for the page, by their names; and in words where a person has to look first."""
    from unplastic.copies import copies, document

    files = copies(raw, finished, out)
    first = document(files["copies"])["passages"][0]
    what = {"frame": "detail", "middle": "nothing that could be measured"}.get(first["what"], first["what"])
    words = f"{what} flickers most in frames {first['start']} to {first['stop'] - 1}"
    return {name: str(path) for name, path in files.items()}, words


def seen(path: Path, size: tuple[int, int] | None, frame: int, kind: str) -> dict[str, Any]:
    """What a measure sees in a frame, as plain data; ``size`` is that of the picture it is laid over."""
    from unplastic.overlay import overlay

    found = asdict(overlay(path, frame, kind))
    return found | {"over": list(size) if size else [found["width"], found["height"]]}


def ready(treats: bool) -> None:
    """Load what stills, or overlays, are made with."""
    if treats:
        import unplastic.still
        from unplastic.treat.compilation import warm

        warm()
    else:
        import unplastic.overlay  # noqa: F401 - its loading is all


def stood(source: Path, report: Path, frame: int, upscale: dict[str, str]) -> None:
    """What every still of that frame begins with, kept until it is asked for."""
    from unplastic.still import stand_at

    stand_at(source, report, frame, upscale)


def rehearsed(source: Path, report: Path, frame: int, wish: dict[str, Any], upscale: dict[str, str]) -> None:
    """A still that nobody asked for yet: what it finds out about the frame is kept, the picture is not."""
    from unplastic.still import still

    still(source, report, frame, wish, upscale)


def previewed(source: Path, report: Path, frame: int, wish: dict[str, Any], upscale: dict[str, str]) -> dict[str, Any]:
    """One frame under a wish: ``{"rgba", "width", "height", "recipe"}``."""
    from unplastic.still import still

    made = still(source, report, frame, wish, upscale)
    height, width = made.rgba.shape[:2]
    return {"rgba": made.rgba.tobytes(), "width": width, "height": height, "recipe": made.recipe}


def check_wish(wish: dict[str, Any]) -> None:
    """Raise `RecipeError` or `UnknownName` for a look, strength or pin that a finish would refuse."""
    from unplastic.errors import RecipeError
    from unplastic.looks import look
    from unplastic.registry import member

    if wish.get("look"):
        look(str(wish["look"]))
    if not 0.0 <= float(wish.get("strength", 1.0)) <= 1.0:
        raise RecipeError("strength is from 0 to 1", "0 changes nothing, 1 is the look as written")
    for name, values in wish.get("pins", {}).items():
        kind: Any = member("treat", name)
        try:
            kind(**values)
        except TypeError as wrong:
            raise RecipeError(f"{name}: {wrong}", f"see: unplastic looks show {name}") from None


def dials() -> dict[str, Any]:
    """Looks with their intentions, and the parameters of grain and texture with their intervals."""
    from unplastic.looks.look import look, look_files
    from unplastic.parameter import parameters
    from unplastic.registry import member

    offered = {name: [each for each in parameters(member("treat", name)) if each.low is not None] for name in DIALS}
    return {
        "looks": [{"name": name, "intent": look(name).intent} for name in look_files()],
        "dials": [
            {"treatment": name, "name": each.name, "default": each.default, "low": each.low, "high": each.high,
             "meaning": each.meaning}
            for name, found in offered.items() for each in found if each.name in DIALS[name]
        ],
    }  # fmt: skip


def _rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [asdict(each) for each in findings[:FINDINGS_MAX]]


def _score(plasticity: dict[str, Any]) -> dict[str, Any]:
    return {name: plasticity[name] for name in ("score", "low", "high", "coverage", "worst")}
