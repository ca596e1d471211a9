"""Frame headers are read to the very bit, by the word of an independent reader (FFmpeg's own bitstream parser)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.media.av1.bits import Reader, Writer
from unplastic.media.av1.frame import Header
from unplastic.media.av1.grain import FilmGrain, read_grain, write_grain
from unplastic.media.av1.rewrite import Parsed, shown_at

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="no independent reader (root: apt-get install ffmpeg)")


def coded(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.video[0]) if packet.size]


def headers(path: Path) -> list[Header]:
    parsed = Parsed()
    return [header for packet in coded(path) for _, header in parsed.headers(packet) if header]


def traced(path: Path, field: str) -> list[tuple[int, int]]:
    """(bit in the unit, value) of every occurrence of a syntax element."""
    command = [str(FFMPEG), "-loglevel", "trace", "-i", str(path), "-c", "copy", "-bsf:v", "trace_headers"]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    return [(int(a), int(b)) for a, b in re.findall(rf"\] (\d+) +{field} +[01]* = (-?\d+)", done.stderr)]


def head_bits(unit_bytes: int) -> int:
    """Bits of a unit's own header and size."""
    return 8 * (2 if unit_bytes < 128 else 3)


@needs_ffmpeg
def test_grain_is_found_at_the_very_bit(grained_by_encoder: Path) -> None:
    begins = [at for at, _ in traced(grained_by_encoder, "apply_grain")]
    mine = [header for header in headers(grained_by_encoder) if header.may_have_grain]
    assert len(begins) == len(mine) > 12
    differences = {at - header.end for at, header in zip(begins, mine, strict=True)}
    assert differences <= {16, 24}, "a header is off by more than the size field of its unit"
    seeds = [value for _, value in traced(grained_by_encoder, "grain_seed")]
    assert [header.grain.seed for header in mine if header.grain] == seeds


@needs_ffmpeg
@pytest.mark.parametrize("encoder", ["libaom-av1", "librav1e"])
def test_streams_of_other_encoders(tmp_path: Path, encoder: str, plain: Path) -> None:
    path = tmp_path / "other.mp4"
    speed = {"libaom-av1": ["-cpu-used", "8", "-crf", "40"], "librav1e": ["-speed", "10", "-qp", "150"]}[encoder]
    command = [str(FFMPEG), "-loglevel", "error", "-i", str(plain), "-an", "-frames:v", "12", "-c:v", encoder]
    subprocess.run([*command, *speed, str(path)], check=True)
    ends = [at for at, _ in traced(path, "reduced_tx_set")]
    mine = [header for header in headers(path) if header.existing is None]
    assert len(ends) == len(mine)
    # Behind reduced_tx_set there is only global motion, at least a bit for each of seven references.
    for at, header in zip(ends, mine, strict=True):
        assert header.end >= at - 24 + 1 + 7 * (header.kind == 1)
    assert sum(header.shown for header in mine) + sum(h.existing is not None for h in headers(path)) == 12


@needs_ffmpeg
def test_a_table_written_by_libaom_is_read(tmp_path: Path, plain: Path) -> None:
    table = tmp_path / "t.tbl"
    table.write_text(
        "filmgrn1\nE 0 9223372036854775807 1 7391 1\n\tp 2 7 0 11 0 1 128 192 256 128 192 256\n\tsY 2  0 40 255 80\n"
        "\tsCb 0\n\tsCr 0\n\tcY " + "0 " * 8 + "-8 30 -8 30\n\tcCb " + "0 " * 13 + "\n\tcCr " + "0 " * 13 + "\n"
    )
    path = tmp_path / "aom.mp4"
    command = [str(FFMPEG), "-loglevel", "error", "-i", str(plain), "-an", "-frames:v", "3", "-c:v", "libaom-av1"]
    params = ["-cpu-used", "8", "-crf", "40", "-aom-params", f"film-grain-table={table}"]
    subprocess.run([*command, *params, str(path)], check=True)
    first = headers(path)[0].grain
    assert first is not None
    assert (first.y, first.lag, first.ar_y[-4:], first.scaling_shift) == (((0, 40), (255, 80)), 2, (-8, 30, -8, 30), 11)


def test_every_picture_is_shown_once(plain: Path) -> None:
    found = shown_at(coded(plain))
    assert sorted(found.values()) == list(range(24))


points = st.lists(st.integers(0, 255), unique=True, max_size=10).flatmap(
    lambda xs: st.tuples(*(st.tuples(st.just(x), st.integers(0, 255)) for x in sorted(xs)))
)
mixing = st.tuples(st.integers(-128, 127), st.integers(-128, 127), st.integers(-256, 255))


@st.composite
def grains(draw: st.DrawFn) -> FilmGrain:
    lag = draw(st.integers(0, 3))
    size = 2 * lag * (lag + 1)
    y, cb, cr = draw(points), draw(points), draw(points)
    if not y:
        cb = cr = ()
    numbers = st.integers(-128, 127)

    def coefficients(wanted: object, count: int) -> tuple[int, ...]:
        return draw(st.tuples(*[numbers] * count)) if wanted else ()

    return FilmGrain(
        draw(st.integers(0, 65535)), y, cb, cr, False, draw(st.integers(8, 11)), lag, coefficients(y, size),
        coefficients(cb, size + bool(y)), coefficients(cr, size + bool(y)), draw(st.integers(6, 9)),
        draw(st.integers(0, 3)), draw(mixing) if cb else (0, 64, 0), draw(mixing) if cr else (0, 64, 0),
        draw(st.booleans()), draw(st.booleans()),
    )  # fmt: skip


@given(grains(), st.booleans())
def test_grain_is_read_as_it_was_written(grain: FilmGrain, inter: bool) -> None:
    w = Writer()
    write_grain(w, grain, inter=inter, mono=False, halved=True)
    r = Reader(w.aligned())
    assert read_grain(r, [None] * 8, inter=inter, mono=False, halved=True) == grain
    assert r.at == w.bits
