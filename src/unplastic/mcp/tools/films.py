"""Films: route, plan, run, status, verdicts, agents. Only ``run`` spends, and only with a person's budget token."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from unplastic.errors import FilmError, WorkError
from unplastic.mcp.answer import said
from unplastic.mcp.house import House
from unplastic.mcp.tools.clips import Wait
from unplastic.mcp.work import Piece, printed_json

Film = Annotated[str, Field(min_length=1, max_length=1000, description="A film.toml or its folder.")]
Name = Annotated[str, Field(max_length=60)]
SEEN = "To approve: where this person saw its worst passages at 1:1, in their words; never invented."
Rehearsal = Annotated[bool, Field(description="The books of the rehearsal.")]
Token = Annotated[str, Field(max_length=100, description="From: unplastic budget grant. Not needed to rehearse.")]


@dataclass(frozen=True)
class Films:
    """Tools for films."""

    house: House

    async def route(
        self,
        film: Annotated[str, Field(max_length=1000, description="A film; or empty, with surface.")] = "",
        surface: Annotated[str, Field(max_length=60, description="skin, hair, water ... instead of a film.")] = "",
        seconds: Annotated[float, Field(ge=1, le=60)] = 5.0,
        seed: int = 0,
    ) -> CallToolResult:
        """Say which model fits each shot of a film, or one surface, with numbers and reasons. Nothing is spent."""
        from unplastic.planning import routed

        if bool(film) == bool(surface):
            raise FilmError("give a film, or a surface", "not both")
        path = self.house.roots.film(film) if film else None
        found = await self.house.at_once(lambda: routed(path, surface=surface, seconds=seconds, seed=seed))
        lines = [f"{each.shot}: {each.why}" for each in found]
        return said("\n".join(lines), {"choices": [each.document() for each in found]})

    async def plan(self, film: Film, seed: int = 0) -> CallToolResult:
        """Plan a film: per shot prompt, model, reasons, price; what changed since takes were made. Spends nothing."""
        from unplastic.pipeline.entry import touched_by
        from unplastic.planning import planned

        path = self.house.roots.film(film)
        made = await self.house.at_once(lambda: planned(path, seed=seed))
        touched = await self.house.at_once(lambda: touched_by(path, made))
        total = f"{made.low_usd:.2f} to {made.high_usd:.2f} USD in all; nothing was spent"
        lines = [f"{each.choice.scene}/{each.choice.shot}: {each.choice.why}" for each in made.shots]
        lines += [each.words() for each in touched] + [f"! {each}" for each in made.warnings] + [total]
        return said("\n".join(lines), made.document() | {"touched": [each.document() for each in touched]})

    async def run(
        self,
        ctx: Context,
        film: Film,
        rehearse: Annotated[bool, Field(description="Against the rehearsal: no key, no cost.")] = False,
        shots: Annotated[list[Name], Field(max_length=200, description="Only these; all if empty.")] = [],  # noqa: B006
        again: Annotated[list[Name], Field(max_length=200, description="One more take of these.")] = [],  # noqa: B006
        redo: Literal["", "finish", "all"] = "",
        budget_token: Token = "",
        wait_s: Wait = 30.0,
    ) -> CallToolResult:
        """Take every shot of a film from prompt to review. SPENDS MONEY unless rehearsed: a person's budget token."""
        from unplastic.pipeline.grant import TOKEN, granted

        path, token = self.house.roots.film(film), budget_token or self.house.token
        if token or not rehearse:
            await self.house.at_once(lambda: granted(token))
        words = ["run", str(path), "--json", *(["--rehearse"] if rehearse else []), *(["--redo", redo] if redo else [])]
        words += [each for name in shots for each in ("--shot", name)]
        words += [each for name in again for each in ("--again", name)]

        def act(piece: Piece) -> None:
            code, text = self.house.works.by_command(piece, words, {TOKEN: token})
            told = printed_json(text)
            if not told:
                raise _why(piece, code)
            rows = [{key: each[key] for key in ("id", "status", "note", "usd")} for each in told["takes"]]
            lines = [f"{each['id']}: {each['status']} {each['note']}".rstrip() for each in rows]
            piece.document = {"takes": rows, "spent_usd": told["spent_usd"], "exit_code": code, "lines": lines}
            piece.files = {"status.json": text.encode()}

        return await self.house.begin(ctx, f"run {path.name}", act, wait_s)

    async def status(self, film: Film, rehearsal: Rehearsal = False) -> CallToolResult:
        """Say how a film stands: every take, what waits for a person, what was spent and by whom."""
        from unplastic.pipeline.entry import begun
        from unplastic.pipeline.status import State, state

        path = self.house.roots.film(film)

        def look() -> State:
            with begun(path, rehearsal=rehearsal) as (_, project, desk):
                return state(desk, project.id)

        told = await self.house.at_once(look)
        lines = [f"{each.id}: {each.status} {each.note}".rstrip() for each in told.takes]
        lines.append(f"{len(told.waiting)} wait for a person; {told.spent_usd:.2f} USD spent or reserved")
        return said("\n".join(lines), told.document())

    async def verdict(
        self,
        film: Film,
        take: Annotated[str, Field(min_length=1, max_length=200, description="A shot, or SCENE/SHOT/tkNN.")],
        kind: Literal["approve", "fix", "reject", "undo"],
        reason: Annotated[str, Field(max_length=2000, description="Needed to reject.")] = "",
        who: Annotated[str, Field(max_length=60, description="The person who decided.")] = "",
        seen: Annotated[str, Field(max_length=200, description=SEEN)] = "",
        rehearsal: Rehearsal = False,
    ) -> CallToolResult:
        """Write down a person's verdict on a take in review, with the name and that it came by MCP.

        To approve, its worst passages must have been played to that person on the review page, or seen elsewhere.
        """
        from unplastic.pipeline.entry import begun, find
        from unplastic.pipeline.gate import Eyes
        from unplastic.pipeline.verdict import say

        path = self.house.roots.film(film)
        if kind == "approve" and not who.strip():
            raise WorkError("an approval needs the person's name", "give who: whoever saw it and approves it")

        def judge() -> dict[str, Any]:
            with begun(path, rehearsal=rehearsal) as (_, project, desk):
                found = find(desk, project.id, take)
                signed, eyes = f"{who or 'nobody named'} (MCP)", Eyes(who, "", seen)
                changed, jobs = say(desk, found, kind, reason=reason, who=signed, eyes=eyes)
            return {"take": changed.id, "status": str(changed.status), "begins": [each.agent for each in jobs]}

        told = await self.house.at_once(judge)
        begins = f"; {', '.join(told['begins'])} begin with the next run" if told["begins"] else ""
        return said(f"{told['take']}: {told['status']}{begins}", told)

    async def agents(
        self,
        film: Annotated[str, Field(max_length=1000, description="On this film; or empty, for all.")] = "",
        name: Name = "",
        action: Literal["list", "show", "log", "pause", "resume", "draft"] = "list",
        in_words: Annotated[str, Field(max_length=2000, description="With draft: what the agent does.")] = "",
        rehearsal: Rehearsal = False,
    ) -> CallToolResult:
        """List agents, show one, read its log, let it rest or work; or draft one in plain words for a person."""
        if action == "draft":
            return await self._draft(name, in_words)
        path = self.house.roots.film(film) if film else None
        return await self.house.at_once(lambda: _agents(path, name, action, rehearsal))

    async def _draft(self, name: str, words: str) -> CallToolResult:
        from unplastic.pipeline.spoken import spoken

        made = await self.house.at_once(lambda: spoken(name or "New Agent", words))
        command = f"unplastic agents new {made.agent.name!r} --in-words {words!r}"
        text = "\n".join([made.agent.toml(), *made.notes, f"Nothing was written. A person makes it: {command}"])
        return said(text, {"toml": made.agent.toml(), "notes": list(made.notes), "command": command})


