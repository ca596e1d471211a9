"""Orders go out once, failures say whether anything was sent, and no key is seen anywhere."""

from __future__ import annotations

import logging
import traceback

import httpx
import pytest

from unplastic.errors import Ambiguous, Busy, NotSent, Protocol, UnplasticError
from unplastic.providers.account import Account
from unplastic.providers.http import READ_TRIES, Wire
from unplastic.secret import MASK, Secret

KEY = "sk-live-000111222333"
URL = "https://service.example.test/v1/tasks"


class Service:
    """Answers what it is told to, and counts."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def wire(service: Service) -> Wire:
    account = Account("ark", "https://service.example.test", {"ARK_API_KEY": Secret(KEY, "ARK_API_KEY")})
    return Wire(account, httpx.MockTransport(service), sleep=lambda _: None)


def key() -> dict:
    return {"X-Key": Secret(KEY, "ARK_API_KEY")}


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("dns"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
)
def test_without_a_connection_nothing_was_sent(trouble) -> None:
    service = Service(trouble)
    with pytest.raises(NotSent):
        wire(service).order("POST", URL, headers=key(), body={})
    assert len(service.seen) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("x"),
        httpx.WriteTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.ProxyError("x"),
        httpx.LocalProtocolError("x"),
        httpx.DecodingError("x"),
        httpx.TooManyRedirects("x"),
        *(httpx.Response(status) for status in (301, 302, 408, 500, 502, 503, 504)),
    ],
    ids=lambda each: type(each).__name__ + str(getattr(each, "status_code", "")),
)
def test_whatever_else_fails_may_have_arrived_and_is_not_repeated(trouble) -> None:
    service = Service(trouble)
    with pytest.raises(Ambiguous):
        wire(service).order("POST", URL, headers=key(), body={})
    assert len(service.seen) == 1


@pytest.mark.parametrize("status", [200, 201, 400, 401, 402, 404, 409, 429])
def test_an_answer_is_for_the_adapter_to_judge(status: int) -> None:
    service = Service(httpx.Response(status, json={"a": 1}))
    reply = wire(service).order("POST", URL, headers=key(), body={})
    assert (reply.status, reply.json(), len(service.seen)) == (status, {"a": 1}, 1)


def test_the_key_is_in_the_header_and_masked_in_the_reply() -> None:
    service = Service(httpx.Response(401, text=f"bad key {KEY}", headers={"x-echo": KEY}))
    reply = wire(service).order("POST", URL, headers=key(), body={})
    assert service.seen[0].headers["x-key"] == KEY
    assert KEY not in repr(reply)
    assert MASK in reply.text


@pytest.mark.parametrize("trouble", [httpx.ConnectError(KEY), httpx.ReadError(KEY), httpx.Response(500, text=KEY)])
def test_no_error_traceback_or_log_shows_the_key(trouble, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    here = wire(Service(trouble))
    del trouble
    with pytest.raises(UnplasticError) as caught:
        here.order("POST", URL, headers=key(), body={})
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame.locals for frame in shown.stack if frame.filename.endswith("providers/http.py")]
    assert ours
    assert KEY not in repr(ours)
    assert caught.value.__context__ is None
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert KEY not in caplog.text


def test_a_read_is_repeated_while_the_service_is_down() -> None:
    service = Service(httpx.ConnectError("x"), httpx.Response(503), httpx.Response(200, json={}))
    assert wire(service).read("GET", URL).is_good
    assert len(service.seen) == READ_TRIES


def test_a_read_gives_up() -> None:
    service = Service(httpx.Response(503))
    with pytest.raises(Busy, match="HTTP 503"):
        wire(service).read("GET", URL)
    assert len(service.seen) == READ_TRIES


@pytest.mark.parametrize("text", ["", "<html>", "[1]", "null", '{"id": '])
def test_a_reply_that_is_no_json_object_is_saved_without_the_key(text: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(Protocol) as caught:
        wire(Service(httpx.Response(200, text=text + KEY))).read("GET", URL, headers=key()).json()
    (saved,) = (tmp_path / "unplastic" / "replies").iterdir()
    assert str(saved) in caught.value.hint
    assert KEY not in saved.read_text()


def test_no_redirect_is_followed() -> None:
    service = Service(httpx.Response(302, headers={"location": "http://169.254.169.254/"}))
    assert wire(service).read("GET", URL, headers=key()).status == 302
    assert len(service.seen) == 1
