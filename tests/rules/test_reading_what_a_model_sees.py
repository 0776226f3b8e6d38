"""Look-alikes of leakage by what a model sees of a statistic: scales before trees, figures without labels, one cause told once."""

from __future__ import annotations

import json

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs
from tests.rules.test_reading_leakage import JUDGE, READ, SPLIT, said

LKG005, LKG006 = ([registry().rules[rule]] for rule in ("LKG005", "LKG006"))
SCALED = "from sklearn.preprocessing import StandardScaler\nfeatures = StandardScaler().fit_transform(features)\n"
BY_LEAST = "features['age'] = (features['age'] - features['age'].min()) / features['age'].max()\n"
WRAPS = """\
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from xgboost import XGBClassifier
"""
LOW, MEDIUM, CRITICAL = ({("LKG001", weight)} for weight in ("low", "medium", "critical"))


@pytest.mark.parametrize(
    ("judged", "found"),
    [
        ("GridSearchCV(RandomForestClassifier(), {}).fit(features, target)\n", LOW),
        ("GridSearchCV(SVC(), {}).fit(features, target)\n", MEDIUM),
        ("cross_val_score(RandomForestClassifier(), features, target)\n", LOW),
        ("cross_val_score(SVC(), features, target)\n", MEDIUM),
        ("cross_val_score(make_pipeline(SimpleImputer(), RandomForestClassifier()), features, target)\n", LOW),
        ("cross_val_score(make_pipeline(PCA(), RandomForestClassifier()), features, target)\n", MEDIUM),
        ("cross_val_score(VotingClassifier([('a', RandomForestClassifier()), ('b', SVC())]), features, target)\n", MEDIUM),
        ("cross_val_score(XGBClassifier(booster='gblinear'), features, target)\n", MEDIUM),
        (SPLIT + "import xgboost\nmodel = xgboost.train({'booster': 'gblinear'}, xgboost.DMatrix(x_train, y_train))\nprint(f1_score(y_test, model.predict(xgboost.DMatrix(x_test))))\n", MEDIUM),
        (SPLIT + "import xgboost\nmodel = xgboost.train({}, xgboost.DMatrix(x_train, y_train))\nprint(f1_score(y_test, model.predict(xgboost.DMatrix(x_test))))\n", LOW),
    ],
)  # fmt: skip
def test_what_is_wrapped_around_trees_sees_no_more_of_a_scale_than_they_do(
    judged: str, found: set[tuple[str, str]]
) -> None:
    assert said({"train.py": READ + WRAPS + SCALED + judged}) == found


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (BY_LEAST, True),
        ("features['far'] = (features['age'] - features['age'].mean()) ** 2\n", False),
        ("features['far'] = (features['age'] - features['age'].mean()).abs()\n", False),
        ("features['both'] = (features['age'] - features['age'].mean()) * features['fare']\n", False),
        ("features['old'] = features['age'] > features['age'].quantile(0.9)\n", False),
    ],
)
def test_a_column_moved_by_hand_keeps_its_order_for_trees(source: str, told: bool) -> None:
    trees = SPLIT + "model = RandomForestClassifier().fit(x_train, y_train)\nprint(model.score(x_test, y_test))\n"
    (finding,) = judge(
        graphs({"train.py": READ + WRAPS + source + trees}, archetypes="P").components, [registry().rules["LKG001"]]
    ).findings
    assert ("; trees hardly see it" in finding.message) is told
    assert said({"train.py": READ + WRAPS + BY_LEAST + SPLIT + JUDGE}) == {("LKG001", "medium")}


def test_of_several_models_the_one_that_sees_the_scale_is_named() -> None:
    trees = "trees = RandomForestClassifier().fit(x_train, y_train)\nprint(trees.score(x_test, y_test))\n"
    files = {"train.py": READ + WRAPS + SCALED + SPLIT + trees + JUDGE}
    (finding,) = judge(graphs(files, archetypes="P").components, [registry().rules["LKG001"]]).findings
    assert finding.severity.value == "medium"
    assert finding.related[-1].says == "LogisticRegression judged here"


TOPICS = """\
import pandas as pd
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
texts = pd.read_csv("mail.csv")
counts = CountVectorizer(min_df=3).fit_transform(texts["text"])
"""


def test_a_model_without_labels_that_is_judged_by_its_own_measure_promises_less() -> None:
    search = "GridSearchCV({}, {{'a': [1, 2]}}).fit({})\n"
    alone = TOPICS + search.format("LatentDirichletAllocation()", "counts")
    labelled = TOPICS + search.format("LogisticRegression()", "counts, texts['spam']")
    assert (said({"topics.py": alone}), said({"spam.py": labelled})) == (MEDIUM, MEDIUM)


