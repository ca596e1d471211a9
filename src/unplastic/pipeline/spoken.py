"""An agent in plain words: "send every finished clip through Astra first, then fine 35 mm grain, slightly warmer".

A grammar of phrases (data) turns the words into the same TOML that flags make; it runs offline and guesses nothing: a
word that it does not know stops it, and is named. The rest can be asked of a language model (`asked`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from unplastic.errors import WordsError
from unplastic.looks import look_files
from unplastic.looks.adjust import heard_in, plain
from unplastic.pipeline.agent import Agent, parse

SIZES = {"4k": "2160p", "uhd": "2160p", "hd": "1080p", "full hd": "1080p", "twice its size": "2x"}
MASTERS = {"prores 4444": "prores4444", "h264": "h264", "h.264": "h264", "h.265": "hevc", "h265": "hevc"}
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
WAITS_FOR = {
    "upscale": "clip.finished", "finish": "clip.finished", "measure": "clip.finished", "review": "clip.finished",
    "export": "shot.approved", "continuity": "take.measured", "dailies": "daily 18:00", "prompt": "shot.wanted",
    "route": "shot.written", "references": "shot.written", "generate": "shot.written",
}  # fmt: skip
"""What an agent waits for when the words do not say: what its first stage can work on."""

DEFAULT_LOOK = "fine-35mm"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One row of the grammar."""

    what: str
    find: str
    says: str
    stage: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An agent out of words, and what was decided beside them, for the person who confirms it."""

    agent: Agent
    notes: tuple[str, ...]


@dataclass
class _Draft:
    """What was heard so far; steps by the place where they were said."""

    when: str = ""
    steps: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    finish: dict[str, Any] = field(default_factory=dict)
    look: str = ""
    adjust: list[str] = field(default_factory=list)
    look_at: int | None = None
    without: set[str] = field(default_factory=set)
    limits: dict[str, Any] = field(default_factory=dict)


@cache
def phrases() -> tuple[Phrase, ...]:
    """The grammar, in the order in which it is read."""
    return tuple(Phrase(**row) for row in _table()["phrase"])


def fillers() -> frozenset[str]:
    """Words that may stand around what is meant without meaning more."""
    return frozenset(_table()["fillers"].split())


@cache
def _table() -> dict[str, Any]:
    text = (resources.files("unplastic") / "data" / "words" / "agents.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def spoken(name: str, words: str) -> Spoken:
    """The agent ``name`` that ``words`` describe.

    Raises `WordsError` naming the words that nobody here knows, `AgentError` for a name that cannot be one.
    """
    draft = _Draft()
    left = _hear_looks(draft, _hear(draft, _hear(draft, plain(words), "when", leave=" it "), "", leave=" "))
    unknown = [word for word in re.findall(r"[^\W_][\w'.-]*", left) if word.strip("'.-") not in fillers()]
    if unknown:
        raise WordsError(f"not understood: {', '.join(dict.fromkeys(unknown))}", understood())
    steps, notes = _steps(draft)
    if not steps:
        raise WordsError("nothing to do was said", understood())
    when = draft.when or WAITS_FOR[steps[0]["stage"]]
    if not draft.when:
        notes.append(f"it waits for {when}, since nothing else was said")
    table = Agent.model_construct(name=name, when=when, mandate=words.strip(), do=tuple(steps))
    text = table.model_copy(update={"limits": Agent.model_fields["limits"].default.model_copy(update=draft.limits)})
    return Spoken(parse(text.toml(), name), tuple(notes))


def understood() -> str:
    """What the grammar knows, in one line."""
    said = "; ".join(each.says for each in phrases())
    return f"understood: {said}; a look ({', '.join(look_files())}), warmer, less grain, more like 16 mm ..."


def _hear(draft: _Draft, text: str, what: str, *, leave: str) -> str:
    """Enter every phrase of a kind (all kinds but "when" for ""), the longest first where several begin.

    What is left is the text with ``leave`` in the place of each: "upscale every new clip to 4K" is "upscale it to 4K"
    once it is known when. A blank keeps its length, so that places in the text stay in order.
    """
    rows = [each for each in phrases() if (each.what == "when") == (what == "when")]
    found = [(match, row) for row in rows for match in re.finditer(rf"(?<![\w.-])(?:{row.find})(?![\w-])", text)]
    found = [(match, row) for match, row in found if match[0].strip()]
    found.sort(key=lambda pair: (-len(pair[0][0].strip()), pair[0].start()))
    taken = [False] * len(text)
    kept: list[tuple[re.Match[str], Phrase]] = []
    for match, row in found:
        if not any(taken[match.start() : match.end()]):
            taken[match.start() : match.end()] = [True] * len(match[0])
            kept.append((match, row))
    kept.sort(key=lambda pair: pair[0].start())
    for match, row in kept:
        _enter(draft, match, row)
    for match, _ in reversed(kept):
        gone = leave if leave.strip() else " " * len(match[0])
        text = text[: match.start()] + gone + text[match.end() :]
    return " ".join(text.split()) if leave.strip() else text


def _enter(draft: _Draft, match: re.Match[str], phrase: Phrase) -> None:
    said = {key: value for key, value in match.groupdict().items() if value}
    if phrase.what == "when":
        when = _daily(said) if "hour" in said else str(phrase.set["when"])
        if draft.when and draft.when != when:
            raise WordsError(f"it waits for {draft.when} and for {when}", "say one, and make two agents")
        draft.when = when
    elif phrase.what == "stage":
        draft.steps.append((match.start(), phrase.stage, {**phrase.set, **_parameters(said)}))
    elif phrase.what == "limit":
        draft.limits |= _limit(said)
    elif phrase.what == "without" and phrase.stage:
        draft.without.add(phrase.stage)
    else:
        draft.finish |= {**phrase.set, **_parameters(said)}


def _hear_looks(draft: _Draft, text: str) -> str:
    """The look that is named, and what is said of it; "35 mm" alone is the fine one."""
    start = len(text)
    draft.adjust, left = heard_in(text)
    start = next((at for at, (a, b) in enumerate(zip(text, left, strict=True)) if a != b), start)
    for pattern, name in _look_patterns():
        match = re.search(pattern, left)
        if match:
            draft.look = draft.look or name
            start = min(start, match.start())
            left = left[: match.start()] + " " * len(match[0]) + left[match.end() :]
            break
    if draft.look or draft.adjust:
        draft.look_at = start
    return left


def _look_patterns() -> Iterator[tuple[str, str]]:
    names = sorted(look_files(), key=len, reverse=True)
    for name in names:
        yield rf"\b{re.escape(name.lower()).replace(chr(92) + '-', '[ -]')}(?: film)?(?: grain| look| stock)?\b", name
    yield r"\b35mm(?: film)?(?: grain| look| stock)?\b", DEFAULT_LOOK


def _steps(draft: _Draft) -> tuple[list[dict[str, Any]], list[str]]:
    """The steps in the order in which they were said; all that concerns the finish in one."""
    notes: list[str] = []
    rows: dict[str, tuple[int, dict[str, Any]]] = {}
    for at, stage, values in sorted(draft.steps, key=lambda row: row[0]):
        first = rows.get(stage, (at, {}))
        rows[stage] = (first[0], {**first[1], **values})
    wants_finish = draft.look_at is not None or bool(draft.finish)
    if wants_finish and "finish" not in rows:
        rows["finish"] = (
            draft.look_at if draft.look_at is not None else len(rows) and max(a for a, _ in rows.values()) + 1,
            {},
        )
    steps = [{"stage": stage, **values} for stage, (_, values) in sorted(rows.items(), key=lambda row: row[1][0])]
    for step in (each for each in steps if each["stage"] == "finish"):
        step.update(draft.finish)
        if draft.look or draft.adjust:
            step["look"] = "+".join([draft.look or DEFAULT_LOOK, *draft.adjust])
    names = [step["stage"] for step in steps]
    if "finish" in names and draft.when in {"", "clip.finished"}:
        for stage in ("measure", "review"):
            if stage not in names and stage not in draft.without:
                steps.append({"stage": stage})
                notes.append(f"then {stage}, as every finish here does; say 'without {stage}' to leave it out"
                             .replace("without measure", "do not measure"))  # fmt: skip
    return [step for step in steps if step["stage"] not in draft.without], notes


def _parameters(said: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "size" in said:
        found["size"] = SIZES.get(said["size"], said["size"])
    if "by" in said:
        found["by"] = ["lanczos"] if said["by"] == "lanczos" else ["neural"]
    if "to" in said:
        found["to"] = said["to"].rstrip(".,")
    if "hold" in said:
        found["hold"] = "worst"
    if "percent" in said:
        found["strength"] = int(said["percent"]) / 100
    if "master" in said:
        found["master"] = MASTERS.get(said["master"], said["master"].replace(" ", ""))
    return found


def _daily(said: Mapping[str, str]) -> str:
    hour = (
        int(said["hour"]) % 12 + 12 * (said["half"] == "pm") if said.get("half") in {"am", "pm"} else int(said["hour"])
    )
    if hour > 23 or int(said.get("minute", 0)) > 59:
        raise WordsError(f"there is no {hour}:{said.get('minute', '00')} on a day", "say 'every day at 18:00'")
    return f"daily {hour:02d}:{int(said.get('minute', 0)):02d}"


def _limit(said: Mapping[str, str]) -> dict[str, Any]:
    if "count" in said:
        return {"at_once": COUNTS.get(said["count"]) or int(said["count"])}
    usd = float(said.get("usd") or said["usd2"])
    return {"usd_per_day" if "day" in said.get("per", "") or "daily" in said.get("per", "") else "usd": usd}
