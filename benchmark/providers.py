"""What an order costs beside the service: books, wire, and the memory of a long result.

    python benchmark/providers.py [MEGABYTES]

Against loopback, so that no network is in the figures; medians of the runs, CPU time of this process, peak resident
memory above what was there before.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from unplastic.providers import connect
from unplastic.providers.account import Account
from unplastic.providers.card import cards
from unplastic.providers.download import bring
from unplastic.providers.http import Wire
from unplastic.providers.ledger import ledger_in
from unplastic.providers.payment import Till, follow, order
from unplastic.providers.provider import Job, Output, VideoRequest
from unplastic.rehearsal import Rehearsal
from unplastic.settings import Settings

ORDERS = 60


def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _orders(Path(folder))
        _estimates()
        _download(Path(folder), megabytes)


def _orders(folder: Path) -> None:
    with Rehearsal() as server:
        ark = connect("ark", Settings(rehearsal=server.url))
        books = Till(ledger_in(folder / "ledger.sqlite"), 1e6, folder / "strays", time.time)
        walls, attempts = [], []
        for number in range(ORDERS):
            start = time.perf_counter()
            attempts.append(order(books, ark, VideoRequest("seedance-2.0", "Rain.", seed=number), shot=f"sh{number}"))
            walls.append(time.perf_counter() - start)
        bare = []
        for number in range(ORDERS):
            start = time.perf_counter()
            ark.submit(VideoRequest("seedance-2.0", "Rain.", seed=number))
            bare.append(time.perf_counter() - start)
        start = time.perf_counter()
        for attempt in attempts:
            follow(books, ark, attempt, folder / "takes", probe=lambda _: None)
        polled = (time.perf_counter() - start) / ORDERS
    whole, wire = statistics.median(walls), statistics.median(bare)
    print(f"an order with its books {whole * 1e3:.1f} ms, of which wire and server {wire * 1e3:.1f} ms")
    print(f"a poll {polled * 1e3:.1f} ms")


def _estimates() -> None:
    ark = connect("ark", Settings())
    cards("ark")
    start = time.process_time()
    for seed in range(1000):
        ark.estimate(VideoRequest("seedance-2.0", "Rain.", seed=seed))
    print(f"an estimate, limits checked {(time.process_time() - start):.3f} ms CPU")


def _download(folder: Path, megabytes: int) -> None:
    piece = bytes(1 << 20)

    class Long(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(megabytes << 20))
            self.send_header("Content-Type", "video/quicktime")
            self.end_headers()
            for _ in range(megabytes):
                self.wfile.write(piece)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Long)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    line = Wire(Account("bench", address, {}, is_rehearsal=True))
    before, cpu, start = _peak(), time.process_time(), time.perf_counter()
    bring(
        line, Job("bench", "j", "m", address), (Output(f"{address}/long.mov", "video"),), folder, probe=lambda _: None
    )
    wall, spent = time.perf_counter() - start, time.process_time() - cpu
    more = _peak() - before
    print(f"a result of {megabytes} MiB: {wall:.2f} s wall, {spent:.2f} s CPU with its server, +{more} MiB peak")
    server.shutdown()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)
