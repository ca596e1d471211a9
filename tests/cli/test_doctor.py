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


def test_keys_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARK_API_KEY", "sk-very-secret-value-123456")
    found = list(checks(warm=False))
    assert "ARK_API_KEY" in next(check for check in found if check.name == "key ark").text
    assert "very-secret" not in repr(found)


def test_what_is_missing_says_what_it_would_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNWAYML_API_SECRET", raising=False)
    monkeypatch.setattr("unplastic.cli.surroundings.find_spec", lambda _: None)
    for name in ("key runway", "extra mcp", "extra llm", "database", "store", "reference"):
        check = named(name)
        assert check.ok
        assert check.gives, name
        assert check.hint, name


def test_a_database_that_does_not_answer_is_a_fault_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNPLASTIC_DATABASE_URL", "postgresql://somebody:hunter2@127.0.0.1:1/none")
    check = named("database")
    assert not check.ok
    assert "hunter2" not in check.text + check.hint


def test_a_reference_that_is_not_there_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNPLASTIC_REFERENCE", "/nowhere/reference.json")
    assert not named("reference").ok


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from unplastic.cli.doctor import doctor

    doctor(as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert {"name", "ok", "text", "hint", "gives"} <= set(document["checks"][0])
