"""The projects under audit are what they are said to be."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.projects.builder import BLOB, BLOB_SIZE, HISTORY, PROJECTS, Planted, expected, make_hostile, make_repo

PLANTED = expected("churn_indebted")
DEBTS = {
    "GLU001", "GLU004", "ENT001", "ENT004", "ENT005", "ENT006", "ENT007", "ENT009", "ENT010", "ENT011", "MON001", "OPS001", "LKG001",
    "PIP001", "PIP002", "PIP003", "PIP004", "PIP005", "PIP006", "PIP007", "PIP008", "PIP009", "PIP010", "PIP011", "PIP012",
    "DAT001", "DAT002", "DAT003", "DAT004", "DAT005", "DAT006", "DAT008", "DAT010", "DAT011",
}  # fmt: skip


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(repository), *words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize("name", sorted(HISTORY))
def test_building_twice_gives_the_same_commits(name: str, tmp_path: Path) -> None:
    first, second = make_repo(name, tmp_path / "a"), make_repo(name, tmp_path / "b")
    commits = git(first, "rev-list", "HEAD").split()
    assert commits == git(second, "rev-list", "HEAD").split()
    assert 5 <= len(commits) <= 60
    assert git(first, "status", "--porcelain") == ""
    assert git(first, "diff", "--stat", "HEAD") == ""


def test_every_file_of_a_project_is_committed(tmp_path: Path) -> None:
    repository = make_repo("churn_paid_off", tmp_path)
    tracked = set(git(repository, "ls-files").splitlines())
    here = {
        str(p.relative_to(repository))
        for p in repository.rglob("*")
        if p.is_file() and ".git" not in p.relative_to(repository).parts
    }
    assert here == tracked


def test_the_blob_is_only_in_the_built_repository(tmp_path: Path) -> None:
    assert not (PROJECTS / "churn_indebted" / BLOB).exists()
    repository = make_repo("churn_indebted", tmp_path)
    assert int(git(repository, "cat-file", "-s", f"HEAD:{BLOB}")) == BLOB_SIZE
    assert "pkl" not in git(make_repo("churn_paid_off", tmp_path), "ls-files")


def test_every_debt_is_planted() -> None:
    assert {planted.rule for planted in PLANTED} >= DEBTS
    assert sum(planted.rule == "PIP001" for planted in PLANTED) > 1
    assert {planted.rule for planted in PLANTED if planted.absent} >= {"MON001", "OPS001"}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.rule}-{planted.path or 'component'}")
def test_a_debt_stands_where_it_is_said_to(planted: Planted) -> None:
    assert planted.why.endswith(".")
    spots = [planted.place, *planted.also] if planted.place else list(planted.also)
    for spot in spots:
        lines = (PROJECTS / "churn_indebted" / spot.path).read_text(encoding="utf-8").splitlines()
        assert spot.contains in lines[spot.line - 1], f"{spot.path}:{spot.line} reads {lines[spot.line - 1]!r}"
    if not spots and not planted.absent and not planted.generated:
        assert (PROJECTS / "churn_indebted" / planted.path).is_file()


@pytest.mark.parametrize("name", sorted(HISTORY))
def test_python_and_yaml_of_a_project_are_valid(name: str) -> None:
    programs = sorted((PROJECTS / name).rglob("*.py"))
    assert programs
    for path in programs:
        ast.parse(path.read_text(encoding="utf-8"), str(path))
    for path in sorted((PROJECTS / name).rglob("*.y*ml")):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["churn_indebted", "churn_paid_off"])
def test_imports_resolve_within_the_project(name: str) -> None:
    root = PROJECTS / name
    own = {"churn", "service", "scripts", "synthetic"}
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in own:
                home = root / node.module.replace(".", "/")
                names = [alias.name for alias in node.names]
                if home.is_dir():
                    assert all((home / f"{n}.py").exists() or (home / n).is_dir() for n in names), f"{path}: {names}"
                else:
                    assert home.with_suffix(".py").exists(), f"{path}: {node.module}"


def lock_entries() -> list[tuple[str, dict[str, Any]]]:
    lock = yaml.safe_load((PROJECTS / "churn_paid_off/dvc.lock").read_text(encoding="utf-8"))
    return [
        (name, entry)
        for name, stage in lock["stages"].items()
        for kind in ("deps", "outs")
        for entry in stage.get(kind, ())
    ]


def test_the_lock_of_the_paid_off_twin_is_of_its_files() -> None:
    checked = 0
    for stage, entry in lock_entries():
        path = PROJECTS / "churn_paid_off" / entry["path"]
        pointer = Path(f"{path}.dvc")
        if path.is_file():
            assert hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == entry["md5"], (
                f"{stage}: {entry['path']}"
            )
            checked += 1
        elif pointer.is_file():
            assert yaml.safe_load(pointer.read_text(encoding="utf-8"))["outs"][0]["md5"] == entry["md5"]
            checked += 1
    assert checked > 40


def test_the_lock_of_the_paid_off_twin_is_of_its_declaration() -> None:
    root = PROJECTS / "churn_paid_off"
    declared = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    locked = yaml.safe_load((root / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    assert declared.keys() == locked.keys()
    for name, stage in declared.items():
        assert stage["cmd"] == locked[name]["cmd"]
        assert sorted(stage["deps"]) == sorted(entry["path"] for entry in locked[name]["deps"])
        for key in stage.get("params", ()):
            section, _, leaf = key.partition(".")
            assert locked[name]["params"]["params.yaml"][key] == params[section][leaf]


def test_stages_of_the_paid_off_twin_depend_on_all_they_import() -> None:
    root = PROJECTS / "churn_paid_off"
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for name, stage in stages.items():
        program = stage["cmd"].split()[2].replace(".", "/") + ".py"
        needed, todo = set(), [program]
        while todo:
            path = todo.pop()
            if path not in needed:
                needed.add(path)
                todo += first_party(root, path)
        assert {dep for dep in stage["deps"] if dep.endswith(".py")} == needed, name


def first_party(root: Path, path: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "churn":
            home = node.module.replace(".", "/")
            found += (
                [f"{home}.py"]
                if (root / f"{home}.py").exists()
                else [f"{home}/{alias.name}.py" for alias in node.names]
            )
    return found


def test_the_hostile_folder_is_hostile(tmp_path: Path) -> None:
    hostile = make_hostile(tmp_path)
    names = os.listdir(hostile)  # noqa: PTH208 - names that are no UTF-8 are wanted as they are
    assert "<img src=x onerror=alert(1)>.py" in names
    assert (hostile / "setup.py").is_dir()
    assert (hostile / "secret.py").resolve() == (tmp_path / "outside" / "secret.py").resolve()
    assert (hostile / "unreadable.py").stat().st_mode & 0o777 == 0
    with pytest.raises(OSError, match=r"[Ss]ymbolic links"):
        (hostile / "self.py").read_bytes()
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load((hostile / "params.yaml").read_text(encoding="utf-8"))
    for name in ("python2.py", "nul.py", "template.py"):
        with pytest.raises((SyntaxError, ValueError)):
            ast.parse((hostile / name).read_bytes())
    assert not (tmp_path / "executed").exists()
