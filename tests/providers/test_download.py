"""Results come home whole, by safe ways only, and nothing that was paid for is overwritten."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from unplastic.errors import Busy, ClipUnreadable, Expired, Protocol, ResultUnwritable, TooLarge
from unplastic.providers import download
from unplastic.providers.account import Account
from unplastic.providers.download import bring
from unplastic.providers.http import Wire
from unplastic.providers.provider import Job, Output
from unplastic.secret import Secret

CONTENT = bytes(range(256)) * 40
JOB = Job("fake", "job/1", "m", "https://api.test")
Answer = Callable[[httpx.Request], httpx.Response]


def wire(answer: Answer | None = None, *, rehearsal: bool = False) -> Wire:
    transport = httpx.MockTransport(answer) if answer else None
    return Wire(Account("fake", "https://api.test", {}, rehearsal), transport, sleep=lambda _: None)


def good(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=CONTENT, headers={"content-type": "video/mp4"})


def fetch(line: Wire, folder: Path, address: str = "https://cdn.test/v?sig=1", **more):
    return bring(line, JOB, (Output(address, "video"),), folder, probe=more.pop("probe", lambda _: None), **more)


def test_it_is_whole_hashed_and_named_by_its_job(tmp_path: Path) -> None:
    (found,) = fetch(wire(good), tmp_path)
    assert found.path == tmp_path / "job-1-1.mp4"
    assert found.path.read_bytes() == CONTENT
    assert (found.sha256, found.bytes) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


def test_fetched_twice_it_is_one_file_and_something_else_is_another(tmp_path: Path) -> None:
    (first,), (second,) = fetch(wire(good), tmp_path), fetch(wire(good), tmp_path)
    assert first == second
    (third,) = fetch(wire(lambda _: httpx.Response(200, content=b"other")), tmp_path)
    assert third.path.name == "job-1-1-2.mp4"
    assert first.path.read_bytes() == CONTENT


def test_what_a_killed_process_left_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left, living = tmp_path / f".job-1-1.{dead.pid}.part", tmp_path / f".job-1-1.{os.getppid()}.part"
    for each in (left, living):
        each.write_bytes(b"half")
    fetch(wire(good), tmp_path)
    assert not left.exists()
    assert living.exists()


@pytest.mark.parametrize(
    ("address", "kind", "suffix"),
    [
        ("https://cdn.test/a/b.MOV?x=1", "video/mp4", ".mov"),
        ("https://cdn.test/a", "video/quicktime; charset=x", ".mov"),
        ("https://cdn.test/a.php", "text/plain", ".mp4"),
    ],
)
def test_its_suffix_is_one_we_know(address: str, kind: str, suffix: str, tmp_path: Path) -> None:
    answer = httpx.Response(200, content=CONTENT, headers={"content-type": kind})
    (found,) = fetch(wire(lambda _: answer), tmp_path, address)
    assert found.path.suffix == suffix


def test_what_a_probe_refuses_is_not_kept(tmp_path: Path) -> None:
    def refuse(path: Path) -> None:
        assert path.suffix == ".mp4"
        raise ClipUnreadable(f"{path}: no picture", "fetch it again")

    with pytest.raises(ClipUnreadable):
        fetch(wire(good), tmp_path, probe=refuse)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_is_gone_has_expired(status: int, tmp_path: Path) -> None:
    with pytest.raises(Expired):
        fetch(wire(lambda _: httpx.Response(status)), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_service_in_trouble_is_asked_three_times(tmp_path: Path) -> None:
    seen: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(1)
        return good(request) if len(seen) == 3 else httpx.Response(503)

    assert fetch(wire(answer), tmp_path)
    seen[:] = [1, 1, 1]
    with pytest.raises(Busy):
        fetch(wire(answer), tmp_path)
    assert len(seen) == 6


def test_the_key_goes_to_the_first_host_only(tmp_path: Path) -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("x-key")))
        if request.url.host == "api.test":
            return httpx.Response(302, headers={"location": "https://cdn.test/v.mp4"})
        return good(request)

    fetch(wire(answer), tmp_path, "https://api.test/v", headers={"X-Key": Secret("k-123456", "X")})
    assert seen == [("api.test", "k-123456"), ("cdn.test", None)]


@pytest.mark.parametrize(
    "onward",
    ["http://cdn.test/v", "file:///etc/passwd", "https://user:word@cdn.test/v", "ftp://cdn.test/v"],
)
def test_a_redirect_to_anything_but_https_is_not_followed(onward: str, tmp_path: Path) -> None:
    answer = httpx.Response(302, headers={"location": onward})
    with pytest.raises(Protocol):
        fetch(wire(lambda _: answer), tmp_path)


def test_a_circle_ends(tmp_path: Path) -> None:
    with pytest.raises(Protocol, match="on and on"):
        fetch(wire(lambda request: httpx.Response(302, headers={"location": str(request.url)})), tmp_path)


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_opened(
    number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)), (0, 0, 0, "", (number, 443))]

    monkeypatch.setattr(download, "getproxies", dict)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Protocol, match="private network"):
        fetch(wire(), tmp_path, "https://cdn.example/v.mp4")


def test_a_rehearsal_stays_on_this_machine(tmp_path: Path) -> None:
    with pytest.raises(Protocol, match="outside this machine"):
        fetch(wire(good, rehearsal=True), tmp_path, "https://cdn.test/v")


def test_a_result_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "RESULT_BYTES_MAX", 1000)
    told = httpx.Response(200, content=CONTENT)
    silent = httpx.Response(200, content=iter([CONTENT]))
    for answer in (told, silent):
        with pytest.raises(TooLarge):
            fetch(wire(lambda _, answer=answer: answer), tmp_path)
        assert not list(tmp_path.iterdir())


def test_a_full_disk_is_seen_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(ResultUnwritable, match="MB are free"):
        fetch(wire(good), tmp_path)


def test_an_empty_file_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(Busy, match="empty"):
        fetch(wire(lambda _: httpx.Response(200)), tmp_path)


def test_a_result_that_came_inline_needs_no_line(tmp_path: Path) -> None:
    output = Output("", "image", name="face.webp", data=b"picture")
    (found,) = bring(wire(), JOB, (output,), tmp_path, probe=lambda _: None)
    assert (found.path.name, found.path.read_bytes()) == ("job-1-1.webp", b"picture")
