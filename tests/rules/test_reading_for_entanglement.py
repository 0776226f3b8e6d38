"""What reading real repositories for entanglement and glue showed: each of these was once a false accusation, or nearly."""

from __future__ import annotations

import json

import pytest

from auditor.engine import judge, registry
from auditor.model.changes import History
from auditor.model.verdict import Outcome
from tests.pages import graphs, scripted

RULES = registry().rules
PD = "import pandas as pd\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P", history: str = "") -> list[str]:
    told = scripted(history) if history else History("none")
    tree = graphs(files, archetypes=archetypes, history=told)
    judged = judge(tree.components, [RULES[rule]])
    assert not judged.errors
    return [finding.message for finding in judged.findings]


def outcome(files: dict[str, str], rule: str, archetypes: str = "P") -> set[Outcome]:
    return {
        verdict.outcome for verdict in judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).verdicts
    }


# --- cycles ---


def test_programs_that_run_the_same_code_over_one_store_do_not_wait_for_each_other() -> None:
    store = PD + "def load():\n    return pd.read_csv('store/part.csv')\ndef keep(d):\n    d.to_csv('store/part.csv')\n"
    runner = "from store import keep, load\n\nif __name__ == '__main__':\n    keep(load())\n"
    assert not found({"store.py": store, "dag.py": runner, "cli.py": runner}, "ENT005")


def test_scripts_that_each_fetch_what_they_lack_are_no_cycle() -> None:
    first = PD + "d = pd.read_csv('b.csv')\npd.DataFrame().to_csv('b.csv')\nd.to_csv('a.csv')\n"
    second = PD + "d = pd.read_csv('a.csv')\npd.DataFrame().to_csv('a.csv')\nd.to_csv('b.csv')\n"
    assert not found({"first.py": first, "second.py": second}, "ENT005")


# --- propagation ---

RING = {f"m{n}.py": f"import m{(n + 1) % 22}\n" for n in range(22)}


def test_a_library_is_a_hub_by_its_purpose() -> None:
    assert found(RING, "ENT001")
    assert outcome(RING, "ENT001", "PL") == {Outcome.NOT_APPLICABLE}


def test_scripts_of_the_shell_that_start_one_program_are_no_further_artefacts() -> None:
    modules = {f"p/m{n}.py": f"x = {n}\n" for n in range(20)}
    main = "".join(f"from p import m{n}\n" for n in range(20)) + "if __name__ == '__main__':\n    print(1)\n"
    starts = {f"run{n}.sh": "python main.py\n" for n in range(8)}
    assert not found({**modules, "main.py": main, **starts}, "ENT001")


# --- history ---


def changed(files: dict[str, str], line: str, rest: int = 60) -> list[str]:
    return found({**files, "other.py": "x = 1\n"}, "ENT008", history=f"{line}\n{rest} other.py\n")


TWO = {"a.py": "def a(d):\n    return d\n", "b.py": "def b(d):\n    return d\n"}


def test_what_is_hidden_is_found() -> None:
    assert changed(TWO, "8 a.py b.py")


@pytest.mark.parametrize(
    ("files", "line"),
    [
        pytest.param(
            {
                "h/base.py": "class Base:\n    pass\n",
                "h/one.py": "from h.base import Base\n\n\nclass One(Base):\n    pass\n",
                "h/two.py": "from h.base import Base\n\n\nclass Two(Base):\n    pass\n",
            },
            "8 h/one.py h/two.py",
            id="siblings of one base",
        ),
        pytest.param({"a.py": "x = 1\n", "catalog.yaml": "x: {y: 1}\n"}, "8 a.py catalog.yaml", id="settings that a framework hands to code"),
        pytest.param({"a.sql": "select 1\n", "b.sql": "select 2\n"}, "8 a.sql b.sql", id="models of dbt, tied by templates"),
        pytest.param(
            {f"k/{n}.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {n}}}\n" for n in ("a", "b")},
            "8 k/a.yaml k/b.yaml",
            id="manifests, which kustomize ties",
        ),
        pytest.param(
            {"a.py": PD + "pd.read_csv(where())\n", "b.py": PD + "pd.DataFrame().to_csv(there())\n"},
            "8 a.py b.py",
            id="programs whose files are not known",
        ),
        pytest.param({f"p{n}.py": f"def f{n}():\n    return {n}\n" for n in range(8)}, "8 " + " ".join(f"p{n}.py" for n in range(8)), id="a family that one release moves"),
    ],
)  # fmt: skip
def test_what_explains_that_files_change_together(files: dict[str, str], line: str) -> None:
    assert not changed(files, line)


