"""What readers of repositories that nobody had tuned for thought too hard or wrong of packages and runs: each beside the debt."""

from __future__ import annotations

from json import dumps

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
FIT = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\nm = Ridge().fit(f[['a']], f['y'])\n"
KEPT = FIT + "joblib.dump(m, 'm.joblib')\n"
STARTED = {"README.md": "# A\n\n```bash\npython fit.py\n```\n"}


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


def severities(files: dict[str, str], rule: str, archetypes: str = "P") -> list[str]:
    return [finding.severity.value for finding in found(files, rule, archetypes)]


def test_a_run_of_which_nothing_is_kept_weighs_where_its_model_is_used() -> None:
    operated = {"fit.py": KEPT, **STARTED}
    assert severities(operated, "REP006") == ["medium"]
    assert severities(operated, "REP006", "R") == ["low"]
    assert severities(operated, "REP006", "PL") == ["low"]
    assert severities({"fit.py": KEPT}, "REP006") == ["low"]
    assert severities({"fit.py": FIT, **STARTED}, "REP006") == ["low"]
    assert severities({"fit.py": KEPT + "print(1, file=open('metrics.txt', 'w'))\n", **STARTED}, "REP006") == ["low"]
    assert severities({**operated, "README.md": "# Homework 3\n\nMy assignment for the course CS 229.\n\npython fit.py\n"}, "REP006") == ["low"]  # fmt: skip


def test_the_program_that_keeps_its_model_is_named_before_what_was_tried() -> None:
    (finding,) = found({"a.py": FIT, "fit.py": KEPT, **STARTED}, "REP006")
    assert finding.place.path == "fit.py"


HISTORY = "import numpy as np\nimport tensorflow as tf\nx = np.load('x.npy')\nnet = tf.keras.Sequential([tf.keras.layers.Dense(1)])\nnet.compile(loss='mse')\nkept = net.fit(x, x)\n{}\n"


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("np.savez('a.npz', x)", "nothing"),
        ("np.savez('run.npz', **kept.history)", "metrics"),
        ("np.savez('history.npz', x)", "metrics"),
        ("import pandas as pd; pd.DataFrame({'a': [1]}).to_excel('val_losses.xlsx')", "metrics"),
        ("import json; json.dump({'b': 1}, open('a.json', 'w'))", "nothing"),
        ("import json; json.dump({'accuracy': 1}, open('a.json', 'w'))", "metrics"),
        ("import json; json.dump({'args': 1}, open('a.json', 'w'))", "parameters"),
        ("import json, sys; out = vars(sys); json.dump(out, open('a.json', 'w'))", "parameters"),
    ],
)
def test_figures_and_settings_count_by_what_is_written(line: str, held: str) -> None:
    (finding,) = found({"fit.py": HISTORY.format(line)}, "REP006")
    assert f"keeps {held}, not" in finding.message


TUNED = "from sentence_transformers import SentenceTransformer\nimport pandas as pd\nm = SentenceTransformer('base')\nm.fit(pd.read_csv('d.csv').values{})\n"


def test_a_fit_that_is_told_where_to_keep_the_model_keeps_it() -> None:
    (finding,) = found({"fit.py": TUNED.format("")}, "REP006")
    assert "keeps nothing" in finding.message
    (finding,) = found({"fit.py": TUNED.format(", output_path='out'")}, "REP006")
    assert "keeps the model, not" in finding.message


def using(*libraries: str) -> str:
    return "".join(f"import {library}\n" for library in libraries) + f"print({', '.join(libraries)})\n"


MISSING = {
    "requirements.txt": "pandas==2.2.1\n",
    "src/a.py": using("pandas", "xgboost", "lightgbm", "shap"),
}
REQUIREMENT = "pandas==2.2.1\nxgboost==2.0.3\nlightgbm==4.3.0\nshap==0.45.0\n"


def test_a_list_counts_whatever_it_is_called() -> None:
    assert severities(MISSING, "REP003") == ["high"]
    assert not found({**MISSING, "requirement-train.txt": REQUIREMENT}, "REP003")
    image = "FROM python:3.12\nCOPY {0} .\nRUN pip install -r {0}\n"
    assert found({**MISSING, "Dockerfile": image.format("requirements.txt"), "packages.lst": REQUIREMENT}, "REP003")
    assert not found({**MISSING, "Dockerfile": image.format("packages.lst"), "packages.lst": REQUIREMENT}, "REP003")


