"""What an independent reader thought wrong of what is taught: each debt beside the lesson that looks like it."""

from __future__ import annotations

import json

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
HELD = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.model_selection import train_test_split\nf = pd.read_csv('d.csv')\n"
EARLY = "X = StandardScaler().fit_transform(f[['a']])\na, b, c, d = train_test_split(X, f['y'])\nprint(Ridge().fit(a, c).score(b, d))\n"
RANKED = "from sklearn.svm import SVR\na, b, c, d = train_test_split(f[['a']], f['y'])\nbest = max([Ridge(), SVR()], key=lambda m: m.fit(a, c).score(b, d))\n"


def found(files: dict[str, str], rule: str, archetypes: str = "") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def notebook(*cells: str, ran: bool = True) -> str:
    """Cells of Markdown where they begin with #, else of code."""
    made: list[dict[str, object]] = [
        {"cell_type": "markdown", "metadata": {}, "source": text}
        if text.startswith("#")
        else {
            "cell_type": "code",
            "execution_count": n if ran else None,
            "metadata": {},
            "outputs": [],
            "source": text,
        }
        for n, text in enumerate(cells, 1)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


SPLITS = "from sklearn.model_selection import train_test_split\na, b, c, d = train_test_split(f[['a']], f['y'])\n"
RATED = "from sklearn.linear_model import Ridge\nimport pandas as pd\nf = pd.read_csv('d.csv')\nm = Ridge().fit(f[['a']], f['y'])\nprint(m.score(f[['a']], f['y']))\n"
ANALYSIS = {f"{n}-look.ipynb": notebook("# Load the rows", RATED, "# Results") for n in range(4)}
COURSE = {
    "1-hw.ipynb": notebook("# Assignment: regression", RATED, "# Things to try"),
    "2-trees-hw.ipynb": notebook("# Trees", "x = 1\n", RATED),
    "3-nets.ipynb": notebook("## Learning objectives", RATED),
    "4-nets.ipynb": notebook("# Nets in depth", RATED),
}


def test_a_course_is_asked_what_a_course_is_asked() -> None:
    assert len(found(ANALYSIS, "LKG004")) == 4
    assert not found(COURSE, "LKG004")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({**ANALYSIS, "1-hw.ipynb": COURSE["1-hw.ipynb"]}, id="one sheet of homework among analyses"),
        pytest.param({**COURSE, "app.py": RATED * 9}, id="a program beside a few lessons"),
        pytest.param(
            {**COURSE, **{f"look{n}.ipynb": ANALYSIS["0-look.ipynb"] for n in range(6)}},
            id="more analyses than lessons",
        ),
        pytest.param(
            {
                "a.ipynb": notebook(RATED),
                "1-hw.ipynb": COURSE["1-hw.ipynb"],
                "demo.ipynb": notebook(RATED),
                "demo-2.ipynb": notebook(RATED),
            },
            id="demonstrations and one sheet",
        ),
    ],
)
def test_a_few_lessons_make_no_course(files: dict[str, str]) -> None:
    assert found(files, "LKG004", "")


def test_blanks_for_those_who_learn_make_a_lesson() -> None:
    blank = notebook(RATED, "x = 1\n# mean = ...\n# YOUR CODE HERE\n")
    assert not found({f"{n}.ipynb": blank for n in range(3)}, "LKG004")
    assert len(found({f"{n}.ipynb": blank.replace("...", "3").replace("YOUR", "the") for n in range(3)}, "LKG004")) == 3


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        pytest.param("# Mistake: scaling before the split", False, id="a mistake"),
        pytest.param("## 2.1 A common pitfall", False, id="a pitfall"),
        pytest.param("# How not to scale", False, id="how not to"),
        pytest.param("# Scaling", True, id="nothing of a mistake"),
        pytest.param("# Mistakes in the dates, corrected", True, id="mistakes that are mended"),
        pytest.param("# Mistakes\n# Scaling", True, id="a section after that of the mistake"),
        pytest.param("# Mistakes\n## Scaling", False, id="a part of the section of the mistake"),
        pytest.param("# Scaling\n```\n# Mistake\n```", True, id="a heading that is code"),
    ],
)
def test_what_is_done_wrong_under_a_heading_that_says_so_is_no_debt(heading: str, told: bool) -> None:
    assert bool(found({"a.ipynb": notebook(heading, HELD, EARLY)}, "LKG001", "N")) == told


