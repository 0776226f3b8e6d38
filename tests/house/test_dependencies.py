"""What is installed with the package is what it imports."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {"pyyaml": "yaml"}


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The roots of all that the package imports, wherever in a file."""
    found: set[str] = set()
    for path in (ROOT / "auditor").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("dependency", PROJECT["dependencies"])
def test_each_dependency_is_imported(dependency: str, imported: set[str]) -> None:
    name = dependency.partition(">")[0]
    assert IMPORTED_AS.get(name, name.replace("-", "_")) in imported
