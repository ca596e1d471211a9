"""One look at a paid order on behalf of a stage: ordered if it never was, looked for if it was lost, followed, fetched.

Whatever became of an order, it is never made again here: what cannot be found waits for a person.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from unplastic.errors import DatabaseGone, NoSuchJob, ProviderError
from unplastic.pipeline.stage import Done, Hold, Outcome, Wait, Work
from unplastic.pipeline.take import Status
from unplastic.providers.ledger import Attempt, Stage
from unplastic.providers.payment import follow, may_try_again, order, stop, try_again
from unplastic.providers.provider import Probe, Provider, Request
from unplastic.providers.reconcile import reconcile

ORDERS = "unplastic orders FILM lists it; --look searches again, --free KEY and --paid KEY=USD settle it"


def followed(work: Work, service: Provider, request: Request, *, shot: str, probe: Probe) -> Outcome:
    """`Done` with the key of the settled attempt as the fact "attempt"; else what comes next."""
    till, pace = work.till, work.desk.pace
    attempt = order(till, service, request, shot=shot, take=work.take.number)
    again = try_again(till, service, request, attempt)
    attempt = again or attempt
    if attempt.stage in {Stage.INTENT, Stage.UNKNOWN}:
        attempt = reconcile(till, service, attempt, settle_s=pace.settle_s, again=True)
    if attempt.stage is Stage.RELEASED:
        return Wait(0.0, "its order never left; it is ordered now")
    if attempt.stage is Stage.INTENT:
        return Wait(max(pace.poll_s, pace.settle_s / 4), "its answer was lost; looking for it in the service's list")
    if attempt.stage in {Stage.SUBMITTED, Stage.LATE} and _is_cancelled(work):
        return _stopped(work, service, attempt)
    if attempt.stage in {Stage.SUBMITTED, Stage.LATE}:
        attempt = _polled(work, service, attempt, probe)
    if attempt.stage in {Stage.SUBMITTED, Stage.LATE}:
        return Wait(pace.poll_s * (4 if attempt.stage is Stage.LATE else 1), f"{service.title}: {attempt.stage}")
    if attempt.stage is Stage.SETTLED:
        usd = "" if attempt.charged_usd is None else f", {attempt.charged_usd:.2f} USD"
        return Done(f"{service.title} {attempt.job.id if attempt.job else ''}{usd}", {"attempt": attempt.key})
    if may_try_again(attempt):
        return Wait(0.0, f"{attempt.note}: one more try")
    lost = attempt.key if attempt.stage is Stage.UNKNOWN else ""
    return Hold(f"{service.title}: {attempt.note or attempt.stage}", ORDERS, lost)


def brought(work: Work, service: Provider, key: str, *, probe: Probe) -> Path:
    """The clip that a settled attempt paid for: where it was put, or fetched once more if it is no longer there."""
    attempt = work.desk.ledger.find(key)
    if attempt is None or attempt.job is None:
        raise NoSuchJob(f"the books have no job for {key[:8]}", ORDERS)
    for row in json.loads(attempt.results):
        path = Path(row["path"])
        if path.is_file() and _sha256(path) == row["sha256"]:
            return path
    return service.fetch(attempt.job, _incoming(work), probe=probe)[0].path


def _is_cancelled(work: Work) -> bool:
    return work.desk.tables.take(work.take.film, work.take.id).status is Status.CANCELLED


def _stopped(work: Work, service: Provider, attempt: Attempt) -> Outcome:
    """It was on the line when a person cancelled its take: whoever gets the answer asks the service to stop it."""
    with contextlib.suppress(ProviderError):
        stop(work.till, service, attempt)
    return Wait(0.0)


def _polled(work: Work, service: Provider, attempt: Attempt, probe: Probe) -> Attempt:
    try:
        return follow(work.till, service, attempt, _incoming(work), probe=probe)
    except NoSuchJob as lost:
        work.desk.ledger.advance(attempt, Stage.UNKNOWN, note=f"{lost.message}; look in the service's console")
        found = work.desk.ledger.find(attempt.key)
        if found is None:
            raise DatabaseGone("the books lost a row", "restore them from a copy") from None
        return found


def _incoming(work: Work) -> Path:
    return work.desk.scratch / "incoming" / work.take.scene / work.take.shot


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
