"""A SQLite file, or a PostgreSQL server: one short transaction at a time, on the disk when it returns.

SQL is plain text that both understand, with ``:name`` for values. On SQLite a transaction begins by taking the right to
write, in WAL mode with ``synchronous=FULL``; on PostgreSQL a lock of a name keeps two writers of one budget apart.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from unplastic.errors import DatabaseGone, SettingsError

WAIT_S = 30.0
VERSIONS = "create table if not exists schema_version (part text primary key, version integer not null)"
KEEPALIVE = {
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}  # fmt: skip
"""Both ends notice a cut line within half a minute: only then does the server let go of a dead worker's lock."""
IDLE_S = 20.0
"""A machine that falls asleep inside a transaction keeps its rows from everybody: the server ends it after that."""
POSTGRES = ("postgresql://", "postgresql+psycopg://", "postgres://")


class Clash(Exception):
    """Something is to be written that may be there once only, and is."""


@dataclass(frozen=True)
class Books:
    """An open transaction."""

    connection: sql.Connection

    def run(self, text: str, /, **values: Any) -> int:
        """Change something; how many rows were touched."""
        return self.connection.execute(sql.text(text), values).rowcount

    def rows(self, text: str, /, **values: Any) -> list[dict[str, Any]]:
        """Ask something; every row by its columns' names."""
        return [dict(row) for row in self.connection.execute(sql.text(text), values).mappings()]

    def one(self, text: str, /, **values: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self.rows(text, **values)
        return found[0] if found else None


@dataclass(frozen=True, eq=False)
class Database:
    """Where rows are kept. ``keep`` holds connections open between transactions: `close` it then."""

    url: str
    keep: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.startswith("sqlite")

    @cached_property
    def engine(self) -> sql.Engine:
        """What opens connections. Nothing is opened before the first transaction."""
        pool: dict[str, Any] = {"poolclass": NullPool}
        if self.keep or not self.is_sqlite:
            pool = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 12, "pool_pre_ping": not self.is_sqlite}
        arguments: dict[str, Any] = {"timeout": WAIT_S} if self.is_sqlite else _of_server()
        engine = sql.create_engine(self.url, connect_args=arguments, **pool)
        if self.is_sqlite:
            event.listen(engine, "connect", _durable)
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
        return engine

    @contextmanager
    def transaction(self, lock: str = "") -> Iterator[Books]:
        """One transaction; nobody else is inside one of the same ``lock``. Raises `DatabaseGone` and `Clash`."""
        try:
            with self.engine.begin() as connection:
                if lock and not self.is_sqlite:
                    connection.execute(sql.text("select pg_advisory_xact_lock(:number)"), {"number": lock_number(lock)})
                yield Books(connection)
        except OperationalError as trouble:
            raise gone(trouble) from trouble
        except IntegrityError as trouble:
            raise Clash from trouble
        except DBAPIError as trouble:
            if trouble.connection_invalidated:
                raise gone(trouble) from trouble
            raise

    def bring_up(
        self, part: str, tables: tuple[str, ...], migrations: tuple[str, ...], *, old: int | None = None
    ) -> None:
        """Make the tables of a part, or bring those of an older version to this one.

        ``old`` is the version of tables that are there and say none.
        """
        with self.transaction(f"schema {part}") as books:
            books.run(VERSIONS)
            row = books.one("select version from schema_version where part = :part", part=part)
            version = row["version"] if row else old
            if version == len(migrations):
                return
            for statement in tables if version is None else migrations[version:]:
                books.run(statement)
            books.run("delete from schema_version where part = :part", part=part)
            books.run("insert into schema_version values (:part, :version)", part=part, version=len(migrations))

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        with self.transaction() as books:
            return sql.inspect(books.connection).has_table(name)

    def hold(self, name: str) -> Held | None:
        """A lock of PostgreSQL for as long as its connection lives; None where somebody has it."""
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        query = sql.text("select pg_try_advisory_lock(:number) as taken")
        if connection.execute(query, {"number": lock_number(name)}).scalar():
            return Held(connection, name)
        connection.close()
        return None

    def close(self) -> None:
        """Give back what is open."""
        self.engine.dispose()


@dataclass(frozen=True, eq=False)
class Held:
    """A lock that is held: it ends with this process, or with its connection."""

    connection: sql.Connection
    name: str

    def is_held(self) -> bool:
        """Whether the connection still lives, and the lock with it."""
        try:
            self.connection.execute(sql.text("select 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """Give it back."""
        with contextlib.suppress(SQLAlchemyError):
            self.connection.execute(sql.text("select pg_advisory_unlock(:number)"), {"number": lock_number(self.name)})
        self.connection.close()


def in_file(path: Path, *, keep: bool = False) -> Database:
    """The database in ``path``, which is made, with its folder, where it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Database(f"sqlite:///{path}", keep)


def _of_server() -> dict[str, Any]:
    options = f"{KEEPALIVE['options']} -c idle_in_transaction_session_timeout={round(IDLE_S * 1000)}"
    return {"connect_timeout": 10, **KEEPALIVE, "options": options}


def at(url: str, *, keep: bool = False) -> Database:
    """The database at a PostgreSQL address; raises `SettingsError` for any other. A password in it is never shown."""
    if not url.startswith(POSTGRES):
        raise SettingsError("the database's address is not of PostgreSQL", "write postgresql://USER@HOST/NAME")
    return Database("postgresql+psycopg://" + url.split("://", 1)[1], keep)


def lock_number(name: str) -> int:
    """The number of an advisory lock: 63 bits of the name's hash."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


def gone(trouble: Exception) -> DatabaseGone:
    """What could not be done, in one line without an address."""
    said = str(getattr(trouble, "orig", trouble)).splitlines()[0] if str(trouble) else "no answer"
    hint = "see that the disk has room and the server runs, then start again: nothing is lost"
    return DatabaseGone(f"the film's books cannot be reached: {said}", hint)


def _durable(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin anything by itself
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
