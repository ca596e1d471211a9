"""How much skin texture each place gets: what a face of its size would show, minus what is there already.

All fields are at the size of the scene's small planes. Amounts are those that were rendered and looked at (knowledge:
texture 3.4 to 3.6); every one becomes zero where the picture has enough detail of its own, lies out of focus, or is so
soft or so small that real skin would show nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.bands import blurred, smooth_step
from unplastic.vision.outlines import deep_inside
from unplastic.vision.plane import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.treat.persona import Persona
    from unplastic.treat.sight import Sight
    from unplastic.vision import Scene
    from unplastic.vision.complexion import Complexion
    from unplastic.vision.face import Face

MID_GREY_CODES8 = 128.0
HAVE_SHARE = 0.7
STRANDS_CODES8 = (9.0, 18.0)
SOFT_MM = (0.5, 0.9)
"""Blur on the skin, in mm, up to which texture is whole and from which there is none."""

SHARPEST_PX = 1.9
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


def target_codes8(px_per_mm: float) -> float:
    """Relief (rms in codes at mid grey) that skin shows at a size: 0.8 at IPD 75 px, 2.2 from 330 px."""
    if px_per_mm * 63.0 < SMALLEST_IPD_PX:
        return 0.0
    return float(np.clip(0.8 + 0.35 * (px_per_mm - 1.2), 0.6, 2.2))


def face_doses(
    seen: Sight, face: Face, persona: Persona, share: Share, shine: NDArray[np.float32], up: float
) -> NDArray[np.float32]:
    """(rows, columns, 6) of the sight's region, for `draw_face`."""
    size, sharp = face.px_per_mm, _sharpness(persona.sigma_px, up, face.px_per_mm)
    skin = seen.face * np.float32(smooth_step(0.5, 0.9, np.float32(face.score)))
    strands = np.float32(0.3) + np.float32(0.7) * (1.0 - smooth_step(*STRANDS_CODES8, np.sqrt(seen.have)))
    amplitude = _missing(seen, target_codes8(size) * share.relief) * skin * strands * np.float32(sharp)
    linear = np.clip((seen.luma - 16.0) / 219.0, 1e-3, 1.0) ** np.float32(2.4)
    direct = np.clip((linear - persona.light.ambient) / linear, 0.25, 1.0)
    near = float(np.clip(size / 2.0, 0.5, 1.2)) * (0.5 if size * 63.0 < SMALLEST_IPD_PX else 1.0)
    colour = skin * np.float32(near * share.mottling * (0.4 + 0.6 * sharp))
    uneven = colour * np.float32(persona.lacks_middle)
    level = np.clip(seen.luma / MID_GREY_CODES8, 0.25, 1.4)
    doses = np.empty((*seen.luma.shape, 6), np.float32)
    doses[..., 0] = amplitude * (0.45 + 0.55 * direct) * (1.0 + RELIEF_IN_SHINE * shine)
    doses[..., 1] = skin * level * (_middle_codes8(persona, size) * share.mottling * sharp)
    doses[..., 2] = seen.blood[..., 0] * uneven * _paleness(persona.complexion)
    doses[..., 3] = seen.pigment[..., 0] * uneven
    doses[..., 4] = np.maximum(colour * np.float32(persona.lacks_colour), 0.01 * skin)
    doses[..., 5] = SHINE_SHARE * share.shine * shine * _above(seen, persona.complexion)
    return doses


def outside_doses(seen: Sight, size: float, persona: Persona, share: Share, up: float) -> NDArray[np.float32]:
    """(rows, columns, 3) of the sight's region, for `draw_outside`: skin that no mesh covers, and cloth."""
    sharp = np.float32(_sharpness(persona.sigma_px, up, size))
    skin = seen.outside * seen.focus * np.float32(share.outside)
    fine = _missing(seen, target_codes8(size) * share.relief) * skin * sharp
    if share.cloth:
        lit = smooth_step(24.0, 60.0, seen.luma)
        fine += _missing(seen, CLOTH_CODES8 * share.cloth) * seen.cloth * seen.focus * lit * sharp
    doses = np.empty((*seen.luma.shape, 3), np.float32)
    doses[..., 0] = fine
    level = np.clip(seen.luma / MID_GREY_CODES8, 0.25, 1.4)
    doses[..., 1] = skin * level * (_middle_codes8(persona, size) * share.mottling * sharp)
    doses[..., 2] = skin * float(np.clip(size / 2.0, 0.5, 1.2) * share.mottling * persona.lacks_colour)
    return doses


def shininess(scene: Scene, seen: Sight, face: Face, skin: Complexion) -> NDArray[np.float32]:
    """How much of the light on a face is mirrored by its surface, 0..1: brighter than the skin and without its colour.

    After the dichromatic model (Shafer 1985). Soft towards the rim of the mesh, where it would otherwise draw a line.
    """
    redness = (seen.cr - 128.0) / np.maximum(seen.luma, 16.0)
    bleached = smooth_step(0.12, 0.60, as_plane(1.0 - redness / np.float32(max(skin.red, 1e-3))))
    bright = smooth_step(1.02, 1.35, seen.luma / np.float32(skin.luma))
    across, down = scene.ratio
    small = face.scaled(1 / across, 1 / down)
    corner = np.array([seen.region.left, seen.region.top, 0], np.float32)
    inside = deep_inside(seen.luma.shape, small.moved(-corner))
    return blurred(as_plane(bleached * bright * inside * (1.0 - seen.features)), 1.0)


def tints(seen: Sight, faces: list[tuple[Sight, NDArray[np.float32], Complexion]], dose: float) -> NDArray[np.float32]:
    """(rows, columns, 6) for `tint`: codes of Cb and Cr taken by blood and by pigment, and given back to highlights.

    ``faces`` are the sights and shininess of every face: where a highlight has bleached the skin, ``dose`` of its own
    colour returns.
    """
    found = np.zeros((*seen.luma.shape, 6), np.float32)
    found[..., :4] = np.stack([seen.blood[..., 1], seen.pigment[..., 1], seen.blood[..., 2], seen.pigment[..., 2]], -1)
    for there, shine, skin in faces:
        part = seen.region.inner(there.region).of(found)
        level = np.minimum(there.luma, np.float32(1.2 * skin.luma))
        back = np.float32(SHINE_SHARE * dose) * shine
        part[..., 4] += back * (level * skin.blue - (there.cb - 128.0))
        part[..., 5] += back * (level * skin.red - (there.cr - 128.0))
    return found


def _above(seen: Sight, skin: Complexion) -> NDArray[np.float32]:
    """Codes by which a smoothed picture lies above the face's median luma."""
    return np.maximum(blurred(np.ascontiguousarray(seen.luma), 2.0) - np.float32(1.05 * skin.luma), 0.0)


def _missing(seen: Sight, target: float) -> NDArray[np.float32]:
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
