"""The command line as data: every verb with its arguments and options, for completion, the manual and the docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``names`` are its spellings, ``value`` the word for what follows it; empty for a switch."""

    names: tuple[str, ...]
    value: str
    help: str
    default: str

    @property
    def is_path(self) -> bool:
        """Whether a file or a folder follows."""
        return self.value in {"FILE", "DIR", "FILM", "PATH", "PLATE", "SET", "REPORT.json"}


@dataclass(frozen=True, slots=True)
class Verb:
    """One command. ``words`` is how it is called; ``arguments`` are its (name, help) in order."""

    words: tuple[str, ...]
    help: str
    arguments: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    verbs: tuple[str, ...] = ()

    @property
    def brief(self) -> str:
        """The first sentence."""
        return self.help.split("\n", 1)[0].strip()

    @property
    def usage(self) -> str:
        """One line."""
        kinds = " VERB" if self.verbs else ""
        arguments = "".join(f" {name}" for name, _ in self.arguments)
        return f"unplastic {' '.join(self.words)}{kinds}{' [OPTIONS]' if self.options else ''}{arguments}"


def verbs() -> tuple[Verb, ...]:
    """Every command, groups before their own, in the order of the day's work."""
    from typer.main import get_command

    from unplastic.cli.app import app

    return tuple(_walk(get_command(app), ()))[1:]


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[Verb]:
    below = dict(getattr(command, "commands", {}))
    yield _verb(command, words, tuple(below))
    for name, each in below.items():
        yield from _walk(each, (*words, name))


def _verb(command: Any, words: tuple[str, ...], below: tuple[str, ...]) -> Verb:
    arguments, options = [], []
    for each in command.params:
        if getattr(each, "hidden", False) or each.name == "help":
            continue
        if each.param_type_name == "argument":
            arguments.append((each.metavar or each.name.upper(), each.help or ""))
        else:
            options.append(_option(each))
    return Verb(words, (command.help or "").strip(), tuple(arguments), tuple(options), below)


def _option(each: Any) -> Option:
    is_switch = bool(getattr(each, "is_flag", False))
    value = "" if is_switch else (each.metavar or _kind(each))
    default = "" if is_switch or each.default in (None, "", [], ()) else str(each.default)
    names = sorted(
        (*each.opts, *each.secondary_opts), key=lambda name: (name.startswith("--"), name.startswith("--no-"))
    )
    return Option(tuple(names), value, each.help or "", default)


def _kind(each: Any) -> str:
    kind = str(each.type_descriptor)
    for part, word in (("Path", "PATH"), ("int", "NUMBER"), ("float", "NUMBER")):
        if part in kind:
            return word
    return "TEXT"
