"""Look-alikes that reading public programs brought up, in pairs: what is debt, and what only looks so."""

from __future__ import annotations

import json

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

RULES = frozenset({"LKG001", "LKG002", "LKG003", "LKG004", "LKG005", "LKG006", "LKG011"})
READ = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
frame = pd.read_csv("customers.csv")
features, target = frame.drop(columns=["churned"]), frame["churned"]
"""
SPLIT = "x_train, x_test, y_train, y_test = train_test_split(features, target, random_state=1)\n"
JUDGE = "model = LogisticRegression().fit(x_train, y_train)\nprint(model.score(x_test, y_test))\n"


def said(files: dict[str, str], archetypes: str = "P") -> set[tuple[str, str]]:
    """Rule and severity of all findings about leakage."""
    rules = [loaded for rule, loaded in registry().rules.items() if rule in RULES]
    judged = judge(graphs(files, archetypes=archetypes).components, rules)
    assert not judged.errors, judged.traces
    return {(finding.rule, finding.severity.value) for finding in judged.findings}


@pytest.mark.parametrize(
    ("encoder", "found"),
    [("BinaryEncoder", set()), ("OneHotEncoder", set()), ("CountEncoder", {("LKG001", "medium")})],
)
def test_a_list_of_categories_is_no_statistic_but_their_counts_are(encoder: str, found: set[tuple[str, str]]) -> None:
    source = f"from category_encoders import {encoder}\nfeatures = {encoder}().fit_transform(features)\n"
    assert said({"train.py": READ + source + SPLIT + JUDGE}) == found


def test_filling_with_a_mean_weighs_less_than_a_fitted_object_and_all_means_of_a_file_are_one_finding() -> None:
    source = "for c in ['age', 'income', 'tenure']:\n    features[c] = features[c].fillna(features[c].mean())\n"
    source += "features['visits'] = features['visits'].fillna(features['visits'].median())\n"
    files = {"train.py": READ + source + SPLIT + JUDGE}
    assert said(files) == {("LKG001", "low")}
    (finding,) = judge(graphs(files, archetypes="P").components, [registry().rules["LKG001"]]).findings
    assert finding.message.startswith("2 statistics")


def test_columns_scaled_by_hand_weigh_more_than_gaps_that_are_filled() -> None:
    source = "features = (features - features.mean()) / features.std()\n"
    assert said({"train.py": READ + source + SPLIT + JUDGE}) == {("LKG001", "medium")}


@pytest.mark.parametrize(
    ("prepared", "found"),
    [
        ("test['age'] = test['age'].fillna(test['age'].mean())\n", {("LKG001", "low")}),
        ("test['age'] = test['age'].fillna(train['age'].mean())\n", set()),
        ("test[['age']] = StandardScaler().fit_transform(test[['age']])\n", {("LKG001", "medium")}),
        ("test['town'] = LabelEncoder().fit_transform(test['town'])\n", {("LKG001", "medium")}),
    ],
)
def test_what_is_learned_anew_from_rows_to_be_predicted_spoils_the_answers_alone(
    prepared: str, found: set[tuple[str, str]]
) -> None:
    source = "from sklearn.preprocessing import LabelEncoder, StandardScaler\n"
    source += "train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\n" + prepared
    source += "model = LogisticRegression().fit(train[['age', 'town']], train['churned'])\nmodel.predict(test[['age', 'town']])\n"
    assert said({"train.py": READ + source}) == found


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("not hasattr(coder, 'classes_')", set()),
        ("len(train) and not hasattr(coder, 'classes_')", set()),
        ("len(train) > 3", {("LKG001", "medium")}),
        ("hasattr(coder, 'name')", {("LKG001", "medium")}),
    ],
)
def test_what_is_fitted_only_where_it_was_not_is_no_second_fit(test: str, found: set[tuple[str, str]]) -> None:
    source = "from sklearn.preprocessing import LabelEncoder\ncoder = LabelEncoder()\n"
    source += "train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\n"
    source += f"if {test}:\n    test['town'] = coder.fit_transform(test['town'])\n"
    source += "model = LogisticRegression().fit(train[['age', 'town']], train['churned'])\nmodel.predict(test[['age', 'town']])\n"
    assert said({"train.py": READ + source}) == found


def test_the_target_of_both_parts_that_is_cut_off_by_its_place_accuses_nobody() -> None:
    source = """\