DROPS = "import pandas as pd\nf = pd.read_csv('d.csv')\nf.dropna()\nprint(f)\n"
DROPPED = "import pandas as pd\n\n\ndef {0}(path):\n    f = pd.read_csv(path)\n    f.sort_values('a')\n    return f\n\n\n{0}('d.csv')\n"
GOT = "import pandas as pd\n\n\ndef got(path):\n    try:\n        f = pd.read_csv(path)\n{}    except Exception:\n        pass\n    return pd.DataFrame()\n\n\ngot('d.csv')\n"


def asking(address: str) -> dict[str, str]:
    """Six programs that make a client for a server."""
    text = "import sys\nfrom openai import OpenAI\nmade = OpenAI(base_url={})\nprint(made.chat.completions.create(model='a', messages=[]))\n"
    return {f"a{n}.py": text.format(address) for n in range(6)}


PAIRS = [
    pytest.param("COD008", "P", {"a.py": "print(mean)\n"}, {"a.py": "# mean = ...\nprint(mean)\n"}, id="a blank that binds the name"),
    pytest.param(
        "COD008", "P",
        {"a.py": "class Judged:\n    def run(self):\n        return self.step()\n\n\nclass Net(Judged):\n    pass\n\n\nprint(Net().run())\n"},
        {"a.py": "from net import Base\n\n\nclass Judged:\n    def run(self):\n        return self.step()\n\n\nclass Net(Judged, Base):\n    pass\n\n\nprint(Net().run())\n"},
        id="a mixin of a class whose base is not here",
    ),
    pytest.param(
        "LKG005", "P",
        {"a.py": HELD + "import numpy as np\nX = np.vstack((f['a'], f['a'])).T\na, b, c, d = train_test_split(X, f['y'])\nnp.save('a.npy', a)\n"},
        {"a.py": HELD + "import numpy as np\nX = np.vstack((f['a'], f['b'])).T\na, b, c, d = train_test_split(X, f['y'])\nnp.save('a.npy', a)\n"},
        id="columns side by side",
    ),
    pytest.param("COD002", "T", {"a.py": DROPS}, {"a.py": DROPS, "a.ipynb": notebook(DROPS.partition("print")[0], "print(f)\n")}, id="the export of a notebook"),
    pytest.param("COD002", "P", {"a.py": DROPPED.format("clean")}, {"a.py": DROPPED.format("benchmark_sort")}, id="a function that times its work"),
    pytest.param("COD004", "P", {"a.py": GOT.format("")}, {"a.py": GOT.format("        if len(f):\n            return f\n")}, id="an attempt that is taken where it gave something"),
    pytest.param("GLU003", "P", asking("'https://api.vendor.org'"), asking("sys.argv[1]"), id="servers of one's own"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "archetypes", "debt", "alike"), PAIRS)
def test_debt_is_told_and_what_looks_like_it_is_not(
    rule: str, archetypes: str, debt: dict[str, str], alike: dict[str, str]
) -> None:
    assert found(debt, rule, archetypes)
    assert not found(alike, rule, archetypes)


TEXTS = "from keras.models import Sequential\nfrom keras.preprocessing.text import Tokenizer\nt = Tokenizer(num_words=9)\nt.fit_on_texts(f.a)\na, b, c, d = train_test_split(t.{}, f['y'])\nm = Sequential([])\nm.fit(a, c)\nprint(m.evaluate(b, d))\n"
UNUSED = "def walk(x):\n    return x - bias\n\n\ndef main():\n    return walk(1)\n"
STUDY = {"n.ipynb": notebook("print(1)", "print(bias)", ran=False)}


def stages(*, ring: bool) -> dict[str, str]:
    """Modules each of which imports the next; the last the first, where they are a ring."""
    return {
        f"stage{n}.py": f"import stage{n + 1}\n" if n < 22 else "import stage0\n" if ring else "" for n in range(23)
    }


