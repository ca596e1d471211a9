"""Estimates: known figures of the vendors' tables, intervals where something is open, and unknown where it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.providers.capability import Capability, Limits, Price
from unplastic.providers.card import named
from unplastic.providers.prices import estimate, facts, tokens
from unplastic.providers.provider import PortraitRequest, Reference, UpscaleRequest, VideoRequest


def card(*prices: Price, **limits: object) -> Capability:
    return Capability("m", "m", "M", "video", Limits(**limits), prices, "s", date(2026, 11, 1), "vendor")  # type: ignore[arg-type]


def test_seedances_tokens_are_the_vendors_example() -> None:
    assert tokens("720p", 5) == 108_900
    found = estimate(named("ark", "seedance-2.0"), VideoRequest("seedance-2.0", "w", seconds=5, size="720p"))
    assert found.high_usd == pytest.approx(0.7623)


def test_a_clip_as_input_has_another_rate_and_more_frames() -> None:
    clip = Reference("video", address="https://a.test/c.mp4", seconds=5)
    plain = VideoRequest("seedance-2.0", "w", seconds=5, size="1080p")
    with_clip = VideoRequest("seedance-2.0", "w", seconds=5, size="1080p", references=(clip,))
    card = named("ark", "seedance-2.0")
    pixels = 1920 * 1080 / 1024
    assert estimate(card, plain).high_usd == pytest.approx(7.7e-6 * pixels * 121, abs=1e-6)
    assert estimate(card, with_clip).high_usd == pytest.approx(4.7e-6 * pixels * 241, abs=1e-6)


def test_an_open_length_is_an_interval() -> None:
    own = card(Price("second", 0.1), seconds=(4.0, 15.0), seconds_free=True)
    found = estimate(own, VideoRequest("m", "w", seconds=None))
    assert (found.low_usd, found.high_usd) == (pytest.approx(0.4), pytest.approx(1.5))


def test_the_first_price_that_holds_is_taken() -> None:
    own = card(Price("second", 0.2, when={"audio": "true"}), Price("second", 0.1, when={"mode": "pro"}))
    assert estimate(own, VideoRequest("m", "w", seconds=5, audio=True)).high_usd == pytest.approx(1.0)
    assert estimate(own, VideoRequest("m", "w", seconds=5, options={"mode": "pro"})).high_usd == pytest.approx(0.5)
    assert not estimate(own, VideoRequest("m", "w", seconds=5)).is_known


@pytest.mark.parametrize("prices", [(), (Price("second", None),)])
def test_an_unknown_price_is_said_to_be_unknown(prices: tuple[Price, ...]) -> None:
    found = estimate(card(*prices), VideoRequest("m", "w"))
    assert not found.is_known
    assert "nobody has told" in found.note


def test_an_open_length_without_a_limit_has_no_price() -> None:
    assert not estimate(card(Price("second", 0.1)), VideoRequest("m", "w", seconds=None)).is_known


def test_topaz_counts_whole_credits_and_depends_on_the_plan() -> None:
    source = Reference("video", path=Path("a.mp4"), bytes=9, seconds=5, width_px=1280, height_px=720)
    wish = UpscaleRequest("starlight-precise-2.6", source, 121, 24.0, 3840, 2160)
    found = estimate(named("topaz", "starlight-precise-2.6"), wish)
    assert (found.low_usd, found.high_usd) == (pytest.approx(11 * 0.08), pytest.approx(12 * 0.12))
    assert facts(wish)["size"] == "4k"


def test_pictures_are_counted() -> None:
    own = Capability("m", "m", "M", "portrait", Limits(), (Price("picture", 0.04),), "s", date(2026, 1, 1), "vendor")
    assert estimate(own, PortraitRequest("m", "w", count=3)).high_usd == pytest.approx(0.12)


@given(st.floats(1, 60), st.floats(0.01, 5), st.floats(0, 1))
def test_an_interval_is_never_the_wrong_way_round(seconds: float, usd: float, share: float) -> None:
    found = estimate(card(Price("second", usd, usd_low=usd * share)), VideoRequest("m", "w", seconds=seconds))
    assert found.low_usd is not None
    assert found.high_usd is not None
    assert 0 <= found.low_usd <= found.high_usd
