"""``unplastic status``, ``verdict``, ``cancel``: how a film stands, and what a person says to it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from unplastic.cli.film import FILM, JSON, REHEARSAL, begun

if TYPE_CHECKING:
    from unplastic.pipeline.desk import Desk
    from unplastic.pipeline.status import State, TakeRow
    from unplastic.pipeline.take import Take

KINDS = ("approve", "fix", "reject", "undo")


def status(
    film: FILM,
    spend: Annotated[bool, typer.Option("--spend", help="Every cent, with the services' own ids.")] = False,
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Say how a film stands: every take, what waits for you, what was spent."""
    from unplastic.cli.show import print_json
    from unplastic.pipeline.status import state

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        told = state(desk, project.id)
    if as_json:
        print_json(told.document())
        return
    print_state(told)
    if spend:
        print_spend(told)


def verdict(
    film: FILM,
    take: Annotated[str, typer.Argument(metavar="TAKE", help="A shot, or SCENE/SHOT/tkNN for one of its takes.")],
    kind: Annotated[str, typer.Argument(metavar="approve|fix|reject|undo")],
    reason: Annotated[str, typer.Option("--reason", help="Needed to reject; kept with the verdict.")] = "",
    who: Annotated[str, typer.Option("--who", help="Else your login name.")] = "",
    seen: Annotated[str, typer.Option("--seen", help="To approve: where it was seen, if not on the page.")] = "",
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Judge a take that is in review; an approval needs its worst passages seen at 1:1, and starts who waits for it.

    They count as seen when they were played to --who on the page of unplastic review, or with --seen "on the grading
    monitor": who, when and where are kept with the verdict.
    """
    from unplastic.cli.show import print_json
    from unplastic.pipeline.entry import find
    from unplastic.pipeline.gate import Eyes
    from unplastic.pipeline.verdict import say

    if kind not in KINDS:
        raise typer.BadParameter(f"a verdict is one of {', '.join(KINDS)}")
    if seen and kind != "approve":
        raise typer.BadParameter("--seen is for approve")
    who = who or getpass.getuser()
    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        found = find(desk, project.id, take)
        changed, jobs = say(desk, found, kind, reason=reason, who=who, eyes=Eyes(who, "", seen))  # type: ignore[arg-type]
    if as_json:
        print_json({"take": changed.id, "status": str(changed.status), "begins": [each.agent for each in jobs]})
        return
    typer.echo(f"{changed.id}: {changed.status}")
    if jobs:
        typer.echo(f"{', '.join(each.agent for each in jobs)} begins with the next unplastic run, watch or worker")


def cancel(
    film: FILM,
    take: Annotated[str, typer.Argument(metavar="TAKE", help="A shot, or SCENE/SHOT/tkNN for one of its takes.")],
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Stop all work on a take, here and, where it allows that, at the service; what was paid for stays."""
    from unplastic.cli.show import print_json
    from unplastic.pipeline import foreman
    from unplastic.pipeline.entry import find

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        found = find(desk, project.id, take)
        count = foreman.cancel(desk, found)
        orders = list(_stopped(desk, found))
    if as_json:
        print_json({"take": found.id, "stopped": count, "orders": orders})
        return
    typer.echo(f"{found.id}: cancelled; {count} pieces of work were stopped")
    for each in orders:
        typer.echo(f"{each['provider']} {each['id']}: {each['said']}")


def _stopped(desk: Desk, take: Take) -> Iterator[dict[str, str]]:
    """The take's orders, after each service was asked to stop them: what became of each."""
    from unplastic.errors import ProviderError
    from unplastic.providers.ledger import Stage
    from unplastic.providers.payment import stop

    for each in desk.ledger.attempts(Stage.SUBMITTED, Stage.LATE, film=take.film):
        if each.take == take.number and each.shot.startswith(f"{take.scene}/{take.shot}"):
            try:
                after = stop(desk.till(take, each.agent), desk.service(each.provider), each)
                said = f"{after.stage}{f' ({after.note})' if after.note else ''}"
            except ProviderError as trouble:
                said = f"{trouble.message}; {trouble.hint}"
            yield {"provider": each.provider, "id": each.job.id if each.job else "", "said": said}


def print_state(told: State) -> None:
    """The film as lines."""
    budget = "" if told.budget_usd is None else f" of {told.budget_usd:.2f}"
    typer.echo(f"{told.title}: {len(told.takes)} takes, {len(told.waiting)} wait for you;"
               f" {told.spent_usd:.2f}{budget} USD spent or reserved")  # fmt: skip
    for each in told.takes:
        _print_take(each)
    for worker in told.workers:
        typer.echo(f"worker {worker['id']} ({worker['queues']})")


def print_spend(told: State) -> None:
    """Every order with its id, and sums."""
    from unplastic.pipeline.status import sums

    typer.echo("")
    for each in told.spend:
        usd = f"reserved {each.reserved_usd:.4f}" if each.charged_usd is None else f"charged {each.charged_usd:.4f}"
        typer.echo(f"{each.key[:8]}  {each.stage:<9} {usd:>16} USD  {each.shot} take {each.take}  {each.agent}  "
                   f"{each.provider} {each.job.id if each.job else 'no id'}")  # fmt: skip
        if each.note:
            typer.echo(f"{'':<10}{each.note}")
    for by in ("scene", "agent", "provider", "day"):
        typer.echo(
            f"by {by}: " + ", ".join(f"{name or 'nobody said'} {usd:.2f}" for name, usd in sums(told.spend, by).items())
        )
    typer.echo(f"in all {told.spent_usd:.4f} USD")


def _print_take(each: TakeRow) -> None:
    before = "" if each.before is None else f"{each.before:.0f} to "
    unsure = " (within the error)" if each.change == "same" else ""
    score = "" if each.after is None else f"  plasticity {before}{each.after:.0f}{unsure}"
    usd = f"  {each.usd:.2f} USD" if each.usd else ""
    typer.echo(f"  {each.id:<28} {each.status:<9}{score}{usd}  {each.model}")
    if each.doing:
        typer.echo(f"{'':<31}{each.doing}")
    if each.note:
        typer.echo(f"{'':<31}{each.note}{f' ({each.hint})' if each.hint else ''}")
    for text in each.findings[:3]:
        typer.echo(f"{'':<31}{text}")
