"""Clients that lie about paths, send what they like, flood, or go away: over stdio and HTTP as well."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.client.stdio import StdioServerParameters

from filming import environment
from mcp import Client
from talking import text
from unplastic.errors import ClipMissing, FilmError, PathRefused, TooMuch
from unplastic.mcp.roots import Roots
from unplastic.mcp.server import Bound, opened
from unplastic.mcp.work import WAITING_MAX, Works

OUTSIDE = ["../secret.mp4", "./../secret.mp4", "/etc/passwd", "~/x.mp4", "a/../../secret.mp4", "link.mp4",
           "folder/secret.mp4", "//etc/passwd", "\x00.mp4", "file:///etc/passwd",
           "x" * 900 + "/../../../secret.mp4"]  # fmt: skip


# ---------------------------------------------------------------------- paths


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_outside_is_refused_whether_it_is_there_or_not(root: Path, path: str) -> None:
    (root / "link.mp4").symlink_to(root.parent / "secret.mp4")
    (root / "folder").symlink_to(root.parent)
    with pytest.raises((PathRefused, ClipMissing)) as caught:
        Roots([root]).clip(path)
    assert "secret" not in caught.value.message or isinstance(caught.value, PathRefused)


@given(st.text(max_size=60))
def test_no_text_leads_out(path: str) -> None:
    roots = Roots([Path(__file__).parent])
    try:
        found = roots.path(path)
    except PathRefused:
        return
    assert found == roots.folders[0] or found.is_relative_to(roots.folders[0])


@pytest.mark.parametrize(
    "content",
    ["#EXTM3U\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '{secret}'\n", "\ufeff #EXTM3U"],
)
def test_a_file_that_only_names_others_is_no_clip(root: Path, content: str) -> None:
    (root / "list.mp4").write_text(content.format(secret=root.parent / "secret.mp4"))
    with pytest.raises(PathRefused, match="names other files"):
        Roots([root]).clip("list.mp4")


def test_what_is_no_clip_is_not_opened(root: Path) -> None:
    (root / "notes.txt").write_text("x")
    with pytest.raises(PathRefused, match="no clip"):
        Roots([root]).clip("notes.txt")


def test_a_film_cannot_carry_pictures_from_outside(root: Path) -> None:
    film = root / "film"
    film.mkdir()
    (root.parent / "key.png").write_bytes(b"x")
    head = 'title = "x"\n[[scenes]]\nname = "s"\n[[scenes.shots]]\nname = "a"\nprompt = "p"\n'
    (film / "film.toml").write_text(head + 'references = ["../../key.png"]\n')
    with pytest.raises(PathRefused):
        Roots([root]).film("film")
    (film / "film.toml").unlink()
    (film / "film.toml").symlink_to(root.parent / "elsewhere.toml")
    with pytest.raises((PathRefused, FilmError)):
        Roots([root]).film("film")


def test_a_look_cannot_read_colour_files_from_outside(root: Path) -> None:
    fact = 'name = "x"\nintent = "x"\nsource = "x"\ndate = 2026-01-01\n'
    (root / "x.toml").write_text(fact + '[grade]\nlut_path = "/etc/passwd"\n')
    with pytest.raises(PathRefused):
        Roots([root]).look("x.toml+warmer")
    with pytest.raises(PathRefused):
        Roots([root]).look("/etc/x.toml")
    assert Roots([root]).look("16mm+warmer") == "16mm+warmer"


def test_roots_that_are_none() -> None:
    for folders in ([], [Path("/nowhere/at/all")], [Path(__file__)]):
        with pytest.raises(PathRefused):
            Roots(folders)


def test_every_tool_that_takes_a_path_refuses_one_outside(connected: Any) -> None:
    calls = {
        "measure": {"clips": ["../secret.mp4"]}, "compare": {"a": "shot.mp4", "b": "../secret.mp4"},
        "finish": {"clip": "../secret.mp4"}, "route": {"film": ".."}, "plan": {"film": ".."}, "status": {"film": ".."},
        "run": {"film": "..", "rehearse": True}, "verdict": {"film": "..", "take": "a", "kind": "approve"},
        "agents": {"film": ".."}, "looks": {"name": "../x.toml"},
    }  # fmt: skip
    more = [{"clip": "shot.mp4", key: "../x"} for key in ("out", "match")] + [{"clip": "shot.mp4", "look": "/x.toml"}]

    async def use(client: Client) -> Any:
        said = [await client.call_tool(name, each) for name, each in calls.items()]
        return said + [await client.call_tool("finish", each) for each in more]

    for each in connected(use):
        assert each.is_error
        assert "outside the folders" in text(each)


# ---------------------------------------------------------------------- anything


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a schema allows, and a little beyond it."""
    if "enum" in schema:
        return st.sampled_from([*schema["enum"], "nonsense"])
    if "anyOf" in schema:
        return st.one_of([values(each) for each in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "string":
        near = st.sampled_from(
            ["shot.mp4", "..", ".", "film", "16mm", "fine-35mm+warmer", "", "grain", "\x00", "💥" * 9]
        )
        return st.one_of(near, st.text(max_size=min(40, schema.get("maxLength", 40))))
    if kind == "number":
        return st.one_of(st.floats(-10, 10), st.just(0), st.just(1e308))
    if kind == "integer":
        return st.one_of(st.integers(-5, 5), st.just(2**63))
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(values(schema.get("items", {})), max_size=3)
    if kind == "object":
        return st.dictionaries(
            st.sampled_from(["grain.sigma_codes8", "grain", "a.b", ""]), st.floats(-9, 9), max_size=2
        )
    return st.none()


def test_fuzzed_against_its_own_schema(root: Path) -> None:
    """Whatever comes: a result or two lines, never a crash, and nothing outside the folder is touched."""
    before = (root.parent / "secret.mp4").read_bytes()

    async def inside() -> None:
        with opened([root]) as server:
            async with Client(server) as client:
                for tool in (await client.list_tools()).tools:
                    await _fuzz(client, tool)

    async def _fuzz(client: Client, tool: Any) -> None:
        properties = tool.input_schema.get("properties", {})
        wishes = st.fixed_dictionaries({}, optional={name: values(each) for name, each in properties.items()})
        calls: list[dict[str, Any]] = []

        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(wishes)
        def collect(wish: dict[str, Any]) -> None:
            calls.append(wish)

        collect()
        for wish in calls:
            if "wait_s" in properties:
                wish["wait_s"] = 0
            made = await client.call_tool(tool.name, wish)
            if made.is_error:
                assert text(made).strip() != f"Error executing tool {tool.name}", (tool.name, wish)
            if handle := (made.structured_content or {}).get("handle"):
                await client.call_tool("cancel", {"handle": handle})

    asyncio.run(inside())
    assert (root.parent / "secret.mp4").read_bytes() == before
    assert sorted(path.name for path in root.parent.iterdir() if not path.name.startswith("XDG")) == [
        "root",
        "secret.mp4",
    ]


# ---------------------------------------------------------------------- floods


def test_only_so_much_waits() -> None:
    with Works() as works:
        works.begin("first", lambda piece: piece.stop.wait() and None)
        time.sleep(0.1)
        for _ in range(WAITING_MAX):
            works.begin("more", lambda _: None)
        with pytest.raises(TooMuch, match="wait already"):
            works.begin("too much", lambda _: None)


def test_old_results_make_room() -> None:
    with Works() as works:
        handles = []
        for _ in range(100):
            piece = works.begin("quick", lambda _: None)
            handles.append(piece.handle)
            while not piece.is_over:
                time.sleep(0.001)
        assert len(works._pieces) <= 64
        assert works.find(handles[-1]).state == "done"


def test_a_flood_of_requests_is_answered_at_once(root: Path) -> None:
    """A thousand at the same time: some are done, the others hear that it is too much, and then it works as before."""

    async def inside() -> tuple[list[str], bool]:
        with opened([root]) as server:
            async with Client(server) as client:

                async def one() -> str:
                    try:
                        await client.call_tool("route", {"surface": "water"})
                    except Exception as trouble:
                        return str(trouble)
                    return "done"

                said = await asyncio.gather(*(one() for _ in range(1000)))
                after = await client.call_tool("looks", {})
                return said, bool(after.is_error)

    said, failed = asyncio.run(inside())
    assert said.count("done") >= 32
    assert any("in hand already" in each for each in said)
    assert not failed


def test_the_bound_counts_down_after_errors() -> None:
    bound = Bound(1)

    class Call:
        request_id, method = 1, "tools/call"

    async def fails(_: Any) -> None:
        raise ValueError("it failed")

    async def inside() -> None:
        for _ in range(3):
            with pytest.raises(ValueError, match="failed"):
                await bound(Call(), fails)

    asyncio.run(inside())
    assert bound.in_hand == 0


# ---------------------------------------------------------------------- stdio


def serving(root: Path, **more: str) -> StdioServerParameters:
    words = ["-m", "unplastic", "mcp", "--root", str(root)]
    return StdioServerParameters(command=sys.executable, args=words, env=environment(**more))


def servers() -> list[psutil.Process]:
    """The servers that this process has started."""
    return [each for each in psutil.Process().children() if "mcp" in each.cmdline()]


def test_over_stdio(root: Path) -> None:
    async def inside() -> Any:
        async with Client(serving(root)) as client:
            return await client.call_tool("measure", {"clips": ["shot.mp4"]})

    made = asyncio.run(inside())
    assert not made.is_error
    assert made.structured_content["result"]["clips"][0]["frames"] == 24


@pytest.mark.parametrize("how", ["closes", "is ended"])
def test_a_client_that_goes_away_in_the_middle_leaves_nothing(root: Path, how: str, tmp_path: Path) -> None:
    """Its work is stopped, its processes end, and the folder is as it was."""

    found: list[psutil.Process] = []
    scratch = tmp_path / "scratch"  # a place of its own: other servers may be at work beside it
    scratch.mkdir()

    async def inside() -> None:
        async with Client(serving(root, TMPDIR=str(scratch))) as client:
            await client.call_tool("finish", {"clip": "shot.mp4", "upscale": "2160p", "wait_s": 2})
            found.extend(each for child in servers() for each in (child, *child.children(recursive=True)))
            for each in servers() if how == "is ended" else ():
                assert list(scratch.glob("unplastic-mcp-*"))
                each.send_signal(signal.SIGTERM)
                await asyncio.to_thread(each.wait, 20)

    with contextlib.suppress(Exception) if how == "is ended" else contextlib.nullcontext():
        asyncio.run(inside())
    assert len(found) >= 3  # the server, the clip's process, and who looks after it
    _, alive = psutil.wait_procs(found, timeout=20)
    assert not alive
    assert not list(root.rglob("*_finished*"))
    assert not list(scratch.glob("unplastic-mcp-*"))


# ---------------------------------------------------------------------- HTTP


@pytest.fixture
def http(root: Path) -> Any:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    words = [sys.executable, "-m", "unplastic", "mcp", "--root", str(root), "--http", "--port", str(port)]
    process = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield port, process
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def test_over_http_and_a_caller_that_hangs_up(http: Any, root: Path) -> None:
    port, process = http

    async def inside() -> None:
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            made = await client.call_tool("measure", {"clips": ["shot.mp4"]})
            assert not made.is_error
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            wishes = {"clip": "shot.mp4", "upscale": "2160p", "wait_s": 300}
            try:
                async with asyncio.timeout(3):
                    await client.call_tool("finish", wishes)
            except TimeoutError:
                pass
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            until = time.monotonic() + 30
            while time.monotonic() < until:  # nobody has its handle: it is stopped, and the next one gets its place
                quick = await client.call_tool("measure", {"clips": ["other.mp4"], "wait_s": 20})
                if (quick.structured_content or {}).get("state") == "done":
                    return
            raise AssertionError("the abandoned work still holds the only place")

    asyncio.run(inside())
    assert process.poll() is None
    assert not list(root.rglob("*_finished*"))


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_page_of_the_web_cannot_reach_it(http: Any, header: dict[str, str]) -> None:
    port, _ = http
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **header}
    wish = urllib.request.Request(f"http://127.0.0.1:{port}/mcp", body, headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(wish, timeout=10)
    assert caught.value.code in {403, 421}
    caught.value.close()


def test_it_listens_on_loopback_only(http: Any) -> None:
    _, process = http
    listening = [each.laddr.ip for each in psutil.Process(process.pid).net_connections() if each.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line what, one line what to do."""
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp" / "__init__.py").write_text("raise ModuleNotFoundError('No module named mcp', name='mcp')")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "unplastic", "mcp"],
        env=environment(PYTHONPATH=path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "unplastic[mcp]" in done.stderr
    shutil.rmtree(tmp_path / "mcp")
