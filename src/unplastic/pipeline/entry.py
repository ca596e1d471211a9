"""The way in for every surface: a film by its path, a desk where something was begun, a take by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from unplastic.errors import WorkError
from unplastic.film import FILE, read
from unplastic.pipeline.consequence import Touched, touched
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.project import BOOKS, Project, opened, state_of
from unplastic.pipeline.take import Take
from unplastic.pipeline.wish import Unkept, freeze
from unplastic.settings import Settings, settings
from unplastic.shot import Film

if TYPE_CHECKING:
    from unplastic.routing.plan import Plan


def read_or_folder(path: Path) -> Film:
    """The film in ``path``; a folder without a film file is a film of the clips in it."""
    if path.is_dir() and not (path / FILE).is_file():
        return Film(title=path.resolve().name or "clips", folder=path.resolve())
    return read(path)


def project_of(film: Film, known: Settings, *, rehearsal: bool = False) -> Project:
    """The film's project; begun where there is none."""
    return opened(film.folder, film.title, known, rehearsal=rehearsal)


@contextmanager
def begun(path: Path, *, rehearsal: bool = False) -> Iterator[tuple[Film, Project, Desk]]:
    """The film, its project and a desk, where something was begun; raises `WorkError` where nothing was."""
    film, known = read_or_folder(path), settings()
    state = state_of(film.folder, is_rehearsal=rehearsal or bool(known.rehearsal))
    if not (state / BOOKS).is_file() and not known.key("UNPLASTIC_DATABASE_URL"):
        raise WorkError(f"{path}: nothing was begun yet", "unplastic run FILM, or unplastic watch DIR, begins")
    project = project_of(film, known, rehearsal=rehearsal)
    with project.desk() as desk:
        desk.tables.wish(project.id)
        yield film, project, desk


def find(desk: Desk, film: str, name: str) -> Take:
    """A take by its id, or the newest one of a shot; raises `WorkError`."""
    takes = desk.tables.takes(film)
    exact = [each for each in takes if each.id == name]
    found = exact or [each for each in takes if name in {each.shot, f"{each.scene}/{each.shot}"}]
    if not found:
        raise WorkError(f"there is no take {name!r}", "unplastic status FILM lists them")
    if len({(each.scene, each.shot) for each in found}) > 1:
        raise WorkError(f"several scenes have a shot {name!r}", "write SCENE/SHOT")
    return found[-1]


def touched_by(path: Path, made: Plan) -> list[Touched]:
    """What was made of something else than the film says now; nothing where nothing was begun."""
    prices = {each.choice.shot: each.choice.best and each.choice.best.candidate.price.high_usd for each in made.shots}
    try:
        with begun(path) as (film, project, desk):
            return touched(desk.tables.takes(project.id), freeze(film, Unkept()), film, prices)
    except WorkError:
        return []
