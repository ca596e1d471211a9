"""A server over a folder with clips, and a client of the SDK's own connected to it, in each of its ways."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp import Client
from unplastic.mcp.server import opened

Use = Callable[[Client], Awaitable[Any]]


@pytest.fixture
def root(tmp_path: Path, plastic_clip: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that the client may use, with two clips; a third lies beside it."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    folder = tmp_path / "root"
    folder.mkdir()
    for name in ("shot.mp4", "other.mp4"):
        shutil.copyfile(plastic_clip, folder / name)
    shutil.copyfile(plastic_clip, tmp_path / "secret.mp4")
    return folder


@pytest.fixture
def connected(root: Path) -> Callable[..., Any]:
    """Run a coroutine with a client that is connected in process."""

    def run(use: Use, mode: str = "auto", **more: Any) -> Any:
        async def inside() -> Any:
            with opened([root], **more) as server:
                async with Client(server, mode=mode) as client:
                    return await use(client)

        return asyncio.run(inside())

    return run
