"""A long film rehearsed: what the engine costs a shot, whether memory stays flat, what a second worker brings.

    python benchmark/film.py shots [NUMBER]     # one run of so many shots against the rehearsal, no finish
    python benchmark/film.py workers [CLIPS]    # finish work on PostgreSQL: one worker on a core, two on two

CPU seconds are user + system of the run with its children; the rehearsal server is in this process and not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the films and servers that the tests use

import filming  # noqa: E402
from postgres import Postgres  # noqa: E402
from scenes import write_scene  # noqa: E402
from unplastic.pipeline import order  # noqa: E402
from unplastic.pipeline.project import opened  # noqa: E402
from unplastic.rehearsal import Rehearsal  # noqa: E402
from unplastic.settings import settings  # noqa: E402
from unplastic.shot import Film  # noqa: E402

MODELS = ["seedance-2.0 by ark", "kling-v3 by kling", "runway-gen4.5 by runway", "veo-3.1-fast by veo"]
PAIRS = 3
UNPLASTIC = (sys.executable, "-m", "unplastic")


def shots(number: int) -> None:
    """One run from nothing to review."""
    with tempfile.TemporaryDirectory() as folder, Rehearsal() as server:
        film = filming.write_film(Path(folder) / "film", number, scenes=20, model=MODELS, artist=filming.QUICK)
        film_text = (film / "film.toml").read_text().replace("budget_usd = 1000", "budget_usd = 100000")
        (film / "film.toml").write_text(film_text)
        start = time.perf_counter()
        run = subprocess.Popen(
            [*UNPLASTIC, "run", str(film), "--json"],
            env=filming.environment(UNPLASTIC_REHEARSAL=server.url),
            stdout=(Path(folder) / "out").open("w"), stderr=(Path(folder) / "err").open("w"),
        )  # fmt: skip
        memory: list[tuple[int, float]] = []
        watcher = threading.Thread(target=_watch, args=(run, server, memory))
        watcher.start()
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        watcher.join()
        if run.returncode:
            sys.exit((Path(folder) / "err").read_text()[-3000:])
        told = filming.told(film, UNPLASTIC_REHEARSAL=server.url)
        states = {each["status"] for each in told["takes"]}
        ordered = len(server.bill.jobs())
        print(f"{number} shots, {ordered} orders, states {states}; {wall:.0f} s wall")
        cpu = used.ru_utime + used.ru_stime
        print(f"CPU a shot {cpu / number * 1e3:.0f} ms ({cpu:.0f} s), calls a shot {len(server.calls) / number:.1f}")
        print(f"bill {server.bill.total_usd():.4f} USD, books {told['spent_usd']:.4f} USD")
        for share in (0.1, 0.5, 0.9):
            near = [mib for done, mib in memory if done >= share * number]
            print(f"resident after {share:.0%} of the orders: {near[0]:.0f} MiB")
        books = (film / ".unplastic" / "rehearsal").glob("*.sqlite")
        print("on disk: " + ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in books))


def _watch(run: subprocess.Popen, server: Rehearsal, memory: list[tuple[int, float]]) -> None:
    process = psutil.Process(run.pid)
    while True:
        try:
            resident = process.memory_info().rss / 2**20
        except psutil.Error:
            return
        if not resident:
            return
        memory.append((len(server.bill.jobs()), resident))
        time.sleep(0.25)


def workers(clips: int) -> None:
    """The same clips finished by one worker and by two, pair by pair."""
    ratios = []
    with tempfile.TemporaryDirectory(prefix="unplastic-pg-") as folder:
        server = Postgres(Path(folder))
        server.start()
        for pair in range(PAIRS):
            one, two = (_finished(server, f"p{pair}w{count}", count, clips) for count in (1, 2))
            ratios.append(one / two)
            print(f"{clips} clips: one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f}x")
        server.stop()
    print(f"two workers, each on a core of its own, against one: {statistics.median(ratios):.2f}x")


def _finished(server: Postgres, name: str, count: int, clips: int) -> float:
    """Wall seconds from the first worker's first piece of work to the last's end."""
    with tempfile.TemporaryDirectory() as folder:
        rushes = Path(folder) / "rushes"
        rushes.mkdir()
        filming.write_agents(rushes)
        for number in range(clips):
            write_scene(rushes / f"clip{number:02d}.mp4", 640, 360, 60 + number)
        url = server.database(name)
        more = {"UNPLASTIC_DATABASE_URL": url, "UNPLASTIC_STORE": f"file://{folder}/store"}
        os.environ.update(more)
        (Path(folder) / "store").mkdir()
        film = Film(title="rushes", folder=rushes)
        project = opened(rushes, "rushes", settings())
        with project.desk() as desk:
            order.enter(desk, project, film, budget_usd=0)
            for path in sorted(rushes.glob("*.mp4")):
                order.file(desk, project, film, path, *order.place(film, path, rushes))
        start = time.perf_counter()
        at_work = [
            subprocess.Popen(
                ["taskset", "-c", str(core), *UNPLASTIC, "worker", "--once", "--queues", "cpu,io"],
                env=filming.environment(**more),
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
            for core in range(count)
        ]  # fmt: skip
        for each in at_work:
            _, err = each.communicate()
            if each.returncode:
                sys.exit(err[-3000:])
        wall = time.perf_counter() - start
        with project.desk() as desk:
            assert {str(each.status) for each in desk.tables.takes(project.id)} == {"review"}
        return wall


if __name__ == "__main__":
    what, number = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    shots(number or 1000) if what == "shots" else workers(number or 12)