from sklearn.preprocessing import LabelEncoder
train, test = train_test_split(frame, random_state=1)
train["churned"] = LabelEncoder().fit_transform(train["churned"])
test["churned"] = LabelEncoder().fit_transform(test["churned"])
model = LogisticRegression().fit(train.iloc[:, :-1], train.iloc[:, -1])
print(model.score(test.iloc[:, :-1], test.iloc[:, -1]))
"""
    assert said({"train.py": READ + source}) == set()


def test_a_statistic_over_rows_that_are_only_predicted_weighs_least() -> None:
    source = """\
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
both = pd.concat([train, test])
both["fare"] = both["fare"].fillna(both["fare"].mean())
model = LogisticRegression().fit(both[: len(train)][["fare"]], train["survived"])
answer = model.predict(both[len(train) :][["fare"]])
"""
    assert said({"train.py": READ + source}) == {("LKG001", "low")}


def test_copies_of_training_rows_alone_are_no_leak() -> None:
    head = (
        READ
        + "from sklearn.utils import resample\ntrain = frame.sample(frac=0.8, random_state=1)\ntest = frame.drop(train.index)\n"
    )
    tail = "model = LogisticRegression().fit(more[['a']], more['churned'])\nprint(model.score(test[['a']], test['churned']))\n"
    assert said({"train.py": head + "more = pd.concat([train, resample(train, replace=True)])\n" + tail}) == set()
    assert said({"train.py": head + "more = pd.concat([frame, resample(frame, replace=True)])\n" + tail}) == {
        ("LKG005", "critical")
    }


TASKS = """\
import pandas as pd
from prefect import flow, task
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error


@task
def train_model(frame):
    model = LinearRegression().fit(frame[["a"]], frame["y"])
    print(mean_squared_error(frame["y"], model.predict(frame[["a"]])))
    return model


@task
def run_model(frame, model):
    print(mean_squared_error(frame["y"], model.predict(frame[["a"]])))


@flow
def main(train_path="jan.parquet", other_path="feb.parquet"):
    model = train_model(pd.read_parquet(train_path))
"""


def test_tasks_of_a_flow_are_one_program() -> None:
    assert said({"flow.py": TASKS + "    run_model(pd.read_parquet(other_path), model)\n"}) == {("LKG011", "info")}


def test_a_step_that_judges_the_saved_model_is_the_evaluation() -> None:
    train = (
        READ
        + "import joblib\nmodel = LogisticRegression().fit(features, target)\nprint(model.score(features, target))\njoblib.dump(model, 'model.pkl')\n"
    )
    evaluate = (
        READ + "import joblib\nmodel = joblib.load('model.pkl')\nprint(f1_score(target, model.predict(features)))\n"
    )
    assert said({"train.py": train}) == {("LKG004", "high"), ("LKG011", "info")}
    assert said({"train.py": train, "evaluate.py": evaluate}) == {("LKG011", "info")}


STOPPED = """\
from xgboost import XGBClassifier


def train(x_train, y_train, x_val, y_val):
    model = XGBClassifier(early_stopping_rounds=5)
    model.fit(x_train, y_train, eval_set=[(x_val, y_val)])
    print(model.score(x_val, y_val))
"""


def test_rows_that_a_step_is_handed_may_be_kept_elsewhere() -> None:
    assert said({"step.py": STOPPED}) == {("LKG003", "info")}
    called = STOPPED + READ + SPLIT + "train(x_train, y_train, x_test, y_test)\n"
    assert said({"step.py": called}) == {("LKG003", "medium")}


STEP = """\
from sklearn.linear_model import LogisticRegression
from zenml import step
@step
def train(x_train, y_train):
    model = LogisticRegression().fit(x_train, y_train)
    print(model.score(x_train, y_train))
    return model
