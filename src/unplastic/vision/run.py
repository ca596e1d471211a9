"""A run: consecutive pictures of one shot, and everything that several measures derive from them, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial

from unplastic.clip import Clip, Picture
from unplastic.color import assumed_matrix, chroma_scale, chroma_steps, luma_scale
from unplastic.vision.bands import fine_band, half_size
from unplastic.vision.blocks import FlatBlocks, flat_blocks
from unplastic.vision.codes import to_codes8
from unplastic.vision.colours import Rgb, rgb_of
from unplastic.vision.covariance import Covariances, covariances
from unplastic.vision.cuts import distinct, shots
from unplastic.vision.face import Face
from unplastic.vision.firstseen import FirstSeen
from unplastic.vision.grid import Grid
from unplastic.vision.lamp import Lamp, Shading, lamp, shading
from unplastic.vision.motion import LAGS, Motion, is_large_enough, motion
from unplastic.vision.people import People, people
from unplastic.vision.plane import Mask, Plane
from unplastic.vision.regions import Regions, in_focus, lit_area, regions
from unplastic.vision.samples import Samples, samples_of
from unplastic.vision.surfaces import Surfaces

TILE_PX = 64
WHOLE_MAX_PX = 2_300_000
WINDOW_PX = 2_080_000
WINDOW_AT = ((0.5, 0.5), (0.2, 0.2), (0.8, 0.8))


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the picture that a run looks at, in luma pixels: all of it up to 1080p."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a run: planes in 8-bit limited-range codes, and its number in the clip."""

    luma: Plane
    cb: Plane
    cr: Plane
    samples: Samples
    index: int


