"""What enlarging one picture costs, and what the limit on ringing buys.

    python benchmark/upscale.py [--frames 12] [--neural]

8-bit 4:2:0 noise in, 10-bit out (every sample another: the worst case); CPU time, ours on one thread, median over the
frames; scaling by FFmpeg's swscale, Lanczos with accurate rounding, no limit and no dither, stands beside it.
Fidelity: the luma of three photos of scikit-image, brought to half size by the room's own widened kernel and back, by
PSNR; ringing: how far the enlarged picture of a hard step of 150 codes leaves its plateaus. ``--neural`` adds the
small network, if OpenVINO and the weights are here: wall and CPU seconds and peak memory of a process of its own, for
one picture. Writes ``benchmark/upscale.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import resource
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from statistics import median

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from skimage import data

from unplastic.clip import Clip, ColorTags, Picture
from unplastic.upscale.lanczos import Lanczos
from unplastic.upscale.neural import Neural
from unplastic.upscale.resampler import Resampler, plane_resampler

HERE = Path(__file__).parent
SIZES = [((1280, 720), (1920, 1080)), ((1280, 720), (3840, 2160)), ((1920, 1080), (3840, 2160))]
MARGINS = (0.0, 1.0, 2.0, 4.0, 8.0, 255.0)
NEURAL_SIZES = [((960, 540), (1920, 1080)), ((1280, 720), (3840, 2160))]


def clip_of(width: int, height: int) -> Clip:
    """An 8-bit clip of that size."""
    whole = Fraction(1)
    return Clip(
        Path("x.mp4"), "mp4", "h264", None, None, width, height, whole, 0, Fraction(24), False, 24, 0, whole,
        Fraction(1, 24), 8, "420", ColorTags(1, 1, 1), None,
    )  # fmt: skip


def noise(width: int, height: int, index: int) -> Picture:
    """Every sample another."""
    random = np.random.default_rng(index)
    shapes = (height, width), (height // 2, width // 2), (height // 2, width // 2)
    y, cb, cr = (random.integers(16, 236, shape).astype(np.uint8) for shape in shapes)
    return Picture(y, cb, cr, 8, index, index)


def lanczos_ms(size: tuple[int, int], target: tuple[int, int], frames: int) -> float:
    """Median CPU milliseconds of the calling thread per picture."""
    enlarge = Lanczos().bind(clip_of(*size), *target)
    stream = [noise(*size, i) for i in range(frames)]
    enlarge(stream[0])
    spent = []
    for picture in stream:
        start = time.thread_time()
        enlarge(picture)
        spent.append(time.thread_time() - start)
    return 1000 * median(spent)


def swscale_ms(size: tuple[int, int], target: tuple[int, int], frames: int) -> float:
    """The same by swscale."""
    source = av.VideoFrame(*size, "yuv420p")
    for i, plane in enumerate(source.planes):
        plane.update(np.random.default_rng(i).integers(16, 236, plane.buffer_size).astype(np.uint8).tobytes())
    reformatter, how = VideoReformatter(), Interpolation.LANCZOS | Interpolation.ACCURATE_RND
    spent = []
    for _ in range(frames + 1):
        start = time.process_time()  # it brings threads of its own
        reformatter.reformat(source, *target, format="yuv420p10le", interpolation=how)
        spent.append(time.process_time() - start)
    return 1000 * median(spent[1:])


def there_and_back(margin: float) -> list[float]:
    """PSNR (dB, 8-bit codes) of photos brought to half size and back."""
    found = []
    for photo in (data.astronaut(), data.coffee(), data.chelsea()):
        luma = (photo[..., :3] @ np.array([0.2126, 0.7152, 0.0722])).astype(np.float32)
        height, width = (side // 2 * 2 for side in luma.shape)
        luma = np.ascontiguousarray(luma[:height, :width])
        small = luma_resampler((width, height), (width // 2, height // 2), 255.0).signal(luma)
        again = luma_resampler((width // 2, height // 2), (width, height), margin).signal(small)
        found.append(10 * np.log10(255**2 / np.mean((luma - again)[8:-8, 8:-8].astype(np.float64) ** 2)))
    return found


def overshoot(margin: float) -> float:
    """How far, in codes, the enlarged edge leaves its plateaus."""
    edge = np.where(np.arange(64) < 32, 50.0, 200.0)
    plane = np.ascontiguousarray(np.broadcast_to(edge, (32, 64)).astype(np.float32))
    return float(luma_resampler((64, 32), (128, 64), margin).signal(plane).max() - 200)


def luma_resampler(size: tuple[int, int], target: tuple[int, int], margin: float) -> Resampler:
    """Luma of ``size`` to ``target``."""
    return plane_resampler("444", size, target, is_chroma=False, ringing=margin)


def one_neural(size: str) -> None:
    """In a process of its own: one picture through the network; prints what it cost."""
    width, height, wide, high = map(int, size.split(","))
    enlarge = Neural().bind(clip_of(width, height), wide, high)
    picture = noise(width, height, 0)
    enlarge(picture)
    wall, cpu = time.perf_counter(), time.process_time()
    enlarge(picture)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - wall:.1f} | {time.process_time() - cpu:.1f} | {peak:.0f}")


def neural_rows() -> list[str]:
    """Markdown rows of the small network; one that says why where it cannot run."""
    rows = []
    for size, target in NEURAL_SIZES:
        wanted = ",".join(map(str, (*size, *target)))
        done = subprocess.run([sys.executable, __file__, "--one", wanted], capture_output=True, text=True, check=False)
        said = done.stdout.strip() or f"not run: {done.stderr.strip().splitlines()[-1]} | | "
        rows.append(f"| {called(size, target)} | {said} |")
    return rows


def called(size: tuple[int, int], target: tuple[int, int]) -> str:
    """Both sizes in words."""
    return f"{size[0]}x{size[1]} to {target[0]}x{target[1]}"


def machine() -> str:
    """Processor, cores, date, and how busy others kept it."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = names[0].split(":")[1].strip() if names else platform.processor()
    when = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f}"
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {when}"


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--neural", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_neural(options.one)
        return
    lines = ["# What enlarging one picture costs", "", f"{machine()}."]
    lines += ["", (__doc__ or "").split("\n\n", 2)[2].strip(), "", "## lanczos", ""]
    lines += ["| sizes | CPU ms per picture | swscale, CPU ms |", "|---|---|---|"]
    for size, target in SIZES:
        ours, theirs = lanczos_ms(size, target, options.frames), swscale_ms(size, target, options.frames)
        lines.append(f"| {called(size, target)} | {ours:.1f} | {theirs:.1f} |")
    lines += ["", "| `ringing_codes8` | overshoot, codes | astronaut, dB | coffee, dB | chelsea, dB |"]
    lines += ["|---|---|---|---|---|"]
    for margin in MARGINS:
        cells = " | ".join(f"{value:.2f}" for value in there_and_back(margin))
        lines.append(f"| {margin:g} | {overshoot(margin):.1f} | {cells} |")
    if options.neural:
        lines += ["", "## neural (the small network, video)", ""]
        lines += ["| sizes | wall s | CPU s | peak MiB |", "|---|---|---|---|", *neural_rows()]
    text = "\n".join(lines) + "\n"
    (HERE / "upscale.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
