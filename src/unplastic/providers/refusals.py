"""What to do next about each kind of refusal, and a reply that broke the protocol, kept for the report."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    Expired,
    FacePolicy,
    GivenBack,
    ModelNotOpen,
    ModelRetired,
    NoSuchJob,
    Protocol,
    Quota,
    RateLimit,
    Refused,
    Region,
    TooLarge,
    WrongKind,
)

NEXT: dict[type[Refused], str] = {
    ContentInput: "change the prompt or the input that is named; sending it again gives the same answer",
    ContentOutput: "one more try with another seed may pass; else change the prompt",
    GivenBack: "it is ordered once more",
    FacePolicy: "register the portrait first: unplastic cast FILM; only AI-made faces are taken",
    Quota: "wait until the cap is renewed, or ask the service for a higher one",
    Region: "use an account or a base address of a region where it is offered, or another service",
    Credit: "add credit to the account; nothing was ordered",
    RateLimit: "wait a minute and run it again; ask for fewer at once",
    BadKey: "check the key and what it may do; unplastic providers show NAME says where it is made",
    ModelRetired: "choose another model: unplastic providers show NAME",
    ModelNotOpen: "switch the model on in the service's console, then run it again",
    TooLarge: "make the input smaller: unplastic providers show NAME lists the limits",
    WrongKind: "convert the input: unplastic providers show NAME lists what is taken",
    NoSuchJob: "its record may have run out; look in the service's console before ordering again",
    Expired: "poll it again for a fresh address; if there is none, the result is lost",
    Busy: "the service is in trouble: run it again later",
    Protocol: "report it with the saved reply; it holds no key",
}

SAID_CHARS_MAX = 300


def refuse(kind: type[Refused], service: str, said: str, *, hint: str = "") -> Refused:
    """A refusal of ``kind`` with the service's words, at most 300 characters of them, and the next thing to do."""
    words = " ".join(said.split())[:SAID_CHARS_MAX]
    return kind(f"{service}: {words or kind.__doc__}", hint or NEXT.get(kind, "see unplastic providers"))


def broke_protocol(service: str, what: str, reply: str) -> Protocol:
    """A reply that is not what the protocol says: it is saved, and the error names the file.

    ``reply`` must have been redacted: `unplastic.providers.http.Reply.text` is.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unplastic" / "replies"
    name = f"{service}-{time.strftime('%Y%m%d-%H%M%S')}-{uuid4().hex[:6]}.txt"
    for place in (folder, Path(gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(reply, encoding="utf-8")
        except OSError:
            continue
        return Protocol(f"{service}: {what}", f"report it with {place / name}; it holds no key")
    return Protocol(f"{service}: {what}", "report it; the reply could not be saved: " + reply[:SAID_CHARS_MAX])