class Run:
    """Frames of one shot without repeats.

    ``frames`` is never empty. ``repeats`` counts the frames left out because they only repeat the one before.
    ``step_codes8`` is the distance between two code values of the file. ``picture`` is (width, height) of the whole
    picture; ``window`` is the part that the planes hold. ``first_seen`` says where surfaces lie, and is told.
    """

    def __init__(
        self,
        frames: tuple[Frame, ...],
        window: Window,
        picture: tuple[int, int],
        step_codes8: float,
        repeats: int = 0,
        matrix: int = 1,
        first_seen: FirstSeen | None = None,
    ) -> None:
        self.frames = frames
        self.window = window
        self.picture = picture
        self.step_codes8 = step_codes8
        self.repeats = repeats
        self.matrix = matrix
        self.first_seen = first_seen or FirstSeen()
        self._regions: dict[int, Regions] = {}
        self._steps: dict[int, Motion] = {}
        self._surfaces: dict[int, Surfaces] = {}
        self._rgbs: dict[int, Rgb] = {}
        self._lamps: dict[int, tuple[Shading, Lamp | None]] = {}

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the luma planes."""
        height, width = self.frames[0].luma.shape
        return height, width

    @cached_property
    def grid(self) -> Grid:
        """Tiles of 64 px."""
        return Grid.over(self.shape, TILE_PX)

    @cached_property
    def fine(self) -> tuple[Plane, ...]:
        """The fine band of every frame."""
        return tuple(fine_band(frame.luma) for frame in self.frames)

    @cached_property
    def half(self) -> tuple[Plane, ...]:
        """Every luma at half size."""
        return tuple(half_size(frame.luma) for frame in self.frames)

    def regions(self, t: int) -> Regions:
        """Edges, texture and exposure of frame ``t`` of the run."""
        if t not in self._regions:
            self._regions[t] = regions(self.frames[t].luma, self.lit)
        return self._regions[t]

    @cached_property
    def lit(self) -> Mask:
        """Rows and columns that hold a picture: letterbox and pillar bars are left out, and 8 px at every border."""
        return lit_area(self.frames[0].luma)

    @cached_property
    def in_focus(self) -> Mask:
        """(tiles,): those with, in or beside them, an edge nearly as sharp as the sharpest of the run."""
        return in_focus(self.frames[0].luma, self.lit, self.grid)

    @cached_property
    def covariances(self) -> Covariances | None:
        """How the fine band of one frame goes with that of later ones, per tile; None for a single frame."""
        return self._covariances.get("frame")

    def covariances_of(self, region: str) -> Covariances | None:
        """The same for the surface "skin", "hair" or "cloth" alone; None without a face to know them by."""
        return self._covariances.get(region)

    @cached_property
    def _covariances(self) -> dict[str, Covariances]:
        return covariances(self) if self.anchors else {}

    @cached_property
    def anchors(self) -> tuple[int, ...]:
        """Up to three frames from which motion is followed, as far as four frames on where the run allows.

        Empty for a single frame and for pictures under 64 px, in which no motion can be found.
        """
        count = len(self.frames)
        if count < 2 or not is_large_enough(self.half[0]):
            return ()
        last = count - 1 - max(lag for lag in LAGS if lag < count)
        return tuple(sorted({round(last * part) for part in (0.0, 0.5, 1.0)}))

    def motion(self, t: int, lag: int) -> Motion:
        """Motion from frame ``t`` to frame ``t + lag``; that to the next frame is kept, since several measures ask."""
        if lag != 1:
            return motion(self.half[t], self.half[t + lag])
        if t not in self._steps:
            self._steps[t] = motion(self.half[t], self.half[t + 1])
        return self._steps[t]

    @property
    def faces_known(self) -> bool:
        """Whether faces could be looked for at all."""
        return self._people.networks is not None

    @property
    def faces_why_not(self) -> str | None:
        """Why faces could not be looked for, in one clause."""
        return self._people.why_not

    def faces(self, t: int) -> tuple[Face, ...]:
        """Faces of frame ``t`` in pixels of the run's planes, largest first, each with the number it keeps."""
        return self._followed[t]

    def lamp(self, t: int) -> tuple[Shading, Lamp | None]:
        """The shading of the largest face of frame ``t``, and the lamp behind it; asked only where there is a face."""
        if t not in self._lamps:
            seen = shading(self.frames[t].luma, self.faces(t)[0])
            self._lamps[t] = seen, lamp(seen)
        return self._lamps[t]

    @cached_property
    def looks(self) -> tuple[int, ...]:
        """Up to three frames, first, middle and last, for what hardly changes within a run."""
        last = len(self.frames) - 1
        return tuple(sorted({0, round(last / 2), last}))

    @property
    def is_whole(self) -> bool:
        """Whether the planes hold all of the picture."""
        return (self.window.width, self.window.height) == self.picture

    def surfaces(self, t: int) -> Surfaces:
        """Soft masks of frame ``t`` at half size."""
        if t not in self._surfaces:
            faces = tuple(face.scaled(0.5) for face in self.faces(t))
            frame = self.frames[t]
            # Bound to the picture, not to the run: a run that its own masks hold on to would outlive its measuring.
            person = partial(self._people.person, self._rgb(t))
            self._surfaces[t] = Surfaces(self.half[t], frame.cb, frame.cr, faces, person)
        return self._surfaces[t]

    @cached_property
    def _people(self) -> People:
        return people((2.0, 2.0))

    @cached_property
    def _followed(self) -> list[tuple[Face, ...]]:
        found = []
        for t in range(len(self.frames)):
            found.append(self._people.faces(lambda t=t: self._rgb(t), lambda t=t: self._motion_to(t)))
        return found

    def _motion_to(self, t: int) -> Motion | None:
        return self.motion(t - 1, 1) if t and is_large_enough(self.half[0]) else None

    def _rgb(self, t: int) -> Rgb:
        if t not in self._rgbs:
            frame = self.frames[t]
            self._rgbs[t] = rgb_of(self.half[t], frame.cb, frame.cr, self.matrix)
        return self._rgbs[t]

    @cached_property
    def flat_blocks(self) -> FlatBlocks:
        """Blocks of 32 px without structure: where noise can be seen alone."""
        return flat_blocks(self.frames[0].luma, self.lit)

    def plane_box(self, tile: int, width: int, height: int) -> tuple[int, int, int, int]:
        """A box (x, y, width, height) of the whole picture around a tile, clamped to the picture."""
        x, y = (int(v) for v in self.grid.centres()[tile])
        full_width, full_height = self.picture
        width, height = min(width, full_width), min(height, full_height)
        left = min(max(0, self.window.x + x - width // 2), full_width - width)
        top = min(max(0, self.window.y + y - height // 2), full_height - height)
        return left, top, width, height


def runs_of(
    pictures: Iterable[Picture], clip: Clip, *, turn: int = 0, first_seen: FirstSeen | None = None
) -> list[Run]:
    """The runs in consecutive pictures: one, or more when there is a cut. Pictures are copied, and may be reused.

    ``turn`` numbers the runs of a clip: above 1080p each looks at another window of 2 Mpixel, so that the cost of a
    run does not grow with the picture while all of its pixels stay at full size.
    """
    window = window_of(clip.width, clip.height, turn)
    frames = [_frame(picture, window, is_full_range=clip.color.is_full_range) for picture in pictures]
    if not frames:
        return []
    lumas = [frame.luma for frame in frames]
    step = _step_codes8(clip)
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    found = []
    for shot in shots(lumas):
        kept = [frames[shot][i] for i in distinct(lumas[shot])]
        repeats = shot.stop - shot.start - len(kept)
        found.append(Run(tuple(kept), window, (clip.width, clip.height), step, repeats, matrix, first_seen))
    return found


def window_of(width: int, height: int, turn: int) -> Window:
    """The part of a picture that the run number ``turn`` looks at; corners lie on even pixels."""
    if width * height <= WHOLE_MAX_PX:
        return Window(0, 0, width, height)
    scale = (WINDOW_PX / (width * height)) ** 0.5
    wide, high = int(width * scale) // 2 * 2, int(height * scale) // 2 * 2
    across, down = WINDOW_AT[turn % len(WINDOW_AT)]
    return Window(int((width - wide) * across) // 2 * 2, int((height - high) * down) // 2 * 2, wide, high)


def _step_codes8(clip: Clip) -> float:
    full = 219.0 / 255.0 if clip.color.is_full_range else 1.0
    return full / (1 << (clip.bit_depth - 8))


def _frame(picture: Picture, window: Window, *, is_full_range: bool) -> Frame:
    across, down = chroma_steps(picture)
    rows = slice(window.y, window.y + window.height)
    columns = slice(window.x, window.x + window.width)
    small_rows = slice(window.y // down, -(-(window.y + window.height) // down))
    small_columns = slice(window.x // across, -(-(window.x + window.width) // across))
    luma = luma_scale(picture.bit_depth, is_full_range=is_full_range)
    chroma = chroma_scale(picture.bit_depth, is_full_range=is_full_range)
    return Frame(
        luma=to_codes8(picture.y[rows, columns], *luma, zero=16.0, span=219.0),
        cb=to_codes8(picture.cb[small_rows, small_columns], *chroma, zero=128.0, span=224.0),
        cr=to_codes8(picture.cr[small_rows, small_columns], *chroma, zero=128.0, span=224.0),
        samples=samples_of(picture, is_full_range=is_full_range),
        index=picture.index,
    )
