"""The approved takes of a film as shots to deliver: as each was finished when it was approved, with what was said."""

from __future__ import annotations

from pathlib import Path

from unplastic.deliver.shot import Shot
from unplastic.errors import WorkError
from unplastic.media import probe
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.selects import filed, remarks, selects
from unplastic.pipeline.store import link
from unplastic.pipeline.take import Status, Take


def approved(desk: Desk, film: str, folder: Path, *, generated: bool = False) -> list[Shot]:
    """One shot for each approved take, in the film's order, under readable names in ``folder``.

    ``generated`` says so of clips that came from elsewhere, too. Raises `WorkError` where nothing is approved.
    """
    takes = [each for each in selects(desk, film) if each.status is Status.APPROVED]
    if not takes:
        raise WorkError(
            f"{desk.folder(film)}: no take is approved yet",
            "look and approve: unplastic review FILM, or unplastic verdict",
        )
    return [_shot(desk, take, folder, generated=generated) for take in takes]


def _shot(desk: Desk, take: Take, folder: Path, *, generated: bool) -> Shot:
    role = "upscaled" if "upscaled" in take.facts else "original"
    suffix = take.facts.get("upscaled_suffix" if role == "upscaled" else "suffix", ".mp4")
    name = f"{take.scene}_{take.shot}_{take.stem}"
    clip, report = folder / f"{name}{suffix}", None
    link(desk.store.path(take.facts[role]), clip)
    if "report" in take.facts:
        report = folder / f"{name}_report.json"
        link(desk.store.path(take.facts["report"]), report)
    known = filed(desk, take, role)
    source = desk.folder(take.film) / "takes" / take.scene / take.shot / (known.name if known else clip.name)
    is_generated = generated or take.origin == "generated"
    return Shot(name, probe(clip), report, is_generated, str(source), remarks(desk, take))
