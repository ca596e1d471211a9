"""How a command ends: exit codes, two-line errors, and a log for what is our own fault."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from unplastic.errors import UnplasticError

DONE, UNMET, USAGE, OURS, INTERRUPTED = 0, 1, 2, 70, 130


def guarded(command: Callable[[], object]) -> int:
    """Run ``command`` and turn whatever happens into an exit code and, at most, two lines on stderr."""
    from typer.exceptions import Abort, Exit, TyperException

    try:
        result = command()
    except UnplasticError as error:
        say_error(error)
        return UNMET
    except Exit as leaving:
        return leaving.exit_code
    except TyperException as error:
        return _say_usage(error)
    except (KeyboardInterrupt, Abort):
        sys.stderr.write("stopped: nothing half-written was left behind\n")
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return DONE
    except Exception as error:
        sys.stderr.write(f"something in unplastic broke: {type(error).__name__}: {error}\n")
        sys.stderr.write(f"please report it with this log: {write_log(error)}\n")
        return OURS
    return result if isinstance(result, int) else DONE


def say_error(error: UnplasticError) -> None:
    """Two lines on stderr: what happened, what to do."""
    sys.stderr.write(f"error: {_one_line(error.message)}\n   do: {_one_line(error.hint)}\n")


def write_log(error: BaseException) -> Path:
    """Write the whole traceback to a file of its own in the cache folder (or the temporary one) and return its path."""
    text = "".join(traceback.format_exception(error))
    name = f"unplastic-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unplastic"
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        (cache / name).write_text(text, encoding="utf-8")
        return cache / name
    log = Path(tempfile.gettempdir()) / name
    log.write_text(text, encoding="utf-8")
    return log


def _say_usage(error: Exception) -> int:
    """Typer's usage errors carry their own rendering and exit code; whatever does not is still a usage error."""
    show = getattr(error, "show", None)
    if show:
        show()
    else:
        sys.stderr.write(f"{error}\n")
    return getattr(error, "exit_code", USAGE)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _silence_stdout() -> None:
    """A reader that left early (``| head``) is no error; keep Python from complaining when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
