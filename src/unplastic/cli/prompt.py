"""``unplastic prompt``: read a prompt like an editor, and write it again for a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.prompts import Doctored

BYTES_MAX = 1_000_000


def prompt(
    text: Annotated[str, typer.Argument(metavar="TEXT|FILE", help="The prompt, a file that holds it, or - for stdin.")],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="For which model, e.g. seedance-2.0, kling-v3.")
    ] = None,
    shot_size: Annotated[str | None, typer.Option(help="ecu, cu, mcu, ms or ws, if the text does not say.")] = None,
    surface: Annotated[str | None, typer.Option(help="What the shot is about: skin, hair, wool, water ...")] = None,
    negative: Annotated[str, typer.Option(help="What you would put into a negative prompt.")] = "",
    light: Annotated[str, typer.Option(help="The scene's light, put in word for word.")] = "",
    identity: Annotated[str, typer.Option(help="A character's anchor, put in word for word.")] = "",
    reference: Annotated[
        list[str] | None, typer.Option(help="What reference image 1, 2 ... is. Several times.")
    ] = None,
    lexicon_file: Annotated[Path | None, typer.Option("--lexicon", help="Your own words over ours.")] = None,
    llm: Annotated[
        str | None, typer.Option(help="Let this language model propose words first (extra llm), e.g. openai:gpt-5.")
    ] = None,
    only_lint: Annotated[
        bool, typer.Option("--lint", help="Only say what is wrong; exit code 1 if something is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Find the words that make plastic, and write the prompt again: texture, a named light, lens. Nothing is sent."""
    from unplastic.cli.show import print_json
    from unplastic.prompts import lexicon, rewrite

    words = lexicon(lexicon_file)
    wishes: dict[str, Any] = {"shot_size": shot_size, "surface": surface, "negative": negative, "light": light}
    wishes |= {"identity": identity, "references": tuple(reference or ())}
    if llm is None:
        doctored = rewrite(_read(text), model, words=words, **wishes)
    else:
        from unplastic.prompts.wording import worded

        doctored = worded(_read(text), model, llm=llm, words=words, **wishes)
    if as_json:
        print_json(doctored.document())
    else:
        _print(doctored, only_lint)
    if only_lint and any(each.severity > 1 for each in doctored.before):
        raise typer.Exit(1)


def _read(text: str) -> str:
    """The prompt itself, or what the file of that name holds."""
    from unplastic.errors import PromptError

    if text == "-":
        import sys

        return sys.stdin.read(BYTES_MAX)
    path = Path(text) if len(text) < 1000 and "\n" not in text else None
    try:
        if path is None or not path.is_file():
            return text
        if path.stat().st_size > BYTES_MAX:
            raise PromptError(f"{path} is larger than a prompt can be (1 MB)", "give the file that holds the prompt")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as trouble:
        raise PromptError(f"{path} is not text in UTF-8", "save it as UTF-8") from trouble
    except (OSError, ValueError):
        return text


def _print(doctored: Doctored, only_lint: bool) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console()
    colours = {3: "red", 2: "yellow", 1: "blue"}
    for each in doctored.before:
        place = f" [dim]{each.start}-{each.end}[/]" if each.start is not None else ""
        said = f" [bold]{escape(each.text)}[/]" if each.text else ""
        line = f"[{colours[each.severity]}]{each.code}[/]{said}{place}: {escape(each.why)}; {escape(each.fix)}"
        console.print(line, highlight=False)
    if only_lint:
        console.print(f"score {doctored.score} of 100", highlight=False)
        return
    for change in doctored.changes:
        before = f"[red]- {escape(change.before)}[/] " if change.before else ""
        after = f"[green]+ {escape(change.after)}[/]" if change.after else ""
        console.print(f"  {before}{after} [dim]{escape(change.why)}[/]", highlight=False)
    console.print()
    print(doctored.text)
    if doctored.negative:
        print(f"\nnegative prompt: {doctored.negative}")
    if doctored.image:
        print(f"\nfor the image: {doctored.image}")
    after = doctored.document()["score"]
    console.print(f"\nscore {after['before']} before, {after['after']} after", highlight=False)
