"""How much skin texture each place gets: what a face of its size would show, minus what is there already.

All fields are at the size of the scene's small planes. Amounts are those that were rendered and looked at (knowledge:
texture 3.4 to 3.6); every one becomes zero where the picture has enough detail of its own, lies out of focus, or is so
soft or so small that real skin would show nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.color import rgb_to_ycbcr_matrix, ycbcr_to_rgb_matrix
from unplastic.vision.bands import blurred, smooth_step
from unplastic.vision.carrier import fine_power

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.treat.persona import Persona
    from unplastic.vision import Scene
    from unplastic.vision.face import Face

MID_GREY_CODES8 = 128.0
HAVE_SHARE = 0.7
HAVE_SIGMA_PX = 1.6
STRANDS_CODES8 = (9.0, 18.0)
SOFT_MM = (0.5, 0.9)
"""Blur on the skin, in mm, up to which texture is whole and from which there is none."""

SHARPEST_PX = 1.9
BLOOD = (0.0085, (0.10, 1.00, 0.85))
PIGMENT = (0.010, (0.45, 0.80, 1.10))
"""Optical density of one unit, and how red, green and blue take part in it."""

DARK_SKIN = (45.0, 120.0)
MIDDLE_SHARE, MIDDLE_MAX_CODES8 = 0.65, 1.2
CLOTH_CODES8 = 1.1
SMALLEST_IPD_PX = 70.0


@dataclass(frozen=True, slots=True)
class Share:
    """What the user's dose is of each part: 1 as measured."""

    relief: float = 1.0
    mottling: float = 1.0
    outside: float = 0.5
    cloth: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """Planes of one frame that several doses need. ``have`` is the power of the fine detail that is there."""

    luma: NDArray[np.float32]
    have: NDArray[np.float32]
    focus: NDArray[np.float32]
    colours: dict[str, NDArray[np.float32]]


def fields(scene: Scene, matrix: int) -> Fields:
    """Look at one frame."""
    have = blurred(fine_power(scene.luma, HAVE_SIGMA_PX * scene.up, scene.small.shape), 4.0)
    return Fields(scene.small, have, 1.0 - scene.surfaces.defocus, _colours(scene, matrix))


def target_codes8(px_per_mm: float) -> float:
    """Relief (rms in codes at mid grey) that skin shows at a size: 0.8 at IPD 75 px, 2.2 from 330 px."""
    if px_per_mm * 63.0 < SMALLEST_IPD_PX:
        return 0.0
    return float(np.clip(0.8 + 0.35 * (px_per_mm - 1.2), 0.6, 2.2))


def face_doses(scene: Scene, face: Face, persona: Persona, seen: Fields, share: Share) -> NDArray[np.float32]:
    """(h, w, 5) for `draw_face`."""
    size, sharp = face.px_per_mm, _sharpness(persona.sigma_px, scene.up, face.px_per_mm)
    skin = scene.surfaces.face * np.float32(smooth_step(0.5, 0.9, np.float32(face.score)))
    strands = np.float32(0.3) + np.float32(0.7) * (1.0 - smooth_step(*STRANDS_CODES8, np.sqrt(seen.have)))
    amplitude = _missing(seen, target_codes8(size) * share.relief) * skin * strands * seen.focus * np.float32(sharp)
    linear = np.clip((seen.luma - 16.0) / 219.0, 1e-3, 1.0) ** np.float32(2.4)
    direct = np.clip((linear - persona.light.ambient) / linear, 0.25, 1.0)
    relief = amplitude * (np.float32(0.45) + np.float32(0.55) * direct)
    near = float(np.clip(size / 2.0, 0.5, 1.2)) * (0.5 if size * 63.0 < SMALLEST_IPD_PX else 1.0)
    colour = skin * np.float32(near * share.mottling * (0.4 + 0.6 * sharp) * persona.lacks_colour)
    middle = np.float32(_middle_codes8(persona, size) * share.mottling * sharp) * skin * seen.focus
    middle *= np.clip(seen.luma / MID_GREY_CODES8, 0.25, 1.4)
    pale = _paleness(scene, face)
    blood, pigment = seen.colours["blood_y"] * np.float32(pale), seen.colours["pigment_y"]
    blood, pigment, drawn = blood * colour, pigment * colour, np.maximum(colour, 0.01 * skin)
    return np.ascontiguousarray(np.stack([relief, middle, blood, pigment, drawn], axis=-1), np.float32)


