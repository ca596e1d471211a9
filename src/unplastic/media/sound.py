"""The sound of a clip as WAV files, for pictures that lie in files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from unplastic.clip import Clip
from unplastic.media.probe import opened


class Sound:
    """One 24-bit WAV per track, as long as the clip and beginning with it. ``notes`` says what there will be."""

    def __init__(self, clip: Clip, folder: Path, stem: str) -> None:
        self._clip = clip
        self._paths = [
            folder / (f"{stem}.wav" if len(clip.sound) == 1 else f"{stem}_{i + 1}.wav") for i in range(len(clip.sound))
        ]
        self.notes = ("the sound lies beside the pictures as WAV",) if self._paths else ()

    def write(self) -> None:
        """Decode every track and write it."""
        for i, path in enumerate(self._paths):
            self._write(i, path)

    def _write(self, track: int, path: Path) -> None:
        clip = self._clip
        begin = Fraction((clip.part.pts if clip.part else clip.start_pts) * clip.time_base)
        with opened(clip.path) as source, av.open(str(path), "w") as output:
            stream: Any = source.streams.audio[track]
            rate = stream.codec_context.sample_rate
            target: Any = output.add_stream("pcm_s24le", rate=rate)
            target.layout = stream.codec_context.layout
            left = round(clip.duration_s * rate)
            resampler = av.AudioResampler(format="s32", layout=target.layout, rate=rate)
            at = 0
            for frame in _frames(source, stream, resampler):
                start = round((frame.pts * frame.time_base - begin) * rate) if frame.pts is not None else at
                samples = frame.to_ndarray().reshape(-1, len(target.layout.channels))
                if start > at:
                    samples = np.pad(samples, ((start - at, 0), (0, 0)))
                elif start < at:
                    samples = samples[at - start :]
                samples = samples[: max(0, left - at)]
                at += len(samples)
                if len(samples):
                    self._mux(output, target, samples, rate)
            if at < left:
                self._mux(output, target, np.zeros((left - at, len(target.layout.channels)), np.int32), rate)
            output.mux(target.encode(None))

    def _mux(self, output: Any, target: Any, samples: np.ndarray, rate: int) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.reshape(1, -1)), format="s32", layout=target.layout.name
        )
        frame.sample_rate = rate
        output.mux(target.encode(frame))


def _frames(source: Any, stream: Any, resampler: Any) -> Iterator[Any]:
    for frame in source.decode(stream):
        yield from resampler.resample(frame)
