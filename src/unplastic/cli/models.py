"""``unplastic models``: what is believed of each model and why, and the paired set that would teach more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.routing.evidence import Take
    from unplastic.routing.model import ModelCard


def models(
    verb: Annotated[str | None, typer.Argument(metavar="[show|calibrate", help="show, or calibrate")] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME]", help="A model.")] = None,
    takes: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="Else your own file.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where calibrate writes the set.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", metavar="SET", help="Read the measured clips beside this set.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List what is believed; ``show NAME`` tells why; ``calibrate NAME -o SET`` writes 24 paired prompts, priced."""
    from unplastic.cli.show import print_json
    from unplastic.planning import evidence
    from unplastic.routing.model import model
    from unplastic.routing.model import models as every

    if verb == "calibrate":
        _calibrate(name, out, results, takes, as_json)
        return
    if verb not in (None, "show") or (verb == "show" and name is None):
        raise typer.BadParameter(
            "write: unplastic models [show NAME | calibrate NAME -o SET | calibrate --results SET]"
        )
    known = evidence(takes)
    cards = [model(name)] if name else list(every().values())
    rows = [_document(card, known) for card in cards]
    if as_json:
        print_json({"models": rows})
    elif name:
        _print_one(rows[0])
    else:
        for row in rows:
            _print_short(row)


def _document(card: ModelCard, takes: tuple[Take, ...]) -> dict[str, Any]:
    from unplastic.providers.card import today
    from unplastic.routing.belief import CUSUM_ALARM, believe, drift
    from unplastic.routing.model import SURFACES

    rows = []
    for surface in SURFACES:
        belief, leaning = believe(card, (surface, ""), takes), card.leaning(surface)
        rows.append({
            "surface": surface, "plasticity": round(belief.mean, 2), "sd": round(belief.sd, 2), "takes": belief.takes,
            "acceptance": round(belief.acceptance, 3),
            "leaning": leaning and {"points": leaning.points, "pseudo": leaning.pseudo, "source": leaning.source},
        })  # fmt: skip
    moved = drift(card, takes)
    return {
        "model": card.key, "title": card.title, "version": card.version, "modes": list(card.modes), "fps": card.fps,
        "native": card.native, "multi_shot": card.multi_shot, "continuity": card.continuity,
        "latency_s": list(card.latency_s), "faces": card.faces, "source": card.source,
        "checked": card.checked.isoformat(), "stale": card.is_stale(today()), "confidence": card.confidence,
        "retired": card.retired.isoformat() if card.retired else None, "notes": card.notes,
        "takes": sum(each.model == card.key for each in takes), "drift": round(moved, 2),
        "drifts": moved >= CUSUM_ALARM, "surfaces": rows,
    }  # fmt: skip


def _print_short(row: dict[str, Any]) -> None:
    best = sorted(row["surfaces"], key=lambda each: each["plasticity"])[:3]
    leans = ", ".join(f"{each['surface']} {each['plasticity']:.0f}±{each['sd']:.0f}" for each in best)
    age = " (its card is old: look again)" if row["stale"] else ""
    typer.echo(f"{row['model']:<22} {row['takes']:>4} takes  least plastic on {leans}{age}")
    if row["drifts"]:
        typer.echo(f"{'':<22} its takes are no longer what they were: unplastic models calibrate {row['model']}")


def _print_one(row: dict[str, Any]) -> None:
    typer.echo(f"{row['title']} ({row['model']}, version {row['version']}): {', '.join(row['modes'])}")
    typer.echo(
        f"{row['fps']:g} fps, native {row['native']}, up to {row['multi_shot']} shots in one, faces: {row['faces']}"
    )
    typer.echo(
        f"five seconds take {row['latency_s'][0]:.0f} s, one in twenty {row['latency_s'][1]:.0f} s: not measured here"
    )
    typer.echo(f"from {row['source']}, {row['checked']} ({row['confidence']})")
    if row["notes"]:
        typer.echo(row["notes"])
    typer.echo(f"{row['takes']} measured takes; drift {row['drift']:g} of 5")
    for each in row["surfaces"]:
        typer.echo(
            f"  {each['surface']:<12} plasticity {each['plasticity']:5.1f} ± {each['sd']:4.1f}"
            f"  {each['takes']:>3} takes  {100 * each['acceptance']:.0f} % accepted"
        )
        if each["leaning"]:
            lean = each["leaning"]
            typer.echo(f"  {'':<12} leaning {lean['points']:+g} points, for {lean['pseudo']:g} takes: {lean['source']}")


def _calibrate(name: str | None, out: Path | None, results: Path | None, takes: Path | None, as_json: bool) -> None:
    from unplastic.cli.show import print_json

    if results is not None:
        _learn(results, takes, as_json)
        return
    if name is None or out is None:
        raise typer.BadParameter("write: unplastic models calibrate NAME -o SET.json")
    import json

    from unplastic.errors import ResultExists
    from unplastic.planning import one_written, services
    from unplastic.routing.calibration import calibration
    from unplastic.routing.model import model
    from unplastic.settings import settings

    model(name)
    if out.exists():
        raise ResultExists(f"{out} is in the way", "name another file")
    cards = [card for each in services(settings()) for card in each.cards if card.model == name]
    made = [calibration(card, one_written) for card in cards]
    cheapest = min(made, key=lambda each: (each["usd"] is None, each["usd"] or 0.0))
    out.write_text(json.dumps(cheapest, indent=2), encoding="utf-8")
    if as_json:
        print_json({"file": str(out), "clips": len(cheapest["clips"]), "usd": cheapest["usd"]})
        return
    usd = "an unknown price" if cheapest["usd"] is None else f"{cheapest['usd']:.2f} USD"
    typer.echo(f"{out}: {len(cheapest['clips'])} prompts, {usd} at {cheapest['size']}; nothing was ordered")
    typer.echo(f"make the clips, put them beside it, then: unplastic models calibrate --results {out}")


def _learn(path: Path, takes: Path | None, as_json: bool) -> None:
    """Measure the clips beside a set as they come out of the finish, and add them to the evidence."""
    import time

    from unplastic.finish import measure
    from unplastic.routing.calibration import read_set, results
    from unplastic.routing.evidence import add_takes, default_file

    document = read_set(path)
    scores: dict[str, tuple[float | None, float]] = {}
    for row in document["clips"]:
        for clip in (path.parent / f"{row['file'].removesuffix('.mp4')}_finished.mov", path.parent / row["file"]):
            if clip.is_file():
                read = measure(clip).plasticity
                scores[row["file"]] = (read.score, read.coverage)
                break
    found = results(document, scores, time.time())
    add_takes(takes or default_file(), found)
    measured = sum(each.score is not None for each in found)
    if as_json:
        from unplastic.cli.show import print_json

        print_json({"model": document["model"], "clips": len(found), "measured": measured})
        return
    typer.echo(f"{len(found)} clips of {document['model']} read, {measured} with a score; they count from now on")