def test_the_remedy_names_what_can_be_installed() -> None:
    (finding,) = found({"requirements.txt": "pandas\n", "a.py": "import pandas\nimport dotenv\nimport PIL\n"}, "REP003")
    assert finding.remedy == "add pillow, python-dotenv to the environment"


def test_the_tool_that_reads_a_file_of_developers_is_there() -> None:
    listed = {"requirements.txt": "pandas\n", "a.py": "import pandas\n"}
    assert found({**listed, "b.py": "import nox\n"}, "REP003")
    assert not found({**listed, "noxfile.py": "import nox\n"}, "REP003")
    assert found({**listed, "noxfile.py": "import xgboost\n"}, "REP003")


def test_what_comes_with_a_package_nobody_knows_weighs_less() -> None:
    code = {"a.py": using("pandas", "tqdm")}
    assert severities({**code, "requirements.txt": "pandas\n"}, "REP003") == ["medium"]
    assert severities({**code, "requirements.txt": "pandas\nacme-inhouse-tables\n"}, "REP003") == ["low"]
    parts = {"a.py": using("pandas", "airflow"), "requirements.txt": "pandas\nacme-inhouse-tables\n"}
    assert severities(parts, "REP003") == ["medium"]
    rare = {"a.py": using("pandas", "evidently"), "requirements.txt": "pandas\nacme-inhouse-tables\n"}
    assert severities(rare, "REP003") == ["medium"]


def test_programs_beside_the_package_that_is_installed_show_what_it_can() -> None:
    package = {
        "setup.py": "from setuptools import setup\nsetup(name='net', packages=['net'], install_requires=['numpy'])\n",
        "net/__init__.py": "import numpy\n",
    }
    shown = {**package, "tasks/words.py": using("nltk", "xgboost", "shap")}
    assert severities(shown, "REP003") == ["low"]
    assert severities({**shown, "README.md": "# Net\n\n```bash\npython tasks/words.py\n```\n"}, "REP003") == ["high"]
    assert severities({**package, "net/words.py": using("nltk", "xgboost", "shap") + "shap.run()\n"}, "REP003") == [
        "high"
    ]


NOTE = '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "c", "metadata": {}, "outputs": [], "source": "import %s"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
BADGE = "# Notes\n\n[![Open](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/me/notes/blob/main/{})\n"


def test_notebooks_that_a_document_opens_on_a_platform_need_what_that_lacks() -> None:
    seen = {
        "a.ipynb": NOTE % "matplotlib",
        "b.ipynb": NOTE % "seaborn",
        "c.ipynb": NOTE % "networkx",
        "a.py": "import matplotlib\n",
    }
    assert found({**seen, "README.md": BADGE.format("gone.ipynb")}, "REP003", "N")
    assert not found({**seen, "README.md": BADGE.format("a.ipynb")}, "REP003", "N")
    assert found({**seen, "other.py": "import torch\n", "README.md": BADGE.format("a.ipynb")}, "REP003", "N") == []
    listed = {**seen, "requirements.txt": "pandas\n", "d.py": "import pandas\nimport xgboost\n"}
    (finding,) = found({**listed, "README.md": BADGE.format("a.ipynb")}, "REP003", "N")
    assert finding.entity == "xgboost"


def test_what_only_a_notebook_beside_a_pipeline_needs_was_tried() -> None:
    files = {"requirements.txt": "pandas\n", "a.py": "import pandas\n", "a_look.ipynb": NOTE % "seaborn as s; s.set()"}
    assert severities(files, "REP003", "R") == ["medium"]
    assert severities(files, "REP003", "P") == ["low"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("shutil", "asks for shutil, which is a module of the standard library: installing the list fails"),
        (
            "cv2\nshutil",
            "asks for cv2, which is the name of an import and of no package that can be installed, and for shutil,",
        ),
        ("dataclasses", ""),
        ("os==1.0; python_version < '3'", ""),
    ],
)
def test_a_list_asks_for_a_module_of_the_standard_library(asked: str, says: str) -> None:
    files = {"requirements.txt": f"pandas==2.2.1\n{asked}\n", "a.py": "import pandas\n"}
    assert [finding.message.partition(" ")[2][: len(says)] for finding in found(files, "REP003")] == (
        [says] if says else []
    )