def test_files_that_are_twins_by_name_are_told_as_that() -> None:
    names = ("conf/prod.yaml", "conf/staging.yaml")
    (said,) = changed(dict.fromkeys(names, "replicas: 2\n"), "8 " + " ".join(names))
    assert said.endswith("they are kept alike by hand")


# --- hand-overs ---

PROJECT = '[project]\nname = "{name}"\nversion = "1"\n[build-system]\nrequires = ["hatchling"]\n'
PARTS = {f"{name}/pyproject.toml": PROJECT.replace("{name}", name) for name in ("one", "two")}
WRITE = PD + "pd.DataFrame().to_csv('s3://lake/x.csv')\n"


def test_a_component_that_fetches_its_own_copy_consumes_nothing_of_another() -> None:
    read = PD + "print(pd.read_csv('s3://lake/x.csv'))\n"
    assert found({**PARTS, "one/a.py": WRITE, "two/b.py": read}, "ENT007")
    assert not found({**PARTS, "one/a.py": WRITE, "two/b.py": WRITE + read}, "ENT007")


def test_a_module_that_gives_both_sides_access_is_their_contract() -> None:
    access = (
        PD
        + "PLACE = 's3://lake/x.csv'\ndef keep(d):\n    d.to_csv(PLACE)\ndef load():\n    return pd.read_csv(PLACE)\n"
    )
    one = "import pandas as pd\nfrom shared.access import keep\nif __name__ == '__main__':\n    keep(pd.DataFrame())\n"
    two = "from shared.access import load\nif __name__ == '__main__':\n    print(load())\n"
    assert not found({**PARTS, "shared/access.py": access, "one/a.py": one, "two/b.py": two}, "ENT007")


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param({"one/try.sh": f'python -c "\n{WRITE}"\npython two/b.py\n'}, id="a script"),
        pytest.param({"one/a.py": WRITE + "import subprocess\nsubprocess.run(['python', 'two/b.py'])\n"}, id="a program"),
    ],
)  # fmt: skip
def test_who_starts_the_reader_itself_hands_over_what_it_wrote(driver: dict[str, str]) -> None:
    read = {"one/c.py": "x = 1\n", "two/b.py": PD + "print(pd.read_csv('s3://lake/x.csv'))\n"}
    assert not found({**PARTS, **driver, **read}, "ENT007")
    unstarted = {path: text.replace("two/b.py", "two/c.py") for path, text in driver.items()}
    assert found({**PARTS, **unstarted, **read}, "ENT007")


# --- predictions ---

HEAD = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.read_csv('raw.csv')\n"


def test_features_of_a_frozen_public_model_cascade_nothing() -> None:
    second = HEAD + "m = joblib.load('{model}')\nd['risk'] = m.predict(d[['a']])\nRidge().fit(d[['risk']], d['z'])\n"
    first = HEAD + "joblib.dump(Ridge().fit(d[['a']], d['y']), 'first.pkl')\n"
    tree = {"raw.csv": "a,y,z\n", "first.py": first}
    assert found({**tree, "second.py": second.replace("{model}", "first.pkl")}, "ENT006")
    assert not found({**tree, "second.py": second.replace("{model}", "vendor/public.pkl")}, "ENT006")


def test_a_training_that_only_reports_old_predictions_closes_no_loop() -> None:
    train = (
        HEAD
        + "old = pd.read_csv('scored.csv')\nprint(old.describe())\njoblib.dump(Ridge().fit(d[['a']], d['y']), 'm.pkl')\n"
    )
    score = HEAD + "d['risk'] = joblib.load('m.pkl').predict(d[['a']])\nd.to_csv('scored.csv')\n"
    tree = {"raw.csv": "a,y\n", "score.py": score}
    assert not found({**tree, "train.py": train}, "ENT010")
    assert found({**tree, "train.py": train.replace("fit(d[['a']]", "fit(old[['risk']]")}, "ENT010")


STACK = (
    HEAD
    + "import os\nimport numpy as np\nif os.path.exists('m.pkl'):\n    old = joblib.load('m.pkl')\nelse:\n    old = None\n"
    "def predicted():\n    if os.path.exists('oof.npy'):\n        return np.load('oof.npy'), np.load('labels.npy')\n"
    "    base = Ridge().fit(d[['a']], d['y'])\n    joblib.dump(base, 'base.pkl')\n    made = {model}.predict(d[['a']])\n"
    "    np.save('oof.npy', made)\n    np.save('labels.npy', d['y'])\n    return made, d['y']\n"
    "x, y = predicted()\njoblib.dump(Ridge().fit(x.reshape(-1, 1), y), 'm.pkl')\n"
)


