"""What reading code of real repositories showed: each debt beside the look-alike that was once accused, or may be."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

RULES = registry().rules
PD = "import pandas as pd\nframe = pd.read_csv('x.csv')\n"
TORCH = "import torch\nfrom torch import nn\n\nnet = nn.Linear(2, 1)\nopt = torch.optim.Adam(net.parameters())\n"
ASK = "from openai import OpenAI\nclient = OpenAI()\n"
CALL = "answer = client.chat.completions.create(model={model}, messages=[], max_tokens=9)\n"


def found(files: dict[str, str], rule: str, archetypes: str = "PA") -> list[str]:
    judged = judge(graphs(files, archetypes=archetypes).components, [RULES[rule]])
    assert not judged.errors, judged.traces
    return [finding.message for finding in judged.findings]


def notebook(*cells: str, tags: str = "") -> str:
    listed = ", ".join(
        f'{{"cell_type": "code", "id": "{n}", "metadata": {{"tags": [{tags}]}}, "execution_count": null, "outputs": [], "source": "{cell}"}}'
        for n, cell in enumerate(cells)
    )
    return f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{listed}]}}'


KEDRO = {"src/run.py": "from kedro.framework.session import KedroSession\n\nKedroSession.create()\n"}
PIECE = "print(source)\n"
ASKED = """import base64
import io
import os
import pickle

import joblib
from flask import Flask, request

app = Flask(__name__)
NAMES = {{"small": "models/small.joblib", "large": "models/large.joblib"}}


@app.post("/predict")
def predict():
    told = request.json.get("what")
    model = {load}
    return str(model)