"""


def test_a_step_that_is_handed_its_training_rows_is_judged_where_others_are_kept() -> None:
    assert ("LKG004", "high") not in said({"step.py": STEP})
    whole = STEP.replace("@step\n", "") + READ + "train(features, target)\n"
    assert ("LKG004", "high") in said({"step.py": whole})


BY_RUN = {
    "train.py": "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom figures import figures\n\nframe = pd.read_csv('train.csv')\nx, y = frame[['a']], frame['y']\nmodel = Ridge().fit(x, y)\nprint(figures(y, model.predict(x)))\nmlflow.sklearn.log_model(model, 'model')\n",
    "figures.py": "from sklearn.metrics import r2_score\n\n\ndef figures(truth, answers):\n    return {'r2': r2_score(truth, answers)}\n",
    "runs.py": "import mlflow\n\n\ndef of_run(run_id):\n    return mlflow.sklearn.load_model(f'runs:/{run_id}/model')\n",
}
JUDGES = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom figures import figures\nfrom runs import of_run\n\n\ndef judge(run_id):\n    model = of_run(run_id)\n    frame = pd.read_csv('reference.csv')\n    print({})\n"


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("figures(frame['y'], model.predict(frame[['a']]))", False),
        ("model.predict(frame[['a']])", True),
        ("figures(frame['y'], Ridge().fit(frame[['a']], frame['y']).predict(frame[['a']]))", True),
    ],
)
def test_a_model_is_loaded_and_judged_by_functions_of_other_files(shown: str, told: bool) -> None:
    assert (("LKG004", "high") in said({**BY_RUN, "judge.py": JUDGES.format(shown)})) is told


def test_a_line_through_the_data_of_a_notebook_to_look_around_in_weighs_less() -> None:
    source = READ + "model = LogisticRegression().fit(features, target)\nprint(model.score(features, target))\n"
    assert ("LKG004", "high") in said({"train.py": source})
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert ("LKG004", "low") in said({"notebooks/eda.ipynb": notebook})


def test_models_that_are_only_listed_side_by_side_are_a_note() -> None:
    source = (
        SPLIT
        + JUDGE
        + "from sklearn.svm import SVC\nother = SVC().fit(x_train, y_train)\nprint(other.score(x_test, y_test))\n"
    )
    assert said({"train.py": READ + source}) == {("LKG003", "info")}


def test_test_code_teaches_nothing() -> None:
    source = (
        READ + "from sklearn.preprocessing import StandardScaler\nfeatures = StandardScaler().fit_transform(features)\n"
    )
    assert said({"tests/test_train.py": source + SPLIT + JUDGE}) == set()


DAYS = """\
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
frame = pd.read_csv("sales.csv")
frame["day"] = pd.to_datetime(frame["day"])
"""
PARTED = """\
train, test = frame[frame["day"] < start], frame[frame["day"] >= start]
model = Ridge().fit(train.drop(columns=["sold"]), train["sold"])
print(mean_absolute_error(test["sold"], model.predict(test.drop(columns=["sold"]))))
"""
MARKED = PARTED.replace('frame["day"] < start', 'frame["early"] == 1').replace(
    'frame["day"] >= start', 'frame["early"] == 0'
)
BY_HAND = "start = '2024-01-01'\n"
AFTER_A_MONTH = "start = frame['day'].max() - pd.Timedelta(days=30)\n"
EARLY = "frame['early'] = (frame['day'] < start).astype(int)\n"
TOLD = {("LKG001", "medium")}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("frame['n'] = frame.groupby(['shop', 'day'])['item'].transform('nunique')\n" + BY_HAND + PARTED, set(), id="groups of a day"),
        pytest.param("frame['n'] = frame.groupby('shop')['item'].transform('nunique')\n" + BY_HAND + PARTED, TOLD, id="groups of a shop"),
        pytest.param("frame['n'] = frame.groupby(['shop', 'week'])['item'].transform('nunique')\n" + BY_HAND + PARTED, TOLD, id="groups across the cut"),
        pytest.param("frame['n'] = frame.groupby(['shop', 'day'])['item'].transform('nunique')\nshop = frame[frame['shop'] == 3]\n" + BY_HAND + PARTED.replace("frame[frame['day'] >= start]", "shop[shop['day'] >= start]").replace('frame[frame["day"] >= start]', 'shop[shop["day"] >= start]'), set(), id="groups of a day, some rows of which are judged"),
        pytest.param(AFTER_A_MONTH + EARLY + MARKED, set(), id="a mark of the days before the cut"),
        pytest.param(AFTER_A_MONTH + EARLY + "frame['n'] = frame.groupby('day')['item'].transform('nunique')\n" + MARKED, set(), id="groups of a day, and a mark"),
        pytest.param("frame['big'] = (frame['price'] > frame['price'].max() / 2).astype(int)\n" + BY_HAND + PARTED, TOLD, id="a mark by a figure"),
        pytest.param("frame['age'] = (frame['day'].max() - frame['day']).dt.days\n" + BY_HAND + PARTED, set(), id="days to the end"),
        pytest.param("frame['rain'] = rain(frame['day'].min().strftime('%Y-%m-%d'))\n" + BY_HAND + PARTED, set(), id="days to ask a service for"),
        pytest.param("frame['updates'] = frame['updates'] / frame['updates'].max()\n" + BY_HAND + PARTED, TOLD, id="a word that holds date"),
        pytest.param("frame['left'] = (frame['saleDate'].max() - frame['saleDate']).dt.days\n" + BY_HAND + PARTED, set(), id="a day by its name"),
        pytest.param("frame['rain'] = frame['rain'] / frame['rain'].max()\n" + BY_HAND + PARTED, TOLD, id="a column scaled"),
        pytest.param("last = frame['moment'].max()\nframe['early'] = (frame['moment'] < last - pd.Timedelta(days=30)).astype(int)\n" + MARKED, set(), id="a date by what it is reckoned with"),
        pytest.param("frame['name'] = frame['moment'].min().isoformat()\n" + BY_HAND + PARTED, set(), id="a date by how it is written out"),
        pytest.param("frame['name'] = frame['moment'].min()\n" + BY_HAND + PARTED, TOLD, id="the least of some column"),
    ],
)  # fmt: skip
def test_dates_and_groups_on_one_side_of_a_cut_tell_nothing(source: str, found: set[tuple[str, str]]) -> None:
    assert said({"train.py": DAYS + source}) == found


TURN = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
frame = pd.read_csv("visits.csv")
months = sorted(frame["month"].unique())
scores = []
for {turn}:
    train, test = {parts}
    model = LogisticRegression().fit(train[["age"]], train["bought"])
    scores.append(roc_auc_score(test["bought"], model.predict(test[["age"]])))
print(scores)
"""


