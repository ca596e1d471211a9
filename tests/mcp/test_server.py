"""The MCP server with a real client: every tool, handles, progress, cancelling, links and pictures."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from filming import QUICK, write_film
from mcp import Client
from talking import text
from unplastic.mcp.work import Works
from unplastic.media import probe
from unplastic.pipeline.grant import give, grants
from unplastic.rehearsal import Rehearsal

TOOLS = {
    "measure", "finish", "compare", "prompt", "route", "plan", "run", "status", "verdict", "agents", "looks", "work",
    "cancel",
}  # fmt: skip


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_tools_and_what_they_say_of_themselves(connected: Any, mode: str) -> None:
    async def use(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {each.name: each for each in connected(use, mode)}
    assert set(tools) == TOOLS
    for name, tool in tools.items():
        assert len(tool.description or "") > 30
        assert tool.input_schema["type"] == "object"
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (name not in {"finish", "run", "verdict", "agents", "cancel"})
    assert "SPENDS MONEY" in (tools["run"].description or "")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_measure_gives_findings_a_picture_and_the_report(connected: Any, mode: str) -> None:
    async def use(client: Client) -> Any:
        made = await client.call_tool("measure", {"clips": ["shot.mp4"]})
        link = next(each for each in made.content if each.type == "resource_link")
        return made, (await client.read_resource(link.uri)).contents[0]

    made, report = connected(use, mode)
    assert not made.is_error
    clip = made.structured_content["result"]["clips"][0]
    assert (clip["width"], clip["height"], clip["frames"]) == (256, 192, 24)
    assert "readings" not in clip
    assert json.loads(report.text)["clips"][0]["readings"]
    picture = next(each for each in made.content if each.type == "image")
    assert base64.b64decode(picture.data)[:3] == b"\xff\xd8\xff"
    assert len(picture.data) < 200_000


def test_finish_by_a_handle_with_progress_that_only_grows(connected: Any, root: Path) -> None:
    told: list[float] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        assert total == 100
        assert "finish shot.mp4" in (message or "")
        told.append(done)

    async def use(client: Client) -> Any:
        wishes = {"clip": "shot.mp4", "adjust": "slightly warmer, less grain", "master": "h264", "wait_s": 0}
        begun = await client.call_tool("finish", wishes)
        handle = begun.structured_content["handle"]
        assert begun.structured_content["state"] in {"waiting", "working"}
        done = await client.call_tool("work", {"handle": handle, "wait_s": 120}, progress_callback=progress)
        links = [each for each in done.content if each.type == "resource_link"]
        page = await client.read_resource(next(each.uri for each in links if each.name == "report.html"))
        return done, links, page.contents[0]

    done, links, page = connected(use)
    result = done.structured_content["result"]
    assert done.structured_content["state"] == "done"
    assert result["look"] == "fine-35mm+slightly-warmer+less-grain"
    assert probe(Path(result["outputs"]["master"])).frames == 24
    assert Path(result["outputs"]["master"]).parent == root / "finished"
    assert {each.name for each in links} == {"master.mp4", "web.mp4", "report.html", "report.json"}
    assert page.text.startswith("<!doctype html>")
    assert len([each for each in done.content if each.type == "image"]) == 2
    assert told == sorted(set(told))
    assert told[-1] == 100


def test_compare(connected: Any) -> None:
    async def use(client: Client) -> Any:
        return await client.call_tool("compare", {"a": "shot.mp4", "b": "other.mp4"})

    made = connected(use)
    assert all(each["a"] == each["b"] for each in made.structured_content["result"]["changes"])


def test_cancelled_work_leaves_nothing(connected: Any, root: Path) -> None:
    async def use(client: Client) -> Any:
        wishes = {"clip": "shot.mp4", "upscale": "1080p", "wait_s": 1}
        handle = (await client.call_tool("finish", wishes)).structured_content["handle"]
        ended = await client.call_tool("cancel", {"handle": handle})
        return ended, await client.call_tool("work", {"handle": handle})

    ended, after = connected(use)
    assert ended.structured_content["state"] == after.structured_content["state"] == "cancelled"
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["other.mp4", "shot.mp4"]


def test_a_bad_clip_is_two_lines(connected: Any, root: Path) -> None:
    (root / "bad.mp4").write_bytes(b"no film at all")

    async def use(client: Client) -> Any:
        return await client.call_tool("measure", {"clips": ["bad.mp4"]})

    made = connected(use)
    assert made.is_error
    assert "bad.mp4" in text(made)
    assert "Do: " in text(made)
    assert "Traceback" not in text(made)


def test_words_are_answered_at_once(connected: Any) -> None:
    async def use(client: Client) -> Any:
        return [
            await client.call_tool("prompt", {"text": "a cinematic beautiful woman, 8k", "model": "kling-v3"}),
            await client.call_tool("looks", {}),
            await client.call_tool("looks", {"name": "16mm", "adjust": "a bit warmer"}),
            await client.call_tool("route", {"surface": "water"}),
            await client.call_tool("agents", {}),
            await client.call_tool("agents", {"action": "draft", "name": "Grub", "in_words": "16 mm on every clip"}),
            await client.call_tool("agents", {"action": "draft", "in_words": "to the moon"}),
            await client.call_tool("looks", {"name": "nonsense"}),
        ]

    prompt, looks, one, route, agents, draft, moon, nonsense = connected(use)
    assert "cinematic" not in prompt.structured_content["text"]
    assert "fine-35mm" in text(looks)
    assert one.structured_content["name"] == "16mm+slightly-warmer"
    assert route.structured_content["choices"][0]["surface"] == "water"
    assert "Upscale Artist" in text(agents)
    assert 'look = "16mm"' in draft.structured_content["toml"]
    assert "Nothing was written" in text(draft)
    assert moon.is_error
    assert "moon" in text(moon)
    assert nonsense.is_error


def test_nothing_is_spent_without_a_token_that_a_person_made(connected: Any, root: Path) -> None:
    write_film(root / "film", 1, model="seedance-2.0", artist=QUICK)
    token, made = give(20, "mcp", now_s=1.0)

    async def use(client: Client) -> Any:
        film = {"film": "film"}
        return [
            await client.call_tool("run", film),
            await client.call_tool("run", film | {"budget_token": token[:-1] + "x"}),
            await client.call_tool("run", film | {"budget_token": "upb-made-up"}),
            await client.call_tool("plan", film),
        ]

    *refused, plan = connected(use)
    for each in refused:
        assert each.is_error
        assert "unplastic budget grant" in text(each)
    assert not plan.is_error
    assert plan.structured_content["total_usd"]["high"] > 0
    assert not (root / "film" / ".unplastic").exists()
    assert grants() == [made]


def test_a_rehearsed_run_its_status_a_verdict_and_whose_spend_it_was(connected: Any, root: Path) -> None:
    write_film(root / "film", 1, model="seedance-2.0", artist=QUICK)
    token, made = give(20, "mcp", now_s=1.0)

    async def use(client: Client) -> Any:
        film = {"film": "film/film.toml"}
        run = await client.call_tool("run", film | {"rehearse": True, "budget_token": token, "wait_s": 120})
        books = film | {"rehearsal": True}
        approval = {"take": "sh000", "kind": "approve", "who": "Ada"}
        return [
            run,
            await client.call_tool("status", books),
            await client.call_tool("verdict", books | {"take": "sh000", "kind": "reject"}),
            await client.call_tool("verdict", books | approval),
            await client.call_tool("verdict", books | {"take": "sh000", "kind": "approve", "seen": "at home"}),
            await client.call_tool("verdict", books | approval | {"seen": "at home"}),
            await client.call_tool("agents", books | {"action": "log", "name": "Casting"}),
            await client.call_tool("agents", books | {"action": "pause", "name": "Casting"}),
            await client.call_tool("agents", books),
            await client.call_tool("status", {"film": "film"}),
        ]

    run, status, no_reason, not_seen, nobody, approved, log, pause, agents, none = connected(use)
    assert not run.is_error, text(run)
    assert [each["status"] for each in run.structured_content["result"]["takes"]] == ["review"]
    orders = status.structured_content["orders"]
    assert [(each["caller"], each["agent"]) for each in orders] == [(made.name, "Casting")]
    assert status.structured_content["by"]["caller"][made.name] > 0
    assert no_reason.is_error
    assert not_seen.is_error
    assert "at 1:1" in text(not_seen)
    assert nobody.is_error
    assert "name" in text(nobody)
    assert approved.structured_content["status"] == "approved"
    assert "generate" in text(log)
    assert pause.structured_content["paused"]
    assert any(each["paused"] for each in agents.structured_content["agents"])
    assert none.is_error
    assert "nothing was begun" in text(none)


def test_a_run_that_fails_says_why(connected: Any, root: Path) -> None:
    (root / "film").mkdir()
    (root / "film" / "film.toml").write_text(
        'title = "x"\n[[scenes]]\nname = "s"\n[[scenes.shots]]\nname = "a"\nprompt = "p"\n'
    )
    token, _ = give(20, "mcp", now_s=1.0)

    async def use(client: Client) -> Any:
        return await client.call_tool("run", {"film": "film", "budget_token": token, "wait_s": 60})

    made = connected(use)
    assert made.is_error
    assert "no budget" in text(made)
    assert "Do: " in text(made)


def test_results_that_are_not_there(connected: Any) -> None:
    async def use(client: Client) -> Any:
        said = []
        for uri in ("unplastic://work/none/report.json", "unplastic://work/none/..%2F..%2Fetc%2Fpasswd"):
            with pytest.raises(Exception, match=r"no result|[Nn]ot found|[Uu]nknown|[Ii]nvalid|reading") as caught:
                await client.read_resource(uri)
            said.append(str(caught.value))
        said.append(text(await client.call_tool("work", {"handle": "none"})))
        return said

    assert "no work of that handle" in connected(use)[-1]


def test_a_cancelled_run_is_taken_up_again_and_pays_once(connected: Any, root: Path) -> None:
    """Cut off in the middle, its process ends; the same call goes on where it was."""
    write_film(root / "film", 3, model="seedance-2.0", artist=QUICK)
    with Rehearsal(speed=4) as service:
        more = {"film": "film", "budget_token": give(20, "mcp", now_s=1.0)[0]}

        async def use(client: Client) -> Any:
            begun = await client.call_tool("run", more | {"wait_s": 4})
            handle = begun.structured_content["handle"]
            ended = await client.call_tool("cancel", {"handle": handle})
            while ended.structured_content["state"] == "working":
                ended = await client.call_tool("work", {"handle": handle, "wait_s": 5})
            again = await client.call_tool("run", more | {"wait_s": 200})
            return begun, ended, again

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("UNPLASTIC_REHEARSAL", service.url)
            begun, ended, again = connected(use)
        assert begun.structured_content["state"] == "working"
        assert ended.structured_content["state"] == "cancelled"
        assert not again.is_error, text(again)
        assert {each["status"] for each in again.structured_content["result"]["takes"]} == {"review"}
        assert len(service.bill.jobs()) == 3


def test_what_is_our_own_fault_is_logged_and_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def breaks(_: Any) -> None:
        raise ZeroDivisionError("a secret detail")

    with Works() as works:
        piece = works.begin("it", breaks)
        while not piece.is_over:
            time.sleep(0.01)
    message, hint = piece.error
    assert "ZeroDivisionError" in message
    assert "secret" not in message + hint
    assert "a secret detail" in Path(hint.rpartition(": ")[2]).read_text()
