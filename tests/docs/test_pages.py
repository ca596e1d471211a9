"""Docs that cannot go stale: pages are what the code writes, the site builds offline, and its links lead on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from unplastic import errors
from unplastic.cli.pages import pages, write

ROOT = Path(__file__).parent.parent.parent
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    path = ROOT / "docs" / "reference" / name
    assert path.is_file(), "make reference writes it"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"{name} is stale: make reference writes it again"


def test_nothing_else_lies_among_them() -> None:
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(PAGES)


def test_a_page_that_went_stale_is_written_again(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "errors.md").write_text("stale")
    assert [path.name for path in write(tmp_path)] == ["errors.md"]


def test_every_error_has_its_line_under_its_parent() -> None:
    text = PAGES["errors.md"]
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(re.findall(r"\*\*(\w+)\*\*", text)) == len(kinds)
    for kind in kinds:
        line = next(each for each in text.splitlines() if f"**{kind.__name__}**" in each)
        depth = len(kind.__mro__) - len(errors.UnplasticError.__mro__)
        assert line.startswith(" " * 4 * depth + "- "), kind


def test_pages_know_no_home_and_no_machine() -> None:
    for text in PAGES.values():
        assert str(Path.home()) not in text
        assert str(ROOT) not in text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in strict mode: a link or an anchor that leads nowhere fails it."""
    pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    target = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def test_the_site_is_whole(site: Path) -> None:
    for source in (ROOT / "docs").rglob("*.md"):
        assert (site / source.relative_to(ROOT / "docs").with_suffix(".html")).is_file(), source
    assert "Where to begin" in (site / "index.html").read_text()


def test_the_site_asks_nothing_of_the_network(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(https?://[^\"'> ]+)", page.read_text())
        assert not [each for each in found if "rel=" not in each], (page.name, found)


def test_every_link_of_the_site_leads_to_a_file(site: Path) -> None:
    for page in site.rglob("*.html"):
        if page.name == "404.html":
            continue
        for target in re.findall(r"href=[\"']([^\"'#?]+)", page.read_text()):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / target).exists(), f"{page.relative_to(site)} links to {target}"


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    """The check itself can fail."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# x\n\n[gone](gone.md) [far](#nowhere)\n")
    keep = re.sub(
        r"^(nav|hooks|extra_css|exclude_docs):.*?(?=^\S|\Z)", "", (ROOT / "mkdocs.yml").read_text(), flags=re.M | re.S
    )
    (tmp_path / "mkdocs.yml").write_text(keep)
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "gone.md" in done.stderr
    assert "nowhere" in done.stderr
