"""For mkdocs: pages that lie outside docs/ (benchmarks, the README) become part of the site, and links find them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
OUTSIDE = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
NAMES = {"README.md": "front.md"}  # README.md would take the place of index.md
FOLDERS = ("benchmark", "examples")
LINK = re.compile(r"(\]\()((?:\.\./)+)((?:benchmark|examples|src|tests)/[^)#\s]*|[A-Z]+\.md|Makefile|pyproject\.toml)")
PLAIN = re.compile(r"\[([^\]]*)\]\((?:\.\./)*(?:src|tests|examples)/[^)]*\)")
DOCS = re.compile(r"(\]\()docs/")


def on_files(files: Any, config: Any) -> Any:
    """Add what lies outside."""
    for path in [*(ROOT / name for name in OUTSIDE), *(ROOT / "benchmark").glob("*.md")]:
        name = path.relative_to(ROOT).as_posix()
        name = NAMES.get(name, name)
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links up and out of docs/ lead to the same page inside the site; links to code become plain words."""
    markdown = PLAIN.sub(r"\1", markdown)
    here = page.file.src_uri
    if here in {*OUTSIDE, *NAMES.values()} or here.startswith(FOLDERS):
        back = "../" * here.count("/")
        return re.sub(r"(\]\()(?:\.\./)?docs/", rf"\1{back}", markdown)
    depth = here.count("/")

    def inside(found: re.Match[str]) -> str:
        return f"{found[1]}{'../' * depth}{NAMES.get(found[3], found[3])}"

    return LINK.sub(inside, markdown)
