"""Prompts and looks: answered at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from mcp_types import CallToolResult
from pydantic import Field

from unplastic.mcp.answer import said
from unplastic.mcp.house import House

Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True)
class Words:
    """Tools for words."""

    house: House

    async def prompt(
        self,
        text: Text,
        model: Annotated[
            str, Field(max_length=60, description="Such as kling-v3 or seedance-2.0; empty for any.")
        ] = "",
        shot_size: Annotated[str, Field(max_length=5, description="ecu, cu, mcu, ms or ws.")] = "",
        surface: Annotated[str, Field(max_length=60)] = "",
        negative: Short = "",
        light: Short = "",
        identity: Short = "",
    ) -> CallToolResult:
        """Find the words that make plastic in a prompt, and write it again: texture, light, lens. Nothing is sent."""
        from unplastic.prompts import rewrite

        wishes: dict[str, Any] = {
            "shot_size": shot_size or None, "surface": surface or None, "negative": negative, "light": light,
            "identity": identity,
        }  # fmt: skip
        made = await self.house.at_once(lambda: rewrite(text, model or None, **wishes))
        lines = [made.text]
        lines += [f"negative prompt: {made.negative}"] if made.negative else []
        lines += [f"{each.code}: {each.text} ({each.why})" for each in made.before[:12]]
        return said("\n".join(lines), made.document())

    async def looks(
        self,
        name: Annotated[str, Field(max_length=300, description="A look to show; empty lists all.")] = "",
        adjust: Annotated[str, Field(max_length=300, description="Plain words: warmer, less grain.")] = "",
    ) -> CallToolResult:
        """List the looks, or show one with its values, adjusted in plain words if wanted."""
        from unplastic.looks import look, look_files
        from unplastic.looks.adjust import hint, turned

        if not name:
            found = [look(each) for each in look_files()]
            rows = [{"name": each.name, "intent": each.intent} for each in found]
            lines = [f"{each['name']}: {each['intent']}" for each in rows]
            return said("\n".join([*lines, hint()]), {"looks": rows, "words": hint()})
        chosen = self.house.roots.look(name)
        shown = look(turned(chosen, adjust) if adjust.strip() else chosen)
        values = {step.treatment: dict(step.values) for step in shown.steps}
        lines = [f"{shown.name}: {shown.intent}", *(f"{name}: {step}" for name, step in values.items())]
        return said("\n".join(lines), {"name": shown.name, "intent": shown.intent, "treatments": values})
