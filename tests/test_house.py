"""The rules of the house, as tests: sizes, names, imports, public names, and what `--help` may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

import unplastic
from unplastic.registry import members

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "core", "misc"}
HEAVY = {
    "av", "c2pa", "cv2", "dbos", "fastapi", "httpx", "jinja2", "jwt", "llvmlite", "mcp", "numba", "numpy",
    "opentimelineio", "PIL", "pydantic_ai", "PyOpenColorIO", "sqlalchemy", "starlette", "uvicorn",
}  # fmt: skip


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_sizes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE_LINES_MAX, (
        f"{path.name} has outgrown its cap: the design is telling us something"
    )
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, f"{path.name}:{node.lineno} {node.name} has {lines} lines"


def test_every_file_and_folder_says_what_it_holds() -> None:
    nameless = [path for path in (ROOT / "src").rglob("*") if path.stem in NAMELESS]
    assert not nameless


def test_import_rules_hold() -> None:
    done = tool("lint-imports")
    assert done.returncode == 0, done.stdout


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name(name), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_style() -> None:
    for verb in (["check"], ["format", "--check"]):
        done = tool("ruff", *verb, "src", "tests", "examples", "benchmark")
        assert done.returncode == 0, done.stdout


@pytest.mark.skipif(which("node") is None, reason="the type checker needs Node.js (root: apt-get install nodejs)")
def test_types() -> None:
    done = tool("pyright")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ["guards", "measure", "treat", "upscale"])
def test_members_of_a_room_are_strangers_to_each_other(room: str) -> None:
    modules = {kind.__module__ for kind in members(room, outside=False).values()}
    assert modules, f"{room} has no members"
    for module in modules:
        source = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
        imported = {
            node.module
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module
        }
        assert not imported & (modules - {module}), f"{module} imports a neighbour"


def test_public_names_are_what_they_say() -> None:
    for name in unplastic.__all__:
        assert getattr(unplastic, name) is not None
    assert callable(unplastic.measure)
    assert callable(unplastic.finish)


def test_public_verbs_survive_the_import_of_rooms_that_share_their_name() -> None:
    code = "import unplastic, unplastic.measure, unplastic.finish; assert callable(unplastic.measure)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["finish", "--help"],
        ["deliver", "--help"],
        ["prompt", "--help"],
        ["rehearse", "--help"],
        ["review", "--help"],
        ["mcp", "--help"],
        ["--version"],
    ],
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['unplastic', *{arguments!r}]\n"
        "from unplastic.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.strip("'[] ").split(".")[0] for name in done.stderr.split(",")}
    assert not loaded & HEAVY


def test_the_changelog_begins_with_the_version() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0].split()[1] == unplastic.__version__


def test_lock_files_name_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text