BOOK = (
    "import pandas as pd\nfrom sklearn.ensemble import RandomForestRegressor\nf = pd.read_csv('d.csv')\nm = RandomForestRegressor().fit(f[['a']], f['y'])\npd.DataFrame({'i': m.feature_importances_}).to_csv('i.csv')\n"
    + "print(f)\n" * 120
)
SHOWS = {"show.py": "import pandas as pd\nprint(pd.read_csv('i.csv'))\n"}
DRAWN = "import pandas as pd\nimport matplotlib.pyplot as plt\nfrom sklearn.metrics import roc_auc_score\n\n\ndef draw(f, r):\n    for n in ('a', 'b'):\n        try:\n            s = roc_auc_score(f['y'], f[n])\n            {}\n        except Exception:\n            {}\n    return r\n\n\ndraw(pd.read_csv('d.csv'), [])\n"
SEEN = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\nf = pd.read_csv('d.csv')\nkept, last = train_test_split(f)\na, b = train_test_split(kept)\nm = Ridge().fit(kept[['a']], kept['y'])\nprint(m.score(b[['a']], b['y']))\nprint(m.predict({}[['a']]))\n"
MILDER = [
    pytest.param("LKG002", "P", {"a.py": SEEN.format("a")}, {"a.py": SEEN.format("last")}, id="rows that were held out are answered for"),
    pytest.param("COD004", "P", {"a.py": DRAWN.format("r.append(s)", "continue")}, {"a.py": DRAWN.format("plt.plot([0], [s])", "continue")}, id="a line of a picture"),
    pytest.param("COD004", "P", {"a.py": DRAWN.format("r.s = s", "s = None")}, {"a.py": DRAWN.format("r.s = s", "r.s = None")}, id="a field that is left empty"),
    pytest.param("COD007", "P", {**SHOWS, "n.ipynb": notebook(BOOK + "import joblib\njoblib.dump(m, 'm.joblib')\n")}, {**SHOWS, "n.ipynb": notebook(BOOK)}, id="a model that is looked at and not kept"),
    pytest.param("ENT001", "P", stages(ring=True), stages(ring=False), id="what no change goes round in"),
    pytest.param("LKG001", "P", {"a.py": HELD + TEXTS.format("texts_to_matrix(f.a, 'tfidf')")}, {"a.py": HELD + TEXTS.format("texts_to_sequences(f.a)")}, id="words that are only numbered"),
    pytest.param("COD008", "P", {"a.py": UNUSED, "b.py": "import a\nprint(a.main())\n"}, {"a.py": "import sys\nsys.path.append('.')\n\n\n" + UNUSED}, id="a module that nothing imports or starts"),
    pytest.param("COD008", "P", {"a.py": UNUSED + "\n\nmain()\n"}, {"a.py": UNUSED}, id="a module that runs nothing"),
    pytest.param("COD008", "L", {**STUDY, "README.md": "# x\n\nRun n.ipynb.\n"}, STUDY, id="a notebook that nobody names"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "archetypes", "debt", "milder"), MILDER)
def test_what_weighs_less(rule: str, archetypes: str, debt: dict[str, str], milder: dict[str, str]) -> None:
    (grave,), (mild,) = found(debt, rule, archetypes), found(milder, rule, archetypes)
    assert mild.severity.rank < grave.severity.rank


def test_the_names_of_one_cell_are_one_finding_and_those_of_a_run_notebook_its_hidden_state() -> None:
    cells = ["print(1)", "print(bias, spread)"]
    (told,) = found({"n.ipynb": notebook(*cells, ran=False)}, "COD008", "L")
    assert "as is spread" in told.message
    assert not found({"n.ipynb": notebook(*cells)}, "COD008", "P")
    assert len(found({"n.ipynb": notebook(*cells)}, "REP008", "P")) == 1


def test_one_function_whose_tests_compare_values_with_themselves_is_one_thing_to_mend() -> None:
    tests = "def best(r):\n    if r['a'] < r['a']:\n        return 1\n    if r['b'] < r['b']:\n        return 2\n    return 3\n"
    (told,) = found({"a.py": tests}, "LKG012", "P")
    assert (told.place.line, [each.line for each in told.related]) == (2, [4])
    assert "labels" not in told.remedy
    assert len(found({"a.py": tests + tests.replace("best", "worst")}, "LKG012", "P")) == 2


def test_the_figures_of_one_record_are_one_finding() -> None:
    (told,) = found({"a.py": "import mlflow\nmlflow.log_metrics({'accuracy': 0.9, 'f1': 0.8})\n"}, "LKG013", "P")
    assert told.message.endswith("; so is f1")
    apart = "import mlflow\nmlflow.log_metric('accuracy', 0.9)\nmlflow.log_metric('f1', 0.8)\n"
    assert len(found({"a.py": apart}, "LKG013", "P")) == 2


