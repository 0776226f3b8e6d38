"""What reading code of papers and competitions showed: each debt beside the look-alike that was once accused, or weighs less."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

RULES = registry().rules


def told(files: dict[str, str], rule: str, archetypes: str = "R") -> list[tuple[str, str]]:
    judged = judge(graphs(files, archetypes=archetypes).components, [RULES[rule]])
    assert not judged.errors, judged.traces
    return [(finding.severity.value, finding.message) for finding in judged.findings]


LIGHT = "# ---\n# jupyter:\n#   jupytext:\n#     formats: ipynb,py\n# ---\n\nimport os\n\n"
USE = "print(tests_done.shape)\n"
CONVERTED = "# In[1]:\n\n\nget_ipython().run_cell_magic('R', '-i base -o {name}', '\\n{name} <- run(base)')\n\n\n"
NET = "import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n"
GUARDED = "if __name__ {} '__main__':\n    from nets import Wide\n\n    print(Wide())\n"
USES = "from nets import Net, Head, Tail\n\nprint(Net(), Head(), Tail())\n"
README = "# Paper\n\n```sh\npython train.py\n```\n"
SAVES = 'saving = {saving}\nfor fold in range(5):\n    print(fold)\n    if saving == True:\n        open(f"{{model_path}}/{{fold}}.txt", "w")\n'
READS = {
    "code/fit.py": "import pandas as pd\n\nframe = pd.read_csv('../input/raw/metadata_all.csv')\nprint(frame)\n",
    "code/run.sh": "cd code && python fit.py\n",
}
FIT = (
    "net = torch.nn.Linear(2, 1)\nrows = torch.utils.data.DataLoader(data, shuffle=True)\npl.Trainer().fit(net, rows)\n"
)
LIGHTNING = (
    "import pytorch_lightning as pl\nimport torch\nfrom lightning.fabric.utilities.seed import seed_everything\n\n"
    "from rows import data\n\nseed_everything(7)\n" + FIT
)
OPTION = (
    "import argparse\n\nimport pytorch_lightning as pl\nimport torch\n\nfrom rows import data\n\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--seed', type=int, default=None)\nargs = parser.parse_args()\nif args.seed is not None:\n"
    "    pl.seed_everything(args.seed)\n" + FIT
)
BERT = "from transformers import AutoModel\n\nAutoModel.from_pretrained('bert-base-uncased')\n"
DEFAULT = (
    "import argparse\n\nbase = '/home/alexandra/rows/large.csv'\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--base', default=base)\nprint(open(parser.parse_args().base).read())\n"
)
ARRAYS = (
    "import numpy as np\nimport pandas as pd\nimport sklearn.metrics\nfrom sklearn.preprocessing import StandardScaler\n\n\n"
    "def read():\n    frame = pd.read_csv('a.csv').to_numpy()\n    return np.split(np.concatenate([frame, frame]), 2)\n"
)
FILLER = "\n\ndef fill():\n" + "".join(f"    a{n} = {n}\n" for n in range(220)) + "    return a1\n"
USERS = {f"use{n}.py": "import lib\n\nprint(lib.read(), lib.fill())\n" for n in range(6)}
MAKES = "import pandas as pd\n\nframe = pd.read_csv('{read}').dropna()\nframe.to_csv('{written}')\n"
MAKES_AND_FITS = {
    "clean.py": MAKES.format(read="raw.csv", written="clean.csv"),
    "fit.py": MAKES.format(read="clean.csv", written="out.csv"),
}
IN_ROOT = {path: text.replace("('", "('../") for path, text in MAKES_AND_FITS.items()}
IN_ORDER = "# Paper\n\n```sh\n{}\n```\n"
STEPS = "    a{n} = frame.step{n}(index='r', values=frame.size)\n"
COPY = (
    "import pandas as pd\n\n\ndef report(frame):\n"
    + "".join(STEPS.format(n=n) for n in range(60))
    + "    return frame\n"
)
TAKEN = "# Adapted from https://example.org/crf/blob/master/crf.py\n"
RIGHTS = "# Copyright 2018 The Example Team Authors and Others Inc.\n"
MORE = {f"own{n}.py": "print(1)\n" for n in range(4)}

PAIRS = [
    pytest.param(
        "COD008",
        {"a.py": LIGHT + '# + language="html"\n#\n# <b>tests</b>\n# -\n\n' + USE},
        {"a.py": LIGHT + '# + magic_args="-i base -o tests_done" language="R"\n#\n# tests_done <- run(base)\n# -\n\n' + USE},
        id="a name out of a cell of R in the text of a notebook",
    ),
    pytest.param(
        "COD008",
        {"a.py": "# %%R -i base -o tests_done\nimport os\n\n" + USE},
        {"a.py": LIGHT + "# %%R -i base -o tests_done\n# tests_done <- run(base)\n\n" + USE},
        id="a name out of a magic that the text of a notebook holds as a comment",
    ),
    pytest.param(
        "COD008",
        {"a.py": "get_ipython().run_line_magic('matplotlib', 'inline')\n" + USE},
        {"a.py": CONVERTED.format(name="tests_done") + USE},
        id="a name out of a cell of R in a notebook that was converted",
    ),
    pytest.param(
        "COD008",
        {"a.py": "get_ipython().magic('matplotlib inline')\n" + USE},
        {"a.py": "get_ipython().magic('load_ext rpy2.ipython')\n" + USE},
        id="an extension that an older conversion loads",
    ),
    pytest.param(
        "PIP004",
        {**READS, "input/raw/readme.txt": "The rows of the competition lie here.\n"},
        {**READS, "input/raw/readme.txt": "The rows of the competition lie here.\n\nhttps://kaggle.com/competitions/a\n"},
        id="a readme in the folder that says where its files come from",
    ),
    pytest.param(
        "PIP004",
        {**READS, "input/raw/readme.txt": "See https://kaggle.com/competitions/a\n", "input/raw/b.py": "print(1)\n"},
        {**READS, "input/readme.txt": "See https://kaggle.com/competitions/a\n"},
        id="a readme in a folder above that holds no programs",
    ),
    pytest.param(
        "PIP004",
        {**READS, "README.md": "# A\n\n input/features folder:\n   https://kaggle.com/competitions/a\n"},
        {**READS, "README.md": "# A\n\n input/raw folder:\n   https://kaggle.com/competitions/a\n"},
        id="an address beside the name of a folder",
    ),
    pytest.param(
        "PIP004",
        {**READS, "README.md": "# A\n\nPlots go to the `input` folder. The paper is https://a.org/b\n"},
        {**READS, "README.md": "# A\n\n- Download the data in the `input` folder:\n  - [Competition data](https://a.org/b)\n"},
        id="an address below the name of a folder",
    ),
    pytest.param(
        "PIP004",
        {**READS, "README.md": "# A\n\n```\ninput\n├── fold\n│   └── <csv files>.csv\n└── raw\n    └── <all masks>.png\n```\n"},
        {**READS, "README.md": "# A\n\n```\ninput\n├── fold  # of patients\n│   └── ids.npy\n└── raw\n    └── <csv files>.csv\n```\n"},
        id="a tree that names the files of a folder by a pattern",
    ),
    pytest.param(
        "REP001",
        {"fit.py": LIGHTNING.replace("seed_everything(7)", "print(seed_everything)")},
        {"fit.py": LIGHTNING},
        id="the seed of Lightning by another path",
    ),
    pytest.param(
        "REP001",
        {"fit.py": OPTION, "README.md": "# A\n\n- `--seed`: a number, by default `None`\n\n```sh\na_train --epochs 3\n```\n"},
        {"fit.py": OPTION, "README.md": "# A\n\n- `--seed`: a number, by default `None`\n\n```sh\na_train --epochs 3 \\\n  --seed 123\n```\n"},
        id="a seed that the documented command gives",
    ),
    pytest.param(
        "REP003",
        {"fit.py": "import cv2\nimport numpy\nimport yaml\n", "setup.sh": "pip install numpy\napt-get install cmake\n"},
        {"fit.py": "import cv2\nimport numpy\nimport yaml\n", "setup.sh": "pip install numpy\nsudo apt-get install -y python3-opencv python3-yaml\n"},
        id="packages for Python that the system installs",
    ),
    pytest.param(
        "REP003",
        {"fit.py": "import numpy\nimport sumolib\n", "setup.sh": "pip install numpy\nexport PYTHONPATH=$PWD/lib:$PYTHONPATH\n"},
        {"fit.py": "import numpy\nimport sumolib\n", "setup.sh": "pip install numpy\nexport SUMO_HOME=/usr/share/sumo\nexport PYTHONPATH=$SUMO_HOME/tools:$PYTHONPATH\n"},
        id="modules that a tool of the system brings on the way of imports",
    ),
    pytest.param(
        "REP003",
        {
            "fit.py": "import numpy\nimport sumolib\n",
            "setup.sh": "pip install numpy\nexport PYTHONPATH=$PROJECT_ROOT/tools\n",
        },
        {
            "fit.py": "import numpy\nimport sumolib\n",
            "setup.sh": "pip install numpy\nexport PYTHONPATH=$SUMO_HOME/tools\n",
        },
        id="modules that a tool brings which lies where a variable says",
    ),
    pytest.param(
        "REP003",
        {"fit.py": "import numpy\nimport torch\n", "setup.sh": "pip install numpy\nexport PYTHONPATH=$SUMO_HOME/tools\n"},
        {"fit.py": "import numpy\nimport torch\n", "setup.sh": "pip install numpy torch\n"},
        id="a library that no tool of the system brings",
    ),
    pytest.param(
        "REP003",
        {"fit.py": "import lxml.etree\nimport numpy\n", "requirements.txt": "numpy\n"},
        {"fit.py": "import lxml.etree\nimport numpy\n", "requirements.txt": "numpy\nsvgutils\n"},
        id="what a package that is asked for brings",
    ),
    pytest.param(
        "DAT005",
        {"fit.py": DEFAULT + "print(open(base).read())\n"},
        {"fit.py": DEFAULT},
        id="a path that is the default of an option by a name",
    ),
    pytest.param(
        "ENT004",
        {"lib.py": ARRAYS + "\n\ndef judge(a, b):\n    return sklearn.metrics.f1_score(a, b), StandardScaler().fit_transform(a)\n" + FILLER, **USERS},
        {"lib.py": ARRAYS + FILLER, **USERS},
        id="arrays that are cut up and put together",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_the_debt_is_told_and_its_look_alike_is_not(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert told(debt, rule)
    assert not told(alike, rule)


LESS = [
    pytest.param(
        "COD008",
        {"nets.py": NET, "train.py": USES, "README.md": README},
        {"nets.py": NET, "train.py": USES, "README.md": "# Paper\n\nThe nets are in train.py.\n"},
        "high",
        id="an import that stops a program which the README tells to start",
    ),
    pytest.param(
        "COD008",
        {"nets.py": NET, "lib.py": USES, "train.py": "import lib\n\nprint(lib)\n", "README.md": README},
        {
            "nets.py": NET,
            "lib.py": USES,
            "train.py": "def main():\n    import lib\n\n    print(lib)\n\n\nmain()\n",
            "README.md": README,
        },
        "high",
        id="an import of a module that such a program surely imports",
    ),
    pytest.param(
        "COD008",
        {"nets.py": NET, "train.py": GUARDED.format("=="), "README.md": README},
        {"nets.py": NET, "train.py": GUARDED.format("!="), "README.md": README},
        "high",
        id="an import that such a program comes to because it is started",
    ),
    pytest.param(
        "COD008",
        {"nets.py": NET, "nn/train.py": USES, "README.md": "# Paper\n\n```sh\npython ./nn/*.py\n```\n"},
        {"nets.py": NET, "nn/train.py": USES, "README.md": "# Paper\n\n```sh\npython ./ml/*.py\n```\n\ntrain.py\n"},
        "high",
        id="programs that a README tells to start by a pattern",
    ),
    pytest.param(
        "COD008",
        {"nets.py": NET, "nn/train.py": USES, "README.md": "# Paper\n\n2. run this `cd nn && python train.py`\n"},
        {"nets.py": NET, "nn/train.py": USES, "README.md": "# Paper\n\n2. run this: train.py\n"},
        "high",
        id="a program that a line of prose tells to start",
    ),
    pytest.param(
        "COD008",
        {"train.py": SAVES.format(saving=True), "README.md": README},
        {"train.py": "import sys\n\n" + SAVES.format(saving="len(sys.argv) > 1"), "README.md": README},
        "high",
        id="a name that a program surely reads at its top",
    ),
    pytest.param(
        "COD008",
        {"train.py": "from lib.nets import Net\n\nprint(Net())\n", "lib/__init__.py": "", "README.md": README},
        {
            "train.py": "import sys\n\nif sys.argv[1:]:\n    from lib.nets import Net\n\n    print(Net())\n",
            "lib/__init__.py": "",
            "README.md": README,
        },
        "high",
        id="a module that is not there and without which the program ends",
    ),
    pytest.param(
        "COD008",
        {"teacher.py": "print(score)\n"},
        {"teacher_broken.py": "print(score)\n"},
        "medium",
        id="a program whose name says that it is broken",
    ),
    pytest.param(
        "COD008",
        {"nets.py": NET, "lib.py": USES, "look/a.ipynb": '{"cells": [{"cell_type": "code", "source": "import lib"}]}'},
        {"nets.py": NET, "lib.py": USES, "scrap/a.ipynb": '{"cells": [{"cell_type": "code", "source": "import lib"}]}'},
        "medium",
        id="a module that a notebook among the scraps alone imports",
    ),
    pytest.param(
        "REP009",
        {"a.py": BERT, "requirements.txt": "transformers==4.2.1\n"},
        {"a.py": BERT, "requirements.txt": "transformers==2.1.1\n"},
        "medium",
        id="a library of a version that takes no revision",
    ),
    pytest.param(
        "DAT005",
        {"fit.py": "root = '/home/alexandra/rows/large.csv'\nprint(open(root).read())\n"},
        {"fit.py": "root = '/home/alexandra/rows/large.csv'\nprint(1)\n"},
        "medium",
        id="a path that nothing reads",
    ),
    pytest.param(
        "DAT005",
        {"fit.py": "rows = open('/home/alexandra/rows/large.csv').read()\nprint(1)\n"},
        {"fit.py": "import os\n\nrows = os.path.join('/home/alexandra/rows', 'large.csv')\nprint(1)\n"},
        "medium",
        id="a path that a call takes",
    ),
    pytest.param(
        "DAT005",
        {
            "cfg.py": "class Paths:\n    root = '/home/alexandra/rows/large.csv'\n\n\nprint(Paths)\n",
            "fit.py": "print(1)\n",
        },
        {"cfg.py": "root = '/home/alexandra/rows/large.csv'\n", "fit.py": "print(1)\n"},
        "medium",
        id="a path that a class holds may be read",
    ),
    pytest.param(
        "DAT005",
        {"cfg.py": "root = '/home/alexandra/rows/large.csv'\n", "fit.py": "import cfg\n\nprint(cfg.root)\n"},
        {"cfg.py": "root = '/home/alexandra/rows/large.csv'\n", "fit.py": "print(1)\n"},
        "medium",
        id="a path that another program may read",
    ),
    pytest.param(
        "PIP001",
        {**MAKES_AND_FITS, "README.md": IN_ORDER.format("python fit.py\npython clean.py")},
        {**MAKES_AND_FITS, "README.md": "# Paper\n\n1. `python clean.py`\n\n## Then\n\n2. `python -u ./f*.py --a 1`\n"},
        "medium",
        id="programs that a document tells to start in their order",
    ),
    pytest.param(
        "PIP001",
        {"1_fit.py": MAKES_AND_FITS["fit.py"], "2_clean.py": MAKES_AND_FITS["clean.py"]},
        {"1_clean.py": MAKES_AND_FITS["clean.py"], "2_fit.py": MAKES_AND_FITS["fit.py"]},
        "medium",
        id="numbers in the names of programs",
    ),
    pytest.param(
        "PIP001",
        {"prepare/clean.py": IN_ROOT["clean.py"], "train/fit.py": IN_ROOT["fit.py"]},
        {"1.prepare/clean.py": IN_ROOT["clean.py"], "2.train/fit.py": IN_ROOT["fit.py"]},
        "medium",
        id="numbers in the names of folders",
    ),
    pytest.param(
        "GLU005",
        {"a.py": COPY, "b.py": TAKEN + COPY},
        {"a.py": TAKEN + COPY, "b.py": TAKEN.replace("crf.py", "other.py") + COPY + "print(1)\n"},
        "medium",
        id="files that say from where they were taken over",
    ),
    pytest.param(
        "GLU005",
        {"a.py": TAKEN + COPY, "b.py": TAKEN + COPY + "print(1)\n"},
        {"a.py": TAKEN + COPY + COPY.replace("report", "again")},
        "medium",
        id="one thing that was taken over twice",
    ),
    pytest.param(
        "GLU005",
        {"a.py": RIGHTS + COPY, "b.py": RIGHTS + COPY + "print(1)\n", "c.py": RIGHTS + "print(1)\n"},
        {"a.py": RIGHTS + COPY, "b.py": RIGHTS + COPY + "print(1)\n", **MORE},
        "medium",
        id="files that belong to others than the rest",
    ),
]


@pytest.mark.parametrize(("rule", "worse", "milder", "severity"), LESS)
def test_what_hurts_less_is_milder(rule: str, worse: dict[str, str], milder: dict[str, str], severity: str) -> None:
    (first, _), (second, _) = *told(worse, rule), *told(milder, rule)
    assert first == severity
    assert ("critical", "high", "medium", "low", "info").index(second) == (
        "critical",
        "high",
        "medium",
        "low",
        "info",
    ).index(severity) + 1


def test_one_import_line_and_one_forgotten_import_are_told_once() -> None:
    (told_once,) = told({"nets.py": NET, "train.py": USES}, "COD008")
    assert told_once[1].startswith("Head is imported from nets.py, as is Tail, which does not have them")
    losses = {"lib/losses.py": "class Sharp:\n    pass\n\n\nclass Flat:\n    pass\n"}
    (told_once,) = told({**losses, "train.py": "print(Sharp())\nprint(1)\nprint(Flat())\n"}, "COD008")
    assert "as is" in told_once[1]
    assert len(told({"train.py": "print(Sharp())\nprint(1)\nprint(Flat())\n"}, "COD008")) == 2


def test_where_nothing_seeds_anything_that_is_told_once() -> None:
    lone = LIGHTNING.replace("seed_everything(7)", "print(seed_everything)")
    split = "import pandas as pd\nfrom sklearn.model_selection import train_test_split\n\nframe = pd.read_csv('a.csv')\na, b = train_test_split(frame{})\nprint(a, b)\n"
    rest = "from sklearn.linear_model import LogisticRegression\n\nLogisticRegression().fit(a, b)\n"
    (once,) = told({"fit.py": lone, "fit_again.py": lone, "z.py": split.format("") + rest}, "REP001")
    assert "train_test_split decides" in once[1]
    assert "so are all of 2 other files" in once[1]
    assert len(told({"fit.py": lone, "fit_again.py": lone, "z.py": LIGHTNING}, "REP001")) == 2


def test_an_order_that_is_only_listed_is_enough_for_research_alone() -> None:
    files = {**MAKES_AND_FITS, "README.md": IN_ORDER.format("python clean.py\npython fit.py")}
    assert [severity for severity, _ in told(files, "PIP001", "P")] == ["medium"]
    assert [severity for severity, _ in told(files, "PIP001", "N")] == ["medium"]
    assert [severity for severity, _ in told(files, "PIP001", "RP")] == ["medium"]
    assert [severity for severity, _ in told(files, "PIP001", "R")] == ["low"]


def test_a_choice_that_one_of_several_programs_seeds_is_told_as_that() -> None:
    lib = "import pytorch_lightning as pl\nimport torch\n\n\ndef fit(data):\n    pl.Trainer().fit(torch.nn.Linear(2, 1), data)\n"
    one = "import pytorch_lightning as pl\n\nfrom lib import fit\nfrom rows import data\n\n{}fit(data)\n"
    files = {"lib.py": lib, "a.py": one.format("pl.seed_everything(1)\n"), "b.py": one.format("")}
    ((_, some),) = told(files, "REP001")
    assert "not every program that comes to it sets a seed" in some
    ((_, none),) = told({**files, "a.py": one.format("")}, "REP001")
    assert "no seed controls it" in none
