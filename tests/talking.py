"""What an MCP client reads in a result."""

from __future__ import annotations

from typing import Any


def text(result: Any) -> str:
    """All that a result says in words."""
    return "\n".join(each.text for each in result.content if each.type == "text")
