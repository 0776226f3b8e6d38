"""What runs over rows find, construct by construct: each leak beside the look-alike that is none."""

from __future__ import annotations

import json

import pytest

from auditor.knowledge import load
from auditor.program import resolve
from auditor.program.rows import interpret
from auditor.program.rows.anew import fitted_anew
from auditor.readers import candidates, read_file
from tests.program.rows.running import HEAD, JUDGE, SPLIT, found, run

LEAKS = [
    pytest.param("def clean(d):\n    d['a'] = StandardScaler().fit_transform(d[['a']])\nclean(X)\n" + SPLIT + JUDGE, id="a helper that changes its argument"),
    pytest.param("for d in [X]:\n    d['a'].fillna(d['a'].median(), inplace=True)\n" + SPLIT + JUDGE, id="frames changed in a loop"),
    pytest.param("X = X.apply(lambda c: c.fillna(c.mean()))\n" + SPLIT + JUDGE, id="a function over whole columns"),
    pytest.param("X = (X - X.mean()) / X.std()\n" + SPLIT + JUDGE, id="scaled by hand"),
    pytest.param("low, high = X.a.min(), X.a.max()\nX['a'] = X.a.map(lambda v: (v - low) / (high - low))\n" + SPLIT + JUDGE, id="bounds in a lambda"),
    pytest.param("cols = [c for c in X.columns if c != 'id']\nX[cols] = StandardScaler().fit_transform(X[cols])\n" + SPLIT + JUDGE, id="columns from a comprehension"),
    pytest.param("from sklearn.feature_selection import SelectKBest\ns = SelectKBest(k=3).fit(X, y)\nX = X[X.columns[s.get_support()]]\n" + SPLIT + JUDGE, id="columns chosen by a selector"),
    pytest.param("corr = df.corr()['y']\nX = df[corr[corr > 0.3].index]\n" + SPLIT + JUDGE, id="columns chosen by correlation"),
    pytest.param(SPLIT + "s = StandardScaler().fit(pd.concat([X_tr, X_te]))\nX_tr, X_te = s.transform(X_tr), s.transform(X_te)\n" + JUDGE, id="fitted on both parts joined"),
    pytest.param("Z = StandardScaler().fit_transform(X.values)\nX_tr, X_te, y_tr, y_te = Z[:800], Z[800:], y[:800], y[800:]\n" + JUDGE, id="split by position"),
    pytest.param("Z = StandardScaler().fit_transform(X)\nidx = np.random.permutation(len(Z))\nX_tr, X_te = Z[idx[:80]], Z[idx[80:]]\ny_tr, y_te = y[idx[:80]], y[idx[80:]]\n" + JUDGE, id="split by a permutation"),
    pytest.param("df['a'] = df['a'] / df['a'].max()\ntr = df.sample(frac=.8)\nte = df.drop(tr.index)\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(accuracy_score(te.y, m.predict(te[['a']])))\n", id="split by sample and drop"),
    pytest.param("df['a'] = df['a'].fillna(df['a'].mean())\ntr, te = df[df.year < 2018], df[df.year >= 2018]\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n", id="split at a cutoff"),
    pytest.param("Z = StandardScaler().fit_transform(X)\nfor tr, te in KFold(5).split(Z):\n    m = LogisticRegression().fit(Z[tr], y[tr])\n    print(m.score(Z[te], y[te]))\n", id="folds"),
    pytest.param("Z = StandardScaler().fit_transform(X)\ng = GridSearchCV(LogisticRegression(), {}).fit(Z, y)\n", id="a search over folds"),
    pytest.param("X = StandardScaler().fit_transform(X)\n" + SPLIT + "for m in [LogisticRegression(), RandomForestClassifier()]:\n    m.fit(X_tr, y_tr)\n    print(m.score(X_te, y_te))\n", id="models in a list"),
    pytest.param("X = StandardScaler().fit_transform(X)\n" + SPLIT + "models = {}\nmodels['a'] = LogisticRegression()\nfor n, m in models.items():\n    m.fit(X_tr, y_tr)\n    print(accuracy_score(y_te, m.predict(X_te)))\n", id="models in a dict"),
    pytest.param("class Job:\n    def __init__(self, d):\n        self.X = StandardScaler().fit_transform(d)\n    def train(self):\n        a, b, c, d = train_test_split(self.X, y)\n        self.m = LogisticRegression().fit(a, c)\n        print(self.m.score(b, d))\njob = Job(X)\njob.train()\n", id="in a class"),
    pytest.param("from keras.models import Sequential\nX = StandardScaler().fit_transform(X)\n" + SPLIT + "net = Sequential([])\nnet.fit(X_tr, y_tr)\nprint(net.evaluate(X_te, y_te))\n", id="a network"),
    pytest.param("from keras.preprocessing.text import Tokenizer\nt = Tokenizer()\nt.fit_on_texts(df.text)\nX = t.texts_to_sequences(df.text)\n" + SPLIT + JUDGE, id="a tokeniser"),
    pytest.param("import torch\nfrom torch import nn\nfrom torch.utils.data import DataLoader, TensorDataset, random_split\nclass Net(nn.Module):\n    pass\nZ = torch.tensor(StandardScaler().fit_transform(X))\na, b = random_split(TensorDataset(Z, torch.tensor(y)), [80, 20])\nnet, crit = Net(), nn.MSELoss()\nfor v, t in DataLoader(a):\n    loss = crit(net(v), t)\n    loss.backward()\nright = 0\nfor v, t in DataLoader(b):\n    right += (net(v).argmax(1) == t).sum()\n", id="a training loop"),
    pytest.param("import xgboost as xgb\nX = StandardScaler().fit_transform(X)\n" + SPLIT + "b = xgb.train({}, xgb.DMatrix(X_tr, y_tr))\nprint(accuracy_score(y_te, b.predict(xgb.DMatrix(X_te))))\n", id="boosting by a function"),
    pytest.param("X['m'] = df.groupby('k').a.transform('mean')\n" + SPLIT + JUDGE, id="means of groups"),
    pytest.param(
        "for c in X.dtypes[X.dtypes == 'float64'].index:\n    X[c] = X[c].fillna(X[c].median())\n" + SPLIT + JUDGE,
        id="columns by their type, in a loop",
    ),
]  # fmt: skip


