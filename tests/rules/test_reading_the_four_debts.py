"""What reading repositories outside the corpus showed of the four debts: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding, Severity
from tests.pages import graphs

RULES = registry().rules
PD = "import pandas as pd\n"
FIT = PD + "from sklearn.linear_model import Ridge\n{lines}\nRidge().fit(f[['a']], f['b'])\n"
RAW = "a,b\n1,2\n"
FAR = "pd.read_csv('https://example.org/x.csv')"
LOADER = PD + "from sklearn.linear_model import Ridge\ndef load(path):\n    return pd.read_csv(path)\n"
SPEED = "".join(f"    {{f}}['{c}'] = {{f}}['{x}'] / {{f}}['{y}']\n" for c, x, y in ("abc", "dbc", "ecd"))
RIDES = (
    "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nif __name__ == '__main__':\n    f = pd.read_csv('x.csv')\n"
    + SPEED.replace("{f}", "f")
    + "    joblib.dump(Ridge().fit(f[['a', 'd', 'e']], f['z']), 'm.joblib')\n"
)
ASK = "import joblib\nimport pandas as pd\nm = joblib.load('m.joblib')\nif __name__ == '__main__':\n    r = pd.DataFrame([{row}])\n"
ASK += SPEED.replace("{f}", "r") + "    print(m.predict(r[['a', 'd', 'e']]))\n"
TASKS = "from invoke import task\n" + "".join(f"@task\ndef {n}(ctx):\n    ctx.run('python {n}.py')\n" for n in "abc")
RUNNER = "import subprocess\n" + "".join(f"subprocess.run(['python', '{n}.py'])\n" for n in "abc")
STARTS = """
import os
import subprocess
import sys
from pathlib import Path

TOLD = Path("tell.py")

def tell():
    {before}
    subprocess.run([sys.executable, str(TOLD)])

