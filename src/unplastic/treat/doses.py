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
from unplastic.vision.outlines import deep_inside
from unplastic.vision.plane import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.treat.persona import Persona
    from unplastic.vision import Scene
    from unplastic.vision.face import Face
    from unplastic.vision.surfaces import Complexion

MID_GREY_CODES8 = 128.0
HAVE_SHARE = 0.7
HAVE_SIGMA_PX = 1.6
STRANDS_CODES8 = (9.0, 18.0)
SOFT_MM = (0.5, 0.9)
"""Blur on the skin, in mm, up to which texture is whole and from which there is none."""

SHARPEST_PX = 1.9
BLOOD = (0.0075, (0.10, 1.00, 0.85))
PIGMENT = (0.0085, (0.45, 0.80, 1.10))
"""Optical density of one unit, and how red, green and blue take part in it."""

DARK_SKIN = (45.0, 120.0)
MIDDLE_CODES8 = 1.0
CLOTH_CODES8 = 1.1
SMALLEST_IPD_PX = 70.0
SHINE_SHARE, RELIEF_IN_SHINE = 0.30, 0.4
"""Of a highlight: the share taken away at full dose, and how much more relief it shows. Twice that was orange peel."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the user's dose is of each part: 1 as measured."""

    relief: float = 1.0
    shine: float = 0.6
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
    """(h, w, 6) for `draw_face`."""
    size, sharp = face.px_per_mm, _sharpness(persona.sigma_px, scene.up, face.px_per_mm)
    skin = scene.surfaces.face * np.float32(smooth_step(0.5, 0.9, np.float32(face.score)))
    strands = np.float32(0.3) + np.float32(0.7) * (1.0 - smooth_step(*STRANDS_CODES8, np.sqrt(seen.have)))
    amplitude = _missing(seen, target_codes8(size) * share.relief) * skin * strands * np.float32(sharp)
    linear = np.clip((seen.luma - 16.0) / 219.0, 1e-3, 1.0) ** np.float32(2.4)
    direct = np.clip((linear - persona.light.ambient) / linear, 0.25, 1.0)
    shine = shininess(scene, face, persona.complexion)
    relief = amplitude * (np.float32(0.45) + np.float32(0.55) * direct) * (1.0 + np.float32(RELIEF_IN_SHINE) * shine)
    near = float(np.clip(size / 2.0, 0.5, 1.2)) * (0.5 if size * 63.0 < SMALLEST_IPD_PX else 1.0)
    colour = skin * np.float32(near * share.mottling * (0.4 + 0.6 * sharp))
    middle = np.float32(_middle_codes8(persona, size) * share.mottling * sharp) * skin
    middle *= np.clip(seen.luma / MID_GREY_CODES8, 0.25, 1.4)
    pale = _paleness(persona.complexion)
    blood, pigment = seen.colours["blood_y"] * np.float32(pale), seen.colours["pigment_y"]
    uneven = colour * np.float32(persona.lacks_middle)
    blood, pigment = blood * uneven, pigment * uneven
    drawn = np.maximum(colour * np.float32(persona.lacks_colour), 0.01 * skin)
    matt = np.float32(SHINE_SHARE * share.shine) * shine * _above_skin(scene, persona.complexion)
    return np.ascontiguousarray(np.stack([relief, middle, blood, pigment, drawn, matt], axis=-1), np.float32)


def shininess(scene: Scene, face: Face, skin: Complexion) -> NDArray[np.float32]:
    """How much of the light on a face is mirrored by its surface, 0..1: brighter than the skin and without its colour.

    After the dichromatic model (Shafer 1985). Soft towards the rim of the mesh, where it would otherwise draw a line.
    """
    redness = (scene.small_chroma[1] - 128.0) / np.maximum(scene.small, 16.0)
    bleached = smooth_step(0.12, 0.60, as_plane(1.0 - redness / np.float32(max(skin.red, 1e-3))))
    bright = smooth_step(1.02, 1.35, scene.small / np.float32(skin.luma))
    across, down = scene.ratio
    inside = deep_inside(scene.small.shape, face.scaled(1 / across, 1 / down))
    return blurred(as_plane(bleached * bright * inside * (1.0 - scene.surfaces.features)), 1.0)


def bleaching(
    scene: Scene, face: Face, skin: Complexion, dose: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Codes of Cb and Cr that give highlights the colour of the skin around them."""
    shine = np.float32(SHINE_SHARE * dose) * shininess(scene, face, skin)
    cb, cr = scene.small_chroma
    level = np.minimum(scene.small, np.float32(1.2 * skin.luma))
    bluer, redder = level * skin.blue - (cb - 128.0), level * skin.red - (cr - 128.0)
    return as_plane(shine * bluer), as_plane(shine * redder)


def _above_skin(scene: Scene, skin: Complexion) -> NDArray[np.float32]:
    """Codes by which a smoothed picture lies above the face's median luma."""
    return np.maximum(blurred(scene.small, 2.0) - np.float32(1.05 * skin.luma), 0.0)


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
    return MIDDLE_CODES8 * persona.lacks_middle * share


def _paleness(skin: Complexion) -> float:
    """How much blood shows through: less the darker the skin."""
    return 0.45 + 0.55 * float(smooth_step(*DARK_SKIN, np.float32(skin.luma)))


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
