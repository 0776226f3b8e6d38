"""Builds the projects under tests/projects as git repositories, and a folder that means harm."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

PROJECTS = Path(__file__).parent
BLOB = "models/churn_v1.pkl"
BLOB_SIZE = 6_000_000
"""Bytes; above the 5 MB from which a file in git counts as a data blob."""

_FIRST_DAY = datetime(2023, 2, 6, 9, 30, tzinfo=UTC)
_AUTHORS = ("Ines Duarte <ines@haldenmobile.example>", "Jorge Pinto <jorge@haldenmobile.example>")
_LEFTOVERS = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".ruff_cache", "debt-report.*")


class Spot(NamedTuple):
    """A line of a project, and text that stands on it."""

    path: str
    line: int
    contains: str


class Planted(NamedTuple):
    """A debt that a project is known to hold.

    `place` is where the rule should point; a place of `also` will do as well, since a cycle or a file edge has several
    ends. Without a place the debt is that something is absent, or belongs to the component as a whole. A `generated` debt
    exists only in the result of `make_repo`.
    """

    rule: str
    place: Spot | None
    also: tuple[Spot, ...]
    path: str
    absent: bool
    generated: bool
    why: str


class Commit(NamedTuple):
    """One commit of a project's history: days since the first, author, message, and the paths it brings."""

    day: int
    author: int
    message: str
    paths: tuple[str, ...]


HISTORY: dict[str, tuple[Commit, ...]] = {
    "churn_indebted": (
        Commit(0, 0, "First version", (".gitignore", "churn/__init__.py", "requirements.txt")),
        Commit(3, 0, "Shared settings and storage", ("churn/core.py", "params.yaml")),
        Commit(10, 0, "Keep the first model for comparison", (BLOB,)),
        Commit(24, 1, "Fetch extracts, clean customers", ("churn/cleaning.py", "churn/periods.py", "churn/tariffs.py", "scripts/ingest.py", "scripts/clean.py", "data/raw", "data/reference/tariffs.csv")),
        Commit(45, 1, "Monthly usage", ("scripts/merge_usage.py",)),
        Commit(66, 0, "Features, segments and scores", ("churn/features.py", "churn/regions.py", "churn/segments.py", "churn/scoring.py")),
        Commit(94, 0, "Feature table and training", ("scripts/build_features.py", "scripts/train.py", "dvc.yaml", "dvc.lock", ".dvc")),
        Commit(130, 1, "Nightly scores for the retention desk", ("scripts/score_batch.py", "churn/crm.py", "churn/offers.py", ".github/workflows/score.yml")),
        Commit(171, 0, "Service for the shops", ("service", "Dockerfile", ".github/workflows/deploy.yml")),
        Commit(205, 1, "Monthly report", ("churn/evaluation.py", "churn/explain.py", "churn/labels.py", "churn/reporting.py", "scripts/retention_report.py")),
        Commit(260, 1, "Refresh everything with one command", ("run_all.py", "scripts/backfill.sh", "Makefile")),
        Commit(280, 1, "Call sheets for the desk, and which offers are taken", ("desk", "scripts/train_offers.py", "data/reference/accepted_offers.csv")),
        Commit(301, 0, "Tests and lint", ("tests", "pyproject.toml", ".github/workflows/ci.yml")),
        Commit(330, 1, "Autumn campaign", ("campaign",)),
    ),
    "churn_paid_off": (
        Commit(0, 0, "First version", (".gitignore", "churn/__init__.py", "churn/columns.py", "requirements.in", "requirements.txt")),
        Commit(4, 1, "Pin the extracts with DVC", (".dvc", ".dvcignore", "data/raw", "DATA_CARD.md")),
        Commit(15, 0, "Schemas and cleaning", ("churn/schemas.py", "churn/cleaning.py", "churn/months.py")),
        Commit(30, 0, "One feature module for training and service", ("churn/features.py", "tests/test_features.py", "tests/synthetic.py")),
        Commit(52, 1, "Split by month", ("churn/splitting.py", "churn/settings.py", "params.yaml")),
        Commit(80, 0, "Model and figures", ("churn/modelling.py", "churn/evaluation.py", "churn/bundle.py", "churn/lineage.py")),
        Commit(110, 0, "Drift reference", ("churn/drift.py",)),
        Commit(141, 1, "Gate and registry", ("churn/gate.py", "churn/registry.py", "registry")),
        Commit(150, 1, "Every step in dvc.yaml", ("churn/stages", "dvc.yaml", "dvc.lock", "reports", "data/feedback")),
        Commit(180, 0, "Service with logged answers", ("service", "Dockerfile", "tests/test_parity.py")),
        Commit(214, 1, "Retrain, score and watch by themselves", (".github", "deploy", "Makefile")),
        Commit(240, 0, "Tests of the whole pipeline and of behaviour", ("tests", "pyproject.toml", "requirements-dev.txt")),
        Commit(250, 0, "Model card", ("MODEL_CARD.md", "notebooks")),
    ),
    "paper_code": (
        Commit(0, 0, "Code of the paper", ("train.py",)),
        Commit(1, 0, "Pin what it ran with", ("requirements.txt",)),
        Commit(9, 0, "Licence", ("LICENSE",)),
        Commit(30, 1, "Leave data and runs out", (".gitignore",)),
    ),
    "pure_library": (
        Commit(0, 0, "Edges and bands", ("src", "pyproject.toml", ".gitignore", "LICENSE")),
        Commit(20, 1, "Tests", ("tests",)),
        Commit(41, 0, "Documentation", ("docs", "mkdocs.yml")),
        Commit(77, 1, "Test and publish by workflow", (".github",)),
        Commit(90, 0, "Changelog", ("CHANGELOG.md",)),
    ),
}  # fmt: skip


