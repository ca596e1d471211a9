"""The folders that a client may use. What it says of a path is not believed: links are followed, then looked at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from unplastic.errors import ClipMissing, PathRefused
from unplastic.film import FILE, read
from unplastic.media.folder import CLIP_SUFFIXES
from unplastic.shot import Film, look_file

LISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]")
"""How files begin that only name other files, which may lie anywhere."""
STILLS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}


class Roots:
    """Allowed folders; a relative path is meant from the first. Raises `PathRefused` for one that is no folder."""

    def __init__(self, folders: Iterable[Path]) -> None:
        found = [folder.expanduser().resolve() for folder in folders]
        for folder in found:
            if not folder.is_dir():
                raise PathRefused(f"{folder} is no folder", "name folders that are there: --root DIR")
        if not found:
            raise PathRefused("no folder is allowed", "name one: --root DIR")
        self.folders = tuple(dict.fromkeys(found))

    def path(self, text: str) -> Path:
        """The real path that ``text`` leads to; raises `PathRefused` for one outside, whether it is there or not."""
        try:
            found = (self.folders[0] / text).resolve()
        except (OSError, ValueError, RuntimeError):
            raise self._refused(text) from None
        if not any(found == folder or found.is_relative_to(folder) for folder in self.folders):
            raise self._refused(text)
        return found

    def clip(self, text: str, *, still: bool = False) -> Path:
        """A clip, or with ``still`` also a picture. Raises `PathRefused`, and `ClipMissing` for what is not there."""
        found = self.path(text)
        if not found.is_file():
            raise ClipMissing(f"{text}: no such file", f"paths are inside {self.words()}")
        if found.suffix.lower() not in CLIP_SUFFIXES | (STILLS if still else set()):
            raise PathRefused(f"{text} is no clip", f"clips end in {', '.join(sorted(CLIP_SUFFIXES))}")
        with found.open("rb") as file:
            if file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(LISTS):
                raise PathRefused(f"{text} only names other files", "give the clip itself")
        return found

    def film(self, text: str) -> Path:
        """A film's folder or file, whose every picture lies inside as well. Raises `PathRefused` and `FilmError`."""
        found = self.path(text)
        self.path(str(found / FILE if found.is_dir() else found))
        if found.is_dir() and not (found / FILE).is_file():
            return found
        for picture in _pictures(read(found)):
            self.path(str(picture))
        return found

    def look(self, text: str) -> str:
        """A look by name; one in a file lies inside, and so do the colour files that it names."""
        from unplastic.looks import look

        file, words = look_file(text)
        name = f"{self.path(file)}{words}" if file else text
        for step in look(name).steps:
            for key, value in step.values.items():
                if key.endswith("_path") and value:
                    self.path(str(value))
        return name

    def words(self) -> str:
        """The folders, for people."""
        return ", ".join(map(str, self.folders))

    def _refused(self, text: str) -> PathRefused:
        return PathRefused(f"{text[:200]!r} is outside the folders that may be used", f"they are {self.words()}")


def _pictures(film: Film) -> Iterable[Path]:
    yield from (each.portrait for each in film.characters if each.portrait)
    for _, shot in film.shots:
        yield from (each for each in (shot.first_frame, shot.last_frame, *shot.references) if each)
