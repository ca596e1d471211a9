"""Readings past their limits, and facts about the file, in plain words with a way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from unplastic.clip import Clip
from unplastic.measure.lightfindings import light_findings
from unplastic.measure.limits import LIMITS
from unplastic.measure.reference import bits_per_pixel, own_reference_path, reference
from unplastic.measure.score import COVERAGE_MIN, is_frozen, spread_of, why_no_verdict, z_value
from unplastic.measure.weighing import GENERATED_ABOVE
from unplastic.reading import FACES_UNKNOWN, Finding, Place, Plasticity, Reading, Severity

Z_WARNING, Z_FAULT = 2.0, 4.0
Z_BOILING = 3.0
"""Sea, hair and handheld phones boil too: below this, camera clips are accused as often as generated ones."""
BITS_PER_PIXEL_POOR = 0.05


FIXES = {
    "texture_to_edge": ("little_texture_beside_edges", "flat_texture", "surfaces are smooth beside strong edges"),
    "locked_texture": ("little_locked_texture", "flat_texture", "surfaces carry little texture that stays with them"),
}


def findings(
    readings: Sequence[Reading], places: Sequence[Place], clip: Clip, verdict: Plasticity
) -> tuple[Finding, ...]:
    """All findings of one clip, faults first."""
    known = {(r.name, r.region): r for r in readings if r.valid and r.value is not None}
    found = [
        *_past_limits(known, places),
        *_against_camera(known, places, clip),
        *_grain(known, clip),
        *_frozen(known),
        *_boiling(known, places, clip),
        *light_findings(known),
        *_faces_unknown(readings),
        *_own_reference(),
        *_reads_generated(verdict),
        *_file_facts(clip, verdict),
    ]
    order: Callable[[Finding], int] = lambda each: ("fault", "warning", "info").index(each.severity)  # noqa: E731
    return tuple(sorted(found, key=order))


def _past_limits(known: dict[tuple[str, str], Reading], places: Sequence[Place]) -> Iterator[Finding]:
    for limit in LIMITS:
        reading = known.get((limit.reading, limit.region))
        if reading is None or reading.value is None or limit.sign * (reading.value - limit.warning) <= 0:
            continue
        if limit.sure and (reading.low is None or reading.low < limit.sure):
            continue
        severity: Severity = "fault" if limit.sign * (reading.value - limit.fault) > 0 else "warning"
        where, frame = _pointed(places, limit.place, limit.region)
        yield Finding(limit.name, severity, where, frame, limit.text.format(value=reading.value), limit.fix)


def _against_camera(known: dict[tuple[str, str], Reading], places: Sequence[Place], clip: Clip) -> Iterator[Finding]:
    """Too little texture is only ever too little against camera footage of the same compression."""
    for name, (title, place, text) in FIXES.items():
        reading = known.get((name, "frame"))
        z = z_value(reading, clip) if reading and not why_no_verdict(clip) else None
        camera = spread_of(name, "frame", clip)
        if reading is None or reading.value is None or camera is None or z is None or z < Z_WARNING:
            continue
        where, frame = _pointed(places, place, "frame")
        yield Finding(
            title,
            "fault" if z >= Z_FAULT else "warning",
            where,
            frame,
            f"{text}: {reading.value:.2f}, camera clips of its class have {camera.median:.2f}",
            "restore texture on surfaces; prompt for named materials and hard side light",
        )


def _grain(known: dict[tuple[str, str], Reading], clip: Clip) -> Iterator[Finding]:
    sigma = known.get(("grain_sigma", "frame"))
    if sigma is None or sigma.value is None or sigma.value >= 0.4:
        return
    bits = bits_per_pixel(clip)
    if bits is not None and bits < 0.15:
        text = f"there is no grain ({sigma.value:.1f} codes), but at {bits:.2f} bits per pixel an encoder takes it away"
        yield Finding("no_grain", "info", "frame", None, text, "add grain last; deliver at a bitrate that keeps it")
        return
    text = f"there is no grain: flat areas hold {sigma.value:.1f} codes of noise, cameras 0.6 and more"
    yield Finding("no_grain", "info", "frame", None, text, "add grain last, new in every frame")


def _frozen(known: dict[tuple[str, str], Reading]) -> Iterator[Finding]:
    if is_frozen(known):
        pattern = known["grain_spatial", "frame"].value
        text = f"flat areas hold a pattern of {pattern:.1f} codes that does not change: grain baked into one frame"
        yield Finding("frozen_grain", "warning", "frame", None, text, "use grain that is new in every frame")


def _boiling(known: dict[tuple[str, str], Reading], places: Sequence[Place], clip: Clip) -> Iterator[Finding]:
    reading = known.get(("boil_share", "frame"))
    z = z_value(reading, clip) if reading and not why_no_verdict(clip) else None
    if reading is None or reading.value is None or z is None or z < Z_BOILING:
        return
    where, frame = _pointed(places, "boil", "frame")
    yield Finding(
        "boiling",
        "fault" if z >= Z_FAULT else "warning",
        where,
        frame,
        f"texture boils: {reading.value:.0%} of it changes within four frames without being grain",
        "calm it before the cut, or generate the shot again with less motion",
    )


def _faces_unknown(readings: Sequence[Reading]) -> Iterator[Finding]:
    """Said once, however many readings miss their face."""
    why = next((r.why_not for r in readings if (r.why_not or "").startswith(FACES_UNKNOWN)), None)
    if why:
        text = f"{why}: skin, hair and cloth are not told apart, and skin gets no texture"
        yield Finding("faces_unknown", "info", "frame", None, text, "unplastic doctor --fetch")


def _reads_generated(verdict: Plasticity) -> Iterator[Finding]:
    if verdict.verdict == "generated":
        text = (
            f"the clip reads generated: it scores {verdict.score:.0f} ({verdict.low:.0f} to {verdict.high:.0f}), "
            f"camera clips up to {GENERATED_ABOVE:.0f}; {verdict.worst} speaks loudest"
        )
        yield Finding("reads_generated", "warning", "frame", None, text, "finish it, or generate the shot again")


def _own_reference() -> Iterator[Finding]:
    """A report must say what it was judged against."""
    path = own_reference_path()
    if path:
        own = reference()
        clips = own.cells[-1].clips
        text = f"judged against your own camera reference {path.name}: {own.title}, {own.date}, {clips} clips"
        yield Finding("own_reference", "info", "frame", None, text, "unset UNPLASTIC_REFERENCE to use the shipped one")


def _file_facts(clip: Clip, verdict: Plasticity) -> Iterator[Finding]:
    if clip.color.is_hdr:
        yield Finding(
            "hdr", "info", "frame", None,
            "the clip is HDR (PQ or HLG): it is passed on with the grade switched off",
            "grade it in a colour-managed system",
        )  # fmt: skip
    bits = bits_per_pixel(clip)
    if bits is not None and bits < BITS_PER_PIXEL_POOR:
        yield Finding(
            "low_bitrate", "warning", "frame", None,
            f"at {bits:.3f} bits per pixel compression alone makes texture smooth and grain freeze: "
            "texture, grain and boiling readings tell of the encoder as much as of the generator",
            "measure and finish the generator's own download, not a web copy",
        )  # fmt: skip
    if verdict.score is None:
        why = why_no_verdict(clip) or (
            f"only {verdict.coverage:.0%} of the evidence could be measured, {COVERAGE_MIN:.0%} is needed"
        )
        hint = "see the reasons beside the readings"
        yield Finding("no_verdict", "info", "frame", None, f"no score is given: {why}", hint)


def _pointed(places: Sequence[Place], name: str, region: str) -> tuple[str, int | None]:
    """Where to look: the worst place of that name, else the region."""
    mine = [place for place in places if place.name == name]
    if not mine:
        return region, None
    worst = max(mine, key=lambda place: place.badness)
    return f"{worst.x},{worst.y},{worst.width},{worst.height}", worst.frame
