"""``unplastic man``: the manual page, written from the commands themselves."""

from __future__ import annotations

from typing import Annotated

import typer

import unplastic

CODES = (
    ("0", "done"),
    ("1", "a request could not be met: one line what, one line what to do"),
    ("2", "the command was not understood"),
    ("70", "our fault; the path of a log is named"),
    ("130", "interrupted; nothing half-written was left"),
)
VARIABLES = (
    ("UNPLASTIC_SETTINGS", "the settings file, else unplastic.toml here or in the configuration folder"),
    ("UNPLASTIC_REHEARSAL", "the address of unplastic rehearse: no key, no cost"),
    ("UNPLASTIC_REFERENCE", "your own camera footage as what clips are judged against"),
    ("UNPLASTIC_DATABASE_URL", "postgresql://...: films that many machines work on"),
    ("UNPLASTIC_STORE", "s3://...: where their files are kept"),
    ("UNPLASTIC_BUDGET_TOKEN", "on whose behalf a program orders (unplastic budget)"),
    ("UNPLASTIC_OFFLINE", "set: nothing is fetched, not even weights"),
)


def man(
    as_json: Annotated[bool, typer.Option("--json", help="The commands as data instead.")] = False,
) -> None:
    """Print the manual page: unplastic man > unplastic.1, or: unplastic man | man -l -."""
    from dataclasses import asdict

    from unplastic.cli.show import print_json
    from unplastic.cli.tree import verbs

    if as_json:
        print_json({"unplastic": unplastic.__version__, "verbs": [asdict(each) for each in verbs()]})
    else:
        typer.echo(page(), nl=False)


def page() -> str:
    """The page in man's own macros."""
    from unplastic.cli.tree import verbs

    lines = [
        f'.TH UNPLASTIC 1 "" "unplastic {unplastic.__version__}" "User commands"',
        ".SH NAME",
        "unplastic \\- finish AI-generated shots until they read like camera footage",
        ".SH SYNOPSIS",
        ".B unplastic",
        ".I VERB",
        "[OPTIONS] ...",
        ".SH DESCRIPTION",
        "Measures a clip, treats it as far as the numbers ask, and measures it again. Plans, generates and reviews",
        "whole films through agents, inside a budget.",
        ".SH COMMANDS",
    ]
    for each in verbs():
        lines += [f".SS {_safe(each.usage)}", _safe(each.help)]
        for name, text in each.arguments:
            lines += [".TP", f".I {_safe(name)}", _safe(text) or "\\&"]
        for option in each.options:
            names = ", ".join(option.names) + (f" {option.value}" if option.value else "")
            default = f" Default: {option.default}." if option.default else ""
            lines += [".TP", f".B {_safe(names)}", _safe(option.help + default) or "\\&"]
    lines += _table("EXIT STATUS", CODES) + _table("ENVIRONMENT", VARIABLES)
    lines += [".SH FILES", _safe("Looks, agents and settings of your own: ~/.config/unplastic/")]
    return "\n".join(lines) + "\n"


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> list[str]:
    lines = [f".SH {title}"]
    for name, text in rows:
        lines += [".TP", f".B {_safe(name)}", _safe(text)]
    return lines


def _safe(text: str) -> str:
    """Text that man sets as it is: hyphens stay hyphens, no line begins with a control character."""
    plain = " ".join(text.replace("\\", "\\e").replace("-", "\\-").split())
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
