"""The server itself: faults of the line, its own calls, the clock, callbacks, and who may talk to it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from unplastic.errors import ClipMissing
from unplastic.rehearsal import Rehearsal
from unplastic.rehearsal.faults import FaultError
from unplastic.rehearsal.server import RehearsalError

TASKS = "/ark/api/v3/contents/generations/tasks"
BODY: dict[str, Any] = {
    "model": "dreamina-seedance-2-0-260128",
    "content": [{"type": "text", "text": "Rain."}],
    "duration": 5,
}


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with Rehearsal() as rehearsal:
        yield rehearsal


@pytest.fixture
def client(server: Rehearsal) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url, headers={"Authorization": "Bearer k"}, trust_env=False) as opened:
        yield opened


@pytest.mark.parametrize(("fault", "booked"), [("cut-before", 0), ("cut-after", 1)])
def test_a_cut_line_before_and_after_booking(client: httpx.Client, server: Rehearsal, fault: str, booked: int) -> None:
    server.fault(f"ark.create={fault}")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post(TASKS, json=BODY)
    assert len(server.bill.jobs()) == client.get(TASKS).json()["total"] == booked
    assert server.calls[0] == ("ark", "create", 0)


def test_a_delayed_request_is_done_although_nobody_waits_for_it(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("ark.create=delayed:0.5")
    with pytest.raises(httpx.ReadTimeout):
        client.post(TASKS, json=BODY, timeout=0.1)
    assert client.get(TASKS).json()["total"] == 0, "others are served meanwhile"
    end = time.monotonic() + 30
    while not server.bill.jobs() and time.monotonic() < end:
        time.sleep(0.02)
    assert client.get(TASKS).json()["total"] == 1


@pytest.mark.parametrize(("fault", "status", "booked"), [("500-before:503", 503, 0), ("500-after", 500, 1)])
def test_a_server_error_before_and_after_booking(
    client: httpx.Client, server: Rehearsal, fault: str, status: int, booked: int
) -> None:
    server.fault(f"ark.create={fault}")
    assert client.post(TASKS, json=BODY).status_code == status
    assert len(server.bill.jobs()) == booked


def test_html_and_wrong_json_come_after_the_booking(client: httpx.Client, server: Rehearsal) -> None:
    server.fault("ark.create#1=html, ark.create#2=wrong-json, ark.create#3=broken-json")
    page = client.post(TASKS, json=BODY)
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert isinstance(client.post(TASKS, json=BODY).json(), list)
    with pytest.raises(json.JSONDecodeError):
        client.post(TASKS, json=BODY).json()
    assert len(server.bill.jobs()) == 3


def finished(client: httpx.Client) -> str:
    job = client.post(TASKS, json=BODY).json()["id"]
    for _ in range(5):
        task = client.get(f"{TASKS}/{job}").json()
    return task["content"]["video_url"]


def test_a_truncated_download(client: httpx.Client, server: Rehearsal) -> None:
    address = finished(client)
    server.fault("ark.fetch=truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(address, trust_env=False)
    assert httpx.get(address, trust_env=False).content == server.stage.shelf.clip(0).read_bytes()


def test_a_slow_download_comes_in_pieces(client: httpx.Client, server: Rehearsal) -> None:
    address = finished(client)
    server.fault("ark.fetch=slow:0.4")
    with httpx.stream("GET", address, trust_env=False) as reply:
        pieces = list(reply.iter_raw())
    assert len(pieces) > 1
    assert b"".join(pieces) == server.stage.shelf.clip(0).read_bytes()


def test_addresses_expire_are_signed_and_take_no_key(client: httpx.Client, server: Rehearsal) -> None:
    address = finished(client)
    assert httpx.head(address, trust_env=False).status_code == 200
    assert client.get(address).status_code == 400
    assert httpx.get(address.replace("expires=1", "expires=2"), trust_env=False).status_code == 403
    server.fault("ark.fetch=expired")
    assert httpx.get(address, trust_env=False).status_code == 403
    server.advance(86_401)
    assert httpx.get(address, trust_env=False).status_code == 403


def test_the_bill_and_the_calls(client: httpx.Client, server: Rehearsal) -> None:
    job = client.post(TASKS, json=BODY).json()["id"]
    bill = client.get("/rehearsal/bill").json()
    assert bill["by_service"] == {"ark": bill["total_usd"]} == {"ark": pytest.approx(0.7623)}
    (line,) = bill["charges"]
    assert (line["service"], line["job"], line["unit"], line["amount"]) == ("ark", job, "tokens", 108_900)
    assert client.get("/rehearsal/calls").json()["calls"] == [{"service": "ark", "verb": "create", "status": 200}]
    client.post("/rehearsal/reset")
    assert client.get("/rehearsal/bill").json() == {"total_usd": 0, "by_service": {}, "charges": []}


def test_faults_by_http_count_calls(client: httpx.Client) -> None:
    assert client.post("/rehearsal/faults", content="ark.create#2-3=429").status_code == 200
    assert [client.post(TASKS, json=BODY).status_code for _ in range(4)] == [200, 429, 429, 200]
    rows = [{"service": "*", "verb": "list", "kind": "overloaded", "last": None}]
    assert len(client.post("/rehearsal/faults", json=rows).json()["faults"]) == 1
    assert [client.get(TASKS).status_code for _ in range(3)] == [429] * 3


@pytest.mark.parametrize("text", ["ark.create=nonsense", "ark=429", "[1", '[{"verb": "x"}]', "ark.create#0=429"])
def test_faults_that_are_none(client: httpx.Client, text: str) -> None:
    reply = client.post("/rehearsal/faults", content=text)
    assert reply.status_code == 400
    assert reply.json()["do"]


def test_faults_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.txt"
    path.write_text("# the second one is lost\nark.create#2=cut-after\n\ntopaz.accept=402\n")
    with Rehearsal(faults=str(path)) as server:
        assert [row["kind"] for row in server.faults.as_json()] == ["cut-after", "credit"]
    with pytest.raises(FaultError):
        Rehearsal(faults=str(tmp_path / "absent.txt"))


def test_the_clock_by_http(client: httpx.Client, server: Rehearsal) -> None:
    before = server.stage.now()
    assert client.post("/rehearsal/clock", json={"advance_s": 1000}).json()["now"] >= before + 1000
    assert client.post("/rehearsal/clock", json={"forward": 1}).status_code == 400


def test_states_by_time() -> None:
    with Rehearsal(speed=1.0) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        client.headers["Authorization"] = "Bearer k"
        job = client.post(TASKS, json=BODY).json()["id"]
        seen = []
        for _ in range(4):
            seen.append(client.get(f"{TASKS}/{job}").json()["status"])
            server.advance(30)
        assert seen == ["queued", "running", "running", "succeeded"]


class Mailbox(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.letters.append(json.loads(content))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def mailbox() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Mailbox) as box:
        box.letters = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield box
        box.shutdown()
        thread.join()


def wait_for(letters: list[Any], count: int) -> list[str]:
    for _ in range(500):
        if len(letters) >= count:
            break
        time.sleep(0.01)
    return [letter["status"] for letter in letters]


def test_callbacks_once_twice_and_early(client: httpx.Client, server: Rehearsal, mailbox: HTTPServer) -> None:
    letters: list[Any] = mailbox.letters  # type: ignore[attr-defined]
    body = BODY | {"callback_url": f"http://127.0.0.1:{mailbox.server_port}/hook"}
    server.fault("ark.create#1=duplicate-callback, ark.create#2=early-callback")
    job = client.post(TASKS, json=body).json()["id"]
    for _ in range(4):
        client.get(f"{TASKS}/{job}")
    assert wait_for(letters, 6) == ["queued"] * 2 + ["running"] * 2 + ["succeeded"] * 2
    letters.clear()
    client.post(TASKS, json=body)
    assert [letter["status"] for letter in letters] == ["queued"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_it_binds_to_loopback_only(host: str) -> None:
    with pytest.raises(RehearsalError):
        Rehearsal(host=host)


def test_callbacks_come_by_time_without_a_poll(mailbox: HTTPServer) -> None:
    letters: list[Any] = mailbox.letters  # type: ignore[attr-defined]
    body = BODY | {"callback_url": f"http://localhost:{mailbox.server_port}/hook"}
    with Rehearsal(speed=1.0) as server:
        httpx.post(f"{server.url}{TASKS}", json=body, headers={"Authorization": "Bearer k"}, trust_env=False)
        wait_for(letters, 1)
        server.advance(100)
        assert wait_for(letters, 2) == ["queued", "succeeded"]


def test_a_callback_goes_to_nobody_else(client: httpx.Client, server: Rehearsal) -> None:
    body = BODY | {"callback_url": "https://hooks.example.test/ark"}
    assert client.post(TASKS, json=body).status_code == 200
    for _ in range(100):
        if not server.stage.outbox:
            break
        time.sleep(0.01)
    assert not server.stage.outbox, "it is thrown away"


def test_a_page_of_the_web_cannot_reach_it_by_name(client: httpx.Client) -> None:
    assert client.get(TASKS, headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/rehearsal/bill", headers={"Host": "evil.example"}).status_code == 421


def test_bad_beginnings(tmp_path: Path) -> None:
    with Rehearsal() as first, pytest.raises(RehearsalError), Rehearsal(int(first.url.rsplit(":", 1)[1])):
        pass
    with pytest.raises(ClipMissing), Rehearsal(clips=tmp_path / "absent"):
        pass
    with pytest.raises(RehearsalError):
        Rehearsal(speed=0)


def test_it_serves_the_clips_of_a_folder(tmp_path: Path, plastic_clip: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(plastic_clip.read_bytes())
    with Rehearsal(clips=tmp_path) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        client.headers["Authorization"] = "Bearer k"
        assert httpx.get(finished(client), trust_env=False).content == plastic_clip.read_bytes()


def test_it_ends_cleanly_and_leaves_nothing() -> None:
    before = threading.active_count()
    with Rehearsal() as server:
        made = server.stage.shelf.clip(0)
    assert not made.exists()
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url, trust_env=False)
