"""How Google's services say no, and how they take pictures: shared by Veo and Omni. Not a service of its own.

Source: google-genai 3.4.0 and the error model of google.rpc.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    ModelRetired,
    NoSuchJob,
    Quota,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
)
from unplastic.providers.answers import table, words
from unplastic.providers.http import Reply
from unplastic.providers.provider import Reference
from unplastic.providers.refusals import refuse
from unplastic.providers.upload import media_type

STATUSES: Mapping[str, type[Refused]] = {
    "UNAUTHENTICATED": BadKey, "PERMISSION_DENIED": BadKey, "RESOURCE_EXHAUSTED": RateLimit, "UNAVAILABLE": Busy,
    "INTERNAL": Busy, "NOT_FOUND": NoSuchJob,
}  # fmt: skip
HTTP: Mapping[int, type[Refused]] = {401: BadKey, 403: BadKey, 404: NoSuchJob, 429: RateLimit}
CODES: Mapping[int, type[Refused]] = {7: BadKey, 8: RateLimit, 13: Busy, 14: Busy, 16: BadKey}
"""Of an operation that failed: numbers of gRPC, and not of HTTP."""
SAID: tuple[tuple[str, type[Refused]], ...] = (
    ("responsible ai", ContentInput),
    ("violate", ContentInput),
    ("person generation", ContentInput),
    ("api key not valid", BadKey),
    ("location is not supported", Region),
    ("billing", Credit),
    ("per day", Quota),
)


def google_good(reply: Reply, service: str) -> dict[str, Any]:
    """The body of a good answer; raises the refusal of any other."""
    if reply.is_good:
        return reply.json()
    error = table(reply.loose_json(), "error")
    said = words(error, "message") or reply.text
    kind = STATUSES.get(words(error, "status")) or HTTP.get(reply.status, Busy if reply.status >= 500 else Refused)
    if kind is NoSuchJob and "model" in said.lower():
        kind = ModelRetired
    raise refuse(_by_words(said) or kind, service, said)


def google_failure(error: Mapping[str, Any], service: str) -> Refused:
    """What an operation or an interaction that failed says of itself."""
    said = words(error, "message") or "it failed"
    code = error.get("code")
    known = CODES.get(code, Refused) if isinstance(code, int) else Refused
    return refuse(_by_words(said) or known, service, said)


def filtered(reasons: list[Any], service: str) -> Refused:
    """A success with nothing in it: the filter took what was made."""
    said = "; ".join(dict.fromkeys(each for each in reasons if isinstance(each, str)))
    return refuse(ContentOutput, service, said or "the filter took what was made")


def inline(reference: Reference) -> tuple[str, str]:
    """(base64, media type) of a local file. Raises `RequestUnfit` for an address, which neither takes."""
    if reference.path is None:
        hint = "give a local file, or a gs:// address where the card says so"
        raise RequestUnfit(f"{reference.address} is an address, and Google takes pictures inside the request", hint)
    return base64.b64encode(reference.path.read_bytes()).decode("ascii"), media_type(reference.path)


def _by_words(said: str) -> type[Refused] | None:
    return next((kind for part, kind in SAID if part in said.lower()), None)
