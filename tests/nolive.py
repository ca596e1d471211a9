"""No test asks a language model that lives elsewhere: whoever tests what asks one imports this."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_live_model() -> Iterator[None]:
    """Every request to a live model is refused."""
    from pydantic_ai import models

    before, models.ALLOW_MODEL_REQUESTS = models.ALLOW_MODEL_REQUESTS, False
    yield
    models.ALLOW_MODEL_REQUESTS = before
