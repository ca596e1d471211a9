"""What ``speed.py`` runs as whole processes; one verb each."""

from __future__ import annotations

import sys
import time
from pathlib import Path


def recipe():
    """Every treatment on, at amounts that a plastic clip gets."""
    from unplastic.looks import Recipe
    from unplastic.looks.recipe import Dose
    from unplastic.treat.grade import Grade
    from unplastic.treat.grain import Grain
    from unplastic.treat.soften import Soften

    return Recipe(
        "benchmark", 1.0, 1, tuple(Dose(t, {}) for t in (Soften(strength=0.6), Grade(), Grain(sigma_codes8=2.2))), {}
    )


def finish(source: str, preset: str) -> None:
    """Decode, treat and encode: a whole finish without its two measurements."""
    from unplastic.finish import treat_clip
    from unplastic.media import probe

    target = Path(source).with_suffix(f".{preset}.finished.mp4")
    treat_clip(probe(Path(source)), recipe(), {"master": target}, master="h264", preset=preset)
    target.unlink()


def pixels(source: str, raw: str) -> None:
    """Write the finished pixels as raw planar 10-bit."""
    from unplastic.media import pictures, probe

    clip = probe(Path(source))
    with Path(raw).open("wb") as file:
        for target in _treated(clip, pictures(clip)):
            for plane in (target.y, target.cb, target.cr):
                file.write(plane.tobytes())


def bare(source: str, raw: str, preset: str) -> None:
    """Decode the source, encode the finished pixels, nothing else."""
    import threading

    import av
    import numpy as np

    def decode() -> None:
        with av.open(source) as container:
            container.streams.video[0].thread_type = "AUTO"
            for _ in container.decode(video=0):
                pass

    thread = threading.Thread(target=decode)
    thread.start()
    target = Path(source).with_suffix(f".{preset}.bare.mp4")
    with av.open(source) as probe:
        stream_in = probe.streams.video[0]
        width, height, rate = stream_in.width, stream_in.height, stream_in.average_rate
    sizes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
    with av.open(str(target), "w") as container, Path(raw).open("rb") as file:
        options = {"preset": preset, "crf": "16", "tune": "grain", "g": "48"}
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.codec_context.thread_type = "AUTO"  # frame threads, as the writer and the ffmpeg program have them
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p10le"
        while True:
            frame = av.VideoFrame(width, height, "yuv420p10le")
            for plane, (rows, columns) in zip(frame.planes, sizes, strict=True):
                data = np.frombuffer(file.read(rows * columns * 2), np.uint16)
                if data.size == 0:
                    break
                np.frombuffer(plane, np.uint16).reshape(-1, plane.line_size // 2)[:rows, :columns] = data.reshape(
                    rows, columns
                )
            else:
                container.mux(stream.encode(frame))
                continue
            break
        container.mux(stream.encode(None))
    thread.join()
    target.unlink()


def kernel(source: str, frames: str) -> None:
    """Median CPU milliseconds of the treat kernel over frames of a clip."""
    from statistics import median

    from unplastic.media import pictures, probe

    clip = probe(Path(source))
    spent: list[float] = []
    for _ in _treated(clip, pictures(clip, 0, int(frames)), spent):
        pass
    print(1000 * median(spent[2:]))


def first(source: str) -> None:
    """CPU seconds from process start to the first finished frame."""
    from unplastic.media import pictures, probe

    clip = probe(Path(source))
    next(_treated(clip, pictures(clip)))
    print(time.process_time())


def measure(source: str) -> None:
    """Measure a clip."""
    import unplastic

    unplastic.measure(source)


def _treated(clip, stream, spent: list[float] | None = None):
    import numpy as np

    from unplastic.clip import Picture
    from unplastic.treat import Chain
    from unplastic.trial import geometry

    chain = Chain(recipe().treatments, geometry(clip, "h264", 1))
    for picture in stream:
        planes = [np.empty(plane.shape, np.uint16) for plane in (picture.y, picture.cb, picture.cr)]
        target = Picture(*planes, 10, picture.index, picture.pts)
        start = time.thread_time()
        chain.run(picture, target)
        if spent is not None:
            spent.append(time.thread_time() - start)
        yield target


if __name__ == "__main__":
    # As in an installation that users have: SciPy comes only with the demo's and tests' extras, and where it is there,
    # numba imports it, for 0.3 s and 25 MiB more.
    sys.modules["scipy"] = None  # type: ignore[assignment]
    globals()[sys.argv[1]](*sys.argv[2:])
