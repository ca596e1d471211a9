"""One body for every service: ordered once, followed to its end, refused with a name, cancelled, found again, paid.

Each runs against the rehearsal server, whose bill is compared with our books.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from rehearsed import named_at_server, plain_wish, polled, rehearsed, take, till
from unplastic.errors import (
    Ambiguous,
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    Expired,
    ModelNotOpen,
    ModelRetired,
    Quota,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
    UnplasticError,
)
from unplastic.providers import connect
from unplastic.providers.capability import Capability
from unplastic.providers.card import cards
from unplastic.providers.ledger import Attempt, Stage
from unplastic.providers.payment import Till, follow, order
from unplastic.providers.provider import Job, Phase, Provider, Request
from unplastic.providers.reconcile import SETTLE_S, reconcile
from unplastic.registry import members
from unplastic.rehearsal import Rehearsal
from unplastic.secret import Secret
from unplastic.settings import Settings

PAID_BY = {"topaz": "accept"}
"""The verb whose loss may cost money, where it is not the create."""
NO_WAIT = {"recraft"}
"""Services whose order answers with the result."""
KEY = "sk-a-key-nobody-may-see-7f3a"


@cache
def firsts() -> list[tuple[str, Capability]]:
    """The first card of each kind of work that a service does."""
    found: dict[tuple[str, str], Capability] = {}
    for name in members("providers", outside=False):
        for card in cards(name):
            if not card.retired:
                found.setdefault((name, card.work), card)
    return [(name, card) for (name, _), card in found.items()]


def every() -> Any:
    return pytest.mark.parametrize(("name", "card"), firsts(), ids=[f"{n}-{c.work}" for n, c in firsts()])


def one_each() -> Any:
    chosen = dict(reversed(firsts()))
    return pytest.mark.parametrize(("name", "card"), chosen.items(), ids=list(chosen))


def outcome(act: Callable[[], Any]) -> Any:
    """What it gave, or what it raised."""
    try:
        return act()
    except UnplasticError as trouble:
        return trouble


def paid_verb(name: str) -> str:
    return f"{named_at_server(name)}.{PAID_BY.get(name, 'create')}"


def orders(server: Rehearsal, name: str) -> int:
    verb = PAID_BY.get(name, "create")
    return sum(1 for service, called, _ in server.calls if (service, called) == (named_at_server(name), verb))


def followed(books: Till, provider: Provider, attempt: Attempt, folder: Path) -> Attempt:
    for _ in range(14):
        attempt = follow(books, provider, attempt, folder, probe=take)
        if attempt.stage not in {Stage.SUBMITTED, Stage.LATE}:
            return attempt
    raise AssertionError(f"it goes on and on: {attempt}")


@every()
def test_ordered_followed_fetched_and_paid_to_the_cent(
    name: str, card: Capability, plastic_clip: Path, tmp_path: Path
) -> None:
    with rehearsed(name) as (server, provider):
        books = till(tmp_path)
        attempt = order(books, provider, plain_wish(card, plastic_clip), shot="sh1")
        assert attempt.stage is Stage.SUBMITTED
        assert attempt.job == Job.from_json(attempt.job.to_json())
        if name not in NO_WAIT:
            assert not provider.poll(attempt.job).phase.is_final
        again = connect(name, Settings(rehearsal=server.url), sleep=lambda _: None)  # as after a crash
        done = followed(books, again, attempt, tmp_path / "results")
        assert done.stage is Stage.SETTLED, done.note
        (path, *_) = (tmp_path / "results").iterdir()
        assert hashlib.sha256(path.read_bytes()).hexdigest() in done.results
        assert orders(server, name) == 1
        bill = server.bill.total_usd()
        assert bill > 0
        if done.charged_usd is not None:
            assert done.charged_usd == pytest.approx(bill, abs=0.005)
        assert bill <= done.reserved_usd + 0.005, "the estimate was too low"


@every()
def test_an_order_whose_answer_is_lost_is_never_sent_again(
    name: str, card: Capability, plastic_clip: Path, tmp_path: Path
) -> None:
    now = [0.0]
    with rehearsed(name, faults=f"{paid_verb(name)}=cut-after") as (server, provider):
        now[0] = server.stage.now()
        books = till(tmp_path, now=lambda: now[0])
        wish = plain_wish(card, plastic_clip)
        assert order(books, provider, wish, shot="sh1").stage is Stage.INTENT
        assert order(books, provider, wish, shot="sh1").stage is Stage.INTENT
        assert orders(server, name) == 1
        now[0] += SETTLE_S + 1
        (attempt,) = books.ledger.attempts()
        found = reconcile(books, provider, attempt)
        if provider.lists:
            assert found.stage is Stage.SUBMITTED, found.note
            done = followed(books, provider, found, tmp_path / "results")
            is_given_back = (done.stage, done.charged_usd, server.bill.total_usd()) == (Stage.FAILED, 0.0, 0.0)
            assert done.stage is Stage.SETTLED or is_given_back
        else:
            assert found.stage is Stage.UNKNOWN
            assert "console" in found.note
        assert books.ledger.spent_usd() >= server.bill.total_usd()
        assert orders(server, name) == 1
        assert len(server.bill.jobs(named_at_server(name))) == 1


@one_each()
@pytest.mark.parametrize("fault", ["500-before", "500-after", "html", "broken-json", "truncated"])
def test_an_answer_that_proves_nothing_keeps_the_money_reserved(
    name: str, card: Capability, fault: str, plastic_clip: Path, tmp_path: Path
) -> None:
    with rehearsed(name, faults=f"{paid_verb(name)}={fault}") as (server, provider):
        books = till(tmp_path)
        attempt = order(books, provider, plain_wish(card, plastic_clip), shot="sh1")
        assert attempt.stage in {Stage.INTENT, Stage.SUBMITTED}  # an acceptance may be told by its status alone
        assert books.ledger.spent_usd() == pytest.approx(attempt.reserved_usd)
        assert orders(server, name) == 1


@one_each()
@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        ("key", (BadKey,)),
        ("credit", (Credit,)),
        ("rate", (RateLimit, Quota)),
        ("quota", (Quota, Credit, RateLimit, BadKey, Region)),
        ("region", (Region, BadKey, Refused)),
        ("content-input", (ContentInput, Refused)),
        ("model-retired", (ModelRetired, ModelNotOpen, Refused)),
        ("overloaded", (Busy, RateLimit)),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_refusal_has_a_name_and_gives_the_money_back(
    name: str, card: Capability, fault: str, kinds: tuple, plastic_clip: Path, tmp_path: Path
) -> None:
    """Where a service has no words of its own for a kind, a plain `Refused` with its own words is the honest answer."""
    with rehearsed(name, faults=f"{paid_verb(name)}={fault}") as (server, provider):
        books = till(tmp_path)
        wish = plain_wish(card, plastic_clip)
        found = outcome(lambda: order(books, provider, wish, shot="sh1"))
        if isinstance(found, Attempt) and found.job:  # a queue that takes everything, and refuses later
            state = polled(provider, found.job)
            assert (fault, state.phase) == ("content-input", Phase.FAILED)
            assert isinstance(state.refusal, ContentInput | ContentOutput)
        elif isinstance(found, Attempt):  # 503 may come after the order was taken
            assert (fault, found.stage) == ("overloaded", Stage.INTENT)
        else:
            assert isinstance(found, kinds), f"{type(found).__name__}: {found}"
            assert found.hint
            assert books.ledger.attempts()[0].stage is Stage.RELEASED
            assert books.ledger.spent_usd() == 0
        assert orders(server, name) == 1


@every()
@pytest.mark.parametrize("ending", ["content-output", "filtered", "fails"])
def test_a_job_that_ends_badly_says_so(name: str, card: Capability, ending: str, plastic_clip: Path) -> None:
    verb = f"{named_at_server(name)}.create"
    with rehearsed(name, faults=f"{verb}={ending}") as (_, provider):
        submitted = outcome(lambda: provider.submit(plain_wish(card, plastic_clip)))
        if isinstance(submitted, Refused | Ambiguous):  # a service that answers at once
            assert name in NO_WAIT
            return
        job = submitted.job
        state = polled(provider, job)
        assert state.phase is Phase.FAILED
        assert state.refusal is not None
        if ending == "content-output" and card.work != "upscale":
            assert isinstance(state.refusal, ContentOutput)
        with pytest.raises(Refused):
            provider.fetch(job, Path(), probe=take)


@one_each()
def test_a_state_that_nobody_names_is_not_a_failure(name: str, card: Capability, plastic_clip: Path) -> None:
    if name in NO_WAIT:
        pytest.skip("it has no states")
    with rehearsed(name, faults=f"{named_at_server(name)}.create=strange") as (_, provider):
        job = provider.submit(plain_wish(card, plastic_clip)).job
        assert polled(provider, job).phase is Phase.SUCCEEDED


@one_each()
def test_a_poll_outlives_a_service_in_trouble(name: str, card: Capability, plastic_clip: Path) -> None:
    if name in NO_WAIT:
        pytest.skip("it is not polled")
    faults = f"{named_at_server(name)}.poll#1=500-before:503, {named_at_server(name)}.poll#3=cut-before"
    with rehearsed(name, faults=faults) as (_, provider):
        job = provider.submit(plain_wish(card, plastic_clip)).job
        assert polled(provider, job).phase is Phase.SUCCEEDED


@one_each()
def test_a_broken_poll_is_named_and_kept(
    name: str, card: Capability, plastic_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in NO_WAIT:
        pytest.skip("it is not polled")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with rehearsed(name, faults=f"{named_at_server(name)}.poll=wrong-json") as (_, provider):
        job = provider.submit(plain_wish(card, plastic_clip)).job
        state = outcome(lambda: provider.poll(job))
        if isinstance(state, Refused):
            assert "report it" in state.hint
            assert list((tmp_path / "unplastic" / "replies").iterdir())
        else:
            assert not state.phase.is_final, "an answer that says nothing ended the job"
        assert polled(provider, job).phase is Phase.SUCCEEDED


@one_each()
def test_an_address_that_ran_out_is_renewed_or_named(
    name: str, card: Capability, plastic_clip: Path, tmp_path: Path
) -> None:
    with rehearsed(name, faults=f"{named_at_server(name)}.fetch=expired") as (_, provider):
        job = provider.submit(plain_wish(card, plastic_clip)).job
        polled(provider, job)
        results = outcome(lambda: provider.fetch(job, tmp_path, probe=take))
        if isinstance(results, UnplasticError):
            assert isinstance(results, Expired)
            assert not list(tmp_path.iterdir())
            results = provider.fetch(job, tmp_path, probe=take)  # a fresh poll gives a fresh address
        (fetched, *_) = results
        assert fetched.path.stat().st_size == fetched.bytes


@one_each()
def test_a_cancel_says_what_it_did(name: str, card: Capability, plastic_clip: Path) -> None:
    with rehearsed(name) as (_, provider):
        job = provider.submit(plain_wish(card, plastic_clip)).job
        cancelled = provider.cancel(job)
        assert cancelled.stopped or cancelled.why
        if cancelled.stopped:
            state = outcome(lambda: provider.poll(job))
            assert isinstance(state, Refused) or state.phase in {Phase.CANCELLED, Phase.FAILED}
        else:
            assert polled(provider, job).phase is Phase.SUCCEEDED


@one_each()
def test_a_finished_job_is_not_cancelled_away(name: str, card: Capability, plastic_clip: Path, tmp_path: Path) -> None:
    with rehearsed(name) as (_, provider):
        job = provider.submit(plain_wish(card, plastic_clip)).job
        polled(provider, job)
        cancelled = provider.cancel(job)
        assert not cancelled.stopped
        assert cancelled.why
        assert provider.fetch(job, tmp_path, probe=take)


@every()
def test_what_the_card_does_not_allow_is_never_sent(name: str, card: Capability, plastic_clip: Path) -> None:
    with rehearsed(name) as (server, provider):
        with pytest.raises(RequestUnfit) as unfit:
            provider.submit(replace(plain_wish(card, plastic_clip), model="nil"))
        assert f"unplastic providers show {name}" in unfit.value.hint
        assert not server.calls


@every()
def test_every_card_can_be_estimated_or_says_that_nobody_knows(name: str, card: Capability, plastic_clip: Path) -> None:
    provider = connect(name, Settings())
    for each in provider.capabilities():
        assert each.source
        assert each.native
        if each.retired or each.work != card.work:
            continue
        estimate = provider.estimate(plain_wish(each, plastic_clip))
        assert estimate.checked == each.checked
        assert estimate.is_known or estimate.note
        if estimate.is_known:
            assert 0 < estimate.low_usd <= estimate.high_usd < 100


@one_each()
def test_without_a_key_it_says_which_and_where_to_get_one(name: str, card: Capability, plastic_clip: Path) -> None:
    provider = connect(name, Settings(), transport=httpx.MockTransport(lambda _: pytest.fail("it was sent")))
    with pytest.raises(BadKey) as missing:
        provider.submit(plain_wish(card, plastic_clip))
    assert provider.key_names[0][0] in missing.value.message + missing.value.hint
    assert provider.key_from in missing.value.hint


def leaky(request: httpx.Request) -> httpx.Response:
    """A server that gives back all it was told, as an error."""
    said = " ".join([str(request.url), *(f"{key}: {value}" for key, value in request.headers.items())])
    return httpx.Response(400, json={"error": {"code": "Bad", "message": said}, "message": said, "detail": said})


@one_each()
@pytest.mark.parametrize("answer", [leaky, lambda request: httpx.Response(200, text=str(dict(request.headers)))])
def test_no_error_repeats_a_key(
    name: str, card: Capability, answer: Any, plastic_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = {each for every in members("providers")[name].key_names for each in every}  # type: ignore[attr-defined]
    keys = {each: Secret(KEY, each) for each in names}
    provider = connect(name, Settings(keys=keys), transport=httpx.MockTransport(answer), sleep=lambda _: None)
    wish: Request = plain_wish(card, plastic_clip)
    with pytest.raises(UnplasticError) as refused:
        provider.submit(wish)
    shown = f"{refused.value} {refused.value.hint} {refused.getrepr(style='long', showlocals=True)} {provider!r}"
    assert KEY not in shown
    assert all(KEY not in path.read_text() for path in tmp_path.rglob("*.txt"))