def expected(name: str) -> tuple[Planted, ...]:
    """The debts planted in a project, from the file beside its folder."""
    content = tomllib.loads((PROJECTS / f"{name}.expected.toml").read_text(encoding="utf-8"))
    return tuple(_planted(entry) for entry in content["debt"])


def _planted(entry: dict[str, object]) -> Planted:
    others = entry.get("also", [])
    assert isinstance(others, list)
    return Planted(
        rule=str(entry["rule"]),
        place=_spot(entry) if "line" in entry else None,
        also=tuple(_spot(other) for other in others),
        path=str(entry.get("path", "")),
        absent=bool(entry.get("absent", False)),
        generated=bool(entry.get("generated", False)),
        why=str(entry["why"]),
    )


def _spot(entry: dict[str, object]) -> Spot:
    return Spot(str(entry["path"]), int(str(entry["line"])), str(entry["contains"]))


def copy_project(name: str, folder: Path) -> Path:
    """Copy a project into a new folder of its name below `folder`, without what running it left behind."""
    target = folder / name
    shutil.copytree(PROJECTS / name, target, ignore=_LEFTOVERS)
    for path in sorted(target.rglob("*")):
        if path.is_file():
            path.chmod(0o755 if path.suffix == ".sh" else 0o644)
    return target


def make_repo(name: str, folder: Path) -> Path:
    """Make a project a git repository below `folder`; the same name gives the same commit ids on every machine.

    The indebted twin also gets its model of 6 MB, which is too large for this repository.
    """
    target = copy_project(name, folder)
    if name == "churn_indebted":
        _write(target / BLOB, _blob())
    _git(target, _FIRST_DAY, 0, "init", "--quiet", "--template=", "--object-format=sha1", "--initial-branch=main")
    for commit in _commits(name, target):
        day = _FIRST_DAY + timedelta(days=commit.day)
        _git(target, day, commit.author, "add", "--", *commit.paths)
        _git(target, day, commit.author, "commit", "--quiet", "--no-verify", "-m", commit.message)
    return target


def _commits(name: str, target: Path) -> Iterator[Commit]:
    """The history without paths that are not there, and the rest of the project as the last commit."""
    last = 0
    for commit in HISTORY[name]:
        present = tuple(path for path in commit.paths if (target / path).exists())
        last = commit.day
        if present:
            yield commit._replace(paths=present)
    yield Commit(last + 12, 1, "Describe how it is run", (".",))