def outside_doses(scene: Scene, size: float, persona: Persona, seen: Fields, share: Share) -> NDArray[np.float32]:
    """(h, w, 3) for `draw_outside`: skin that no mesh covers, and cloth."""
    surfaces = scene.surfaces
    sharp = np.float32(_sharpness(persona.sigma_px, scene.up, size))
    skin = np.maximum(surfaces.skin_outside - surfaces.face, 0.0) * seen.focus * np.float32(share.outside)
    fine = _missing(seen, target_codes8(size) * share.relief) * skin * sharp
    if share.cloth:
        lit = smooth_step(24.0, 60.0, seen.luma)
        fine += _missing(seen, CLOTH_CODES8 * share.cloth) * surfaces.cloth * seen.focus * lit * sharp
    near = np.float32(np.clip(size / 2.0, 0.5, 1.2) * share.mottling * persona.lacks_colour)
    mottled = np.float32(_middle_codes8(persona, size) * share.mottling) * skin * sharp
    mottled *= np.clip(seen.luma / MID_GREY_CODES8, 0.25, 1.4)
    return np.ascontiguousarray(np.stack([fine, mottled, near * skin], axis=-1), np.float32)


def _missing(seen: Fields, target: float) -> NDArray[np.float32]:
    """Codes to add so that target^2 = what is there, counted at 0.7 because part of it is edges, + what is added^2."""
    wanted = np.square(np.float32(target) * np.clip(seen.luma / MID_GREY_CODES8, 0.25, 1.5))
    return np.sqrt(np.maximum(wanted - np.float32(HAVE_SHARE) * seen.have, 0.0))


def _sharpness(sigma_px: float, up: float, px_per_mm: float) -> float:
    """1 on a sharp carrier; less on a soft one, and 0 where the blur is as wide as the texture itself."""
    soft = float(np.clip(SHARPEST_PX / max(sigma_px / np.sqrt(up), 0.42), 0.45, 1.0))
    return soft * (1.0 - float(smooth_step(*SOFT_MM, np.float32(sigma_px / px_per_mm))))


def _middle_codes8(persona: Persona, px_per_mm: float) -> float:
    """The mid-band matters most where pores cannot be seen (IPD 70 to 200), less in a close-up."""
    ipd = px_per_mm * 63.0
    share = float(np.interp(ipd, [40.0, 70.0, 200.0, 300.0, 400.0], [0.0, 1.0, 1.0, 0.67, 0.45]))
    return min(MIDDLE_MAX_CODES8, MIDDLE_SHARE * persona.lacks_middle) * share


def _paleness(scene: Scene, face: Face) -> float:
    """How much blood shows through: less the darker the skin."""
    complexions = dict(zip((f.track for f in scene.faces), scene.surfaces.complexions, strict=True))
    known = complexions.get(face.track)
    return 1.0 if known is None else 0.45 + 0.55 * float(smooth_step(*DARK_SKIN, np.float32(known.luma)))


def _colours(scene: Scene, matrix: int) -> dict[str, NDArray[np.float32]]:
    """Codes of luma and chroma lost to one unit of blood and of pigment, at every place."""
    cb, cr = scene.small_chroma
    nominal = np.stack([(scene.small - 16.0) / 219.0, (cb - 128.0) / 224.0, (cr - 128.0) / 224.0], axis=-1)
    rgb = np.clip(nominal @ ycbcr_to_rgb_matrix(matrix).T.astype(np.float32), 0.0, 1.0)
    codes = np.diag([219.0, 224.0, 224.0]) @ rgb_to_ycbcr_matrix(matrix)
    found = {}
    for name, (density, takes) in (("blood", BLOOD), ("pigment", PIGMENT)):
        lost = rgb @ (codes @ np.diag(takes) * density).T.astype(np.float32)
        found |= {f"{name}_{part}": np.ascontiguousarray(lost[..., i]) for i, part in enumerate(("y", "cb", "cr"))}
    return found
