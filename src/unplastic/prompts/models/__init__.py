"""One file per model family: ``arrange(story, slots)`` puts the sentences where that model wants them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from unplastic.prompts.fill import Slots

Arrange = Callable[[str, Slots], str]


@cache
def families() -> dict[str, Arrange]:
    """Every family by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").arrange for name in names}


def sentence(text: str) -> str:
    """With a full stop, and nothing for nothing."""
    return f"{text}." if text and text[-1] not in ".!?" else text


def joined(*parts: str) -> str:
    """Sentences in a row; the first may be a user's text in tags, which then ends with a full stop too."""
    return " ".join(sentence(_capital(part.strip().rstrip(",;"))) for part in parts if part.strip())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
