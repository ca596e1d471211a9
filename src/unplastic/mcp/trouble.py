"""Errors on their way to a client: two lines for those of the tree, a log for our own."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import traceback
from pathlib import Path


def logged(trouble: BaseException) -> str:
    """Write the whole traceback into the cache folder, and say where."""
    text = "".join(traceback.format_exception(trouble))
    name = f"unplastic-mcp-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unplastic"
    for folder in (cache, Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            return f"please report it with this log: {folder / name}"
    return "please report it"
