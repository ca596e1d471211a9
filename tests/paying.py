"""A worker that orders and follows a few shots, for tests that kill it: ``python paying.py ADDRESS FOLDER SHOTS``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from unplastic.providers import connect
from unplastic.providers.ledger import Stage, ledger_in
from unplastic.providers.payment import Till, follow, order
from unplastic.providers.provider import VideoRequest
from unplastic.providers.reconcile import reconcile
from unplastic.settings import Settings


def work(address: str, folder: Path, shots: int) -> None:
    """Take up what is left of an earlier life, then order what is missing, until every shot has ended."""
    ark = connect("ark", Settings(rehearsal=address), sleep=lambda _: None)
    books = Till(ledger_in(folder / "ledger.sqlite"), 100.0, folder / "strays.jsonl", time.time)
    for attempt in books.ledger.attempts(Stage.INTENT):
        reconcile(books, ark, attempt, settle_s=0.0)
    for number in range(shots):
        wish = VideoRequest("seedance-2.0", f"Shot {number}: rain on a window.", size="720p", seed=100 + number)
        order(books, ark, wish, shot=f"sh{number}")
    while running := books.ledger.attempts(Stage.SUBMITTED, Stage.LATE):
        for attempt in running:
            follow(books, ark, attempt, folder / "takes", probe=lambda _: None)


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    print("done")