def test_a_lock_beside_a_list_is_what_is_installed() -> None:
    pipfile = "[packages]\nsklearn = '*'\npandas = '*'\n"
    lock = '{"_meta": {"hash": {"sha256": "%s"}}, "default": {"sklearn": {"version": "==%s"}, "pandas": {"version": "==2.2.1"}}, "develop": {}}'
    files = {"Pipfile": pipfile, "a.py": "import pandas\n"}
    assert found(files, "REP003")
    assert found({**files, "Pipfile.lock": lock % ("a" * 64, "0.0.post1")}, "REP003")
    assert not found({**files, "Pipfile.lock": lock % ("a" * 64, "0.0")}, "REP003")


APP = "from dishka import FromDishka\nfrom fastapi import FastAPI\nfrom use import Case\n\napp = FastAPI()\n\n\n@app.post('/fit')\ndef fit(case: {}[Case], rows: list[float]):\n    return case.execute(rows)\n\n\nif __name__ == '__main__':\n    import uvicorn\n\n    uvicorn.run(app)\n"
CASE = "import joblib\nimport numpy as np\nfrom sklearn.linear_model import Ridge\n\n\nclass Case:\n    def execute(self, rows):\n        x = np.array(rows).reshape(-1, 1)\n        model = Ridge().fit(x, rows)\n        {}\n        return model.predict(x).tolist()\n"


def test_what_a_request_has_trained_and_nothing_keeps_is_an_answer() -> None:
    files = {"main.py": APP.format("FromDishka"), "use.py": CASE.format("print(x)")}
    (component,) = graphs(files).components
    assert ("S", 0.55) in [(each.letter, each.confidence) for each in component.archetypes]
    # What a name of another kind holds is not known to be the object that answers.
    (component,) = graphs({**files, "main.py": APP.format("list")}).components
    assert "S" not in [each.letter for each in component.archetypes]
    assert not found(files, "REP006", "S")
    assert found({**files, "use.py": CASE.format("joblib.dump(model, 'm.joblib')")}, "REP006", "S")
    by_hand = {"fit.py": "from use import Case\n\nprint(Case().execute([1.0, 2.0]))\n", "use.py": files["use.py"]}
    assert found(by_hand, "REP006", "S")


UPLOAD = "from dishka import FromDishka\nfrom fastapi import FastAPI, UploadFile\nfrom use import Case\n\napp = FastAPI()\n\n\n@app.post('/p')\ndef p(case: FromDishka[Case], model: UploadFile):\n    return case.execute(model.file.read())\n"
STORE = "import pickle\n\n\nclass Store:\n    def load(self, data):\n        return pickle.loads(data)\n\n\nclass Texts:\n    def load(self, data):\n        return data.decode()\n\n\n"
RUNS = "    def execute(self, data):\n        return self.store.load(data)\n"


@pytest.mark.parametrize(
    ("declares", "told"),
    [
        ("from dataclasses import dataclass\n\n\n@dataclass\nclass Case:\n    store: {}\n\n", True),
        ("class Base:\n    def __init__(self):\n        self.store: {} = None\n\n\nclass Case(Base):\n", True),
        ("class Base:\n    def __init__(self):\n        self.store = None\n\n\nclass Case(Base):\n", False),
        ("class Base:\n    def __init__(self):\n        self.other: {} = None\n\n\nclass Case(Base):\n", False),
    ],
)
def test_uploads_are_followed_through_what_attributes_are_declared_as(declares: str, told: bool) -> None:
    for name, unsafe in (("Store", told), ("'Store'", told), ("Texts", False)):
        files = {"main.py": UPLOAD, "use.py": STORE + declares.format(name) + RUNS}
        assert bool(found(files, "COD005", "S")) is unsafe


@pytest.mark.parametrize(
    ("image", "told"),
    [("shop/img:latest", True), ("shop/img", True), ("shop/img:1.4", False), ("acme/base:latest", False)],
)
def test_the_images_of_steps_in_code_move_under_their_names(image: str, told: bool) -> None:
    steps = "from kfp import dsl\n\n\n@dsl.component(base_image='{}')\ndef load() -> str:\n    return 'x'\n\n\n@dsl.pipeline(name='p')\ndef pipeline():\n    load()\n"
    files = {
        "pipe.py": steps.format(image),
        ".python-version": "3.12\n",
        "build.sh": "docker build -t acme/base:latest base\n",
    }
    assert bool(found(files, "REP005")) is told


