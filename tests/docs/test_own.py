"""What the pages tell people to write works as it stands there: found through a real entry point, and used."""

from __future__ import annotations

import http.server
import importlib
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unplastic as up
from rehearsed import take
from unplastic import registry
from unplastic.clip import ColorTags, Picture
from unplastic.errors import BadKey, BudgetSpent, ContentInput
from unplastic.looks import look
from unplastic.pipeline.agent import parse, read
from unplastic.pipeline.stage import Done, Hold, Work
from unplastic.pipeline.take import Doing, Job, Status, Take
from unplastic.providers import connect
from unplastic.providers.ledger import Stage, ledger_in
from unplastic.providers.payment import Till, follow, order
from unplastic.providers.provider import Phase, VideoRequest
from unplastic.settings import Settings
from unplastic.treat import Chain, Geometry

DOCS = Path(__file__).parent.parent.parent / "docs"
Install = Callable[[str, str], Any]


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install the module of a page as a package of its own, with the entry point that the page shows."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made: list[str] = []

    def run(page: str, name: str) -> Any:
        (code,) = blocks(page, "python")
        point = next(each for each in blocks(page, "toml") if "entry-points" in each)
        room, key, value = re.match(r'\[project\.entry-points\."([\w.]+)"\]\n(\w+) = "([\w:]+)"', point).groups()  # type: ignore[union-attr]
        (site / f"{name}.py").write_text(code)
        info = site / f"{name}_pack-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-pack\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{room}]\n{key} = {value}\n")
        importlib.invalidate_caches()
        registry.members.cache_clear()
        made.append(name)
        return registry.member(room.removeprefix("unplastic."), key)

    yield run
    for name in made:
        sys.modules.pop(name, None)
    registry.members.cache_clear()


