"""The checks behind ``unplastic doctor``: each says what was found, and what to do when it is not enough."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a check-up."""

    name: str
    ok: bool
    text: str
    hint: str = ""


def checks(*, warm: bool) -> Iterator[Check]:
    """All checks, cheapest first; ``warm`` also compiles the kernels and says how long that took."""
    import unplastic

    yield Check("unplastic", True, f"{unplastic.__version__}, Python {sys.version.split()[0]}")
    yield _codecs()
    yield _disk()
    yield _kernels(warm)


def _codecs() -> Check:
    from unplastic.media import missing_encoders

    missing = missing_encoders()
    if missing:
        return Check("codecs", False, f"missing encoders: {', '.join(missing)}", "install PyAV from its own wheel")
    return Check("codecs", True, "every master can be encoded")


def _disk() -> Check:
    free_gib = shutil.disk_usage(Path.cwd()).free / 2**30
    hint = "free some disk: a ProRes 422 HQ master needs about 1.6 GB per minute at 1080p24"
    return Check("disk", free_gib > 2.0, f"{free_gib:.1f} GiB free here", hint)


def _kernels(warm: bool) -> Check:
    from unplastic.treat import warm as compile_kernels

    if not warm:
        return Check("kernels", True, "compiled on first use (a few seconds, once); now: unplastic doctor --warm")
    start = time.perf_counter()
    compile_kernels()
    return Check("kernels", True, f"compiled and cached in {time.perf_counter() - start:.1f} s")