def test_a_lock_vouches_for_the_packages_that_it_contains() -> None:
    entry = '[[package]]\nname = "{}"\nversion = "2.1.0"\nsource = {{ registry = "https://example.org/simple" }}\n\n'
    lock = "version = 1\n\n" + "".join(map(entry.format, ("pytest", "pluggy")))
    image = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
    project = {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\ndependencies = ['pytest']\n", "a.py": FIT}
    files = {**project, "requirements.txt": "pandas\nscikit-learn\n", "uv.lock": lock, "Dockerfile": image}
    (finding,) = found(files, "REP002")
    assert finding.message.startswith("requirements.txt leaves 2 of 2 packages open")
    whole = lock + "".join(map(entry.format, ("pandas", "scikit-learn")))
    assert not found({**files, "uv.lock": whole}, "REP002")
    assert not found({**files, "Dockerfile": "FROM python:3.12\nRUN pip install uv\nRUN uv sync --frozen\n"}, "REP002")
    assert not found({**files, "uv.lock": "version = 1\n"}, "REP002")
    # What the lock lacks is open, what it has is held.
    (part,) = found({**files, "uv.lock": lock + entry.format("pandas")}, "REP002")
    assert "leaves 1 of 2 packages open" in part.message


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ("setuptools.build_meta", False),
        ("setuptools.backends._legacy:_Backend", True),
        ("setuptools.build_meta:__legacy__", False),
        ("hatchling.builder", True),
        ("acme_build.api", False),
    ],
)
def test_a_package_is_built_by_what_exists(backend: str, told: bool) -> None:
    project = f'[build-system]\nrequires = ["setuptools"]\nbuild-backend = "{backend}"\n[project]\nname = "a"\nversion = "1"\n{{}}'
    files = {"a.py": "import json\n", "pyproject.toml": project.format("")}
    assert [f.entity for f in found(files, "REP003")] == (["backend|pyproject.toml"] if told else [])
    own = project.replace("[project]", 'backend-path = ["."]\n[project]')
    assert not found({**files, "pyproject.toml": own.format("")}, "REP003")


TRAINS = "import torch\nimport pandas as pd\n{}net = torch.nn.Linear(1, 1)\nsteps = torch.optim.SGD(net.parameters())\nfor x in torch.tensor(pd.read_csv('d.csv').values):\n    steps.zero_grad()\n    net(x).sum().backward()\n    steps.step()\n    {}\n"
ANEW = "import torch\n\n\ndef shift(x):\n    torch.manual_seed(3)\n    drawn = torch.randn(x.shape)\n    {}\n    return drawn\n"


def test_a_seed_that_a_called_function_draws_anew_is_undone() -> None:
    program = TRAINS.format("from other import shift\ntorch.manual_seed(1)\n", "shift(x)")
    (finding,) = found({"fit.py": program, "other.py": ANEW.format("torch.seed()")}, "REP001")
    assert (finding.place.path, finding.place.line) == ("other.py", 7)
    assert "after fit.py has set a seed" in finding.message
    assert not found({"fit.py": program, "other.py": ANEW.format("torch.manual_seed(4)")}, "REP001")
    assert not found({"fit.py": program.replace("shift(x)", "pass"), "other.py": ANEW.format("torch.seed()")}, "REP001")
    never = {"fit.py": program.replace("torch.manual_seed(1)", "pass"), "other.py": ANEW.format("torch.seed()")}
    assert [each.place.path for each in found(never, "REP001")] == ["fit.py"]


SHUFFLED = "import random\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('d.csv')\n{0} = list(range(len(f)))\nrandom.shuffle({0})\nRidge().fit(f.loc[{0}, ['a']], f.loc[{0}, 'y'])\n"


@pytest.mark.parametrize(("name", "told"), [("rows", True), ("device_ids", False), ("gpus", False), ("support", True)])
def test_what_a_run_uses_is_no_row(name: str, told: bool) -> None:
    assert bool(found({"fit.py": SHUFFLED.format(name)}, "REP001")) == told


