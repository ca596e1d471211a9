"""How long linting and rewriting prompts takes.

    python benchmark/prompts.py [--prompts 10000]

Prompts are the corpus of the tests with a number in each, so that none is seen twice; the quickest of some rounds is
told, since other programs of the machine only ever add time. Writes ``benchmark/prompts.md`` and keeps what stands
there under "Earlier".
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import time
from pathlib import Path
from statistics import median

from speed import processor

from unplastic.prompts import lexicon, lint, rewrite

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "prompts"))


def main() -> None:
    """Time both verbs in CPU seconds."""
    from test_rewrite import TEXTS

    parser = argparse.ArgumentParser()
    parser.add_argument("--prompts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    each = given.prompts // given.rounds
    keys = list(lexicon().models)
    rewrite("A man stands.", keys[0])
    taken: dict[str, list[float]] = {"lint": [], "rewrite": []}
    for number in range(given.rounds):
        texts = [f"{TEXTS[index % len(TEXTS)]} Take {number}{index}." for index in range(each)]
        started = time.process_time()
        for text in texts:
            lint(text)
        linted = time.process_time()
        for index, text in enumerate(texts):
            rewrite(text, keys[index % len(keys)])
        taken["lint"].append(linted - started)
        taken["rewrite"].append(time.process_time() - linted)
    rows = "".join(
        f"| {name}, 10,000 prompts | <= 5 s | {min(found) / each * 1e4:.1f} s | {median(found) / each * 1e4:.1f} s |\n"
        for name, found in taken.items()
    )
    file = HERE / "prompts.md"
    earlier = file.read_text(encoding="utf-8").partition("## Earlier")
    file.write_text(
        "# The prompt doctor\n\n"
        f"{dt.date.today()}, {processor()}, Python {platform.python_version()}. Made by `python benchmark/prompts.py`; "
        f"CPU time, one thread, {given.rounds} rounds of {each} prompts of {len(texts[0])} characters or so.\n\n"
        f"| what | asked | quickest round | median |\n|---|---|---|---|\n{rows}"
        + ("\n" + "".join(earlier[1:]) if earlier[1] else ""),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
