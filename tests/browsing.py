"""The page in Chromium: opened by its one-time address, asked without eval, which its policy forbids."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest

from reviewing import BITS, BLOCK_PX, Filmed
from unplastic.review.room import Room
from unplastic.review.serve import Listening, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = which("chromium") or which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"]  # fmt: skip
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (root: apt-get install chromium)"
)
PICTURES = Path(__file__).parents[1] / "build" / "review"
CODE = f"""() => {{
  const {{ stage }} = window.player;
  const read = (side) => {{
    const [x, y] = stage.origin(stage.pane(side));
    const scale = stage.scale;
    let code = 0;
    for (let bit = 0; bit < {BITS}; bit += 1) {{
      const [column, row] = [x + (bit + 0.5) * {BLOCK_PX} * scale, y + {BLOCK_PX} / 2 * scale].map(Math.round);
      const at = stage.context.getImageData(column, row, 1, 1).data;
      if (at[1] > 128) code += 1 << bit;
    }}
    return code;
  }};
  return stage.mode === "side" ? [read(0), read(1)] : [read(0)];
}}"""
"""The numbers that the pixels on the stage carry, of both sides where there are two."""


@dataclass
class Window:
    """A browser's page on a served film; ``trouble`` is all that it complained of."""

    page: Page
    base: str
    trouble: list[str] = field(default_factory=list)

    def ask(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def until(self, script: str, seconds: float = 30.0) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.ask(f"!!({script})")
            if found:
                return found
            self.page.wait_for_timeout(25)
        raise AssertionError(f"it never came true: {script}; {self.trouble}; {self.page.inner_text('body')[:600]}")

    def open_take(self, take: str) -> None:
        from urllib.parse import quote

        self.page.goto(f"{self.base}/#/take/{quote(take, safe='')}")
        self.until(f"window.player?.id === {take!r} && window.player.shownFrame !== undefined")

    def picture(self, name: str) -> None:
        """A screenshot, kept as build output."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def code(self) -> list[int]:
        return self.ask(CODE)


@contextmanager
def serving(film: Filmed, *, port: int | None = None, works: bool = False) -> Iterator[tuple[str, Room]]:
    """The film's page: the address that opens it once, and the room."""
    said: list[str] = []
    at = Listening(port=port or free_port())
    with served(film.project, film.desk, at, said.append, works=works, warm=False) as room:
        yield re.search(r"open (\S+)", said[0])[1], room  # type: ignore[index]


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1280, height: int = 800, scheme: Any = "dark", init: str = "",
    quiet: bool = False, density: float = 1.0,
) -> Iterator[Window]:  # fmt: skip
    """A new browser of somebody's, on the page; afterwards nothing may have gone wrong unless ``quiet``."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        device_scale_factor=density,
        accept_downloads=True,
    )
    page = context.new_page()
    window = Window(page, address.partition("/enter")[0])
    page.on("console", lambda message: window.trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: window.trouble.append(str(error)))
    page.on(
        "request",
        lambda asked: window.trouble.append(asked.url) if not asked.url.startswith((window.base, "blob:")) else None,
    )
    if init:
        page.add_init_script(init)
    page.goto(address)
    page.wait_for_selector(".card, .empty")
    yield window
    context.close()
    assert quiet or window.trouble == []


def free_port() -> int:
    import socket

    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def axe() -> str:
    """The accessibility checker's source; skips visibly where it was not installed."""
    path = Path(__file__).parent / "review" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed (cd tests/review && npm ci)")
    return path.read_text(encoding="utf-8")
