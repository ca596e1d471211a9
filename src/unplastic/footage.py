"""From a folder of camera footage and stills to a reference: figures of every clip that can be used, no picture.

    built = build_reference("my-camera/")

Files in a folder inside count as one source (a camera, a film, a shoot); each file beside them is one of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unplastic.errors import ClipError, ClipMissing, ClipUnreadable, ClipUnsupported
from unplastic.measure import examine, plan
from unplastic.measure.distribution import CLIPS_MIN, Sample, document, written
from unplastic.measure.reference import Covariates, shipped_reference
from unplastic.media import Landing, pictures, probe
from unplastic.media.folder import CLIP_SUFFIXES, OWN_RESULTS

STILL_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
MANY = 0.5
"""Share of the clips from which on a trait of generated or drawn pictures is that of the folder."""
BITS_THAT_KEEP_GRAIN = 0.15
NO_GRAIN_CODES8 = 0.1
BANDED_PERCENT = 10.0


@dataclass(frozen=True, slots=True)
class Built:
    """A reference that was written to ``path``; ``left_out`` are files and why, ``warnings`` sentences."""

    path: Path
    clips: int
    stills: int
    cells: tuple[str, ...]
    left_out: dict[str, str]
    warnings: tuple[str, ...]


def build_reference(
    folder: str | Path,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Built:
    """Measure every clip and still under ``folder`` and write the reference; ``<folder>_reference.json`` if no ``out``.

    Damaged files and HDR are left out and named. Raises a `ClipError` for a folder without clips or with too few that
    can be used, and a `ResultError` when the file cannot be written.
    """
    root = Path(folder)
    files = list_footage(root)
    target = Path(out) if out else Path(f"{root.resolve()}_reference.json")
    with Landing({"reference": target}, source=files[0], overwrite=overwrite) as landing:
        samples, left_out = _measured(files, root, progress or (lambda *_: None))
        videos = [sample for sample in samples if not sample.is_still]
        if len(videos) < CLIPS_MIN:
            raise ClipUnsupported(
                f"{root}: {len(videos)} camera clips can be used, a reference needs {CLIPS_MIN}{_named(left_out)}",
                "add clips, SDR and from a camera; to come close to a single one: unplastic finish --match",
            )
        reference = document(samples, f"camera footage of the folder {root.resolve().name}")
        landing.aside("reference").write_text(written(reference), encoding="utf-8")
    names = tuple(cell["name"] for cell in reference["cells"])
    return Built(target, len(videos), len(samples) - len(videos), names, left_out, doubts(videos))


def list_footage(root: Path) -> list[Path]:
    """Clips and stills in a folder and the folders inside it, by name. Raises a `ClipError` when there are none."""
    if not root.exists():
        raise ClipMissing(f"{root}: no such folder", "check the path")
    if not root.is_dir():
        raise ClipUnreadable(f"{root}: not a folder", "give a folder of camera clips; for one plate: finish --match")
    suffixes = CLIP_SUFFIXES | STILL_SUFFIXES
    inside = (path for path in root.rglob("*") if path.suffix.lower() in suffixes and path.is_file())
    files = sorted(path for path in inside if not _is_hidden(path, root) and not path.stem.endswith(OWN_RESULTS))
    if not files:
        raise ClipUnreadable(
            f"{root}: no clips in this folder", f"clips and stills end in {', '.join(sorted(suffixes))}"
        )
    return files


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def doubts(videos: list[Sample]) -> tuple[str, ...]:
    """What speaks against the clips having come out of a camera, each said of half of them or more."""
    asked: tuple[tuple[str, Callable[[Sample], bool | None]], ...] = (
        ("hold no grain at a bitrate that would keep it", _is_without_grain),
        ("hold a pattern that sticks to the screen or does not change", _is_frozen),
        ("show flat colours in steps, as drawings do", _is_flat),
        ("have far less texture than the camera clips of the shipped reference", _is_smooth),
        ("score higher than camera clips do", _reads_generated),
    )
    found = []
    for text, trait in asked:
        known = [answer for sample in videos if (answer := trait(sample)) is not None]
        if len(known) >= MANY * len(videos) and sum(known) >= MANY * len(known):
            found.append(f"{sum(known)} of {len(known)} clips {text}: are they camera footage?")
    return tuple(found)


def _measured(
    files: list[Path], root: Path, tell: Callable[[str, int, int], None]
) -> tuple[list[Sample], dict[str, str]]:
    samples, left_out = [], {}
    for number, path in enumerate(files):
        tell(path.name, number, len(files))
        name = str(path.relative_to(root))
        try:
            samples.append(_sample(path, name.partition("/")[0]))
        except ClipError as error:
            left_out[name] = error.message.removeprefix(f"{path}: ")
    return samples, left_out


def _sample(path: Path, source: str) -> Sample:
    clip = probe(path)
    if clip.color.is_hdr:
        raise ClipUnsupported("HDR (PQ or HLG): its readings do not compare with SDR", "grade it to SDR first")
    report = examine((pictures(clip, start=run.start, count=len(run)) for run in plan(clip)), clip)
    return Sample(source, clip, report)


def _named(left_out: dict[str, str]) -> str:
    if not left_out:
        return ""
    return "; left out: " + ", ".join(f"{name} ({why})" for name, why in left_out.items())


def _value(sample: Sample, name: str) -> float | None:
    reading = sample.report.reading(name)
    return reading.value if reading and reading.valid else None


def _is_without_grain(sample: Sample) -> bool | None:
    grain, bits = _value(sample, "grain_sigma"), sample.covariates.bits
    return None if grain is None or bits is None or bits < BITS_THAT_KEEP_GRAIN else grain < NO_GRAIN_CODES8


def _is_frozen(sample: Sample) -> bool | None:
    names = {finding.name for finding in sample.report.findings}
    return bool(names & {"frozen_grain", "frozen_pattern"})


def _is_flat(sample: Sample) -> bool | None:
    banding = _value(sample, "banding")
    return None if banding is None else banding > BANDED_PERCENT


def _is_smooth(sample: Sample) -> bool | None:
    """Less than half of what nine camera clips in ten have."""
    spread = shipped_reference().spread("texture_rms", "frame", Covariates.of(sample.clip))
    texture = _value(sample, "texture_rms")
    return None if spread is None or texture is None else texture < 0.5 * spread.q10


def _reads_generated(sample: Sample) -> bool | None:
    verdict = sample.report.plasticity.verdict
    return None if verdict is None else verdict == "generated"


def figures(built: Built) -> dict[str, Any]:
    """Plain data for ``--json``."""
    return {
        "file": str(built.path),
        "clips": built.clips,
        "stills": built.stills,
        "cells": list(built.cells),
        "left_out": built.left_out,
        "warnings": list(built.warnings),
    }
