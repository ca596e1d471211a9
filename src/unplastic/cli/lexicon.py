"""``unplastic lexicon``: the words, and a paired test that says which of them matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

lexicon = typer.Typer(help="The words of the prompt doctor, and a paired test that grades them.", no_args_is_help=True)


@lexicon.command("show")
def show(
    own: Annotated[Path | None, typer.Option("--lexicon", help="Your own words over ours.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Every word with its severity, and what was measured of it."""
    from dataclasses import asdict

    from unplastic.cli.show import print_json
    from unplastic.prompts import lexicon as read_lexicon

    known = read_lexicon(own)
    if as_json:
        print_json({"version": known.version, "words": [asdict(word) for word in known.words]})
        return
    for word in known.words:
        seen = word.evidence
        measured = f"; measured {seen['difference']:+g} [{seen['low']:g}, {seen['high']:g}]" if seen else ""
        print(f"{word.severity} {word.code:<20} {word.why}; {word.fix}{measured}")


@lexicon.command("plan")
def plan(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the plan goes (JSON).")],
    code: Annotated[
        list[str] | None, typer.Option(help="A word, or texture, light, lens. Several times; else all.")
    ] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model. Several times; else kling-v3.")] = None,
    effect: Annotated[
        float, typer.Option(help="The difference in points of plasticity that must not be missed.")
    ] = 7.0,
    power: Annotated[float, typer.Option(help="How surely.")] = 0.8,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier plan.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The plan itself on stdout, too.")] = False,
) -> None:
    """Write down which clips to generate: pairs that differ in one word."""
    from unplastic.cli.show import print_json
    from unplastic.errors import ResultExists
    from unplastic.prompts import evidence

    if out.exists() and not overwrite:
        raise ResultExists(f"{out} is there already", "give another name, or --overwrite")
    made = evidence.plan(code, model or ("kling-v3",), effect_points=effect, power=power)
    out.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if as_json:
        print_json(made)
        return
    print(f"{out}: {made['generations']} clips in {len(made['pairs'])} pairs; price {made['price']}")


@lexicon.command("read")
def read(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="What `lexicon plan` wrote.")],
    measured: Annotated[list[Path], typer.Argument(help="What `unplastic measure --json` printed of the clips.")],
    into: Annotated[Path | None, typer.Option(help="Your lexicon file, which the grades are written into.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Grade the words by the measured pairs."""
    from unplastic.cli.show import print_json
    from unplastic.errors import LexiconError
    from unplastic.prompts import evidence

    try:
        document = json.loads(plan_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as trouble:
        raise LexiconError(f"{plan_file} cannot be read as a plan", evidence.HINT) from trouble
    grades, missing = evidence.read(document, evidence.scores_of(measured))
    if into is not None:
        evidence.written(into, grades)
    if as_json:
        print_json({"grades": [each.document() for each in grades], "missing": missing})
        return
    for each in grades:
        print(
            f"{each.code:<20} {each.difference:+.1f} [{each.low:.1f}, {each.high:.1f}] in {each.pairs} pairs, "
            f"sign test p = {each.p_sign:.3f}: {each.verdict}"
        )
    for line in missing:
        print(line)