@pytest.mark.parametrize("source", LEAKS)
def test_statistics_over_evaluated_rows_are_found(source: str) -> None:
    assert "preprocessing" in found(HEAD + source)


CLEAN = [
    pytest.param(
        "per = df.groupby('customer').agg('mean').reset_index()\nlast = df.groupby('customer').tail(1).merge(per, on='customer')\n"
        "X, y = last.drop(columns=['y']), last.y\n" + SPLIT + JUDGE,
        id="what each customer did",
    ),
    pytest.param(
        "for tr, te in KFold(5).split(X):\n    m = LogisticRegression().fit(X.iloc[tr], y.iloc[tr])\n    out = m.predict(X[:9])\n",
        id="predictions of folds that are averaged",
    ),
    pytest.param("X['a'] = X['a'].fillna(0)\n" + SPLIT + JUDGE, id="filled with a constant"),
    pytest.param("print(X.mean(), X.corr())\n" + SPLIT + JUDGE, id="statistics that are shown"),
    pytest.param("X['t'] = X[['a', 'b']].mean(axis=1)\n" + SPLIT + JUDGE, id="means along the columns"),
    pytest.param("X['w'] = X.text.apply(lambda s: sum(len(w) for w in s) / len(s))\n" + SPLIT + JUDGE, id="counts within a row"),
    pytest.param("X = X.dropna().drop_duplicates()\ny = y[X.index]\n" + SPLIT + JUDGE, id="rows that are dropped"),
    pytest.param("X = pd.get_dummies(X)\n" + SPLIT + JUDGE, id="dummies"),
    pytest.param("X = X / 255.0\n" + SPLIT + JUDGE, id="a constant"),
    pytest.param("X = X[X.columns[X.isnull().mean() < 0.5]]\n" + SPLIT + JUDGE, id="columns chosen by how much is missing"),
    pytest.param(SPLIT + "m = X_tr.a.mean()\nX_tr['a'], X_te['a'] = X_tr.a.fillna(m), X_te.a.fillna(m)\n" + JUDGE, id="a mean of the training part"),
    pytest.param("print(cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), X, y))\n", id="a pipeline over folds"),
    pytest.param("Z = X.copy()\nZ['a'] = Z.a / Z.a.max()\n" + SPLIT + JUDGE, id="a copy that is changed"),
    pytest.param(SPLIT + "for tr, te in KFold(5).split(X_tr):\n    s = StandardScaler().fit(X_tr.iloc[tr])\n    m = LogisticRegression().fit(s.transform(X_tr.iloc[tr]), y_tr.iloc[tr])\n    print(m.score(s.transform(X_tr.iloc[te]), y_tr.iloc[te]))\n", id="fitted fold by fold"),
    pytest.param("train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\ntest['a'] = test.a.fillna(test.a.mean())\nm = LogisticRegression().fit(train[['a']], train.y)\nout = m.predict(test[['a']])\n", id="rows that are only predicted"),
    pytest.param("df['y'] = (df.y - df.y.mean()) / df.y.std()\nX, y = df[['a', 'b']], df['y']\n" + SPLIT + JUDGE, id="the target is scaled"),
    pytest.param("if False:\n    X = StandardScaler().fit_transform(X)\n" + SPLIT + JUDGE, id="never run"),
    pytest.param("def f(d, scale=False):\n    if scale:\n        d = StandardScaler().fit_transform(d)\n    return d\nX = f(X)\n" + SPLIT + JUDGE, id="an option left off"),
]  # fmt: skip


