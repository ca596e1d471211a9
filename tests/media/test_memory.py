"""Memory: the setting is made once, and a system without glibc is no trouble."""

from __future__ import annotations

import ctypes

import pytest

from unplastic.media.memory import LARGE_BLOCK_BYTES, M_MMAP_THRESHOLD, return_large_blocks


class Libc:
    """Stands in for glibc and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def mallopt(self, what: int, value: int) -> int:
        self.told.append((what, value))
        return 1


def test_the_threshold_is_fixed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    libc = Libc()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: libc)
    return_large_blocks.cache_clear()
    return_large_blocks()
    return_large_blocks()
    assert libc.told == [(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)]


def test_another_libc_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    return_large_blocks.cache_clear()
    return_large_blocks()
    return_large_blocks.cache_clear()
