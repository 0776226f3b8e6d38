"""Row-set provenance: what is leakage, and the long list of what never is."""

from __future__ import annotations

import pytest

from auditor.graph.leakage.leaks import Leaks
from tests.pages import graphs

HEAD = """\
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, LabelEncoder, Normalizer, StandardScaler
df = pd.read_csv('data.csv')
X, y = df.drop(columns=['y']), df['y']
"""
SPLIT = "X_tr, X_te, y_tr, y_te = train_test_split(X, y)\n"
JUDGE = "model = LogisticRegression().fit(X_tr, y_tr)\nprint(model.score(X_te, y_te))\n"


def leaks(source: str, path: str = "train.py") -> Leaks:
    (component,) = graphs({path: HEAD + source}).components
    return component.leaks


@pytest.mark.parametrize(
    ("source", "transformer"),
    [
        pytest.param("X = StandardScaler().fit_transform(X)\n" + SPLIT + JUDGE, "StandardScaler", id="fit_transform, then split"),
        pytest.param("s = StandardScaler()\ns.fit(X)\nX = s.transform(X)\n" + SPLIT + JUDGE, "StandardScaler", id="fit and transform"),
        pytest.param("X = SimpleImputer().fit_transform(X)\n" + SPLIT + JUDGE, "SimpleImputer", id="imputation"),
        pytest.param("X = PCA(2).fit_transform(X)\n" + SPLIT + JUDGE, "PCA", id="projection"),
        pytest.param("X = SelectKBest(k=3).fit_transform(X, y)\n" + SPLIT + JUDGE, "SelectKBest", id="selection by the target"),
        pytest.param("X = TfidfVectorizer().fit_transform(df['text'])\n" + SPLIT + JUDGE, "TfidfVectorizer", id="vocabulary weights"),
        pytest.param(
            "X = pd.DataFrame(StandardScaler().fit_transform(X), columns=X.columns)\n" + SPLIT + JUDGE, "StandardScaler", id="put into a frame"
        ),
        pytest.param("df['a'] = StandardScaler().fit_transform(df[['a']])\nX = df[['a', 'b']]\n" + SPLIT + JUDGE, "StandardScaler", id="one column"),
        pytest.param(
            SPLIT + "s = StandardScaler().fit(X)\nX_tr, X_te = s.transform(X_tr), s.transform(X_te)\n" + JUDGE,
            "StandardScaler",
            id="fitted on all rows after the split",
        ),
        pytest.param(
            SPLIT + "s = StandardScaler()\nX_tr = s.fit_transform(X_tr)\nX_te = s.fit_transform(X_te)\n" + JUDGE,
            "StandardScaler",
            id="fitted again on the test part",
        ),
        pytest.param(
            "def prepare(d):\n    return StandardScaler().fit_transform(d)\nX = prepare(X)\n" + SPLIT + JUDGE,
            "StandardScaler",
            id="in a function",
        ),
        pytest.param(
            "X = StandardScaler().fit_transform(X)\n" + SPLIT
            + "m = RandomForestClassifier()\nm.fit(X_tr, y_tr)\np = m.predict(X_te)\nprint(accuracy_score(y_te, p))\n",
            "StandardScaler",
            id="judged by a metric of predictions",
        ),
        pytest.param(
            "X = StandardScaler().fit_transform(X)\nprint(cross_val_score(LogisticRegression(), X, y))\n",
            "StandardScaler",
            id="before cross-validation",
        ),
        pytest.param("X = StandardScaler().fit_transform(X)\nX = X[:, :5]\n" + SPLIT + JUDGE, "StandardScaler", id="columns chosen after"),
        pytest.param(
            "class T:\n    def run(self):\n        self.X = StandardScaler().fit_transform(X)\n"
            "        a, b, c, d = train_test_split(self.X, y)\n        m = LogisticRegression().fit(a, c)\n        print(m.score(b, d))\n",
            "StandardScaler",
            id="attributes of an object",
        ),
    ],
)  # fmt: skip
def test_is_leakage(source: str, transformer: str) -> None:
    assert transformer in [leak.transformer for leak in leaks(source).preprocessing]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("X = np.log1p(X)\n" + SPLIT + JUDGE, id="1 a function of single rows"),
        pytest.param("X = X / 255\n" + SPLIT + JUDGE, id="1 division by a constant"),
        pytest.param("X = X.astype(float)\n" + SPLIT + JUDGE, id="1 cast"),
        pytest.param("X = Normalizer().fit_transform(X)\n" + SPLIT + JUDGE, id="1 Normalizer"),
        pytest.param("X = HashingVectorizer().fit_transform(df['t'])\n" + SPLIT + JUDGE, id="1 HashingVectorizer"),
        pytest.param("X = FunctionTransformer(np.log1p).fit_transform(X)\n" + SPLIT + JUDGE, id="1 FunctionTransformer"),
        pytest.param("y = LabelEncoder().fit_transform(y)\n" + SPLIT + JUDGE, id="2 the target's labels"),
        pytest.param("df['y'] = LabelEncoder().fit_transform(df['y'])\nX, y = df.drop(columns=['y']), df['y']\n" + SPLIT + JUDGE, id="2 in the frame"),
        pytest.param(SPLIT + "s = StandardScaler()\nX_tr = s.fit_transform(X_tr)\nX_te = s.transform(X_te)\n" + JUDGE, id="3 fitted on the training part"),
        pytest.param(SPLIT + "s = StandardScaler().fit(X_tr)\nX_tr = s.transform(X_tr)\nX_te = s.transform(X_te)\n" + JUDGE, id="3 fit, transform both"),
        pytest.param("print(cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), X, y))\n", id="4 pipeline in cross-validation"),
        pytest.param("g = GridSearchCV(Pipeline([('s', StandardScaler()), ('m', LogisticRegression())]), {})\ng.fit(X, y)\n", id="4 pipeline in a search"),
        pytest.param(SPLIT + "p = make_pipeline(StandardScaler(), LogisticRegression())\np.fit(X_tr, y_tr)\nprint(p.score(X_te, y_te))\n", id="4 pipeline"),
        pytest.param(
            SPLIT + "s = StandardScaler()\nmodel = LogisticRegression().fit(s.fit_transform(X_tr), y_tr)\nprint(model.score(s.transform(X_te), y_te))\n"
            "final = LogisticRegression().fit(StandardScaler().fit_transform(X), y)\n",
            id="5 last fit on everything",
        ),
        pytest.param(SPLIT + JUDGE + "print(model.score(X_tr, y_tr))\n", id="6 training score"),
        pytest.param("df = df.dropna().drop_duplicates()\nX, y = df[['a']], df['y']\n" + SPLIT + JUDGE, id="7 dropping rows"),
        pytest.param("print(StandardScaler().fit_transform(X).mean())\n" + SPLIT + JUDGE, id="8 only printed"),
        pytest.param("Z = PCA(2).fit_transform(X)\nimport matplotlib.pyplot as plt\nplt.scatter(Z[:, 0], Z[:, 1])\n" + SPLIT + JUDGE, id="8 only plotted"),
        pytest.param("from sklearn.cluster import KMeans\nk = KMeans(3).fit(StandardScaler().fit_transform(X))\n", id="9 clusters as the product"),
        pytest.param("import joblib\ns = joblib.load('s.joblib')\nX = s.transform(X)\n" + SPLIT + JUDGE, id="10 fitted elsewhere"),
        pytest.param(SPLIT + "final = df.copy()\nmodel = LogisticRegression().fit(X_tr, y_tr)\nmodel.predict(pd.read_csv('new.csv'))\n", id="13 prediction"),
        pytest.param("X = pd.get_dummies(X)\n" + SPLIT + JUDGE, id="15 dummies"),
        pytest.param("Z = StandardScaler().fit_transform(df[['z']])\n" + SPLIT + JUDGE, id="a column that is not used"),
        pytest.param("df['z'] = StandardScaler().fit_transform(df[['z']])\nX = df[['a']]\n" + SPLIT + JUDGE, id="a column that is left out"),
        pytest.param("X = mystery(X)\n" + SPLIT + JUDGE, id="unknown function"),
        pytest.param("X = StandardScaler().fit_transform(X)\nmodel = LogisticRegression().fit(X, y)\n", id="never judged"),
        pytest.param("for i in range(3):\n    pass\n", id="nothing"),
    ],
)  # fmt: skip
def test_is_never_leakage(source: str) -> None:
    assert [leak.transformer for leak in leaks(source).preprocessing] == []


