"""What an independent reader thought too hard or wrong at medium severity: each debt beside what it was taken for."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.language.test_certificate import HERE, SHOP, pem
from tests.language.test_secrets import BODY
from tests.pages import graphs

RULES = registry().rules
SK = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\n"
FIT = "m = Ridge().fit(f[['a']], f['y'])\n"
SERVICE = "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\n\n\n@app.post('/p')\ndef p():\n    return str(m.predict([request.json['a']]))\n"
NOTEBOOK = '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
CELL = '{"cell_type": "code", "execution_count": 1, "id": "c", "metadata": {}, "outputs": [], "source": "%s"}'
LOSSES = "class Base:\n{hook}    def loss(self, y):\n        raise NotImplementedError\n\n\nclass Plain(Base):\n    def __init__(self):\n        super(Plain, self).__init__()\n\n    def loss(self, y):\n        return y - ids\n\n\nclass Used(Base):\n    def loss(self, y):\n        return y\n\n\nprint({made}().loss(1))\n"
BRANCH = "import sys\n\nif len(sys.argv) > 1:\n    print('unknown:', env)\n    {last}\nprint('done')\n"
HUB = "from transformers import AutoModel\n{}model = AutoModel.from_pretrained('acme/encoder'{})\n"

OPENED = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def notebook(text: str) -> str:
    return NOTEBOOK % (CELL % text.replace("\n", "\\n"))


CURVE = "import numpy as np\nimport pandas as pd\nfrom scipy.optimize import curve_fit\nf = pd.read_csv('d.csv')\n{}\n"
LINE = "import numpy as np\nfrom sklearn.linear_model import LinearRegression\nwith open('d.csv') as t:\n    y = [float(line) for line in t]\nx = {}\nLinearRegression().fit(x, y)\n"
LOOP = "import torch\nnet = torch.nn.Linear(1, 1)\nsteps = torch.optim.SGD(net.parameters())\nwith {} as p:\n    for x in torch.load('x.pt'):\n        net(x).sum().backward()\n        steps.step()\n"
LIBRARY = "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef make(f):\n    return Ridge().fit(f[['a']], f['y'])\n\n\nif __name__ == '__main__':\n    print(make(pd.read_csv('d.csv')))\n"
STUDY = "import json\nimport joblib\nimport pandas as pd\nimport {0}\nm = {0}.make(pd.read_csv('d.csv'))\njoblib.dump(m, 'm.joblib')\nwith open('params.json', 'w') as t:\n    json.dump({{'a': 1}}, t)\npd.DataFrame({{'a': [1]}}).to_csv('{1}')\n"
SOCKET = "import asyncio\nimport joblib\nfrom fastapi import FastAPI, WebSocket\napp = FastAPI()\nm = joblib.load('m.pkl')\n\n\n@app.websocket('/s')\nasync def s(websocket: WebSocket):\n    await websocket.accept()\n    while True:\n        asked = {}\n        await websocket.send_json(m.predict(asked))\n"
TRAIN = "import joblib\n" + SK + FIT + "joblib.dump(m, 'models/m.pkl')\n"
SERVE = SERVICE.replace("'m.pkl'", "'models/m.pkl'")
POINTER = "outs:\n- hash: md5\n  path: {}\n  files:\n  - relpath: m.pkl\n    md5: b6da8aa63eec9f71e14b2e20385cd725\n"
NET = "import torch\n\n\n{}    class {}(torch.nn.Module):\n        def __init__(self):\n            super().__init__()\n            self.a = torch.nn.Linear(1, 1)\n\n    print({})\n"
STEP = "import json\nimport joblib\nimport pandas as pd\nfrom kfp import dsl\nfrom sklearn.linear_model import Ridge\n\n\n{0}\ndef fit_it(data: str, out: str):\n    f = pd.read_csv(data)\n    joblib.dump(Ridge().fit(f[['a']], f['y']), out)\n"
STEPS = "".join(STEP.split("\n\n\n")[1].replace("fit_it", f"fit_{n}") + "\n\n" for n in range(5))
STEPS = STEP.split("\n\n\n")[0] + "\n\n\n" + STEPS
RUNS = "import sys\nfrom importlib import import_module\nimport_module(sys.argv[1]).start()\n"
BODY = (
    "import numpy as np\nimport pandas as pd\nimport optuna\nfrom sklearn.metrics import r2_score\n\n\ndef main():\n    f = pd.read_csv('d.csv')\n    s = {}\n    r = {}\n    print(r2_score(f['a'], f['b']), r, s)\n    f.to_csv('o.csv')\n"
    + "    v = 1\n" * 150
    + "\n\nmain()\n"
)
PAGE = (
    "import pandas as pd\nimport {0}\nfrom sklearn.metrics import r2_score\nf = pd.read_csv('d.csv').fillna(0)\n{1}\nprint(r2_score(f['a'], f['b']))\n"
    + "v = 1\n" * 150
)
MISNAMED = "import pandas as pd\n\n\ndef kind(q):\n    if q > 9:\n        raise ValueError(q)\n    return q\n\n\ndef main():\n    f = pd.DataFrame({{'q': [kind(1)]}})\n    {}\n    f.to_csv('q.csv')\n\n\nif __name__ == '__main__':\n    main()\n"
DRAWN = "import optuna\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef settings({0}, spec: dict):\n    out = {{}}\n    out['width'] = spec['width'] * 2\n    out['out'] = out['width'] * spec['heads']\n    out['deep'] = out['out'] + spec['depth']\n    return out\n\n\ndef run(trial):\n    f = settings(trial, {{'width': 1}})\n    m = Ridge()\n    return m.fit(pd.read_csv('d.csv')[['a']] * f['out'], [1]).score(1, 1)\n\n\noptuna.create_study().optimize(run)\nif __name__ == '__main__':\n    run(None)\n"
SCHEMA = "import pandera as pa\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\nclass Check:\n    def __init__(self, f):\n        self.schema = {}\n\n    def check(self, f):\n        return self.schema.validate(f)\n\n\nf = pd.read_csv('d.csv')\nCheck(f).check(f)\nRidge().fit(f[['a']], f['y'])\n"
CHAIN = {
    "app.py": SERVICE,
    "fit.py": "import joblib\n" + SK + FIT + "joblib.dump(m, 'm.pkl')\n",
    "get.py": "open('r.csv', 'w').write('a')\n",
    "clean.py": "open('d.csv', 'w').write(open('r.csv').read())\n",
    "judge.py": "print(open('m.pkl').read())\n",
    "dvc.yaml": "stages:\n" + "".join(f"  {n}:\n    cmd: python {n}.py\n" for n in ("get", "clean", "fit", "judge")),
}


def chain(script: str, *run: str) -> dict[str, str]:
    return {**CHAIN, script: "set -e\n" + "".join(f"python {name}.py\n" for name in run)}


CHANCE = "import random\nimport joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\nmock = request\n\n\ndef guess(x):\n    {}\n    return {{'{}': p, 'id': random.random()}}\n\n\n@app.post('{}')\ndef p():\n    x = request.json['a']\n    if {}:\n        return guess(x)\n    return str(m.predict([x]))\n"
CALLS = "import os\n{0}\n\nclass Net({1}):\n{2}    def run(self):\n        return self.step()\n\n\nprint(Net().run())\n"
MIXED = "\n\nclass Both(Net, Other):\n    pass\n"


PAIRS = [
    *(
        pytest.param("COD008", "P", {"a.py": CALLS.format("", "", "")}, {"a.py": alike}, id=f"a method that is there: {told}")
        for told, alike in {
            "of an unknown base": CALLS.format("from net import Base\n", "Base", ""),
            "of a base": CALLS.format("class Base:\n    def step(self):\n        return 1\n", "Base", ""),
            "of what it is mixed with": CALLS.format("class Other:\n    def step(self):\n        return 1\n", "", "") + MIXED,
            "stored by a method": CALLS.format("", "", "    def __init__(self):\n        self.step = len\n\n"),
            "stored from outside": CALLS.format("", "", "") + "Net.step = len\n",
            "a declared field": CALLS.format("", "", "    step: object\n\n"),
            "found by its name": CALLS.format("", "", "") + "print('step')\n",
            "answered for by all names": CALLS.format("", "", "    def __getattr__(self, name):\n        return len\n\n"),
            "put in by a decorator": CALLS.format("from net import filled\n\n@filled", "", ""),
            "of a metaclass": CALLS.format("from net import Meta\n", "metaclass=Meta", ""),
        }.items()
    ),
    pytest.param("LKG013", "S", {"app.py": CHANCE.format("p = random.random()", "score", "/p", "m is None")}, {"app.py": CHANCE.format("p = len(x)", "score", "/p", "m is None")}, id="an answer that only has a number drawn beside it"),
    pytest.param("LKG013", "S", {"app.py": CHANCE.format("p = random.random()", "score", "/p", "m is None")}, {"app.py": CHANCE.format("p = random.random()", "jitter", "/p", "m is None")}, id="chance under another name"),
    pytest.param("LKG013", "S", {"app.py": CHANCE.format("p = random.random()", "score", "/p", "m is None")}, {"app.py": CHANCE.format("p = random.random()", "score", "/p", "mock")}, id="made up on request"),
    pytest.param("LKG013", "S", {"app.py": CHANCE.format("p = random.random()", "score", "/p", "m is None")}, {"app.py": CHANCE.format("p = random.random()", "score", "/demo", "m is None")}, id="a route for a demonstration"),
    pytest.param("LKG013", "S", {"app.py": CHANCE.format("p = random.uniform(0, 1)", "score", "/p", "m is None")}, {"app.py": CHANCE.format("p = random.gauss(x, 1)", "score", "/p", "m is None")}, id="a draw around what is asked"),
    pytest.param("LKG013", "S", {"app.py": CHANCE.format("p = random.uniform(0, 1)", "score", "/p", "m is None")}, {"app.py": CHANCE.format("p = m.predict([x])[0] + random.uniform(0, 1)", "score", "/p", "m is None")}, id="noise on an answer"),
    pytest.param("TST007", "P", {"q_test.py": MISNAMED.format("assert kind(1) == 1"), "a.py": "import pandas as pd\nprint(pd.read_csv('q.csv'))\n"}, {"q_test.py": MISNAMED.format("print(1)"), "a.py": "import pandas as pd\nprint(pd.read_csv('q.csv'))\n"}, id="a program that only its name calls a test"),
    pytest.param("TST001", "P", {"a.py": DRAWN.format("trial")}, {"a.py": DRAWN.format("trial: optuna.Trial")}, id="settings that a study draws"),
    pytest.param("TST004", "P", {"a.py": SCHEMA.format("f.dtypes")}, {"a.py": SCHEMA.format("pa.infer_schema(f)")}, id="a schema that was inferred"),
    pytest.param("TST003", "PS", chain("run_all.sh", "get", "clean", "fit", "judge"), chain("test_e2e.sh", "get", "clean", "fit", "judge"), id="a script that tries the whole chain"),
    pytest.param("MON004", "S", {"app.py": SOCKET.format("await websocket.receive_json()")}, {"app.py": SOCKET.format("[[1]]")}, id="a socket that only sends"),
    pytest.param("OPS003", "S", {"fit.py": TRAIN, "app.py": SERVE, "other.dvc": POINTER.format("other")}, {"fit.py": TRAIN, "app.py": SERVE, "models.dvc": POINTER.format("models")}, id="a pointer of the folder around a model"),
    pytest.param("TST002", "P", {"a.py": NET.format("def build():\n", "Net", "Net()")}, {"a.py": NET.format("def create_demo_model():\n", "DemoNet", "DemoNet()")}, id="a network made up to show something"),
    pytest.param("GLU001", "P", {"a.py": STEPS.format("")}, {"a.py": STEPS.format("@dsl.component")}, id="components that are run by themselves"),
    pytest.param("REP010", "P", {"a.py": SK + FIT, "run_it.py": RUNS, "README.md": "# A\n\n```bash\npython run_it.py\n```\n"}, {"a.py": SK + FIT, "run_train.py": RUNS, "README.md": "# A\n\n```bash\npython run_train.py\n```\n"}, id="a documented training that cannot be followed"),
    pytest.param("PIP008", "P", {"a.py": BODY.format("f.dropna().shape", "np.log(f['a'])")}, {"a.py": BODY.format("1", "np.log(f['a'])")}, id="figures reckoned with arrays"),
    pytest.param("PIP008", "P", {"a.py": BODY.format("optuna.create_study().optimize(print)", "f.fillna(0)")}, {"a.py": BODY.format("optuna.load_study(study_name='s', storage='sqlite:///s.db')", "1")}, id="a study that is only opened"),
    pytest.param("PIP008", "PS", {"a.py": PAGE.format("flask", "flask.Flask(__name__)")}, {"a.py": PAGE.format("streamlit", "streamlit.set_page_config()")}, id="a page that is run as a whole"),
    pytest.param("REP006", "P", {"a.py": SK + FIT}, {"a.py": CURVE.format("print(curve_fit(lambda x, a: a * x, f['x'], f['y']))")}, id="a curve through points"),
    pytest.param("REP006", "P", {"a.py": LINE.format("np.array(y).reshape(-1, 1)")}, {"a.py": LINE.format("np.arange(len(y)).reshape(-1, 1)")}, id="the line of a trend"),
    pytest.param("REP006", "P", {"a.py": "from sktime.classification.kernel_based import RocketClassifier\nimport pandas as pd\nRocketClassifier().fit(pd.read_csv('d.csv'), 1)\n"}, {"a.py": "from sktime.transformations.panel.rocket import Rocket\nimport pandas as pd\nRocket().fit(pd.read_csv('d.csv'))\n"}, id="what transforms series"),
    pytest.param("REP006", "P", {"a.py": LOOP.format("torch.autograd.set_detect_anomaly(True)")}, {"a.py": LOOP.format("torch.profiler.profile(record_shapes=True)")}, id="a run under a profiler"),
    pytest.param("REP006", "P", {"a.py": LOOP.format("torch.profiler.profile(record_shapes=True)") + "torch.save(net, 'net.pt')\n"}, {"a.py": LOOP.format("torch.profiler.profile(record_shapes=True)")}, id="a profiled run that keeps its model"),
    pytest.param("REP006", "P", {"lib.py": LIBRARY, "Makefile": "all:\n\tpython lib.py\n", "study.py": STUDY.format("lib", "results/r.csv")}, {"lib.py": LIBRARY, "study.py": STUDY.format("lib", "results/r.csv")}, id="a module by which another program trains"),
    pytest.param("REP006", "P", {"lib.py": LIBRARY, "study.py": STUDY.format("lib", "results/predictions.csv")}, {"lib.py": LIBRARY, "study.py": STUDY.format("lib", "results/r.csv")}, id="a table in a folder of results"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "archetypes", "debt", "alike"), PAIRS)
def test_debt_and_its_look_alike(rule: str, archetypes: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule, archetypes)
    assert not found(alike, rule, archetypes)


def test_a_program_is_named_before_the_notebooks_and_before_the_text_of_one() -> None:
    files = {"a.ipynb": notebook(SK + FIT), "b.ipynb": notebook(SK + FIT), "b.py": SK + FIT, "c.py": SK + FIT}
    (finding,) = found(files, "REP006")
    assert finding.place.path == "c.py"


PICKLED = (
    "import pickle\nimport pandas as pd\n{}with open('{}', 'wb') as t:\n    pickle.dump(f, t)\n" + "print(1)\n" * 300
)
LADDER = "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nm = joblib.load('m.pkl')\nlimits = {limits}\nthreshold = limits['t']\n\n\ndef level(p):\n    if p > 0.9:\n        return 'high'\n    if p > 0.4:\n        return 'medium'\n    return {last}\n\n\n@app.post('/p')\ndef p():\n    p = m.predict_proba([request.json['a']])[0][1]\n    return {{'level': level(p), 'blocked': p > threshold}}\n"
KEY = "Q7xM2vX9pKz4Wb8nR3TtL6Z5q0Yc"
HEAD = (
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}-token\nstringData:\n  api-token: "' + KEY + 'h1Jd7Gf3s_A9"\n'
)
TRIGGER = "triggers:\n- name: daily\n  schedule_type: {}\n  token: " + KEY + "\n"
GOOGLE = "{}\nCLOUD_KEY: AIza" + KEY + "ab4de7f\n"
HYDRA = {
    "conf/main.yaml": "defaults:\n  - encoder: {}\nepochs: 1\n",
    "app/__init__.py": "class Net:\n    pass\n",
    "run.py": "import app\nimport hydra\n\n\n@hydra.main(config_path='conf', config_name='main')\ndef main(cfg):\n    hydra.utils.instantiate(cfg.encoder)\n\n\nmain()\n",
}
GROUP = {**HYDRA, "conf/encoder/wide.yaml": "_target_: app.gone.Wide\n", "conf/encoder/deep.yaml": "size: 1\n"}


def hydra(files: dict[str, str], chosen: str) -> dict[str, str]:
    return {**files, "conf/main.yaml": files["conf/main.yaml"].format(chosen)}


SWITCHED = """\
import json
from transformers import AutoModel