def test_each_call_of_a_function_that_parts_rows_parts_them_by_what_it_is_given() -> None:
    cut = "def cut(rows, month):\n    return rows[rows['month'] < month], rows[rows['month'] == month]\n\n\n"
    for turn, found in (("month in months", set()), ("c in [0.1, 1, 10]", {("LKG003", "medium")})):
        source = TURN.format(turn=turn, parts="cut(frame, month)").replace(
            "scores = []", "scores, month = [], 'may'", 1
        )
        assert {each for each in said({"train.py": cut + source}) if each[0] == "LKG003"} == found


@pytest.mark.parametrize(
    ("turn", "parts", "found"),
    [
        ("month in ['may', 'june', 'july']", "frame[frame['month'] != month], frame[frame['month'] == month]", set()),
        ("month in months", "frame[frame['month'] < month], frame[frame['month'] == month]", set()),
        ("month in months", "frame[frame['month'] < month], frame[frame['month'] >= month]", set()),
        ("month in months", "frame[frame['month'] < 'may'], frame[frame['month'] >= 'may']", {("LKG003", "medium")}),
        (
            "fold in range(3, 9)",
            "frame[frame['month'].isin(months[:fold])], frame[frame['month'] == months[fold]]",
            set(),
        ),
        ("c in [0.1, 1, 10]", "frame[frame['month'] < 'may'], frame[frame['month'] >= 'may']", {("LKG003", "medium")}),
    ],
)
def test_each_turn_of_a_walk_forward_has_rows_of_its_own(turn: str, parts: str, found: set[tuple[str, str]]) -> None:
    assert {each for each in said({"train.py": TURN.format(turn=turn, parts=parts)}) if each[0] == "LKG003"} == found


DRAWN = """\
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score


def draw(corners, count):
    rows = corners.repeat(count, 1)
    return rows[torch.randperm(len(rows))], torch.arange(len(rows)) % len(corners)


def main(problem):
    corners = {corners}
    x, y = draw(corners, 100)
    x_held, y_held = {held}
    model = LogisticRegression().fit(x, y)
    print(accuracy_score(y_held, model.predict(x_held)))


main(Problem())
"""


