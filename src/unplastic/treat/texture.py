"""Texture that sticks: skin on faces through their own mesh, on necks, hands and cloth through carried coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.parameter import check, parameter
from unplastic.treat.carried import Carried
from unplastic.treat.doses import Share, face_doses, outside_doses, shininess, tints
from unplastic.treat.persona import Persona, meet
from unplastic.treat.sight import region_of, sight
from unplastic.treat.skinmaps import Features
from unplastic.treat.treatment import Geometry, Strip
from unplastic.vision.mesh import mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.treat.sight import Sight
    from unplastic.vision import Scene
    from unplastic.vision.complexion import Complexion
    from unplastic.vision.face import Face

CHILD_YEARS, ADULT_YEARS, OLD_YEARS = 8.0, 30.0, 70.0


@dataclass(frozen=True)
class Texture:
    """Skin texture as far as it is missing: relief in the light of the shot, mottling, blood and pigment, spots.

    Never sharper than the picture that carries it, never where there is detail already, never on eyes, lips or teeth,
    and nothing at all without a face. The same face keeps the same skin through a shot, and through a film by its name.
    """

    name: ClassVar[str] = "texture"
    order: ClassVar[int] = 30

    strength: float = parameter(1.0, "share of the missing texture put in: 0 none, 1 all", low=0.0, high=1.0)
    relief: float = parameter(1.0, "pores, lines and unevenness in the light, in shares of a face's", low=0.0, high=2.0)
    pores: float = parameter(1.0, "depth of pores; 0 switches them off", low=0.0, high=2.0)
    lines: float = parameter(1.0, "depth of fine lines; 0 switches them off", low=0.0, high=2.0)
    mottling: float = parameter(1.0, "unevenness of colour: blood and pigment; 0 switches it off", low=0.0, high=2.0)
    shine: float = parameter(0.6, "share of oily highlights taken away; 0 leaves them", low=0.0, high=1.0)
    spots: float = parameter(1.0, "small spots and freckles; 0 switches them off", low=0.0, high=2.0)
    vellus: float = parameter(1.0, "fine down; 0 switches it off", low=0.0, high=2.0)
    stubble: float = parameter(1.0, "stubble, where the clip shows a beard; 0 switches it off", low=0.0, high=2.0)
    outside: float = parameter(0.5, "share for neck, ears and hands", low=0.0, high=1.0)
    cloth: float = parameter(0.5, "share for cloth; 0 switches it off", low=0.0, high=1.0)
    age_years: float = parameter(30.0, "apparent age: children have no pores and no spots", low=1.0, high=100.0)
    makeup: float = parameter(0.0, "make-up that hides pores and colour: 0 none, 1 full", low=0.0, high=1.0)
    character: str = parameter("", "names of the people, largest face first, comma between: one skin through a film")

    def __post_init__(self) -> None:
        check(self)

    @property
    def is_noop(self) -> bool:
        """True without strength, or with every part switched off."""
        return self.strength * (self.relief + self.mottling + self.shine) == 0.0

    def bind(self, geometry: Geometry) -> TexturePass:
        """Allocate the layers."""
        return TexturePass(self, geometry)

    @property
    def features(self) -> Features:
        """What this age and make-up leave of each part."""
        grown = float(np.clip((self.age_years - CHILD_YEARS) / (ADULT_YEARS - CHILD_YEARS), 0.0, 1.0))
        old = float(np.clip((self.age_years - ADULT_YEARS) / (OLD_YEARS - ADULT_YEARS), 0.0, 1.0))
        bare = 1.0 - self.makeup
        return Features(
            pores=self.pores * grown * (0.4 + 0.6 * bare),
            lines=self.lines * (0.3 + 0.7 * grown + 0.5 * old) * (0.6 + 0.4 * bare),
            mottling=0.3 + 0.7 * bare,
            spots=self.spots * (grown + 0.3 * old) * (0.2 + 0.8 * bare),
            vellus=self.vellus * (0.5 + 0.5 * bare),
            stubble=self.stubble * grown,
        )

    def name_of(self, rank: int, track: int) -> str:
        """What a face's skin is drawn from: its name if it has one, else its number in the shot."""
        names = [name.strip() for name in self.character.split(",")]
        return f"character {names[rank]}" if rank < len(names) and names[rank] else f"face {track}"


