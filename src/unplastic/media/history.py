"""What a file says of its own making: the encoder's tags and the settings line that x264 and x265 leave inside."""

from __future__ import annotations

import re
from collections.abc import Iterable

SETTINGS = re.compile(rb"(x26[45])[ (][^\0]{0,400}?options: ([^\0]{1,2000})")
CORE = re.compile(rb"core (\d+)|build (\d+)")
KEPT = ("rc", "crf", "bitrate", "qp", "bframes", "ref", "keyint", "aq", "deblock", "subme")


def encoder_history(tags: Iterable[str | None], coded: Iterable[bytes]) -> str | None:
    """One line of history: distinct tags in their order, then the settings that decide how much detail was kept."""
    parts = list(dict.fromkeys(tag for tag in tags if tag))
    for data in coded:
        found = SETTINGS.search(data)
        if found:
            parts.append(_compact(found))
            break
    return "; ".join(parts) or None


def _compact(found: re.Match[bytes]) -> str:
    core = CORE.search(found.group(0))
    version = next((group.decode() for group in core.groups() if group), "") if core else ""
    options = dict(
        option.split("=", 1) for option in found.group(2).decode("ascii", "replace").split() if "=" in option
    )
    kept = " ".join(f"{key}={options[key]}" for key in KEPT if key in options)
    return f"{found.group(1).decode()} {version}: {kept}".strip(": ")
