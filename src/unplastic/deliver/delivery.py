"""Shots into files: masters and plates, two web files, colour files, provenance, and a check of every one."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import unplastic
from unplastic.clip import Clip
from unplastic.color import assumed_matrix
from unplastic.deliver.advice import advised
from unplastic.deliver.anyfile import CHECKED, REPORT
from unplastic.deliver.check import GrainCheck, check
from unplastic.deliver.fit import Fitted, fit
from unplastic.deliver.gradefiles import NearestCdl, ocio_config, write_grade
from unplastic.deliver.parcel import Parcel
from unplastic.deliver.plates import Targets, render_plates
from unplastic.deliver.provenance import Origin, actions_for, origin_of, seal
from unplastic.deliver.relink import Delivered, Numbered
from unplastic.deliver.shot import Progress, Shot, Treatment
from unplastic.deliver.signing import Certificate
from unplastic.deliver.ungraded import graded_by
from unplastic.media import container_suffix, probe
from unplastic.media.av1.grain import table
from unplastic.media.grained import put_grain
from unplastic.media.sequence import SEQUENCES
from unplastic.treat.grade import Grade
from unplastic.treat.grain import Grain

if TYPE_CHECKING:
    from unplastic.looks import Recipe
    from unplastic.upscale import Enlarged

BYTES_PER_PIXEL = {
    "prores": 0.7, "prores4444": 1.1, "dnxhr": 0.7, "dnxhr444": 1.3, "ffv1": 3.0, "exr": 5.0, "tiff": 6.0,
}  # fmt: skip
COMPRESSED, WEB = 0.3, 0.2


@dataclass(frozen=True, slots=True)
class Wish:
    """What each shot becomes. ``clean``, ``grain`` and ``ungraded`` are plates with the master's codec."""

    master: str = "prores"
    clean: bool = False
    grain: bool = False
    web: bool = True
    treatment: Treatment = field(default_factory=Treatment)
    certificate: Certificate | None = None
    ungraded: bool = False

    def room_bytes(self, clips: Sequence[Clip]) -> int:
        """About what will be written."""
        each = (
            BYTES_PER_PIXEL.get(self.master, COMPRESSED) * (1 + self.clean + self.grain + self.ungraded)
            + WEB * self.web
        )
        return round(sum(clip.width * clip.height * clip.frames * each for clip in clips))


@dataclass(frozen=True, slots=True, eq=False)
class DeliveredShot:
    """One shot's files by role, relative to the delivery; its checks, and what its owner should know.

    ``seconds`` are those of rendering with all encoders, of fitting the table, and of the check.
    """

    name: str
    source: str
    recipe: str
    files: dict[str, str]
    checks: tuple[GrainCheck, ...]
    fitted: Fitted | None
    cdl: NearestCdl | None
    provenance: str
    notes: tuple[str, ...]
    seconds: dict[str, float]

    def document(self) -> dict[str, Any]:
        """Plain data."""
        fitted = None
        if self.fitted:
            fitted = {
                "level_error": self.fitted.level_error, "correlation_error": self.fitted.correlation_error,
                "asked_codes8": self.fitted.asked_codes8,
            }  # fmt: skip
        cdl = self.cdl.document() | {"error_codes8": list(self.cdl.error_codes8)} if self.cdl else None
        return {
            "name": self.name, "source": self.source, "recipe": self.recipe, "files": self.files,
            "checks": [each.document() for each in self.checks], "table": fitted, "cdl": cdl,
            "provenance": self.provenance, "notes": list(self.notes), "seconds": self.seconds,
        }  # fmt: skip


