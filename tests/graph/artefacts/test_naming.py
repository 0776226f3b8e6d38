"""Which artefact a person means."""

from __future__ import annotations

import pytest

from auditor.graph.artefacts.naming import Meant, meant
from auditor.model.artefact import Node, NodeKind
from auditor.model.errors import UsageError

KINDS = {
    "file:src/train.py": NodeKind.SCRIPT,
    "file:data/raw.csv": NodeKind.DATASET,
    "file:data/prepared": NodeKind.DATASET,
    "file:data/day_{n}.csv": NodeKind.DATASET,
    "file:other/raw.csv": NodeKind.DATASET,
    "file:models/churn.pkl": NodeKind.MODEL,
    "file:params.yaml": NodeKind.CONFIG,
    "function:src/train.py#Trainer.fit": NodeKind.FUNCTION,
    "function:src/train.py#main": NodeKind.FUNCTION,
    "param:params.yaml#train": NodeKind.PARAM,
    "param:params.yaml#lr": NodeKind.PARAM,
    "step:dvc.yaml#train": NodeKind.STEP,
    "step:dvc.yaml#evaluate": NodeKind.STEP,
    "step:b/dvc.yaml#evaluate": NodeKind.STEP,
    "step:.github/workflows/ci.yml#test": NodeKind.CI_JOB,
    "step:.github/workflows/ci.yml#lint": NodeKind.CI_JOB,
    "uri:s3://bucket/raw": NodeKind.EXTERNAL_DATASET,
    "env:TOKEN": NodeKind.PARAM,
    "feature:data/raw.csv#age": NodeKind.FEATURE,
    "error:src/train.py": NodeKind.PARSE_ERROR,
}


def labelled(name: str) -> Node:
    path = name.partition(":")[2].partition("#")[0] if not name.startswith(("uri:", "env:")) else None
    return Node(name, KINDS[name], name.rpartition("#")[2] if "#" in name else name.partition(":")[2], path)


NODES = {name: labelled(name) for name in KINDS}
TREE = ("src/train.py", "data/raw.csv", "data/big/part.csv", "LICENSE", "other/raw.csv")


@pytest.mark.parametrize(
    ("asked", "id_"),
    [
        ("file:src/train.py", "file:src/train.py"),
        ("src/train.py", "file:src/train.py"),
        ("./src//train.py", "file:src/train.py"),
        ("src/../src/train.py", "file:src/train.py"),
        ("churn.pkl", "file:models/churn.pkl"),
        ("train", "step:dvc.yaml#train"),
        ("dvc.yaml#evaluate", "step:dvc.yaml#evaluate"),
        ("src/train.py::main", "function:src/train.py#main"),
        ("src/train.py#main", "function:src/train.py#main"),
        ("src/train.py::Trainer::fit", "function:src/train.py#Trainer.fit"),
        ("src/train.py::fit", "function:src/train.py#Trainer.fit"),
        ("params.yaml:lr", "param:params.yaml#lr"),
        ("params.yaml#lr", "param:params.yaml#lr"),
        ("S3://bucket/raw", "uri:s3://bucket/raw"),
        ("s3a://bucket/raw", "uri:s3://bucket/raw"),
        ("TOKEN", "env:TOKEN"),
        ("data/raw.csv#age", "feature:data/raw.csv#age"),
        ("age", "feature:data/raw.csv#age"),
        ("lr", "param:params.yaml#lr"),
    ],
)
def test_every_way_to_say_it(asked: str, id_: str) -> None:
    assert meant(asked, NODES, TREE) == Meant((id_,), "")


def test_a_key_in_a_section_means_the_section() -> None:
    found = meant("params.yaml:train.depth.max", NODES, TREE)
    assert found.nodes == ("param:params.yaml#train",)
    assert "stands in params.yaml#train" in found.note


def test_a_file_of_settings_means_its_keys_too() -> None:
    found = meant("params.yaml", NODES, TREE)
    assert found.nodes == ("file:params.yaml", "param:params.yaml#lr", "param:params.yaml#train")
    assert "2 params" in found.note


def test_a_workflow_means_its_jobs() -> None:
    found = meant(".github/workflows/ci.yml", NODES, TREE)
    assert found.nodes == ("step:.github/workflows/ci.yml#lint", "step:.github/workflows/ci.yml#test")
    assert "2 ci jobs" in found.note


def test_a_path_may_be_one_of_a_pattern_or_lie_in_a_known_folder() -> None:
    assert meant("data/day_7.csv", NODES, TREE).nodes == ("file:data/day_{n}.csv",)
    inside = meant("data/prepared/train.csv", NODES, TREE)
    assert inside.nodes == ("file:data/prepared",)
    assert "lies in data/prepared" in inside.note


def test_a_folder_means_what_is_in_it() -> None:
    found = meant("models/", NODES, TREE)
    assert (found.nodes, found.note) == (
        ("file:models/churn.pkl",),
        "models is a folder; asked of the 1 artefacts in it",
    )


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("raw.csv", "may mean file:data/raw.csv or file:other/raw.csv"),
        ("evaluate", "may mean step:b/dvc.yaml#evaluate or step:dvc.yaml#evaluate"),
        ("src/trian.py", "did you mean file:src/train.py"),
        ("data/raw.cvs", "did you mean file:data/raw.csv"),
        ("src/train.py::mian", "did you mean function:src/train.py#main"),
        ("LICENSE", "nothing in the graph reads, writes, runs or imports LICENSE"),
        ("zzzzzz", "`auditor graph -o json` lists every artefact"),
        ("", "there is no artefact ''"),
    ],
)
def test_what_means_nothing_or_several_things_is_said_with_a_way_out(asked: str, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        meant(asked, NODES, TREE)
    assert says in str(raised.value)
