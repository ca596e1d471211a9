"""Every error the user can meet, in one tree.

    UnplasticError                 what happened, to which file; ``hint`` says what to do
    ├── ClipError                  the input cannot be used as it is
    │   ├── ClipMissing            no such file, or no permission to read it
    │   ├── ClipUnreadable         not a video, empty, or no picture in it
    │   ├── ClipDamaged            cut off, or its picture data is broken
    │   └── ClipUnsupported        readable, but nothing honest can be done with it (alpha, interlace, size)
    ├── ResultError                the result cannot be written
    │   ├── ResultExists           a finished file is in the way and --overwrite was not given
    │   └── ResultUnwritable       no permission, disk full, or the encoder refuses the picture
    ├── RecipeError                a look, table or parameter is wrong
    ├── LexiconError               a lexicon file of the user's is not one
    ├── PromptError                a prompt cannot be worked on
    ├── WeightsError               the weights of a network cannot be had: what needs them falls back or stops
    └── UnknownName                no member of that name in a room; the known ones are listed

A message is one line that says what happened; a hint is one line that says what to do next. The command line prints
both and exits with 1. Anything outside this tree is our fault: it is logged in full and exits with 70.
"""

from __future__ import annotations


class UnplasticError(Exception):
    """Base of every error meant for the user's eyes.

    ``message``: one line, what happened and to which file. ``hint``: one line, what to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[UnplasticError], tuple[str, str]]:
        """Keep message and hint when the error crosses a process boundary (``--jobs``)."""
        return type(self), (self.message, self.hint)


class ClipError(UnplasticError):
    """The input cannot be used as it is."""


class ClipMissing(ClipError):
    """No such file, or no permission to read it."""


class ClipUnreadable(ClipError):
    """Not a video, empty, or no picture in it."""


class ClipDamaged(ClipError):
    """Cut off, or its picture data is broken."""


class ClipUnsupported(ClipError):
    """Readable, but nothing honest can be done with it."""


class ResultError(UnplasticError):
    """The result cannot be written."""


class ResultExists(ResultError):
    """A finished file is in the way."""


class ResultUnwritable(ResultError):
    """No permission, disk full, or the encoder refuses the picture."""


class RecipeError(UnplasticError):
    """A look, table or parameter is wrong."""


class LexiconError(UnplasticError):
    """A lexicon file of the user's is not one."""


class PromptError(UnplasticError):
    """A prompt cannot be worked on."""


class WeightsError(UnplasticError):
    """The weights of a network cannot be had."""


class UnknownName(UnplasticError):
    """No member of that name in a room."""
