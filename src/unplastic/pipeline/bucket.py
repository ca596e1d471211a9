"""A store that many machines share: S3 and what speaks like it, Google's or Azure's, through ``obstore``.

Objects are created, never replaced; a create that finds one there is content, since the name is the bytes' hash. What
is asked for is brought into a folder of this machine and read from there.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from blake3 import blake3

from unplastic.errors import StoreAway, StoreError
from unplastic.pipeline.store import FULL, PIECE_BYTES, hashed

CACHE_BYTES = 50 << 30
HINT = "see that the address, the key and the network are right"


@dataclass(frozen=True)
class Bucket:
    """A bucket at ``address`` (``s3://bucket/prefix``, ``gs://``, ``az://``), with a folder for what was brought.

    Keys and regions come from the environment as the services' own tools read them. ``options`` go to ``obstore``.
    """

    address: str
    cache: Path
    options: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def _bucket(self) -> Any:
        from obstore.store import from_url

        try:
            return from_url(self.address, **dict(self.options))
        except Exception as trouble:
            raise StoreError(f"the store {self.address} cannot be opened: {_said(trouble)}", HINT) from None

    def put(self, path: Path) -> str:
        """Hash, then send; what is there already is not sent again."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        before = path.stat()
        digest = hashed(path)
        if self.has(digest):
            return digest
        try:
            with path.open("rb") as file, contextlib.suppress(AlreadyExistsError):
                # One conditional request: a create that loses the race changes nothing.
                obstore.put(self._bucket, _key(digest), file, mode="create", use_multipart=False)
        except OSError as trouble:
            raise StoreAway(f"{path} cannot be sent: {_said(trouble)}", HINT) from None
        except Exception as trouble:
            raise StoreAway(f"{path} cannot be sent: {_said(trouble)}", HINT) from None
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            self.remove(digest)
            raise StoreError(f"{path} was changed while it was read", "wait until it is complete")
        return digest

    def path(self, digest: str) -> Path:
        """The file, brought here and its hash checked; the least used ones make room."""
        import obstore

        final = self.cache / digest[:2] / digest
        if final.is_file():
            os.utime(final)
            return final
        final.parent.mkdir(parents=True, exist_ok=True)
        aside = self.cache / f".{os.getpid()}.{secrets.token_hex(6)}.part"
        found = blake3()
        try:
            with aside.open("xb") as out:
                for piece in obstore.get(self._bucket, _key(digest)).stream(min_chunk_size=PIECE_BYTES):
                    found.update(bytes(piece))
                    out.write(bytes(piece))
            if found.hexdigest() != digest:
                raise StoreError(
                    f"{digest[:12]} came with other bytes", "unplastic store verify FILM looks at all of it"
                )
            aside.chmod(0o444)
            aside.replace(final)
        except FileNotFoundError:
            raise StoreError(
                f"the store has no {digest[:12]}", "unplastic store verify FILM says what is missing"
            ) from None
        except OSError as trouble:
            if trouble.errno in FULL:
                raise
            raise StoreAway(f"{digest[:12]} cannot be brought: {_said(trouble)}", HINT) from None
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
        self._make_room(final)
        return final

    def has(self, digest: str) -> bool:
        """Whether it is kept."""
        import obstore

        try:
            obstore.head(self._bucket, _key(digest))
        except FileNotFoundError:
            return False
        except Exception as trouble:
            raise StoreAway(f"the store cannot be asked: {_said(trouble)}", HINT) from None
        return True

    def remove(self, digest: str) -> None:
        """Forget it."""
        import obstore

        with contextlib.suppress(FileNotFoundError):
            obstore.delete(self._bucket, _key(digest))

    def verify(self) -> Iterator[tuple[str, str]]:
        """(hash, "" or what is wrong) of every object, after reading all of it."""
        import obstore

        for group in obstore.list(self._bucket):
            for each in group:
                name, found = each["path"].rpartition("/")[2], blake3()
                for piece in obstore.get(self._bucket, each["path"]).stream(min_chunk_size=PIECE_BYTES):
                    found.update(bytes(piece))
                digest = found.hexdigest()
                yield name, "" if digest == name else f"its bytes are those of {digest[:12]}: it was changed"

    def _make_room(self, fresh: Path) -> None:
        """Remove what was not looked at for longest, where the folder has grown too large; never the last hour's."""
        known = [(path.stat().st_mtime, path.stat().st_size, path) for path in self.cache.glob("??/*")]
        too_much = sum(size for _, size, _ in known) - CACHE_BYTES
        for when, size, path in sorted(known):
            if too_much <= 0 or path == fresh or when > time.time() - 3600:
                return
            path.unlink(missing_ok=True)
            too_much -= size


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _said(trouble: BaseException) -> str:
    """The first line of what the library says; its addresses carry no key."""
    return (str(trouble).splitlines() or [type(trouble).__name__])[0][:200]
