"""What an expression stands for."""

from __future__ import annotations

import pytest

from auditor.program.naming.code import Config, Denotation, Instance, Library, Local, Options, Partial
from tests.program.asking import meaning, program, questions

FRAME = Instance("pandas.DataFrame")


@pytest.mark.parametrize(
    ("source", "stands_for"),
    [
        pytest.param("import pandas as pd\nask(pd.read_csv)", Library("pandas.read_csv"), id="alias"),
        pytest.param("from os import path as p\nask(p.join)", Library("os.path.join"), id="alias of a part"),
        pytest.param("import os.path\nask(os.path.join)", Library("os.path.join"), id="dotted import binds the root"),
        pytest.param("ask(open)", Library("builtins.open"), id="builtin"),
        pytest.param("def open(p): pass\nask(open)", Local("main.py", 1), id="a definition hides a builtin"),
        pytest.param("import pandas as pd\nask(pd.read_csv('x'))", FRAME, id="what a call returns"),
        pytest.param("import pandas as pd\nask(pd.read_csv('x').dropna().head())", FRAME, id="chain"),
        pytest.param("import pandas as pd\ndf = pd.read_csv('x')\nask(df['a'])", FRAME, id="column"),
        pytest.param(
            "import pandas as pd\nr = pd.read_csv\nask(r)", Library("pandas.read_csv"), id="function in a name"
        ),
        pytest.param("import pandas as pd\na = b = pd.DataFrame()\nask(b)", FRAME, id="two targets"),
        pytest.param("import pandas as pd\nif (df := pd.DataFrame()) is not None:\n    ask(df)", FRAME, id="walrus"),
        pytest.param("import pandas as pd\nask(pd.DataFrame() if x else None)", FRAME, id="choice"),
        pytest.param("import pandas as pd\nx = None\nask(x or pd.DataFrame())", FRAME, id="or"),
        pytest.param("import pandas as pd\ndef f(): return pd.DataFrame()\nask(f())", FRAME, id="local function"),
        pytest.param(
            "import pandas as pd\ndef f(x): return x\nask(f(pd.DataFrame()))", FRAME, id="argument handed through"
        ),
        pytest.param(
            "from sklearn.linear_model import Ridge\nask(Ridge())",
            Instance("sklearn.linear_model.Ridge"),
            id="class of a library",
        ),
        pytest.param(
            "from sklearn.linear_model import Ridge\nask(Ridge().fit(x))",
            Instance("sklearn.linear_model.Ridge"),
            id="fit returns the model",
        ),
        pytest.param("import pandas as pd\ndef f(df: pd.DataFrame):\n    ask(df)", FRAME, id="annotation"),
        pytest.param(
            "import pandas as pd\ndef f(df: 'pd.DataFrame | None'):\n    ask(df)", FRAME, id="annotation in quotes"
        ),
        pytest.param("def f(df: 'the frame'):\n    ask(df)", None, id="words in quotes"),
        pytest.param(
            "def f(c: 'C'):\n    ask(c)\nclass C: pass", Instance(Local("main.py", 2)), id="a class further down"
        ),
        pytest.param(
            "import pandas as pd\nfrom typing import Annotated\ndef f(df: Annotated[pd.DataFrame, g]):\n    ask(df)",
            FRAME,
            id="with more",
        ),
        pytest.param("import pandas as pd\nclass C:\n    f: pd.DataFrame\nask(C().f)", FRAME, id="declared attribute"),
        pytest.param("import pandas as pd\nclass C:\n    f: pd.DataFrame\nask(C().g)", None, id="another attribute"),
        pytest.param("class C:\n    f: dict[str, int]\nask(C().f)", None, id="attribute of Python's own"),
        pytest.param("class R:\n    a: str = 'x'\nclass C:\n    f: R\nask(C().f)", None, id="declared as a record"),
        pytest.param(
            "class B:\n    def g(self): ...\nclass R(B): pass\nclass C:\n    f: R\nask(C().f)",
            Instance(Local("main.py", 3)),
            id="declared as what has methods of a base",
        ),
        pytest.param(
            "import pandas as pd\nclass C:\n    f: list\n    def __init__(self):\n        self.f = pd.DataFrame()\nask(C().f)",
            FRAME,
            id="what is assigned comes first",
        ),
        pytest.param(
            "import pandas as pd\nclass B:\n    def __init__(self):\n        self.f: pd.DataFrame = None\nclass C(B): pass\nask(C().f)",
            FRAME,
            id="declared by the constructor of a base",
        ),
        pytest.param(
            "import pandas as pd\nclass B:\n    def __init__(self, o):\n        o.f: pd.DataFrame = None\nask(B(1).f)",
            None,
            id="declared for another object",
        ),
        pytest.param(
            "import pandas as pd\nfrom pydantic import BaseModel\nclass C(BaseModel):\n    f: pd.DataFrame\nask(load().f)\nask(C.parse_file('x').f)",
            None,
            id="an object of a library's making",
        ),
        pytest.param(
            "import pandas as pd\nfrom pydantic import BaseModel\nclass C(BaseModel):\n    f: pd.DataFrame\ndef g(c: C):\n    ask(c.f)",
            FRAME,
            id="declared beside a base of a library",
        ),
        pytest.param(
            "import pandas as pd\nfrom typing import Callable\ndef f(get: Callable[[], pd.DataFrame]):\n    ask(get())",
            FRAME,
            id="what a parameter promises to give",
        ),
        pytest.param(
            "import pandas as pd\ndef f(get: dict[str, pd.DataFrame]):\n    ask(get())",
            None,
            id="a mapping promises nothing",
        ),
        pytest.param(
            "import pandas as pd\nfrom typing import Callable\ndef f(get: Callable[[], pd.DataFrame]):\n    get = other[0]\n    ask(get())",
            None,
            id="a promise for another value",
        ),
        pytest.param(
            "import pandas as pd\ndef f() -> pd.DataFrame: return other()\nask(f())",
            FRAME,
            id="annotation of what is returned",
        ),
        pytest.param(
            "import pandas as pd\ndef f() -> list[pd.DataFrame]: return other()\nask(f())",
            None,
            id="a list of what is returned",
        ),
        pytest.param(
            "import pandas as pd\ndef f(df: pd.DataFrame | None):\n    ask(df)", FRAME, id="annotation or None"
        ),
        pytest.param(
            "import pandas as pd\nfrom typing import Optional\ndef f(df: Optional[pd.DataFrame]):\n    ask(df)",
            FRAME,
            id="optional annotation",
        ),
        pytest.param("def f(n: int):\n    ask(n)", None, id="annotation of a builtin says nothing"),
        pytest.param("x = 1\nask(x.y)", None, id="attribute of a constant"),
        pytest.param(
            "import argparse\na = argparse.ArgumentParser().parse_args()\nask(a)", Options("main.py", 0), id="options"
        ),
        pytest.param(
            "import pandas as pd\nclass A:\n    def __init__(self):\n        self.df = pd.DataFrame()\n    def f(self):\n        ask(self.df)",
            FRAME,
            id="self attribute",
        ),
        pytest.param(
            "import pandas as pd\nclass A:\n    def load(self):\n        return pd.DataFrame()\nask(A().load())",
            FRAME,
            id="method",
        ),
        pytest.param(
            "import pandas as pd\nclass B:\n    def load(self):\n        return pd.DataFrame()\nclass A(B): pass\nask(A().load())",
            FRAME,
            id="inherited method",
        ),
        pytest.param(
            "from torch import nn\nclass Net(nn.Module):\n    def f(self):\n        ask(self.state_dict)",
            Library("torch.nn.Module.state_dict"),
            id="method of a library's base",
        ),
        pytest.param("with open('x') as f:\n    ask(f)", Instance("io.TextIOWrapper"), id="context manager"),
        pytest.param(
            "class A:\n    @classmethod\n    def make(cls):\n        ask(cls())",
            Instance(Local("main.py", 1)),
            id="classmethod",
        ),
        pytest.param("class A:\n    @staticmethod\n    def make(x):\n        ask(x)", None, id="staticmethod"),
    ],
)
def test_an_expression_stands_for(source: str, stands_for: Denotation | None) -> None:
    assert meaning(source) == stands_for


