"""Which kept files nobody needs any more. What was paid for is needed for ever."""

from __future__ import annotations

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.take import Artefact, Status

GONE = {Status.REJECTED, Status.CANCELLED, Status.FAILED}


def superfluous(desk: Desk, film: str) -> list[Artefact]:
    """Results of takes that were given up, and of all but the last turn; never a file that another row needs."""
    takes = {each.id: each for each in desk.tables.takes(film)}
    rows = desk.tables.artefacts()
    last: dict[tuple[str, str], int] = {}
    for each in (row for row in rows if row.film == film):
        last[each.take, each.role] = max(each.turn, last.get((each.take, each.role), 0))

    def is_needed(row: Artefact) -> bool:
        if row.paid or row.film != film or row.take not in takes:
            return True
        return takes[row.take].status not in GONE and row.turn == last[row.take, row.role]

    needed = {row.hash for row in rows if is_needed(row)}
    needed |= set(desk.document(film)["pictures"].values())
    unique = {row.hash: row for row in rows if row.hash not in needed}
    return [row for row in unique.values() if desk.store.has(row.hash)]
