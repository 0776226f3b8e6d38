"""Smells of code, asked of small trees: each beside what looks like it."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.graph.smells.training_bodies import Defect
from tests.pages import graphs

PD = "import numpy as np\nimport pandas as pd\nf = pd.read_csv('x.csv')\n"
TORCH = "import torch\nfrom torch import nn\n\n\n"
NET = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.drop = nn.{layer}(0.5)\n\n"
    "    def forward(self, x):\n        return self.drop(x)\n\n\n"
)
MADE = "net = Net()\nopt = torch.optim.Adam(net.parameters())\n"


def ask(files: dict[str, str], archetypes: str = "P") -> ArtefactGraph:
    return graphs(files, archetypes=archetypes).components[0]


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("f = f[f['a'] == np.nan]", ["nan"]),
        ("g = f['a'] != float('nan')", ["nan"]),
        ("g = [x for x in f['a'] if x == pd.NaT]", ["nan"]),
        ("g = f['a'] is np.nan", []),
        ("g = f['a'] == float('inf')", []),
        ("f['a'][0] = 1", ["chain"]),
        ("f[f['a'] > 1]['b'] = 1", ["chain"]),
        ("f.loc[f['a'] > 1]['b'] = 1", ["chain"]),
        ("f['a'].loc[0] = 1", ["chain"]),
        ("f['a'][0] += 1", ["chain"]),
        ("f.loc[0, 'a'] = 1", []),
        ("f.loc[0, 'payload']['k'] = 1", []),
        ("f['a'] = 1", []),
        ("f['a'].values[0] = 1", []),
        ("g = unknown()\ng['a']['b'] = 1", []),
        ("g = f.to_dict()\ng['a']['b'] = 1", []),
        ("f['a'].fillna(0, inplace=True)", ["inplace"]),
        ("f.fillna(0, inplace=True)", []),
        ("f['a'].fillna(0, inplace=flag)", []),
        ("f.dropna()", ["dropped"]),
        ("try:\n    f.astype(int)\nexcept ValueError:\n    raise SystemExit('numbers only')", []),
        ("print(f.dropna())", []),
        ("unknown().dropna()", []),
    ],
)
def test_uses_of_frames(line: str, kinds: list[str]) -> None:
    assert [each.kind for each in ask({"clean.py": PD + line + "\n"}).frame_misuses()] == kinds


def test_what_a_cell_shows_last_is_no_dropped_result() -> None:
    cell = '{{"cell_type": "code", "id": "{id}", "metadata": {{}}, "execution_count": null, "outputs": [], "source": "{source}"}}'
    first = cell.format(id="a", source=PD.replace("\n", "\\n") + "f.dropna()")
    second = cell.format(id="b", source="f.dropna()\\nf.head()")
    notebook = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{first}, {second}]}}'
    found = ask({"look.ipynb": notebook}, "N").frame_misuses()
    assert [(each.kind, each.place.cell) for each in found] == [("dropped", 1)]


def loop(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"for x, y in batches:\n{lines}\n"


STEP = "loss = nn.functional.mse_loss(net(x), y)\nloss.backward()\nopt.step()"
CLEARED = "opt.zero_grad()\n" + STEP


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (MADE + loop(STEP), ["gradients"]),
        (MADE + loop(CLEARED), []),
        (MADE + loop(STEP + "\nnet.zero_grad()"), []),
        (MADE + loop(STEP + "\nfor p in net.parameters():\n    p.grad = None"), []),
        (MADE + "def clear():\n    opt.zero_grad()\n\n\n" + loop(STEP + "\nclear()"), []),
        (MADE + loop("loss = net(x)\nloss.backward()") + "opt.step()\n", []),
        ("opt = unknown()\nnet = Net()\n" + loop(STEP), []),
        ("def run(net, opt, batches):\n    " + loop(STEP).replace("\n", "\n    ") + "\n", []),
        (
            "def run(net, opt, batches):\n    "
            + loop(STEP).replace("\n", "\n    ")
            + "\n"
            + MADE
            + "run(net, opt, [])\n",
            ["gradients"],
        ),
        (MADE + loop(CLEARED + "\nnet.eval()"), ["stays"]),
        (MADE + loop("net.train()\n" + CLEARED + "\nnet.eval()"), []),
        (MADE + loop(CLEARED + "\nteacher.eval()"), []),
        (MADE + loop(CLEARED + "\nif float(loss) < 1:\n    net.eval()\n    break"), []),
        (MADE + loop(CLEARED) + "net.eval()\n", []),
        (MADE + loop(CLEARED + "\nwith torch.no_grad():\n    net(x)"), ["validates"]),
        (MADE + loop(CLEARED + "\nwith torch.no_grad():\n    net.eval()\n    net(x)\n    net.train()"), []),
        (MADE + loop(CLEARED + "\nwith torch.no_grad():\n    other(x)"), []),
        (MADE + loop(CLEARED + "\nprint(net(x_val))"), ["validates"]),
        (MADE + loop(CLEARED + "\nprint(net(loader.validation_rows.to(dev)))"), ["validates"]),
        (MADE.replace("Net()", "Net().to('cuda')") + loop(CLEARED + "\nprint(net(x_val))"), ["validates"]),
        (MADE + loop(CLEARED + "\nnet.eval()\nprint(net(x_val))\nnet.train()"), []),
        (MADE + loop(CLEARED + "\nprint(net(x))"), []),
        (MADE + loop(CLEARED + "\nprint(net(x.interval))"), []),
        (MADE + loop(CLEARED + "\nprint(other(x_val))"), []),
        (MADE + loop(CLEARED) + "print(net(x_val))\n", []),
    ],
)
def test_training_loops(text: str, kinds: list[str]) -> None:
    found, _ = ask({"train.py": TORCH + NET.format(layer="Dropout") + text}).training_defects()
    assert [each.kind for each in found] == kinds


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        ("def check(net, x):\n    net.eval()\n    return net(x)\n", []),
        ("class Check:\n    def of(self):\n        self.net.eval()\n", []),
        ("import torch\n\n\ndef serve(x):\n    net = torch.load('n.pt')\n    net.eval()\n    return net(x)\n", ["validates"]),
    ],
)  # fmt: skip
def test_only_what_may_be_the_trained_model_is_put_into_evaluation_mode_by_other_files(
    other: str, kinds: list[str]
) -> None:
    text = "import other\n" + TORCH + NET.format(layer="Dropout") + MADE + loop(CLEARED + "\nprint(net(x_val))")
    found, _ = ask({"train.py": text, "other.py": other}).training_defects()
    assert [each.kind for each in found] == kinds


def test_a_network_that_does_not_behave_otherwise_in_training_may_stay_in_it() -> None:
    text = TORCH + NET.format(layer="Linear") + MADE + loop(CLEARED + "\nwith torch.no_grad():\n    net(x)")
    assert ask({"train.py": text}).training_defects() == ([], 1)


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("p = torch.sigmoid(x)\nl = torch.log(p)", ["log"]),
        ("l = torch.log(1 - torch.sigmoid(x))", ["log"]),
        ("p = torch.sigmoid(x)\np = p.clamp(min=1e-6)\nl = torch.log(p)", []),
        ("l = torch.log(torch.sigmoid(x) + 1e-6)", []),
        ("l = np.log(x)", []),
        ("s = np.exp(x) / np.exp(x).sum()", ["softmax"]),
        ("s = np.exp(x) / np.sum(np.exp(y))", []),
        ("s = np.exp(x - x.max()) / np.sum(np.exp(x - x.max()))", []),
    ],
)
def test_guards_of_numbers(line: str, kinds: list[str]) -> None:
    text = f"import numpy as np\nimport torch\n\n\ndef f(x, y):\n    {line.replace(chr(10), chr(10) + '    ')}\n"
    assert [each.kind for each in ask({"loss.py": text}).unguarded_numerics()] == kinds


@pytest.mark.parametrize(
    ("body", "handler", "does"),
    [
        ("f = pd.read_csv(p)", "except Exception:\n    pass", "pass"),
        ("f = pd.read_csv(p)", "except:\n    f = None", "fills in a default"),
        ("f = pd.read_csv(p)", "except FileNotFoundError:\n    f = None", ""),
        ("f = pd.read_csv(p)", "except Exception as e:\n    print(e)", ""),
        ("f = pd.read_csv(p)", "except Exception:\n    f = other(p)", ""),
        ("f = pd.read_csv(p)", "except Exception:\n    raise", ""),
        ("f = pd.read_csv(p)", "except Exception:\n    f = 'cannot be read'", ""),
        ("f = plain(p)", "except Exception:\n    pass", ""),
        ("import polars", "except Exception:\n    pass", ""),
    ],
)
def test_swallowed_errors(body: str, handler: str, does: str) -> None:
    text = f"import pandas as pd\n\np = 'x.csv'\ntry:\n    {body}\n{handler}\n"
    found, _ = ask({"load.py": text}).swallowed_errors()
    assert [each.does for each in found] == ([does] if does else [])


@pytest.mark.parametrize(("path", "works"), [("params.yaml", ["reading settings"]), ("local.yaml", [])])
def test_settings_of_the_repository_are_not_optional(path: str, works: list[str]) -> None:
    text = f"import yaml\n\ntry:\n    with open('{path}') as f:\n        settings = yaml.safe_load(f)\nexcept Exception:\n    settings = {{}}\n"
    found, _ = ask({"run.py": text, "params.yaml": "a: 1\n"}).swallowed_errors()
    assert [each.work for each in found] == works


@pytest.mark.parametrize(
    ("after", "silent"),
    [
        ("if frame is None:\n    print('no frame, zones stay empty')\n", False),
        ("if not frame:\n    raise SystemExit(2)\n", False),
        ("def f():\n    {try}\n    if frame is not None:\n        return frame\n    return other()\n", False),
        ("def f():\n    {try}\n    if frame is not None:\n        return 1\n    return other()\n", True),
        ("if frame is None:\n    other = 1\n", True),
        ("if other is None:\n    print('no frame, zones stay empty')\n", True),
    ],
)
def test_a_default_that_is_told_of_afterwards_is_no_secret(after: str, silent: bool) -> None:
    tried = "try:\n    frame = pd.read_csv('a.csv')\nexcept Exception:\n    frame = None\n"
    text = after.format(**{"try": tried.replace("\n", "\n    ")}) + "f()\n" if "{try}" in after else tried + after
    found, _ = ask({"load.py": "import pandas as pd\n" + text}).swallowed_errors()
    assert bool(found) is silent


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("ValueError('a')", ["ValueError"]),
        ("class Odd(Exception):\n    pass\n\n\nOdd()", ["Odd"]),
        ("class _Odd(Exception):\n    pass\n\n\ndef fit():\n    _Odd()", ["_Odd"]),
        ("import shop\n\nshop.Missing('a')", ["Missing"]),
        ("raise ValueError('a')", []),
        ("x = ValueError('a')", []),
        ("print(ValueError('a'))", []),
        ("unknown('a')", []),
        (
            "class Data:\n    def __init__(self, x):\n        if x < 0:\n            return ValueError('a')",
            ["ValueError"],
        ),
        ("def share(x):\n    if x < 0:\n        return ValueError('a')\n    return x / 2", ["ValueError"]),
        ("def wrong(x):\n    return ValueError(x)\n\n\nraise wrong(1)", []),
        ("def wrong(x):\n    if x:\n        return ValueError(x)\n    return KeyError(x)", []),
        ("def wrong(x) -> ValueError | str:\n    if x:\n        return ValueError(x)\n    return 'a'", []),
        ("def wrong(x) -> 'Exception | str':\n    if x:\n        return ValueError(x)\n    return 'a'", []),
        ("def wrong(x):\n    if x:\n        return ValueError(x)\n    return None", []),
        (
            "def f(x):\n    if x:\n        return ValueError(x)\n    return x\n\n\ny = f(1)\nprint(isinstance(y, ValueError))",
            [],
        ),
        ("def f(x):\n    if x:\n        return ValueError(x)\n    return other(x)\n\n\nraise f(1)", []),
        ("def f(x):\n    if x:\n        return ValueError(x)\n    return x\n\n\nprint(f(1))", ["ValueError"]),
    ],
)
def test_errors_that_are_never_raised(line: str, names: list[str]) -> None:
    tree = {"run.py": line + "\n", "shop.py": "class Missing(LookupError):\n    pass\n"}
    assert [each.name for each in ask(tree).unraised_errors()] == names


@pytest.mark.parametrize(
    ("asked", "handled", "told"),
    [
        ("run = client.get_model_version_by_alias('m', 'champion')", "return 0.0", True),
        ("run = mlflow.search_runs()", "return -1", True),
        ("run = client.get_model_version_by_alias('m', 'champion')", "return None", False),
        ("run = client.get_model_version_by_alias('m', 'champion')", "print('no champion')\n        return 0.0", False),
        ("run = client.get_model_version_by_alias('m', 'champion')", "raise", False),
        ("run = client.set_tag('m', 'a', 'b')", "return 0.0", False),
        ("run = other('m', 'champion')", "return 0.0", False),
    ],
)
def test_a_number_in_the_place_of_a_figure_that_could_not_be_read(asked: str, handled: str, told: bool) -> None:
    body = (
        f"    try:\n        {asked}\n        return float(run.tags['auc'])\n    except Exception:\n        {handled}\n"
    )
    text = f"import mlflow\nfrom mlflow import MlflowClient\n\nclient = MlflowClient()\n\n\ndef auc():\n{body}\n\nprint(auc())\n"
    found, _ = ask({"gate.py": text}).swallowed_errors()
    assert [each.work for each in found] == (["reading the figure of a model"] if told else [])


PICKLE = "import pickle\nimport flask\nfrom db import Row\nimport boto3\nimport requests\nimport torch\nimport yaml\n"


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("pickle.loads(requests.get('https://example.org/m').content)", ["url"]),
        ("boto3.client('s3').download_file('b', 'k', 'm.pkl')\npickle.load(open('m.pkl', 'rb'))", ["store"]),
        ("pickle.loads(flask.request.get_data())", ["upload"]),
        ("data = flask.request.args.get('model')\npickle.loads(data)", ["upload"]),
        ("row = Row.find(version=flask.request.args.get('v'))\npickle.loads(row.blob)", []),
        ("pickle.load(open('m.pkl', 'rb'))", []),
        ("torch.load(requests.get('https://example.org/m').raw, weights_only=False)", ["url"]),
        ("torch.load(requests.get('https://example.org/m').raw, weights_only=True)", []),
        ("torch.load(requests.get('https://example.org/m').raw)", []),
        ("yaml.load(open('a.yaml'), Loader=yaml.Loader)", ["yaml"]),
        ("yaml.load(open('a.yaml'), yaml.SafeLoader)", []),
        ("yaml.load(open('a.yaml'))", ["loader"]),
    ],
)
def test_unsafe_loads(line: str, kinds: list[str]) -> None:
    assert [each.kind for each in ask({"load.py": PICKLE + line + "\n"}).unsafe_loads().unsafe] == kinds


@pytest.mark.parametrize(
    ("requirement", "below"),
    [
        ("torch==2.1.0", True),
        ("torch==1.13.1+cu117", True),
        ("torch<2.6", True),
        ("torch>=1.10,<2.3", True),
        ("torch~=2.5.0", True),
        ("torch", False),
        ("torch>=2.0", False),
        ("torch==2.6.0", False),
        ("numpy==1.0", False),
    ],
)
def test_versions_that_environments_allow(requirement: str, below: bool) -> None:
    tree = ask({"a.py": "import torch\n", "requirements.txt": requirement + "\n"})
    assert tree.stays_below("torch", "2.6") is below


@pytest.mark.parametrize(
    ("comment", "kinds"),
    [
        ("# TODO: drop the rows of March", ["data"]),
        ("# FIXME wrong metric", ["evaluation"]),
        ("# TODO: rename", []),
        ("# TODO(#12): drop the rows of March", []),
        ("# the todo list of a user is read as data", []),
        ("#TODO hardcoded", ["configuration"]),
    ],
)
def test_admissions(comment: str, kinds: list[str]) -> None:
    found = ask({"a.py": f"x = 1  {comment}\n"}).admitted_debt(None).found
    assert [each.kind for each in found] == kinds


def test_notebooks_are_measured() -> None:
    cell = '{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "# alone\\nx = 1\\ndef f():\\n    pass"}'
    tree = ask(
        {"a.ipynb": f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cell}]}}'}, archetypes="N"
    )
    assert [(each.lines, each.functions) for each in tree.own_notebooks()] == [(3, 1)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("print(gone)", ["gone"]),
        ("def f():\n    return gone", ["gone"]),
        ("def f(x=gone):\n    return x", ["gone"]),
        ("from numpy import *\nprint(gone)", []),
        ("exec('gone = 1')\nprint(gone)", []),
        ("class A:\n    name: str\n\n    def f(self):\n        return self.name", []),
        ("def f(x: 'later') -> 'Later':\n    return x", []),
        ("try:\n    print(gone)\nexcept NameError:\n    pass", []),
        ("try:\n    print(1)\nexcept ValueError as gone:\n    print(gone)", []),
        ("print([gone for gone in range(3)], {a: b for a, b in ()}, (lambda q: q)(1))", []),
        ("if False:\n    print(gone)", []),
        ("print(vars(print), __file__, __name__, unicode)", []),
        ("match 1:\n    case [first, *rest]:\n        print(first, rest)", []),
        ("def f():\n    global late\n    late = 1\n\n\nprint(late)", []),
        ("import a.b\nprint(a.b.c)", []),
        ("print(f'{gone}')", ["gone"]),
    ],
)
def test_names_that_nothing_defines(text: str, names: list[str]) -> None:
    assert [each.name for each in ask({"run.py": text + "\n"}).undefined_names()[0]] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A:\n    def f(self):\n        self.gone()\n        self.gone()", ["gone"]),
        ("class A:\n    def f(self):\n        self.g()\n\n    def g(self):\n        pass", []),
        ("class A:\n    def f(self):\n        return self.__class__()", []),
        ("class A:\n    def f(self):\n        if False:\n            self.gone()", []),
        ("class B:\n    def g(self):\n        pass\n\n\nclass A(B):\n    def f(self):\n        self.g()", []),
        ("import abc\n\n\nclass A(abc.ABC):\n    def f(self):\n        self.gone()", ["gone"]),
        ("import some\n\n\nclass A(some.Base):\n    def f(self):\n        self.gone()", []),
        ("import some\n\n\n@some.thing\nclass A:\n    def f(self):\n        self.gone()", []),
        ("class M(type):\n    def g(cls):\n        pass\n\n\nclass A(metaclass=M):\n    def f(self):\n        self.g()", []),
    ],
)  # fmt: skip
def test_methods_that_a_class_calls_on_itself_in_vain(text: str, names: list[str]) -> None:
    assert [each.name for each in ask({"run.py": text + "\n"}).absent_methods()] == names


def test_a_folder_of_the_name_of_a_library_brings_in_no_names() -> None:
    files = {"a.py": "from transformers import *\nprint(AutoModel)\n", "transformers/run.py": "x = 1\n"}
    assert not ask(files).undefined_names()[0]


@pytest.mark.parametrize("magic", ["%run other.py", "%pylab inline", "x = %sql select 1"])
def test_notebooks_whose_magics_may_define_names_are_left_alone(magic: str) -> None:
    cell = f'{{"cell_type": "code", "id": "a", "metadata": {{}}, "execution_count": null, "outputs": [], "source": "{magic}\\nprint(gone)"}}'
    notebook = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cell}]}}'
    assert not ask({"a.ipynb": notebook}, "N").undefined_names()[0]


def stuck(text: str) -> list[Defect]:
    return ask({"train.py": TORCH + NET.format(layer="Dropout") + text}).training_defects()[0]


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("", ["stays"]),
        ("net.requires_grad_(False)\n", []),
        ("net.requires_grad_(True)\n", ["stays"]),
        ("deactivate_requires_grad(net)\n", []),
        ("freeze(net)\n", []),
        ("unfreeze(net)\n", ["stays"]),
        ("for p in net.parameters():\n    p.requires_grad = False\n", []),
        ("for p in net.parameters():\n    p.requires_grad = True\n", ["stays"]),
        ("for p in head.parameters():\n    p.requires_grad = False\n", ["stays"]),
    ],
)
def test_a_frozen_model_may_stay_in_evaluation_mode(before: str, found: list[str]) -> None:
    assert [each.kind for each in stuck(MADE + before + loop(CLEARED + "\nnet.eval()"))] == found


@pytest.mark.parametrize(("moved", "found"), [("net", ["stays"]), ("head", [])])
def test_an_optimiser_made_in_the_loop_tells_what_is_trained(moved: str, found: list[str]) -> None:
    made = f"head = Net()\nopt = torch.optim.SGD({moved}.parameters(), lr=0.1)\n"
    assert [each.kind for each in stuck(MADE + loop(made + CLEARED + "\nnet.eval()"))] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("# %%\nframe.drop_duplicates()\n# %%\nprint(1)\n", 0),
        ("# In[3]:\nframe.drop_duplicates()\n", 0),
        ("# %%\nframe.drop_duplicates()\nprint(1)\n# %%\nprint(2)\n", 1),
        ("frame.drop_duplicates()\n# %%\nprint(1)\n", 1),
        ("# 100 %%\nframe.drop_duplicates()\n# done\nprint(1)\n", 1),
    ],
)
def test_the_last_line_of_a_cell_by_comments_is_shown(source: str, found: int) -> None:
    files = {"clean.py": "import pandas as pd\nframe = pd.read_csv('d.csv')\n" + source}
    assert len(ask(files).frame_misuses()) == found
