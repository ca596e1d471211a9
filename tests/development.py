"""Where the local development clips lie, which are not part of the repository."""

from __future__ import annotations

from pathlib import Path

CLIPS = Path(__file__).parents[2] / "shared" / "clips"
