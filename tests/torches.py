"""A double of Torch's tensors, over NumPy: just what we ask of one. Where Torch is installed, it is used as well."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest


class Tensor:
    """Its module is named torch, as a tensor's is; ``reads`` counts how often frames were taken out."""

    reads = 0

    def __init__(self, array: np.ndarray, device: str = "cpu") -> None:
        self._array, self.device = array, device

    @property
    def shape(self) -> tuple[int, ...]:
        return self._array.shape

    @property
    def dtype(self) -> Any:
        return Type(f"torch.{self._array.dtype}")

    @property
    def ndim(self) -> int:
        return self._array.ndim

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, index: Any) -> Tensor:
        Tensor.reads += 1
        return Tensor(self._array[index], self.device)

    def __setitem__(self, index: Any, value: Tensor) -> None:
        self._array[index] = value._array

    def __iter__(self):
        return (self[index] for index in range(len(self)))

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return Tensor(self._array)

    def to(self, device: str) -> Tensor:
        return Tensor(self._array, device)

    def numpy(self) -> np.ndarray:
        return self._array

    def new_empty(self, shape: tuple[int, ...]) -> Tensor:
        return Tensor(np.empty(shape, self._array.dtype), self.device)


class Type(str):
    """A dtype by its name: ``torch.float32``."""


Tensor.__module__ = "torch"


@pytest.fixture
def tensor(monkeypatch: pytest.MonkeyPatch) -> type[Tensor]:
    """The double, with ``torch.from_numpy`` in its module."""
    module = ModuleType("torch")
    module.from_numpy = Tensor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", module)
    Tensor.reads = 0
    return Tensor