def test_gaps_that_are_filled_before_a_split_weigh_the_same_where_no_model_is_seen() -> None:
    filled = (
        "from sklearn.impute import SimpleImputer\nhow = 'mean' if frame.size else 'most_frequent'\n"
        "features = SimpleImputer(strategy=how).fit_transform(features)\n"
    )
    assert (said({"a.py": READ + filled + SPLIT}), said({"a.py": READ + SCALED + SPLIT})) == (
        LOW,
        MEDIUM,
    )


def test_one_resampling_is_one_finding_and_so_are_the_splits_of_one_function() -> None:
    more = "from imblearn.over_sampling import SMOTE\nfeatures, target = SMOTE().fit_resample(features, target)\n"
    across = (
        "from sklearn.model_selection import cross_val_score\ncross_val_score(LogisticRegression(), features, target)\n"
    )
    told = judge(graphs({"a.py": READ + more + SPLIT + JUDGE + across}, archetypes="P").components, LKG005).findings
    assert [each.message.rpartition("; ")[2] for each in told] == ["so is 1 other model"]
    twice = READ + more + SPLIT + JUDGE + more + across
    assert len(judge(graphs({"a.py": twice}, archetypes="P").components, LKG005).findings) == 2
    dated = "frame = pd.read_csv('a.csv', parse_dates=['date']).sort_values('date')\ntrain, rest = train_test_split(frame)\n"
    for again, number in (("rest", 1), ("frame", 2)):
        files = {"a.py": READ + dated + f"val, test = train_test_split({again})\n"}
        assert len(judge(graphs(files, archetypes="P").components, LKG006).findings) == number


CHOSEN = """\
from sklearn.feature_selection import {function}
scores = pd.Series({function}(features, target){part}, index=features.columns)
{chosen}
"""


@pytest.mark.parametrize(
    ("function", "part", "chosen", "found"),
    [
        ("mutual_info_classif", "", "features = features[scores.nlargest(5).index.tolist()]", CRITICAL),
        ("mutual_info_classif", "", "print(scores.nlargest(5))", set()),
        ("f_classif", "[0]", "features = features[scores.sort_values().head(5).index]", CRITICAL),
        ("chi2", "[1]", "features = features[scores[scores < 0.1].index]", CRITICAL),
    ],
)
def test_columns_chosen_by_what_they_say_of_the_target_are_seen(
    function: str, part: str, chosen: str, found: set[tuple[str, str]]
) -> None:
    source = CHOSEN.format(function=function, part=part, chosen=chosen)
    assert said({"train.py": READ + source + SPLIT + JUDGE}) == found
    train = SPLIT + source.replace("features", "x_train").replace("target", "y_train")
    judge_same = JUDGE.replace("x_test,", "x_test[x_train.columns],")
    assert said({"train.py": READ + train + judge_same}) == set()


STOPS = """\
import torch
from torch import nn
mean = train.mean()
half = len(train) // 2
inner, val = train[:half], train[half:]
net = nn.Sequential(nn.Linear(3, 1))
lossed = nn.MSELoss()
opt = torch.optim.Adam(net.parameters())
for epoch in range(9):
    loss = lossed(net(inner - mean), y)
    loss.backward()
    opt.step()
    held = net(val - mean)
"""


@pytest.mark.parametrize(("after", "found"), [("out = net(test - mean)\n", set()), ("", {("LKG001", "low")})])
def test_what_a_model_answers_while_it_is_trained_is_no_last_word(after: str, found: set[tuple[str, str]]) -> None:
    head = READ + "cut = 50\ntest, train = frame[:cut], frame[cut:]\ny = train['churned']\n"
    assert {each for each in said({"train.py": head + STOPS + after}) if each[0] == "LKG001"} == found


@pytest.mark.parametrize(
    ("name", "more", "number"),
    [("fit-Copy1", "", 1), ("fit-Copy1", "print('a', 'b', 'c', 'd')", 2), ("fit-2", "", 2), ("other-Copy1", "", 2)],
)
def test_a_copy_of_a_notebook_is_told_once(name: str, more: str, number: int) -> None:
    whole = READ + SCALED + SPLIT + JUDGE
    files = {"fit.ipynb": as_notebook(whole), f"{name}.ipynb": as_notebook(whole + more)}
    told = judge(graphs(files, archetypes="N").components, [registry().rules["LKG001"]]).findings
    assert len(told) == number


def as_notebook(source: str) -> str:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


LOGS = "import mlflow\n\n\ndef {name}():\n    mlflow.log_metric('accuracy', 0.87)\n\n\n{name}()\n"


@pytest.mark.parametrize(
    ("path", "name", "number"),
    [("test-store.py", "test_store", 0), ("test-store.py", "main", 1), ("store.py", "test_store", 1)],
)
def test_a_trial_of_a_tracker_fabricates_nothing(path: str, name: str, number: int) -> None:
    files = {f"scripts/{path}": LOGS.format(name=name)}
    assert len(judge(graphs(files, archetypes="P").components, [registry().rules["LKG013"]]).findings) == number


