"""Where in a TOML text a value stands: the parser gives values without their lines, and a person needs the line.

`places` walks the text once and knows tables, arrays of tables, keys, strings over several lines and brackets. It is
only ever asked about a text that the parser took.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import TypeAlias

Location: TypeAlias = tuple[str | int, ...]
"""The way to a value: names of keys, and numbers, from 0, in arrays of tables."""
Place: TypeAlias = tuple[int, int]
"""Line and column, from 1."""

OPEN = re.compile(r"\s*(\[\[?)")
NAME = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
QUOTES = ('"""', "'''", '"', "'")


def place_of(text: str, location: Sequence[str | int]) -> Place:
    """Where the value at ``location`` stands, or the nearest thing around it that has a line of its own."""
    known = places(text)
    for length in range(len(location), -1, -1):
        found = known.get(tuple(location[:length]))
        if found:
            return found
    return 1, 1


def places(text: str) -> dict[Location, Place]:
    """Every table's and key's place by its location."""
    found: dict[Location, Place] = {}
    tables: dict[Location, int] = {}
    here: Location = ()
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        header, at = OPEN.match(line), start + len(line) - len(line.lstrip())
        names, width = _names(line, header.end() if header else 0, "]" if header else "=")
        if header:
            here = _table(names, tables, is_many=header[1] == "[[")
            found.setdefault(here, _place(text, at))
        elif names:
            for length in range(1, len(names) + 1):
                found.setdefault((*here, *names[:length]), _place(text, at))
            end = _end_of_value(text, start + width)
        start = end + 1
    return found


def _table(names: Sequence[str], tables: dict[Location, int], *, is_many: bool) -> Location:
    """The location of a header; an array of tables gets its next number."""
    here: Location = ()
    for position, name in enumerate(names):
        here = (*here, name)
        if is_many and position == len(names) - 1:
            tables[here] = tables.get(here, -1) + 1
        if here in tables:
            here = (*here, tables[here])
    return here


def _names(line: str, at: int, end: str) -> tuple[list[str], int]:
    """The names of a (dotted) key that ``end`` follows, and what comes after that; none where there is no such key."""
    names = []
    while match := NAME.match(line, at):
        quoted, literal, bare = match.groups()
        if quoted is not None and "\\" in quoted:
            quoted = next(iter(tomllib.loads(f'"{quoted}" = 0')), quoted)
        names.append(next(each for each in (quoted, literal, bare) if each is not None))
        at = match.end()
        if line[at : at + 1] == end:
            return names, at + 1
        if line[at : at + 1] != ".":
            break
        at += 1
    return [], 0


def _end_of_value(text: str, at: int) -> int:
    """The end of the line on which the value that begins at ``at`` ends."""
    depth = 0
    while at < len(text):
        quote = next((each for each in QUOTES if text.startswith(each, at)), "")
        if quote:
            at = _after_string(text, at + len(quote), quote)
            continue
        letter = text[at]
        if letter == "#":
            at = text.find("\n", at)
            if at < 0:
                return len(text)
            continue
        depth += (letter in "[{") - (letter in "]}")
        if letter == "\n" and depth <= 0:
            return at
        at += 1
    return len(text)


def _after_string(text: str, at: int, quote: str) -> int:
    while at < len(text):
        if text[at] == "\\" and quote[0] == '"':
            at += 2
        elif text.startswith(quote, at):
            at += len(quote)
            while len(quote) == 3 and text[at : at + 1] == quote[0]:  # up to two quotes may stand before the last three
                at += 1
            return at
        else:
            at += 1
    return at


def _place(text: str, at: int) -> Place:
    line = text.count("\n", 0, at) + 1
    return line, at - (text.rfind("\n", 0, at) + 1) + 1
