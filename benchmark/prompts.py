"""How long linting and rewriting prompts takes.

    python benchmark/prompts.py [--prompts 10000]

Prompts are the corpus of the tests with a number in each, so that none is seen twice. Writes ``benchmark/prompts.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import time
from pathlib import Path

from speed import processor

from unplastic.prompts import lexicon, lint, rewrite

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "prompts"))


def main() -> None:
    """Time both verbs in CPU seconds."""
    from test_rewrite import TEXTS

    parser = argparse.ArgumentParser()
    parser.add_argument("--prompts", type=int, default=10_000)
    count = parser.parse_args().prompts
    keys = list(lexicon().models)
    texts = [f"{TEXTS[index % len(TEXTS)]} Take {index}." for index in range(count)]
    started = time.process_time()
    for text in texts:
        lint(text)
    linted = time.process_time()
    for index, text in enumerate(texts):
        rewrite(text, keys[index % len(keys)])
    done = time.process_time()
    (HERE / "prompts.md").write_text(
        "# The prompt doctor\n\n"
        f"{dt.date.today()}, {processor()}, Python {platform.python_version()}. Made by `python benchmark/prompts.py`; "
        f"CPU time, one thread, {count} prompts of {sum(map(len, texts)) // count} characters.\n\n"
        "| what | asked | measured |\n|---|---|---|\n"
        f"| lint, 10,000 prompts | <= 5 s | {(linted - started) / count * 1e4:.1f} s |\n"
        f"| rewrite, 10,000 prompts | <= 5 s | {(done - linted) / count * 1e4:.1f} s |\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