def _git(target: Path, day: datetime, author: int, *words: str) -> None:
    """Run git in a project, untouched by the settings of the machine."""
    name, _, email = _AUTHORS[author].rstrip(">").partition(" <")
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email))
    }
    when = {f"GIT_{role}_DATE": day.isoformat() for role in ("AUTHOR", "COMMITTER")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(target), "LC_ALL": "C"}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    settings = (
        "-c",
        "core.autocrlf=false",
        "-c",
        "core.fileMode=true",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "gc.auto=0",
    )
    subprocess.run(
        ["git", *settings, *words],
        cwd=target,
        env={**inherited, **who, **when, **alone},
        check=True,
        capture_output=True,
    )


def _blob() -> bytes:
    """Bytes that look like a pickle and compress as badly as one."""
    return b"\x80\x04\x95" + hashlib.shake_256(b"churn_v1").digest(BLOB_SIZE - 4) + b"."


def _write(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def make_hostile(folder: Path) -> Path:
    """A folder `hostile` below `folder` in which each file is broken, or means harm, in a way of its own.

    `folder/outside` holds what must not be read; `folder/executed` appears if anything of it is run or unpickled.
    """
    target = folder / "hostile"
    target.mkdir(parents=True)
    _write(folder / "outside" / "secret.py", "TOKEN_OUTSIDE = 'must not be read'\n")
    for path, content in _hostile_files(folder / "executed"):
        _write(target / path, content)
    (target / "setup.py").mkdir()
    (target / "empty_folder").mkdir()
    _links(target)
    _write(target / Path(*["deep"] * 200) / "bottom.py", "DEPTH = 200\n")
    _write(Path(os.fsdecode(os.fsencode(target) + b"/caf\xe9.py")), "NAME = 'not utf-8'\n")
    _write(target / "unreadable.py", "SECRET = 1\n")
    (target / "unreadable.py").chmod(0)
    os.mkfifo(target / "pipe.py")
    return target


def _links(target: Path) -> None:
    (target / "self.py").symlink_to("self.py")
    (target / "ring").mkdir()
    (target / "ring" / "back").symlink_to("..", target_is_directory=True)
    (target / "ring" / "there.py").symlink_to("here.py")
    (target / "ring" / "here.py").symlink_to("there.py")
    (target / "outside").symlink_to("../outside", target_is_directory=True)
    (target / "secret.py").symlink_to("../outside/secret.py")
    (target / "dangling.csv").symlink_to("nowhere.csv")


def _hostile_files(executed: Path) -> Iterator[tuple[str, bytes | str]]:
    """Path and content of each regular file."""
    yield from _hostile_python(executed)
    yield from _hostile_notebooks()
    yield from _hostile_config(executed)
    yield "empty.csv", b""
    yield "README.md", "# <script>alert(1)</script>\n\n```bash\npython ../../../../etc/passwd\n```\n"
    yield "models/evil.pkl", f"cos\nsystem\n(S'touch {executed}'\ntR.".encode()
    yield "data/wide.csv", ",".join(f"c{n}" for n in range(50_000)) + "\n"
    yield ".git", "gitdir: ../outside\n"


def _hostile_python(executed: Path) -> Iterator[tuple[str, bytes | str]]:
    yield "boom.py", f"from pathlib import Path\n\nPath({str(executed)!r}).touch()\nraise SystemExit(7)\n"
    yield (
        "python2.py",
        "import urllib2\nprint 'score: %d' % 3\nexec 'x = 1'\ntry:\n    pass\nexcept IOError, e:\n    raise e, None\n",
    )
    yield "binary.py", bytes(range(256)) * 64
    yield "empty.py", b""
    yield "blank.py", b"\n \n\t\n"
    yield "latin1.py", "# Größe\nname = 'Müller'\n".encode("latin-1")
    yield "declared_latin1.py", "# -*- coding: latin-1 -*-\nname = 'Müller'\n".encode("latin-1")
    yield "unknown_coding.py", "# -*- coding: klingon -*-\nx = 1\n"
    yield "utf16.py", "x = 1\n".encode("utf-16")
    yield "crlf.py", b"import os\r\n\r\nPATH = os.path.join('data', 'a.csv')\r\n"
    yield "mixed_ends.py", b"a = 1\rb = 2\r\nc = 3\n\x0cd = 4\n"
    yield "bom.py", b"\xef\xbb\xbfimport pandas as pd\n\nframe = pd.read_csv('data/a.csv')\n"
    yield "nul.py", b"x = 1\n\x00y = 2\n"
    yield "brackets.py", "x = " + "(" * 5_000 + ")" * 5_000 + "\n"
    yield "sum.py", "x = " + " + ".join(["1"] * 20_000) + "\n"
    yield "attributes.py", "x = a" + ".b" * 20_000 + "\n"
    yield "long_line.py", f"x = '{'a' * 2_000_000}'\n"
    yield "template.py", "{% for name in names %}\nimport {{ name }}\n{% endfor %}\n"
    yield "tabs.py", "if True:\n\tx = 1\n        y = 2\n"
    yield "escapes.py", "P = '\\N{NO SUCH NAME}'\n"
    yield "<img src=x onerror=alert(1)>.py", "import pandas as pd\n\npd.read_csv('\"><script>alert(2)</script>.csv')\n"
    yield "quote'\"&amp;`$(touch x)`.py", "x = 1\n"
    yield "new\nline.py", "x = 1\n"
    yield "\u202egnp.py", "direction = 'right to left'\n"
    yield "cycle_a.py", "from cycle_b import *\n\nA = B\n"
    yield "cycle_b.py", "from cycle_a import *\n\nB = A\n"
    yield "climbs.py", "from ........ import x\nimport pandas as pd\n\npd.read_csv('../../../../../../etc/passwd')\n"


def _hostile_notebooks() -> Iterator[tuple[str, bytes | str]]:
    yield "not_json.ipynb", "this is no notebook\n"
    yield "no_cells.ipynb", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}'
    yield "cells_no_list.ipynb", '{"cells": 7, "nbformat": 4, "nbformat_minor": 5, "metadata": []}'
    yield (
        "odd_cells.ipynb",
        json.dumps(
            {"cells": [None, 1, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code"}], "nbformat": "four"}
        ),
    )
    yield "empty.ipynb", b""
    yield "list.ipynb", "[]"


def _hostile_config(executed: Path) -> Iterator[tuple[str, bytes | str]]:
    yield "params.yaml", "model:\n  depth: [1, 2\n   rate: : :\n\t- tab\n"
    yield "bomb.yaml", _alias_bomb()
    yield "self_alias.yaml", "a: &a [*a, *a]\n"
    yield "tags.yaml", f"!!python/object/apply:os.system ['touch {executed}']\n"
    yield "twice.yaml", "a: 1\na: 2\n? [b, c]\n: 3\n1: one\nnull: none\n"
    yield "deep.yaml", "[" * 5_000 + "]" * 5_000 + "\n"
    yield "dvc.yaml", _odd_dvc()
    yield "dvc.lock", "schema: '2.0'\nstages: [1, 2]\n"
    yield "data/broken.csv.dvc", "outs: 3\n"
    yield "one_line.json", json.dumps({f"key_{n}": {"value": n, "text": "x" * 40} for n in range(40_000)})
    yield "deep.json", "[" * 100_000 + "]" * 100_000
    yield "pyproject.toml", "[project\nname = 'x'\n[tool.auditor]\nexclude = 3\n"
    yield "requirements.txt", "-r requirements.txt\n-r ../outside/secret.py\npandas=>1\n===\n\x00\n"
    yield (
        ".github/workflows/odd.yml",
        "on: 3\njobs:\n  a:\n    steps: run\n  b: null\n  c:\n    needs: [c]\n    steps: [1, {run: 2}]\n",
    )
    yield "Dockerfile", "FROM\nRUN <<EOF\npython x.py\nCOPY\n"
    yield "Makefile", "all: all\n\tpython $(\n$(eval $(call x,$(x)))\ninclude Makefile\n"
    yield "config.ini", "no section\n[a\nb = %(b)s\n"


def _odd_dvc() -> str:
    """Stages over an unknown variable, without a command, and reaching out of the project."""
    return (
        "vars: [missing.yaml]\nstages:\n  each:\n    foreach: ${nowhere.to.be.found}\n    do:\n      cmd: python ${item.script} ${key}\n"
        "      deps: [../../outside/secret.py]\n      outs: ['${item.out}']\n  loop:\n    cmd: python empty.py\n    deps: [a]\n    outs: [a]\n"
        "  empty:\n  words: [1, 2]\n  up:\n    wdir: ../../..\n    cmd: [1, {a: b}]\n"
    )


def _alias_bomb() -> str:
    """Billion laughs: ten levels of ten aliases each."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines) + "\n"