def deliver_shot(shot: Shot, wish: Wish, parcel: Parcel, progress: Progress | None = None) -> DeliveredShot:
    """Everything of one shot into the parcel. Raises errors of `unplastic.errors`."""
    origin = origin_of(shot.clip.path, generated=shot.generated)
    larger, recipe, why = shot.recipe(wish.treatment, wish.master, progress)
    work = _Work(shot, wish, parcel, larger, recipe, origin)
    targets = work.targets()
    started = time.perf_counter()
    told = (lambda done: progress("treat", done, shot.clip.frames)) if progress else None
    samples, notes = render_plates(shot.clip, larger, recipe, targets, progress=told)
    rendered = time.perf_counter()
    fitted = work.with_table()
    tabled = time.perf_counter()
    checks = [
        advised(check(probe(path), samples, parcel.at_last(path).name), samples)
        for role, path in work.files.items()
        if role in CHECKED and path.is_file()
    ]
    checked = time.perf_counter()
    cdl = work.grade()
    how, more = work.seal()
    seconds = {"render": rendered - started, "table": tabled - rendered, "check": checked - tabled}
    return DeliveredShot(
        shot.name, shot.source or str(shot.clip.path), why,
        {role: str(path.relative_to(parcel.folder)) for role, path in work.files.items()},
        tuple(checks), fitted, cdl, how, (*larger.notes, *notes, *work.unmet(), *more), seconds,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """One shot on its way: ``files`` by role, in the parcel's folder."""

    shot: Shot
    wish: Wish
    parcel: Parcel
    larger: Enlarged
    recipe: Recipe
    origin: Origin
    files: dict[str, Path] = field(default_factory=dict)

    def targets(self) -> Targets:
        """Where every picture goes; the files are noted by their roles."""
        wish, master = self.wish, self.wish.master
        self.files["master"] = self._place("masters", master)
        finished, clean, grain, bare = {master: self.files["master"]}, {}, {}, {}
        if wish.clean:
            clean[master] = self.files["clean"] = self._place("clean", master)
        if wish.grain:
            grain[master] = self.files["grain"] = self._place("grain", master)
        if wish.ungraded and graded_by(self.recipe):
            bare[master] = self.files[UNGRADED] = self._place(UNGRADED, master)
        if wish.web:
            finished["web"] = self.files["web"] = self.parcel.place("web", f"{self.shot.name}.mp4")
            self.files["web_av1"] = self.parcel.place("web", f"{self.shot.name}_av1.mp4")
            clean["web_av1"] = self._bare
        return Targets(finished, clean, grain, bare)

    def unmet(self) -> list[str]:
        """What was asked for and is not there."""
        is_missing = self.wish.ungraded and UNGRADED not in self.files
        return ["no ungraded picture: there is no grade, the master is ungraded"] if is_missing else []

    def with_table(self) -> Fitted | None:
        """Write the grain into the AV1 file's headers, and the table as text beside it."""
        if not self.wish.web:
            return None
        grain = self._treatment(Grain)
        if grain is None:
            self._bare.replace(self.files["web_av1"])
            return None
        fitted = fit(grain, self.larger.clip, self.recipe.seed)
        put_grain(self._bare, self.files["web_av1"], fitted.at)
        self._bare.unlink()
        clip = self.larger.clip
        self.files["table"] = self.parcel.place("web", f"{self.shot.name}.tbl")
        lines = table((fitted.at(index) for index in range(clip.frames)), clip.frame_rate)
        self.files["table"].write_text("\n".join(lines) + "\n", encoding="ascii")
        return fitted

    def grade(self) -> NearestCdl | None:
        """The grade as files, if there is one."""
        grade = self._treatment(Grade)
        if grade is None:
            return None
        clip = self.larger.clip
        folder = self.parcel.place("grade", "x").parent
        found = write_grade(grade, assumed_matrix(clip.color.matrix, clip.width, clip.height), folder, self.shot.name)
        for role, end in (("cube_33", "_33.cube"), ("cube_65", "_65.cube"), ("cdl", ".ccc")):
            self.files[role] = folder / f"{self.shot.name}{end}"
        return found

    def seal(self) -> tuple[str, list[str]]:
        """Provenance into every moving picture: (how, notes)."""
        names = [treatment.name for treatment in self.recipe.treatments]
        document = self.larger.document
        upscaled = str(document.get("upscaler")) if document.get("active") else None
        hows, notes = set(), []
        if self.origin.state == "Invalid":
            notes.append("the source's own manifest does not hold: it was changed after it was signed")
        for role, path in [each for each in self.files.items() if each[0] in MOVING]:
            done = [name for name in names if name != WITHOUT.get(role)]
            actions = actions_for(done, look=self.recipe.look, upscaled=upscaled, origin=self.origin)
            if path.is_dir():
                notes.append("picture sequences carry no manifest")
                continue
            sealed = seal(path, self.origin, actions, self.wish.certificate, name=path.name)
            hows.add(sealed.how)
            notes += sealed.notes
            for each in sealed.files:
                self.files[f"{path.parent.name} {each.name.partition('.')[2]}"] = each
        return (hows.pop() if len(hows) == 1 else "mixed" if hows else "none"), list(dict.fromkeys(notes))

    @property
    def _bare(self) -> Path:
        return self.parcel.folder / "web" / f".{self.shot.name}.bare.mp4"

    def _place(self, kind: str, master: str) -> Path:
        if master in SEQUENCES:
            return self.parcel.place(kind, self.shot.name)
        return self.parcel.place(kind, f"{self.shot.name}{container_suffix(master, self.larger.clip)}")

    def _treatment(self, kind: type[Any]) -> Any:
        return next((each for each in self.recipe.treatments if isinstance(each, kind)), None)


UNGRADED = "ungraded"
MOVING = ("master", "clean", "grain", "web", "web_av1", UNGRADED)
WITHOUT = {"clean": "grain", UNGRADED: "grade"}
"""The treatment that a plate has not."""


def linked(shot: Shot, made: DeliveredShot, folder: Path, master: str, *, role: str = "master") -> Delivered:
    """What a timeline links to: the master under ``folder``, or another file by its role, if there is one."""
    has_grade = role != UNGRADED or role not in made.files
    path = folder / made.files["master" if has_grade else role]
    numbered = _numbered(shot, master) if master in SEQUENCES else None
    drops = ";" in (shot.clip.timecode or "")
    return Delivered(path, made.cdl, has_grade, drops, numbered)


def _numbered(shot: Shot, master: str) -> Numbered:
    stem = shot.clip.path.stem
    tracks = len(shot.clip.sound)
    sound = "" if not tracks else f"{stem}.wav" if tracks == 1 else f"{stem}_1.wav"
    return Numbered(f"{stem}.", f".{master}", shot.first, sound)


def write_shared(shots: Sequence[DeliveredShot], parcel: Parcel) -> None:
    """What belongs to no shot alone: one OpenColorIO configuration for all grades."""
    looks = {shot.name: f"{shot.name}_33.cube" for shot in shots if shot.cdl}
    if looks:
        parcel.place("grade", "config.ocio").write_text(ocio_config(looks), encoding="utf-8")


def write_report(parcel: Parcel, document: dict[str, Any]) -> dict[str, Any]:
    """``delivery.json``: all of it, for people's programs and for a later ``--check``."""
    whole = {"unplastic": unplastic.__version__, "delivery": parcel.final.name, **document}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    (parcel.folder / REPORT).write_text(text + "\n", encoding="utf-8")
    return whole
