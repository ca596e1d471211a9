"""One file per rule: ``check(prompt, model)`` yields findings. Rules are found by their files."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

Check = Callable[[Prompt, Model | None], Iterator[Finding]]


@cache
def checks() -> tuple[Check, ...]:
    """Every rule, in the order of their file names."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").check for name in names)