CONFIG = {"params.yaml": "train:\n  lr: 0.1\n  data: data/x.csv\n", "conf/a.json": '{"k": {"n": 1}}'}


@pytest.mark.parametrize(
    ("source", "key"),
    [
        pytest.param("import yaml\nask(yaml.safe_load(open('params.yaml')))", "", id="whole"),
        pytest.param("import yaml\nask(yaml.safe_load(open('params.yaml'))['train'])", "train", id="item"),
        pytest.param(
            "import yaml\nwith open('params.yaml') as f:\n    c = yaml.safe_load(f)\nask(c['train']['lr'])",
            "train.lr",
            id="with",
        ),
        pytest.param(
            "import yaml\nfrom pathlib import Path\nask(yaml.safe_load(Path('params.yaml').read_text())['train'])",
            "train",
            id="read_text",
        ),
        pytest.param(
            "import yaml\nc = yaml.safe_load(open('params.yaml'))\nask(c.get('train').get('lr'))", "train.lr", id="get"
        ),
        pytest.param(
            "import yaml\ndef load(p):\n    return yaml.safe_load(open(p))\nask(load('params.yaml')['train'])",
            "train",
            id="through a function",
        ),
        pytest.param("import dvc.api\nask(dvc.api.params_show()['train']['lr'])", "train.lr", id="dvc"),
    ],
)
def test_a_configuration_document_is_followed_by_key(source: str, key: str) -> None:
    assert meaning({**CONFIG, "main.py": source}) == Config("params.yaml", key)


def test_a_partial_keeps_the_function_and_what_it_was_given() -> None:
    found = meaning("from functools import partial\nimport pandas as pd\nr = partial(pd.read_csv, sep=';')\nask(r)")
    assert isinstance(found, Partial)
    assert found.function == Library("pandas.read_csv")
    assert [name for name, _ in found.call.keywords] == ["sep"]


def test_a_document_that_the_tree_lacks_is_not_known() -> None:
    found = meaning("import yaml\nask(yaml.safe_load(open('nowhere.yaml')))")
    assert not isinstance(found, Config)


def test_ancestry_lists_library_bases_nearest_first() -> None:
    source = "import torch\nfrom abc import ABC\nclass A(ABC): pass\nclass B(A, torch.nn.Module): pass\nclass C(B): pass\nask(C)"
    resolved = program({"main.py": source})
    expr, frame = questions(resolved)[-1]
    cls = resolved.evaluator.denoter.denote(expr, frame)
    assert isinstance(cls, Local)
    assert resolved.evaluator.denoter.ancestry(cls) == ["torch.nn.Module", "abc.ABC"]


@pytest.mark.parametrize("depth", [5, 60, 400])
def test_long_chains_end(depth: int) -> None:
    source = "x0 = open\n" + "".join(f"x{n + 1} = x{n}\n" for n in range(depth)) + f"ask(x{depth})"
    assert meaning(source) in (Library("builtins.open"), None)
    dotted = "import a\nask(a" + ".b" * depth + ")"
    assert meaning(dotted) is None or isinstance(meaning(dotted), Library)
