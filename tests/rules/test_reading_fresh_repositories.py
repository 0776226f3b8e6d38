"""What a reader of repositories that nobody had tuned for thought wrong or doubtful: each debt beside what it was taken for."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules


CELL = '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "c", "metadata": {}, "outputs": [], "source": "%s"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def notebook(text: str) -> str:
    return CELL % text.replace("\n", "\\n")


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


# --- glue ---

RIDGE = "import argparse\nimport joblib\nimport pandas as pd\nfrom keras.models import load_model\nfrom sklearn.linear_model import Ridge\n"
LOAD = "\n\ndef load(path):\n    return pd.read_csv(path)\n\n\ndef show(scores):\n    print(scores)\n"
MAIN = "\n\ndef main():\n    p = argparse.ArgumentParser()\n    p.add_argument('--data')\n    f = load(p.parse_args().data)\n    {}\n    show(m)\n\n\n{}\n"
STARTS = "if __name__ == '__main__':\n    main()"
ASKS = "m = load_model('m.h5').predict(f)"


def five(text: str) -> dict[str, str]:
    """Five programs of that text, which differ in a name alone."""
    return {f"a{number}.py": text.replace("show", f"show_{number}") for number in range(5)}


def edge(body: str, start: str = STARTS) -> dict[str, str]:
    return five(RIDGE + LOAD + MAIN.format(body, start))


FLAT = (
    RIDGE
    + "{0}f = pd.read_csv('d.csv')\n\n\ndef keeps(row):\n    return row > 0\n\n\nm = Ridge().fit(f[['a']], f['y'])\njoblib.dump(m, 'm.pkl')\n"
)
BESIDE = "\n\ndef other(f):\n    return Ridge().fit(f, f)\n\n\n"
KERAS = "import pandas as pd\nfrom keras.callbacks import ModelCheckpoint\nfrom keras.models import Sequential\n\n\ndef {0}(x, y):\n    m = Sequential([])\n    m.fit(x, y, callbacks=[ModelCheckpoint('m.h5')])\n{1}"


def nets(last: str = "") -> dict[str, str]:
    return {f"n{number}.py": KERAS.format(f"fit_{number}", last) for number in range(5)}


COPIED = (
    RIDGE
    + "\n\ndef fit_it():\n    f = pd.read_csv('d.csv')\n    g = pd.read_csv('e.csv')\n    {}joblib.dump(Ridge().fit(f, g), 'm.pkl')\n"
)


def test_copies_of_one_scope_are_one_finding() -> None:
    copies = found({f"c{number}.py": COPIED.format("") for number in range(5)}, "GLU001")
    assert [(f.instances, f.place.path, len(f.related)) for f in copies] == [(5, "c0.py", 8)]
    apart = {f"c{n}.py": COPIED.format("f.to_csv('o.csv')\n    " * n) for n in range(5)}
    assert len(found(apart, "GLU001")) == 5


def test_files_of_one_content_are_told_once() -> None:
    lines = "".join(
        f"    v{n} = {' + '.join(['f.a', 'f.b(1)'] * (n + 5))}\n    print(v{n}{', f' * n})\n" for n in range(30)
    )
    text = f"import pandas as pd\n\n\ndef run(f):\n{lines}"
    one = [(f.severity.name, f.message[:26]) for f in found({"a.py": text, "b.py": text}, "GLU005")]
    assert one == [("LOW", "a.py and b.py are one file")]
    other = found({"a.py": text, "b.py": text + "\n\nprint(run)\n"}, "GLU005")
    assert [f.message.partition(" repeat ")[2][:4] for f in other] == ["a.py"]
    apart = "".join(f"def g{n}(x):\n    return {'x * ' * (n + 1)}x\n\n\n" for n in range(600))
    part = text.replace(lines, "".join(lines.splitlines(keepends=True)[:12]))
    told = {f.entity.split()[0] for f in found({"a.py": text, "b.py": text, "c.py": part, "d.py": apart}, "GLU005")}
    assert told == {"same", "spread"}


# --- programs side by side ---

PARTS = {
    "get.py": "import pandas as pd\npd.read_csv('r.csv').to_csv('d.csv')\n",
    "clean.py": "import pandas as pd\nprint(pd.read_csv('d.csv'))\n",
    "serve.py": "print('serve')\n",
}
ALL = "for name in ('get', 'clean', 'serve'):\n    p = subprocess.Popen(['python', name + '.py'])\n    time.sleep(2)\n"


def starting(text: str) -> dict[str, str]:
    return PARTS | {"run.py": f"import subprocess\nimport time\n{text}"}


HELPER = "\n\ndef start(name):\n    p = subprocess.Popen(name, shell=True){}\n    return p\n\n\nstart('python get.py')\nstart('python clean.py')\nstart('python serve.py')\n"
WITHIN = "with subprocess.Popen(['python', '{}.py']){}:\n    pass\n"

# --- sides and features ---

KEPT = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('rows.csv')\njoblib.dump(Ridge().fit(f[['a']], f['y']), '{}')\n"
LEARNT = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('x.csv')\nf['rate'] = f['used'] / f['total']\nf['gap'] = f['total'] - f['used']\nf['share'] = f['used'] / f['all']\njoblib.dump(Ridge().fit(f[['rate', 'gap', 'share']], f['b']), 'm.pkl')\n"
ASKED = "import joblib\nimport pandas as pd\nm = joblib.load('m.pkl')\nf = pd.read_csv('new.csv')\nf['rate'] = f['used'] / (f['total'] + 1)\nf['gap'] = f['total'] - f['used']\nf['share'] = f['used'] / f['all']\na = m.predict(f[['rate', 'gap', 'share']])\n{}\n"


def sides(last: str) -> dict[str, str]:
    return {"train.py": LEARNT, "run.py": ASKED.format(last), "tests/test_a.py": "def test_a():\n    assert 1\n"}


MEASURED = "open('mean.json', 'w').write(str(abs(a - f['b']).mean()))"
TAUGHT = "import joblib\nimport pandas as pd\nfrom google import genai\nfrom sklearn.linear_model import Ridge\n\n\ndef {}(model, f):\n    f['rate'] = f['used'] / f['total']\n    f['gap'] = f['total'].fillna(0)\n    print(f)\n    return f\n\n\nf = pd.read_csv('x.csv')\nm = Ridge().fit(f, f)\n{}(m, f)\njoblib.dump(m, 'm.pkl')\n"
BOT = "from google import genai\nfrom flask import Flask\nimport joblib\nimport pandas as pd\napp = Flask(__name__)\nm = joblib.load('m.pkl')\nclient = genai.Client()\n\n\ndef reply(q):\n    r = {{}}\n    r['a'] = q['b'] + q['c']\n    r['d'] = q['b'] + ' ' + q['e']\n    t = {}\n    return r\n\n\n@app.post('/p')\ndef p(q):\n    return str(m.predict(reply(q)))\n"


def named(*names: str) -> dict[str, str]:
    return {"a.py": TAUGHT.format(*names)}


SCALED = "import numpy as np\nimport pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.model_selection import cross_val_score\nf = pd.read_csv('d.csv')\nx = StandardScaler().fit_transform(f[['a']])\nmoved = x {}\nm = RandomForestClassifier()\nprint(cross_val_score(m, moved, f['y']))\n"


def test_noise_leaves_a_scale_as_little_seen_by_trees_as_it_was() -> None:
    def weighs(last: str) -> list[str]:
        return [each.severity.value for each in found({"a.py": SCALED.format(last)}, "LKG001")]

    assert weighs("") == weighs("+ np.random.normal(2.0, 0.5, x.shape)") == ["low"]
    assert weighs("* f[['b']]") != ["low"]
    drawn = "import numpy as np\nfrom sklearn.svm import SVC\nx = np.random.randn(9, 2) + 1\ny = x[:, 0] > 0\nm = SVC().fit(x, y)\nprint(m.score(x, y))\n"
    assert found({"a.py": drawn}, "LKG011"), "what is drawn and moved is a table of its own"


# --- who takes what a step leaves ---

STAGES = "stages:\n  train:\n    cmd: python train.py\n    deps:\n      - train.py\n    outs:\n      - models\n"
MADE = KEPT.format("models/m.pkl")
ON_DEMAND = "import joblib\nimport pandas as pd\nm = joblib.load('models/m.pkl')\nf = pd.read_csv('new.csv')\npd.DataFrame(m.predict(f)).to_csv('predictions.csv')\n{}\n"
JUDGES = "from sklearn.metrics import r2_score\nprint(r2_score(f['y'], m.predict(f)))"
MAKES = {
    "a/make.py": "open('rows.csv', 'w').write('1')\n",
    "a/use.py": "import pandas as pd\npd.read_csv('rows.csv').to_csv('b.csv')\n",
}
BY_HELPER = "import subprocess\nfrom pathlib import Path\n\nROOT = Path(__file__).parent\n\n\ndef run(cmd, cwd):\n    {}\n\n\ndef main():\n    a = ROOT / 'a'\n    run(['python', 'make.py'], cwd=a)\n    run(['python', 'use.py'], cwd=a)\n\n\nmain()\n"
CHECKS = "subprocess.run(cmd, cwd=cwd, check=True)"


def test_a_runner_that_hands_words_and_folder_to_a_helper_keeps_the_order() -> None:
    def weighs(**files: str) -> list[str]:
        return [
            each.severity.value
            for each in found(MAKES | {f"{name}.py": text for name, text in files.items()}, "PIP001")
        ]

    assert (
        weighs()
        == weighs(run=BY_HELPER.format("print(cmd, cwd)"))
        == weighs(run=BY_HELPER.format(CHECKS).replace("make", "other"))
        == ["medium"]
    )
    assert weighs(run=BY_HELPER.format(CHECKS)) == ["low"]
    assert weighs(
        run=BY_HELPER.format(f"name = 'other.py'\n    {CHECKS}")
        .replace("a = ROOT", "name = 'make.py'\n    a = ROOT")
        .replace("'make.py'], ", "name], ")
    ) == ["low"]


THREE = BY_HELPER.replace(
    "    run(['python', 'use.py'], cwd=a)\n",
    "    run(['python', 'use.py'], cwd=a)\n    run(['python', 'see.py'], cwd=a)\n",
)
SEEN = MAKES | {"a/see.py": "import pandas as pd\nprint(pd.read_csv('b.csv'))\n"}
LONE = {
    path: text.replace("rows.csv", f"{path[2]}.csv").replace("b.csv", f"{path[2]}2.csv") for path, text in SEEN.items()
}
DROPS = "subprocess.run(cmd, cwd=cwd)"


# --- failures ---

JOB = "on: push\njobs:\n  check:\n    steps:\n      - run: |\n          if [ {} ]; then\n            python check.py\n          else\n            pytest tests/test_a.py || echo none\n          fi\n"
DRIFT = "import sys\nimport pandas as pd\nf = pd.read_csv('d.csv')\nf.describe().to_csv('out/report.csv')\nok = f['a'].mean() < 1\n{}\n"
NIGHT = "on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  night:\n    steps:\n      - run: python {} || echo drift\n"


def night(program: str, last: str) -> dict[str, str]:
    return {program: DRIFT.format(last), ".github/workflows/n.yml": NIGHT.format(program)}


# --- data, decisions, comparisons ---

ANSWERS = "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('{}')\n\n\n@app.post('/p')\ndef p():\n    return str(m.predict([request.json['a']]))\n"
NAN = "import pandas as pd\n\n\ndef run(x):\n    if {}:\n        {}\n    if x == float('nan'):\n        return 0\n    return x\n\n\nprint(run(1))\n"


@pytest.mark.parametrize(
    ("served", "other", "steps"),
    [
        ("m.pkl", {}, "critical"),
        ("n.pkl", {}, "medium"),
        ("models:/price/1", {}, "critical"),
        (
            "n.pkl",
            {"pack.py": "import joblib\njoblib.dump(joblib.load('m.pkl').fit([[1]], [1]), 'n.pkl')\n"},
            "critical",
        ),
    ],
)
def test_data_weigh_by_the_model_that_answers(served: str, other: dict[str, str], steps: str) -> None:
    files = {"fit.py": KEPT.format("m.pkl"), "app.py": ANSWERS.format(served), "n.pkl": "", **other}
    if ":" in served:
        files["app.py"] = (
            files["app.py"]
            .replace("joblib.load", "mlflow.sklearn.load_model")
            .replace("import joblib", "import mlflow")
        )
    told = [each.severity.value for each in found(files, "DAT001", "PS") if each.place.path == "fit.py"]
    assert told == [steps]


ROWS_DRAWN = "x = torch.randn(9, 1)\n"
ROWS_READ = "import pandas as pd\nx = torch.tensor(pd.read_csv('d.csv').values)\n"
LEARNS = "import torch\nimport matplotlib.pyplot as plt\n{}net = torch.nn.Linear(1, 1)\nsteps = torch.optim.SGD(net.parameters())\nfor _ in range(9):\n    steps.zero_grad()\n    net(x).sum().backward()\n    steps.step()\n{}\n"
SHOWS = "plt.plot(net(x).detach())\nplt.show()"


def test_a_fit_that_only_becomes_a_picture_weighs_less_and_a_simulation_nothing() -> None:
    def weighs(rows: str, last: str) -> list[str]:
        return [f.severity.value for f in found({"a.py": LEARNS.format(rows, last)}, "REP001")]

    assert weighs(ROWS_READ, SHOWS) == ["low"]
    assert weighs(ROWS_DRAWN, SHOWS) == []
    assert weighs(ROWS_DRAWN, "print(net)") == ["medium"]
    assert weighs(ROWS_DRAWN, SHOWS + "\ntorch.save(net, 'n.pt')") == ["medium"]
    assert weighs(ROWS_READ, SHOWS + "\nopen('r.csv', 'w').write(str(net(x)))") == ["medium"]
    held_out = "import random\nrows = list(range(9))\nrandom.shuffle(rows)\nnet.fit(x[rows[2:]])\n"
    assert weighs(ROWS_READ, held_out + SHOWS) == ["medium"]
    (book,) = found({"a.ipynb": notebook(LEARNS.format(ROWS_READ, SHOWS))}, "REP001", "N")
    assert book.severity.value == "medium"
    (told,) = found({"a.py": LEARNS.format(ROWS_READ, "")}, "REP001")
    assert "zero_grad" not in told.message + "".join(each.says for each in told.related)


CHECKED = {"check.py": "assert 1\n", "tests/test_a.py": "def test_a():\n    assert 1\n"}

PAIRS = [
    pytest.param("GLU001", edge(ASKS + "\n    load_model('n.h5').predict(f)"), edge(ASKS), id="the edge of a program asks once"),
    pytest.param("GLU001", edge("m = Ridge().fit(f, f)"), edge(ASKS), id="the edge of a program does not fit"),
    pytest.param("GLU001", edge("for m in f:\n        load_model('m.h5').predict(m)"), edge(ASKS), id="the edge of a program asks in no loop"),
    pytest.param("GLU001", edge(ASKS, ""), edge(ASKS), id="the edge of a program is what it starts"),
    pytest.param("GLU001", five(FLAT.format(BESIDE)), five(FLAT.format("")), id="a flat script with a function in it"),
    pytest.param("GLU001", nets("    m.save('n.h5')\n"), nets(), id="what a framework calls back"),
    pytest.param("GLU004", starting(ALL + "    p.wait()\n"), starting(ALL + "p.wait()\n"), id="started side by side"),
    pytest.param("GLU004", starting(ALL.replace("Popen", "run")), starting(ALL), id="started and waited for"),
    pytest.param("GLU004", starting(HELPER.format("\n    p.communicate()")), starting(HELPER.format("")), id="started by a helper"),
    pytest.param(
        "GLU004",
        starting("".join(WITHIN.format(name, "") for name in ("get", "clean", "serve"))),
        starting("".join(WITHIN.format(name, "") for name in ("get", "clean", "serve")).replace("with ", "if ")),
        id="a block that waits where it ends",
    ),
    pytest.param("GLU004", PARTS | {"r.sh": "python get.py\npython clean.py\npython serve.py\n"}, PARTS | {"r.sh": "python get.py &\npython clean.py &\npython serve.py\nwait\n"}, id="in the background"),
    pytest.param("GLU004", PARTS | {"r.sh": "python get.py &\nwait\npython clean.py\npython serve.py\n"}, PARTS | {"r.sh": "python get.py &\npython clean.py &\npython serve.py &\n"}, id="in the background and waited for"),
    *(
        pytest.param("PIP011", CHECKED | {".github/workflows/c.yml": JOB.format(debt)}, CHECKED | {".github/workflows/c.yml": JOB.format(alike)}, id=f"a branch that cannot run: {debt}")
        for debt, alike in (("-f other.py", "-f check.py"), ("! -f check.py", "-e check.py"), ("-s check.py", "-f 'check.py'"), ("-f $X", '-f "check.py"'))
    ),
    *(
        pytest.param("DAT001", {"fit.py": KEPT.format("m.pkl"), debt: ""}, {"fit.py": KEPT.format("m.pkl"), alike: ""}, id=f"an archive of the file: {alike}")
        for debt, alike in (("old.csv.gz", "rows.csv.gz"), ("more/rows.zip", "rows.zip"), ("rows.gz.csv", "rows.tgz"))
    ),
    *(
        pytest.param("COD002", {"a.py": NAN.format(*debt)}, {"a.py": NAN.format("pd.isna(x)", "return None")}, id=f"NaN that was asked for: {debt}")
        for debt in (("pd.isna(y)", "return None"), ("pd.isna(x)", "x = x"), ("not x", "return None"))
    ),
    pytest.param("TST006", sides("pd.DataFrame(a).to_csv('predictions.csv')"), sides(MEASURED), id="a script that measures a model answers nobody"),
    pytest.param("TST006", sides("pd.DataFrame(a).to_csv('scores.csv')"), sides("pd.DataFrame(a).to_csv('errors.csv')"), id="a script that keeps answers"),
    pytest.param("TST001", named("prepare", "prepare"), named("compute_metrics", "compute_metrics"), id="what measures a model makes no features"),
    pytest.param("TST001", {"a.py": TAUGHT.format("loss_of", "loss_of").replace("(model, f)", "(f, other)")}, named("loss_of", "loss_of"), id="what measures a model is given one"),
    pytest.param("TST001", {"a.py": BOT.format("q")}, {"a.py": BOT.format("client.models.generate_content(contents=q)")}, id="text for a language model"),
    pytest.param("TST001", {"a.py": BOT.format("client.models.embed_content(contents=q)")}, {"a.py": BOT.format("client.models.generate_content(contents=q)")}, id="a language model that embeds"),
    pytest.param("GLU004", LONE | {"run.py": THREE.format("if subprocess.run(cmd, cwd=cwd).returncode:\n        raise SystemExit(1)")}, LONE | {"run.py": THREE.format(DROPS)}, id="a helper that ends where one fails"),
    pytest.param("PIP001", {"train.py": MADE, "dvc.yaml": STAGES, "p.py": ON_DEMAND.format("open('limits.json', 'w').write(str(f))")}, {"train.py": MADE, "dvc.yaml": STAGES, "p.py": ON_DEMAND.format("")}, id="a program that leaves more than answers"),
    pytest.param("PIP001", {"train.py": MADE, "dvc.yaml": STAGES, "p.py": ON_DEMAND.format(JUDGES)}, {"train.py": MADE, "dvc.yaml": STAGES, "p.py": ON_DEMAND.format("")}, id="a program that answers on demand"),
    pytest.param("PIP001", {"train.py": MADE, "dvc.yaml": STAGES.replace("models", "other"), "p.py": ON_DEMAND.format("")}, {"train.py": MADE, "dvc.yaml": STAGES, "p.py": ON_DEMAND.format("")}, id="an output that is declared"),
    pytest.param("GLU004", SEEN | {"run.py": THREE.format(CHECKS)}, SEEN | {"run.py": THREE.format("subprocess.Popen(cmd, cwd=cwd)")}, id="a helper that starts side by side"),
    pytest.param("GLU004", LONE | {"run.py": THREE.format(CHECKS)}, LONE | {"run.py": THREE.format(DROPS)}, id="a helper that goes on"),
    pytest.param("PIP011", night("judge.py", "sys.exit(0 if ok else 1)"), night("look_for_drift.py", "sys.exit(0 if ok else 1)"), id="a check of drift tells by its code"),
    pytest.param("PIP011", night("drift.py", "print(ok)"), night("drift.py", "if not ok:\n    sys.exit(1)"), id="a check of drift that ends well"),
    pytest.param("PIP011", night("drift.py", "sys.exit(0)"), night("drift.py", "if not ok:\n    sys.exit(1)"), id="a check of drift that ends with 0"),
    pytest.param("PIP011", night("drift.py", "from sklearn.linear_model import Ridge\nm = Ridge().fit(f[['a']], f['y'])\nsys.exit(not ok)"), night("drift.py", "sys.exit(not ok)"), id="a check of drift that trains"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_the_debt_is_found_and_what_looks_like_it_is_not(
    rule: str, debt: dict[str, str], alike: dict[str, str]
) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)
