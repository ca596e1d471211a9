"""Local pictures, clips and sounds as the services take them: measured, told apart by their bytes, and inlined."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from unplastic.errors import RequestUnfit, WrongKind
from unplastic.providers.provider import Media, Reference, Role

HEAD_BYTES = 16
PIECE_BYTES = 1 << 20
INLINE_BYTES_MAX = 32_000_000


def measured(media: Media, path: Path, role: Role = "reference", label: str = "", *, seconds: float = 0.0) -> Reference:
    """``path`` as a reference, with its hash, its bytes and, of a picture, its size in pixels.

    ``seconds`` of a clip or a sound is the caller's, who may open media. Raises `RequestUnfit` for a file that cannot
    be read and `WrongKind` for one that is no ``media``.
    """
    kind = media_type(path)
    if not kind.startswith(f"{media}/"):
        article = {"image": "a picture", "video": "a clip", "audio": "a sound"}[media]
        raise WrongKind(f"{path} is {kind}, and {article} was asked for", "give a file of that kind")
    digest, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            length += len(piece)
    width, height = _picture_size(path) if media == "image" else (0, 0)
    return Reference(media, role, path, "", digest.hexdigest(), length, seconds, width, height, label)


def media_type(path: Path) -> str:
    """``image/png`` and the like, from the first bytes of a file: its name may lie.

    Raises `RequestUnfit` for a file that cannot be read, `WrongKind` for one of no kind that any service takes.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as trouble:
        raise RequestUnfit(f"{path}: {trouble.strerror or trouble}", "check the path of the reference") from trouble
    found = _kind(head)
    if not found:
        hint = "give a PNG, JPEG or WebP, an MP4 or MOV, a WAV or MP3"
        raise WrongKind(f"{path} is of no kind that a service takes", hint)
    return found


def data_uri(reference: Reference) -> str:
    """A local file as ``data:image/png;base64,...``; an address as it is.

    Raises `WrongKind` for more than 32 MB: such a file wants an upload, and text of that length is refused everywhere.
    """
    if reference.path is None:
        return reference.address
    if reference.path.stat().st_size > INLINE_BYTES_MAX:
        hint = "make it smaller, or put it at an https address"
        raise WrongKind(f"{reference.path} is too large to go inside a request", hint)
    text = base64.b64encode(reference.path.read_bytes()).decode("ascii")
    return f"data:{media_type(reference.path)};base64,{text}"


def _kind(head: bytes) -> str:
    brand = head[8:12]
    if head[4:8] == b"ftyp":
        return "video/quicktime" if brand == b"qt  " else "image/avif" if brand == b"avif" else "video/mp4"
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(brand, "")
    starts = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF8": "image/gif",
        b"\x1aE\xdf\xa3": "video/x-matroska",
        b"ID3": "audio/mpeg",
        b"\xff\xfb": "audio/mpeg",
        b"\xff\xf3": "audio/mpeg",
        b"\xff\xf2": "audio/mpeg",
    }
    return next((kind for start, kind in starts.items() if head.startswith(start)), "")


def _picture_size(path: Path) -> tuple[int, int]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        raise WrongKind(f"{path} is a picture that cannot be opened", "export it again as PNG or JPEG") from None