def test_test_code_is_not_looked_at() -> None:
    source = "X = StandardScaler().fit_transform(X)\n" + SPLIT + JUDGE
    assert leaks(source, "train.py").preprocessing
    assert leaks(source, "tests/test_train.py").preprocessing == ()


def test_the_trail_goes_from_fit_over_split_and_training_to_the_judgement() -> None:
    (leak,) = leaks("X = StandardScaler().fit_transform(X)\n" + SPLIT + JUDGE).preprocessing
    first = HEAD.count("\n") + 1
    assert [spot.line for spot in leak.trail] == [first, first + 1, first + 2, first + 3]
    assert leak.fitted.line == first


def test_one_fit_is_told_once_and_pairs_are_counted() -> None:
    found = leaks("X = StandardScaler().fit_transform(X)\n" + SPLIT + JUDGE + JUDGE)
    assert len(found.preprocessing) == 1
    assert (found.pairs, found.analysed) == (2, 2)


def test_what_runs_in_circles_ends() -> None:
    found = leaks("def a(d):\n    return b(d)\ndef b(d):\n    return a(d)\nX = a(X)\n" + SPLIT + JUDGE)
    assert found.preprocessing == ()


SCALED = (
    "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n"
    "{imports}\nf = pd.read_csv('d.csv')\nx = StandardScaler().fit_transform(f[['a', 'b']])\n"
    "a, b, c, d = train_test_split(x, f['y'], random_state=0)\n{fits}"
)
TREE = "m = RandomForestClassifier(random_state=0).fit(a, c)\nprint(m.score(b, d))\n"
LINE = "n = LogisticRegression().fit(a, c)\nprint(n.score(b, d))\n"


def test_what_only_rescales_columns_weighs_less_where_trees_alone_follow() -> None:
    imports = "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.linear_model import LogisticRegression"
    milder = [
        [
            leak.milder
            for leak in graphs({"train.py": SCALED.format(imports=imports, fits=fits)})
            .components[0]
            .leaks.preprocessing
        ]
        for fits in (TREE, LINE, TREE + LINE, LINE + TREE)
    ]
    assert milder == [[3], [2], [2], [2]]
