"""Casting: portraits are ordered once, measured, picked into the film, and go with every shot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rehearsed import rehearsed, till
from unplastic.cast import Candidate, _rank, draw, pick, portrait_prompt, references, wanting
from unplastic.cli.app import app
from unplastic.errors import BudgetSpent, FilmError, ProviderError
from unplastic.film import read
from unplastic.prompts import lint
from unplastic.providers import connect
from unplastic.providers.provider import Provider
from unplastic.rehearsal import Rehearsal
from unplastic.settings import Settings
from unplastic.shot import Character, Film

TEXT = """
title = "The lamp"
budget_usd = 40
[[characters]]
name = "Mara"
anchor = "Mara, 54, a welder with a grey streak and freckles"
[[scenes]]
name = "kitchen"
[[scenes.shots]]
name = "sh010"
prompt = "Close on Mara."
characters = ["Mara"]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "film.toml"
    file.write_text(TEXT)
    return file


@pytest.fixture
def film(path: Path) -> Film:
    return read(path)


@pytest.fixture
def drawer() -> Iterator[tuple[Rehearsal, Provider]]:
    with rehearsed("recraft") as pair:
        yield pair


def cast(film: Film, service: Provider, folder: Path, **more):
    return draw(film, film.characters[0], service, till(folder), sleep=lambda _: None, **more)


def test_the_portraits_prompt_shows_skin_under_one_light() -> None:
    text = portrait_prompt(Character(name="Mara", anchor="Mara, 54, a welder with a grey streak"))
    assert "Mara, 54, a welder with a grey streak" in text
    assert "pores" in text
    assert "camera left" in text
    assert not [each.code for each in lint(text, "recraft-v4.1") if each.severity == 3]


def test_candidates_come_home_and_are_told_apart(film: Film, drawer, tmp_path: Path) -> None:
    server, service = drawer
    drawn = cast(film, service, tmp_path, count=3)
    assert [each.number for each in drawn.candidates] == [1, 2, 3]
    assert all(each.path.is_file() and each.address for each in drawn.candidates)
    assert all(each.why_not == "no face is seen" for each in drawn.candidates)
    assert drawn.charged_usd == pytest.approx(server.bill.total_usd())
    assert server.bill.total_usd() == pytest.approx(0.75)


def test_drawn_again_nothing_is_ordered_and_another_batch_is(film: Film, drawer, tmp_path: Path) -> None:
    server, service = drawer
    first = cast(film, service, tmp_path, count=2)
    assert cast(film, service, tmp_path, count=2).candidates == first.candidates
    assert len(server.bill.jobs()) == 1
    cast(film, service, tmp_path, count=2, batch=2)
    assert len(server.bill.jobs()) == 2


def test_a_model_that_draws_one_at_a_time_is_asked_as_often(film: Film, tmp_path: Path) -> None:
    with rehearsed("fal") as (server, service):
        drawn = cast(film, service, tmp_path, count=3)
        assert len(drawn.candidates) == len(server.bill.jobs()) == 3
        assert len({each.path for each in drawn.candidates}) == 3


def test_the_budget_holds(film: Film, drawer, tmp_path: Path) -> None:
    server, service = drawer
    with pytest.raises(BudgetSpent):
        draw(film, film.characters[0], service, till(tmp_path, 0.5), count=3, sleep=lambda _: None)
    assert not server.bill.charges


def test_an_order_that_ended_badly_says_so(film: Film, tmp_path: Path) -> None:
    with (
        rehearsed("fal", faults="fal.create=fails") as (_, service),
        pytest.raises(ProviderError, match="no portraits"),
    ):
        cast(film, service, tmp_path, count=1)


def candidate(number: int, warnings: int = 0, **readings: float) -> Candidate:
    return Candidate(number, Path(), "", "", readings, warnings, "" if readings else "no face is seen")


def test_the_best_is_the_one_whose_skin_was_seen() -> None:
    unseen, flat, good, loud = (
        candidate(1), candidate(2, skin_texture=0.4), candidate(3, skin_texture=0.9), candidate(4, 2, skin_texture=2.0),
    )  # fmt: skip
    assert sorted([unseen, flat, good, loud], key=_rank) == [good, flat, loud, unseen]


def test_a_pick_is_in_the_film_in_the_library_and_in_every_shot(path: Path, film: Film, drawer, tmp_path: Path) -> None:
    server, service = drawer
    drawn = cast(film, service, tmp_path, count=2)
    ark = connect("ark", Settings(rehearsal=server.url), sleep=lambda _: None)
    (line,) = pick(path, film, "Mara", 2, [ark])
    assert "entered as asset://" in line
    now = read(path)
    mara = now.character("Mara")
    assert mara
    assert mara.portrait
    assert mara.portrait.read_bytes() == drawn.candidates[1].path.read_bytes()
    shot = now.shots[0][1]
    (at_ark,) = references(now, shot, "ark")
    assert at_ark.address == mara.registered["ark"]
    assert (at_ark.role, at_ark.label, at_ark.path) == ("character", "Mara", None)
    (elsewhere,) = references(now, shot, "kling")
    assert elsewhere.path == mara.portrait
    assert not references(film, shot, "ark"), "a character without a portrait is left to the words"


def test_a_library_that_says_no_does_not_undo_the_pick(path: Path, film: Film, drawer, tmp_path: Path) -> None:
    server, service = drawer
    cast(film, service, tmp_path, count=1)
    server.fault("assets.create=face")
    ark = connect("ark", Settings(rehearsal=server.url), sleep=lambda _: None)
    (line,) = pick(path, film, "Mara", 1, [ark])
    assert "not entered" in line
    mara = read(path).character("Mara")
    assert mara
    assert mara.portrait
    assert not mara.registered


def test_only_a_service_with_a_library_is_asked_for_one() -> None:
    services = [connect(name, Settings()) for name in ("ark", "fal", "kling")]
    assert [each.name for each in wanting(services)] == ["ark"]


@pytest.mark.parametrize(("name", "number", "says"), [("Ida", 1, "was drawn"), ("Mara", 9, "no portrait 9")])
def test_a_pick_of_nothing_is_named(path: Path, film: Film, drawer, tmp_path: Path, name, number, says) -> None:
    cast(film, drawer[1], tmp_path, count=1)
    with pytest.raises(FilmError, match=says):
        pick(path, film, name, number, [])
    assert read(path) == film


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["cast", *arguments])
    assert (0 if result.exit_code == 0 else 1) == code, result.output
    return result.output if code == 0 else f"{result.exception}"


def test_the_verb_rehearses_from_drawing_to_picking(path: Path) -> None:
    told = json.loads(run(str(path), "--rehearse", "--count", "2", "--json"))["cast"][0]
    assert told["best"] == 1
    assert all("address" not in each for each in told["candidates"])
    assert "is the portrait now" in run(str(path), "--rehearse", "--pick", "Mara=2")
    assert "every character has a portrait" in run(str(path), "--rehearse")


def test_the_verb_names_what_is_wrong(path: Path) -> None:
    assert "is no pick" in run(str(path), "--rehearse", "--pick", "Mara", code=1)
    assert "nobody is called 'Ida'" in run(str(path), "--rehearse", "--who", "Ida", code=1)
    path.write_text(TEXT.replace("budget_usd = 40\n", ""))
    assert "no budget" in run(str(path), "--rehearse", code=1)
