"""Results brought home: streamed, capped, hashed, looked into, and under their final name only when complete.

A result's address comes from outside and may say anything, so it is followed like a stranger's: over https, to public
addresses only, with each redirect looked at anew and the key left at home. In a rehearsal, to loopback only.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import httpx

from unplastic.errors import Busy, Expired, Protocol, ResultUnwritable, TooLarge, UnplasticError
from unplastic.providers.http import Headers, Wire, trust
from unplastic.providers.provider import Fetched, Job, Output, Probe
from unplastic.providers.refusals import NEXT, refuse
from unplastic.secret import Secret
from unplastic.settings import is_loopback

RESULT_BYTES_MAX = 32 << 30
SPARE_BYTES = 64 << 20
PIECE_BYTES = 1 << 20
TRIES = 3
REDIRECTS_MAX = 5
GONE = {401, 403, 404, 410}
SUFFIXES = {
    "video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "image/png": ".png", "image/jpeg": ".jpg",
    "image/webp": ".webp", "image/svg+xml": ".svg", "application/zip": ".zip", "audio/mpeg": ".mp3",
}  # fmt: skip
KNOWN_SUFFIXES = {*SUFFIXES.values(), ".mkv", ".jpeg", ".exr", ".wav", ".tar"}


@dataclass(frozen=True, slots=True)
class Landed:
    """Bytes that lie beside their final name: where, their hash, how many, and the suffix that fits them."""

    path: Path
    sha256: str
    bytes: int
    suffix: str


class _LineError(Exception):
    """The line broke or the host is in trouble: worth another try."""


def bring(
    wire: Wire, job: Job, outputs: tuple[Output, ...], folder: Path, *, probe: Probe, headers: Headers | None = None
) -> tuple[Fetched, ...]:
    """Fetch ``outputs`` into ``folder``, named by the job's id.

    ``headers`` go to the first host only, and only where a service wants its key there. Raises `Expired` where an
    address is gone, `Busy` where no try succeeded, `TooLarge`, `Protocol` for an address that is not to be followed,
    `ResultUnwritable`, and what ``probe`` raises; nothing half-written is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_one(wire, job, turn, each, folder, probe, headers) for turn, each in enumerate(outputs, 1))


def _one(
    wire: Wire, job: Job, turn: int, output: Output, folder: Path, probe: Probe, headers: Headers | None
) -> Fetched:
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", job.id).strip("-.")[:80] or "result"
    _sweep(folder, f".{stem}-{turn}.")
    aside = folder / f".{stem}-{turn}.{os.getpid()}.part"
    try:
        landed = _inline(output, aside) if output.data else _fetch(wire, output, aside, headers)
        named = aside.with_suffix(landed.suffix)  # a probe may go by the suffix
        aside.replace(named)
        try:
            probe(named)
            path = _place(named, folder / f"{stem}-{turn}{landed.suffix}", landed.sha256)
        finally:
            named.unlink(missing_ok=True)
    except OSError as trouble:
        raise ResultUnwritable(
            f"{folder}: {trouble.strerror or trouble}", "make room or choose another folder"
        ) from trouble
    finally:
        aside.unlink(missing_ok=True)
    return Fetched(path, landed.sha256, landed.bytes, output.media)


def _sweep(folder: Path, start: str) -> None:
    """Remove what a process that was killed has left of this result; one that lives may be at work on it."""
    for each in folder.glob(f"{start}*"):
        owner = each.name.removeprefix(start).partition(".")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            each.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    if os.name != "posix":  # elsewhere this very call ends a process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _place(aside: Path, path: Path, sha256: str) -> Path:
    """Under its name, on the disk; what was paid for is never overwritten by something else."""
    number = 1
    wanted = path
    while path.exists() and _hash(path) != sha256:
        number += 1
        path = wanted.with_stem(f"{wanted.stem}-{number}")
    aside.replace(path)
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _inline(output: Output, aside: Path) -> Landed:
    with aside.open("wb") as file:
        file.write(output.data)
        file.flush()
        os.fsync(file.fileno())
    return Landed(aside, hashlib.sha256(output.data).hexdigest(), len(output.data), _suffix(output, "", ""))


def _fetch(wire: Wire, output: Output, aside: Path, headers: Headers | None) -> Landed:
    why = ""
    for turn in range(TRIES):
        if turn:
            wire.sleep(2.0**turn)
        try:
            return _follow(wire, output, aside, headers)
        except (_LineError, httpx.HTTPError) as trouble:
            why = str(trouble) if isinstance(trouble, _LineError) else type(trouble).__name__
    host = urlsplit(output.address).hostname
    raise Busy(f"{wire.account.service}: the result could not be fetched from {host} ({why})", NEXT[Busy])