@pytest.mark.parametrize(
    ("corners", "held", "told"),
    [
        ("problem.corners", "draw(corners, 10)", False),
        ("problem.corners", "corners, problem.names", True),
        ("pd.read_csv('rows.csv')", "draw(corners, 10)", True),
    ],
)
def test_two_draws_from_what_may_be_no_rows_share_none(corners: str, held: str, told: bool) -> None:
    assert ("LKG005" in {rule for rule, _ in said({"train.py": DRAWN.format(corners=corners, held=held)})}) == told


GIVEN = """\
from sklearn.preprocessing import StandardScaler


def scaled(rows, scaler=None):
    if scaler is None:
        scaler = StandardScaler().fit(rows)
    return scaler.transform(rows), scaler


x_train, x_test, y_train, y_test = train_test_split(features, target, random_state=1)
x_train, scaler = scaled(x_train)
x_test, _ = scaled(x_test{})
"""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (GIVEN.format(", scaler"), set()),
        (GIVEN.format(", scaler=scaler"), set()),
        (GIVEN.format(""), {("LKG001", "medium")}),
        ("from sklearn.impute import SimpleImputer\nfeatures = SimpleImputer().fit_transform(features)\n" + SPLIT, {("LKG001", "low")}),
        ("from sklearn.impute import SimpleImputer\nfeatures = SimpleImputer(strategy='constant').fit_transform(features)\n" + SPLIT, set()),
        ("from sklearn.impute import KNNImputer\nfeatures = KNNImputer().fit_transform(features)\n" + SPLIT, {("LKG001", "medium")}),
    ],
)  # fmt: skip
def test_what_a_call_is_given_is_not_fitted_again_and_gaps_weigh_less(source: str, found: set[tuple[str, str]]) -> None:
    assert said({"train.py": READ + source + JUDGE}) == found


@pytest.mark.parametrize(("column", "dated"), [("order_date", True), ("orderDate", True), ("saledate", True), ("pickupTime", True), ("lifetime", False), ("updates", False), ("update", False), ("candidate", False)])  # fmt: skip
def test_a_word_that_ends_in_time_or_holds_date_orders_nothing(column: str, dated: bool) -> None:
    ordered = f"import pandas as pd\nframe = pd.read_csv('d.csv').sort_values('{column}')\nframe['last'] = frame['x'].shift(1)\nfeatures, target = frame[['x', 'last']], frame['y']\n"
    assert (("LKG006", "high") in said({"train.py": READ + ordered + SPLIT + JUDGE})) is dated


PARTS = """from sklearn.model_selection import train_test_split
import pandas as pd


def parts():
    frame = pd.read_csv('rows.csv')
    x, y = frame[['a', 'b']], frame['y']
    rest_x, test_x, rest_y, test_y = train_test_split(x, y, test_size=0.2, random_state=1)
    train_x, val_x, train_y, val_y = train_test_split(rest_x, rest_y, test_size=0.2, random_state=1)
    return train_x, val_x, test_x, train_y, val_y, test_y, ['a', 'b']
"""
CANDIDATES = """import joblib
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from parts import parts

train_x, val_x, test_x, train_y, val_y, test_y, names = parts()
results, models, best = {{}}, {{}}, 1e9
for name, model in {{'ridge': Ridge(), 'forest': RandomForestRegressor(random_state=1)}}.items():
    model.fit(train_x, train_y)
    val_rmse = mean_squared_error(val_y, model.predict(val_x)) ** 0.5
    test_rmse = mean_squared_error(test_y, model.predict(test_x)) ** 0.5
    results[name] = {{'val': val_rmse, 'test': test_rmse}}
    models[name] = model
    {each}
{after}
"""


@pytest.mark.parametrize(
    ("each", "after", "told"),
    [
        ("", "best = min(results, key=lambda n: results[n]['val'])", False),
        ("if val_rmse < best:\n        best, kept = val_rmse, model", "joblib.dump(kept, 'm.pkl')", False),
        ("", "print(pd.DataFrame(results).T.sort_values('val').iloc[0])", False),
        ("", "print(pd.DataFrame(results).T['val'].idxmin())", False),
        ("", "best = min(results, key=lambda n: results[n]['test'])", True),
        ("if test_rmse < best:\n        best, kept = test_rmse, model", "joblib.dump(kept, 'm.pkl')", True),
        ("", "best = min(results, key=lambda n: results[n]['val'] + results[n]['test'])", True),
        ("if val_rmse > 10:\n        print('bad')", "print(results)", True),
        ("", "print(results)", True),
    ],
)
def test_who_chooses_by_the_figure_of_a_validation_part_keeps_the_test_rows(each: str, after: str, told: bool) -> None:
    files = {"parts.py": PARTS, "candidates.py": CANDIDATES.format(each=each or "pass", after=after)}
    assert (("LKG003", "medium") in said(files)) is told


