"""Looks: files that mean something, and slips of the pen that never pass in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.errors import RecipeError, UnknownName
from unplastic.looks import look, look_files
from unplastic.registry import members

HEAD = 'name = "mine"\nintent = "x"\nsource = "y"\ndate = 2026-01-01\n'


def test_five_looks_ship_and_each_states_its_facts() -> None:
    shipped = [name for name, path in look_files().items() if "data" in path.parts]
    assert shipped == ["16mm", "clean-digital", "documentary", "fine-35mm", "pushed-35mm"]
    for name in shipped:
        each = look(name)
        assert each.name == name
        assert len(each.intent) > 20
        assert len(each.source) > 20
        assert [step.treatment for step in each.steps] == ["deflicker", "deboil", "soften", "texture", "grade", "grain"]
        for step in each.steps:
            members("treat")[step.treatment](**step.values)


def test_a_look_of_ones_own_is_found_beside_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "looks").mkdir()
    (tmp_path / "looks" / "mine.toml").write_text(HEAD + '[grain]\nsigma_codes8 = 1.5\npin = ["sigma_codes8"]\n')
    monkeypatch.chdir(tmp_path)
    mine = look("mine")
    assert mine.steps[0].values == {"sigma_codes8": 1.5}
    assert mine.steps[0].pinned == {"sigma_codes8"}
    assert look(str(tmp_path / "looks" / "mine.toml")) == mine


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", RecipeError, "lacks name"),
        ("not = [toml", RecipeError, "is not TOML"),
        (HEAD + "[grain]\nsigma = 1\n", RecipeError, "no parameter 'sigma'"),
        (HEAD + "[grian]\nsigma_codes8 = 1\n", UnknownName, "grian"),
        (HEAD + "[grain]\nsigma_codes8 = 99\n", RecipeError, "outside"),
        (HEAD + 'grain = "strong"\n', RecipeError, "neither a fact"),
    ],
)
def test_a_wrong_look_file_is_one_sentence_with_a_way_out(tmp_path: Path, text: str, error: type, says: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(error) as caught:
        look(str(path))
    assert says in caught.value.message
    assert caught.value.hint


def test_a_missing_look_names_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        look("16m")
    assert "16mm" in caught.value.hint
    with pytest.raises(RecipeError, match="No such file"):
        look("nowhere.toml")
