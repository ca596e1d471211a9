"""A PostgreSQL server of this machine, for the time of some tests: real, with a data folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def found(name: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) if Path("/usr/lib/postgresql").is_dir() else []
    return str(places[-1]) if places else shutil.which(name)


class Postgres:
    """A server with a data folder of its own; it refuses root, so that root becomes its user."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self._process = folder, free_port(), None
        self._as: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            self._as = ["runuser", "-u", "postgres", "--"]
        self._call(found("initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")

    def _call(self, *words: str | None) -> None:
        subprocess.run([*self._as, *map(str, words)], check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -c unix_socket_directories={self.folder}"
        self._call(
            found("pg_ctl"), "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, "start"
        )

    def stop(self) -> None:
        self._call(found("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def database(self, name: str) -> str:
        import psycopg

        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", autocommit=True) as server:
            server.execute(f'create database "{name}"')  # type: ignore[call-overload]
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def query(self, url: str, text: str) -> list[tuple]:
        import psycopg

        with psycopg.connect(url, autocommit=True) as server:
            return server.execute(text).fetchall()  # type: ignore[call-overload]
