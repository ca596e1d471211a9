"""Documentation that can fail: what the pages name exists, and their examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unplastic.cli.app import app
from unplastic.looks import look, look_files
from unplastic.media import MASTERS
from unplastic.parameter import parameters
from unplastic.registry import members

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]


def test_the_readme_names_every_look_and_master() -> None:
    for name in [*look_files(), *MASTERS]:
        assert f"`{name}`" in README, name


def test_the_readme_uses_verbs_that_exist() -> None:
    verbs = {(command.callback.__name__ if command.callback else "") for command in app.registered_commands}
    named = set(re.findall(r"unplastic (finish|measure|compare|looks|doctor|watch|plan|run)\b", README))
    assert {"finish", "measure"} <= named <= verbs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_look_in_the_docs_is_a_look(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "looks.md").read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "night-exterior.toml"
    path.write_text(example, encoding="utf-8")
    assert look(str(path)).name == "night-exterior"


@pytest.mark.parametrize("kind", members("treat", outside=False).values(), ids=lambda kind: kind.name)
def test_every_parameter_is_explained(kind: type) -> None:
    for each in parameters(kind):
        assert len(each.meaning) > 10, each.name


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_decisions_say_what_would_change_our_mind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for part in ("**Context.**", "**Choice.**", "**What would change our mind.**"):
        assert part in text
