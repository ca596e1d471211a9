"""The rehearsal server: every protocol of the room on one loopback port, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import socket
import tempfile
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request  # noqa: TC002 - Starlette reads the annotation
from starlette.routing import BaseRoute, Route

from unplastic.errors import UnplasticError
from unplastic.registry import members
from unplastic.rehearsal.bill import Bill
from unplastic.rehearsal.delivery import Delivery, Line
from unplastic.rehearsal.faults import REFUSALS, Fault, FaultError, Faults, parse_faults
from unplastic.rehearsal.post import TICK_S, deliver_post
from unplastic.rehearsal.shelf import open_shelf
from unplastic.rehearsal.stage import Stage
from unplastic.rehearsal.wire import Call, Many, Refused, Reply, Wire, told
from unplastic.rehearsal.wire import Route as Verb

LOOPBACK_NAMES = {"127.0.0.1", "localhost", "[::1]"}


class RehearsalError(UnplasticError):
    """The rehearsal server cannot start."""


class Rehearsal:
    """A rehearsal server; a context manager that serves while it is open.

    ``port`` 0 takes a free one. ``clips`` is a folder of clips and pictures; without it a tiny one of each is made.
    ``faults`` is anything that `parse_faults` reads, or faults. ``speed`` None: a job goes one state further with
    every poll; else states last 30 seconds divided by ``speed``. ``echo`` False leaves out of answers and listings
    what the client sent. Raises `RehearsalError` for a host that is not loopback and for a port that is taken.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clips: Path | None = None,
        faults: str | tuple[Fault, ...] = (),
        speed: float | None = None,
        echo: bool = True,
        host: str = "127.0.0.1",
    ) -> None:
        if not _is_loopback(host):
            raise RehearsalError(f"{host} is not loopback", "a rehearsal serves this machine only: leave the host away")
        if speed is not None and speed <= 0:
            raise RehearsalError(f"a speed of {speed} goes nowhere", "give a speed above 0, or none: a state per poll")
        self._host, self._port, self._clips = host, port, clips
        self._speed, self._echo = speed, echo
        self._faults = parse_faults(faults) if isinstance(faults, str) else faults
        self._open = contextlib.ExitStack()
        self.stage: Stage

    def __enter__(self) -> Rehearsal:
        """Open the port, make what has to be made, and serve."""
        with contextlib.ExitStack() as opening:
            spare = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="unplastic-rehearsal-")))
            line = opening.enter_context(_listen(self._host, self._port))
            self._port = line.getsockname()[1]
            self.stage = Stage(open_shelf(self._clips, spare), self._speed, self._echo, self.url)
            self.stage.faults.add(*self._faults)
            server = _server(application(self.stage))
            thread = threading.Thread(target=server.run, args=([line],), name="rehearsal", daemon=True)
            thread.start()
            opening.callback(thread.join)
            opening.callback(setattr, server, "should_exit", True)
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is being answered, close the port, and remove what was made."""
        self._open.close()

    @property
    def url(self) -> str:
        """Address of the server, such as ``http://127.0.0.1:8765``, with no slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def bill(self) -> Bill:
        """What has been booked so far."""
        return self.stage.bill

    @property
    def faults(self) -> Faults:
        """The faults that wait."""
        return self.stage.faults

    @property
    def calls(self) -> tuple[tuple[str, str, int], ...]:
        """(service, verb, HTTP status) of every call so far; status 0 where the line was cut."""
        with self.stage.lock:
            return tuple(self.stage.calls)

    def fault(self, text: str) -> None:
        """Let something go wrong, from now on; as `parse_faults` reads it."""
        with self.stage.lock:
            self.stage.faults.add(*parse_faults(text))

    def advance(self, seconds: float) -> None:
        """Put the rehearsal's clock forward, so that addresses expire."""
        with self.stage.lock:
            self.stage.ahead_s += seconds

    def reset(self) -> None:
        """Forget jobs, bill, faults and calls."""
        with self.stage.lock:
            self.stage.clear()


def application(stage: Stage) -> Starlette:
    """Every protocol of the room under its name, and the rehearsal's own calls under ``/rehearsal``."""
    routes: list[BaseRoute] = []
    for kind in members("rehearsal", outside=False).values():
        wire: Wire = kind(stage)
        for verb in wire.routes():
            routes.append(_route(stage, wire, verb))
        files = Verb("GET", "/files/{key}/{name}", "fetch", lambda call, w=wire: stage.open_file(w.name, call), True)
        routes.append(_route(stage, wire, files))
    routes += _own_routes(stage)

    @contextlib.asynccontextmanager
    async def ticking(_: Starlette) -> AsyncIterator[None]:
        async with deliver_post(stage):
            yield

    return Starlette(routes=routes, lifespan=ticking)


