"""How a film stands: sums to the cent, one page a day with stills and links, and nothing in it that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.pipeline.stages.dailies import Dailies
from unplastic.pipeline.status import page, state, sums
from unplastic.pipeline.take import Artefact, Status, Take
from unplastic.providers.caps import Caps
from unplastic.providers.ledger import Attempt, Stage


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with Studio(tmp_path, monkeypatch) as made:
        made.enlist(agent("A", "clip.finished", "one"))
        yield made


def ordered(studio: Studio, key: str, shot: str, take: int, usd: float, scene: str = "sc") -> None:
    film = studio.project.id
    wish = Attempt(key, f"{scene}/{shot}", take, "ark", "{}", 1, usd, None, Stage.INTENT, 1000.0, None, "", "[]",
                   film=film, scene=scene, agent="A")  # fmt: skip
    studio.desk.ledger.reserve(wish, 100.0, Caps())


def test_every_cent_is_a_take_s_a_scene_s_and_an_agent_s(studio: Studio) -> None:
    first, second = studio.take(status=Status.REVIEW), studio.take(status=Status.MAKING)
    ordered(studio, "a", "sh0", 1, 1.25)
    ordered(studio, "b", "sh0", 2, 0.5)
    ordered(studio, "c", "sh0 upscaled", 2, 0.25)
    told = state(studio.desk, studio.project.id)
    assert {each.id: each.usd for each in told.takes} == {first.id: 1.25, second.id: 0.75}
    assert told.spent_usd == pytest.approx(2.0)
    assert sums(told.spend, "scene") == {"sc": 2.0}
    assert sums(told.spend, "agent") == {"A": 2.0}
    assert sums(told.spend, "day") == {"1970-01-01": 2.0}
    assert [each.usd for each in told.agents] == [2.0]
    assert json.loads(json.dumps(told.document()))["by"]["shot"] == {"sc/sh0": 1.75, "sc/sh0 upscaled": 0.25}


def kept(studio: Studio, take: Take, role: str, name: str, data: bytes) -> str:
    path = studio.folder / "x"
    path.write_bytes(data)
    digest = studio.desk.store.put(path)
    studio.desk.tables.add_artefact(Artefact(take.film, take.id, role, 1, digest, name, len(data), False, 1.0))
    return digest


def test_the_day_s_page_shows_what_waits_with_still_and_report(studio: Studio) -> None:
    take = studio.take(status=Status.REVIEW, facts={"left": [{"text": "<script>alert(1)</script> boils"}]})
    still = kept(studio, take, "still", "tk01_still.jpg", b"\xff\xd8 a picture")
    kept(studio, take, "html", "tk01 report.html", b"<html>")
    studio.desk.tables.change(take, facts={"still": still}, now_s=studio.desk.now())
    decided = studio.take(status=Status.APPROVED)
    studio.desk.tables.change(decided, now_s=studio.desk.now())
    folder = studio.folder / "dailies"
    folder.mkdir()
    written, told = page(studio.desk, studio.project.id, folder)
    html = written.read_text()
    assert "data:image/jpeg;base64,/9gg" in html
    assert 'href="../takes/sc/sh0/tk01%20report.html"' in html
    assert "<script>" not in html
    assert "boils" in html
    assert html.count(take.id) == 3, "alternative text, and the take once with its link"
    assert "Also today" in html
    assert json.loads(written.with_suffix(".json").read_text())["takes"][0]["id"] == take.id
    assert len(told.waiting) == 1
    page(studio.desk, studio.project.id, folder)
    assert len(list(folder.iterdir())) == 2, "a second page of the day takes the first one's place"


def test_a_folder_that_cannot_be_written_is_said(studio: Studio) -> None:
    (studio.folder / "dailies").write_text("a file")
    outcome = Dailies(to="dailies")
    from unplastic.errors import WorkError
    from unplastic.pipeline.stage import Work
    from unplastic.pipeline.take import Doing, Job

    take = studio.take()
    with pytest.raises(WorkError, match="dailies"):
        outcome.run(Work(studio.desk, take, Job(take.film, take.id, "A", 1, 1, Doing.QUEUED)))
