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
    ├── FilmError                  a film file says something that cannot be used
    ├── RoutingError               a shot asks for a model that cannot make it
    ├── SettingsError              an environment variable or unplastic.toml says something that cannot be used
    ├── ProviderError              a service did not do what was asked
    │   ├── RequestUnfit           checked here and never sent: the model's card says that it cannot be done
    │   ├── NotSent                it is proved that no order reached the service: sending again is safe
    │   ├── Ambiguous              an order may have reached the service: never sent again, looked for in its list
    │   └── Refused                the service said no, or its job failed
    │       ├── ContentInput       the prompt or an input breaks a content rule
    │       ├── ContentOutput      the picture that was made breaks one
    │       ├── GivenBack          it was never begun, and all of it was given back
    │       ├── FacePolicy         a face that the service takes only from its own library
    │       ├── Quota              a cap of the account: daily, or of jobs at once
    │       ├── Region             not offered where the account or the address is
    │       ├── Credit             no money left on the account
    │       ├── RateLimit          too many requests: wait
    │       ├── BadKey             a key is missing, wrong, or lacks the right
    │       ├── ModelRetired       the model is gone
    │       ├── ModelNotOpen       the account has not switched the model on
    │       ├── TooLarge           an input is larger than the service takes
    │       ├── WrongKind          an input is of a kind that the service does not take
    │       ├── NoSuchJob          the service knows no job of that id, or keeps it no longer
    │       ├── Expired            the result's address or record ran out
    │       ├── Busy               the service is overloaded or broken: try later
    │       └── Protocol           a reply is not what the service's own description says
    ├── SettlementError            an order cannot be settled by hand as was asked
    ├── BudgetSpent                an order would go over the budget: nothing was sent
    ├── DatabaseGone               the film's books cannot be read or written: no room, no server
    ├── StoreError                 a file cannot be put into the store, or is not there as it was
    │   └── StoreAway              the store does not answer: it is tried again
    ├── WorkError                  the pipeline cannot do what was asked: another process owns it, no such take
    ├── DeliveryError              what was asked for cannot be delivered as it is
    │   ├── CutError               a timeline cannot be read, or uses what cannot be processed
    │   └── ProvenanceError        a manifest cannot be read, or a certificate cannot sign
    ├── AgentError                 an agent's file says something that cannot be used
    ├── WordsError                 plain words that no grammar here knows; what is understood is listed
    ├── FramesError                frames of the wrong shape, type or range; the form that is expected is said
    ├── GrantError                 a budget token is missing, unknown, ended or in use
    ├── PathRefused                a path outside the folders that a caller may use
    ├── TooMuch                    a caller asks for more at once than is done at once
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


class FilmError(UnplasticError):
    """A film file says something that cannot be used."""


class RoutingError(UnplasticError):
    """A shot asks for a model that cannot make it."""


class SettingsError(UnplasticError):
    """An environment variable or ``unplastic.toml`` says something that cannot be used."""


class ProviderError(UnplasticError):
    """A service did not do what was asked."""


class RequestUnfit(ProviderError):
    """Checked here and never sent: the model's card says that it cannot be done."""


class NotSent(ProviderError):
    """It is proved that no order reached the service."""


class Ambiguous(ProviderError):
    """An order may have reached the service."""


class Refused(ProviderError):
    """The service said no, or its job failed."""


class ContentInput(Refused):
    """The prompt or an input breaks a content rule."""


class ContentOutput(Refused):
    """The picture that was made breaks a content rule."""


class GivenBack(Refused):
    """It was taken, never begun, and all of it was given back: it can be ordered again."""


class FacePolicy(Refused):
    """A face that the service takes only from its own library."""


class Quota(Refused):
    """A cap of the account."""


class Region(Refused):
    """Not offered where the account or the address is."""


class Credit(Refused):
    """No money left on the account."""


class RateLimit(Refused):
    """Too many requests."""


class BadKey(Refused):
    """A key is missing, wrong, or lacks the right."""


class ModelRetired(Refused):
    """The model is gone."""


class ModelNotOpen(Refused):
    """The account has not switched the model on."""


class TooLarge(Refused):
    """An input is larger than the service takes."""


class WrongKind(Refused):
    """An input is of a kind that the service does not take."""


class NoSuchJob(Refused):
    """The service knows no job of that id."""


class Expired(Refused):
    """The result's address or record ran out."""


class Busy(Refused):
    """The service is overloaded or broken."""


class Protocol(Refused):
    """A reply is not what the service's own description says."""


class SettlementError(UnplasticError):
    """An order cannot be settled by hand as was asked."""


class BudgetSpent(UnplasticError):
    """An order would go over the budget."""


class DatabaseGone(UnplasticError):
    """The film's books cannot be read or written."""


class StoreError(UnplasticError):
    """A file cannot be put into the store, or is not there as it was."""


class StoreAway(StoreError):
    """The store does not answer."""


class WorkError(UnplasticError):
    """The pipeline cannot do what was asked."""


class DeliveryError(UnplasticError):
    """What was asked for cannot be delivered as it is."""


class CutError(DeliveryError):
    """A timeline cannot be read, or uses what cannot be processed."""


class ProvenanceError(DeliveryError):
    """A manifest cannot be read, or a certificate cannot sign."""


class AgentError(UnplasticError):
    """An agent's file says something that cannot be used."""


class WordsError(UnplasticError):
    """Plain words that no grammar here knows."""


class FramesError(UnplasticError):
    """Frames of the wrong shape, type or range."""


class GrantError(UnplasticError):
    """A budget token is missing, unknown, ended or in use."""


class PathRefused(UnplasticError):
    """A path outside the folders that a caller may use."""


class TooMuch(UnplasticError):
    """A caller asks for more at once than is done at once."""


class UnknownName(UnplasticError):
    """No member of that name in a room."""
