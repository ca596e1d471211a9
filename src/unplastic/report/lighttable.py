"""The light of a scene in the terminal: a line for every shot, then what departs and what mends it."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def lighting_table(scene: dict[str, Any]) -> RenderableType:
    """``scene`` is the document of `unplastic.scenelight.SceneLight`."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for name, justify in (
        ("shot", "left"),
        ("lit from", "left"),
        ("key to fill", "right"),
        ("white", "right"),
        ("off", "right"),
    ):
        table.add_column(name, overflow="fold", justify=justify)  # type: ignore[arg-type]
    said: list[Text] = []
    for shot in scene["shots"]:
        read = {each["name"]: each for each in shot["aspects"]}
        cells = [
            f"{shot['shot']} {shot['file']}",
            shot["lit_from"] or "not measurable",
            _value(read["key_fill"], "stops"),
            _value(read["white"], "mired"),
            "" if shot["distance"] is None else f"{shot['distance']:.1f}",
        ]
        table.add_row(*(Text(cell) for cell in cells))
        said += [
            Text.assemble((f"{text}. ", "yellow"), f"{fix[:1].upper()}{fix[1:]}.", overflow="fold")
            for text, fix in zip(shot["said"], shot["fixes"], strict=True)
        ]
    prompt = (
        [Text(), Text.assemble(("prompt     ", "dim"), scene["prompt"], overflow="fold")] if scene["prompt"] else []
    )
    return Group(Text("the light of the scene", style="bold"), table, *([Text()] if said else []), *said, *prompt)


def _value(aspect: dict[str, Any], unit: str) -> str:
    return "not measurable" if aspect["value"] is None else f"{aspect['value']:.1f} {unit}"
