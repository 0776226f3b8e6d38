from __future__ import annotations

from auditor.graph.artefacts.hub_names import hub_names
from auditor.readers import candidates, read_file


def test_names_of_a_hub_and_what_pins_them() -> None:
    files = {
        "conf/train.yaml": "model_name_or_path: org/base\nmodel_revision: 0123456789abcdef0123456789abcdef01234567\n"
        "data:\n  dataset_name: org/set\n  revision: main\n  dataset_path: data/raw\ncheckpoint: out/model.pt\nlr: a/b\n",
        "tests/conf.yaml": "dataset: org/other\n",
        "data/raw/x.csv": "a,b\n",
    }
    facts = {path: read_file(candidates(path), text.encode()) for path, text in files.items()}
    found = list(hub_names(facts, frozenset(files)))
    assert [(each.kind, each.name, each.revision[:7], each.pinned, each.place.line) for each in found] == [
        ("model", "org/base", "0123456", True, 1),
        ("dataset", "org/set", "main", False, 4),
    ]
