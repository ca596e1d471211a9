"""``unplastic doctor`` shows the weights, fetches them on request, and says what is missing without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.cli.checkup import checks


def named(name: str, **options: bool):
    return next(check for check in checks(warm=False, **options) if check.name == name)


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_missing_weights_are_no_fault_and_the_way_to_get_them_is_said() -> None:
    check = named("faces")
    assert check.ok
    assert "doctor --fetch" in check.text
    assert "Apache-2.0" in check.text


def test_a_refused_fetch_is_a_fault_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNPLASTIC_OFFLINE", "1")
    check = named("faces", fetch=True)
    assert not check.ok
    assert "UNPLASTIC_OFFLINE" in check.text
    assert "doctor --fetch" in check.hint


def test_a_missing_runtime_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unplastic.cli.checkup.find_spec", lambda _: None)
    assert not named("faces").ok
    assert "pip install ai-edge-litert" in named("faces").hint
    assert named("neural").ok
