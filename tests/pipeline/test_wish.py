"""What a take was made of, and what a change of the film touches: seen by content, priced, mended by the least."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from unplastic.film import read
from unplastic.pipeline.consequence import touched
from unplastic.pipeline.store import Folder
from unplastic.pipeline.take import Status, Take
from unplastic.pipeline.wish import Unkept, changed, freeze, made_of, thaw
from unplastic.shot import Film

TEXT = """
title = "The lamp"
[[characters]]
name = "Mara"
anchor = "Mara, 54, a welder"
portrait = "mara.png"
[[scenes]]
name = "kitchen"
light = "warm yellow from the lamp only, camera left, 3 stops"
[[scenes.shots]]
name = "sh010"
prompt = "Close on Mara."
characters = ["Mara"]
[[scenes.shots]]
name = "sh020"
prompt = "A cup."
references = ["cup.png"]
[[scenes]]
name = "yard"
[[scenes.shots]]
name = "sh030"
prompt = "Rain."
"""
CHANGES = [
    ("54, a welder", "61, a welder", {"sh010": ["character Mara"]}),
    ("warm yellow from the lamp", "cold blue from the window", {"sh010": ["light sheet"], "sh020": ["light sheet"]}),
    ('"A cup."', '"Two cups."', {"sh020": ["prompt"]}),
    ('"Rain."', '"Rain."\nmodel = "kling-v3"', {"sh030": ["model"]}),
    ('"Rain."', '"Rain."\nseconds = 7', {"sh030": ["length"]}),
    (
        'title = "The lamp"',
        'title = "The lamp"\nlook = "16mm"',
        {name: ["look"] for name in ("sh010", "sh020", "sh030")},
    ),
    ('title = "The lamp"', 'title = "Another"\nbudget_usd = 3', {}),
    ('"Rain."', '"Rain."\ntakes = 3\nbudget_usd = 4', {}),
]


def film_of(folder: Path, text: str = TEXT) -> Film:
    for name, shade in (("mara.png", 10), ("cup.png", 20)):
        if not (folder / name).exists():
            Image.new("L", (8, 8), shade).save(folder / name)
    (folder / "film.toml").write_text(text)
    return read(folder)


def takes_of(film: Film, folder: Path) -> list[Take]:
    document = freeze(film, Folder(folder / "store"))
    return [
        Take("f", f"{scene.name}/{shot.name}/tk01", scene.name, shot.name, 1, "generated", Status.REVIEW,
             {"made_of": made_of(document, film, scene, shot)})
        for scene, shot in film.shots
    ]  # fmt: skip


def test_frozen_and_thawed_it_is_the_same_film(tmp_path: Path) -> None:
    film = film_of(tmp_path)
    store = Folder(tmp_path / "store")
    document = json.loads(json.dumps(freeze(film, store)))
    assert thaw(document, str(film.folder)) == film
    assert {store.has(each) for each in document["pictures"].values()} == {True}
    assert document == json.loads(json.dumps(freeze(film, Unkept())))


@pytest.mark.parametrize(("old", "new", "parts"), CHANGES)
def test_a_change_touches_what_it_is_part_of(tmp_path: Path, old: str, new: str, parts: dict[str, list[str]]) -> None:
    takes = takes_of(film_of(tmp_path), tmp_path)
    assert old in TEXT
    film = film_of(tmp_path, TEXT.replace(old, new))
    found = touched(takes, freeze(film, Unkept()), film, {"sh010": 1.5, "sh020": None})
    assert {each.take.shot: list(each.parts) for each in found} == parts
    for each in found:
        free = parts[each.take.shot] == ["look"]
        assert each.remedy == ("finish" if free else "generate")
        assert each.usd == (0.0 if free else {"sh010": 1.5}.get(each.take.shot))
        assert each.take.id in each.words()


def test_another_picture_under_the_same_name_is_another_portrait(tmp_path: Path) -> None:
    film = film_of(tmp_path)
    takes = takes_of(film, tmp_path)
    Image.new("L", (8, 8), 99).save(tmp_path / "mara.png")
    found = touched(takes, freeze(film, Unkept()), film)
    assert [(each.take.shot, each.parts) for each in found] == [("sh010", ("character Mara",))]
    assert "price unknown" in found[0].words()


def test_a_look_of_the_film_s_own_is_known_by_its_words(tmp_path: Path) -> None:
    from unplastic.looks.look import look_files

    (tmp_path / "mine.toml").write_text(look_files()["16mm"].read_text())
    film = film_of(tmp_path, TEXT.replace('title = "The lamp"', 'title = "The lamp"\nlook = "mine.toml"'))
    takes = takes_of(film, tmp_path)
    assert touched(takes, freeze(film, Unkept()), film) == []
    (tmp_path / "mine.toml").write_text(look_files()["16mm"].read_text() + "\n# warmer\n")
    found = touched(takes, freeze(film, Unkept()), film)
    assert {each.parts for each in found} == {("look",)}
    assert {each.remedy for each in found} == {"finish"}


def test_a_look_of_the_film_s_own_may_be_adjusted_in_words(tmp_path: Path) -> None:
    from unplastic.looks import look
    from unplastic.looks.look import look_files

    own = tmp_path / "mine.toml"
    own.write_text(look_files()["16mm"].read_text())
    films = {
        words: film_of(tmp_path, TEXT.replace('title = "The lamp"', f'title = "The lamp"\nlook = "mine.toml{words}"'))
        for words in ("", "+warmer")
    }
    takes = takes_of(films["+warmer"], tmp_path)
    assert look(films["+warmer"].look).steps == look("16mm+warmer").steps
    assert touched(takes, freeze(films["+warmer"], Unkept()), films["+warmer"]) == []
    assert {each.parts for each in touched(takes, freeze(films[""], Unkept()), films[""])} == {("look",)}
    own.write_text(own.read_text() + "\n# another\n")
    assert {each.parts for each in touched(takes, freeze(films["+warmer"], Unkept()), films["+warmer"])} == {("look",)}


def test_takes_that_were_given_up_and_shots_that_are_gone_are_left_alone(tmp_path: Path) -> None:
    from dataclasses import replace

    takes = takes_of(film_of(tmp_path), tmp_path)
    film = film_of(tmp_path, TEXT.replace("54, a welder", "61, a welder").replace('"sh020"', '"sh021"'))
    rejected = [replace(each, status=Status.REJECTED) for each in takes]
    assert touched(rejected, freeze(film, Unkept()), film) == []
    assert [each.take.shot for each in touched(takes, freeze(film, Unkept()), film)] == ["sh010"]


def test_parts_that_came_and_went_count_as_changed() -> None:
    assert changed({"a": "1", "b": "2"}, {"a": "1", "c": "3"}) == ["c", "b"]
