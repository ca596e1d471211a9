"""The page in a real browser: which frame is shown is proved by its pixels, everything else by what the books say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from browsing import CHROMIUM, CODE, FLAGS, axe, needs_chromium, opened, serving
from reviewing import Filmed, write_numbered
from unplastic.pipeline.take import Status, Take

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [needs_chromium, pytest.mark.root]
TAKE, OTHER = "kitchen/sh010/tk01", "kitchen/sh010/tk02"
NO_CODECS = "delete window.VideoDecoder"
WATCH = """(ms) => new Promise((done) => {
  const read = CODE;
  const seen = [];
  const end = performance.now() + ms;
  const look = () => {
    const { transport } = window.player;
    if (transport.isPlaying) seen.push([transport.frame, ...read()]);
    if (performance.now() < end) requestAnimationFrame(look); else done(seen);
  };
  requestAnimationFrame(look);
})""".replace("CODE", CODE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.mark.parametrize("init", ["", NO_CODECS], ids=["decoder", "video element"])
def test_the_frame_that_is_asked_for_is_the_frame_that_is_shown(film: Filmed, browser: Browser, init: str) -> None:
    with serving(film) as (address, _), opened(browser, address, init=init) as window:
        window.open_take(TAKE)
        assert window.ask("window.player.transport.main.constructor.name") == ("VideoReel" if init else "CodecReel")
        window.page.keyboard.press("s")
        window.page.keyboard.press("z")
        for frame in (0, 1, 2, 11, 12, 13, 37, 58, 59):
            window.ask(f"window.player.transport.seek({frame})")
            window.until(f"window.player.shownFrame === {frame}")
            assert window.code() == [frame, frame]
        for key, frame in (
            ("ArrowLeft", 58),
            ("ArrowLeft", 57),
            ("ArrowRight", 58),
            ("Shift+ArrowLeft", 48),
            ("Home", 0),
        ):
            window.page.keyboard.press(key)
            window.until(f"window.player.shownFrame === {frame}")
            assert window.code() == [frame, frame]


def test_two_pictures_play_in_step_and_none_is_left_out(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        window.page.keyboard.press("s")
        window.page.keyboard.press("Space")
        seen = window.ask(WATCH, 3500)
        assert len(seen) > 20
        assert all(number == left == right for number, left, right in seen)
        shown = [number for i, (number, *_) in enumerate(seen) if i == 0 or number != seen[i - 1][0]]
        steps = {b - a for a, b in pairwise(shown)}
        assert steps <= {1, -59}
        window.page.keyboard.press("k")
        window.page.keyboard.press("j")
        back = [number for number, left, right in window.ask(WATCH, 900) if number == left == right]
        assert back
        assert back[-1] < back[0] or 0 in back


def test_a_frame_of_another_take_lies_beside_it(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        window.page.select_option("select[aria-label='compare with']", f"{OTHER}|finished")
        window.page.keyboard.press("s")
        window.until("window.player.transport.reels[1]?.file && window.player.stage.mode === 'side'")
        window.until(f"window.player.sides[1].take === {OTHER!r} && window.player.transport.reels.length === 2")
        window.page.wait_for_timeout(300)
        window.page.keyboard.press("ArrowRight")
        window.until("window.player.shownFrame === 1")
        assert window.code() == [1, 1]


def test_a_wipe_shows_each_on_its_side(film: Filmed, browser: Browser) -> None:
    pixels = """() => { const { canvas, context } = window.player.stage;
      return [...context.getImageData(0, canvas.height / 2, canvas.width, 1).data].filter((_, i) => i % 4 === 1); }"""
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        window.ask("window.player.stage.setZoom(2)")
        finished = window.ask(pixels)
        window.page.keyboard.press("a")
        raw = window.ask(pixels)
        window.page.keyboard.press("d")
        wiped, cut = window.ask(pixels), len(raw) // 2
        assert finished != raw
        assert wiped[: cut - 3] == finished[: cut - 3]
        assert wiped[cut + 3 :] == raw[cut + 3 :]
        box = window.page.locator(".picture").bounding_box()
        assert box
        window.page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
        cut = round(len(raw) * 0.3)
        assert window.ask(pixels)[cut + 4 :] == raw[cut + 4 :]
        assert window.ask(pixels)[: cut - 4] == finished[: cut - 4]


def test_one_pixel_is_one_pixel(film: Filmed, browser: Browser) -> None:
    """At 1:1 the canvas holds the decoded picture, code for code, and says so; fitted it says that it is not."""
    script = """async () => { const { stage, transport } = window.player;
      const whole = new OffscreenCanvas(stage.size[0], stage.size[1]);
      whole.getContext("2d").drawImage(transport.main.get(transport.frame), 0, 0);
      const [x, y] = stage.origin(stage.pane(0));
      const a = stage.context.getImageData(x, y, 320, 240).data;
      const b = whole.getContext("2d").getImageData(0, 0, 320, 240).data;
      return a.every((value, i) => value === b[i]); }"""
    for density in (1.0, 1.5):
        with serving(film) as (address, _), opened(browser, address, density=density) as window:
            window.open_take(TAKE)
            assert "Not pixel for pixel" in window.page.inner_text(".banner")
            window.page.keyboard.press("z")
            assert window.page.inner_text(".banner") == "1:1"
            assert window.ask(script)


def test_keys_alone_lead_from_the_sheet_to_a_verdict(film: Filmed, browser: Browser) -> None:
    tables = film.desk.tables
    with serving(film) as (address, _), opened(browser, address) as window:
        press = window.page.keyboard.press
        press("ArrowRight")
        press("Enter")
        window.until(f"window.player?.id === {TAKE!r} && window.player.shownFrame === 0")
        assert window.page.locator("button.approve").is_disabled()
        press("1")
        window.page.wait_for_selector(".toast.bad")
        assert tables.take(film.project.id, TAKE).status is Status.REVIEW
        press("w")
        window.until("window.player.take.unseen.length === 0", 40)
        assert window.ask("window.player.stage.scale") == 1
        window.picture("gate_open")
        press("k")
        press("1")
        window.until("window.player.take.status === 'approved'")
        assert tables.take(film.project.id, TAKE).status is Status.APPROVED
        press("u")
        window.until("window.player.take.status === 'review'")
        press("3")
        window.page.wait_for_selector("dialog textarea")
        window.page.keyboard.type("boiling hair")
        press("Enter")
        window.until("window.player.take.status === 'rejected'")
        press("ArrowDown")
        window.until(f"window.player?.id === {OTHER!r}")
        press("Escape")
        window.page.wait_for_selector(".card.rejected")
        press("?")
        window.page.wait_for_selector("dialog.help[open]")
        window.trouble.clear()  # the refusal of the shut gate is an answer of 409, which the console calls an error
    said = tables.verdicts(film.project.id)
    assert [(each.kind, each.reason) for each in said] == [("approve", ""), ("undo", ""), ("reject", "boiling hair")]
    assert all(each.who and each.when_s for each in said)


def test_what_was_seen_elsewhere_is_said_in_words(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        window.page.click("text=seen elsewhere")
        window.page.wait_for_selector("dialog textarea")
        window.page.keyboard.type("on the grading monitor")
        window.page.keyboard.press("Enter")
        window.until("window.player.take.status === 'approved'")
        assert "seen on the grading monitor" in window.page.inner_text(".history")
    said = film.desk.tables.verdicts(film.project.id)
    assert [(each.kind, each.seen) for each in said] == [("approve", "on the grading monitor")]


def test_a_small_picture_opens_no_gate(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        window.page.keyboard.press("Space")
        window.ask(WATCH, 3200)
        assert window.ask("window.player.take.unseen.length") == 1
        window.ask("window.player.setOverlay('skin')")  # before it is at 1:1, while it plays: no frame is seen bare
        window.page.keyboard.press("z")
        window.ask(WATCH, 600)
        with film.desk.database.transaction() as books:
            assert books.rows("select * from sight") == []


def test_what_a_measure_sees_is_laid_over_the_frame(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        plain = window.code()
        for kind in ("flicker", "texture", "edges", "skin", "light"):
            window.page.select_option("select[aria-label=overlay]", kind)
            window.until("document.querySelector('.legend').dataset.frame === '0' && window.player.stage.overlay", 60)
            assert window.page.inner_text(".legend")
            assert window.code() == plain
        window.page.focus("select[aria-label=overlay]")  # a list that has the focus takes no key that it does not need
        window.page.keyboard.press("v")
        for name in ("waveform", "vectorscope", "histogram"):
            scope = window.page.locator(f"canvas[aria-label={name}]")
            assert scope.is_visible()
            inked = """(canvas) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return data.filter((value, i) => i % 4 === 1 && value > 60).length; }"""
            window.page.wait_for_timeout(150)
            assert scope.evaluate(inked) > 20


def test_a_still_shows_the_wish_and_a_finish_carries_it(film: Filmed, browser: Browser) -> None:
    grab = """() => { const { stage } = window.player; const [x, y, w, h] = stage.origin(stage.pane(0));
      return [...stage.context.getImageData(x + w / 4, y + h / 2, 160, 40).data].filter((_, i) => i % 4 === 1); }"""
    drag = """([name, value]) => { const range = document.querySelector(`.tune input[aria-label="${name}"]`);
      range.value = value; range.dispatchEvent(new Event("input")); window.player.stage.preview = null; }"""
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(TAKE)
        window.page.keyboard.press("z")
        window.page.keyboard.press("t")
        window.until("window.player.stage.preview", 60)
        spread = {}
        for grain in (0, 6.4):
            window.ask(drag, ["grain", grain])
            window.until("window.player.stage.preview", 60)
            found = window.ask(grab)
            mean = sum(found) / len(found)
            spread[grain] = sum((value - mean) ** 2 for value in found) / len(found)
        assert spread[6.4] > spread[0] + 9.0
        window.picture("tune")
        window.page.click("text=Finish it so")
        window.until("window.player.take.status === 'making'")
    take = film.desk.tables.take(film.project.id, TAKE)
    assert take.facts["wish"]["pins"] == {"grain": {"sigma_codes8": 6.4}}


def test_two_people_one_take_no_lost_verdict(film: Filmed, browser: Browser) -> None:
    told: list[str] = []
    with serving(film) as (address, room):
        room.door.say = told.append
        with (
            opened(browser, address) as first,
            opened(browser, f"{address.partition('?')[0]}?token={told[0]}", quiet=True) as second,
        ):
            for window in (first, second):
                window.open_take(TAKE)
            second.ask("window.player.reload = async () => {}")  # it has not heard yet
            first.page.keyboard.press("2")
            first.page.wait_for_selector("dialog textarea")
            first.page.keyboard.type("soften the rim")
            first.page.keyboard.press("Enter")
            first.until("window.player.take.status === 'fix'")
            second.page.keyboard.press("3")
            second.page.wait_for_selector("dialog textarea")
            second.page.keyboard.type("too dark")
            second.page.keyboard.press("Enter")
            assert "changed while you looked" in second.page.inner_text(".toast.bad")
            second.page.keyboard.press("3")
            assert second.page.input_value("dialog textarea") == "too dark"
    said = film.desk.tables.verdicts(film.project.id)
    assert [(each.kind, each.reason) for each in said] == [("fix", "soften the rim")]


def test_a_note_written_while_the_server_is_away_arrives(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _):
        port = int(address.partition("://")[2].partition("/")[0].rpartition(":")[2])
        opening = opened(browser, address, quiet=True)
        window = opening.__enter__()
        window.open_take(TAKE)
        window.ask("window.player.transport.seek(7)")
        window.until("window.player.shownFrame === 7")
    window.until("!document.getElementById('line').hidden")
    window.page.keyboard.press("n")
    window.page.wait_for_selector("dialog textarea")
    window.page.keyboard.type("the rim shimmers")
    window.page.keyboard.press("Enter")
    window.page.wait_for_timeout(800)
    with serving(film, port=port) as (_, room):
        window.until("window.player.take.remarks.length === 1", 40)
        window.until("document.getElementById('line').hidden")
        assert [(each.frame, each.text) for each in room.notes.notes(film.project.id)] == [(7, "the rim shimmers")]
        window.page.click("text=take back")
        window.until("window.player.take.remarks.length === 0")
        window.page.click("text=Put it there again")
        window.until("window.player.take.remarks.length === 1")
        opening.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("frames", "width", "height"), [(1, 320, 240), (1, 7680, 4320), (14, 320, 568)], ids=["one frame", "8K", "upright"]
)
def test_odd_clips_are_shown(
    film: Filmed, browser: Browser, tmp_path: Path, frames: int, width: int, height: int
) -> None:
    take = film.as_it_is(write_numbered(tmp_path / "odd.mp4", frames, width=width, height=height), "sh020")
    with serving(film) as (address, _), opened(browser, address) as window:
        window.open_take(take.id)
        window.page.keyboard.press("Shift+ArrowRight")
        last = min(10, frames - 1)
        window.until(f"window.player.shownFrame === {last}", 60)
        window.page.keyboard.press("z")
        window.ask("window.player.stage.setZoom(1, [0, 0])")
        assert window.code() == [last]
        window.page.keyboard.press("w")
        window.until("window.player.take.unseen.length === 0", 60)
        assert window.ask("document.querySelector('[title=\"sound (M)\"]').disabled")


def test_a_take_without_copies_says_so_and_has_them_made(film: Filmed, browser: Browser) -> None:
    tables = film.desk.tables
    take = tables.take(film.project.id, TAKE)
    tables.change(take, facts={"copies_of": "another finish"}, now_s=3.0)
    with serving(film) as (address, _), opened(browser, address) as window:
        window.page.goto(f"{window.base}/#/take/kitchen%2Fsh010%2Ftk01")
        window.page.wait_for_selector(".banner.loud")
        assert "not there" in window.page.inner_text(".banner")
        assert window.page.locator("button.approve").is_disabled()
        window.page.click("text=Make them")
        window.page.wait_for_selector(".toast")
    waiting = [
        each for each in tables.jobs(film.project.id) if each.agent == "Projectionist" and not each.doing.is_over
    ]
    assert len(waiting) == 1
    film.work(waiting)
    assert tables.take(film.project.id, TAKE).facts["copies_of"] == take.facts["finished"]


def test_a_take_that_is_gone_is_said_to_be(film: Filmed, browser: Browser) -> None:
    with serving(film) as (address, _), opened(browser, address, quiet=True) as window:
        window.open_take(OTHER)
        with film.desk.database.transaction() as books:
            books.run("delete from take where id = :id", id=OTHER)
        window.until("document.querySelector('.banner').textContent.includes('not there any more')")


def test_five_hundred_shots_ask_little(film: Filmed, browser: Browser) -> None:
    """Two answers make the sheet, and only pictures near the window are fetched; figures are in benchmark/review.md."""
    still = film.desk.tables.take(film.project.id, TAKE).facts["still"]
    for number in range(500):
        facts = {"still": still, "frames": 120, "fps": 24.0, "after": {"score": number % 100}, "left": [{"text": "x"}]}
        film.desk.tables.add_take(
            Take(
                film.project.id,
                "",
                f"sc{number // 25:02d}",
                f"sh{number:04d}",
                0,
                "filed",
                Status.REVIEW,
                facts,
                created_s=1e10,
            )
        )
    with serving(film) as (address, _), opened(browser, address) as window:
        window.until("document.querySelectorAll('.card').length === 503")
        entries = window.ask("performance.getEntriesByType('resource').map((each) => each.name)")
        assert sum("/api/film" in name for name in entries) == 1
        assert sum("/api/" in name for name in entries) <= 3
        assert window.ask("document.querySelectorAll('*').length") < 503 * 16
        loaded = window.ask("[...document.querySelectorAll('.card img')].filter((each) => each.complete).length")
        assert loaded < 250
        window.page.keyboard.press("End")
        assert window.ask("document.activeElement.dataset.take") == "sc19/sh0499/tk01"
        before = window.ask("window.kept = document.querySelector('.card')") is not None
        film.desk.tables.change(film.desk.tables.take(film.project.id, OTHER), note="x", now_s=9.0)
        window.until(
            "performance.getEntriesByType('resource').filter((each) => each.name.endsWith('/api/film')).length === 2"
        )
        assert before
        window.until("document.contains(window.kept)")  # what did not change was not built again


def test_views_look_as_they_should_and_read_aloud(film: Filmed, browser: Browser) -> None:
    """Screenshots for people to look at; the checker finds nothing, in either theme."""
    source = axe()
    check = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
      .map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 160))])"""
    with serving(film) as (address, room):
        told: list[str] = [room.door.token()]
        room.door.say = told.append
        for scheme in ("dark", "light"):
            for width, height in ((1280, 800), (3840, 2160)):
                enter = f"{address.partition('?')[0]}?token={told[-1]}"
                with opened(browser, enter, width=width, height=height, scheme=scheme) as window:
                    for view, path in (("sheet", ""), ("film", "film"), ("scene", "scene/kitchen"), ("take", None)):
                        if path is None:
                            window.open_take(TAKE)
                            window.page.keyboard.press("v")
                            window.page.keyboard.press("s")
                        else:
                            window.page.goto(f"{window.base}/#/{path}")
                            window.until(f"document.getElementById('main').dataset.ready === {view!r}")
                        window.page.wait_for_timeout(250)
                        window.picture(f"{view}_{scheme}_{width}")
                        assert window.ask("document.documentElement.scrollWidth <= window.innerWidth")
                        if width == 1280:
                            window.ask(source)
                            assert window.ask(check) == []