"""

KINDS = "kinds = {{}}\nfor c in ['a', 'b']:\n    try:\n        pd.to_numeric(frame[c])\n        kinds[c] = 'float'\n{then}    except:\n        pass\n    kinds[c] = 'text'\nprint(kinds)\n"
HEIR = "class Other:\n    def drop(self):\n        pass\n\n\nclass Job:\n    def run(self):\n        if {test}:\n            self.drop()\n\n\nclass Both(Job, Other):\n    pass\n\n\nJob().run()\n"
PAIRS = [
    pytest.param(
        "COD008",
        {"a.py": HEIR.replace("Both(Job, Other)", "Both(Other)").format(test="isinstance(Job(), Other)")},
        {"a.py": HEIR.replace("Both(Job, Other)", "Both(Other)").format(test="isinstance(self, Other)")},
        id="a method of the class that the object is asked to be of",
    ),
    pytest.param(
        "COD008",
        {"n.ipynb": notebook("def make():\\n    return gone\\n\\n\\nmake()"), "README.md": "# A\n\nCall make().\n"},
        {"n.ipynb": notebook("def make():\\n    return gone\\n"), "README.md": "# A\n\nCall make().\n"},
        id="a function that a notebook only shows",
    ),
    pytest.param(
        "COD008",
        {"n.ipynb": notebook("catalog.load('x')")},
        {"n.ipynb": notebook("catalog.load('x')"), **KEDRO},
        id="what Kedro puts into the notebooks of its projects",
    ),
    pytest.param(
        "COD008",
        {"n.ipynb": notebook("print(ls)")},
        {"n.ipynb": notebook("ls", "pwd")},
        id="commands that stand alone in a cell",
    ),
    pytest.param(
        "COD008",
        {"parts/a.py": PIECE, "parts/b.py": "import parts.a\n"},
        {"parts/a.py": PIECE, "parts/b.py": "for line in source:\n    print(line)\n"},
        id="pieces of programs that get the same name handed over",
    ),
    pytest.param(
        "COD008",
        {"labs/a.py": "print(frame)\n"},
        {"labs/a.py": "# TODO: read the frame\nprint(frame)\n"},
        id="an exercise with a blank to fill",
    ),
    pytest.param(
        "COD008",
        {"a.py": "print(PATH_OF_ASSETS)\n"},
        {"a.py": "print(__PATH_OF_ASSETS)\n"},
        id="a placeholder",
    ),
    pytest.param(
        "COD002",
        {"a.py": PD + "frame['a'][frame['b'] > 1] = 0\n"},
        {"a.py": "import pandas as pd\nsheets = pd.read_excel('x.xlsx', sheet_name=None)\nsheets['a']['b'] = 0\n"},
        id="a workbook read with all its sheets is a dict of frames",
    ),
    pytest.param(
        "COD002",
        {"a.py": PD + "print(frame['a'] == float('nan'))\n"},
        {"a.py": "import numpy as np\n\n\ndef f(missing=np.nan):\n    return missing is np.nan\n"},
        id="a default that is asked for by identity",
    ),
    pytest.param(
        "COD004",
        {
            "a.py": "import pickle\n\ntry:\n    model = pickle.load(open('model.pkl', 'rb'))\nexcept Exception:\n    model = None\n"
        },
        {
            "a.py": "import pickle\n\ntry:\n    pickle.load(open('model.pkl', 'rb'))\n    good = True\nexcept Exception:\n    good = False\n"
        },
        id="a probe that notes what it found",
    ),
    pytest.param(
        "COD002",
        {"a.py": PD + "frame.round(2)\n"},
        {"a.py": PD + "frame.describe().T.round(2)\n"},
        id="a display that got lost",
    ),
    pytest.param(
        "COD004",
        {"a.py": PD + KINDS.format(then="")},
        {"a.py": PD + KINDS.format(then="        continue\n")},
        id="the kind of a column by attempts",
    ),
    pytest.param(
        "COD004",
        {"a.py": "import pandas as pd\n\ntry:\n    pd.read_csv('x.csv')\nexcept Exception:\n    pass\n"},
        {
            "a.py": "import json\n\ntry:\n    hints = json.load(open('hints.json'))\nexcept Exception:\n    hints = None\n"
        },
        id="hints that may be missing",
    ),
    pytest.param(
        "COD005",
        {"a.py": ASKED.format(load="pickle.loads(base64.b64decode(told['model']))")},
        {"a.py": ASKED.format(load="joblib.load(os.path.join('models', told['model'] + '.joblib'))")},
        id="a file of this machine that a request names",
    ),
    pytest.param(
        "COD005",
        {"a.py": ASKED.format(load="joblib.load(io.BytesIO(base64.b64decode(told['model'])))")},
        {"a.py": ASKED.format(load="joblib.load(NAMES[told['model']])")},
        id="one of some files that a request chooses",
    ),
    pytest.param(
        "COD005",
        {"a.py": "import yaml\n\nx = yaml.unsafe_load(open('a.yaml'))\n"},
        {"a.py": "import yaml\n\ntext = yaml.dump({'a': 1})\nx = yaml.unsafe_load(text)\n"},
        id="a document that was written just before",
    ),
    pytest.param(
        "COD005",
        {"a.py": "from transformers import AutoModel\n\nAutoModel.from_pretrained('a/b', trust_remote_code=True)\n"},
        {"a.py": "from transformers import AutoModel\n\nAutoModel.from_pretrained('./mine', trust_remote_code=True)\n"},
        id="code of one's own model folder",
    ),
    pytest.param(
        "COD008",
        {"a.ipynb": notebook("print(gone)")},
        {"a.ipynb": notebook("", "print(gone)", tags='"parameters"')},
        id="names that papermill puts in",
    ),
    pytest.param(
        "COD008",
        {"a.py": "print(gone)\n"},
        {"a.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass A:\n    name: str\n    size: int\n"},
        id="fields of a class are no uses",
    ),
    pytest.param(
        "COD001",
        {"a.py": TORCH + "for x in rows:\n    net(x).sum().backward()\n    opt.step()\n"},
        {
            "a.py": TORCH
            + "for x in rows:\n    net(x).sum().backward()\n    opt.step()\n    for p in net.parameters():\n        p.grad.zero_()\n"
        },
        id="gradients cleared one by one",
    ),
    pytest.param(
        "LLM001",
        {"a.py": ASK + CALL.format(model="'gpt-4o'")},
        {"a.py": "import os\n" + ASK + CALL.format(model="os.environ['MODEL']")},
        id="a model that the environment chooses",
    ),
    pytest.param(
        "LLM004",
        {"a.py": ASK + "client.chat.completions.create(model='gpt-4o-2024-08-06', messages=[])\n"},
        {
            "a.py": "from langchain.chat_models import init_chat_model\n\nllm = init_chat_model('anthropic:claude-3-5-haiku-20241022')\n"
        },
        id="a provider whose classes set a limit by themselves",
    ),
    pytest.param(
        "LLM005",
        {"a.py": ASK + CALL.format(model="'gpt-4o'") + "exec(answer.choices[0].message.content)\n"},
        {
            "a.py": ASK
            + CALL.format(model="'gpt-4o'")
            + "print(answer.choices[0].message.content)\nexec(open('x.py').read())\n"
        },
        id="text of one's own is run",
    ),
]


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_debt_is_found_and_its_look_alike_is_not(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


def test_notebooks_that_teach_are_asked_nothing_of_their_length() -> None:
    long = notebook("import pandas as pd\\nf = pd.read_csv('x.csv')\\n" + "f.head()\\n" * 320)
    assert found({"a.ipynb": long}, "COD007", "N")
    assert not found({"a.ipynb": long}, "COD007", "NT")


@pytest.mark.parametrize(
    "files",
    [
        {"n.ipynb": notebook("from web import app\\n\\n@app.route('/')\\ndef make():\\n    return gone\\n")},
        {"n.ipynb": notebook("def make():\\n    return gone\\n"), "m.ipynb": notebook("%run n.ipynb\\nmake()")},
    ],
)
def test_a_function_of_a_notebook_that_others_call_is_not_only_shown(files: dict[str, str]) -> None:
    assert any(message.startswith("gone is used") for message in found(files, "COD008"))