FOLDS = """\
from sklearn.impute import KNNImputer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.preprocessing import StandardScaler
features = frame["customer"].unique()
for mine, others in KFold(n_splits=5).split(features):
    train = frame[frame["customer"].isin(features[mine])]
    valid = frame[frame["customer"].isin(features[others])]
    prepare = {prepare}()
    x = prepare.fit_transform(train[["a", "b"]])
    search = GridSearchCV({model}(), {{"a": [1, 2]}}).fit(x, train["churned"])
    print(search.best_params_)
"""
JUDGED = """\
    model = {model}().fit(x, train["churned"])
    print(f1_score(valid["churned"], model.predict(prepare.transform(valid[["a", "b"]]))))
"""


@pytest.mark.parametrize(
    ("prepare", "model", "judged", "found"),
    [
        ("KNNImputer", "LogisticRegression", False, MEDIUM),
        ("KNNImputer", "LogisticRegression", True, MEDIUM),
        ("StandardScaler", "RandomForestClassifier", False, LOW),
        ("StandardScaler", "RandomForestClassifier", True, set()),
    ],
)
def test_where_untouched_rows_have_the_last_word_a_choice_within_the_others_weighs_less(
    prepare: str, model: str, *, judged: bool, found: set[tuple[str, str]]
) -> None:
    source = READ + WRAPS + FOLDS.format(prepare=prepare, model=model) + JUDGED.format(model=model) * judged
    assert {each for each in said({"train.py": source}) if each[0] == "LKG001"} == found


def test_a_split_within_a_training_part_weighs_less_where_no_model_is_seen() -> None:
    within = "from sklearn.preprocessing import StandardScaler\nx_train = StandardScaler().fit_transform(x_train)\nx_fit, x_valid = train_test_split(x_train)\n"
    assert said({"a.py": READ + WRAPS + SPLIT + within}) == MEDIUM


@pytest.mark.parametrize(("model", "found"), [("LogisticRegression", MEDIUM), ("RandomForestClassifier", set())])
def test_a_scale_over_rows_that_are_only_predicted_is_nothing_to_trees(model: str, found: set[tuple[str, str]]) -> None:
    both = (
        "from sklearn.preprocessing import StandardScaler\nnew = pd.read_csv('new.csv')\n"
        "x = StandardScaler().fit_transform(pd.concat([features, new]))\n"
        f"guess = {model}().fit(x[:len(features)], target).predict(x[len(features):])\n"
    )
    assert said({"a.py": READ + WRAPS + both}) == found


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("from sklearn.feature_selection import SelectKBest\nfeatures = SelectKBest().fit_transform(features, target)\n", CRITICAL),
        ("from category_encoders import TargetEncoder\nfeatures = TargetEncoder().fit_transform(features, target)\n", CRITICAL),
        ("from sklearn.feature_selection import VarianceThreshold\nfeatures = VarianceThreshold(0.1).fit_transform(features)\n", MEDIUM),
        (SCALED, MEDIUM),
    ],
)  # fmt: skip
def test_what_learns_from_the_target_weighs_more_than_what_never_sees_it(
    chosen: str, found: set[tuple[str, str]]
) -> None:
    assert said({"train.py": READ + chosen + SPLIT + JUDGE}) == found


TRAINS = "import pandas as pd\nfrom sklearn.svm import SVC\nimport joblib\nframe = pd.read_csv('b.csv')\njoblib.dump(SVC().fit(frame[['a']], frame['b']), 'm.joblib')\n"


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("# Churn\n\nRun train.py.\n", LOW),
        ("# Churn\n\nRun train.py after try.py.\n", MEDIUM),
        ("# Churn\n", MEDIUM),
    ],
)
def test_a_program_beside_those_that_are_started_weighs_less(readme: str, found: set[tuple[str, str]]) -> None:
    files = {"train.py": TRAINS, "try.py": READ + SCALED + SPLIT + JUDGE, "README.md": readme}
    assert {each for each in said(files) if each[0] == "LKG001"} == found


def test_what_a_program_that_is_started_imports_is_started_with_it() -> None:
    files = {
        "train.py": "import fit\n" + TRAINS,
        "fit.py": READ + SCALED + SPLIT + JUDGE,
        "README.md": "# Churn\n\nRun train.py.\n",
    }
    assert {each for each in said(files) if each[0] == "LKG001"} == MEDIUM


def test_a_leak_that_a_started_program_sees_weighs_as_there_whoever_else_sees_it() -> None:
    helper = "from sklearn.preprocessing import StandardScaler\n\n\ndef scaled(features):\n    return StandardScaler().fit_transform(features)\n"
    use = READ + "from helper import scaled\nfeatures = scaled(features)\n" + SPLIT + JUDGE
    readme = {"README.md": "# Churn\n\nRun train.py.\n", "helper.py": helper}
    for names in (("a.py", "train.py"), ("train.py", "z.py")):
        files = {**readme, **dict.fromkeys(names, use)}
        assert {each for each in said(files) if each[0] == "LKG001"} == MEDIUM
