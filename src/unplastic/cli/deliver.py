"""``unplastic deliver``: masters, a cut with finished files in it, grain that reaches the viewer, provenance."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.deliver.check import GrainCheck
    from unplastic.deliver.shot import Shot

MASTERS = "prores | prores4444 | dnxhr | dnxhr444 | h264 | hevc | av1 | ffv1 | exr | tiff; the preset's if not given"

Input = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILM|DIR|CLIP|TIMELINE", help="A film's approved takes, clips, or .otio .edl .fcpxml .xml."
    ),
]
To = Annotated[str, typer.Option("--to", metavar="PROGRAM", help="resolve | premiere | otio: timelines for it.")]
Check = Annotated[
    Path | None, typer.Option("--check", metavar="FILE", help="Only say whether the grain in FILE reaches the viewer.")
]
Against = Annotated[Path | None, typer.Option(metavar="MASTER", help="With --check: the master it was made from.")]
Out = Annotated[
    Path | None, typer.Option("-o", "--out", help="The delivery's folder; NAME_delivery beside it if not given.")
]
Master = Annotated[str, typer.Option(metavar="CODEC", help=MASTERS)]
Clean = Annotated[bool, typer.Option("--clean", help="Also the clean plate: everything but grain.")]
Plate = Annotated[bool, typer.Option("--grain-plate", help="Also the grain alone, on grey.")]
Web = Annotated[
    bool, typer.Option("--web/--no-web", help="AV1 with the grain in its headers, and H.264 with it baked in.")
]
Handles = Annotated[int, typer.Option(min=0, help="Frames to spare on either side of what a cut uses.")]
Media = Annotated[list[Path] | None, typer.Option(metavar="DIR", help="Folders with the files of a timeline.")]
Rate = Annotated[str, typer.Option(metavar="FPS", help="An EDL's frame rate: 24, 25, 23.976, 30000/1001.")]
Leave = Annotated[bool, typer.Option("--leave", help="Keep clips that cannot be processed as they are, and name them.")]
Look = Annotated[str, typer.Option(help="For clips without a report of an earlier finish. See: unplastic looks.")]
Strength = Annotated[float, typer.Option(min=0.0, max=1.0, help="0 changes nothing, 1 is the look as written.")]
Seed = Annotated[int, typer.Option(min=0, help="Root of every random number.")]
Rounds = Annotated[int, typer.Option(min=0, max=12, help="Trials on samples to settle amounts.")]
Size = Annotated[str, typer.Option("--upscale", metavar="SIZE", help="1080p | 2160p | 2x | off.")]
Generated = Annotated[
    bool, typer.Option("--generated", help="The source was made by a generator: say so in the files.")
]
Certificate = Annotated[
    Path | None,
    typer.Option("--certificate", envvar="UNPLASTIC_CERTIFICATE", metavar="PEM", help="Chain to sign manifests with."),
]
Key = Annotated[
    Path | None, typer.Option("--key", envvar="UNPLASTIC_CERTIFICATE_KEY", metavar="PEM", help="Its private key.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier delivery.")]
Rehearsal = Annotated[bool, typer.Option("--rehearsal", help="The books of the rehearsal.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def deliver(
    source: Input = None,
    to: To = "",
    check: Check = None,
    against: Against = None,
    out: Out = None,
    master: Master = "",
    clean: Clean = False,
    grain_plate: Plate = False,
    web: Web = True,
    handles: Handles = 12,
    media: Media = None,
    rate: Rate = "",
    leave: Leave = False,
    look: Look = "fine-35mm",
    strength: Strength = 1.0,
    seed: Seed = 0,
    rounds: Rounds = 4,
    size: Size = "off",
    generated: Generated = False,
    certificate: Certificate = None,
    key: Key = None,
    overwrite: Overwrite = False,
    rehearsal: Rehearsal = False,
    as_json: Json = False,
) -> int:
    """Deliver finished shots: one folder with masters, timelines, web files, colour files and a check of the grain."""
    if check is not None:
        return _check(check, against, as_json=as_json)
    if source is None:
        raise typer.BadParameter("say what to deliver, or --check FILE", param_hint="FILM|DIR|CLIP|TIMELINE")
    from unplastic.deliver.delivery import Wish
    from unplastic.deliver.package import deliver_cut, deliver_shots
    from unplastic.deliver.preset import find_preset
    from unplastic.deliver.shot import Treatment
    from unplastic.deliver.signing import read_certificate
    from unplastic.deliver.timeline import SUFFIXES

    if bool(certificate) != bool(key):
        raise typer.BadParameter("a certificate and its key come together", param_hint="--certificate, --key")
    preset = find_preset(to) if to else None
    signer = read_certificate(certificate, key) if certificate and key else None
    treatment = Treatment(look, strength, seed, rounds, size)
    wish = Wish(master or (preset.master if preset else "prores"), clean, grain_plate, web, treatment, signer)
    folder = out or source.with_name(f"{source.resolve().stem}_delivery")
    if source.suffix.lower() in SUFFIXES:
        from unplastic.deliver.cut import read_cut

        cut = read_cut(source, media=media or (), handles=handles, rate=_rate(rate), leave=leave)
        document = deliver_cut(
            cut, wish, folder, preset=preset or find_preset("otio"), watch=_watched, overwrite=overwrite,
            generated=generated,
        )  # fmt: skip
    else:
        with ExitStack() as stack:
            shots = _shots(source, stack, generated=generated, rehearsal=rehearsal)
            document = deliver_shots(shots, wish, folder, preset=preset, watch=_watched, overwrite=overwrite)
    return _tell(document, as_json=as_json)


def _shots(source: Path, stack: ExitStack, *, generated: bool, rehearsal: bool) -> list[Shot]:
    """The approved takes of a film, or clips; ``stack`` keeps what the shots lie in."""
    from unplastic.deliver.shot import Shot, source_of
    from unplastic.film import FILE
    from unplastic.media import list_clips, probe

    if source.name == FILE or (source.is_dir() and ((source / FILE).is_file() or (source / ".unplastic").is_dir())):
        return _approved(source, stack, rehearsal=rehearsal)
    found = dict.fromkeys(source_of(path) for path in list_clips(source))
    reported = {path for path, report in found if report}
    pairs = [(path, report) for path, report in found if report or path not in reported]
    return [Shot(path.stem, probe(path), report, generated) for path, report in pairs]


def _approved(film: Path, stack: ExitStack, *, rehearsal: bool) -> list[Shot]:
    """The newest approved take of every shot, as it was finished when it was approved."""
    import tempfile

    from unplastic.cli.film import begun
    from unplastic.deliver.shot import Shot
    from unplastic.errors import WorkError
    from unplastic.media import probe
    from unplastic.pipeline.store import link
    from unplastic.pipeline.take import Status

    _, project, desk = stack.enter_context(begun(film, rehearsal=rehearsal))
    takes = {(each.scene, each.shot): each for each in desk.tables.takes(project.id) if each.status is Status.APPROVED}
    if not takes:
        raise WorkError(
            f"{film}: no take is approved yet", "look and approve: unplastic review FILM, or unplastic verdict"
        )
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unplastic-", dir=_scratch(desk.scratch))))
    shots = []
    for take in takes.values():
        role = "upscaled" if "upscaled" in take.facts else "original"
        suffix = take.facts.get("upscaled_suffix" if role == "upscaled" else "suffix", ".mp4")
        name = f"{take.scene}_{take.shot}_{take.stem}"
        clip, report = folder / f"{name}{suffix}", None
        link(desk.store.path(take.facts[role]), clip)
        if "report" in take.facts:
            report = folder / f"{name}_report.json"
            link(desk.store.path(take.facts["report"]), report)
        shots.append(Shot(name, probe(clip), report, take.origin == "generated"))
    return shots


def _scratch(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _check(path: Path, against: Path | None, *, as_json: bool) -> int:
    from unplastic.cli.show import print_json
    from unplastic.deliver.anyfile import check_file

    found = check_file(path, against=against)
    if as_json:
        print_json(found.document())
    else:
        _say_check(found, indent="")
    return 0


def _tell(document: dict[str, Any], *, as_json: bool) -> int:
    from unplastic.cli.show import print_json
    from unplastic.deliver.check import GrainCheck

    if as_json:
        print_json(document)
        return 0
    typer.echo(f"delivered: {document['folder']}")
    for shot in document["shots"]:
        typer.echo(f"  {shot['name']}  ({shot['recipe']}; provenance: {shot['provenance']})")
        for each in shot["checks"]:
            _say_check(GrainCheck(**{key: value for key, value in each.items() if key != "ok"}), indent="    ")
        for note in shot["notes"]:
            typer.echo(f"    note: {note}")
    if document["timelines"]:
        typer.echo(f"  timelines: {', '.join(document['timelines'])}")
    for text in document["losses"]:
        typer.echo(f"  lost: {text}")
    for text in document["left"]:
        typer.echo(f"  left as it is: {text}")
    return 0


def _say_check(found: GrainCheck, *, indent: str) -> None:
    """One line: the verdict and its numbers; a second one where something would help."""
    numbers = [
        ("asked", found.asked_codes8, "codes"),
        ("decoded", found.decoded_codes8, "codes"),
        ("still", found.still, ""),
        ("energy", found.energy, ""),
        ("kept", found.kept, ""),
    ]
    said = ", ".join(
        f"{name} {value:.2f}{f' {unit}' if unit else ''}" for name, value, unit in numbers if value is not None
    )
    how = f"grain {found.carried}{f', {found.seeds} seeds' if found.seeds else ''}"
    typer.echo(f"{indent}{found.file}: {found.verdict} ({how}{f'; {said}' if said else ''})")
    if found.advice:
        typer.echo(f"{indent}   do: {found.advice}")


def _watched(name: str) -> AbstractContextManager[Any]:
    from unplastic.cli.show import ClipProgress

    return ClipProgress(name)


def _rate(text: str) -> Any:
    from fractions import Fraction

    if not text:
        return None
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError) as wrong:
        raise typer.BadParameter(f"{text!r} is no frame rate", param_hint="--rate") from wrong
    near = min((Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)), key=lambda each: abs(each - value))
    return near if abs(near - value) < Fraction(1, 100) else value
