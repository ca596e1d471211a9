"""A film file: what it says, what is wrong with it in one line, and that a change leaves the rest as it was."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from unplastic.errors import FilmError
from unplastic.film import read, write_character

ROOT = Path(__file__).parent.parent
GOOD = """
# a comment that stays
title = "The lamp"
budget_usd = 40

[[characters]]
name = "Mara"  # she welds
anchor = "Mara, 54, a welder with a grey streak"

[[scenes]]
name = "kitchen"
light = "warm yellow from the lamp only, camera left, 3 stops"

[[scenes.shots]]
name = "sh010"
prompt = "Close on Mara at the table."
characters = ["Mara"]

[[scenes.shots]]
name = "sh020"
prompt = "Her hands."
seconds = 4
takes = 3
"""


def film_in(folder: Path, text: str) -> Path:
    path = folder / "film.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_is_read_from_a_file_or_its_folder(tmp_path: Path) -> None:
    path = film_in(tmp_path, GOOD)
    film = read(path)
    assert film == read(tmp_path)
    assert (film.title, film.budget_usd, film.look) == ("The lamp", 40, "fine-35mm")
    assert [(scene.name, shot.name, shot.takes) for scene, shot in film.shots] == [
        ("kitchen", "sh010", 1),
        ("kitchen", "sh020", 3),
    ]
    mara = film.character("Mara")
    assert mara
    assert mara.anchor.startswith("Mara, 54")
    assert film.character("Ida") is None


@pytest.mark.parametrize(
    ("old", "new", "says", "hint"),
    [
        ("seconds = 4", "second = 4", "scenes.1.shots.2.second is not known", "did you mean seconds?"),
        ('title = "The lamp"', 'titel = "The lamp"', "film.toml:3:1: titel is not known", "did you mean title?"),
        ("budget_usd = 40", "budget = 40", "budget is not known", "did you mean budget_usd?"),
        ("seconds = 4", 'seconds = "four"', "shots.2.seconds: input should be a valid number", "docs/film.md"),
        ("seconds = 4", "seconds = 0", "greater than 0", ""),
        ("takes = 3", "takes = 0", "greater than or equal to 1", ""),
        ("budget_usd = 40", "budget_usd = -1", "greater than 0", ""),
        ('name = "sh020"', 'name = "sh010"', "two shots are called 'sh010'", ""),
        ('name = "sh020"', 'name = "../../etc"', "shots.2.name", ""),
        ('characters = ["Mara"]', 'characters = ["Maria"]', "nobody is", "did you mean Mara?"),
        ('prompt = "Her hands."', 'prompt = "  "', "shots.2.prompt", ""),
        ("takes = 3", 'references = ["coat.png"]', "no picture coat.png", "relative"),
        ("takes = 3", 'shot_size = "closeup"', "shots.2.shot_size", ""),
        ('title = "The lamp"', "title = ", "film.toml:3:9 is not TOML", ""),
        ("seconds = 4", "duration = 4", "film.toml:22:1: scenes.1.shots.2.duration", "did you mean seconds?"),
        ("seconds = 4", "lenses = 4", "film.toml:22:1: ", "known: name, prompt"),
        ('name = "sh020"', 'name = "SH010"', "film.toml:20:1: two shots are called 'SH010'", ""),
        ('name = "sh020"', 'name = "sh010."', "film.toml:20:1: scenes.1.shots.2.name", ""),
        ("budget_usd = 40", "version = 2", "version 2 of the film file", "newer"),
        ("budget_usd = 40", "version = 0", "film.toml:4:1: version", ""),
        ('prompt = "Her hands."', "", "film.toml:19:1: scenes.1.shots.2.prompt: field required", ""),
        ("takes = 3", 'last_frame = "end.png"', "film.toml:23:1: there is no picture end.png", "relative"),
        ('anchor = "Mara, 54, a welder with a grey streak"', "anchor = 54", "film.toml:8:1: characters.1.anchor", ""),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(tmp_path: Path, old: str, new: str, says: str, hint: str) -> None:
    path = film_in(tmp_path, GOOD.replace(old, new))
    with pytest.raises(FilmError) as wrong:
        read(path)
    assert says in wrong.value.message
    assert hint in wrong.value.hint
    assert "\n" not in wrong.value.message + wrong.value.hint


def test_names_may_be_of_any_script(tmp_path: Path) -> None:
    text = GOOD.replace('"kitchen"', '"Küche 2"').replace('"sh020"', '"ショット-2"').replace('"Mara"', '"Zoe\u0308"')
    film = read(film_in(tmp_path, text))
    assert [(scene.name, shot.name) for scene, shot in film.shots] == [("Küche 2", "sh010"), ("Küche 2", "ショット-2")]
    assert film.character("Zoë"), "the same letters, however they were typed"


def test_a_mark_of_byte_order_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "film.toml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert read(tmp_path).title == "The lamp"


def test_a_missing_film_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match=re.escape(str(tmp_path / "film.toml"))):
        read(tmp_path)


def test_pictures_become_absolute(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "coat.png")
    film = read(film_in(tmp_path, GOOD.replace("takes = 3", 'references = ["coat.png"]\nfirst_frame = "coat.png"')))
    shot = film.shots[1][1]
    assert shot.references == (tmp_path / "coat.png",)
    assert shot.first_frame == tmp_path / "coat.png"


def test_a_picked_portrait_is_written_and_everything_else_stays(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "mara.png")
    path = film_in(tmp_path, GOOD)
    write_character(path, "Mara", "mara.png", {"ark": "asset://a-1"})
    text = path.read_text()
    assert all(line in text.splitlines() for line in GOOD.strip().splitlines())
    mara = read(path).character("Mara")
    assert mara
    assert (mara.portrait, mara.registered) == (tmp_path / "mara.png", {"ark": "asset://a-1"})
    write_character(path, "Mara", "mara.png", {})
    again = read(path).character("Mara")
    assert again
    assert not again.registered
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(FilmError, match="nobody is called 'Ida'"):
        write_character(path, "Ida", "mara.png", {})


@given(st.text(max_size=300))
def test_any_text_is_a_film_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = film_in(tmp_path_factory.mktemp("film"), text.encode("utf-8", "replace").decode())
    with contextlib.suppress(FilmError):
        assert read(path).title


def test_the_example_is_a_film() -> None:
    assert read(ROOT / "examples" / "film.toml").shots
