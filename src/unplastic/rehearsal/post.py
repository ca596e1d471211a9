"""Callbacks: what changed is sent to those who asked, on this machine only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

from unplastic.rehearsal.stage import Stage

TICK_S = 0.02
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@contextlib.asynccontextmanager
async def deliver_post(stage: Stage) -> AsyncIterator[None]:
    """While open: notice what changed by time, and send what is in the post."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        task = asyncio.create_task(_keep_sending(stage, client))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _keep_sending(stage: Stage, client: httpx.AsyncClient) -> None:
    while True:
        with stage.lock:
            if stage.speed is not None:
                stage.notice()
            letters, stage.outbox[:] = list(stage.outbox), []
            stage.is_posting = bool(letters)
        for address, body in letters:
            if urlsplit(address).hostname in LOOPBACK:  # a rehearsal reaches nobody else, whatever a request says
                with contextlib.suppress(httpx.HTTPError):
                    await client.post(address, json=body)
        stage.is_posting = False
        await asyncio.sleep(TICK_S)
