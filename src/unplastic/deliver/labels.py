"""How formats write the number of a frame, where their adapters write or read it wrongly.

Adapters count 29.97 and 59.94 in drop-frame whatever the files do, and do not find such locators again; FCPXML's cuts
fractions off, and so loses a frame here and there.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from unplastic.media.timecode import frame_number, nominal_rate, timecode_at

DROPPED = re.compile(r"\d\d:\d\d:\d\d;\d\d")
LOCATOR = re.compile(r"(?m)^\* LOC: (\d\d:\d\d:\d\d;\d\d)")
SECONDS = re.compile(r'\b(start|offset|duration|tcStart)="(-?\d+)/(\d+)s"')
MICRO = 1_000_000
COUNTS = "FCM: NON-DROP FRAME"


def drops(rate: Fraction) -> bool:
    """Whether timecode of that rate can leave numbers out."""
    return rate.denominator == 1001 and nominal_rate(rate) % 30 == 0


def undropped(edl: str, rate: Fraction) -> str:
    """An EDL that counts every frame, as the files that it links to do."""
    head, line, rest = edl.partition("\n")
    return f"{head}{line}{COUNTS}\n{DROPPED.sub(lambda found: _counted(found[0], rate), rest)}"


def with_plain_locators(edl: str, rate: Fraction) -> str:
    """The same frames in an EDL's locators, in the only way that its adapter reads them."""
    return LOCATOR.sub(lambda found: f"* LOC: {_counted(found[1], rate)}", edl)


def with_whole_frames(fcpxml: str) -> str:
    """Times a millionth of a second later, so that cutting off fractions leaves the frame that was meant."""
    return SECONDS.sub(lambda at: f'{at[1]}="{int(at[2]) * MICRO + int(at[3])}/{int(at[3]) * MICRO}s"', fcpxml)


def has_dropped(timeline: Any) -> bool:
    """Whether a file in it leaves numbers out."""
    return any(dict(each.metadata.get("unplastic", {})).get("drop_frame") for each in timeline.find_clips())


def _counted(label: str, rate: Fraction) -> str:
    return timecode_at(frame_number(label, rate) or 0, rate)
