"""A key that cannot be printed: masked in text, in logs, in tracebacks, in copies sent to other processes."""

from __future__ import annotations

import hmac
from typing import NoReturn

MASK = "••••"


class Secret:
    """A key of the user's. ``str``, ``repr`` and every format give the mask; only `reveal` gives the key.

    ``source`` says where it was found ("ARK_API_KEY", "unplastic.toml"), for errors. It cannot be pickled: a key
    leaves this process in a header to the service it is for, and in no other way.
    """

    __slots__ = ("_text", "source")

    def __init__(self, text: str, source: str) -> None:
        self._text = text.strip()
        self.source = source

    def reveal(self) -> str:
        """The key itself, for the header it goes into."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK}, from {self.source})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret stays in its process")


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    """``text`` with every one of ``secrets`` masked; a key of fewer than 6 characters is no key and stays."""
    for secret in sorted(secrets, key=lambda each: len(each.reveal()), reverse=True):
        if len(secret.reveal()) >= 6:
            text = text.replace(secret.reveal(), MASK)
    return text
