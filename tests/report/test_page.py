"""The page: one file that holds everything it shows, escapes everything it says, and works in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from unplastic.finished import Finished
from unplastic.report import compared_page, finished_page, measured_page
from unplastic.report.words import label

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = which("chromium") or which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (root: apt-get install chromium)"
)


class Links(HTMLParser):
    """Collects every address that a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for key, value in attrs if key in ("src", "href", "srcset", "poster", "data")]


def pages(finished: Finished) -> list[str]:
    before, after = finished.before, finished.after
    return [
        finished_page(finished),
        measured_page([before]),
        measured_page([before, after]),
        compared_page(before, after),
    ]


def test_every_page_holds_everything_it_shows(finished: Finished) -> None:
    for page in pages(finished):
        links = Links()
        links.feed(page)
        assert all(address.startswith(("data:image/png;base64,", "#clip-")) for address in links.loads)
        assert not re.search(r"url\(|@import|https?:", page)
    assert links.loads == []
    links.feed(pages(finished)[0])
    assert len(links.loads) == 2
    assert len(pages(finished)[0]) < 3_000_000


def test_every_page_escapes_every_name(finished: Finished) -> None:
    for page in pages(finished):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_hostile_text_stays_text_wherever_it_stands(finished: Finished) -> None:
    evil = "</style><img src=x onerror=alert(1)>"
    curve = replace(finished.before.curves[0], name=evil, x_unit=evil)
    before = replace(finished.before, curves=(curve,))
    page = finished_page(replace(finished, before=before, notes=(evil,), recipe={"look": evil, "left_out": []}))
    assert "<img src=x" not in page
    assert page.count("</style>") == 1


def test_a_finish_says_everything(finished: Finished) -> None:
    page = finished_page(finished)
    for words in ("Plasticity 62 → 31 of 100", "Soften applied.", "Look again at: halo.", "62 of 100 (53 to 70)",
                  "edge overshoot", "only one frame", "soften the halos", "the clip is HDR", "16 %", "not checked",
                  "the web file is 64x48", "frame 17", "AI-generated material", "edges overshoot", "not needed",
                  "unplastic finish", "--look fine-35mm --strength 1.0 --seed 7", "furlongs"):  # fmt: skip
        assert words in page
    assert all(label(reading) in page for reading in finished.before.readings)
    assert "lut_path" not in page


def test_a_score_inside_its_own_error_is_no_success(finished: Finished) -> None:
    after = replace(finished.after, plasticity=finished.before.plasticity)
    assert "within the error of measurement" in finished_page(replace(finished, after=after))
    blind = replace(after, plasticity=replace(after.plasticity, score=None, low=None, high=None))
    assert "Plasticity: no verdict" in finished_page(replace(finished, after=blind))


def test_many_clips_are_listed_with_the_worst_first(finished: Finished) -> None:
    unknown = replace(finished.before.plasticity, score=None, low=None, high=None)
    calm = replace(finished.before, file="calm.mp4", plasticity=unknown)
    page = measured_page([calm, finished.after, replace(finished.before, file="worst.mp4")])
    assert page.index("worst.mp4") < page.index("shot_finished.mov") < page.index("calm.mp4")
    assert page.count('id="clip-') == 3
    assert "not enough evidence" in page
    assert "What was done" not in page


def test_comparing_names_both_and_draws_both(finished: Finished) -> None:
    page = compared_page(finished.before, finished.after)
    assert "shot_finished.mov" in page
    assert page.count("soften the halos") == 2
    assert page.count('<polyline class="before"') == page.count('<polyline class="after"') == 2


def test_a_page_without_anything_to_show_still_stands(finished: Finished) -> None:
    bare = replace(finished.before, readings=(), findings=(), curves=(), places=())
    empty = replace(
        finished, before=bare, after=bare, crops=(), guards=(), notes=(), outputs={}, findings=(), recipe={}
    )
    assert "</html>" in finished_page(empty)
    assert "</html>" in measured_page([])


@contextmanager
def opened(html: str, folder: Path, *, width: int, density: float = 1.0) -> Iterator[Page]:
    """The page in Chromium; afterwards: no error was logged and nothing was asked of the network."""
    from playwright.sync_api import sync_playwright

    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    trouble: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900}, device_scale_factor=density)
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: trouble.append(request.url) if request.url.startswith("http") else None)
        page.goto(path.as_uri())
        yield page
        browser.close()
    assert trouble == []


@needs_chromium
@pytest.mark.root
@pytest.mark.parametrize(("width", "density"), [(360, 3.0), (1280, 1.0), (2560, 1.5)])
def test_the_page_works_in_a_browser(finished: Finished, tmp_path: Path, width: int, density: float) -> None:
    with opened(finished_page(finished), tmp_path, width=width, density=density) as page:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate("[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)")
        slider, stage = page.locator(".stage input").first, page.locator(".stage").first

        def at() -> str:
            return stage.evaluate("e => e.style.getPropertyValue('--at')")

        slider.focus()
        page.keyboard.press("End")
        assert at() == "100%"
        page.keyboard.press("Space")
        assert at() == "0%"
        page.keyboard.press("ArrowRight")
        assert at() == "1%"
        box = stage.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20)
        page.mouse.up()
        assert float(at().rstrip("%")) == pytest.approx(75, abs=1)
        page.get_by_role("button", name="before").first.click()
        assert at() == "100%"


@needs_chromium
@pytest.mark.root
@pytest.mark.parametrize("density", [1.0, 1.5, 2.0])
def test_one_picture_pixel_is_one_screen_pixel(finished: Finished, tmp_path: Path, density: float) -> None:
    with opened(finished_page(finished), tmp_path, width=1111, density=density) as page:
        image = page.locator(".stage img").first
        box = image.evaluate("e => { const b = e.getBoundingClientRect(); return [b.width, b.left, b.top] }")
        width, left, top = (length * density for length in box)
        assert width == pytest.approx(320, abs=0.05)
        assert left == pytest.approx(round(left), abs=0.05)
        assert top == pytest.approx(round(top), abs=0.05)
        page.get_by_role("button", name="200 %").first.click()
        assert image.evaluate("e => e.getBoundingClientRect().width") * density == pytest.approx(640, abs=0.05)


@needs_chromium
@pytest.mark.root
def test_every_page_prints_and_logs_nothing(finished: Finished, tmp_path: Path) -> None:
    for html in pages(finished):
        with opened(html, tmp_path, width=1280) as page:
            assert page.pdf()[:4] == b"%PDF"