def test_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = blocks("write-a-look.md", "toml")
    (tmp_path / "looks").mkdir()
    (tmp_path / "looks" / "harbour-dawn.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert look("harbour-dawn").name == "harbour-dawn"
    assert look("harbour-dawn+slightly-warmer+more-like-16mm").name.startswith("harbour-dawn+")
    grain = next(step for step in look("harbour-dawn").steps if step.treatment == "grain")
    assert grain.pinned == {"size_px_1080"}


def test_a_treatment(install: Install) -> None:
    kind = install("write-a-treatment.md", "vignette")
    clip = Geometry(64, 48, 2, 2, 8, 10, Fraction(24), ColorTags(1, 1, 1))
    planes = np.full((48, 64), 180, np.uint8), np.full((24, 32), 120, np.uint8), np.full((24, 32), 140, np.uint8)
    source = Picture(*planes, 8, 0, 0)

    def run(treatment: Any, **more: Any) -> Picture:
        out = Picture(*(np.zeros(plane.shape, np.uint16) for plane in planes), 10, 0, 0)
        Chain([treatment], clip, **more).run(source, out)
        return out

    dark = run(kind(strength=0.5))
    assert dark.y[0, 0] < dark.y[24, 32] - 100
    assert abs(int(dark.y[24, 32]) - 720) <= 1
    assert abs(int(dark.y[0, 0]) - int(dark.y[-1, -1])) <= 2
    assert np.all(dark.cb == 480)
    assert np.array_equal(dark.y, run(kind(strength=0.5), rows=2).y)
    assert np.array_equal(run(kind(strength=0.0)).y, source.y.astype(np.uint16) << 2)
    frames = np.full((2, 48, 64, 3), 0.6, np.float32)
    treated = list(up.finish_frames(frames, pins={"vignette": {"strength": 0.5}}))
    assert treated[0][0, 0].mean() < treated[0][24, 32].mean() - 0.1


def test_a_measure(install: Install, plastic_clip: Path) -> None:
    kind = install("write-a-measure.md", "corners")
    reading = up.measure(plastic_clip).reading("corner_light")
    assert reading is not None
    assert reading.valid
    assert reading.low <= reading.value <= reading.high  # type: ignore[operator]
    rows, columns = np.mgrid[-1:1:96j, -1:1:128j]
    fall = 1.0 - 0.5 * ((rows**2 + columns**2) / 2) ** 2
    shaded = up.measure_frames([(np.stack([fall] * 3, -1) * 0.6).astype(np.float32)] * 3)
    value = shaded.reading("corner_light").value  # type: ignore[union-attr]
    assert 0.5 < value < 0.9  # type: ignore[operator]
    black = up.measure_frames([np.zeros((64, 64, 3), np.uint8)] * 3).reading("corner_light")
    assert black is not None
    assert black.why_not
    assert asdict(kind())["share"] == 0.15


def test_an_agent_and_a_stage(install: Install, tmp_path: Path) -> None:
    text = next(each for each in blocks("write-an-agent.md", "toml") if "mandate" in each)
    path = tmp_path / "night-finisher.toml"
    path.write_text(text)
    assert read(path).stages()[1].name == "finish"
    kind = install("write-an-agent.md", "slate")
    with_it = parse(
        text.replace('stage = "upscale"', 'stage = "slate"\nseconds_min = 3\n\n[[do]]\nstage = "upscale"'), "it"
    )
    assert with_it.stages()[0] == kind(seconds_min=3)

    def outcome(length: str) -> Any:
        film = Take("f", "s/a/tk01", "s", "a", 1, "filed", Status.MAKING, {"clip": length})
        return kind().run(Work(None, film, Job("f", film.id, "A", 1, 1, Doing.QUEUED)))  # type: ignore[arg-type]

    assert isinstance(outcome("256x192, 1.0 s"), Hold)
    assert outcome("256x192, 5.0 s") == Done("5 s long", {"slate": 5.0})


class Service(http.server.BaseHTTPRequestHandler):
    """Atelier, as its page's example takes it to be: jobs that are done at the second look."""

    jobs: dict[str, dict[str, Any]]
    looks: dict[str, int]
    clip: bytes

    def _say(self, status: int, body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "video/mp4" if isinstance(body, bytes) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.headers["Authorization"].startswith("Bearer "):
            return self._say(401, {"error": "no key"})
        if "forbidden" in wish["prompt"]:
            return self._say(422, {"error": "the prompt breaks a rule"})
        id_ = f"job-{len(self.jobs) + 1}"
        self.jobs[id_] = {"id": id_, "state": "queued", "note": wish["note"], "created": 1e9, "model": wish["model"]}
        return self._say(201, {"id": id_})

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if name == "clip.mp4":
            return self._say(200, self.clip)
        if name == "jobs":
            return self._say(200, {"jobs": list(self.jobs.values())})
        if name not in self.jobs:
            return self._say(404, {"error": "no such job"})
        self.looks[name] = self.looks.get(name, 0) + 1
        if self.looks[name] > 1:
            port = self.server.server_address[1]
            self.jobs[name] |= {"state": "done", "url": f"http://127.0.0.1:{port}/clip.mp4", "usd": 0.5}
        return self._say(200, self.jobs[name])

    def do_DELETE(self) -> None:
        self._say(200, {})

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def atelier(plastic_clip: Path) -> Iterator[tuple[str, type[Service]]]:
    kind = type("Atelier", (Service,), {"jobs": {}, "looks": {}, "clip": plastic_clip.read_bytes()})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", kind
        server.shutdown()
        thread.join()


def test_a_provider(install: Install, atelier: tuple[str, type[Service]], tmp_path: Path) -> None:
    address, service = atelier
    install("write-a-provider.md", "atelier")
    cards = tmp_path / "config" / "unplastic" / "providers"
    cards.mkdir(parents=True)
    (cards / "atelier.toml").write_text(
        next(each for each in blocks("write-a-provider.md", "toml") if "[[models]]" in each)
    )
    provider = connect("atelier", Settings(rehearsal=address), sleep=lambda _: None)
    wish = VideoRequest("atelier-1", "Rain runs down a window.", seconds=5)
    assert provider.estimate(wish).high_usd == pytest.approx(0.5)
    books = Till(ledger_in(tmp_path / "ledger.sqlite"), 0.6, tmp_path / "strays.jsonl", lambda: 0.0)

    made = order(books, provider, wish, shot="sh1")
    assert made.stage is Stage.SUBMITTED
    assert order(books, provider, wish, shot="sh1") == made
    assert len(service.jobs) == 1
    assert provider.poll(made.job).phase is Phase.QUEUED  # type: ignore[arg-type]
    done = follow(books, provider, made, tmp_path / "results", probe=take)
    assert (done.stage, done.charged_usd) == (Stage.SETTLED, 0.5)
    (path,) = (tmp_path / "results").iterdir()
    assert path.read_bytes() == service.clip
    (listed,) = provider.list(datetime.fromtimestamp(0, UTC))
    assert listed.echo["mark"]
    with pytest.raises(BudgetSpent):
        order(books, provider, wish, shot="sh2")
    with pytest.raises(ContentInput):
        provider.submit(VideoRequest("atelier-1", "something forbidden", seconds=5))
    with pytest.raises(BadKey):
        connect("atelier", Settings()).submit(wish)


@pytest.mark.parametrize("page", ["python.md", "words.md"])
def test_python_on_the_pages_runs(page: str, plastic_clip: Path, tmp_path: Path) -> None:
    for code in blocks(page, "python"):
        exec(compile(code, page, "exec"), {"clip": plastic_clip, "folder": tmp_path / "made"})


def test_words_on_the_pages_are_understood() -> None:
    from unplastic.pipeline.spoken import spoken

    said = re.findall(r'--in-words "([^"]+)"|^- "([^"]+)"$', (DOCS / "words.md").read_text(), re.MULTILINE)
    assert len(said) >= 5
    for one, other in said:
        assert spoken("A", one or other)


PAGES = [path.name for path in DOCS.glob("*.md")]


@pytest.mark.parametrize("page", PAGES)
def test_verbs_and_options_on_the_pages_exist(page: str) -> None:
    """Every line that begins with unplastic names a verb that there is, and options that it has."""
    from unplastic.cli.tree import verbs

    known = {each.words: {name for option in each.options for name in option.names} | {"--help"} for each in verbs()}
    for block in re.findall(r"```(?:console|sh|)\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            words = line.removeprefix("$ ").split("  #")[0].split()
            if not words or words[0] != "unplastic" or len(words) == 1:
                continue
            at = tuple(words[1:3]) if tuple(words[1:3]) in known else tuple(words[1:2])
            if at == ("--version",):
                continue
            assert at in known, f"{page}: {line}"
            for option in re.findall(
                r"(?<=\s)(--?[a-z][\w-]*)", re.sub(r'"[^"]*"', '""', line.split("  #")[0].split(" | ")[0])
            ):
                assert option in known[at], f"{page}: {line}: {option}"
