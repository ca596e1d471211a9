"""Attacks on the page: strangers, other pages, other names, other paths, files, guesses. None gets in, none changes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from review_stand import HOST, stranger
from reviewing import Filmed
from unplastic.errors import SettingsError
from unplastic.pipeline.project import opened
from unplastic.review.room import Room
from unplastic.review.serve import PASSWORD, Listening, door
from unplastic.review.session import DAY_S, TRIES, Door, key_in
from unplastic.secret import Secret
from unplastic.settings import Settings

TAKE = "kitchen/sh010/tk01"
READ = ("/api/me", "/api/film", f"/api/take?id={TAKE}", "/api/scene?name=kitchen", "/api/dials", "/api/events",
        f"/api/overlay?take={TAKE}&side=raw&frame=0&kind=edges", "/export/notes.csv", "/export/markers.otio",
        "/media/" + "0" * 64, "/report/" + "0" * 64)  # fmt: skip
CHANGES = (
    "/api/verdict",
    "/api/note",
    "/api/note/back",
    "/api/seen",
    "/api/finish",
    "/api/copies",
    "/api/still",
    "/api/me",
)


@pytest.mark.parametrize("path", READ)
def test_a_stranger_reads_nothing(room: Room, path: str) -> None:
    with stranger(room) as client:
        assert client.get(path).status_code == 401


@pytest.mark.parametrize("path", CHANGES)
def test_a_stranger_changes_nothing(room: Room, path: str) -> None:
    with stranger(room) as client:
        assert client.post(path, json={}).status_code == 401


def test_the_token_opens_once_and_the_next_one_is_told(room: Room) -> None:
    told: list[str] = []
    room.door.say = told.append
    token = room.door.token()
    with stranger(room) as first, stranger(room) as second:
        assert first.get(f"/enter?token={token}").status_code == 200
        assert "index" not in second.get(f"/enter?token={token}").text
        assert second.get("/api/film").status_code == 401
        assert len(told) == 1
        assert second.get(f"/enter?token={told[0]}", follow_redirects=False).status_code == 303
    with stranger(room) as third:
        for guess in ("", "x", token[:-1], told[0]):
            assert third.get(f"/enter?token={guess}").status_code == 403


def test_a_cookie_is_sealed_and_runs_out() -> None:
    now = [1000.0]
    gate = Door(b"k" * 32, "film", now=lambda: now[0])
    viewer = gate.welcome("Mara")
    cookie = gate.sealed(viewer)
    assert gate.opened(cookie) == viewer
    assert Door(b"other key of 32 bytes, so it is.", "film", now=lambda: now[0]).opened(cookie) is None
    assert Door(b"k" * 32, "another film", now=lambda: now[0]).opened(cookie) is None
    now[0] += DAY_S + 1
    assert gate.opened(cookie) is None


@given(st.text(max_size=300))
def test_no_made_up_cookie_is_believed(text: str) -> None:
    assert Door(b"k" * 32, "film").opened(text) is None


def test_the_cookie_is_for_this_page_alone(room: Room) -> None:
    with stranger(room) as client:
        answer = client.get(f"/enter?token={room.door.token()}", follow_redirects=False)
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"headers": {"x-unplastic": "0" * 64}}, 403),
        ({"headers": {"origin": "http://evil.example"}}, 403),
        ({"headers": {"origin": "null"}}, 403),
        ({"headers": {"origin": "http://127.0.0.1:9999"}}, 403),
        ({"headers": {"sec-fetch-site": "cross-site"}}, 403),
        ({"headers": {"content-type": "text/plain"}}, 415),
        ({"headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
        ({"headers": {"content-type": "multipart/form-data; boundary=x"}}, 415),
    ],
)
def test_no_other_page_changes_anything(client: TestClient, film: Filmed, change: dict, status: int) -> None:
    body = json.dumps({"take": TAKE, "kind": "fix", "reason": "", "revision": 1})
    headers = {"content-type": "application/json", **change["headers"]}
    assert client.post("/api/verdict", content=body, headers=headers).status_code == status
    assert film.desk.tables.verdicts(film.project.id) == []


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "edit.local.evil"]
)
def test_a_name_that_only_resolves_here_is_not_ours(client: TestClient, name: str) -> None:
    assert client.get("/api/film", headers={"host": f"{name}:8471"}).status_code == 421
    assert client.get("/", headers={"host": name}).status_code == 421


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "edit.local", "192.168.7.9"])
def test_numbers_and_known_names_are_ours(client: TestClient, name: str) -> None:
    assert client.get("/page/app.js", headers={"host": f"{name}:8471"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/page/../app.py", "/page/..%2f..%2fapp.py", "/page/%2e%2e/session.py", "/page//etc/passwd", "/page/app.js%00.css",
     "/media/../../../../etc/passwd", "/media/..%2f..%2ffilm.toml", "/media/%2fetc%2fpasswd", "/media/" + "g" * 64,
     "/report/..%2f..%2freview.key", "/media/review.key"],
)  # fmt: skip
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_only_what_the_page_plays_is_served(client: TestClient, film: Filmed) -> None:
    rows = film.desk.tables.artefacts(film.project.id, TAKE)
    kept = {each.role: client.get(f"/media/{each.hash}").status_code for each in rows}
    assert {role for role, status in kept.items() if status == 200} == {"raw_copy", "finished_copy", "still", "copies"}


def test_a_range_is_served_as_one(client: TestClient, film: Filmed) -> None:
    digest = next(each.hash for each in film.desk.tables.artefacts(film.project.id, TAKE) if each.role == "raw_copy")
    whole = client.get(f"/media/{digest}").content
    part = client.get(f"/media/{digest}", headers={"range": "bytes=100-299"})
    assert part.status_code == 206
    assert part.content == whole[100:300]
    assert part.headers["content-range"] == f"bytes 100-299/{len(whole)}"
    assert client.get(f"/media/{digest}", headers={"range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_body_that_no_page_sends_is_refused(client: TestClient) -> None:
    answer = client.post("/api/note", content=b"x" * 70_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, "/api/film").status_code == 405


def test_a_body_longer_than_it_says_is_cut_off(client: TestClient, film: Filmed) -> None:
    def pieces():
        for _ in range(40):
            yield b" " * 4096

    answer = client.post("/api/note", content=pieces(), headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert film.desk.tables.verdicts(film.project.id) == []


def test_every_answer_carries_the_policy(client: TestClient) -> None:
    for path in ("/", "/api/film", "/page/app.js", "/media/" + "0" * 64, "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_a_report_runs_in_a_box_of_its_own(client: TestClient, film: Filmed) -> None:
    digest = next(each.hash for each in film.desk.tables.artefacts(film.project.id, TAKE) if each.role == "html")
    policy = client.get(f"/report/{digest}").headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy


def test_no_secret_reaches_the_page(finished_film: Path, film: Filmed, room: Room, client: TestClient) -> None:
    secret = "sk-this-must-never-be-seen"
    film.desk.settings.keys["ARK_API_KEY"] = Secret(secret, "ARK_API_KEY")  # type: ignore[index]
    key = (b"k" * 32).decode()
    for path in ("/", *READ[:5], f"/api/overlay?take={TAKE}&side=raw&frame=0&kind=edges", "/export/verdicts.csv"):
        text = client.get(path).text if path != "/api/events" else ""
        assert secret not in text
        assert key not in text
        assert str(film.folder) not in text
    assert secret not in repr(film.desk.settings)


def test_the_key_is_its_owner_s_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "state" / "review.key"
    first = key_in(path)
    assert len(first) == 32
    assert key_in(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"cut off")
    assert len(key_in(path)) == 32
    assert [each.name for each in path.parent.iterdir()] == ["review.key"]


def test_another_bind_needs_a_password(tmp_path: Path) -> None:
    project = opened(tmp_path, "film", Settings())
    assert door(project, Listening("127.0.0.1"), print).password is None
    assert door(project, Listening("::1"), print).password is None
    for host in ("0.0.0.0", "192.168.1.4", "edit.local"):
        with pytest.raises(SettingsError, match="password"):
            door(project, Listening(host), print)
    short = opened(tmp_path, "film", Settings(keys={PASSWORD: Secret("short", PASSWORD)}))
    with pytest.raises(SettingsError, match="password"):
        door(short, Listening("0.0.0.0"), print)
    good = opened(tmp_path, "film", Settings(keys={PASSWORD: Secret("a long password", PASSWORD)}))
    assert door(good, Listening("0.0.0.0"), print).password is not None


def test_a_password_opens_and_guesses_are_slowed(room: Room) -> None:
    now = [1000.0]
    room.door.password, room.door.now = Secret("a long password", PASSWORD), lambda: now[0]
    with stranger(room) as client:
        assert client.get("/", follow_redirects=False).headers["location"] == "/login"
        assert client.get(f"/enter?token={room.door.token()}").status_code == 403
        good = client.post("/login", json={"password": "a long password", "name": "Mara"})
        assert good.status_code == 200
        assert client.get("/api/me").json()["name"] == "Mara"
    with stranger(room) as other:
        for _ in range(TRIES):
            assert other.post("/login", json={"password": "guess", "name": "x"}).status_code == 403
        assert other.post("/login", json={"password": "a long password", "name": "x"}).status_code == 429
        now[0] += 61
        assert other.post("/login", json={"password": "a long password", "name": "x"}).status_code == 200
        assert (
            other.post("/login", json={"password": "x", "name": "x"}, headers={"origin": "http://evil"}).status_code
            == 403
        )


def test_hostile_words_stay_words(client: TestClient, film: Filmed) -> None:
    evil = '=HYPERLINK("http://evil")'
    digest = film.desk.tables.take(film.project.id, TAKE).facts["finished"]
    body = {"id": "0" * 24, "take": TAKE, "file": digest, "side": "finished", "frame": 3, "box": None, "text": evil}
    assert client.post("/api/note", json=body).status_code == 200
    assert f'"\'{evil}"'.replace('"http', '""http').replace('evil"', 'evil""') in client.get("/export/notes.csv").text
    assert client.get("/page/app.js").headers["content-type"].startswith("text/javascript")
    assert HOST.startswith("http://127")
