"""The house keeps its order: one direction of imports, and small files."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("config", "knowledge", "handlers", "bot")
LINES = 300
FUNCTION_LINES = 40


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources, to be spoiled."""
    for folder in OURS:
        leave = shutil.ignore_patterns("__pycache__", "content", "static", "templates")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def contracts_hold(folder: Path) -> bool:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=folder, capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("handlers/decide.py", "from flask import request"),
        ("handlers/desk.py", "import config.settings"),
        ("knowledge/entry.py", "import handlers.errors"),
        ("bot/web/health.py", "import sqlalchemy"),
        ("bot/tasks.py", "import wechatpy"),
        ("handlers/model.py", "import handlers.desk"),
    ],
)
def test_a_forbidden_import_breaks_a_contract(copy: Path, file: str, line: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    assert not contracts_hold(copy)


def test_the_contracts_hold_as_it_stands(copy: Path) -> None:
    assert contracts_hold(copy)


def sources() -> list[Path]:
    return [path for folder in (*OURS, "tests", "proofs") for path in (ROOT / folder).rglob("*.py")]


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert not {path: n for path, n in lengths.items() if n > LINES}


def test_no_function_is_longer_than_forty_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    assert not long
