"""A film's wish into the books: which takes are missing, which clips came, what is to be done again."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from unplastic.errors import WorkError
from unplastic.looks import look as find_look
from unplastic.media import probe
from unplastic.pipeline import foreman
from unplastic.pipeline.agent import known
from unplastic.pipeline.desk import BUDGET, CALLER, UNKNOWN_PRICE, Desk
from unplastic.pipeline.project import Project
from unplastic.pipeline.take import Artefact, Job, Status, Take
from unplastic.pipeline.wish import FINISH, freeze, made_of
from unplastic.shot import Film, Shot

MARK = re.compile(r"[\s_.-]*(?:tk|take|v)[\s_.-]*\d+$", re.IGNORECASE)


def enter(
    desk: Desk, project: Project, film: Film, *, budget_usd: float | None, unknown_price_usd: float | None = None
) -> None:
    """Write the film as it is wanted now, its budget, and the agents that work on it. Nothing is ordered.

    Raises `UnknownName` or `RecipeError` for its look: before anything is paid for.
    """
    find_look(film.look)
    document = freeze(film, desk.store)
    desk.tables.write_film(project.id, film.title, str(project.folder), document, desk.now())
    if budget_usd is not None:
        desk.tables.put(project.id, BUDGET, budget_usd)
    if unknown_price_usd is not None:
        desk.tables.put(project.id, UNKNOWN_PRICE, unknown_price_usd)
    foreman.enlist(desk, project.id, known(project.folder).values())


def want(
    desk: Desk, project: Project, film: Film, *, shots: Collection[str] = (), again: Collection[str] = ()
) -> list[Job]:
    """The takes that shots lack, and one more for each in ``again``; what was held is taken up. Raises `WorkError`."""
    names = {shot.name for _, shot in film.shots}
    for each in (*shots, *again):
        if each not in names:
            raise WorkError(f"the film has no shot {each!r}", f"it has {', '.join(sorted(names)) or 'none'}")
    document, takes, jobs = desk.document(project.id), desk.tables.takes(project.id), []
    asked = _asked_by(desk)
    begun = {job.take for job in desk.tables.jobs(project.id)}
    for scene, shot in film.shots:
        if shots and shot.name not in shots and shot.name not in again:
            continue
        mine = [each for each in takes if (each.scene, each.shot) == (scene.name, shot.name)]
        lost = [each for each in mine if each.status is Status.MAKING and each.id not in begun]
        for _ in range(_missing(shot, mine, again)):
            facts = {"made_of": made_of(document, film, scene, shot), **asked}
            new = Take(
                project.id, "", scene.name, shot.name, 0, "generated", Status.MAKING, facts, created_s=desk.now()
            )
            added = desk.tables.add_take(new)
            lost += [added] if added else []
        for each in lost:
            if asked:
                desk.tables.change(each, facts=asked, now_s=desk.now())
            jobs += foreman.announce(desk, _first(each), project.id, each.id)
    jobs += foreman.take_up(desk, project.id, lambda job: _is_wanted(job, shots), asked)
    return jobs


def file(desk: Desk, project: Project, film: Film, path: Path, scene: str, shot: str) -> tuple[Job, ...] | None:
    """A clip from elsewhere as the next take of a shot, for the agents that wait for clips; None if it is one already.

    Raises what `unplastic.media.probe` and `Store.put` raise; nothing is entered then.
    """
    clip = probe(path)
    digest = desk.store.put(path)
    facts = {
        "filed": digest, "original": digest, "suffix": path.suffix.lower(), "source": path.name,
        "clip": f"{clip.width}x{clip.height}, {float(clip.frames / clip.frame_rate):.1f} s", **_asked_by(desk),
    }  # fmt: skip
    found = next(((a, b) for a, b in film.shots if (a.name, b.name) == (scene, shot)), None)
    if found:
        facts["made_of"] = made_of(desk.document(project.id), film, *found)  # type: ignore[assignment]
    new = Take(project.id, "", scene, shot, 0, "filed", Status.MAKING, facts, created_s=desk.now())
    take = desk.tables.add_take(new)
    if take is None:
        return None
    name = f"{take.stem}_original{path.suffix.lower()}"
    size = desk.store.path(digest).stat().st_size
    desk.tables.add_artefact(Artefact(project.id, take.id, "original", 1, digest, name, size, True, desk.now()))
    desk.link(take, digest, name)
    return foreman.announce(desk, "clip.finished", project.id, take.id)


def place(film: Film, path: Path, root: Path) -> tuple[str, str]:
    """(scene, shot) of a clip by its name: a shot of the film that the name contains, else its folder and its name.

    A take mark at the end ("_tk04", "-take 2", "_v3") says that it is another take of the same shot.
    """
    stem = MARK.sub("", path.stem) or path.stem
    words = re.split(r"[\s_.-]+", path.stem.lower())
    for scene, shot in sorted(film.shots, key=lambda pair: -len(pair[1].name)):
        if shot.name.lower() == stem.lower() or shot.name.lower() in words:
            return scene.name, shot.name
    folder = path.parent.relative_to(root).as_posix() if path.parent != root else "clips"
    return _clean(folder.replace("/", "_")), _clean(stem)


def finish_again(desk: Desk, film: Film, takes: Collection[Take]) -> list[Job]:
    """Finish these once more with the film's look of today; the old results stay beside the new."""
    jobs: list[Job] = []
    asked = _asked_by(desk)
    for take in takes:
        found = next(((a, b) for a, b in film.shots if (a.name, b.name) == (take.scene, take.shot)), None)
        if found:
            now = made_of(desk.document(take.film), film, *found)
            was = take.facts.get("made_of", now)
            again = {"made_of": was | {name: now[name] for name in FINISH}}
            desk.tables.change(take, facts=again | asked, now_s=desk.now())
        jobs += foreman.redo(desk, take)
    return jobs


def _asked_by(desk: Desk) -> dict[str, str]:
    """The fact that says who asked, where others may do the work; in a film's own file whoever runs it does."""
    return {} if desk.database.is_sqlite else {CALLER: desk.caller.name}


def _missing(shot: Shot, takes: Collection[Take], again: Collection[str]) -> int:
    return max(0, shot.takes - sum(each.status.counts for each in takes)) + (shot.name in again)


def _first(take: Take):
    return "clip.finished" if take.origin == "filed" else "shot.wanted"


def _is_wanted(job: Job, shots: Collection[str]) -> bool:
    return not shots or job.take.split("/")[1:2] == [] or job.take.split("/")[1] in shots


def _clean(name: str) -> str:
    """A name that is one folder on any disk: no separators, no control characters, no dots at its ends."""
    return re.sub(r"[\x00-\x1f/\\:]+", "_", name).strip(" .")[:120] or "clip"
