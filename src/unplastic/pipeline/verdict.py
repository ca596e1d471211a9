"""What a person says of a take: approved, to be fixed, rejected with a reason, or taken back. One verdict at a time."""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from unplastic.errors import WorkError
from unplastic.pipeline import foreman
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.gate import Eyes, seen_where
from unplastic.pipeline.take import Job, Kind, Status, Take, Verdict
from unplastic.routing.evidence import Take as Evidence
from unplastic.routing.evidence import add_takes, default_file

BECOMES: Mapping[Kind, Status] = {
    "approve": Status.APPROVED, "fix": Status.FIX, "reject": Status.REJECTED, "undo": Status.REVIEW,
}  # fmt: skip
DECIDED = {Status.APPROVED, Status.FIX, Status.REJECTED}


def say(
    desk: Desk, take: Take, kind: Kind, *, reason: str = "", who: str = "", eyes: Eyes | None = None,
    revision: int | None = None,
) -> tuple[Take, tuple[Job, ...]]:  # fmt: skip
    """The take as it is then, and the work that an approval starts.

    An approval goes through the gate: ``eyes`` are those that have to have seen the worst passages, ``who``'s where
    nothing is said. ``revision`` is that of the take that was seen: somebody else's verdict, or a new finish, in
    between is not overruled. Raises `WorkError`, then, before the gate, and where the take is not there to be judged.
    """
    if kind == "reject" and not reason.strip():
        raise WorkError("a take is rejected with a reason", "say what is wrong: --reason 'boiling hair'")
    wanted = DECIDED if kind == "undo" else {Status.REVIEW, *DECIDED}
    if take.status not in wanted:
        raise WorkError(f"{take.id} is {take.status}", "a verdict is for a take that is in review")
    who = who or getpass.getuser()
    where = seen_where(desk, take, eyes or Eyes(who)) if kind == "approve" else ""
    looked_at = take.revision if revision is None else revision
    now = desk.now()
    changed = desk.tables.change(take, status=BECOMES[kind], note=reason, hint="", now_s=now, revision=looked_at)
    if changed is None:
        raise WorkError(f"{take.id} was changed while you looked", "look at it once more, then decide")
    desk.tables.add_verdict(Verdict(take.film, take.id, kind, reason, who, now, changed.revision, where))
    if kind in {"approve", "reject"}:
        _learn(desk, changed, accepted=kind == "approve")
    return changed, foreman.announce(desk, "shot.approved", take.film, take.id) if kind == "approve" else ()


def _learn(desk: Desk, take: Take, *, accepted: bool) -> None:
    """A verdict teaches how often a model's takes are taken; the score was entered when it was measured."""
    route = take.facts.get("route")
    if route and not desk.is_rehearsal:
        row = Evidence(route["model"], route.get("version", ""), route["surface"], "", None, 0.0, accepted, take.id,
                       desk.now())  # fmt: skip
        add_takes(default_file(), [row])