@pytest.mark.parametrize("source", CLEAN)
def test_look_alikes_are_not_accused(source: str) -> None:
    assert not {"preprocessing", "reuse", "overlap"} & found(HEAD + source)


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        pytest.param(
            "d = prepared()\nm = LogisticRegression().fit(d.train_x, d.train_y)\nprint(m.score(d.test_x, d.test_y))\n",
            set(),
            id="parts of an unknown object",
        ),
        pytest.param(
            "d = np.load('a.npz')\nm = LogisticRegression().fit(d['x_train'], 0)\nprint(m.score(d['x_test'], 0))\n",
            set(),
            id="parts of an archive",
        ),
        pytest.param(
            "a, b = pd.read_csv('a.csv', nrows=9), pd.read_csv('a.csv', skiprows=9)\nm = LogisticRegression().fit(a, 0)\nprint(m.score(b, 0))\n",
            set(),
            id="two reads of one file",
        ),
        pytest.param(SPLIT + "m = LogisticRegression().fit(X, y)\nprint(m.score(X_te, y_te))\n", {"overlap"}, id="fitted on all rows"),
        pytest.param(SPLIT + "m = LogisticRegression().fit(pd.concat([X_tr, X_te]), pd.concat([y_tr, y_te]))\nprint(m.score(X_te, y_te))\n", {"overlap"}, id="fitted on both parts"),
        pytest.param(SPLIT + "m = LogisticRegression().fit(X_tr, y_tr)\nprint(m.score(X_tr, y_tr), m.score(X_te, y_te))\n", {"on training rows"}, id="both figures"),
        pytest.param("m = LogisticRegression().fit(X, y)\nprint(m.score(X, y))\n", {"on training rows", "unheld"}, id="training rows only"),
        pytest.param(SPLIT + "for c in range(9):\n    m = LogisticRegression(C=c).fit(X_tr, y_tr)\n    print(m.score(X_te, y_te))\n", {"reuse"}, id="candidates in a loop"),
        pytest.param(SPLIT + "if df.empty:\n    m = LogisticRegression()\nelse:\n    m = RandomForestClassifier()\nm.fit(X_tr, y_tr)\nprint(m.score(X_te, y_te))\n", set(), id="one of two models"),
        pytest.param(SPLIT + "m = LogisticRegression().fit(X_tr, y_tr)\np = m.predict(X_te)\nprint(accuracy_score(y_te, p), (p == y_te).mean())\n", set(), id="two metrics of one model"),
        pytest.param("for tr, te in KFold(5).split(X):\n    for m in [LogisticRegression(), RandomForestClassifier()]:\n        m.fit(X.iloc[tr], y.iloc[tr])\n        print(m.score(X.iloc[te], y.iloc[te]))\n", set(), id="models over folds"),
        pytest.param("from imblearn.over_sampling import SMOTE\nX, y = SMOTE().fit_resample(X, y)\n" + SPLIT + JUDGE, {"resampled"}, id="over-sampled, then split"),
        pytest.param("from imblearn.under_sampling import RandomUnderSampler\nX, y = RandomUnderSampler().fit_resample(X, y)\n" + SPLIT + JUDGE, set(), id="under-sampled, then split"),
        pytest.param(SPLIT + "from imblearn.over_sampling import SMOTE\nX_tr, y_tr = SMOTE().fit_resample(X_tr, y_tr)\n" + JUDGE, set(), id="split, then over-sampled"),
        pytest.param("df['d'] = pd.to_datetime(df.d)\ndf = df.sort_values('d')\nX = df[['a']]\n" + SPLIT, {"time"}, id="dates and their order"),
        pytest.param("df['d'] = pd.to_datetime(df.d)\ndf['month'] = df.d.dt.month\nX = df[['a', 'month']]\n" + SPLIT, set(), id="a calendar feature"),
        pytest.param(SPLIT + JUDGE + "final = LogisticRegression().fit(X, y)\n", set(), id="a final fit on everything"),
        pytest.param("train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\nboth = pd.concat([train, test])\nX_tr, X_te, y_tr, y_te = train_test_split(both[['a']], both.y)\n" + JUDGE, set(), id="two files joined and split anew"),
    ],
)  # fmt: skip
def test_what_models_are_judged_on(source: str, kinds: set[str]) -> None:
    assert found(HEAD + source) == kinds