def test_who_chooses_by_both_figures_keeps_neither() -> None:
    after = "best = min(results, key=lambda n: results[n]['val'] + results[n]['test'])"
    files = {"parts.py": PARTS, "candidates.py": CANDIDATES.format(each="pass", after=after)}
    (component,) = graphs(files, archetypes="P").components
    assert len(component.reused_test_rows) == 2


def test_who_chooses_by_rows_of_another_table_says_nothing_of_these() -> None:
    source = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.metrics import mean_squared_error as mse\n"
        "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVR\nf = pd.read_csv('one.csv')\n"
        "a, b, c, d = train_test_split(f[['p']], f['y'], random_state=1)\nfor m in (Ridge(), SVR()):\n    m.fit(a, c)\n"
        "    print(mse(d, m.predict(b)))\ng = pd.read_csv('two.csv')\nh, i, j, k = train_test_split(g[['p']], g['y'], random_state=1)\n"
        "n = Ridge().fit(h, j)\nerror = mse(k, n.predict(i))\nbest = min([error, 1], key=lambda each: error)\n"
    )
    (component,) = graphs({"compare.py": source}, archetypes="P").components
    assert len(component.reused_test_rows) == 1


BOTH = "print(model.score(x_val, y_val))\nprint(model.score(x_test, y_test))\n"
FITTED = "model = LogisticRegression().fit(x_train, y_train)\n"


@pytest.mark.parametrize(
    ("again", "found"),
    [
        ("x_train, x_val, y_train, y_val = train_test_split(features, target, random_state=2)\n", {("LKG002", "high")}),
        ("x_train, x_val, y_train, y_val = train_test_split(x_train, y_train, random_state=2)\n", set()),
        ("x_val, x_test, y_val, y_test = train_test_split(x_test, y_test, random_state=2)\n", set()),
    ],
)
def test_a_second_split_of_all_rows_brings_those_back_that_were_set_aside(
    again: str, found: set[tuple[str, str]]
) -> None:
    assert said({"train.py": READ + SPLIT + again + FITTED + BOTH}) == found


def test_a_model_of_all_rows_that_other_rows_have_judged_before_is_no_second_split() -> None:
    last = "model.fit(features, target)\nprint(model.score(x_test, y_test))\n"
    assert said({"train.py": READ + SPLIT + FITTED + "print(model.score(x_test, y_test))\n" + last}) == {("LKG002", "critical")}  # fmt: skip
    parts = SPLIT + "x_train, x_val, y_train, y_val = train_test_split(x_train, y_train, random_state=2)\n"
    assert said({"train.py": READ + parts + FITTED + BOTH + "print(model.score(x_train, y_train))\n"}) == {("LKG011", "info")}  # fmt: skip


def test_a_model_of_all_rows_that_those_of_another_file_judge_comes_of_no_second_split() -> None:
    other = "other = pd.read_csv('july.csv')\nprint(model.score(other[['visits']], other['churned']))\n"
    whole = "model = LogisticRegression().fit(features, target)\nprint(model.score(x_test, y_test))\n"
    assert said({"train.py": READ + SPLIT + whole + other}) == {("LKG011", "info")}


CALIBRATED = "from sklearn.calibration import CalibratedClassifierCV\nfrom sklearn.metrics import brier_score_loss\nbase = LogisticRegression().fit(x_train, y_train)\n"


@pytest.mark.parametrize(
    ("by", "parts", "found"),
    [
        ("x_test, y_test", "", {("LKG002", "high")}),
        ("x_train, y_train", "", set()),
        ("x_cal, y_cal", "x_cal, x_test, y_cal, y_test = train_test_split(x_test, y_test, random_state=2)\n", set()),
    ],
)
def test_what_probabilities_are_set_right_by_does_not_judge_them(
    by: str, parts: str, found: set[tuple[str, str]]
) -> None:
    fitted = f"model = CalibratedClassifierCV(base, cv='prefit').fit({by})\n"
    judged = "print(brier_score_loss(y_test, model.predict_proba(x_test)[:, 1]))\n"
    assert said({"train.py": READ + SPLIT + parts + CALIBRATED + fitted + judged}) == found


