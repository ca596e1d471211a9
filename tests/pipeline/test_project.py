"""A film's folder: it keeps its id when it is moved, a copy is refused, and what is damaged says so."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from unplastic.errors import SettingsError, WorkError
from unplastic.pipeline.project import Project, books_of, opened, store_of
from unplastic.pipeline.store import Folder
from unplastic.secret import Secret
from unplastic.settings import Settings


def begin(folder: Path, title: str = "The Lamp: é!") -> Project:
    folder.mkdir(exist_ok=True)
    return opened(folder, title, Settings())


def test_it_gets_an_id_once_and_keeps_it(tmp_path: Path) -> None:
    first = begin(tmp_path / "film")
    assert first.id.startswith("the-lamp-")
    assert begin(tmp_path / "film", "Another title").id == first.id
    assert opened(tmp_path / "film", "x", Settings(), rehearsal=True).id != first.id, "a rehearsal has books of its own"


def test_of_many_who_begin_at_once_one_gives_the_id(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len({each.id for each in pool.map(lambda _: begin(tmp_path), range(16))}) == 1
    assert not list((tmp_path / ".unplastic").glob("*.part"))


def test_a_moved_folder_is_the_same_film(tmp_path: Path) -> None:
    first = begin(tmp_path / "film")
    with first.desk() as desk:
        desk.tables.write_film(first.id, "x", str(first.folder), {"film": {}, "pictures": {}}, 1.0)
    shutil.move(tmp_path / "film", tmp_path / "elsewhere")
    moved = begin(tmp_path / "elsewhere")
    assert moved.id == first.id
    assert json.loads((moved.state / "film.json").read_text())["folder"] == str(tmp_path / "elsewhere")
    with moved.desk() as desk:
        assert desk.tables.wish(moved.id)[1] == "x"


def test_a_copy_beside_its_original_is_refused(tmp_path: Path) -> None:
    begin(tmp_path / "film")
    shutil.copytree(tmp_path / "film", tmp_path / "copy")
    with pytest.raises(WorkError, match="is a copy of") as wrong:
        begin(tmp_path / "copy")
    assert "remove" in wrong.value.hint
    shutil.rmtree(tmp_path / "copy" / ".unplastic")
    assert begin(tmp_path / "copy").id != begin(tmp_path / "film").id


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "x"}', "null"])
def test_a_damaged_identity_is_never_replaced(tmp_path: Path, text: str) -> None:
    project = begin(tmp_path)
    (project.state / "film.json").write_text(text)
    with pytest.raises(WorkError, match="cannot be read"):
        begin(tmp_path)
    assert (project.state / "film.json").read_text() == text


def test_the_settings_say_where_books_and_files_are(tmp_path: Path) -> None:
    assert books_of(Settings(), tmp_path).is_sqlite
    assert isinstance(store_of(Settings(), tmp_path), Folder)
    away = Settings(keys={"UNPLASTIC_DATABASE_URL": Secret("mysql://root:hunter2@h/x", "the environment")})
    with pytest.raises(SettingsError, match="not of PostgreSQL") as wrong:
        books_of(away, tmp_path)
    assert "hunter2" not in str(wrong.value) + wrong.value.hint
