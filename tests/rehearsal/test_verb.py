"""``unplastic rehearse`` as a process: the address, the bill at the end, and a clean way out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import httpx

CODE = "import sys, typer; from unplastic.cli.rehearse import rehearse; from unplastic.cli.outcome import guarded\n"
RUN = CODE + "app = typer.Typer(); app.command()(rehearse)\nsys.exit(guarded(lambda: app(standalone_mode=False)))"


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", RUN, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_serves_until_interrupted_then_shows_the_bill() -> None:
    with start("--port", "0", "--json", "--faults", "recraft.create#2=429") as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["rehearsal"]
        for expected in (200, 429):
            reply = httpx.post(
                f"{url}/recraft/images/generations",
                json={"prompt": "A portrait."},
                headers={"Authorization": "Bearer k"},
                trust_env=False,
            )
            assert reply.status_code == expected
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["total_usd"] == 0.04


def test_a_bad_fault_is_two_lines() -> None:
    with start("--port", "0", "--faults", "ark.create=nonsense") as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.startswith("error: no fault is called 'nonsense'\n   do: known:")
