"""Kling: tasks on its new paths and its older ones, elements for characters, and HTTP 429 in three meanings.

Source: kling.ai/document-api through dated notes of May 2026, and two independent open clients; it has no official
client on the package index, and nothing here was run against the live service. There is no cancel.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    Expired,
    FacePolicy,
    ModelNotOpen,
    ModelRetired,
    NoSuchJob,
    Quota,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
)
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import moment, number, rows, words
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.http import Headers, Reply, Wire
from unplastic.providers.kling_bodies import ELEMENT, as_task, path_and_body, poll_path, task_of
from unplastic.providers.provider import (
    Cancelled,
    Fetched,
    Job,
    Listed,
    Output,
    Phase,
    Probe,
    Reference,
    Request,
    State,
    Submission,
    VideoRequest,
)
from unplastic.providers.refusals import refuse
from unplastic.secret import Secret
from unplastic.settings import Settings

KEY, ACCESS, SECRET = "KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY"
USD_PER_UNIT = 0.14
TOKEN_LIVES_S, TOKEN_SLACK_S = 1800, 5
PAGE = 100
ELEMENTS = "/v1/general/advanced-custom-elements"
NAME_CHARS, ABOUT_CHARS = 20, 100
WAIT_S, WAITS_MAX = 3.0, 60
PHASES = {
    "submitted": Phase.QUEUED, "processing": Phase.RUNNING, "succeeded": Phase.SUCCEEDED, "succeed": Phase.SUCCEEDED,
    "failed": Phase.FAILED,
}  # fmt: skip
KINDS: Mapping[int, type[Refused]] = {
    1000: BadKey, 1001: BadKey, 1002: BadKey, 1003: BadKey, 1004: BadKey, 1100: Credit, 1101: Credit, 1102: Credit,
    1103: ModelNotOpen, 1202: ModelRetired, 1203: ModelRetired, 1300: ContentInput, 1301: ContentInput,
    1302: RateLimit, 1303: Quota, 1304: Region, 5000: Busy, 5001: Busy, 5002: Busy,
}  # fmt: skip
RISK = ("risk control", "content safety", "policy", "sensitive")


@dataclass(frozen=True)
class Kling:
    """Kling by ``KLING_API_KEY``, or by an access key and a secret key that sign a token for every call."""

    name: ClassVar[str] = "kling"
    title: ClassVar[str] = "Kling"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = ((KEY,), (ACCESS, SECRET))
    key_from: ClassVar[str] = "kling.ai/dev/api-key"
    lists: ClassVar[bool] = True

    wire: Wire

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's key, or the rehearsal's. ``address`` may be the Chinese host."""
        base = "https://api-singapore.klingai.com"
        own = account(cls.name, settings, address=base, key_names=cls.key_names, key_from=cls.key_from)
        return cls(Wire(own, **line))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of its models."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By the second; a failure is not charged."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Order a clip: one POST, with the attempt's mark as the external id."""
        card = fit(self.name, request)
        if not isinstance(request, VideoRequest):
            raise RequestUnfit(f"{self.title} makes clips only", "ask another service")
        path, body = path_and_body(card, request)
        reply = self.wire.order("POST", self.wire.account.address + path, headers=self._key(), body=body)
        task = task_of(_good(reply))
        if not task.get("id"):
            raise reply.broken("a task was made and no id was told")
        kept = path if path.startswith("/v1/") else "/tasks"
        return Submission(Job(self.name, task["id"], card.model, self.wire.account.address, {"path": kept}), reply.text)

    def poll(self, job: Job) -> State:
        """One GET of the task."""
        path, query = poll_path(job.id, job.handle.get("path", "/tasks"))
        reply = self.wire.read("GET", job.address + path, headers=self._key(), params=query)
        told = _good(reply)
        if isinstance(told.get("data"), list) and not told["data"]:
            raise refuse(NoSuchJob, self.name, f"no task has the id {job.id}")
        task = task_of(told)
        if not task.get("status"):
            raise reply.broken("the answer holds no task")
        return _state(task, reply)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The clip; results are kept for 30 days."""
        state = self.poll(job)
        if not state.outputs:
            raise state.refusal or refuse(Expired, self.name, f"the task is {state.native}, and has no result")
        return bring(self.wire, job, state.outputs, folder, probe=probe)

    def cancel(self, job: Job) -> Cancelled:
        """It cannot be stopped: the interface has no call for that."""
        return Cancelled(False, f"{self.title} has no way to stop {job.id}; its result will be kept")

    def list(self, since: datetime) -> Iterator[Listed]:
        """The tasks of the new paths, newest first, with the mark that each was given."""
        cursor = ""
        while True:
            asked = {"limit": PAGE, **({"cursor": cursor} if cursor else {})}
            reply = self.wire.read("POST", f"{self.wire.account.address}/tasks", headers=self._key(), body=asked)
            told = _good(reply)
            if not isinstance(told.get("data"), list):
                raise reply.broken("the list of tasks is none")
            for row in rows(told, "data"):
                listed = self._listed(as_task(row), reply)
                if listed.created is None or listed.created >= since:
                    yield listed
            cursor = words(told, "next_cursor")
            if not cursor:
                return

    def register(self, reference: Reference) -> Reference:
        """A character at an https address, with a name, becomes an element; all else goes inside the request."""
        if reference.role != "character" or not reference.label or not reference.address.startswith("http"):
            return reference
        body = {
            "element_name": reference.label[:NAME_CHARS],
            "element_description": reference.label[:ABOUT_CHARS],
            "reference_type": "image_refer",
            "element_image_list": {"frontal_image": reference.address},
        }
        address = self.wire.account.address + ELEMENTS
        task = task_of(_good(self.wire.order("POST", address, headers=self._key(), body=body)))
        for _ in range(WAITS_MAX):
            found = task_of(_good(self.wire.read("GET", f"{address}/{task.get('id')}", headers=self._key())))
            if found.get("element") is not None:
                return replace(reference, address=f"{ELEMENT}{found['element']}", path=None)
            if found.get("status") == "failed":
                raise refuse(FacePolicy, self.name, found["message"] or "the element was not made")
            self.wire.sleep(WAIT_S)
        raise Busy(f"{self.name}: the element of {reference.label} is still being made", "run it again later")

    def _listed(self, task: Mapping[str, Any], reply: Reply) -> Listed:
        job = Job(self.name, task["id"], "", self.wire.account.address, {"path": "/tasks"})
        echo = {"mark": task["mark"]} if task["mark"] else {}
        return Listed(job, moment(task["created"], per_second=1000), _state(task, reply), echo)

    def _key(self) -> Headers:
        keys = self.wire.account
        if keys.has(KEY) or not keys.has(ACCESS, SECRET):
            return {"Authorization": keys.bearer(KEY)}
        return {"Authorization": _token(keys.key(ACCESS), keys.key(SECRET), time.time())}


def _token(access: Secret, secret: Secret, now_s: float) -> Secret:
    """A JSON Web Token (HS256) that is good for half an hour; a fresh one for every call."""
    import jwt

    claims = {"iss": access.reveal(), "exp": int(now_s) + TOKEN_LIVES_S, "nbf": int(now_s) - TOKEN_SLACK_S}
    return Secret(f"Bearer {jwt.encode(claims, secret.reveal(), algorithm='HS256')}", access.source)


def _good(reply: Reply) -> dict[str, Any]:
    """The answer. Its ``code`` counts, and not the HTTP status: 429 may mean that there is no credit."""
    told = reply.json() if reply.is_good else reply.loose_json()
    code = number(told.get("code"))
    if reply.is_good and code == 0:
        return told
    if reply.is_good and code is None:
        raise reply.broken("the answer has no code")
    unknown = {401: BadKey, 404: NoSuchJob, 429: RateLimit}.get(reply.status, Busy if reply.status >= 500 else Refused)
    kind = KINDS.get(int(code or -1), unknown)
    raise refuse(kind, "kling", f"{words(told, 'message') or reply.text} (code {told.get('code', reply.status)})")


def _state(task: Mapping[str, Any], reply: Reply) -> State:
    native = str(task["status"])
    phase = PHASES.get(native, Phase.RUNNING)
    refusal = None
    if phase is Phase.FAILED:
        said = task["message"] or "the task failed"
        is_policy = any(word in said.lower() for word in RISK)
        refusal = refuse(ContentOutput if is_policy else Refused, "kling", said)
    if phase is Phase.SUCCEEDED and not task["urls"]:
        raise reply.broken("the task succeeded and has no clip")
    units = number(task["units"])
    charge = 0.0 if phase is Phase.FAILED else None if units is None else round(units * USD_PER_UNIT, 6)
    return State(
        phase,
        native,
        outputs=tuple(Output(url, "video") for url in task["urls"]) if phase is Phase.SUCCEEDED else (),
        refusal=refusal,
        charge_usd=charge,
        usage={} if units is None else {"units": units},
    )