EMBED = FIT + "from sklearn.{} import {}\n{}().fit(f[['a']], f['y'])\n"


def test_what_is_only_drawn_weighs_less() -> None:
    assert severities({"fit.py": EMBED.format("manifold", "TSNE", "TSNE")}, "REP001") == ["low"]
    assert severities({"fit.py": EMBED.format("neural_network", "MLPRegressor", "MLPRegressor")}, "REP001") == [
        "medium"
    ]


def in_notebook(text: str) -> str:
    return NOTE.replace('"import %s"', "%s") % dumps(text)


def test_a_notebook_of_a_lesson_or_beside_a_pipeline_is_not_run_again() -> None:
    files = {"look.ipynb": in_notebook(TRAINS.format("", "pass"))}
    assert severities(files, "REP001", "N") == ["medium"]
    assert severities(files, "REP001", "NT") == ["low"]
    assert severities(files, "REP001", "P") == ["low"]
    kept = {"look.ipynb": in_notebook(TRAINS.format("", "pass") + "torch.save(net, 'net.pt')\n")}
    assert severities(kept, "REP001", "NT") == severities(kept, "REP001", "P") == ["medium"]
    assert severities({**files, "README.md": "# A\n\nRun look.ipynb to train.\n"}, "REP001", "P") == ["medium"]


def test_a_script_of_the_queue_starts_the_training() -> None:
    queued = "#!/bin/bash\n#SBATCH --gres=gpu:1\npython src/{}.py\n"
    assert not found({"src/fit.py": KEPT, "cluster.sl": queued.format("fit")}, "REP010")
    assert found({"src/fit.py": KEPT, "cluster.sl": queued.format("other")}, "REP010")
    assert found({"src/fit.py": KEPT, "cluster.sl": "python src/fit.py\n"}, "REP010")


DRIVER = "import os\nfor fold in range(3):\n    command = f'deepspeed --num_gpus 2 %s --fold {fold}'\n    os.system(command)\n"


def test_what_a_named_notebook_starts_by_a_shell_is_started() -> None:
    files = {"src/fit.py": KEPT, "run_all.ipynb": in_notebook(DRIVER % "fit.py")}
    told = {"README.md": "# A\n\nThe main steps are in run_all.ipynb.\n"}
    assert found(files, "REP010", "R")
    assert not found({**files, **told}, "REP010", "R")
    assert found({**files, **told, "run_all.ipynb": in_notebook(DRIVER % "gone.py")}, "REP010", "R")


def test_a_program_that_gives_its_own_command_weighs_less() -> None:
    own = '"""Fits.\n\npython -m src.{} --alpha 1\n"""\n'
    assert severities({"src/fit.py": KEPT}, "REP010") == ["medium"]
    assert severities({"src/fit.py": own.format("fit") + KEPT}, "REP010") == ["low"]
    assert severities({"src/fit.py": own.format("other") + KEPT}, "REP010") == ["medium"]


PACKAGE = {
    "setup.py": "from setuptools import setup\nsetup(name='net', packages=['net'], install_requires=['numpy'])\n",
    "net/__init__.py": "import numpy\nimport matplotlib\n",
    "requirements.txt": "numpy\nmatplotlib\n",
    "tox.ini": "[testenv]\ndeps =\n    -r requirements.txt\n",
}


def test_a_list_that_tests_of_a_package_alone_install_binds_nobody() -> None:
    install = "pip install -r requirements.txt\n"
    assert not found(PACKAGE, "REP002")
    assert found({**PACKAGE, "README.md": f"# Net\n\n```bash\n{install}```\n"}, "REP002")
    assert found({**PACKAGE, "Dockerfile": f"FROM python:3.12\nCOPY requirements.txt .\nRUN {install}"}, "REP002")
    assert found({path: text for path, text in PACKAGE.items() if path != "tox.ini"}, "REP002")


SCRIPT = (
    "# /// script\n# dependencies = ['requests']\n# ///\nimport requests\nprint(requests.get('https://example.org'))\n"
)


