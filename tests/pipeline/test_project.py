"""A film's folder: it keeps its id when it is moved, a copy is refused, and what is damaged says so."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from unplastic.errors import SettingsError, WorkError
from unplastic.pipeline.owner import alone
from unplastic.pipeline.project import Project, books_of, opened, store_of
from unplastic.pipeline.store import Folder
from unplastic.providers.ledger import Attempt, Stage
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


def on_server(folder: Path, url: str) -> Project:
    folder.mkdir(exist_ok=True)
    return opened(folder, "t", Settings(keys={"UNPLASTIC_DATABASE_URL": Secret(url, "a test")}))


def test_a_film_whose_books_are_on_a_server_is_not_begun_again_without_it(postgres, tmp_path: Path) -> None:
    """Its shots would be ordered and paid once more, into other books."""
    project = on_server(tmp_path, postgres.database("home"))
    with project.desk():
        pass
    with pytest.raises(WorkError, match="that no setting names") as wrong:
        begin(tmp_path)
    assert "UNPLASTIC_DATABASE_URL" in wrong.value.hint
    with pytest.raises(WorkError, match="in another database"), on_server(tmp_path, postgres.database("new")).ledger():
        pass
    with on_server(tmp_path, project.settings.keys["UNPLASTIC_DATABASE_URL"].reveal()).ledger() as ledger:
        assert ledger.attempts() == []
    assert opened(tmp_path, "t", Settings(), rehearsal=True).id != project.id, "a rehearsal is begun anywhere"


def test_a_moved_folder_still_knows_its_server(postgres, tmp_path: Path) -> None:
    url = postgres.database("moved")
    with on_server(tmp_path / "film", url).desk():
        pass
    shutil.move(tmp_path / "film", tmp_path / "elsewhere")
    on_server(tmp_path / "elsewhere", url)
    with pytest.raises(WorkError, match="that no setting names"):
        begin(tmp_path / "elsewhere")


def test_a_run_in_the_film_s_own_file_is_not_moved_from_under_its_feet(postgres, tmp_path: Path) -> None:
    project = begin(tmp_path)
    with project.ledger() as own:
        own.reserve(Attempt("a", "sc/sh", 1, "ark", "{}", None, 1.0, None, Stage.INTENT, 1.0, None, "", "[]"), 10.0)
    server = on_server(tmp_path, postgres.database("feet"))
    with alone(project.state), pytest.raises(WorkError, match="works on this film already"), server.ledger():
        pass
    assert begin(tmp_path).id == project.id, "it is still at home"
