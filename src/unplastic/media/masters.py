"""What can be delivered: one row per master, with the encoder's settings and what it cannot take."""

from __future__ import annotations

from dataclasses import dataclass, field

import av

from unplastic.clip import CHROMA_STEPS, Chroma, Clip
from unplastic.errors import ResultUnwritable, UnknownName
from unplastic.media.containers import suffix_for
from unplastic.media.formats import working_format
from unplastic.media.sequence import DEPTH as SEQUENCE_DEPTH
from unplastic.media.sequence import SEQUENCES

X265_FRAMES_UNTIMED = 3
"""Up to its reordering delay, x265 leaves decoding times uninitialised."""


@dataclass(frozen=True, slots=True)
class Master:
    """One way to encode finished pictures.

    ``suffixes`` are the containers that it goes into, the preferred first; Matroska takes whatever they cannot.
    ``chromas`` and ``depths`` are those the encoder takes, coarse to fine. ``needs_whole_chroma`` says that a picture's
    sides must be multiples of the chroma steps, ``holds_full_range`` that readers are told the range of the levels.
    ``smallest`` and ``largest`` bound (width, height). ``group`` is the most pictures from one key picture to the next,
    two seconds of them if None.
    """

    name: str
    codec: str
    suffixes: tuple[str, ...]
    chromas: tuple[Chroma, ...]
    depths: tuple[int, ...]
    options: dict[str, str] = field(default_factory=dict)
    tag: str | None = None
    needs_whole_chroma: bool = False
    holds_full_range: bool = True
    smallest: tuple[int, int] = (16, 16)
    largest: tuple[int, int] = (16384, 16384)
    group: int | None = None

    @property
    def is_web(self) -> bool:
        """True for files to send around or to look at: cropped to even sides, with sound that plays everywhere."""
        return self.name in {"web", "web_av1", "proxy"}

    def depth(self, clip: Clip) -> int:
        """Bits of the delivered samples: the clip's own when they fit, else the deepest the master has."""
        return next((depth for depth in self.depths if depth >= clip.bit_depth), self.depths[-1])

    def chroma(self, clip: Clip) -> Chroma:
        """Chroma of the delivered samples: never coarser than the clip's where the master can help it."""
        wanted: Chroma = "420" if clip.chroma == "400" else clip.chroma
        takes: list[Chroma] = [chroma for chroma in self.chromas if self.is_web or self._divides(clip, chroma)]
        finer: list[Chroma] = [chroma for chroma in takes if chroma >= wanted]
        return finer[0] if finer else takes[-1]

    def size(self, clip: Clip) -> tuple[int, int]:
        """(width, height) of the delivered pictures: the clip's, less an odd last row or column in the web file."""
        return (clip.width & ~1, clip.height & ~1) if self.is_web else (clip.width, clip.height)

    def pixel_format(self, clip: Clip) -> str:
        """The encoder's pixel format for ``clip``."""
        return working_format(self.chroma(clip), self.depth(clip))

    def notes(self, clip: Clip, suffix: str) -> tuple[str, ...]:
        """What the owner of ``clip`` should know about this master of it in a container of that suffix."""
        notes = []
        size, chroma = self.size(clip), self.chroma(clip)
        if size != (clip.width, clip.height):
            notes.append(f"the {self.name} file is {size[0]}x{size[1]}: 4:2:0 needs even sides")
        if self.needs_whole_chroma and not self.is_web and not self._divides(clip, "420") and clip.chroma == "420":
            notes.append(f"the master is {':'.join(chroma)}: the picture has an odd side")
        if self.suffixes and suffix != self.suffixes[0]:
            notes.append(
                f"the master is a {suffix[1:]} file: {self.suffixes[0][1:]} cannot hold the clip's other streams"
            )
        if clip.color.is_full_range and not self.holds_full_range:
            notes.append(f"levels are limited range: {self.name} cannot say that they are full")
        if suffix == ".mkv":
            notes.append("its timestamps are rounded to Matroska's milliseconds")
            if clip.pixel_aspect != 1:
                notes.append(f"its pixel aspect {clip.pixel_aspect} is not written: set it in the editing program")
        return tuple(notes)

    def _divides(self, clip: Clip, chroma: Chroma) -> bool:
        across, down = CHROMA_STEPS[chroma]
        return not self.needs_whole_chroma or not (clip.width % across or clip.height % down)


# crf 16 and tune grain: below that quality an encoder eats the grain it was given (measuring A4, table of crf).
_X264 = {"crf": "16", "preset": "medium", "tune": "grain"}
_X265 = {"crf": "16", "preset": "fast", "tune": "grain", "x265-params": "log-level=none"}
_PRORES_HQ, _PRORES_4444 = ({"profile": profile, "vendor": "apl0"} for profile in "34")

