"""Measure, compare and finish clips: long work, behind a handle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from unplastic.mcp.answer import short
from unplastic.mcp.craft import compared, finished, measured
from unplastic.mcp.house import House
from unplastic.mcp.work import Piece

Clip = Annotated[str, Field(min_length=1, max_length=1000, description="Path of a clip inside the allowed folders.")]
Wait = Annotated[float, Field(ge=0, le=600, description="Seconds to wait before a handle is given instead.")]
Size = Annotated[str, Field(max_length=10, description="1080p, 2160p, 2x or off; comes first.")]
Words = Annotated[str, Field(max_length=300, description="The look in plain words: slightly warmer, less grain.")]
Strength = Annotated[float, Field(ge=0, le=1, description="0 changes nothing, 1 is the look as written.")]
Master = Literal["prores", "prores4444", "dnxhr", "h264", "hevc", "av1", "ffv1"]
Pins = Annotated[
    dict[str, float], Field(max_length=40, description='Numbers to pin, such as {"grain.sigma_codes8": 1.5}.')
]


@dataclass(frozen=True)
class Clips:
    """Tools for clips."""

    house: House

    async def measure(
        self, ctx: Context, clips: Annotated[list[Clip], Field(min_length=1, max_length=20)], wait_s: Wait = 60.0
    ) -> CallToolResult:
        """Say why clips look plastic, in numbers with findings. Changes nothing. The whole report is a resource."""
        paths = [self.house.roots.clip(each) for each in clips]

        def act(piece: Piece) -> None:
            made = self.house.works.on_clip(piece, measured, paths)
            _keep(piece, made, {"clips": [short(each) for each in made["document"]["clips"]]})

        return await self.house.begin(ctx, f"measure {', '.join(path.name for path in paths)}", act, wait_s)

    async def compare(self, ctx: Context, a: Clip, b: Clip, wait_s: Wait = 60.0) -> CallToolResult:
        """Measure two clips and set them side by side. Changes nothing."""
        one, two = self.house.roots.clip(a), self.house.roots.clip(b)

        def act(piece: Piece) -> None:
            made = self.house.works.on_clip(piece, compared, one, two)
            document = made["document"]
            _keep(piece, made, {"clips": [short(document["a"]), short(document["b"])], "changes": document["changes"]})

        return await self.house.begin(ctx, f"compare {one.name} with {two.name}", act, wait_s)

    async def finish(
        self,
        ctx: Context,
        clip: Clip,
        look: Annotated[
            str, Field(max_length=300, description="Name of a look; the tool looks lists them.")
        ] = "fine-35mm",
        adjust: Words = "",
        strength: Strength = 1.0,
        out: Annotated[str, Field(max_length=1000, description="Folder; 'finished' beside the clip if empty.")] = "",
        match: Annotated[str, Field(max_length=1000, description="A camera clip or still to come close to.")] = "",
        upscale: Size = "off",
        upscaler: Literal["lanczos", "neural"] = "lanczos",
        master: Master = "prores",
        web: bool = True,
        seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0,
        pins: Pins | None = None,
        overwrite: bool = False,
        wait_s: Wait = 30.0,
    ) -> CallToolResult:
        """Measure, treat and measure again: a 10-bit master, a web file, a before/after report. Costs no money."""
        from unplastic.looks.adjust import turned

        roots = self.house.roots
        path, name = roots.clip(clip), roots.look(look)
        options: dict[str, Any] = {
            "look": turned(name, adjust) if adjust.strip() else name, "strength": strength, "upscale": upscale,
            "upscaler": upscaler, "master": master, "web": web, "seed": seed, "overwrite": overwrite,
            "out": roots.path(out) if out else roots.path(str(path.parent / "finished")),
            "match": roots.clip(match, still=True) if match else None, "pins": _by_treatment(pins or {}),
        }  # fmt: skip

        def act(piece: Piece) -> None:
            made = self.house.works.on_clip(piece, finished, path, options)
            _keep(piece, made, _told(made["document"]))

        return await self.house.begin(ctx, f"finish {path.name}", act, wait_s)


def _by_treatment(pins: dict[str, float]) -> dict[str, dict[str, float]]:
    """``{"grain.sigma_codes8": 1.5}`` as ``{"grain": {"sigma_codes8": 1.5}}``; raises `RecipeError`."""
    from unplastic.errors import RecipeError

    found: dict[str, dict[str, float]] = {}
    for key, value in pins.items():
        treatment, dot, parameter = key.partition(".")
        if not (treatment and dot and parameter):
            raise RecipeError(f"{key!r} is not TREATMENT.PARAMETER", 'such as {"grain.sigma_codes8": 1.5}')
        found.setdefault(treatment, {})[parameter] = (
            int(value) if value == int(value) and "." not in str(value) else value
        )
    return found


def _keep(piece: Piece, made: dict[str, Any], document: dict[str, Any]) -> None:
    from pathlib import Path

    piece.document, piece.previews = document, made["previews"]
    piece.files = {
        {"json": "report.json", "html": "report.html"}.get(role, f"{role}{Path(path).suffix}"): Path(path)
        for role, path in made["files"].items()
    }
    if "report.json" not in piece.files:
        piece.files["report.json"] = json.dumps(made["document"], indent=1, ensure_ascii=False).encode()


def _told(document: dict[str, Any]) -> dict[str, Any]:
    """What a finish did, for a model to read: scores, what was treated and why, broken guards, files."""
    recipe = document["recipe"]
    active = {each["name"]: list(each["reasons"].values()) for each in recipe["treatments"] if each["active"]}
    return {
        "file": document["file"], "outputs": document["outputs"], "look": recipe["look"],
        "before": document["before"]["plasticity"], "after": document["after"]["plasticity"],
        "treatments": {name: list(dict.fromkeys(why)) for name, why in active.items()},
        "guards_broken": [each["name"] for each in document["guards"] if each["ok"] is False],
        "findings": document["findings"], "notes": document["notes"], "frames": document["frames"],
        "seconds": document["seconds"],
    }  # fmt: skip