def _agents(path: Any, name: str, action: str, rehearsal: bool) -> CallToolResult:
    from unplastic.pipeline.agent import known, named
    from unplastic.pipeline.entry import begun
    from unplastic.pipeline.status import state

    if path is None:
        if action in {"log", "pause", "resume"}:
            raise WorkError(f"{action} needs a film", "give film as well")
        found = known()
        rows = [named(name, found)] if action == "show" else list(found.values())
        document = {"agents": [each.model_dump() for each in rows]}
        return said(
            "\n".join(each.toml() if action == "show" else f"{each.name}: {each.mandate}" for each in rows), document
        )
    with begun(path, rehearsal=rehearsal) as (_, project, desk):
        if action == "list":
            rows = state(desk, project.id).agents
            lines = [
                f"{each.name}: {each.in_hand} in hand, {each.waiting} waiting, {each.usd:.2f} USD" for each in rows
            ]
            return said("\n".join(lines), {"agents": [asdict(each) for each in rows]})
        agent = named(name, known(project.folder))
        if action in {"pause", "resume"}:
            desk.tables.pause(project.id, agent.name, paused=action == "pause")
        entries = [
            f"{each.take or 'film'}  {each.kind}: {each.text}" for each in desk.tables.entries(project.id, agent.name)
        ]
        paused = agent.name in desk.tables.paused(project.id)
    head = agent.toml() if action == "show" else f"{agent.name} {'rests' if paused else 'works'}"
    return said(
        "\n".join([head, *entries[-20:]]), {"agent": agent.model_dump(), "paused": paused, "log": entries[-200:]}
    )


def _why(piece: Piece, code: int) -> WorkError:
    """The two lines that the command wrote, as they were."""
    lines = [each for each in piece.said if each.startswith(("error:", "do:"))]
    what = next((each.removeprefix("error:").strip() for each in reversed(lines) if each.startswith("error:")), "")
    hint = next((each.removeprefix("do:").strip() for each in reversed(lines) if each.startswith("do:")), "")
    said_last = piece.said[-1] if piece.said else f"it ended with {code}"
    return WorkError(what or said_last, hint or "unplastic run FILM shows what happens")
