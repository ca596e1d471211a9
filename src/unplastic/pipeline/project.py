"""Where a film's state lies: its id, its books, its store, and what a worker of it has at hand."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from unplastic.database import Database, at, in_file
from unplastic.errors import WorkError
from unplastic.pipeline.bucket import Bucket
from unplastic.pipeline.desk import NOBODY, REHEARSED, STRAYS, Caller, Desk, Pace
from unplastic.pipeline.moving import brought_over, is_left
from unplastic.pipeline.owner import alone
from unplastic.pipeline.store import Folder, Store
from unplastic.pipeline.tables import Tables
from unplastic.pipeline.workshop import Workshop
from unplastic.providers.ledger import SqlLedger, ledger_in
from unplastic.settings import Settings

STATE = ".unplastic"
BOOKS, ENGINE, IDENTITY = "ledger.sqlite", "engine.sqlite", "film.json"
SERVER = "server"
"""What a database calls itself, and what a film whose books lie there calls it."""
DATABASE, STORE = "UNPLASTIC_DATABASE_URL", "UNPLASTIC_STORE"


@dataclass(frozen=True)
class Project:
    """A film's folder on this machine. ``state`` is where its books are when no server keeps them."""

    id: str
    folder: Path
    state: Path
    settings: Settings
    is_rehearsal: bool = False
    caller: Caller = NOBODY

    @property
    def database(self) -> Database:
        """The books: a file in ``state``, or the server that ``UNPLASTIC_DATABASE_URL`` names."""
        return books_of(self.settings, self.state)

    @property
    def store(self) -> Store:
        """The files: a folder in ``state``, or the bucket that ``UNPLASTIC_STORE`` names."""
        return store_of(self.settings, self.state)

    @contextmanager
    def desk(self, *, places: int = 1, alive: Callable[[], bool] = lambda: True) -> Iterator[Desk]:
        """What a process has at hand, closed at the end. ``places`` clips are worked on at once."""
        with desk(
            self.settings, self.state, is_rehearsal=self.is_rehearsal, places=places, alive=alive, caller=self.caller
        ) as found:
            self._settle(found.database)
            yield found

    @contextmanager
    def ledger(self) -> Iterator[SqlLedger]:
        """The film's orders alone, closed at the end."""
        database = self.database
        try:
            self._settle(database)
            yield SqlLedger(database)
        finally:
            database.close()

    @property
    def strays(self) -> tuple[Path, ...]:
        """The files of ids on this machine that the books could not take."""
        return self.state / STRAYS, self.state / "work" / STRAYS

    def _settle(self, database: Database) -> None:
        """On a server: with all its orders, and with that server for good. Raises `WorkError` for another one."""
        if database.is_sqlite:
            return
        name = Tables(database).keep("", SERVER, secrets.token_hex(8))
        row = _read(self.state / IDENTITY)
        if row.get(SERVER, name) != name and not self.is_rehearsal:
            raise _elsewhere(self.state, "another database")
        if (self.state / BOOKS).is_file():
            own = ledger_in(self.state / BOOKS)
            if is_left(own):
                with alone(self.state):
                    brought_over(own, SqlLedger(database), self.id, self.strays)
        if row.get(SERVER) != name:
            _write(self.state / IDENTITY, row | {SERVER: name})


def opened(folder: Path, title: str, settings: Settings, *, rehearsal: bool = False) -> Project:
    """The project of a film's folder, which gets an id of its own the first time.

    A folder that was moved stays the same film. Raises `WorkError` for a copy whose first home is still there, and for
    a film whose books are on a server that the settings do not name: its shots would be ordered once more.
    """
    is_rehearsal = rehearsal or bool(settings.rehearsal)
    folder = folder.resolve()
    state = state_of(folder, is_rehearsal=is_rehearsal)
    identity = state / IDENTITY
    if not identity.is_file():
        _begin(identity, folder, title)
    row = _read(identity)
    if SERVER in row and not is_rehearsal and not settings.key(DATABASE):
        raise _elsewhere(state, "a database that no setting names")
    home = Path(row["folder"])
    if home != folder:
        other = state_of(home, is_rehearsal=is_rehearsal) / IDENTITY
        if other.is_file() and _read(other)["id"] == row["id"]:
            hint = f"work there, or remove {identity.parent} to begin a new film here"
            raise WorkError(f"{folder} is a copy of {home}, with the same orders", hint)
        _write(identity, row | {"folder": str(folder)})
    return Project(row["id"], folder, state, settings, is_rehearsal)


@contextmanager
def desk(
    settings: Settings, state: Path, *, is_rehearsal: bool = False, places: int = 1,
    alive: Callable[[], bool] = lambda: True, caller: Caller = NOBODY,
) -> Iterator[Desk]:  # fmt: skip
    """What a worker has at hand, of one film or of all that a server keeps."""
    database = books_of(settings, state)
    pace = REHEARSED if is_rehearsal else Pace()
    with Workshop(places) as workshop:
        try:
            yield Desk(database, store_of(settings, state), settings, state / "work", workshop, pace, is_rehearsal,
                       alive=alive, caller=caller)  # fmt: skip
        finally:
            database.close()


def state_of(folder: Path, *, is_rehearsal: bool) -> Path:
    """Where a film's folder keeps what is known of it; a rehearsal has a place of its own."""
    return folder / STATE / ("rehearsal" if is_rehearsal else "")


def books_of(settings: Settings, state: Path) -> Database:
    """The database of the settings, or the file in ``state``."""
    url = settings.key(DATABASE)
    return at(url.reveal(), keep=True) if url else in_file(state / BOOKS, keep=True)


def store_of(settings: Settings, state: Path) -> Store:
    """The bucket of the settings, or the folder in ``state``."""
    address = settings.key(STORE)
    if not address:
        return Folder(state / "store")
    plain = tuple((name, value) for name, value in settings.options.get("store", {}).items() if name != "address")
    return Bucket(address.reveal(), state / "brought", plain)


def _elsewhere(state: Path, where: str) -> WorkError:
    hint = f"set {DATABASE} to where they are, or remove {state} to begin a new film here"
    return WorkError(f"the film's orders are in {where}", hint)


def _begin(identity: Path, folder: Path, title: str) -> None:
    identity.parent.mkdir(parents=True, exist_ok=True)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "film"
    _write(identity, {"id": f"{slug}-{secrets.token_hex(3)}", "folder": str(folder)}, is_new=True)


def _write(path: Path, row: dict[str, str], *, is_new: bool = False) -> None:
    """Whole or not at all; of two who begin at once the first one's stays."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(3)}.part")
    aside.write_text(json.dumps(row), encoding="utf-8")
    if is_new:
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    else:
        aside.replace(path)


def _read(path: Path) -> dict[str, str]:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        return {"id": str(row["id"]), "folder": str(row["folder"])} | {
            name: str(row[name]) for name in {SERVER} & set(row)
        }
    except (OSError, ValueError, KeyError, TypeError):
        hint = "restore it from a copy: without its id the film's orders cannot be told from others"
        raise WorkError(f"{path} cannot be read", hint) from None