def test_a_stack_whose_members_one_program_fits_is_no_loop_and_no_cascade() -> None:
    stack, again = STACK.replace("{model}", "base"), STACK.replace("{model}", "old")
    tree = {"raw.csv": "a,y\n", "stack.py": stack, "stack_before.py": stack}
    assert not found(tree, "ENT010")
    assert not found(tree, "ENT006")
    assert found({**tree, "stack.py": again}, "ENT010")


def test_a_loop_needs_the_model_that_predicts_to_be_the_one_that_is_trained() -> None:
    train = (
        HEAD
        + "s = pd.read_csv('scored.csv')\na = Ridge().fit(d[['a']], d['y'])\nb = Ridge().fit(s[['risk']], d['y'])\njoblib.dump(a, 'a.pkl')\njoblib.dump(b, 'b.pkl')\n"
    )
    score = HEAD + "d['risk'] = joblib.load('{model}').predict(d[['a']])\nd.to_csv('scored.csv')\n"
    tree = {"raw.csv": "a,y\n", "train.py": train}
    assert found({**tree, "score.py": score.replace("{model}", "b.pkl")}, "ENT010")
    second = {**tree, "score.py": score.replace("{model}", "a.pkl")}
    assert not found(second, "ENT010")
    (judged,) = judge(graphs(second, archetypes="P").components, [RULES["ENT006"]]).findings
    assert judged.place.line == 7, "the fit that learns from it, not the first of the file"


# --- steps before a model ---

SCALED = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.preprocessing import StandardScaler\n"
    "def train(d):\n    s = StandardScaler()\n    X = s.fit_transform(d[['a']])\n    m = Ridge().fit(X, d['y'])\n{rest}"
)
SERVE = (
    "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\n"
    "@app.route('/p', methods=['POST'])\ndef p():\n    return str(m.predict([request.json]))\n"
)


def test_what_a_task_of_an_orchestrator_returns_is_kept_by_it() -> None:
    rest = "    joblib.dump(m, 'm.pkl')\n    return {returned}\n"
    lost = SCALED.replace("{rest}", rest.replace("{returned}", "m")) + "train(pd.read_csv('raw.csv'))\n"
    task = "from prefect import task\n" + SCALED.replace("def train", "@task\ndef train")
    kept = task.replace("{rest}", rest.replace("{returned}", "m, s")) + "train(pd.read_csv('raw.csv'))\n"
    tree = {"raw.csv": "a,y\n", "app.py": SERVE}
    assert found({**tree, "train.py": lost}, "ENT011")
    assert not found({**tree, "train.py": kept}, "ENT011")


@pytest.mark.parametrize(
    ("module", "step", "severity"),
    [("preprocessing", "StandardScaler", "critical"), ("impute", "KNNImputer", "medium")],
)
def test_filling_gaps_anew_changes_less_than_a_scale_does(module: str, step: str, severity: str) -> None:
    app = (
        f"import joblib\nimport pandas as pd\nfrom flask import Flask, request\nfrom sklearn.{module} import {step}\n"
        "app = Flask(__name__)\nm = joblib.load('m.pkl')\n\n\n@app.route('/p', methods=['POST'])\ndef p():\n"
        f"    return str(m.predict({step}().fit_transform(pd.DataFrame([request.json]))))\n"
    )
    (told,) = judge(graphs({"app.py": app}, archetypes="S").components, [RULES["ENT011"]]).findings
    assert told.severity.value == severity


@pytest.mark.parametrize(
    ("test", "given", "told"),
    [
        ("scaler is None", "", True),
        ("scaler is None", ", None", True),
        ("scaler is not None", ", scaler", True),
        ("scaler is None", ", scaler", False),
        ("not scaler", ", scaler=scaler", False),
    ],
)
def test_a_step_that_is_handed_over_where_the_model_answers_is_not_fitted_there(
    test: str, given: str, told: bool
) -> None:
    app = (
        "import os\n\nimport joblib\nimport pandas as pd\nfrom flask import Flask, request\n"
        "from sklearn.preprocessing import StandardScaler\n\napp = Flask(__name__)\nm = joblib.load('m.pkl')\n"
        "scaler = joblib.load('s.pkl') if os.path.exists('s.pkl') else None\n\n\n"
        f"def scaled(rows, scaler=None):\n    if {test}:\n        scaler = StandardScaler()\n"
        "        rows = scaler.fit_transform(rows)\n    else:\n        rows = scaler.transform(rows)\n    return rows\n\n\n"
        "@app.route('/p', methods=['POST'])\ndef p():\n"
        f"    return str(m.predict(scaled(pd.DataFrame([request.json]){given})))\n"
    )
    assert bool(found({"app.py": app}, "ENT011")) == told


def test_a_scaler_whose_model_nothing_here_serves_is_not_evidenced() -> None:
    lost = SCALED.replace("{rest}", "    joblib.dump(m, 'm.pkl')\n") + "train(pd.read_csv('raw.csv'))\n"
    assert outcome({"raw.csv": "a,y\n", "train.py": lost}, "ENT011") == {Outcome.NOT_EVIDENCED}


