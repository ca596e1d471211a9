"""Local files are told apart by their bytes, measured, and inlined only where they are small."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from PIL import Image

from unplastic.errors import RequestUnfit, WrongKind
from unplastic.providers import upload
from unplastic.providers.provider import Reference
from unplastic.providers.upload import data_uri, measured, media_type


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "mara.png"
    Image.new("RGB", (64, 48), "grey").save(path)
    return path


def test_a_picture_is_measured(picture: Path) -> None:
    found = measured("image", picture, "character", "Mara")
    assert (found.width_px, found.height_px, found.bytes) == (64, 48, picture.stat().st_size)
    assert found.sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert (found.role, found.label) == ("character", "Mara")


def test_the_bytes_tell_the_kind_and_not_the_name(picture: Path, plastic_clip: Path, tmp_path: Path) -> None:
    liar = tmp_path / "clip.mp4"
    liar.write_bytes(picture.read_bytes())
    assert media_type(liar) == "image/png"
    assert media_type(plastic_clip) == "video/mp4"
    with pytest.raises(WrongKind, match="image/png"):
        measured("video", liar)


@pytest.mark.parametrize("content", [b"", b"hello there, this is text", b"RIFF1234NOPE"])
def test_a_file_of_no_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(WrongKind):
        media_type(path)


def test_a_picture_that_is_cut_off_in_its_head_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
    with pytest.raises(WrongKind, match="cannot be opened"):
        measured("image", path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestUnfit, match=r"gone\.png"):
        measured("image", tmp_path / "gone.png")


def test_a_small_file_goes_inside(picture: Path) -> None:
    head, _, text = data_uri(measured("image", picture)).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(text) == picture.read_bytes()
    assert data_uri(Reference("image", address="https://a.test/p.png")) == "https://a.test/p.png"


def test_a_large_file_does_not(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "INLINE_BYTES_MAX", 10)
    with pytest.raises(WrongKind, match="too large"):
        data_uri(measured("image", picture))