def test_a_figure_of_the_rows_that_a_calibration_knows_is_a_fact_beside_that_of_others() -> None:
    parts = SPLIT + "x_cal, x_test, y_cal, y_test = train_test_split(x_test, y_test, random_state=2)\n" + CALIBRATED
    fitted = "model = CalibratedClassifierCV(base, cv='prefit').fit(x_cal, y_cal)\n"
    judged = "print(model.score(x_cal, y_cal), model.score(x_test, y_test))\n"
    assert said({"train.py": READ + parts + fitted + judged}) == {("LKG011", "info")}


CUT = READ.replace("f1_score", "f1_score, precision_recall_curve, roc_curve") + SPLIT + "import numpy as np\n"
ASKED = "model = LogisticRegression().fit(x_train, y_train)\np = model.predict_proba(x_test)[:, 1]\n"
TRIED = "best, limit = 0, 0\nfor t in np.arange(0.1, 0.9, 0.1):\n    f1 = f1_score(y_test, p > t)\n    if f1 > best:\n        best, limit = f1, t\nprint(best)\n"
CURVE = "precision, recall, limits = precision_recall_curve(y_test, p)\nlimit = limits[np.argmax(precision * recall)]\n"
BY_LIMIT = "print(f1_score(y_test, (p >= limit).astype(int)))\n"
VALIDATED = "x_train, x_val, y_train, y_val = train_test_split(x_train, y_train, random_state=2)\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param(ASKED + TRIED, True, id="tried in a loop"),
        pytest.param(ASKED + "print(model.score(x_test, y_test))\n" + TRIED, True, id="after another figure"),
        pytest.param(ASKED + TRIED.replace("f1_score(y_test, p > t)", "f1_score(y_test, np.where(p > t, 1, 0))"), True, id="deeper"),
        pytest.param(ASKED + "ts = np.arange(0.1, 0.9, 0.1)\nf1s = [f1_score(y_test, p > t) for t in ts]\nprint(ts[np.argmax(f1s)])\n", True, id="in a comprehension"),
        pytest.param(ASKED + CURVE + BY_LIMIT, True, id="of a curve"),
        pytest.param(ASKED + "a, b, limits = roc_curve(y_test, p)\nlimit = float(limits[np.argmax(b - a)])\n" + BY_LIMIT, True, id="of another curve"),
        pytest.param(ASKED + CURVE + "print(f1_score(y_test, p >= 0.5))\n", False, id="a curve that is shown"),
        pytest.param(ASKED + "for t in (0.3, 0.5):\n    print(f1_score(y_test, p > t))\n", False, id="thresholds that are shown"),
        pytest.param(ASKED + "print(f1_score(y_test, p > 0.5))\n", False, id="a fixed threshold"),
        pytest.param(VALIDATED + ASKED.replace("test", "val") + TRIED.replace("test", "val"), False, id="by validation rows"),
        pytest.param(VALIDATED + ASKED.replace("test", "val") + CURVE.replace("test", "val") + ASKED + BY_LIMIT, False, id="by validation rows, for test rows"),
        pytest.param("x_last, x_test, y_last, y_test = train_test_split(x_test, y_test, random_state=2)\n" + ASKED + TRIED + "print(model.score(x_last, y_last))\n", False, id="with rows for the last word"),
    ],
)  # fmt: skip
def test_a_threshold_is_chosen_by_other_rows_than_those_that_have_the_last_word(source: str, told: bool) -> None:
    assert (("LKG003", "medium") in said({"train.py": CUT + source})) is told


def test_thresholds_of_models_in_a_loop_are_one_finding() -> None:
    loop = "for model in (LogisticRegression(), LogisticRegression(C=3)):\n    model.fit(x_train, y_train)\n    p = model.predict_proba(x_test)[:, 1]\n"
    asked = "a, b, limits = roc_curve(y_test, p)\nlimit = limits[np.argmax(b - a)]\n" + BY_LIMIT
    source = CUT + loop + "".join(f"    {line}\n" for line in asked.splitlines())
    found = judge(graphs({"train.py": source}, archetypes="P").components, [registry().rules["LKG003"]]).findings
    (told,) = (each.message for each in found if "threshold" in each.message)
    assert told.startswith("the threshold of this figure is chosen")
