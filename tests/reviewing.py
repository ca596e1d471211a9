"""A film on its way through the real stages, without an engine, and its page: for tests of the review room.

Frames of its clips carry their own number as eight black or white blocks, so that pixels say which frame is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

import filming
from scenes import scene, write_silence
from unplastic.film import read
from unplastic.media import probe
from unplastic.pipeline import foreman, order
from unplastic.pipeline.agent import known
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.project import Project, opened
from unplastic.pipeline.stage import Done, Work
from unplastic.pipeline.stages.copies import Copies
from unplastic.pipeline.take import Artefact, Doing, Job, Status, Take
from unplastic.settings import Settings

BITS, BLOCK_PX = 8, 32
FPS = Fraction(24000, 1001)
ARTIST = filming.ARTIST.replace('master = "h264"', 'master = "prores"')
FILM = """
title = "The test"
budget_usd = 10
[[scenes]]
name = "kitchen"
light = "warm yellow from the lamp only, camera left, 3 stops"
[[scenes.shots]]
name = "sh010"
prompt = "Rain runs down a window."
[[scenes.shots]]
name = "sh020"
prompt = "Rain runs down a window."
"""


def numbered(width: int, height: int, frame: int) -> np.ndarray:
    """A frame of the panned scene, repeated as often as it fits, under the blocks of its number: (height, width, 3)."""
    once = scene(min(width, 640), min(height, 480), frame)
    picture = np.tile(once, (-(-height // once.shape[0]), -(-width // once.shape[1]), 1))[:height, :width].copy()
    for bit in range(BITS):
        code = 235 if frame >> bit & 1 else 16
        picture[:BLOCK_PX, bit * BLOCK_PX : (bit + 1) * BLOCK_PX] = code
    return picture


def write_numbered(path: Path, frames: int, *, width: int = 320, height: int = 240, sound: bool = False) -> Path:
    """A clip of numbered frames at 23.976 frames a second, H.264 4:2:0."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "10", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        voice = container.add_stream("aac", rate=48000) if sound else None
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(numbered(width, height, index)), "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)))
        container.mux(stream.encode(None))
        if voice:
            write_silence(container, voice, frames / 24)
    return path


@dataclass(frozen=True)
class Filmed:
    """A film's folder, its project and a desk."""

    folder: Path
    project: Project
    desk: Desk

    def file(self, clip: Path, shot: str, scene: str = "kitchen") -> list[Job]:
        """A clip as the next take of a shot; the work that this starts."""
        return list(order.file(self.desk, self.project, read(self.folder), clip, scene, shot) or ())

    def work(self, jobs: Iterable[Job]) -> None:
        """Do work, and what follows from it, until nothing is left."""
        left = list(jobs)
        while left:
            job = left.pop(0)
            found = foreman.look(self.desk, job.film, job.take, job.agent, job.turn, job.run)
            left += [*found.started, *([job] if found.wait_s is not None else [])]

    def as_it_is(self, clip: Path, shot: str) -> Take:
        """A clip as a take whose finish changed nothing: with copies, up for review, and never measured."""
        self.file(clip, shot)
        take = self.desk.tables.takes(self.project.id)[-1]
        digest, found = take.facts["original"], probe(clip)
        facts = {"finished": digest, "frames": found.frames, "fps": float(found.frame_rate),
                 "size": [found.width, found.height]}  # fmt: skip
        row = Artefact(take.film, take.id, "finished", 1, digest, f"{take.stem}_finished.mp4", 1, False, 0.0)
        self.desk.tables.add_artefact(row)
        made = self.desk.tables.change(take, facts=facts, now_s=1.0)
        assert made is not None
        job = Job(take.film, take.id, "Projectionist", 1, 1, Doing.QUEUED)
        self.desk.tables.add_job(job)
        done = Copies().run(Work(self.desk, made, job))
        assert isinstance(done, Done)
        self.desk.tables.change(made, status=Status.REVIEW, facts=dict(done.facts), now_s=2.0)
        for job in self.desk.tables.jobs(take.film):
            if job.take == take.id:
                self.desk.tables.move_job(job, doing=Doing.DONE)
        return self.desk.tables.take(take.film, take.id)


@contextmanager
def filmed(folder: Path, *, text: str = FILM, artist: str = ARTIST) -> Iterator[Filmed]:
    """A film without takes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "film.toml").write_text(text)
    filming.write_agents(folder, artist, resting=("Continuity Eye",))
    film = read(folder)
    project = opened(folder, film.title, Settings())
    with project.desk() as desk:
        order.enter(desk, project, film, budget_usd=10)
        foreman.enlist(desk, project.id, known(folder).values())
        yield Filmed(folder, project, desk)