def test_a_script_that_says_what_it_needs_is_run_by_hand() -> None:
    assert severities({"send.py": SCRIPT.replace("'requests'", '"requests"')}, "REP002") == ["low"]
    locked = {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\ndependencies = ['requests']\n"}
    lock = 'version = 1\n\n[[package]]\nname = "requests"\nversion = "2.32.0"\nsource = { registry = "https://example.org/simple" }\n'
    assert not found({"send.py": SCRIPT.replace("'requests'", '"requests"'), **locked, "uv.lock": lock}, "REP002")


ASKED = "import joblib\nimport numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef score(f):\n    return joblib.load('m.joblib').predict(f)\n\n\ndef compare(f):\n    {}\n    out = pd.DataFrame()\n    {}\n    out['truth'] = f['y'].apply(np.exp)\n    out['gap'] = out['truth'] - out['p']\n    {}\n    return out\n\n\nf = pd.read_csv('d.csv')\njoblib.dump(Ridge().fit(compare(f), f['y']), 'm.joblib')\nprint(compare(f))\n"


def test_what_sets_answers_beside_the_truth_makes_no_features() -> None:
    before, after = (
        ASKED.format("out = score(f)", "out['p'] = 1", "pass"),
        ASKED.format("pass", "out['p'] = 1", "score(out)"),
    )
    assert "compare()" in " ".join(f.message for f in found({"fit.py": after}, "TST001"))
    assert "compare()" not in " ".join(f.message for f in found({"fit.py": before}, "TST001"))


SWITCHED = "from transformers import AutoModel\n\n\ndef build(size, pretrained=False):\n    if pretrained:\n        return AutoModel.from_pretrained('acme/encoder')\n    return size\n\n\nprint(build(1{}))\n"
BUILT = "import torch\nfrom transformers import AutoModel\n\n\nclass Net(torch.nn.Module):\n    def __init__(self, pretrained=False):\n        super(Net, self).__init__()\n        if pretrained:\n            self.m = AutoModel.from_pretrained('acme/encoder')\n\n\nprint(Net({}))\n"
CHAINED = "from transformers import AutoModel\n\n\nclass Encoder:\n    def __init__(self):\n        self.model = AutoModel.from_pretrained('acme/encoder')\n\n\ndef make_encoder():\n    return Encoder()\n\n\n{}\n"


@pytest.mark.parametrize(
    ("program", "severity"),
    [
        (SWITCHED.format(", pretrained=True"), "medium"),
        (SWITCHED.format(", True"), "medium"),
        (SWITCHED.format(", pretrained=len('a')"), "medium"),
        (SWITCHED.format(", pretrained=False"), "low"),
        (SWITCHED.format(""), "low"),
        (BUILT.format("True"), "medium"),
        (BUILT.format("pretrained=False"), "low"),
        (CHAINED.format("print(make_encoder())"), "medium"),
        (CHAINED.format("print(1)"), "low"),
    ],
)
def test_a_load_that_no_run_comes_to_weighs_less(program: str, severity: str) -> None:
    assert severities({"net.py": program}, "REP009") == [severity]


ASKS = {
    "app.py": "from openai import OpenAI\nprint(OpenAI().chat.completions.create(model='gpt-4o-2024-08-06', messages=[]))\n"
}


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("It captions videos.", True),
        ("Step 5: a blind A/B test decides which captions are handed in.", False),
        ("Third on the private leaderboard.", False),
        ("We evaluated the generated answers by hand.", False),
        ("The answers are shown to the user, and tests run in CI.", True),
    ],
)
def test_a_document_tells_who_judges_the_answers(says: str, told: bool) -> None:
    assert bool(found({**ASKS, "README.md": f"# Captions\n\n{says}\n"}, "LLM003", "A")) == told


def test_a_library_of_which_no_line_makes_use_weighs_less() -> None:
    files = {
        "requirements.txt": "pandas\n",
        "a.py": "import pandas\nimport mlflow\n\n# mlflow.start_run()\nprint(pandas)\n",
    }
    assert severities(files, "REP003") == ["low"]
    assert severities({**files, "a.py": files["a.py"].replace("# mlflow", "mlflow")}, "REP003") == ["medium"]
    asked = {**files, "b.py": "import pandas\npandas.set_option('plotting.backend', 'mlflow')\n"}
    assert severities(asked, "REP003") == ["medium"]
    used = {**files, "b.py": "import mlflow\nmlflow.start_run()\n"}
    (finding,) = found(used, "REP003")
    assert (finding.severity.value, finding.place.path) == ("medium", "b.py")