def _follow(wire: Wire, output: Output, aside: Path, headers: Headers | None) -> Landed:
    address, sent = output.address, headers
    with _client(wire) as client:
        for _ in range(REDIRECTS_MAX + 1):
            with _open(wire, client, address, sent) as answer:
                if answer.next_request is None:
                    return _land(wire, output, answer, aside, address)
                onward = urljoin(address, answer.headers["location"])
            sent = sent if urlsplit(onward).netloc == urlsplit(address).netloc else None
            address = onward
    raise Protocol(f"{wire.account.service}: the result's address leads on and on", NEXT[Protocol])


def _client(wire: Wire) -> httpx.Client:
    timeout = httpx.Timeout(wire.answer_timeout_s, connect=15.0)
    return httpx.Client(
        transport=wire.transport, verify=trust(), timeout=timeout, trust_env=not wire.account.is_rehearsal
    )


@contextlib.contextmanager
def _open(wire: Wire, client: httpx.Client, address: str, headers: Headers | None) -> Iterator[httpx.Response]:
    """Ask for ``address`` at the very number that was found to be public: a name may change between two looks."""
    shown = {key: value.reveal() if isinstance(value, Secret) else value for key, value in (headers or {}).items()}
    url, more = _reached(wire, address)
    with client.stream("GET", url, headers={**shown, **more}, extensions=_named(address)) as answer:
        yield answer


def _named(address: str) -> dict[str, str]:
    return {"sni_hostname": urlsplit(address).hostname or ""}


def _reached(wire: Wire, address: str) -> tuple[httpx.URL, dict[str, str]]:
    """The address to open and the host header that goes with it; raises `Protocol` where it may not be followed."""
    service, parts = wire.account.service, urlsplit(address)
    if wire.account.is_rehearsal:
        if not is_loopback(address):
            raise Protocol(f"{service}: a rehearsal's result lies outside this machine", NEXT[Protocol])
        return httpx.URL(address), {}
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise Protocol(f"{service}: the result's address is not https", NEXT[Protocol])
    url = httpx.URL(address)
    if wire.transport is not None or (getproxies() and not _is_number(parts.hostname)):
        return url, {}  # a proxy looks names up itself
    number = _public(service, parts.hostname, parts.port or 443)
    return url.copy_with(host=number), {"Host": parts.netloc}


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _public(service: str, host: str, port: int) -> str:
    """A number of ``host``; raises `Protocol` where one of its numbers is not in the public internet."""
    try:
        found = [row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise _LineError(f"no host is called {host}") from None
    for each in found:
        number = ipaddress.ip_address(str(each).partition("%")[0])
        whole = getattr(number, "ipv4_mapped", None) or number
        if not whole.is_global or whole.is_multicast:
            raise Protocol(f"{service}: the result's address leads into a private network", NEXT[Protocol])
    return str(found[0])


def _land(wire: Wire, output: Output, answer: httpx.Response, aside: Path, address: str) -> Landed:
    service = wire.account.service
    if answer.status_code in GONE:
        raise refuse(Expired, service, f"the result's address answers HTTP {answer.status_code}")
    if answer.status_code != 200:
        raise _LineError(f"HTTP {answer.status_code}")
    told = answer.headers.get("content-length", "")
    _check_room(service, int(told) if told.isdigit() else 0, aside.parent)
    digest, length = hashlib.sha256(), 0
    with aside.open("wb") as file:
        for piece in answer.iter_bytes(PIECE_BYTES):
            length += len(piece)
            if length > RESULT_BYTES_MAX:
                raise _too_long(service)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if not length:
        raise _LineError("an empty file")
    return Landed(aside, digest.hexdigest(), length, _suffix(output, answer.headers.get("content-type", ""), address))


def _check_room(service: str, wanted: int, folder: Path) -> None:
    if wanted > RESULT_BYTES_MAX:
        raise _too_long(service)
    free = shutil.disk_usage(folder).free
    if wanted + SPARE_BYTES > free:
        what = f"{folder}: the result has {wanted / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free"
        raise ResultUnwritable(what, "make room; the result stays at the service until its address expires")


def _too_long(service: str) -> UnplasticError:
    return TooLarge(f"{service}: the result has more than {RESULT_BYTES_MAX >> 30} GiB", "fetch it by hand")


def _suffix(output: Output, kind: str, address: str) -> str:
    """From the result's own name, its address, its media type; else by what it is."""
    for name in (output.name, urlsplit(address or output.address).path):
        suffix = Path(name).suffix.lower()
        if suffix in KNOWN_SUFFIXES:
            return suffix
    plain = {"image": ".png", "video": ".mp4", "audio": ".mp3"}[output.media]
    return SUFFIXES.get(kind.partition(";")[0].strip().lower(), plain)