tell()
"""
STRICT = RUNNER.replace("])", "], check=True)")
WORK = (
    PD
    + "from sklearn.linear_model import Ridge\nf = pd.read_csv('raw.csv')\nRidge().fit(f[['a']], f['b'])\nf.to_csv('{n}.csv')\n"
)
WORKS = {f"{n}.py": WORK.replace("{n}", n) for n in "abc"} | {"raw.csv": RAW}
GRADIENT = "import torch\ndef t():\n    m = torch.nn.Linear(2, 1)\n    o = torch.optim.SGD(m.parameters(), 0.1)\n    try:\n        m(torch.ones(3, 2)).sum().backward()\n        {then}\n"
GRADIENT += "    except Exception as error:\n        print(error)\nif __name__ == '__main__':\n    t()\n"
COMPOSE = "services:\n  web:\n    build: {folder}\n"
USE = "import yaml\nimport pandas as pd\nc = yaml.safe_load(open('conf.yaml'))\n{use}\npd.read_csv('raw.csv').to_csv('{n}.csv')\n"
KEYS = "".join(f"k{n}: {n}\n" for n in range(20))
SUPPLIER = "from openai import OpenAI, RateLimitError\n"
DVC = {
    "t.py": "print(1)\n",
    ".dvc/config": "[core]\n    remote = here\n['remote \"here\"']\n    url = /home/ada/store\n",
    "x.csv.dvc": "outs:\n- md5: 0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11\n  size: 9\n  path: x.csv\n",
}
STEP = PD + "if __name__ == '__main__':\n    frame = pd.read_csv('{read}')\n    frame.to_csv('{write}')\n"


def findings(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    tree = graphs(files, archetypes=archetypes)
    return list(judge(tree.components, [RULES[rule]]).findings)


def chain(middle: str) -> dict[str, str]:
    return {
        "01_a.py": STEP.replace("{read}", "raw.csv").replace("{write}", "x.csv"),
        "02_b.py": middle,
        "03_c.py": STEP.replace("{read}", "y.csv").replace("{write}", "z.csv"),
        "raw.csv": RAW,
        "other.csv": RAW,
    }


HANDED = STEP.replace("{read}", "x.csv").replace("{write}", "y.csv")
SPLICED = (
    PD + "if __name__ == '__main__':\n    print(pd.read_csv('x.csv'))\n    pd.read_csv('other.csv').to_csv('y.csv')\n"
)

PAIRS = [
    pytest.param(
        "DAT001",
        {"t.py": FIT.format(lines=f"f = {FAR}")},
        {"t.py": FIT.format(lines=f"def answer():\n    return {FAR}\nf = pd.read_csv('x.csv')") + "print(answer())\n", "x.csv": RAW},
        id="what only answers",
    ),
    pytest.param(
        "DAT001",
        {"t.py": FIT.format(lines=f"f = pd.read_csv('x.csv')\nf = pd.concat([f, {FAR}])"), "x.csv": RAW},
        {"t.py": FIT.format(lines=f"f = {FAR}\nprint(f)\nf = pd.read_csv('x.csv')"), "x.csv": RAW},
        id="a frame that is bound anew",
    ),
    pytest.param(
        "DAT001",
        {"t.py": FIT.format(lines=f"f = {FAR}").replace("f['b'])", "f['b'], sample_weight=f['w'])")},
        {"t.py": FIT.format(lines=f"f, v = pd.read_csv('x.csv'), {FAR}").replace("f['b'])", "f['b'], eval_set=v)"), "x.csv": RAW},
        id="what a model is judged by",
    ),
    pytest.param(
        "DAT001",
        {"t.py": LOADER + "f = load('https://example.org/x.csv')\nprint(load('x.csv'))\nRidge().fit(f[['a']], f['b'])\n", "x.csv": RAW},
        {"t.py": LOADER + "f = load('x.csv')\nprint(load('https://example.org/x.csv'))\nRidge().fit(f[['a']], f['b'])\n", "x.csv": RAW},
        id="two calls of one loader",
    ),
    pytest.param(
        "DAT001",
        {"make.py": PD + f"def save(f):\n    f.to_csv('data/x.csv')\nsave({FAR})\n", "t.py": FIT.format(lines="f = pd.read_csv('data/x.csv')")},
        {
            "make.py": PD + f"def save(f, to):\n    f.to_csv(to)\nsave({FAR}, 'data/other.csv')\nsave(pd.read_csv('x.csv'), 'data/x.csv')\n",
            "t.py": FIT.format(lines="f = pd.read_csv('data/x.csv')"),
            "x.csv": RAW,
        },
        id="what another call of the writer saves",
    ),
    pytest.param(
        "DAT001",
        {"t.py": FIT.format(lines="f = pd.read_csv('data/near.csv')")},
        {
            "t.py": FIT.format(lines="f = pd.read_csv('data/near.csv')"),
            "make.py": PD + "def make(frame, folder, mode):\n    frame.to_csv(f'{folder}/{mode}r.csv')\n",
        },
        id="a name that some code makes",
    ),
    pytest.param(
        "DAT006",
        {"t.py": FIT.format(lines="f = pd.read_csv('x.csv')"), "x.csv": RAW},
        {
            "t.py": FIT.format(lines="f = pd.read_csv('x.csv')"),
            "x.csv": RAW,
            "tests/test_x.py": PD + "def test_schema():\n    wide = pd.read_csv('x.csv').shape[1]\n    assert wide == 2\n",
        },
        id="a test of the columns",
    ),
    pytest.param(
        "DAT006",
        {"t.py": FIT.format(lines="f = pd.read_csv('x.csv')"), "x.csv": RAW},
        {
            "t.py": FIT.format(lines="f = pd.read_csv('x.csv')"),
            "x.csv": RAW,
            "check.py": "from pyspark.sql import functions as F\nfor c in ['a', 'b']:\n    t = t.filter(F.col(c).isNotNull())\n",
        },
        id="gaps that Spark filters",
    ),
    pytest.param(
        "DAT009",
        {"t.py": FIT.format(lines="f = pd.read_csv('x.csv')"), "x.csv": RAW, "README.md": "# Ridge\n\nA model.\n"},
        {"t.py": FIT.format(lines="f = pd.read_csv('x.csv')"), "x.csv": RAW, "README.md": "# Ridge\n\n## Dataset\n\nUCI Wine Quality\n"},
        id="a heading and a name",
    ),
    pytest.param(
        "DAT004",
        DVC,
        DVC | {".dvc/store/files/md5/0f/5b5a1c1f3b1d6f2a7f0c0f2a5a9b11": "a,b\n"},
        id="a store that git holds",
    ),
    pytest.param(
        "ENT003",
        {f"s{n}.py": USE.replace("{use}", f"print(c['k{n}'])").replace("{n}", str(n)) for n in range(6)} | {"conf.yaml": KEYS, "raw.csv": RAW},
        {f"s{n}.py": USE.replace("{use}", "start(c)").replace("{n}", str(n)) for n in range(6)} | {"conf.yaml": KEYS, "raw.csv": RAW},
        id="settings whose use is not seen",
    ),
    pytest.param(
        "ENT009",
        {"train.py": RIDES, "x.csv": RAW, "ask.py": ASK.replace("{row}", "{'b': float(input()), 'c': 2}")},
        {"train.py": RIDES, "x.csv": RAW, "ask.py": ASK.replace("{row}", "{'b': 1, 'c': 2}")},
        id="a try on rows that are written out",
    ),
    pytest.param(
        "GLU003",
        {f"m{n}.py": SUPPLIER + "def f():\n    return OpenAI()\n" for n in range(7)},
        {f"m{n}.py": SUPPLIER + "def f(call):\n    try:\n        return call()\n    except RateLimitError:\n        raise\n" for n in range(7)},
        id="errors of a supplier",
    ),
    pytest.param("GLU004", WORKS | {"run.py": STRICT}, WORKS | {"tasks.py": TASKS}, id="commands of a task runner"),
    pytest.param(
        "GLU004",
        WORKS | {"run.py": STRICT},
        WORKS | {"run.py": "import subprocess, sys\nif sys.argv[1] == 'a':\n    subprocess.run(['python', 'a.py'])\nelif sys.argv[1] == 'b':\n    subprocess.run(['python', 'b.py'])\nelse:\n    subprocess.run(['python', 'c.py'])\n"},
        id="one program or another",
    ),
    pytest.param(
        "PIP011",
        WORKS | {"run.sh": "#!/bin/bash\nset -e\nx=$(python a.py | tail -1)\n"},
        WORKS | {"run.sh": "#!/bin/bash\nset -e\nx=$(python a.py)\ny=$(echo \"$x\" | cut -d: -f1)\n"},
        id="a pipe of what a variable holds",
    ),
    pytest.param(
        "PIP011",
        WORKS | {"run.sh": "#!/bin/bash\npython a.py &\nA=$!\nwait $A\npython b.py\n"},
        WORKS | {"run.sh": "#!/bin/bash\npython a.py &\nA=$!\nsleep 30\nkill $A\nwait\npython b.py\n"},
        id="jobs that the script itself ends",
    ),
    pytest.param(
        "PIP011",
        WORKS | {"run.sh": "#!/bin/bash\npython a.py &\nwait\npython b.py\n"},
        WORKS | {"run.sh": "#!/bin/bash\nnohup python a.py &\nnohup python b.py &\n"},
        id="jobs beside one another",
    ),
    pytest.param(
        "PIP011",
        WORKS | {"run.sh": "#!/bin/bash\npython a.py &\npython b.py\npython c.py\n"},
        WORKS | {"run.sh": "#!/bin/bash\npython a.py &\npython b.py &\nwait\n"},
        id="jobs that nothing comes after",
    ),
    pytest.param(
        "PIP010",
        {"go.py": STARTS.format(before="if not TOLD.exists():\n        raise SystemExit(1)")},
        {"go.py": STARTS.format(before="if not TOLD.exists():\n        return")},
        id="a program that is started where it is there",
    ),
    pytest.param(
        "PIP010",
        {"go.py": STARTS.format(before="if not Path('other.py').exists():\n        return")},
        {"go.py": STARTS.format(before="told = os.path.isfile(TOLD)\n    if not told:\n        print('none')\n        return")},
        id="a program that is asked for by a name",
    ),
    pytest.param(
        "PIP011",
        {"t.py": GRADIENT.replace("{then}", "o.step()")},
        {"t.py": GRADIENT.replace("{then}", "print('it flows')")},
        id="a gradient that moves nothing",
    ),
    pytest.param("PIP011", WORKS | {"run.py": RUNNER}, WORKS | {"tasks.py": "from invoke import task\n@task\ndef every(ctx):\n    ctx.run('python a.py')\n    ctx.run('python b.py')\n"}, id="a runner that fails with its program"),
    pytest.param(
        "PIP011",
        WORKS | {"Dockerfile": "FROM python:3.11\nCOPY . .\nRUN python a.py || true\n"},
        WORKS | {"Dockerfile": "FROM python:3.11\nCOPY . .\nRUN cd /app || true; if [ -d .git ]; then echo; fi && python a.py\n"},
        id="a test on the same line",
    ),
    pytest.param(
        "PIP010",
        {"deploy/docker-compose.yml": COMPOSE.format(folder="web/")},
        {"deploy/docker-compose.yml": COMPOSE.format(folder="web/"), "web/Dockerfile": "FROM python:3.11\n"},
        id="a project folder that the command names",
    ),
    pytest.param(
        "PIP010",
        {"go.py": "import os\nos.system('python gone.py')\n"},
        {"go.py": "import os\nos.chdir('made')\nos.system('python gone.py')\nname = input()\nos.system('python %s_x.py' % name)\nos.system('bash ~/mine.sh')\n"},
        id="what is made or lies elsewhere",
    ),
    pytest.param(
        "PIP010",
        {"steps/x.py": "", "run.sh": "bash steps/gone.sh\n"},
        {"run.sh": "bash steps/gone.sh\n"},
        id="a script for the folder of another project",
    ),
    pytest.param(
        "PIP004",
        {"a.py": PD + "pd.read_json('data/gone.json')\n"},
        {"a.py": PD + "pd.read_json('data/credentials.json')\n"},
        id="credentials",
    ),
    pytest.param(
        "PIP004",
        {"a.py": PD + "pd.read_csv('data/x_seg.csv')\n"},
        {"a.py": PD + "pd.read_csv('data/x_seg.csv')\n", "m.py": PD + "def make(f, to):\n    f.to_csv(f'{to}/x_seg.csv')\n"},
        id="a name that some code writes",
    ),
    pytest.param(
        "PIP004",
        {"a.py": PD + "pd.read_csv('data/CoLA/dev.csv')\n"},
        {"a.py": PD + "pd.read_csv('data/CoLA/dev.csv')\n", "get.sh": "python tools/download_glue.py --to $(pwd)/data\n"},
        id="a folder that a download fills",
    ),
    pytest.param(
        "PIP004",
        {"a.py": "import numpy as np\nnp.load('x.npy')\n", "b.py": "import numpy as np\nnp.save('y', [1])\n"},
        {"a.py": "import numpy as np\nnp.load('x.npy')\n", "b.py": "import numpy as np\nnp.save('x', [1])\n"},
        id="a suffix that the library appends",
    ),
    pytest.param(
        "PIP001",
        {"a.py": PD + "pd.read_csv('raw.csv').to_csv('out/x.csv')\n", "b.py": PD + "print(pd.read_csv('out/x.csv'))\n", "raw.csv": RAW},
        {
            "a.py": PD + "pd.read_csv('raw.csv').to_csv('out/x.csv')\n",
            "b.py": "from pathlib import Path\nprint(sorted(Path('out').glob('*.csv')), list(Path('out').iterdir()))\n",
            "raw.csv": RAW,
        },
        id="a list of what is there",
    ),
    pytest.param("PIP007", chain(HANDED), chain(SPLICED), id="a chain of which the middle hands nothing on"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_the_debt_is_told_and_its_look_alike_is_not(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert findings(debt, rule)
    assert not findings(alike, rule)


def test_an_order_that_a_script_keeps_is_milder() -> None:
    files = {
        "a.py": PD + "pd.read_csv('raw.csv').to_csv('x.csv')\n",
        "b.py": PD + "pd.read_csv('x.csv').to_csv('y.csv')\n",
        "raw.csv": RAW,
    }
    assert [f.severity for f in findings(files, "PIP001")] == [Severity.MEDIUM]
    kept = files | {"run.sh": "set -e\npython a.py\npython b.py\n"}
    assert [f.severity for f in findings(kept, "PIP001")] == [Severity.LOW]
    wrong = files | {"run.sh": "set -e\npython b.py\npython a.py\n"}
    assert [f.severity for f in findings(wrong, "PIP001")] == [Severity.MEDIUM]


def test_a_reader_that_does_without_the_file_is_milder() -> None:
    write = PD + "pd.read_csv('raw.csv').to_csv('x.csv')\n"
    asks = "import os\n" + PD + "if os.path.exists('x.csv'):\n    print(pd.read_csv('x.csv'))\n"
    (edge,) = findings({"a.py": write, "b.py": asks, "raw.csv": RAW}, "PIP001")
    assert edge.severity is Severity.LOW


def test_what_a_notebook_tries_where_programs_train_is_milder() -> None:
    cell = FIT.format(lines=f"f = {FAR}").replace("\n", "\\n").replace('"', "'")
    notebook = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a", "metadata": {}, '
        f'"execution_count": null, "outputs": [], "source": ["{cell}"]}}]}}'
    )
    (alone,) = findings({"n.ipynb": notebook}, "DAT001")
    beside = {"n.ipynb": notebook, "t.py": FIT.format(lines="f = pd.read_csv('x.csv')"), "x.csv": RAW}
    (tried,) = findings(beside, "DAT001")
    assert (alone.severity, tried.severity) == (Severity.MEDIUM, Severity.LOW)