NEEDS = {"fit.py": "import cv2\nimport sklearn\nimport torch\nprint(cv2, sklearn, torch)\n"}
CONDA = "name: x\nchannels:\n  - pytorch\ndependencies:\n  - scikit-learn\n  - {}\n  - py-opencv\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 489\n".format("a" * 64)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({"environment.yml": CONDA.format("pytorch>1.2")}, "", id="the names of conda"),
        pytest.param({"environment.yml": CONDA.format("numpy")}, "torch is imported", id="another package of conda"),
        pytest.param(
            {"requirements.txt": "scikit-learn\npytorch\nopencv-python\n"},
            "torch is imported",
            id="conda's name elsewhere",
        ),
        pytest.param({}, "no file lists", id="no list"),
        pytest.param({"requirements.txt": POINTER}, "", id="a list that is kept elsewhere"),
        pytest.param({"train.csv": POINTER}, "no file lists", id="data that are kept elsewhere"),
        pytest.param({"sub/requirements.txt": POINTER}, "no file lists", id="a list of another folder"),
    ],
)
def test_what_a_list_of_conda_or_one_kept_elsewhere_asks_for(files: dict[str, str], told: str) -> None:
    said = [finding.message for finding in found({**NEEDS, **files}, "REP003", "R")]
    assert any(told in each for each in said) if told else not said


def test_an_image_of_a_server_of_models_brings_what_its_handlers_import() -> None:
    handler = {"requirements.txt": "scikit-learn\n", "serve.py": "import sklearn\nimport ts\nprint(sklearn, ts)\n"}
    assert found({**handler, "Dockerfile": "FROM python:3.11\n"}, "REP003")
    assert not found({**handler, "Dockerfile": "FROM pytorch/torchserve:0.12.0-cpu\n"}, "REP003")


def test_a_library_that_brings_much_asks_for_it() -> None:
    program = {"fit.py": "import anndata\nimport scanpy\nimport scipy\nprint(anndata, scanpy, scipy)\n"}
    assert found({**program, "requirements.txt": "tqdm\nscanpy\n".replace("scanpy", "requests")}, "REP003")
    assert not found({**program, "requirements.txt": "scanpy\n"}, "REP003")


GRADIENTS = "import torch\n\n\ndef other(opt):\n    opt.step()\n\n\nnet = torch.nn.Linear(2, 1)\nw = torch.randn(2, requires_grad=True)\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("out = net(w).sum()\nout.backward()\nprint(w.grad.data)\n", False),
        ("for _ in range(9):\n    out = net(w).sum()\n    out.backward()\n", True),
        ("opt = torch.optim.SGD(net.parameters(), lr=0.1)\nout = net(w).sum()\nout.backward()\nopt.step()\n", True),
        ("out = net(w).sum()\nout.backward()\nwith torch.no_grad():\n    w.sub_(w.grad)\n", True),
        ("out = net(w).sum()\nout.backward()\nw.data = w.data - w.grad\n", True),
        ("def fit():\n    out = net(w).sum()\n    out.backward()\n\n\nfor _ in range(9):\n    fit()\n", True),
    ],
)
def test_gradients_that_are_made_once_and_looked_at_train_nothing(source: str, told: bool) -> None:
    assert bool(found({"fit.py": GRADIENTS + source}, "REP001")) is told


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("load = 'acme/net'\n", ["acme/net"]),
        ("load = ROOT / 'kept' / 'net'\n", []),
        ("load = str(ROOT / 'kept' / 'net')\n", []),
        ("load = str(ROOT / 'kept' / 'net') if (ROOT / 'kept').exists() else 'acme/net'\n", ["acme/net"]),
    ],
)
def test_a_folder_beside_the_program_is_no_model_of_a_hub(source: str, names: list[str]) -> None:
    begin = "from pathlib import Path\nfrom transformers import AutoModel\nROOT = Path(__file__).resolve().parent\n"
    files = {"fit.py": begin + source + "net = AutoModel.from_pretrained(load)\n"}
    assert [finding.entity for finding in found(files, "REP009")] == names


