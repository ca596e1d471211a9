"""The verbs: each module here is one command, each command calls one function.

Exit codes: 0 done; 1 a request could not be met (one line what, one line what to do); 2 usage; 70 our fault, with the
path of a log; 130 interrupted. Nothing heavy is imported before a verb runs, so ``--help`` answers at once.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit."""
    from unplastic.cli.app import app
    from unplastic.cli.outcome import guarded

    sys.exit(guarded(lambda: app(standalone_mode=False)))
