"""Named agents: a name, what it waits for, its mandate in words, and the stages it does, in TOML.

name = "Upscale Artist"
when = "clip.finished"
mandate = "Every finished clip leaves at full size and reads like camera footage."

[limits]
usd_per_day = 20

[[do]]
stage = "upscale"
by = ["astra", "lanczos"]

[[do]]
stage = "finish"

Shipped ones are in ``data/agents``; one of the same name in the user's configuration folder or in the film's ``agents``
folder takes its place.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from unplastic.errors import AgentError, UnplasticError
from unplastic.pipeline.stage import Stage
from unplastic.pipeline.take import EVENTS
from unplastic.registry import member
from unplastic.shot import Words
from unplastic.slip import of_syntax, of_values

DAILY = re.compile(r"daily ([01]\d|2[0-3]):([0-5]\d)")
ROOM = "pipeline.stages"


class Limits(BaseModel):
    """What an agent may do at once, and spend on a film: in all, and on one day of UTC, in US dollars."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: int | None = Field(default=None, ge=1, le=1000)
    usd: float | None = Field(default=None, ge=0)
    usd_per_day: float | None = Field(default=None, ge=0)


class Agent(BaseModel):
    """One agent. ``when`` is an event, or "daily 18:00" in this machine's time; ``do`` its stages in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", max_length=60)]
    when: str
    mandate: Words
    do: tuple[dict[str, Any], ...] = Field(min_length=1)
    limits: Limits = Limits()

    @property
    def slug(self) -> str:
        """Its name in file and queue names: ``upscale-artist``."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def is_daily(self) -> bool:
        """Whether it works by the clock."""
        return DAILY.fullmatch(self.when) is not None

    def stages(self) -> tuple[Stage, ...]:
        """Its stages with their parameters. Raises `AgentError` for a stage or a parameter that is none."""
        return tuple(_stage(self.name, step) for step in self.do)

    def toml(self) -> str:
        """The agent as TOML; `parse` gives it back."""
        import tomlkit

        document: dict[str, Any] = {"name": self.name, "when": self.when, "mandate": self.mandate}
        limits = self.limits.model_dump(exclude_none=True)
        return tomlkit.dumps(
            document | ({"limits": limits} if limits else {}) | {"do": [dict(each) for each in self.do]}
        )

    def digest(self) -> str:
        """What tells one version from another: sha256 of its words."""
        return hashlib.sha256(self.toml().encode()).hexdigest()


def parse(text: str, where: str) -> Agent:
    """The agent in ``text``. Raises `AgentError` for what is no TOML, unknown keys, events, stages and parameters."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise AgentError(of_syntax(where, trouble), "mend that line; docs/engine.md shows an agent") from None
    try:
        agent = Agent(**table)
    except ValidationError as wrong:
        said, hint = of_values(where, text, wrong, {"": Agent, "limits": Limits})
        raise AgentError(said, hint or "docs/engine.md shows an agent") from None
    if agent.when not in EVENTS[:-1] and not agent.is_daily:
        near = get_close_matches(agent.when, EVENTS, n=1)
        known = f"known: {', '.join(EVENTS[:-1])}, daily HH:MM"
        raise AgentError(
            f"{where}: nothing is called {agent.when!r}", f"did you mean {near[0]}? {known}" if near else known
        )
    agent.stages()
    return agent


def read(path: Path) -> Agent:
    """The agent in a file; raises `AgentError`."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as trouble:
        raise AgentError(f"{path} cannot be read: {trouble}", "make it a readable UTF-8 file") from None


def known(film: Path | None = None) -> dict[str, Agent]:
    """Every agent by name: shipped, the user's, then those in the film's own ``agents`` folder."""
    found: dict[str, Agent] = {}
    for folder in _folders(film):
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            agent = read(path)
            found[agent.name] = agent
    return found


def named(name: str, agents: Mapping[str, Agent]) -> Agent:
    """The agent of that name, in any case; raises `AgentError` with the nearest."""
    lower = {each.lower(): each for each in agents}
    if name.lower() in lower:
        return agents[lower[name.lower()]]
    near = get_close_matches(name, agents, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(agents)}"
    raise AgentError(f"no agent is called {name!r}", hint)


def write(agent: Agent, folder: Path, *, overwrite: bool = False) -> Path:
    """Put a new agent into ``folder``; raises `AgentError` where one of its name is."""
    path = folder / f"{agent.slug}.toml"
    if path.exists() and not overwrite:
        raise AgentError(f"{path} is there", "choose another name, or change that file")
    folder.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.part")
    aside.write_text(agent.toml(), encoding="utf-8")
    aside.replace(path)
    return path


def user_folder() -> Path:
    """Where the user's own agents are, for every film."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "unplastic" / "agents"


def step_of(words: str) -> dict[str, Any]:
    """A step from words such as ``finish look=fine-16mm strength=0.8``; raises `AgentError`."""
    stage, *rest = words.split()
    step: dict[str, Any] = {"stage": stage}
    for each in rest:
        key, is_pair, value = each.partition("=")
        if not is_pair:
            raise AgentError(f"{each!r} is no parameter", "write --do 'STAGE key=value'")
        step[key] = _value(value)
    return step


def _value(text: str) -> Any:
    if "," in text:
        return [_value(each) for each in text.split(",")]
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _folders(film: Path | None) -> Sequence[Path]:
    shipped = Path(str(resources.files("unplastic"))) / "data" / "agents"
    return [shipped, user_folder(), *([film / "agents"] if film else [])]


def _stage(agent: str, step: Mapping[str, Any]) -> Stage:
    name = str(step.get("stage") or "")
    key, hint = "", "unplastic agents stages lists their parameters"
    try:
        kind: Any = member(ROOM, name)
        types = {each.name: get_type_hints(kind)[each.name] for each in fields(kind)}
        given: dict[str, Any] = {}
        for key, value in step.items():
            if key == "stage":
                continue
            if key not in types:
                near = get_close_matches(key, types, n=1)
                nearest = f"did you mean {near[0]}?" if near else f"known: {', '.join(types) or 'none'}"
                raise AgentError(f"{agent}: the stage {name} has no {key!r}", nearest)
            as_given = tuple(value) if isinstance(value, list) else value
            given[key] = TypeAdapter(types[key]).validate_python(as_given, strict=True)
        return kind(**given)
    except AgentError:
        raise
    except UnplasticError as wrong:
        raise AgentError(f"{agent}: {wrong.message}", wrong.hint) from None
    except ValidationError as wrong:
        said = wrong.errors()[0]["msg"]
        raise AgentError(f"{agent}: {key} of the stage {name}: {said[:1].lower()}{said[1:]}", hint) from None
    except (TypeError, ValueError) as wrong:
        raise AgentError(f"{agent}: the stage {name}: {wrong}", hint) from None
