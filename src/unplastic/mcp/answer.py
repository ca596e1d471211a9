"""What a tool answers: a few lines for the model to read, the same as data, links to files, small pictures."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from mcp_types import CallToolResult, ContentBlock, ImageContent, ResourceLink, TextContent

from unplastic.mcp.work import Piece

SCHEME = "unplastic://work"
KINDS = {".json": "application/json", ".html": "text/html", ".mp4": "video/mp4", ".mov": "video/quicktime",
         ".mkv": "video/x-matroska", ".txt": "text/plain"}  # fmt: skip
READINGS = 8


def said(text: str, document: dict[str, Any]) -> CallToolResult:
    """Text, and the same as data."""
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=document)


def of_piece(piece: Piece) -> CallToolResult:
    """Where a piece of work stands; once it is done, its result with links and pictures."""
    document: dict[str, Any] = {"handle": piece.handle, "what": piece.what, "state": piece.state}
    if piece.state == "failed":
        message, hint = piece.error
        document |= {"error": message, "do": hint}
        text = TextContent(type="text", text=f"{piece.what} failed: {message}\nDo: {hint}")
        return CallToolResult(content=[text], structured_content=document, is_error=True)
    if piece.state != "done":
        document |= {"percent": round(piece.percent, 1), "text": piece.text}
        lines = [f"{piece.what}: {piece.state}, {piece.percent:.0f} %{f', {piece.text}' if piece.text else ''}"]
        if not piece.is_over:
            lines.append(f"It goes on. Ask again with work(handle={piece.handle!r}), or cancel it.")
        return said("\n".join(lines), document)
    document |= {"result": piece.document}
    content: list[ContentBlock] = [
        TextContent(type="text", text="\n".join([f"{piece.what}: done", *words(piece.document)]))
    ]
    content += [_picture(each) for each in piece.previews]
    content += [_link(piece, name, found) for name, found in piece.files.items()]
    return CallToolResult(content=content, structured_content=document)


def words(document: dict[str, Any]) -> list[str]:
    """A result in a few lines: scores, findings, guards, files."""
    lines = []
    for clip in document.get("clips", []):
        lines.append(f"{clip['file']}: {score(clip['plasticity'])}")
        lines += [f"  {each['severity']}: {each['text']}; {each['fix']}" for each in clip["findings"][:READINGS]]
    if "after" in document:
        lines.append(f"plasticity before: {score(document['before'])}; after: {score(document['after'])}")
        lines += [f"  {name}: {'; '.join(why) or 'as the look has it'}" for name, why in document["treatments"].items()]
        lines += [f"  guard broken: {name}" for name in document["guards_broken"]]
        lines += [f"  {role}: {path}" for role, path in document["outputs"].items()]
    lines += [f"  {each}" for each in document.get("lines", [])]
    return lines


def score(plasticity: dict[str, Any]) -> str:
    """A score as people read it."""
    value = plasticity.get("score")
    if value is None:
        return f"no verdict (coverage {plasticity.get('coverage', 0):.0%})"
    return f"{value:.0f} of 100 ({plasticity['low']:.0f} to {plasticity['high']:.0f})"


def short(clip: dict[str, Any]) -> dict[str, Any]:
    """A measured clip without its readings, which are in the linked report."""
    return {name: clip[name] for name in ("file", "width", "height", "fps", "frames", "plasticity", "findings")}


def _picture(jpeg: bytes) -> ImageContent:
    return ImageContent(type="image", data=base64.b64encode(jpeg).decode(), mime_type="image/jpeg")


def _link(piece: Piece, name: str, found: Path | bytes) -> ResourceLink:
    size = len(found) if isinstance(found, bytes) else found.stat().st_size if found.is_file() else None
    where = "" if isinstance(found, bytes) else str(found)
    kind = KINDS.get(Path(where or name).suffix, "application/octet-stream")
    uri = f"{SCHEME}/{piece.handle}/{name}"
    return ResourceLink(type="resource_link", uri=uri, name=name, description=where or None, mime_type=kind, size=size)
