"""What is done to clips in a process of its own: functions of paths and plain data only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unplastic.errors import ResultUnwritable
from unplastic.pipeline.store import FULL

FINDINGS_MAX = 20


def finished(source: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Finish ``source`` into the folder ``out``: where the files are, the scores, the guards and the findings."""
    from dataclasses import asdict

    from unplastic.finish import finish
    from unplastic.media import probe

    try:
        made = finish(source, out=out, overwrite=True, **options)
    except ResultUnwritable as trouble:
        if isinstance(trouble.__cause__, OSError) and trouble.__cause__.errno in FULL:
            raise OSError(trouble.__cause__.errno, trouble.message) from None  # the machine's trouble, not the clip's
        raise
    bad = [each.name for each in made.guards if each.ok is False]
    rows = [
        {"name": each.name, "severity": each.severity, "where": each.where, "frame": each.frame, "text": each.text,
         "fix": each.fix}
        for each in made.findings[:FINDINGS_MAX]
    ]  # fmt: skip
    clip = probe(made.outputs["master"])
    return {
        "outputs": {role: str(path) for role, path in made.outputs.items()},
        "before": _score(asdict(made.before.plasticity)),
        "after": _score(asdict(made.after.plasticity)),
        "guards_broken": bad,
        "findings": rows,
        "notes": list(made.notes),
        "seconds": round(made.seconds, 3),
        "frames": clip.frames,
        "fps": float(clip.frame_rate),
        "size": [clip.width, clip.height],
    }


def _score(plasticity: dict[str, Any]) -> dict[str, Any]:
    return {name: plasticity[name] for name in ("score", "low", "high", "coverage", "worst")}