def _route(stage: Stage, wire: Wire, verb: Verb) -> Route:
    async def endpoint(request: Request) -> Delivery:
        if not _comes_from_here(request):
            return Delivery(Reply(421, b"a rehearsal serves this machine only\n", "text/plain"))
        body = await request.body()
        with stage.lock:
            call = _call(request, body)
            name = wire.verb(call) if isinstance(wire, Many) else verb.verb
            fault = stage.faults.take(wire.name, name)
        if fault and fault.kind == "delayed":
            await asyncio.sleep(float(fault.value or 5))
        with stage.lock:
            call = replace(call, fault=fault)
            delivery = Delivery(_act(wire, verb, call), call.fault)
            stage.calls.append((wire.name, name, 0 if delivery.is_cut else delivery.status_code))
            if not call.ends("early-callback"):
                stage.notice()
        if call.ends("early-callback"):
            await _wait_for_post(stage)
        return delivery

    return Route(verb.path if verb.rooted else f"/{wire.name}{verb.path}", endpoint, methods=[verb.method])


def _call(request: Request, body: bytes) -> Call:
    headers = {name.lower(): text for name, text in request.headers.items()}
    return Call(request.method, request.path_params, tuple(request.query_params.multi_items()), headers, body)


async def _wait_for_post(stage: Stage) -> None:
    """Let the callback arrive before the answer does."""
    with stage.lock:
        stage.notice()
    while stage.outbox or stage.is_posting:
        await asyncio.sleep(TICK_S)


def _act(wire: Wire, verb: Verb, call: Call) -> Reply:
    fault = call.fault
    kind = fault.kind if fault else ""
    try:
        if kind == "cut-before":
            return Reply(0)
        if kind == "500-before":
            raise Refused("internal", "internal error")
        if not verb.bare:
            wire.unlock(call)
        if kind in REFUSALS and not (kind in wire.late and verb.verb == "create"):
            raise Refused(kind, REFUSALS[kind])
        reply = verb.act(call)
        if kind == "500-after":
            raise Refused("internal", "internal error")
    except Refused as why:
        reply = wire.refusal(why)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as trouble:  # a body of another shape
        reply = wire.refusal(Refused("malformed", f"the request is not of the right shape: {trouble}"))
    if kind in ("500-before", "500-after") and fault and fault.value:
        return Reply(int(fault.value), reply.body, reply.kind, reply.headers)
    return reply


def _own_routes(stage: Stage) -> list[BaseRoute]:
    async def bill(_: Request) -> Delivery:
        with stage.lock:
            return Delivery(told(stage.bill.as_json()))

    async def calls(_: Request) -> Delivery:
        with stage.lock:
            rows = [{"service": service, "verb": verb, "status": status} for service, verb, status in stage.calls]
        return Delivery(told({"calls": rows}))

    async def faults(request: Request) -> Delivery:
        text = (await request.body()).decode(errors="replace")
        try:
            with stage.lock:
                stage.faults.add(*parse_faults(text))
                return Delivery(told({"faults": stage.faults.as_json()}))
        except FaultError as trouble:
            return Delivery(told({"error": trouble.message, "do": trouble.hint}, 400))

    async def reset(_: Request) -> Delivery:
        with stage.lock:
            stage.clear()
        return Delivery(told({"reset": True}))

    async def clock(request: Request) -> Delivery:
        try:
            seconds = float(json.loads(await request.body())["advance_s"])
        except (ValueError, KeyError, TypeError):
            return Delivery(told({"error": "no advance_s", "do": 'send {"advance_s": 86400}'}, 400))
        with stage.lock:
            stage.ahead_s += seconds
        return Delivery(told({"now": stage.now()}))

    def own(path: str, method: str, act: Any) -> Route:
        async def guarded(request: Request) -> Delivery:
            return await act(request) if _comes_from_here(request) else Delivery(Reply(421))

        return Route(f"/rehearsal/{path}", guarded, methods=[method])

    return [
        own("bill", "GET", bill),
        own("calls", "GET", calls),
        own("faults", "POST", faults),
        own("reset", "POST", reset),
        own("clock", "POST", clock),
    ]


def _server(app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=Line,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def _listen(host: str, port: int) -> socket.socket:
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen(64)
    except (OSError, OverflowError) as trouble:
        line.close()
        raise RehearsalError(f"port {port} cannot be had: {trouble}", "give another --port, or none") from trouble
    return line


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _comes_from_here(request: Request) -> bool:
    """Both ends are loopback, and so is the name that was asked for: a page on the web cannot talk to us by DNS."""
    name = request.headers.get("host", "").rsplit(":", 1)[0]
    return name in LOOPBACK_NAMES and (request.client is None or _is_loopback(request.client.host))