MASTERS = {
    master.name: master
    for master in (
        Master("prores", "prores_ks", (".mov",), ("422",), (10,), _PRORES_HQ, holds_full_range=False),
        Master("prores4444", "prores_ks", (".mov",), ("444",), (10,), _PRORES_4444, holds_full_range=False),
        Master("dnxhr", "dnxhd", (".mov",), ("422",), (10,), {"profile": "dnxhr_hqx"}, smallest=(256, 120)),
        Master("dnxhr444", "dnxhd", (".mov",), ("444",), (10,), {"profile": "dnxhr_444"}, smallest=(256, 120)),
        Master("h264", "libx264", (".mp4", ".mov"), ("420", "422", "444"), (10,), _X264, needs_whole_chroma=True),
        Master(
            "hevc",
            "libx265",
            (".mp4", ".mov"),
            ("420", "422", "444"),
            (10, 12),
            _X265,
            tag="hvc1",
            needs_whole_chroma=True,
        ),
        Master("av1", "libsvtav1", (".mp4",), ("420",), (10,), {"preset": "8", "crf": "18"}),
        # PyAV's MOV muxer refuses FFV1, so Matroska it is.
        Master("ffv1", "ffv1", (), ("420", "422", "444"), (10, 12), {"level": "3", "slices": "16", "slicecrc": "1"}),
    )
}

# The web file: 8 bits play everywhere. HDR in 8 bits would band, so it stays 10-bit HEVC.
WEB = Master(
    "web", "libx264", (".mp4",), ("420",), (8,), {**_X264, "crf": "18", "preset": "fast"}, needs_whole_chroma=True
)
WEB_HDR = Master(
    "web", "libx265", (".mp4",), ("420",), (10,), {**_X265, "crf": "18"}, tag="hvc1", needs_whole_chroma=True
)

# What people judge by, picture by picture: no picture waits for a later one, and none is far from a key picture.
PROXY = Master(
    "proxy", "libx264", (".mp4",), ("420",), (8,),
    {"crf": "12", "preset": "veryfast", "tune": "grain,fastdecode", "bf": "0", "refs": "1"},
    needs_whole_chroma=True, group=12,
)  # fmt: skip
PROXY_HDR = Master(
    "proxy", "libsvtav1", (".mp4",), ("420",), (10,), {"preset": "10", "crf": "16", "svtav1-params": "pred-struct=1"},
    needs_whole_chroma=True, group=12,
)  # fmt: skip
# For the web without grain in the pictures: `grained.put_grain` writes it into the headers.
WEB_AV1 = Master("web_av1", "libsvtav1", (".mp4",), ("420",), (10,), {"preset": "8", "crf": "24"})


def find_master(name: str, clip: Clip) -> Master:
    """The master of that name for ``clip``; raises `UnknownName`, or `ResultUnwritable` for a size it cannot take."""
    if name == "web":
        return WEB_HDR if clip.color.is_hdr else WEB
    if name == "proxy":
        return PROXY_HDR if clip.color.is_hdr else PROXY
    if name == "web_av1":
        return WEB_AV1
    if name not in MASTERS:
        raise UnknownName(f"no master is called {name!r}", f"known masters: {', '.join(MASTERS)}")
    master = MASTERS[name]
    _check_size(master, clip)
    return master


def target_depth(name: str, clip: Clip) -> int:
    """Bits at which the treatments should write for that master: at least 10."""
    if name in SEQUENCES:
        return SEQUENCE_DEPTH
    return max(10, find_master(name, clip).depth(clip))


def container_suffix(name: str, clip: Clip) -> str:
    """Suffix of the file that can hold the master and a copy of all other streams of ``clip``."""
    return suffix_for(find_master(name, clip).suffixes, clip)


def missing_encoders() -> list[str]:
    """Encoders of the table that this build of FFmpeg does not have."""
    return sorted({m.codec for m in (*MASTERS.values(), WEB, WEB_HDR, WEB_AV1, PROXY_HDR)} - set(av.codecs_available))


def options_of(master: Master, clip: Clip, preset: str | None) -> dict[str, str]:
    """Encoder options, with another speed preset if wanted; key frames at least every two seconds for cutting."""
    options = dict(master.options)
    if preset and "preset" in options and (preset.isdigit() or master.codec != "libsvtav1"):
        options["preset"] = preset
    if master.codec in ("libx264", "libx265", "libsvtav1"):
        options["g"] = str(master.group or max(1, round(2 * clip.frame_rate)))
    if master.codec == "libx265" and clip.frames <= X265_FRAMES_UNTIMED:
        options["x265-params"] += ":bframes=0"
    return options


def _check_size(master: Master, clip: Clip) -> None:
    (least_w, least_h), (most_w, most_h) = master.smallest, master.largest
    if least_w <= clip.width <= most_w and least_h <= clip.height <= most_h:
        return
    raise ResultUnwritable(
        f"{clip.path.name}: {clip.width}x{clip.height} does not fit {master.name}, "
        f"which takes {least_w}x{least_h} to {most_w}x{most_h}",
        "choose another master: --master ffv1 takes any size",
    )
