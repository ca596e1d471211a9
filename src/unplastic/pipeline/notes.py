"""Notes that people leave on frames, and which frames a viewer has seen at full size: the page's own part of the books.

A note that is taken back stays in the books; nothing that somebody wrote is ever lost.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from unplastic.database import Database
from unplastic.errors import WorkError

TABLES = (
    "create table if not exists note (id text primary key, film text not null, take text not null, file text not null,"
    " side text not null, frame integer not null, x integer, y integer, width integer, height integer,"
    " text text not null, who text not null, when_s double precision not null, gone integer not null default 0)",
    "create table if not exists sight (film text not null, take text not null, file text not null,"
    " viewer text not null, start integer not null, stop integer not null, x integer not null, y integer not null,"
    " width integer not null, height integer not null, when_s double precision not null,"
    " who text not null default '')",
    "create index if not exists note_take on note (film, take)",
    "create index if not exists sight_viewer on sight (film, take, viewer)",
)
MIGRATIONS = ("alter table sight add column who text not null default ''",)
"""What brings tables of an older version to this one."""

WORDS_MAX = 4000


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said of a frame of a file: ``file`` is its hash, ``side`` "raw" or "finished".

    ``box`` is x, y, width, height in pixels; None: of the whole picture.
    """

    id: str
    film: str
    take: str
    file: str
    side: str
    frame: int
    box: tuple[int, int, int, int] | None
    text: str
    who: str
    when_s: float


@dataclass(frozen=True, slots=True)
class Sight:
    """Frames ``start`` to ``stop`` (not with it), played to ``viewer`` at 1:1 or larger; ``box`` was in view.

    ``who`` is the viewer's name then.
    """

    film: str
    take: str
    file: str
    viewer: str
    start: int
    stop: int
    box: tuple[int, int, int, int]
    when_s: float
    who: str = ""


@dataclass(frozen=True)
class Notes:
    """The page's tables in the film's database."""

    database: Database

    def __post_init__(self) -> None:
        """Make them where they are not there."""
        self.database.bring_up("review", TABLES, MIGRATIONS)

    def add(self, note: Note) -> Note:
        """A new note, with an id. Raises `WorkError` for one that says nothing, or too much."""
        if not note.text.strip() or len(note.text) > WORDS_MAX:
            raise WorkError(f"a note has 1 to {WORDS_MAX} characters", "say what you see in that frame")
        row = asdict(note) | {"id": note.id or secrets.token_hex(12)}
        box = row.pop("box") or (None, None, None, None)
        with self.database.transaction(f"film {note.film}") as books:
            books.run(
                "insert into note values (:id, :film, :take, :file, :side, :frame, :x, :y, :width, :height, :text,"
                " :who, :when_s, 0) on conflict do nothing",
                **row, x=box[0], y=box[1], width=box[2], height=box[3],
            )  # fmt: skip
            found = books.one("select * from note where id = :id", id=row["id"])
        return _note(found) if found else note

    def take_back(self, film: str, note: str, *, gone: bool = True) -> None:
        """Take a note back, or put it there again; raises `WorkError` where there is none."""
        with self.database.transaction(f"film {film}") as books:
            done = books.run(
                "update note set gone = :gone where film = :film and id = :id", gone=int(gone), film=film, id=note
            )
        if not done:
            raise WorkError("there is no such note", "load the page again")

    def notes(self, film: str, take: str | None = None) -> list[Note]:
        """Those that were not taken back, by take and frame."""
        which, values = ("", {}) if take is None else (" and take = :take", {"take": take})
        with self.database.transaction() as books:
            rows = books.rows(
                f"select * from note where film = :film and gone = 0{which} order by take, frame, when_s",
                film=film, **values,
            )  # fmt: skip
        return [_note(row) for row in rows]

    def saw(self, sight: Sight) -> None:
        """Somebody saw these frames."""
        x, y, width, height = sight.box
        row = asdict(sight)
        row.pop("box")
        with self.database.transaction(f"film {sight.film}") as books:
            books.run(
                "insert into sight (film, take, file, viewer, start, stop, x, y, width, height, when_s, who)"
                " values (:film, :take, :file, :viewer, :start, :stop, :x, :y, :width, :height, :when_s, :who)",
                **row, x=x, y=y, width=width, height=height,
            )  # fmt: skip

    def seen(self, film: str, take: str, file: str, *, viewer: str = "", who: str = "") -> list[Sight]:
        """All that one viewer has seen of a file, or, without a viewer, all that was shown to somebody of that name."""
        which, whose = ("viewer", viewer) if viewer else ("who", who)
        if not whose:
            return []
        with self.database.transaction() as books:
            rows = books.rows(
                f"select * from sight where film = :film and take = :take and file = :file and {which} = :whose",
                film=film, take=take, file=file, whose=whose,
            )  # fmt: skip
        return [
            Sight(film, take, file, row["viewer"], row["start"], row["stop"],
                  (row["x"], row["y"], row["width"], row["height"]), row["when_s"], row["who"])
            for row in rows
        ]  # fmt: skip

    def pulse(self, film: str) -> str:
        """A word that is another one as soon as anything of the film has changed: takes, work or notes."""
        with self.database.transaction() as books:
            row = books.one(
                "select (select count(*) from take where film = :film) as takes,"
                " (select coalesce(sum(revision), 0) from take where film = :film) as revisions,"
                " (select coalesce(sum(step + 10 * run + 1000 * turn + length(doing)), 0) from job where film = :film)"
                " as work, (select count(*) from note where film = :film) as notes,"
                " (select coalesce(sum(gone), 0) from note where film = :film) as gone",
                film=film,
            )  # fmt: skip
        return "-".join(str(value) for value in (row or {}).values())


def _note(row: dict) -> Note:
    box = None if row["x"] is None else (row["x"], row["y"], row["width"], row["height"])
    return Note(row["id"], row["film"], row["take"], row["file"], row["side"], row["frame"], box, row["text"],
                row["who"], row["when_s"])  # fmt: skip