class TexturePass:
    """The texture of one clip. Layers are in codes of luma and chroma; drawn in `prepare`, added strip by strip."""

    reach = 0
    touches_chroma = True

    def __init__(self, texture: Texture, geometry: Geometry) -> None:
        from unplastic.treat.kernels.surface import add_rows, draw_face, tint

        self._draw, self._tint, self._add = draw_face, tint, add_rows
        self._texture, self._geometry = texture, geometry
        self._share = Share(texture.relief, texture.shine, texture.mottling, texture.outside, texture.cloth)
        self._step = (geometry.across, geometry.down)
        chroma = (-(-geometry.height // geometry.down), -(-geometry.width // geometry.across))
        self._luma = np.zeros((geometry.height, geometry.width), np.float32)
        self._shares = np.zeros((*chroma, 2), np.float32)
        self._cb, self._cr = np.zeros(chroma, np.float32), np.zeros(chroma, np.float32)
        self._personas: dict[int, Persona] = {}
        self._box = (0, 0, 0, 0)
        self._carried: Carried | None = None
        self._is_blank = True
        self.pixels_drawn = 0

    def prepare(self, scene: Scene) -> None:
        """Draw the layers of a frame; without a face they stay empty, at no cost."""
        if scene.previous is None:
            self._personas.clear()
            self._carried = None
        self._clear()
        self._is_blank = not scene.faces
        if self._is_blank:
            return
        seen = sight(scene, self._geometry.color.matrix, cloth=self._share.cloth > 0.0)
        faces = [self._draw_face(scene, face, seen) for face in reversed(scene.faces)]
        self._draw_outside(scene, seen)
        self._box = seen.region.pixels(scene.ratio, self._geometry.width, self._geometry.height)
        self._tint(
            self._shares, tints(seen, faces, self._texture.shine), _corner(seen), scene.ratio, self._step, self._box,
            self._cb, self._cr,
        )  # fmt: skip

    def _clear(self) -> None:
        left, top, right, bottom = self._box
        across, down = self._step
        self._luma[top:bottom, left:right] = 0.0
        for plane in (self._shares, self._cb, self._cr):
            plane[top // down : -(-bottom // down), left // across : -(-right // across)] = 0.0

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:  # noqa: ARG002 - drawn in prepare
        """Add the layers to a strip."""
        if self._is_blank:
            target.y[:], target.cb[:], target.cr[:] = source.y, source.cb, source.cr
            return
        gain = self._texture.strength
        down = self._geometry.down
        self._add(source.y, target.y, self._luma, source.row, gain / 219.0)
        self._add(source.cb, target.cb, self._cb, source.row // down, gain / 224.0)
        self._add(source.cr, target.cr, self._cr, source.row // down, gain / 224.0)

    def _draw_face(self, scene: Scene, face: Face, whole: Sight) -> tuple[Sight, NDArray[np.float32], Complexion]:
        """Draw one face; returns what `tints` wants to know of it."""
        persona = self._personas.get(face.track) or self._meet(scene, face)
        seen = whole.part(region_of(scene, face))
        shine = shininess(scene, seen, face, persona.complexion)
        doses = face_doses(seen, face, persona, self._share, shine, scene.up)
        maps, blend = persona.levels(face.px_per_mm)
        place = _corner(seen), scene.ratio, self._step
        self.pixels_drawn += self._draw(
            persona.corners(face), _far_first(face), maps, blend, doses, *place, self._luma, self._shares
        )
        return seen, shine, persona.complexion

    def _meet(self, scene: Scene, face: Face) -> Persona:
        rank = [each.track for each in scene.faces].index(face.track)
        name = self._texture.name_of(rank, face.track)
        key = name if self._texture.character else f"{self._geometry.seed} {name}"
        persona = self._personas[face.track] = meet(scene, face, key, self._texture.features)
        return persona

    def _draw_outside(self, scene: Scene, seen: Sight) -> None:
        """Neck, ears, hands and cloth, by the skin of the largest face."""
        face = scene.faces[0]
        persona = self._personas[face.track]
        if self._carried is None:
            self._carried = Carried(scene, persona, self._geometry.seed)
        doses = outside_doses(seen, face.px_per_mm, persona, self._share, scene.up)
        self._carried.draw(scene, doses, _corner(seen), self._luma, self._shares, self._step)


def _corner(seen: Sight) -> tuple[int, int]:
    return seen.region.left, seen.region.top


def _far_first(face: Face) -> NDArray[np.int32]:
    """Triangles from the farthest to the nearest, so that a nose covers the cheek behind it."""
    triangles = mesh().triangles
    depth = face.points[triangles, 2].mean(axis=1)
    return np.ascontiguousarray(triangles[np.argsort(-depth, kind="stable")])
