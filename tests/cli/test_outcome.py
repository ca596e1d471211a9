"""How commands end: exit codes, two lines, and a log for what is our fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from unplastic.cli.finish import parse_pins
from unplastic.cli.outcome import DONE, INTERRUPTED, OURS, UNMET, guarded
from unplastic.errors import ClipMissing


def raising(error: BaseException):
    def command() -> None:
        raise error

    return command


def test_a_user_error_is_two_lines_and_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(ClipMissing("a.mp4: no such\nfile", "check the path"))) == UNMET
    assert capsys.readouterr().err == "error: a.mp4: no such file\n   do: check the path\n"


def test_our_own_fault_is_logged_in_full_and_exit_70(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert guarded(raising(ZeroDivisionError("oops"))) == OURS
    said = capsys.readouterr().err
    assert "Traceback" not in said
    log = Path(said.strip().rpartition(": ")[2])
    assert "ZeroDivisionError: oops" in log.read_text()
    assert "raising" not in said


def test_an_unwritable_cache_does_not_hide_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert guarded(raising(RuntimeError("oops"))) == OURS
    log = Path(capsys.readouterr().err.strip().rpartition(": ")[2])
    assert log.is_file()
    log.unlink()


def test_an_interrupt_and_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(KeyboardInterrupt())) == INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err
    assert guarded(lambda: None) == DONE
    assert guarded(lambda: UNMET) == UNMET


@pytest.mark.parametrize(
    "arguments", [["finish"], ["finish", "x.mp4", "--strength", "2"], ["nonsense"], ["looks", "x"]]
)
def test_usage_errors_exit_with_2(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "unplastic", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_pins_become_values() -> None:
    assert parse_pins(["grain.sigma_codes8=1.5", "grain.hold=2", "grade.cdl_path=a.cc"]) == {
        "grain": {"sigma_codes8": 1.5, "hold": 2},
        "grade": {"cdl_path": "a.cc"},
    }


@pytest.mark.parametrize("text", ["grain", "grain.sigma", "=1", "grain=1", ".x=1"])
def test_malformed_pins_are_usage_errors(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="TREATMENT"):
        parse_pins([text])