def test_what_nothing_imports_counts_in_full_where_it_is_installed() -> None:
    (told,) = found({"a.py": UNUSED}, "COD008", "L")
    assert told.severity.value == "medium"


def test_a_model_that_could_not_be_loaded_is_no_empty_field() -> None:
    text = "import joblib\n\n\nclass M:\n    def load(self):\n        try:\n            self.m = joblib.load('m.joblib')\n        except Exception:\n            self.m = None\n\n\nM().load()\n"
    (told,) = found({"a.py": text}, "COD004", "P")
    assert told.severity.value == "medium"


RUN = (
    "def {0}(path):\n    d = pd.read_csv(path, sep=',')\n    d = d[d['paid'] > 0].reset_index(drop=True)\n"
    "    d['month'] = pd.to_datetime(d['at'], unit='s')\n    t = d.groupby(['who', 'month']).agg('sum')\n"
    "    w = t.pivot(index='who', columns='month', values='paid')\n    w = w.fillna(0).rename(columns=str).sort_index()\n"
    "    for name in w.columns:\n        w[name] = w[name].clip(lower=0, upper=1000)\n"
    "    print(f'{{len(w)}} rows of {{path}}', w.mean())\n    return w.merge(names(path), on='who', how='left')\n"
)
JUDGES = (
    "def {0}(m, x, y):\n    p = m.predict(x)\n    a = accuracy_score(y, p)\n    b = f1_score(y, p, average='macro')\n"
    "    c = recall_score(y, p, average='macro')\n    t = confusion_matrix(y, p, normalize='true')\n    f, ax = plt.subplots()\n"
    "    ax.imshow(t, cmap='Blues')\n    for i in range(len(t)):\n        for j in range(len(t)):\n            ax.text(j, i, round(t[i, j], 2))\n"
    "    f.savefig('t.png', dpi=200)\n    plt.close(f)\n    with open('m.json', 'w') as out:\n        json.dump({{'a': a, 'b': b, 'c': c}}, out)\n"
    "    print('judged', a, b, c)\n    return {{'a': a, 'b': b, 'c': c}}\n"
)


@pytest.mark.parametrize(("more", "severity"), [(JUDGES, "medium"), ("", "low")])
def test_few_statements_that_repeat_others_weigh_less(more: str, severity: str) -> None:
    copies = {f"a{n}.py": "import pandas as pd\n" + RUN.format(f"p{n}") + more.format(f"j{n}") for n in range(12)}
    assert {each.severity.value for each in found(copies, "GLU005", "P")} == {severity}


SCALED = "X = StandardScaler().fit_transform(f[['a']]){}\na, b, c, d = train_test_split(X, f['y'])\n{} = Ridge().fit(a, c).score(b, d)\n"


@pytest.mark.parametrize(
    ("before", "comment", "name", "told"),
    [
        pytest.param("", "", "score", 1, id="nothing is said"),
        pytest.param("", "  # the leaky version", "score", 0, id="a comment on the line"),
        pytest.param("# The mistake: the scaler sees every row.\n", "", "score", 0, id="a comment above"),
        pytest.param("# this fixed the leaky version\n", "", "score", 1, id="a comment that says it was mended"),
        pytest.param(
            "# the mistake of last week was mended, not the mistake below\n",
            "",
            "score",
            1,
            id="a comment of a mended one",
        ),
        pytest.param("# Leaky version of the pump\n\n\n\n\n", "", "score", 1, id="a comment far above"),
        pytest.param("honest = 0.5\n", "", "leaky", 0, id="names that are compared"),
        pytest.param("", "", "leaky", 1, id="a name alone"),
        pytest.param("clean = 1\nleaky_relu = 2\n", "", "score", 1, id="another leak"),
        pytest.param("clean = 1\n" + "\n" * 30, "", "leaky", 1, id="names far apart"),
    ],
)
@pytest.mark.parametrize("noted", [False, True])
def test_what_a_comment_or_names_around_call_leaky_is_shown_on_purpose(
    before: str, comment: str, name: str, told: int, noted: bool
) -> None:
    source = before + SCALED.format(comment, name)
    files = {"a.ipynb": notebook(HELD, f"y = 1\n{source}")} if noted else {"a.py": HELD + source}
    assert len(found(files, "LKG001", "P")) == (told if not (noted and before.count("\n") > 20) else 0)


