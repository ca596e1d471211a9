"""What may be removed: results nobody needs. What was paid for, and what another take shares, stays for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.pipeline.sweep import superfluous
from unplastic.pipeline.take import Artefact, Status, Take


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with Studio(tmp_path, monkeypatch) as made:
        made.enlist(agent("A", "clip.finished", "one"))
        yield made


def keep(studio: Studio, take: Take, role: str, turn: int, text: str, *, paid: bool = False) -> str:
    path = studio.folder / "x"
    path.write_text(text)
    digest = studio.desk.store.put(path)
    studio.desk.tables.add_artefact(Artefact(take.film, take.id, role, turn, digest, role, len(text), paid, 1.0))
    return digest


def test_only_what_nobody_needs(studio: Studio) -> None:
    good, bad = studio.take(status=Status.APPROVED), studio.take(status=Status.REJECTED)
    old = keep(studio, good, "finished", 1, "first finish")
    new = keep(studio, good, "finished", 2, "second finish")
    dropped = keep(studio, bad, "finished", 1, "of a rejected take")
    paid = keep(studio, bad, "original", 1, "cost two dollars", paid=True)
    keep(studio, bad, "web", 1, "shared")
    shared = keep(studio, good, "web", 2, "shared")
    found = {each.hash for each in superfluous(studio.desk, studio.project.id)}
    assert found == {old, dropped}
    for digest in found:
        studio.desk.store.remove(digest)
    assert superfluous(studio.desk, studio.project.id) == []
    assert all(studio.desk.store.has(each) for each in (new, paid, shared))


def test_what_was_paid_for_is_never_replaced(studio: Studio) -> None:
    take = studio.take()
    first = keep(studio, take, "original", 1, "cost two dollars", paid=True)
    keep(studio, take, "original", 1, "something else")
    (row,) = studio.desk.tables.artefacts(take.film, take.id)
    assert (row.hash, row.paid) == (first, True)
