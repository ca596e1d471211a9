"""Copy a take's files into a folder, under names that people and editors know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from unplastic.errors import WorkError
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import IO, Done, Outcome, Work
from unplastic.pipeline.store import FULL, link
from unplastic.pipeline.take import Event, Take

ROLES = ("finished", "web", "html", "json", "original", "upscaled")


@dataclass(frozen=True)
class Export:
    """``to`` is a folder, beside the film unless it is absolute; ``roles`` the files that go there.

    ``rename`` makes the names, of {scene}, {shot}, {take} and {role}.
    """

    name: ClassVar[str] = "export"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    to: str = "approved"
    roles: tuple[str, ...] = ("finished",)
    rename: str = "{scene}_{shot}_{take}_{role}"

    def __post_init__(self) -> None:
        for each in self.roles:
            if each not in ROLES:
                raise ValueError(f"roles names {each!r}; known: {', '.join(ROLES)}")
        if set(re.findall(r"\{(\w*)\}", self.rename)) - {"scene", "shot", "take", "role"} or "/" in self.rename:
            raise ValueError("rename is a name of {scene}, {shot}, {take} and {role}")

    def queue(self, take: Take | None, desk: Desk) -> str:
        """The machine that has the folder."""
        return IO

    def run(self, work: Work) -> Outcome:
        """The newest file of each role."""
        target = work.desk.folder(work.take.film) / self.to
        newest = {each.role: each for each in sorted(work.desk.tables.artefacts(work.take.film, work.take.id),
                                                     key=lambda one: one.turn)}  # fmt: skip
        written = []
        for role in (each for each in self.roles if each in newest):
            found = newest[role]
            name = self.rename.format(scene=work.take.scene, shot=work.take.shot, take=work.take.stem, role=role)
            try:
                link(work.desk.store.path(found.hash), target / f"{name}{Path(found.name).suffix}")
            except OSError as trouble:
                if trouble.errno in FULL:
                    raise
                raise WorkError(
                    f"{target}: {trouble.strerror or trouble}", "choose another folder for the export"
                ) from None
            written.append(f"{name}{Path(found.name).suffix}")
        return Done(f"{', '.join(written) or 'nothing'} into {self.to}")
