"""Clips are worked on in processes of their own, which a stop, a crash or the parent's death ends at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import filming
from scenes import write_scene
from unplastic.errors import ClipDamaged, ClipMissing
from unplastic.pipeline.craft import finished
from unplastic.pipeline.stage import Stopped
from unplastic.pipeline.workshop import Workshop


def double(number: int) -> int:
    return 2 * number


def refuse(kind: str) -> None:
    if kind == "ours":
        raise ClipMissing("no such clip", "name another")
    if kind == "disk":
        raise OSError(28, "No space left on device")
    raise ZeroDivisionError(kind)


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def sleep_with_a_child(note: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(note).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)


def never() -> bool:
    return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_answers_and_errors_come_back_and_the_process_stays_warm() -> None:
    with Workshop() as shop:
        assert shop.run(double, 21, stopped=never) == 42
        first = shop.run(os.getpid, stopped=never)
        with pytest.raises(ClipMissing) as wrong:
            shop.run(refuse, "ours", stopped=never)
        assert wrong.value.hint == "name another"
        with pytest.raises(OSError, match="No space"):
            shop.run(refuse, "disk", stopped=never)
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            shop.run(refuse, "strange", stopped=never)
        assert shop.run(os.getpid, stopped=never) == first != os.getpid()


def test_a_crash_is_the_clip_s_and_the_next_one_is_worked_on() -> None:
    with Workshop() as shop:
        with pytest.raises(ClipDamaged, match="died"):
            shop.run(die, stopped=never)
        assert shop.run(double, 2, stopped=never) == 4


def test_a_stop_kills_the_work_and_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    with Workshop() as shop:
        with pytest.raises(Stopped):
            shop.run(sleep_with_a_child, str(note), stopped=lambda: note.exists() and " " in note.read_text())
        worker, child = map(int, note.read_text().split())
        filming.until(lambda: not is_alive(worker) and not is_alive(child))
        assert shop.run(double, 2, stopped=never) == 4


def test_a_stopped_encode_leaves_nothing_half_written(tmp_path: Path) -> None:
    source, out = tmp_path / "clip.mp4", tmp_path / "out"
    write_scene(source, 320, 240, 240)
    options = {"look": "fine-35mm", "strength": 1.0, "master": "h264", "web": False, "seed": 0, "rounds": 0,
               "upscale": "off", "upscaler": "lanczos"}  # fmt: skip

    def writing() -> bool:
        return any(path.is_file() and path.stat().st_size for path in out.glob("**/*"))

    with Workshop() as shop:
        with pytest.raises(Stopped):
            shop.run(finished, source, out, options, stopped=writing)
        assert not [path for path in out.glob("*") if path.is_file() and not path.name.startswith(".")], (
            "a file has its final name"
        )
        told = shop.run(finished, source, out, options, stopped=never)
        assert told["frames"] == 240


def test_a_process_ends_with_its_parent(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    code = (
        "import sys; sys.path[:0] = [sys.argv[2], sys.argv[3]]\n"
        "from orphan import sleep_with_a_child\n"
        "from unplastic.pipeline.workshop import Workshop\n"
        "if __name__ == '__main__':\n"
        "    Workshop().run(sleep_with_a_child, sys.argv[1], stopped=lambda: False)\n"
    )
    (tmp_path / "orphan.py").write_text(
        "import os, time\nfrom pathlib import Path\n"
        "def sleep_with_a_child(note):\n    Path(note).write_text(str(os.getpid()))\n    time.sleep(600)\n"
    )
    (tmp_path / "main.py").write_text(code)
    source = str(Path(__file__).parents[2] / "src")
    parent = subprocess.Popen([sys.executable, str(tmp_path / "main.py"), str(note), str(tmp_path), source])
    filming.until(lambda: note.exists() and note.read_text().isdigit())
    parent.kill()
    parent.wait()
    filming.until(lambda: not is_alive(int(note.read_text())))