def net(far=False):
    if far:
        return AutoModel.from_pretrained("acme/bert")
    return None


print(net({}))
"""
MILDER = [
    pytest.param("COD008", "P", {"a.py": CALLS.format("", "", "")}, {"a.py": CALLS.format("", "", "").replace("print(Net().run())", "print(1)").replace("run", "walk_it")}, id="a method that is not there, of a class that nothing makes"),
    pytest.param("TST003", "PS", chain("test_e2e.sh", "get", "clean"), chain("test_e2e.sh", "get", "clean", "fit"), id="a script that tries a part of the chain"),
    pytest.param("CFG003", "P", hydra(GROUP, "wide"), hydra(GROUP, "deep"), id="a document of a group that nothing chooses"),
    pytest.param("CFG003", "P", {**hydra(HYDRA, "deep"), "conf/deep.yaml": "encoder:\n  - _target_: app.gone.Wide\n"}, {**hydra(HYDRA, "deep"), "conf/deep.yaml": "adapters:\n  - _target_: app.gone.Wide\n"}, id="a key that no program asks for"),
    pytest.param("CFG003", "P", {**hydra(HYDRA, "deep"), "conf/deep.yaml": "encoder:\n  _target_: app.Net\n  adapters:\n    - _target_: app.gone.Wide\n"}, {**hydra(HYDRA, "deep"), "conf/deep.yaml": "encoder:\n  adapters:\n    - _target_: app.gone.Wide\n"}, id="a key that is handed to what is made"),
    pytest.param("CFG006", "S", {"app.py": LADDER.format(limits="joblib.load('l.pkl')", last="p")}, {"app.py": LADDER.format(limits="joblib.load('l.pkl')", last="'low'")}, id="a ladder that returns no number"),
    pytest.param("CFG008", "P", {"a.py": SK, "tls/key.pem": OPENED, "tls/cert.pem": pem(SHOP).decode()}, {"a.py": SK, "tls/key.pem": OPENED, "tls/cert.pem": pem(HERE).decode()}, id="a key to serve a machine of one's own"),
    pytest.param("CFG008", "P", {"a.py": SK, "tls/key.pem": OPENED, "cert.crt": pem(HERE).decode()}, {"a.py": SK, "tls/key.pem": OPENED, "tls/cert.crt": pem(HERE).decode()}, id="the certificate in the folder of the key"),
    pytest.param("CFG008", "P", {"a.py": SK, "a/triggers.yaml": TRIGGER.format("api")}, {"a.py": SK, "a/triggers.yaml": TRIGGER.format("time")}, id="a trigger that the clock pulls"),
    pytest.param("CFG008", "P", {"a.py": SK, "values.yaml": GOOGLE.format("# -- the key of the bill")}, {"a.py": SK, "values.yaml": GOOGLE.format("# -- Trial API Key used only with the cloud.")}, id="a key for trials"),
    pytest.param("CFG008", "P", {"a.py": SK, "secret.yaml": HEAD.format("cloudflare")}, {"a.py": SK, "secret.yaml": HEAD.format("db")}, id="the token of a provider that its setting names"),
    pytest.param("COD007", "P", {"a.ipynb": notebook(PICKLED.format("f = pd.read_csv('d.csv')\n", "model.pkl"))}, {"a.ipynb": notebook(PICKLED.format("f = {'a': pd.read_csv('d.csv')}\n", "data/stations.pkl"))}, id="pickled tables"),
    pytest.param("COD008", "P", {"a.py": LOSSES.format(hook="", made="Plain")}, {"a.py": LOSSES.format(hook="", made="Used")}, id="a class that nothing makes, beside one of its base"),
    pytest.param("COD008", "P", {"a.py": LOSSES.format(hook="    def __init_subclass__(cls):\n        print(cls)\n\n", made="Used")}, {"a.py": LOSSES.format(hook="", made="Used")}, id="a base that keeps no list"),
    pytest.param("COD008", "P", {"a.py": "def nll(mean):\n    loss = -spread.log_prob(mean)\n    return loss\n\n\nprint(nll(1))\n"}, {"a.py": "def nll(mean):\n    nll = -spread.log_prob(mean)\n    return nll\n"}, id="a function that only its own variable is called like"),
    pytest.param("COD008", "P", {"a.py": "def fit(x):\n    return x - bias\n\n\nclass M:\n    def fit(self, x):\n        return fit(x)\n\n\nprint(M().fit(1))\n"}, {"a.py": "def fits(x):\n    return fits(x - bias)\n"}, id="a method that is called like the function it calls"),
    pytest.param("COD008", "P", {"a.py": BRANCH.format(last="print('go on')")}, {"a.py": BRANCH.format(last="sys.exit(-1)")}, id="a branch that leaves the program"),
    pytest.param("COD008", "P", {"a.py": BRANCH.format(last="raise_it = 1")}, {"a.py": BRANCH.format(last="raise ValueError('unknown')")}, id="a branch that raises"),
    pytest.param("REP009", "PS", {"a.py": HUB.format("", "")}, {"a.py": HUB.format("\n\ndef load_encoder():\n    ", "")}, id="loaded in a function that nothing calls"),
    pytest.param("REP009", "PS", {"a.py": SWITCHED.format("**json.load(open('o.json'))")}, {"a.py": SWITCHED.format("far=False")}, id="loaded under a switch that every caller leaves off"),
    pytest.param("REP009", "PS", {"a.py": HUB.format("", "")}, {"a.ipynb": notebook(HUB.format("", ""))}, id="loaded in a notebook beside a pipeline"),
    pytest.param("REP009", "PS", {"a.ipynb": notebook(HUB.format("", ", trust_remote_code=True"))}, {"a.ipynb": notebook(HUB.format("", ""))}, id="a notebook that runs the code of others"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "archetypes", "debt", "milder"), MILDER)
def test_what_weighs_less(rule: str, archetypes: str, debt: dict[str, str], milder: dict[str, str]) -> None:
    (grave,), (mild,) = found(debt, rule, archetypes), found(milder, rule, archetypes)
    assert mild.severity.rank < grave.severity.rank


def test_what_only_notebooks_load_counts_in_full_where_nothing_stands_beside_them() -> None:
    (alone,) = found({"a.ipynb": notebook(HUB.format("", ""))}, "REP009", "R")
    assert alone.severity.value == "medium"


def test_a_ladder_of_words_decides_where_nothing_else_does_or_its_words_are_asked_for() -> None:
    loaded = LADDER.format(limits="joblib.load('l.pkl')", last="'low'")

    def weighs(text: str) -> dict[str, str]:
        return {each.entity: each.severity.value for each in found({"app.py": text}, "CFG006", "S")}

    assert weighs(loaded) == {"level": "low"}
    assert weighs(loaded.replace("limits['t']", "0.3")) == {"level": "low", "p": "medium"}
    assert weighs(loaded.replace("p > threshold", "1")) == {"level": "medium"}
    for asks in ("== 'high'", "!= 'high'", "in ('high', 'middle')", "not in ('high', 'middle')"):
        assert weighs(loaded.replace("p > threshold", f"p > threshold or level(p) {asks}")) == {"level": "medium"}
