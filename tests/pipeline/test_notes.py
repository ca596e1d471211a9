"""Notes are kept once, are never lost, and are seen by whoever listens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from unplastic.database import in_file
from unplastic.errors import WorkError
from unplastic.pipeline import notes as kept
from unplastic.pipeline import tables
from unplastic.pipeline.notes import WORDS_MAX, Note, Notes, Sight
from unplastic.pipeline.tables import Tables

NOTE = Note("a" * 24, "film", "s/h/tk01", "f" * 64, "finished", 7, (1, 2, 30, 40), "the rim shimmers", "Mara", 5.0)


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    database = in_file(tmp_path / "books.sqlite")
    Tables(database)
    return Notes(database)


def test_a_note_sent_twice_is_one_note(notes: Notes) -> None:
    assert notes.add(NOTE) == NOTE
    assert notes.add(replace(NOTE, text="another text under the same id")) == NOTE
    assert notes.notes("film") == [NOTE]
    whole = notes.add(replace(NOTE, id="", box=None, frame=3))
    assert notes.notes("film", "s/h/tk01") == [whole, NOTE]
    assert notes.notes("film", "s/h/tk02") == []


def test_what_was_taken_back_can_come_again(notes: Notes) -> None:
    notes.add(NOTE)
    notes.take_back("film", NOTE.id)
    assert notes.notes("film") == []
    notes.take_back("film", NOTE.id, gone=False)
    assert notes.notes("film") == [NOTE]
    with pytest.raises(WorkError, match="no such note"):
        notes.take_back("another film", NOTE.id)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (WORDS_MAX + 1)])
def test_a_note_says_something(notes: Notes, text: str) -> None:
    with pytest.raises(WorkError):
        notes.add(replace(NOTE, text=text))


def test_the_pulse_changes_with_every_note(notes: Notes) -> None:
    heard = [notes.pulse("film")]
    notes.add(NOTE)
    heard.append(notes.pulse("film"))
    notes.take_back("film", NOTE.id)
    heard.append(notes.pulse("film"))
    assert len(set(heard)) == 3
    assert notes.pulse("another") == "0-0-0-0-0"


def test_each_viewer_has_seen_their_own(notes: Notes) -> None:
    sight = Sight("film", "s/h/tk01", "f" * 64, "v1", 0, 48, (0, 0, 640, 480), 1.0, "Mara")
    notes.saw(sight)
    here = "film", "s/h/tk01", "f" * 64
    assert notes.seen(*here, viewer="v1") == notes.seen(*here, who="Mara") == [sight]
    assert notes.seen(*here, viewer="v2") == notes.seen(*here, viewer="v2", who="Mara") == []
    assert notes.seen(*here, who="Jo") == notes.seen(*here) == []
    assert notes.seen("film", "s/h/tk01", "e" * 64, viewer="v1") == []


def test_books_of_before_names_were_kept_go_on(tmp_path: Path) -> None:
    """A sight without a name opens the gate for its viewer, and for nobody who merely says no name."""
    database = in_file(tmp_path / "books.sqlite")
    old = tuple(each.replace(", who text not null default ''", "").replace(" seen text not null default '',", "")
                for each in (*tables.TABLES, *kept.TABLES))  # fmt: skip
    assert not any("default ''" in each for each in old)
    database.bring_up("film", old[: len(tables.TABLES)], ())
    database.bring_up("review", old[len(tables.TABLES) :], ())
    with database.transaction() as books:
        books.run("insert into sight values ('film', 't', 'x', 'v1', 0, 48, 0, 0, 640, 480, 1.0)")
        books.run("insert into verdict values ('film', 't', 'approve', '', 'Mara', 1.0, 3)")
    said = Tables(database).verdicts("film")
    assert [(each.who, each.seen) for each in said] == [("Mara", "")]
    notes = Notes(database)
    assert [each.who for each in notes.seen("film", "t", "x", viewer="v1")] == [""]
    assert notes.seen("film", "t", "x") == []
