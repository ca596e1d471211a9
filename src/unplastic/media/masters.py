"""What can be delivered: one row per master, with the encoder's settings and what it cannot take."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import av

from unplastic.clip import Chroma, Clip
from unplastic.errors import ResultUnwritable, UnknownName
from unplastic.media.formats import working_format


@dataclass(frozen=True, slots=True)
class Master:
    """One way to encode finished pictures.

    ``chromas`` are those the encoder takes, the preferred first; ``depths`` likewise. ``even_420`` says that 4:2:0
    pictures need even sides. ``smallest`` and ``largest`` bound (width, height).
    """

    name: str
    codec: str
    suffix: str
    chromas: tuple[Chroma, ...]
    depths: tuple[int, ...]
    options: dict[str, str] = field(default_factory=dict)
    tag: str | None = None
    even_420: bool = True
    smallest: tuple[int, int] = (16, 16)
    largest: tuple[int, int] = (16384, 16384)

    def depth(self, clip: Clip) -> int:
        """Bits of the delivered samples: the clip's own when they fit, else the deepest the master has."""
        return next((depth for depth in sorted(self.depths) if depth >= clip.bit_depth), max(self.depths))

    def chroma(self, clip: Clip) -> Chroma:
        """Chroma of the delivered samples: never coarser than the clip's when the master can help it."""
        source: Chroma = "420" if clip.chroma == "400" else clip.chroma
        odd = clip.width % 2 or clip.height % 2
        fits = [c for c in self.chromas if not (odd and self.even_420 and c != "444")]
        finer = [c for c in fits if c >= source]
        return min(finer, default=None) or max(fits, default=None) or self.chromas[0]

    def pixel_format(self, clip: Clip) -> str:
        """The encoder's pixel format for ``clip``."""
        return working_format(self.chroma(clip), self.depth(clip))


# crf 16 and tune grain: below that quality an encoder eats the grain it was given (measuring A4, table of crf).
_X264 = {"crf": "16", "preset": "medium", "tune": "grain"}
_X265 = {"crf": "16", "preset": "fast", "tune": "grain", "x265-params": "log-level=none"}

MASTERS = {
    master.name: master
    for master in (
        Master("prores", "prores_ks", ".mov", ("422",), (10,), {"profile": "3", "vendor": "apl0"}),
        Master("prores4444", "prores_ks", ".mov", ("444",), (10,), {"profile": "4", "vendor": "apl0"}),
        Master("dnxhr", "dnxhd", ".mov", ("422",), (10,), {"profile": "dnxhr_hqx"}, smallest=(256, 120)),
        Master("h264", "libx264", ".mp4", ("420", "422", "444"), (10,), _X264),
        Master("hevc", "libx265", ".mp4", ("420", "422", "444"), (10, 12), _X265, tag="hvc1", smallest=(32, 32)),
        Master("av1", "libsvtav1", ".mp4", ("420",), (10,), {"preset": "8", "crf": "18"}, smallest=(64, 64)),
        Master(
            "ffv1", "ffv1", ".mkv", ("420", "422", "444"), (10, 12), {"level": "3", "slicecrc": "1"}, even_420=False
        ),
    )
}

# The web file: 8 bits play everywhere. HDR in 8 bits would band, so it stays 10-bit HEVC.
WEB = Master("web", "libx264", ".mp4", ("420",), (8,), {"crf": "18", "preset": "fast", "tune": "grain"})
WEB_HDR = Master("web", "libx265", ".mp4", ("420",), (10,), {**_X265, "crf": "18"}, tag="hvc1", smallest=(32, 32))


def find_master(name: str, clip: Clip) -> Master:
    """The master of that name for ``clip``; raises `UnknownName`, or `ResultUnwritable` for a size it cannot take."""
    if name == "web":
        return WEB_HDR if clip.color.is_hdr else WEB
    if name not in MASTERS:
        raise UnknownName(f"no master is called {name!r}", f"known masters: {', '.join(MASTERS)}")
    master = MASTERS[name]
    _check_size(master, clip)
    return master


def target_depth(name: str, clip: Clip) -> int:
    """Bits at which the treatments should write for that master: at least 10."""
    return max(10, find_master(name, clip).depth(clip))


def container_suffix(name: str, clip: Clip) -> str:
    """Suffix of the file that can hold the master and a copy of all other streams of ``clip``."""
    master = find_master(name, clip)
    carried = {track.codec for track in clip.sound} | set(clip.subtitles)
    return master.suffix if carried <= _carries(master.suffix) else ".mkv"


def missing_encoders() -> list[str]:
    """Encoders of the table that this build of FFmpeg does not have."""
    return sorted({m.codec for m in (*MASTERS.values(), WEB, WEB_HDR)} - set(av.codecs_available))


def options_of(master: Master, preset: str | None, rate: Fraction) -> dict[str, str]:
    """Encoder options, with another speed preset if wanted; key frames at least every two seconds for cutting."""
    options = dict(master.options)
    if preset and "preset" in options:
        options["preset"] = preset
    if master.codec in ("libx264", "libsvtav1"):
        options["g"] = str(max(1, round(2 * rate)))
    return options


def _carries(suffix: str) -> set[str]:
    """Codecs that can be copied into a container without touching a packet."""
    pcm = {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le"}
    lossy = {"aac", "ac3", "eac3", "mp3", "alac", "mov_text"}
    return lossy | pcm if suffix == ".mov" else lossy | {"opus", "flac"}


def _check_size(master: Master, clip: Clip) -> None:
    wide, high = clip.width, clip.height
    (least_w, least_h), (most_w, most_h) = master.smallest, master.largest
    if wide < least_w or high < least_h or wide > most_w or high > most_h:
        raise ResultUnwritable(
            f"{clip.path.name}: {wide}x{high} does not fit {master.name}, which takes {least_w}x{least_h} and up",
            "choose another master: --master ffv1 takes any size",
        )
    if master.even_420 and "444" not in master.chromas and (wide % 2 or (high % 2 and "422" not in master.chromas)):
        raise ResultUnwritable(
            f"{clip.path.name}: {wide}x{high} has an odd side, which {master.name} cannot hold",
            "choose --master prores4444, h264, hevc or ffv1",
        )
