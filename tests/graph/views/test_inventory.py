"""What the system is made of: models with what they are made from, data with what identifies them, packages."""

from __future__ import annotations

import pytest

from auditor.graph.views.inventory import inventory
from auditor.model.artefact import NodeKind
from auditor.model.audit import Held
from tests.pages import graphs

TRAIN = """import pickle
import pandas as pd
from sklearn.linear_model import Ridge
df = pd.read_csv("data/raw.csv")
model = Ridge().fit(df[["a"]], df["b"])
with open("out/ridge.pkl", "wb") as file:
    pickle.dump(model, file)
"""
POINTER = "outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  size: 9\n  path: raw.csv\n"


def held(files: dict[str, str]) -> dict[str, Held]:
    return {each.id: each for each in inventory(graphs(files).world)}


def test_a_model_is_made_from_the_data_that_its_program_reads() -> None:
    found = held({"train.py": TRAIN})
    model = found["file:out/ridge.pkl"]
    assert (model.kind, model.made_from, model.places) == ("model", ("file:data/raw.csv",), ("train.py",))
    assert found["file:data/raw.csv"].kind == "data"


def test_data_behind_a_pointer_are_known_by_its_hash() -> None:
    raw = held({"train.py": TRAIN, "data/raw.csv.dvc": POINTER})["file:data/raw.csv"]
    assert (raw.version, raw.pin) == ("md5:22a1a2931c8370d3aeedd7183606fd7f", "content-hash")


def test_what_nothing_identifies_has_no_version() -> None:
    assert held({"train.py": TRAIN})["file:data/raw.csv"].version == ""


@pytest.mark.parametrize(
    ("asked", "version", "pin"),
    [
        ({"requirements.txt": "numpy==1.26.4\n"}, "1.26.4", "=="),
        ({"requirements.txt": "numpy>=1.20\n"}, "", ">=1.20"),
        ({"requirements.txt": "numpy==1.26.4\n", "api/requirements.txt": "numpy==2.0.0\n"}, "", "==1.26.4, ==2.0.0"),
        ({"environment.yml": "name: x\ndependencies:\n  - numpy=1.26.4=py311_0\n"}, "1.26.4", "=="),
    ],
)
def test_a_package_has_the_version_on_which_all_environments_agree(
    asked: dict[str, str], version: str, pin: str
) -> None:
    found = held(asked)["package:numpy"]
    assert (found.version, found.pin) == (version, pin)


def test_what_only_tests_touch_is_no_part_of_the_system() -> None:
    assert "file:data/raw.csv" not in held({"tests/test_train.py": TRAIN})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("out/ridge.pkl", NodeKind.MODEL),
        ("features/train.pkl", NodeKind.DATASET),
        ("out/X_test.pkl", NodeKind.DATASET),
        ("data/scaler.pkl", NodeKind.MODEL),
        ("data/churn_model.pkl", NodeKind.MODEL),
    ],
)
def test_a_pickle_holds_what_its_name_says(path: str, kind: NodeKind) -> None:
    text = f"import pickle\ndef keep(it):\n    with open({path!r}, 'wb') as file:\n        pickle.dump(it, file)\n"
    assert graphs({"keep.py": text}).world.nodes[f"file:{path}"].kind is kind
