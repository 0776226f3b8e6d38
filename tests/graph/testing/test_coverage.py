"""What deserves a test: asked of small trees."""

from __future__ import annotations

from auditor.graph import ArtefactGraph
from tests.pages import graphs

TRAIN = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom features import make\n"
    "frame = make(pd.read_csv('x.csv'))\nRidge().fit(frame[['a']], frame['b'])\n"
)


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="P").components
    return graph


def features(body: str) -> list[str]:
    made = "import numpy as np\nimport pandas as pd\n\n\ndef make(frame: pd.DataFrame):\n" + body + "    return frame\n"
    return [subject.name for subject in ask({"train.py": TRAIN, "features.py": made}).feature_code()]


def test_columns_that_are_computed() -> None:
    assert features("    frame['a'] = frame['b'] * 2\n    frame = frame.copy()\n") == ["make()"]


def test_copies_and_order_make_no_features() -> None:
    assert features("    frame['a'] = frame['b']\n    frame = frame.sort_values('a').reset_index()\n") == []


def test_one_step_beside_reading_is_by_the_way() -> None:
    assert features("    other = pd.read_csv('y.csv')\n    frame = other.fillna(0)\n    frame = frame.copy()\n") == []


def test_charts_make_no_features() -> None:
    drawn = "    import matplotlib.pyplot as plt\n    frame['a'] = frame['b'] * 2\n    plt.plot(frame['a'])\n"
    assert features(drawn) == []


def test_only_code_that_runs_for_a_model() -> None:
    loose = "def make(frame):\n    frame['a'] = frame['b'] * 2\n    frame['c'] = frame['b'] * 3\n    return frame\n"
    assert ask({"report.py": loose}).feature_code() == []


def test_networks() -> None:
    model = (
        "import torch\nfrom torch import nn\n\n\nclass Base(nn.Module):\n    pass\n\n\nclass Net(Base):\n    pass\n\n\n"
        "class Data(torch.utils.data.Dataset):\n    pass\n\n\ndef head():\n    return nn.Sequential(nn.Linear(1, 1), nn.ReLU())\n"
    )
    assert [subject.name for subject in ask({"model.py": model}).model_code()] == ["Base", "Net", "head()"]


def test_networks_whose_framework_another_module_brings_in() -> None:
    base = "import torch.nn as nn\n\nclass Block(nn.Module):\n    pass\n"
    net = "from base import Block, nn\n\nclass Net(Block):\n    pass\n\ndef head():\n    return [nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1)]\n"
    plain = "class Net:\n    pass\n"
    found = ask({"base.py": base, "net.py": net, "plain.py": plain}).model_code()
    assert [subject.name for subject in found] == ["Block", "Net", "head()"]