@pytest.mark.parametrize("source", [*LEAKS, *CLEAN])
def test_a_notebook_says_what_its_script_says(source: str) -> None:
    lines = (HEAD + source).splitlines(keepends=True)
    middle = HEAD.count("\n")
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": part}
        for part in (lines[:middle], lines[middle:])
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert found(notebook, "train.ipynb") == found(HEAD + source)


def test_helpers_of_other_modules_are_followed() -> None:
    prepare = "from sklearn.preprocessing import StandardScaler\ndef scaled(d):\n    return StandardScaler().fit_transform(d)\n"
    main = HEAD + "from prepare import scaled\nX = scaled(X)\n" + SPLIT + JUDGE
    assert found({"prepare.py": prepare, "train.py": main}) == {"preprocessing"}


def test_a_run_is_bounded_and_says_so() -> None:
    loops = (
        "".join(f"{'    ' * n}for i{n} in [1, 2, 3, 4, 5, 6, 7, 8, 9]:\n" for n in range(7))
        + "    " * 7
        + "x = X.mean()\n"
    )
    assert run(HEAD + loops + SPLIT + JUDGE).cut


def test_recursion_ends() -> None:
    assert found(HEAD + "def f(d):\n    return f(d)\nX = f(X)\n" + SPLIT + JUDGE) == set()


@pytest.mark.parametrize("times", [40, 2_000])
def test_rows_that_are_joined_with_some_of_themselves_again_and_again_are_judged_in_time(times: int) -> None:
    joined = "df = pd.concat([df, df.head(3)])\n" * times + "X, y = df.drop(columns=['y']), df['y']\n"
    other = "t = pd.read_csv('t.csv')\nprint(LogisticRegression().fit(X, y).score(t[['a']], t.y))\n"
    assert found(HEAD + joined + other) == set()
    assert found(HEAD + joined + SPLIT + JUDGE) == set()


def test_signs_of_time_in_what_was_joined_are_those_of_the_whole() -> None:
    joined = "df = pd.concat([df.sort_values('date'), pd.read_csv('more.csv').sort_values('date')])\n"
    assert found(HEAD + joined * 9 + "df['b'] = df.a.shift(1)\nX, y = df[['b']], df['y']\n" + SPLIT + JUDGE) == {"time"}


