"""Figures and choices: what calls say of them, each debt beside what looks like it."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.knowledge.metrics import better, kinds
from tests.pages import graphs

PD = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\nf = pd.read_csv('d.csv')\n"
SEARCH = "from sklearn.model_selection import GridSearchCV, cross_val_score\n"
SK = "from sklearn.metrics import accuracy_score, f1_score, make_scorer, mean_squared_error\n"


def component(source: str, path: str = "train.py") -> ArtefactGraph:
    return graphs({path: source}).components[0]


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("accuracy", "higher"),
        ("val_loss", "lower"),
        ("valMeanAbsoluteError", "lower"),
        ("neg_mean_squared_error", ""),
        ("loss_accuracy", ""),
        ("error_threshold", ""),
        ("log_loss", "lower"),
        ("epoch", ""),
    ],
)
def test_which_way_a_metric_is_better(name: str, way: str) -> None:
    assert better(name) == way


def test_what_hangs_on_a_threshold() -> None:
    assert kinds("f1_score") == {"cut"}
    assert kinds("roc_auc_score") == {"free"}
    assert kinds("mean_squared_error") == frozenset()


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        pytest.param(SEARCH + "s = make_scorer(mean_squared_error)\nGridSearchCV(m, {}, scoring=s)\n", True, id="an error as a score"),
        pytest.param(SEARCH + "GridSearchCV(m, {}, scoring=make_scorer(mean_squared_error))\n", True, id="an error as a score, where it is used"),
        pytest.param("s = make_scorer(mean_squared_error)\nprint(cross_val_score(m, X, y, scoring=s))\n", False, id="an error that is only told"),
        pytest.param(
            SEARCH + "s = {'r2': 'r2', 'mse': make_scorer(mean_squared_error)}\nGridSearchCV(m, {}, scoring=s, refit='r2')\n",
            False,
            id="an error beside what is chosen by",
        ),
        pytest.param(
            SEARCH + "s = {'r2': 'r2', 'mse': make_scorer(mean_squared_error)}\nGridSearchCV(m, {}, scoring=s, refit='mse')\n",
            True,
            id="an error among several, and it is chosen by",
        ),
        pytest.param(SEARCH + "s = make_scorer(mean_squared_error, greater_is_better=False)\nGridSearchCV(m, {}, scoring=s)\n", False, id="an error that is turned round"),
        pytest.param("s = make_scorer(lambda y, p: mean_squared_error(y, p))\n", False, id="a function of one's own"),
        pytest.param("from keras.callbacks import EarlyStopping as E\nE(monitor='val_accuracy', mode='min')\n", True, id="the least accuracy"),
        pytest.param("from keras.callbacks import EarlyStopping as E\nE(monitor='val_accuracy')\n", False, id="a library that finds out"),
        pytest.param("from keras.callbacks import EarlyStopping as E\nE(monitor=name, mode='min')\n", False, id="a name that is not known"),
        pytest.param("best = min(runs, key=lambda r: r['accuracy'])\n", True, id="the best is the least accurate"),
        pytest.param("best = min(runs, key=lambda r: -r['accuracy'])\n", False, id="a sign turns it round"),
        pytest.param("worst = min(runs, key=lambda r: r['accuracy'])\n", False, id="the worst is looked for"),
        pytest.param(
            "import mlflow\nbest = mlflow.search_runs(order_by=['metrics.rmse DESC'], max_results=1)\n", True, id="the run with the largest error"
        ),
        pytest.param("import mlflow\nbest = mlflow.search_runs(order_by=['metrics.rmse ASC'], max_results=1)\n", False, id="the run with the least"),
    ],
)  # fmt: skip
def test_the_way_of_a_selection(source: str, *, wrong: bool) -> None:
    assert bool(component(SK + source).wrong_ways[0]) is wrong


def test_the_goal_of_a_search_in_settings() -> None:
    text = "method: bayes\nmetric:\n  name: val_loss\n  goal: {}\n"
    for goal, wrong in (("maximize", True), ("minimize", False)):
        graph = graphs({"sweep.yaml": text.format(goal), "train.py": SK}).components[0]
        assert bool(graph.wrong_ways[0]) is wrong


@pytest.mark.parametrize(
    ("source", "same"),
    [
        pytest.param("print(accuracy_score(y, y))\n", True, id="one name twice"),
        pytest.param("p = y\nprint(accuracy_score(y, p))\n", True, id="under a second name"),
        pytest.param("p = y\np[0] = 1\nprint(accuracy_score(y, p))\n", False, id="changed in between"),
        pytest.param("print(accuracy_score(y, m.predict(x)))\n", False, id="labels and prediction"),
        pytest.param("print(accuracy_score(draw(), draw()))\n", False, id="a call may give another value"),
        pytest.param("if score != score:\n    pass\n", False, id="the test for a missing number"),
        pytest.param("assert score >= score\n", True, id="an assertion that cannot fail"),
        pytest.param("assert new >= old\n", False, id="two values"),
    ],
)
def test_values_that_are_compared_with_themselves(source: str, *, same: bool) -> None:
    assert bool(component(SK + source).self_comparisons[0]) is same


@pytest.mark.parametrize(
    ("source", "made_up"),
    [
        pytest.param("mlflow.log_metric('accuracy', 0.93)\n", True, id="a number"),
        pytest.param("mlflow.log_metrics({'f1': 0.9, 'rows': 10})\n", True, id="in a table"),
        pytest.param("mlflow.log_metric('accuracy', random.random())\n", True, id="chance"),
        pytest.param("mlflow.log_metric('epoch', 3)\n", False, id="no metric"),
        pytest.param(
            "acc = 0.0\nacc = accuracy_score(y, p)\nmlflow.log_metric('accuracy', acc)\n",
            False,
            id="a first value that is replaced",
        ),
        pytest.param(
            "acc = 0.9\nfor x in y:\n    acc = accuracy_score(x, p)\nmlflow.log_metric('accuracy', acc)\n",
            False,
            id="replaced in a loop",
        ),
        pytest.param("mlflow.log_metric('baseline_accuracy', 0.9)\n", False, id="a yardstick"),
        pytest.param("mlflow.log_metric('exp63_mae', 2.85)\n", False, id="of another experiment"),
        pytest.param("if not y:\n    mlflow.log_metric('accuracy', 0.0)\n", False, id="nothing to measure"),
        pytest.param(
            "def log(n, v):\n    mlflow.log_metric(n, v)\nlog('recall', 0.9)\n", True, id="by a function of one's own"
        ),
        pytest.param(
            "def log(n, v):\n    mlflow.log_metric(n, v)\nlog('recall', f1_score(y, p))\n",
            False,
            id="measured, by a function of one's own",
        ),
        pytest.param(
            "import json\nr = {'metrics': {'f1': {'value': 0.7}}}\njson.dump(r, open('evaluation.json', 'w'))\n",
            True,
            id="in a table of tables",
        ),
    ],
)
def test_figures_that_nothing_measured(source: str, *, made_up: bool) -> None:
    assert bool(component("import random\nimport mlflow\n" + SK + source).fabricated[0]) is made_up


def test_figures_of_tests_are_no_figures() -> None:
    assert not component("import mlflow\nmlflow.log_metric('accuracy', 0.93)\n", "tests/test_log.py").fabricated[0]


@pytest.mark.parametrize(
    ("path", "pretends"),
    [
        ("demo_log.d/log.py", True), ("src/Mock.py", True), ("populate-monitoring.py", True), ("populate_monitoring.py", True),
        ("simulate.py", True), ("simulation/run.py", True), ("log_mock.py", True), ("log-fake.py", True),
        ("dummy/log.py", True), ("jobs/synthetic.d/log.py", True),
        ("democracy.py", False), ("populated.py", False), ("dissimulate.py", False), ("remock.py", False),
        ("fakery.py", False), ("dummies.py", False), ("synthetics.py", False), ("train.py", False),
    ],
)  # fmt: skip
def test_a_program_that_says_it_pretends_records_no_figures(path: str, *, pretends: bool) -> None:
    source = "import random\nimport mlflow\nmlflow.log_metric('accuracy', random.random())\n"
    assert bool(component(source, path).fabricated[0]) is not pretends


@pytest.mark.parametrize(
    ("source", "leaks"),
    [
        pytest.param("X = f[['a', 'y']]\ny = f['y']\nRidge().fit(X, y)\n", True, id="the target is a feature"),
        pytest.param(
            "X = f[['a', 'y']]\nX = X.drop(columns=['y'])\nRidge().fit(X, f['y'])\n", False, id="dropped again"
        ),
        pytest.param("names = ['a', 'y']\nRidge().fit(f[names], f['y'])\n", True, id="by a list of names"),
        pytest.param(
            "g = f[['a', 'b', 'y']]\nnames = load()\nX, X2, t, t2 = train_test_split(g[names], g['y'])\nRidge().fit(X, t)\n",
            False,
            id="names that are not known, of a frame that was picked before",
        ),
        pytest.param(
            "g = pd.read_csv('e.csv')\nRidge().fit(g[['y', 'a']], f['y'])\n",
            False,
            id="a column of that name in another frame",
        ),
        pytest.param("f['n'] = f['a'].shift(-1)\nRidge().fit(f[['n']], f['y'])\n", True, id="a value of the next row"),
        pytest.param(
            "pd.to_datetime(f['d'])\nf['n'] = f['a'].rolling(3, center=True).mean()\nRidge().fit(f[['n']], f['y'])\n",
            True,
            id="a window around each day",
        ),
        pytest.param(
            "pd.to_datetime(f['d'])\nf['n'] = f['a'].rolling(3).mean()\nRidge().fit(f[['n']], f['y'])\n",
            False,
            id="a window over earlier days",
        ),
        pytest.param(
            "pd.to_datetime(f['d'])\nf['n'] = f['a'].rolling(3, center=True).mean()\nRidge().fit(f[['a']], f['n'])\n",
            False,
            id="a label that is smoothed",
        ),
        pytest.param(
            "f['n'] = f['a'].rolling(3, center=True).mean()\nRidge().fit(f[['n']], f['y'])\n",
            False,
            id="a window along a curve",
        ),
        pytest.param(
            "f['n'] = f['a'].shift(1)\nRidge().fit(f[['n']], f['y'])\n", False, id="a value of the row before"
        ),
        pytest.param(
            "f['n'] = f['y'].shift(-1)\nRidge().fit(f[['a']], f['n'])\n", False, id="the label is the next row"
        ),
        pytest.param(
            "f['m'] = f.groupby('town')['y'].transform('mean')\nX = f.drop(['y'], axis=1)\na, b, c, d = train_test_split(X, f['y'])\nRidge().fit(a, c)\n",
            True,
            id="an average of the target, in what is left of the frame",
        ),
        pytest.param(
            "f['m'] = f.groupby('town')['y'].transform('mean')\nX = f.drop(['y', 'm'], axis=1)\na, b, c, d = train_test_split(X, f['y'])\nRidge().fit(a, c)\n",
            False,
            id="an average of the target that is left out",
        ),
        pytest.param(
            "f['m'] = f.groupby('town')['y'].transform(lambda s: s.shift(7))\nX = f.drop(['y'], axis=1)\na, b, c, d = train_test_split(X, f['y'])\nRidge().fit(a, c)\n",
            False,
            id="an earlier value of the target",
        ),
        pytest.param(
            "f['r'] = f['y'] / f['area']\nX = f[f.area > 0].drop(columns='y')\nRidge().fit(X, f.loc[f.area > 0]['y'])\n",
            True,
            id="a price by area among the features",
        ),
        pytest.param(
            "f['r'] = f['y'] / f['area']\nX = f.drop(columns=gone)\nRidge().fit(X, f['y'])\n",
            False,
            id="left out by names that are not known",
        ),
        pytest.param(
            "f['now'] = f['y'] * 1\nf['y'] = f['y'].shift(-1)\nRidge().fit(f[['now']], f['y'])\n",
            False,
            id="today's value, for tomorrow's",
        ),
        pytest.param("X = f.drop(columns=['id'])\nRidge().fit(X, f['y'])\n", True, id="the target is not left out"),
        pytest.param(
            "t = f['y']\nf = f.drop(columns=['y'])\nX = f.drop(columns=['id'])\nRidge().fit(X, t)\n",
            False,
            id="the target was left out before",
        ),
    ],
)
def test_features_from_the_target(source: str, *, leaks: bool) -> None:
    assert bool(component(PD + source).target_features[0]) is leaks


@pytest.mark.parametrize(
    ("source", "risk"),
    [
        pytest.param(
            "f['n'] = f.groupby('user_id')['t'].cumcount()\na, b = train_test_split(f)\n",
            True,
            id="several rows of a user",
        ),
        pytest.param(
            "f = f.groupby('user_id').agg('sum')\na, b = train_test_split(f)\n", False, id="one row of a user"
        ),
        pytest.param(
            "f['n'] = f.groupby('month')['t'].cumcount()\na, b = train_test_split(f)\n", False, id="no entity"
        ),
        pytest.param("f['n'] = f.groupby('user_id')['t'].cumcount()\n", False, id="no split"),
    ],
)
def test_rows_of_one_entity(source: str, *, risk: bool) -> None:
    assert bool(component(PD + source).split_groups[0]) is risk
