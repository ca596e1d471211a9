"""The reference pages of the docs, written from the code: ``python -m unplastic.cli.pages docs/reference``.

Verbs, looks and what adjusts them, treatments, measures, guards, stages and the phrases of agents, the MCP server's
tools, and every error. A test fails when a page is not what this writes.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

NOTE = "<!-- written by python -m unplastic.cli.pages: change the code, then make reference -->"


def pages() -> Mapping[str, str]:
    """Every page by its file's name."""
    makers = {
        "verbs.md": _verbs, "looks.md": _looks, "treatments.md": _treatments, "measures.md": _measures,
        "agents.md": _agents, "errors.md": _errors, "mcp.md": _mcp, "environment.md": _environment,
    }  # fmt: skip
    return {name: f"{NOTE}\n\n{make().strip()}\n" for name, make in makers.items()}


def write(folder: Path) -> list[Path]:
    """Write all of them into ``folder``; those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _verbs() -> str:
    from unplastic.cli.tree import verbs

    parts = ["# Every verb", "", "`--json` everywhere prints one JSON document on stdout; all else goes to stderr.", ""]
    for verb in verbs():
        parts += [f"## `unplastic {' '.join(verb.words)}`", "", verb.help, "", "```", verb.usage, "```", ""]
        rows = [(f"`{name}`", text, "") for name, text in verb.arguments]
        rows += [(f"`{', '.join(each.names)}{' ' + each.value if each.value else ''}`", each.help, each.default)
                 for each in verb.options]  # fmt: skip
        parts += [*_table(("", "what it does", "default"), rows), ""] if rows else []
    return "\n".join(parts)


def _looks() -> str:
    from importlib import resources

    from unplastic.looks import look
    from unplastic.looks.adjust import adjustments

    folder = Path(str(resources.files("unplastic"))) / "data" / "looks"
    shipped = [look(str(path)) for path in sorted(folder.glob("*.toml"))]
    parts = ["# Looks and what adjusts them", "", "## Looks", ""]
    parts += _table(("look", "intent", "where its values come from"),
                    [(f"`{each.name}`", each.intent, f"{each.source} ({each.date})") for each in shipped])  # fmt: skip
    words = (
        "Behind a plus in a look's name, or in plain words where a look is adjusted. `slightly-` is half a step, "
        "`much-` is two; `more-like-LOOK` goes half of the way to another look."
    )
    parts += ["", "## Words", "", words, ""]
    rows = []
    for each in adjustments().values():
        moves = [f"{name} {step:+g}" for name, step in each.add.items()]
        moves += [f"{name} × {step:g}" for name, step in each.times.items()]
        moves += [f"{name} = {value:g}" for name, value in each.set.items()]
        rows.append((f"`{each.key}`", f"{each.treatment}: {', '.join(moves)}", ", ".join(each.also)))
    return "\n".join([*parts, *_table(("word", "one step", "also understood"), rows)])


def _treatments() -> str:
    from unplastic.parameter import parameters
    from unplastic.registry import members

    same = "A look's keys, `--set`, ComfyUI's sliders and this table are the same declarations."
    parts = ["# Treatments", "", f"In the order in which they act. {same}", ""]
    for kind in sorted(members("treat", outside=False).values(), key=lambda each: each.order):  # type: ignore[attr-defined]
        parts += [f"## `{kind.name}`", "", _first(kind), ""]  # type: ignore[attr-defined]
        rows = [(f"`{each.name}`", each.meaning, _value(each.default), _interval(each.low, each.high))
                for each in parameters(kind)]  # fmt: skip
        parts += [*_table(("parameter", "meaning", "default", "from, to"), rows), ""]
    return "\n".join(parts)


def _measures() -> str:
    from unplastic.registry import members
    from unplastic.report.words import GROUPS, WORDS

    parts = [
        "# Measures and readings",
        "",
        "What each reading is exactly, with units, stands in [Readings](../readings.md).",
        "",
    ]
    rows = [(f"`{name}`", _first(kind)) for name, kind in members("measure", outside=False).items()]
    parts += ["## Measures", "", *_table(("measure", "what it looks at"), rows), ""]
    for group in GROUPS:
        found = [(f"`{name}`", each.label, each.meaning, {"higher": "higher is worse", "lower": "lower is worse"}
                  .get(each.worse, "")) for name, each in WORDS.items() if each.group == group]  # fmt: skip
        if found:
            parts += [f"## {group}", "", *_table(("reading", "called", "meaning", ""), found), ""]
    rows = [(f"`{name}`", _first(kind)) for name, kind in members("guards", outside=False).items()]
    return "\n".join([*parts, "## Guard-rails", "", *_table(("guard", "what must not get worse"), rows)])


def _agents() -> str:
    from unplastic.pipeline.spoken import phrases
    from unplastic.pipeline.take import EVENTS
    from unplastic.registry import members

    parts = ["# Agents, stages and phrases", "", "## Shipped agents", ""]
    parts += _table(("agent", "waits for", "does", "mandate"), [
        (each.name, f"`{each.when}`", " → ".join(str(step["stage"]) for step in each.do), each.mandate)
        for each in _shipped()
    ])  # fmt: skip
    parts += [
        "",
        f"An agent waits for {', '.join(f'`{each}`' for each in EVENTS[:-1])}, or `daily HH:MM`.",
        "",
        "## Stages",
        "",
    ]
    for name, kind in members("pipeline.stages", outside=False).items():
        parts += [f"### `{name}`", "", _first(sys.modules[kind.__module__]), ""]
        rows = [(f"`{each.name}`", _value(None if each.default is MISSING else each.default))
                for each in fields(kind)]  # type: ignore[arg-type]  # fmt: skip
        parts += [_plain(inspect.getdoc(kind) or ""), "", *(_table(("parameter", "default"), rows) if rows else []), ""]
    rows = [(_plain(each.says), each.what if not each.stage or each.what == "without" else f"stage `{each.stage}`")
            for each in phrases()]  # fmt: skip
    parts += [
        "## What `--in-words` understands",
        "",
        "Beside looks and their adjustments. A word that is not known stops it.",
        "",
    ]
    return "\n".join([*parts, *_table(("such as", "about"), rows)])


def _errors() -> str:
    from unplastic import errors

    tree = inspect.getdoc(errors) or ""
    codes = (
        "The exit code is 1; anything outside this tree is our fault: it is logged in full, and the exit code is 70."
    )
    parts = ["# Every error", "", f"Two lines: what happened, what to do. {codes}", ""]
    said = dict(re.findall(r"[├└]── (\w+)\s+(.+)", tree))
    for name, kind in vars(errors).items():
        if not (inspect.isclass(kind) and issubclass(kind, Exception)):
            continue
        parents = [each.__name__ for each in kind.__mro__[1:] if each.__name__ in vars(errors)]
        depth = len(parents)
        text = said.get(name) or _first(kind)
        parts.append(f'{"    " * depth}- <a id="{name.lower()}"></a>**{name}**: {text.rstrip(".")}')
    return "\n".join(_nested(parts))


def _nested(lines: list[str]) -> list[str]:
    """Children right below their parents: the file lists them level by level."""
    from unplastic import errors

    head, rows = lines[:4], lines[4:]
    by_name = {re.sub(r".*\*\*(\w+)\*\*.*", r"\1", row, flags=re.DOTALL): row for row in rows}

    def below(name: str) -> Iterable[str]:
        yield by_name[name]
        for other in by_name:
            if getattr(errors, other).__base__.__name__ == name:
                yield from below(other)

    return [*head, *below("UnplasticError")]


def _mcp() -> str:
    import asyncio
    import tempfile

    from unplastic.mcp.server import opened

    with tempfile.TemporaryDirectory() as folder, opened([Path(folder)]) as server:
        tools = asyncio.run(server.list_tools())
    parts = ["# Tools of the MCP server", "", "How to connect, and what a stranger may do: [MCP](../mcp.md).", ""]
    for tool in tools:
        parts += [f"## `{tool.name}`", "", _plain(tool.description or ""), ""]
        properties = tool.input_schema.get("properties", {})
        needed = set(tool.input_schema.get("required", ()))
        rows = [(f"`{name}`{' (needed)' if name in needed else ''}", each.get("description", ""), _form(each),
                 _value(each.get("default"))) for name, each in properties.items()]  # fmt: skip
        parts += [*(_table(("", "what it is", "form", "default"), rows) if rows else []), ""]
    return "\n".join(parts)


def _environment() -> str:
    from unplastic.cli.man import CODES, VARIABLES
    from unplastic.registry import members

    parts = [
        "# Environment, keys and exit codes",
        "",
        *_table(("variable", "what it does"), [(f"`{a}`", b) for a, b in VARIABLES]),
    ]
    rows = []
    for kind in members("providers", outside=False).values():
        one: Any = kind
        rows.append(
            (one.title, " or ".join(" + ".join(f"`{key}`" for key in way) for way in one.key_names), one.key_from)
        )
    parts += ["", "## Keys of services", "", *_table(("service", "key", "made at"), rows)]
    return "\n".join([*parts, "", "## Exit codes", "", *_table(("code", "meaning"), CODES)])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _first(thing: Any) -> str:
    return _plain((inspect.getdoc(thing) or "").split("\n\n")[0])


def _value(value: Any) -> str:
    if value is None or value == "" or (isinstance(value, tuple | list | dict) and not value):
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g}, {high:g}"


def _form(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_form(each) for each in schema["anyOf"] if each.get("type") != "null")
    ends = [f"{word} {schema[key]:g}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([schema.get("type", ""), *ends])


def _shipped() -> list[Any]:
    """The agents that come with unplastic, whatever the user has of their own."""
    from importlib import resources

    from unplastic.pipeline.agent import read

    folder = Path(str(resources.files("unplastic"))) / "data" / "agents"
    return [read(path) for path in sorted(folder.glob("*.toml"))]


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")):
        print(path)