@pytest.mark.parametrize(
    ("saved", "names"),
    [
        ("net.save_pretrained('aligned')", []),
        ("net.save_pretrained(save_directory='./aligned/')", []),
        ("net.save_pretrained('other')", ["aligned"]),
        ("net.push_to_hub('aligned')", ["aligned"]),
        ("net.save_pretrained(name)", ["aligned"]),
    ],
)
def test_a_folder_that_a_program_saves_a_model_to_is_no_model_of_a_hub(saved: str, names: list[str]) -> None:
    files = {
        "fit.py": f"def fit(net, name):\n    {saved}\n",
        "serve.py": "from transformers import AutoModel\nnet = AutoModel.from_pretrained('aligned')\n",
    }
    assert [finding.entity for finding in found(files, "REP009")] == names


SIZES = "import argparse\nfrom transformers import AutoModel\nsize = argparse.ArgumentParser().parse_args().size\n"
CHOSEN = "net = AutoModel.from_pretrained('acme/large' if size else 'acme/small')\n"


def test_one_call_that_loads_one_model_or_another_is_one_finding() -> None:
    (finding,) = found({"net.py": SIZES + CHOSEN}, "REP009")
    assert "model acme/large (and 1 other by the same call) is loaded" in finding.message
    two = "a = AutoModel.from_pretrained('acme/large')\nb = AutoModel.from_pretrained('acme/small')\n"
    assert len(found({"net.py": SIZES + two}, "REP009")) == 2
    ways = CHOSEN + "b = AutoModel.from_pretrained('acme/small')\n"
    assert len(found({"net.py": SIZES + ways}, "REP009")) == 2


PINNED = "pandas==2.0.1\nnumpy==1.26.0\nscipy==1.11.0\njoblib==1.3.0\nrich==13.0.0\nclick==8.1.0\n"


@pytest.mark.parametrize(
    ("line", "lock", "names"),
    [
        ("git+https://example.org/a/timing.git@fast/lane", "", ["timing"]),
        ("timing @ git+https://example.org/a/timing.git", "", ["timing"]),
        ("git+https://example.org/a/timing.git@v1.2.0", "", []),
        ("git+https://example.org/a/timing.git@0123456789abcdef0123456789abcdef01234567", "", []),
        ("timing==1.0", "", []),
        ("timing", "", []),
        ("git+https://example.org/a/timing.git@main", "timing==1.0 --hash=sha256:ab\n", []),
    ],
)
@pytest.mark.parametrize("name", ["requirements.txt", "req.txt"])
def test_a_branch_of_a_repository_holds_no_version(name: str, line: str, lock: str, names: list[str]) -> None:
    files = {name: PINNED + line + "\n", "a.py": "import pandas\n", "Dockerfile": f"FROM python:3.11\nCOPY {name} .\nRUN pip install -r {name}\n"}  # fmt: skip
    told = found({**files, **({"requirements.lock": lock} if lock else {})}, "REP002")
    assert [("branch" in finding.message, finding.severity.value) for finding in told] == [(True, "low")] * len(names)
    assert all(name in finding.message for finding, name in zip(told, names, strict=True))


@pytest.mark.parametrize(
    ("image", "root", "told"),
    [
        ("python:3.12", "torch", True),
        ("nvcr.io/nvidia/pytorch:23.10-py3", "torch", False),
        ("nvcr.io/nvidia/pytorch:23.10-py3", "tensorflow", True),
        ("quay.io/jupyter/tensorflow-notebook:2024-01-15", "tensorflow", False),
        ("quay.io/jupyter/scipy-notebook:2024-01-15", "tensorflow", True),
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.0", "transformers", False),
        ("us-docker.pkg.dev/vertex-ai/training/pytorch-gpu.1-13.py310:latest", "torch", False),
        ("us-docker.pkg.dev/vertex-ai/training/pytorch-gpu.1-13.py310:latest", "tensorflow", True),
        ("ghcr.io/mlflow/mlflow:v2.9.2", "mlflow", True),
    ],
)
def test_images_bring_what_they_are_made_for(image: str, root: str, told: bool) -> None:
    files = {"requirements.txt": "pandas==2.2.1\n", "a.py": f"import pandas\nimport {root}\n"}
    docker = f"FROM {image}\nCOPY a.py .\nCMD python a.py\n"
    assert bool(found({**files, "Dockerfile": docker}, "REP003")) is told