BEST = "from sklearn.linear_model import Ridge\nfrom sklearn.svm import SVR\nfrom sklearn.model_selection import train_test_split\nimport pandas as pd\n\n\ndef pick():\n    f = pd.read_csv('d.csv')\n    a, b, c, d = train_test_split(f[['a']], f['y'])\n    s = {}\n    for n, m in {'a': Ridge(), 'b': SVR()}.items():\n        s[n] = m.fit(a, c).score(b, d)\n    return max(s, key=s.get)\n\n\n"


@pytest.mark.parametrize(("call", "told"), [("best = pick()\n", 1), ("# best = pick()\n", 0), ("x = 1\n", 0)])
@pytest.mark.parametrize("noted", [False, True])
def test_a_choice_in_a_function_that_nothing_calls_was_never_made(call: str, told: int, noted: bool) -> None:
    files = {"a.ipynb": notebook(BEST, "y = 1\n" + call)} if noted else {"a.py": BEST + call}
    assert len(found(files, "LKG003", "P")) == told


DOUBLED = "from imblearn.over_sampling import SMOTE\nX, y = SMOTE().fit_resample(f[['a']], f['y'])\na, b, c, d = train_test_split(X, y)\n"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        pytest.param("", 0, id="no part is used"),
        pytest.param("'''print(a)'''\na = 1\n", 0, id="a text and another value"),
        pytest.param("b.to_csv('b.csv')\n", 1, id="a part is kept"),
        pytest.param("def rows():\n    return a\n", 1, id="a function hands it on"),
        pytest.param("held = {}\nheld[c] = 1\n", 1, id="a part is a key"),
    ],
)
def test_a_split_of_which_nothing_is_used_holds_nothing_out(after: str, told: int) -> None:
    assert len(found({"a.py": HELD + DOUBLED + after}, "LKG005", "P")) == told


def test_a_split_in_a_module_that_others_import_may_be_used_there() -> None:
    assert found({"a.py": HELD + DOUBLED, "b.py": "import a\n"}, "LKG005", "P")


NOISE = "import numpy as np\nX = f[['a']].copy()\n{}a, b, c, d = train_test_split(X, f['y'])\nprint(Ridge().fit(a, c).score(b, d))\n"


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("X['n'] = f['a'] + 0.1 * f['a'].std() * np.random.normal(size=len(f))\n", 0),
        ("X['n'] = f['a'] + 0.1 * f['a'].std()\n", 1),
        ("X['n'] = f['a'].mean() + f['a'].std() * np.random.normal(size=len(f))\n", 1),
        ("X['n'] = f['a'] + f['a'].std() + np.random.normal(size=len(f))\n", 1),
    ],
)
def test_a_spread_that_sets_how_strong_noise_is_is_in_no_row(made: str, told: int) -> None:
    assert len(found({"a.py": HELD + NOISE.format(made)}, "LKG001", "P")) == told


GROUPED = "def taken(rows, func):\n    return rows.groupby('k')['a'].transform(func)\n\n\ndef back(s):\n    return s.shift(1).rolling(3).mean()\n\n\ndef whole(s):\n    return s.mean()\n\n\nX = f[['a', 'k']].copy()\nX['n'] = taken(f, {})\na, b, c, d = train_test_split(X, f['y'], shuffle=False)\nprint(Ridge().fit(a, c).score(b, d))\n"


@pytest.mark.parametrize(
    ("func", "told"),
    [
        ("lambda s: s.shift(1).rolling(3).mean()", 0),
        ("lambda s: s.shift(1)", 0),
        ("lambda s: s.cumsum()", 0),
        ("back", 0),
        ("lambda s: s.mean()", 1),
        ("lambda s: s - s.mean()", 1),
        ("lambda s: s.shift(1).mean()", 1),
        ("lambda s: (s - s.mean()).shift(1)", 1),
        ("whole", 1),
        ("'mean'", 1),
    ],
)
def test_a_function_that_is_handed_in_and_looks_back_is_no_statistic(func: str, told: int) -> None:
    assert len(found({"a.py": HELD + GROUPED.format(func)}, "LKG001", "P")) == told
