"""The nouns: one wish is one text, and a stored job comes back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.providers.provider import Job, Phase, Reference, VideoRequest, attempt_key, canonical


def test_a_wish_is_the_same_text_wherever_its_files_lie() -> None:
    here = Reference("image", "character", path=Path("/a/mara.png"), sha256="ab")
    there = Reference("image", "character", path=Path("/b/copy.png"), sha256="ab")
    one, two = (VideoRequest("m", "words", references=(each,), options={"b": 1, "a": 2}) for each in (here, there))
    assert canonical(one) == canonical(two)
    assert "mara.png" not in canonical(one)


@pytest.mark.parametrize("change", [{"seed": 2}, {"prompt": "other"}, {"seconds": None}, {"options": {"x": 1}}])
def test_another_wish_is_another_key(change: dict) -> None:
    plain = {"model": "m", "prompt": "words", "seed": 1}
    assert attempt_key("ark", VideoRequest(**plain)) != attempt_key("ark", VideoRequest(**{**plain, **change}))


def test_another_take_or_shot_or_service_is_another_key() -> None:
    wish = VideoRequest("m", "words")
    keys = {
        attempt_key("ark", wish, shot="1"),
        attempt_key("ark", wish, shot="2"),
        attempt_key("ark", wish, shot="1", take=2),
        attempt_key("fal", wish, shot="1"),
    }
    assert len(keys) == 4


def test_a_job_is_stored_as_json() -> None:
    job = Job("ark", "cgt-1", "m", "https://example.test", {"status_url": "https://example.test/1"})
    assert Job.from_json(job.to_json()) == job


def test_only_queued_and_running_go_on() -> None:
    assert [each for each in Phase if not each.is_final] == [Phase.QUEUED, Phase.RUNNING]
