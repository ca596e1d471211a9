"""Topaz at the rehearsal server: what was accepted and lost its way is given back, and ordered once more."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rehearsed import polled, rehearsed, take, till, upscale_wish
from unplastic.providers.ledger import Attempt, Stage
from unplastic.providers.payment import Till, follow, may_try_again, order, try_again
from unplastic.providers.provider import Phase, Provider
from unplastic.providers.reconcile import reconcile

MODEL = "starlight-precise-2.6"


def lost_and_found(books: Till, provider: Provider, clip: Path) -> Attempt:
    """An order whose answer was cut off, adopted from the service's list: without an address to upload to."""
    lost = order(books, provider, upscale_wish(MODEL, clip), shot="sh1")
    assert lost.stage is Stage.INTENT
    found = reconcile(books, provider, lost, settle_s=0.0)
    assert found.stage is Stage.SUBMITTED
    return found


def test_what_cannot_be_fed_is_given_back_and_ordered_once_more(plastic_clip: Path, tmp_path: Path) -> None:
    with rehearsed("topaz", faults="topaz.accept=cut-after") as (server, provider):
        books = till(tmp_path, now=server.stage.now)
        failed = follow(books, provider, lost_and_found(books, provider, plastic_clip), tmp_path, probe=take)
        assert (failed.stage, failed.charged_usd, failed.note[:10]) == (Stage.FAILED, 0.0, "GivenBack:")
        again = try_again(books, provider, upscale_wish(MODEL, plastic_clip), failed)
        assert again
        assert try_again(books, provider, upscale_wish(MODEL, plastic_clip), failed) == again
        assert again.job
        assert polled(provider, again.job).phase is Phase.SUCCEEDED
        done = follow(books, provider, again, tmp_path / "results", probe=take)
        assert done.stage is Stage.SETTLED
        assert not may_try_again(done)
        assert books.ledger.spent_usd() == server.bill.total_usd() > 0


def test_a_life_that_ended_between_the_cancel_and_the_books_is_no_riddle(plastic_clip: Path, tmp_path: Path) -> None:
    with rehearsed("topaz", faults="topaz.accept=cut-after") as (server, provider):
        books = till(tmp_path, now=server.stage.now)
        found = lost_and_found(books, provider, plastic_clip)
        assert found.job
        assert provider.poll(found.job).charge_usd == 0.0  # and nobody wrote it down
        failed = follow(books, provider, found, tmp_path, probe=take)
        assert (failed.stage, failed.charged_usd, may_try_again(failed)) == (Stage.FAILED, 0.0, True)
        second = dataclasses.replace(failed, shot=f"{failed.shot} (again)")
        assert not may_try_again(second), "once"
