"""Real parts: a PostgreSQL server and an S3 server of this machine, each for the time of the tests."""

from __future__ import annotations

import os
import pwd
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import Postgres, found, free_port


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