def test_branches_without_end_are_cut_and_told() -> None:
    arms = "".join(f"elif n == {k}:\n    X = X.fillna({k})\n" for k in range(120))
    source = HEAD + "n = len(X)\nif n == -1:\n    X = X.fillna(0)\n" + arms + SPLIT + JUDGE
    trace = run(source)
    assert trace.cut or trace.evaluations


@pytest.mark.parametrize(
    ("prepared", "name"),
    [
        ("test['a'] = test['a'].fillna(test['a'].mean())\n", "mean()"),
        ("test['a'] = test['a'].fillna(train['a'].mean())\n", ""),
        ("test[['a']] = StandardScaler().fit_transform(test[['a']])\n", "StandardScaler"),
        ("s = StandardScaler().fit(train[['a']])\ntest[['a']] = s.transform(test[['a']])\n", ""),
        ("test['a'] = LabelEncoder().fit_transform(test['a'])\n", "LabelEncoder"),
        ("s = LabelEncoder().fit(train['a'])\ntest['a'] = s.transform(test['a'])\n", ""),
        ("test[['a']] = OrdinalEncoder(categories=[['x', 'y']]).fit_transform(test[['a']])\n", ""),
        ("test['a'] = test['a'].fillna(0)\n", ""),
        ("from own import load\ntrain = load('x')\ntest[['a']] = StandardScaler().fit_transform(test[['a']])\n", ""),
        (
            "s = StandardScaler().fit(test[['a']])\ntrain[['a']] = s.transform(train[['a']])\ntest[['a']] = s.transform(test[['a']])\n",
            "",
        ),
    ],
)
def test_what_is_learned_again_from_the_rows_that_are_predicted(prepared: str, name: str) -> None:
    source = f"""\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import LabelEncoder, OrdinalEncoder, StandardScaler
train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')
{prepared}
model = LogisticRegression().fit(train[['a']], train['y'])
test['answer'] = model.predict(test[['a']])
"""
    assert [again.fit.name for again in fitted_anew(run(source))] == ([name] if name else [])
    assert not found(source) & {"preprocessing", "overlap"}


def test_categories_listed_again_for_the_held_out_rows_are_told_and_those_of_training_are_not() -> None:
    encoded = "e = LabelEncoder()\nX_tr['a'] = e.fit_transform(X_tr['a'])\nX_te['a'] = e.{}(X_te['a'])\n"
    head = HEAD + "from sklearn.preprocessing import LabelEncoder\n" + SPLIT
    assert [again.fit.name for again in fitted_anew(run(head + encoded.format("fit_transform") + JUDGE))] == [
        "LabelEncoder"
    ]
    assert not fitted_anew(run(head + encoded.format("transform") + JUDGE))


def test_files_that_are_read_one_after_the_other_are_no_copies_of_one() -> None:
    read = "from pathlib import Path\nparts = []\nfor path in Path('data').glob('*.csv'):\n    parts.append(pd.read_csv(path))\n"
    joined = "df = pd.concat(parts)\nX, y = df[['a']], df['y']\n"
    assert "resampled" not in found(HEAD + read + joined + SPLIT + JUDGE)


@pytest.mark.parametrize(("name", "leaks"), [("X_train", False), ("features", True)])
def test_folds_of_what_a_function_calls_the_training_part_have_not_the_last_word(name: str, *, leaks: bool) -> None:
    body = "    {0} = StandardScaler().fit_transform({0})\n    print(cross_val_score(LogisticRegression(), {0}, y))\n"
    assert ("preprocessing" in found(HEAD + f"def judge({name}, y):\n" + body.format(name))) is leaks


def test_a_copy_of_a_list_is_another_list() -> None:
    copied = "parts = [X_tr]\nmore = parts.copy()\nmore.append(X_te)\nmodel = LogisticRegression().fit(pd.concat(parts), y_tr)\n"
    assert "overlap" not in found(HEAD + SPLIT + copied + "print(model.score(X_te, y_te))\n")
    assert "overlap" in found(HEAD + SPLIT + copied.replace("(parts)", "(more)") + "print(model.score(X_te, y_te))\n")


