"""The command line: verbs in the order of a day's work."""

from __future__ import annotations

import typer

import unplastic
from unplastic.cli import (
    agents,
    budget,
    cast,
    compare,
    completion,
    deliver,
    doctor,
    finish,
    install,
    lexicon,
    looks,
    man,
    mcp,
    measure,
    models,
    orders,
    plan,
    prompt,
    providers,
    reference,
    rehearse,
    review,
    run,
    status,
    store,
)

app = typer.Typer(
    name="unplastic",
    help="Finish AI-generated shots until they read like camera footage. Measured before and after.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the rich help costs more than the whole start
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unplastic {unplastic.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


app.command()(finish.finish)
app.command()(measure.measure)
app.command()(compare.compare)
app.command()(looks.looks)
app.command()(prompt.prompt)
app.add_typer(lexicon.lexicon, name="lexicon")
app.add_typer(reference.reference, name="reference")
app.command()(plan.plan)
app.command()(plan.route)
app.command()(models.models)
app.command()(cast.cast)
app.command()(run.run)
app.command()(run.watch)
app.command()(review.review)
app.command()(status.status)
app.command()(status.verdict)
app.command()(status.cancel)
app.add_typer(agents.agents, name="agents")
app.command()(orders.orders)
app.add_typer(budget.budget, name="budget")
app.add_typer(store.store, name="store")
app.command()(deliver.deliver)
app.command()(run.worker)
app.command()(providers.providers)
app.command()(rehearse.rehearse)
app.command()(mcp.mcp)
app.command()(doctor.doctor)
app.command()(install.install)
app.command()(completion.completion)
app.command()(man.man)
