"""Real parts: a PostgreSQL server and an S3 server of this machine, each for the time of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server; skips visibly where there is none (root: apt-get install postgresql)."""
    if not found("initdb"):
        pytest.skip("PostgreSQL is not on this machine (root: apt-get install postgresql)")
    if os.geteuid() == 0 and "postgres" not in {each.pw_name for each in pwd.getpwall()}:
        pytest.skip("PostgreSQL refuses root, and there is no user postgres")
    with tempfile.TemporaryDirectory(prefix="unplastic-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server of this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for _ in range(100):
        with socket.socket() as line:
            if line.connect_ex((host, port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://{host}:{port}"
    server.stop()
