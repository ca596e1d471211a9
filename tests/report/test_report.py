"""The report in its three forms: strict data, a plain table, one page that holds everything it shows."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from unplastic.finished import Finished
from unplastic.reading import Reading
from unplastic.report import (
    compared,
    compared_page,
    compared_table,
    finished_page,
    finished_table,
    measured,
    measured_page,
    measured_table,
    sheet,
)
from unplastic.report import finished as finished_document
from unplastic.report.words import number, verdict

CHROMIUM = which("chromium") or which("chromium-browser")


def printed(table: object, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True, legacy_windows=False)
    console.print(table)
    return console.file.getvalue()


def test_json_is_strict_even_where_numbers_are_not(finished: Finished) -> None:
    broken = Reading("texture_rms", "frame", float("nan"), "codes", float("-inf"), float("inf"))
    before = replace(finished.before, readings=(*finished.before.readings, broken))
    text = json.dumps(finished_document([replace(finished, before=before)]), allow_nan=False)
    reading = json.loads(text)["clips"][0]["before"]["readings"][-1]
    assert (reading["value"], reading["low"], reading["high"]) == (None, None, None)


def test_json_says_everything_once(finished: Finished) -> None:
    clip = finished_document([finished])["clips"][0]
    assert clip["outputs"]["master"] == str(Path("out/shot_finished.mov"))
    assert [g["ok"] for g in clip["guards"]] == [True, False, None]
    assert len(measured([finished.before, finished.after])["clips"]) == 2
    changes = {c["name"]: (c["a"], c["b"]) for c in compared(finished.before, finished.after)["changes"]}
    assert changes["edge_overshoot"] == (14.0, 4.8)
    assert "boil_share" not in changes


def test_tables_fit_80_columns_and_name_what_matters(finished: Finished) -> None:
    text = printed(finished_table(finished))
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in ("edge overshoot", "better", "halo BROKEN", "shot_finished.mov", "1 broken, 1 not checked"):
        assert words in text
    text = printed(measured_table(finished.before))
    assert "only one frame" in text
    assert "brand new reading" in text
    assert "shot_finished.mov" in printed(compared_table(finished.before, finished.after))


def test_verdicts_know_which_way_is_worse_and_what_is_noise() -> None:
    def of(name: str, a: float, b: float, half: float = 0.1) -> str:
        return verdict(*(Reading(name, "frame", v, "", v - half, v + half) for v in (a, b)))

    assert of("edge_overshoot", 14, 5) == "better"
    assert of("edge_overshoot", 5, 14) == "worse"
    assert of("locked_texture", 1, 2) == "better"
    assert of("grain_sigma", 1, 2) == "changed"
    assert of("edge_overshoot", 14, 13, half=3) == "same"
    assert verdict(Reading.missing("x", "frame", "", "dark"), None) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0, "0.000"), (0.1234, "0.123"), (1.234, "1.23"), (123.4, "123")]
)
def test_numbers_have_meaningful_digits(value: float | None, text: str) -> None:
    assert number(value) == text


class Links(HTMLParser):
    """Collects every address that a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for key, value in attrs if key in ("src", "href", "srcset", "poster", "data")]


def test_the_page_holds_everything_it_shows(finished: Finished) -> None:
    page = finished_page(finished)
    links = Links()
    links.feed(page)
    assert links.loads
    assert all(address.startswith("data:image/png;base64,") for address in links.loads)
    assert not re.search(r"url\(|@import|http", page)


def test_the_page_says_everything_and_escapes_it(finished: Finished) -> None:
    page = finished_page(finished)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34;.mp4" in page
    for words in ("62 of 100 (53 to 70)", "edge overshoot", "only one frame", "soften the halos", "the clip is HDR",
                  "16 %", "not checked", "the web file is 64x48", "frame 17", "generated material stays"):  # fmt: skip
        assert words in page
    assert "lut_path" not in page


def test_pages_of_measuring_and_comparing(finished: Finished) -> None:
    calm = replace(finished.before, file="calm.mp4", plasticity=replace(finished.before.plasticity, score=None))
    page = measured_page([calm, finished.after])
    assert page.index("shot_finished.mov") < page.index("calm.mp4")
    assert "not enough evidence" in page
    assert "What was done" not in page
    assert "edge profile" in compared_page(finished.before, finished.after)


def test_a_page_without_anything_to_show_still_stands(finished: Finished) -> None:
    bare = replace(finished.before, readings=(), findings=(), curves=(), places=())
    assert "</html>" in finished_page(replace(finished, before=bare, after=bare, crops=(), guards=(), notes=()))


def test_a_sheet_lays_pictures_side_by_side_untouched() -> None:
    a, b = np.full((50, 60, 3), 200, np.uint8), np.full((40, 30, 3), 90, np.uint8)
    canvas = np.asarray(Image.open(io.BytesIO(sheet([("before", a), ("after", b)]))))
    assert (canvas[12:62, 12:72] == 200).all()
    assert (canvas[12:52, 84:114] == 90).all()


@pytest.mark.root
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (root: apt-get install chromium)")
@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_the_page_works_in_a_browser(finished: Finished, tmp_path: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "page.html"
    path.write_text(finished_page(finished), encoding="utf-8")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(viewport={"width": width, "height": 900})
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: trouble.append(request.url) if request.url.startswith("http") else None)
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        slider, wipe = page.locator(".wipe input").first, page.locator(".wipe").first
        slider.focus()
        page.keyboard.press("End")
        assert wipe.evaluate("e => e.style.getPropertyValue('--at')") == "100%"
        page.get_by_role("button", name="after").first.click()
        assert wipe.evaluate("e => e.style.getPropertyValue('--at')") == "0%"
        image = page.locator(".wipe img").first
        ratio = page.evaluate("window.devicePixelRatio")
        assert image.evaluate("e => e.getBoundingClientRect().width") * ratio == pytest.approx(320)
        page.get_by_role("button", name="200 %").first.click()
        assert image.evaluate("e => e.getBoundingClientRect().width") * ratio == pytest.approx(640)
        assert page.pdf()[:4] == b"%PDF"
        assert trouble == []
        browser.close()