# --- copies ---

RUN = (
    "def prepare(path):\n    d = pd.read_csv(path, sep=',')\n    d = d[d['paid'] > 0].reset_index(drop=True)\n"
    "    d['month'] = pd.to_datetime(d['at'], unit='s')\n    t = d.groupby(['who', 'month']).agg('sum')\n"
    "    w = t.pivot(index='who', columns='month', values='paid')\n    w = w.fillna(0).rename(columns=str).sort_index()\n"
    "    for name in w.columns:\n        w[name] = w[name].clip(lower=0, upper=1000)\n"
    "    print(f'{len(w)} rows of {path}', w.mean())\n    return w.merge(names(path), on='who', how='left')\n"
)
COPIES = {f"stage{n}.py": PD + RUN.replace("prepare", f"prepare{n}") for n in range(12)}


def test_the_lessons_of_a_course_repeat_each_other() -> None:
    assert found(COPIES, "GLU005")
    assert outcome(COPIES, "GLU005", "T") == {Outcome.NOT_APPLICABLE}


def test_notebooks_that_became_programs_are_no_copies() -> None:
    cell = {"cell_type": "code", "source": PD + RUN, "metadata": {}, "outputs": []}
    book = json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    own = {f"own{n}.py": f"a{n} = f{n}({n})\nb{n} = g{n}(a{n}, {n})\nc{n} = h{n}(b{n})\n" for n in range(30)}
    assert not found({**own, "stage.py": PD + RUN, "notebooks/try.ipynb": book}, "GLU005")


def test_variants_of_a_network_side_by_side_are_no_copies() -> None:
    layers = "".join(
        f"    x = Conv{n % 4}(64, kernel_size=(3, 3), padding='same', activation='relu')(x)\n" for n in range(20)
    )
    nets = {f"net{n}.py": f"def net(x):\n{layers.replace('64', str(64 + n))}    return x\n" for n in range(6)}
    assert not found(nets, "GLU005")


def test_chores_of_developers_are_no_chain_of_a_pipeline() -> None:
    chain = {"gen.sh": "python a.py\npython b.py\npython c.py\n"}
    write = "open('client.py', 'w').write('x')\n"
    assert not found(
        {
            **chain,
            "a.py": write,
            "b.py": write,
            "c.py": "import big\n" + write,
            "big.py": PD + "pd.read_csv('x.csv')\n",
        },
        "GLU004",
    )
    assert found(
        {**chain, "a.py": PD + "pd.read_csv('x.csv').to_csv('y.csv')\n", "b.py": write, "c.py": write}, "GLU004"
    )


def test_where_nothing_is_trained_to_carry_data_is_the_purpose() -> None:
    carry = PD + "".join(f"pd.read_csv('{n}.csv').to_csv('{n}b.csv')\n" for n in range(20))
    train = PD + "from sklearn.linear_model import Ridge\nd = pd.read_csv('x.csv')\nRidge().fit(d, d)\n"
    assert outcome({"move.py": carry}, "GLU002") == {Outcome.NOT_APPLICABLE}
    assert found({"move.py": carry, "train.py": train}, "GLU002")
    assert not found({"move.py": carry, "train.py": train}, "GLU002", "PL")


def test_a_course_shows_the_supplier_bare() -> None:
    callers = {
        f"m{n}.py": f"import boto3\ndef f{n}(k):\n    return boto3.client('s3').get_object(Key=k)\n" for n in range(8)
    }
    assert found(callers, "GLU003")
    assert outcome(callers, "GLU003", "T") == {Outcome.NOT_APPLICABLE}


def test_a_share_of_a_few_artefacts_is_no_web() -> None:
    """In twenty artefacts a share of a quarter is five: a chain, not a web."""

    def chain(length: int) -> dict[str, str]:
        return {f"m{n}.py": f"from m{n + 1} import x\n" if n + 1 < length else "x = 1\n" for n in range(length)}

    assert not found(chain(14) | {f"alone{n}.py": "y = 1\n" for n in range(6)}, "ENT001")
    assert found(chain(24), "ENT001")


def test_lessons_show_model_and_plumbing_in_one_place() -> None:
    body = "    df = pd.read_csv('a.csv')\n    return Ridge().fit(df[['a']], df['b'])\n"
    source = "import pandas as pd\nfrom sklearn.linear_model import Ridge\n" + "".join(
        f"def go{n}():\n{body}" for n in range(6)
    )
    assert found({"a.py": source}, "GLU001")
    assert not found({"a.py": source}, "GLU001", archetypes="PT")
