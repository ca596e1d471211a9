"""The page's routes: what is shown, what is changed, and the files. Every one of them is behind the `Guard`."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from unplastic.errors import DatabaseGone, StoreError, UnplasticError, WorkError
from unplastic.review import acting, events, export, live, showing
from unplastic.review.room import TYPES, Room
from unplastic.review.session import DAY_S, Viewer

HASH = re.compile(r"[0-9a-f]{64}")
FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts"
)
"""A report is a page of its own with everything in it: it may run, and reach nothing, not even this page."""


def application(room: Room, *, secure: bool = False) -> FastAPI:
    """The routes over ``room``. ``secure``: the page is asked for by https, and its cookie goes nowhere else."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.room = room
    app.include_router(_pages(room, secure))
    app.include_router(showing.routes(room))
    app.include_router(acting.routes(room, lambda viewer, answer: _remember(room, viewer, answer, secure)))
    app.include_router(live.routes(room))
    app.include_router(events.routes(room))
    app.include_router(export.routes(room))
    app.include_router(_files(room))
    app.add_exception_handler(UnplasticError, _told)
    app.add_exception_handler(RequestValidationError, _misread)
    return app


def page_files() -> dict[str, bytes]:
    """The page's own files by name, read once: no request ever names a path."""
    folder = resources.files("unplastic") / "review" / "page"
    return {each.name: each.read_bytes() for each in folder.iterdir() if Path(each.name).suffix in KINDS}


def _pages(room: Room, secure: bool) -> APIRouter:
    pages, known = APIRouter(), page_files()

    @pages.get("/")
    def home(request: Request) -> Response:
        viewer: Viewer | None = request.state.viewer
        if viewer is None and room.door.password is not None:
            return RedirectResponse("/login", status_code=303)
        if viewer is None:
            return Response(known["closed.html"], status_code=401, media_type="text/html")
        return Response(known["index.html"], media_type="text/html")

    @pages.get("/enter")
    def enter(token: Annotated[str, Query(max_length=200)] = "") -> Response:
        if not room.door.enters(token):
            return Response(known["closed.html"], status_code=403, media_type="text/html")
        answer = RedirectResponse("/", status_code=303)
        _remember(room, room.door.welcome(showing.login_name()), answer, secure)
        return answer

    @pages.get("/login")
    def login_page() -> Response:
        name = "login.html" if room.door.password is not None else "closed.html"
        return Response(known[name], media_type="text/html")

    @pages.post("/login")
    def login(given: acting.Login) -> Response:
        good = room.door.is_password(given.password)
        if not good:
            said = "that is not the password" if good is False else "too many wrong passwords: wait a minute"
            return JSONResponse(
                {"error": {"message": said, "hint": "ask whoever started the page"}}, 429 if good is None else 403
            )
        answer = JSONResponse({"done": True})
        _remember(room, room.door.welcome(given.name), answer, secure)
        return answer

    @pages.get("/page/{name}")
    def part(name: str) -> Response:
        if name not in known:
            return JSONResponse({"error": {"message": "there is no such file", "hint": "load the page again"}}, 404)
        return Response(known[name], media_type=KINDS[Path(name).suffix], headers={"cache-control": "no-cache"})

    @pages.get("/favicon.ico")
    def icon() -> Response:
        return Response(known["icon.svg"], media_type="image/svg+xml")

    return pages


def _files(room: Room) -> APIRouter:
    """Files of takes by what is in them; a range of one is as good as all of it."""
    files = APIRouter()

    @files.get("/media/{digest}")
    def media(digest: str) -> Response:
        found = room.file(digest) if HASH.fullmatch(digest) else None
        if found is None or found.role not in TYPES:
            return _gone()
        try:
            path = room.desk.store.path(digest)
        except StoreError:
            return _gone()
        return FileResponse(path, media_type=TYPES[found.role], headers=FOR_EVER)

    @files.get("/report/{digest}")
    def report(digest: str) -> Response:
        found = room.file(digest) if HASH.fullmatch(digest) else None
        if found is None or found.role != "html":
            return _gone()
        try:
            text = room.desk.store.path(digest).read_bytes()
        except (StoreError, OSError):
            return _gone()
        return Response(text, media_type="text/html", headers={"content-security-policy": REPORT_POLICY})

    return files


def _gone() -> Response:
    return JSONResponse({"error": {"message": "that file is not there", "hint": "load the take again"}}, 404)


def _remember(room: Room, viewer: Viewer, answer: Response, secure: bool) -> None:
    answer.set_cookie(
        room.door.cookie, room.door.sealed(viewer), max_age=int(DAY_S), httponly=True, samesite="strict",
        secure=secure, path="/",
    )  # fmt: skip


async def _told(_: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, UnplasticError)
    status = 409 if isinstance(trouble, WorkError) else 503 if isinstance(trouble, DatabaseGone) else 400
    return JSONResponse({"error": {"message": trouble.message, "hint": trouble.hint}}, status)


async def _misread(_: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, RequestValidationError)
    first = wrong.errors()[0]
    where = ".".join(str(each) for each in first["loc"][1:]) or "it"
    return JSONResponse({"error": {"message": f"{where}: {first['msg']}", "hint": "use the page"}}, 422)