BATCHES = """\
import numpy as np
import torch
from torch import nn
class Net(nn.Module):
    def forward(self, v):
        return v
data = load()
data = torch.from_numpy(data - np.mean(data, axis=0))
net, cost = Net(), nn.NLLLoss()
for epoch in range(9):
    data = data[torch.randperm(data.shape[0])]
    start = 0
    for n in range(9):
        batch = data[start : start + 8]
        out = net(batch[:, :-1])
        loss = cost(out, batch[:, -1])
        wrong = torch.mean((torch.max(out, dim=1)[1] != batch[:, -1]).float())
        loss.backward()
        start = start + 8
"""


def test_the_error_of_batches_that_are_drawn_anew_in_each_round_is_no_judgement_of_others() -> None:
    assert not found(BATCHES)


def test_a_prediction_is_judged_where_it_is_held_against_labels_and_decides_where_it_is_held_against_a_bound() -> None:
    fitted = "m = LogisticRegression().fit(X, y)\np = m.predict(X)\n"
    assert run(HEAD + fitted + "print((p == y).mean())\n").evaluations
    assert run(HEAD + fitted + "print(y[p - y > 0])\n").evaluations
    assert not run(
        HEAD + "def pick(rows, bound):\n    " + fitted.replace("\n", "\n    ") + "return rows[p > bound]\n"
    ).evaluations


@pytest.mark.parametrize(
    ("head", "bases", "onward", "trained"),
    [
        ("from metaflow import FlowSpec\n", "(FlowSpec)", "next", 2),
        ("from metaflow import FlowSpec\n", "(FlowSpec)", "follow", 0),
        ("", "", "next", 0),
        ("from tkinter import Frame\n", "(Frame)", "next", 0),
    ],
)
def test_only_the_steps_of_a_flow_are_run_for_each_of_what_they_are_given(
    head: str, bases: str, onward: str, trained: int
) -> None:
    source = (
        f"{head}class Work{bases}:\n    def start(self):\n        self.A, self.B, self.a, self.b = train_test_split(X, y)\n"
        "        self.candidates = [LogisticRegression(C=c) for c in (.1, 1)]\n"
        f"        self.{onward}(self.train, foreach='candidates')\n"
        "    def train(self):\n        self.model = self.input\n        self.model.fit(self.A, self.a)\n"
    )
    assert len(run(HEAD + source).trainings) == trained


LEARNER = "from sklearn.linear_model import Ridge\ndef learn(x, y):\n    return Ridge().fit(x, y)\n"


@pytest.mark.parametrize(
    ("source", "run"),
    [
        pytest.param("import pandas as pd\nprint(pd.read_csv('a.csv').mean())\n", False, id="nothing"),
        pytest.param(LEARNER, True, id="fits"),
        pytest.param("def answer(x):\n    return model.predict_proba(x)\n", False, id="only predicts"),
        pytest.param("from sklearn.metrics import f1_score\nprint(f1_score(a, b))\n", False, id="only judges"),
        pytest.param("from b import learn\nprint(learn(x, y).predict_proba(z))\n", True, id="predicts by what it imports"),
        pytest.param("class M:\n    def fit(self, x):\n        self.m = x.mean()\n    def predict(self, x):\n        return self.m\n"
                     "m = M()\nm.fit(x)\nm.predict_proba(z)\n", True, id="predicts by a model of its own"),
        pytest.param("from sklearn.model_selection import cross_val_score\nprint(cross_val_score(m, x, y))\n", True, id="fits inside"),
        pytest.param("import torch\nfor batch in rows:\n    loss = net(batch)\n    loss.backward()\n", True, id="a loss goes back"),
        pytest.param("import jax\nprint(jax.grad(f)(x))\nprint(model.predict_proba(x))\n", False, id="gradients alone"),
    ],
)  # fmt: skip
def test_only_what_can_come_to_judge_is_run(source: str, run: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(interpret, "followed", lambda _effects, path: asked.append(path))
    texts = {"a.py": source, "b.py": LEARNER}
    facts = {path: read_file(candidates(path), text.encode()) for path, text in texts.items()}
    assert resolve(facts, frozenset(facts), load()).rows.of("a.py") is None
    assert asked == ["a.py"] * run
