"""Rows and models that programs hand to each other through files."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.graph.leakage.handovers import handovers
from tests.pages import graphs

SCALE = """\
import os
import pandas as pd
from sklearn.preprocessing import StandardScaler
def load(path):
    return pd.read_csv(path)
def save(frame, folder, name):
    frame.to_csv(os.path.join(folder, name))
def main():
    frame = load("data/raw.csv")
    frame[["a", "b"]] = StandardScaler().fit_transform(frame[["a", "b"]])
    save(frame, "data/processed", "all.csv")
if __name__ == "__main__":
    main()
"""
SPLIT = """\
import pandas as pd
from sklearn.model_selection import train_test_split
train, test = train_test_split(pd.read_csv("data/{}.csv"))
train.to_csv("data/train.csv")
test.to_csv("data/test.csv")
"""
TRAIN = """\
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
train = pd.read_csv("data/{}.csv")
joblib.dump(LogisticRegression().fit(train[["a", "b"]], train["y"]), "models/model.pkl")
"""
JUDGE = """\
import joblib
import pandas as pd
from sklearn.metrics import accuracy_score
test = pd.read_csv("data/test.csv")
print(accuracy_score(test["y"], joblib.load("models/model.pkl").predict(test[["a", "b"]])))
"""


def component(**programs: str) -> ArtefactGraph:
    """Programs of one folder, by their names."""
    return graphs({f"src/{name}.py": text for name, text in programs.items()}).components[0]


def test_a_scaler_of_one_program_a_split_of_the_next_and_the_judgement_of_the_last_are_one_leak() -> None:
    found = component(
        a_judge=JUDGE, b_train=TRAIN.format("train"), c_split=SPLIT.format("processed/all"), scale=SCALE
    ).leaks.preprocessing
    assert [(leak.transformer, leak.certainty) for leak in found] == [("StandardScaler", 1.0)]
    assert [related.path for related in found[0].trail] == [
        "src/scale.py",
        "src/c_split.py",
        "src/b_train.py",
        "src/a_judge.py",
    ]


def test_a_pipeline_that_splits_first_is_clean_and_its_training_counts_as_judged() -> None:
    graph = component(judge=JUDGE, train=TRAIN.format("train"), split=SPLIT.format("raw"))
    assert not graph.leaks.preprocessing
    assert not graph.overlapping_evaluations
    assert graph.unjudged_training.judged == 1
    assert not graph.unjudged_training.open


def test_a_model_trained_on_all_rows_and_judged_on_the_part_that_another_program_held_out() -> None:
    graph = component(judge=JUDGE, train=TRAIN.format("raw"), split=SPLIT.format("raw"))
    assert [doubt.place.path for doubt in graph.overlapping_evaluations] == ["src/judge.py"]


@pytest.mark.parametrize(
    "other",
    [
        SPLIT.format("raw"),  # who of the two wrote the file cannot be told
        "import pandas as pd\npd.read_csv('data/new.csv').to_csv('data/test.csv')\n",
    ],
)
def test_a_file_that_two_programs_write_hands_nothing_over(other: str) -> None:
    graph = component(judge=JUDGE, train=TRAIN.format("raw"), split=SPLIT.format("raw"), other=other)
    assert not graph.overlapping_evaluations


def test_programs_that_hand_to_each_other_in_a_circle_are_run_once_each() -> None:
    one = "import pandas as pd\npd.read_csv('data/b.csv').to_csv('data/a.csv')\n"
    graph = component(one=one, two=one.replace("/b.", "/c.").replace("/a.", "/b.").replace("/c.", "/a."))
    (group,) = handovers(graph._world).groups
    assert sorted(group) == ["src/one.py", "src/two.py"]
    assert not graph.leaks.preprocessing


@pytest.mark.parametrize(("split", "doubted"), [("train_test_split(frame)", True), ("frame[:900], frame[900:]", False)])
def test_an_entity_whose_rows_another_program_follows_may_be_split(split: str, *, doubted: bool) -> None:
    features = "import pandas as pd\nframe = pd.read_csv('data/raw.csv')\n"
    features += "frame['last'] = frame.groupby('patient_id')['pulse'].shift(1)\nframe.to_csv('data/features.csv')\n"
    train = "import pandas as pd\nfrom sklearn.model_selection import train_test_split\n"
    train += f"frame = pd.read_csv('data/features.csv')\ntrain, test = {split}\n"
    found, _ = component(features=features, train=train).split_groups
    assert [doubt.trail[0].path for doubt in found] == (["src/features.py"] if doubted else [])


@pytest.mark.parametrize(("programs", "groups"), [(2, [2]), (40, [40]), (41, [])])
def test_at_most_forty_programs_are_run_together(programs: int, groups: list[int]) -> None:
    text = "import pandas as pd\npd.read_csv('data/{}.csv').to_csv('data/{}.csv')\n"
    chain = {f"step_{n:02}": text.format(n, n + 1) for n in range(programs)}
    assert [len(group) for group in handovers(component(**chain)._world).groups] == groups
