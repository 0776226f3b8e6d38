"""What an audit keeps for its reports: code around findings, the system with its debts, owners and authors of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import audit
from auditor.model.audit import Audit
from tests.tree.conftest import Repo

TRAIN = """import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

TOKEN = "{token}"
frame = pd.read_csv("data/raw.csv")
X, y = frame[["a"]], frame["b"]
X = StandardScaler().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
pd.DataFrame(X).to_csv("data/scaled.csv")
"""
DVC = """stages:
  train:
    cmd: python train.py
    deps: [train.py]
    outs: [data/scaled.csv, data/never.csv]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    folder: Path = tmp_path_factory.mktemp("reports")
    repo = Repo(folder / "project")
    token = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    rows = "a,b\n" + "".join(f"{n},{n % 2}\n" for n in range(30))
    repo.commit({
        "train.py": TRAIN.format(token=token), "dvc.yaml": DVC, "data/raw.csv": rows,
        "CODEOWNERS": "* @acme/all\n*.py @acme/ml\n",
    })  # fmt: skip
    return audit(str(repo.root), use_cache=False, jobs=1)


def test_every_finding_with_a_line_has_its_code(made: Audit) -> None:
    spans = [(e.path, e.first, e.first + len(e.lines)) for e in made.excerpts]
    placed = [f.place for f in made.findings if f.place.line is not None and f.place.path.endswith((".py", ".yaml"))]
    assert placed
    for place in placed:
        assert any(path == place.path and first <= (place.line or 0) < end for path, first, end in spans), place


def test_no_excerpt_holds_a_secret(made: Audit) -> None:
    lines = [line for excerpt in made.excerpts for line in excerpt.lines]
    assert 'TOKEN = "***"' in lines
    assert not any("ghp_" in line for line in lines)


def test_the_map_has_the_step_its_contradictions_and_its_debts(made: Audit) -> None:
    ids = {node.id for node in made.system_map.nodes}
    assert {"step:dvc.yaml#train", "file:data/raw.csv", "file:data/scaled.csv"} <= ids
    mismatches = {(e.source, e.target): e.attrs["mismatch"] for e in made.system_map.edges if "mismatch" in e.attrs}
    assert mismatches["file:data/raw.csv", "step:dvc.yaml#train"] == "undeclared-read"
    assert mismatches["step:dvc.yaml#train", "file:data/never.csv"] == "unwritten-output"
    assert all(edge.evidence for edge in made.system_map.edges)
    debts = made.system_map.debts["step:dvc.yaml#train"]
    assert debts.findings == sum(f.place.path == "dvc.yaml" and f.state == "open" for f in made.findings)


def test_owners_and_authors_are_those_of_files_with_findings(made: Audit) -> None:
    assert made.owners["train.py"] == ("@acme/ml",)
    assert made.owners["dvc.yaml"] == ("@acme/all",)
    assert made.authors["train.py"] == 1
    assert set(made.authors) <= {finding.place.path for finding in made.findings}


def test_each_family_says_what_it_is_about(made: Audit) -> None:
    assert {family.id for family in made.families} <= made.blurbs.keys()
