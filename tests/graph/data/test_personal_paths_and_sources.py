"""Paths of one machine and addresses whose content moves: asked of texts and of small trees."""

from __future__ import annotations

import pytest

from auditor.graph.data.personal import kind_of
from auditor.graph.data.sources import is_moving
from tests.pages import graphs


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/home/ada/data/x.csv", "home"),
        ("/Users/ada.l/x.csv", "home"),
        ("C:\\Users\\ada\\x.csv", "home"),
        ("cd /home/ada/churn && python train.py", "home"),
        ("E:\\Projects\\churn\\raw", "drive"),
        ("D:/data/churn/x.csv", "drive"),
        ("/content/drive/MyDrive/churn/x.csv", "colab"),
        ("dbfs:/FileStore/tables/x.csv", "filestore"),
        ("~/data/x.csv", "tilde"),
        ("/kaggle/input/titanic/train.csv", "kaggle"),
    ],
)
def test_paths_of_one_machine(text: str, kind: str) -> None:
    found = kind_of(text)
    assert found is not None
    assert found[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        "data/x.csv", "/tmp/x.csv", "/data/x.csv", "/home/airflow/dags/x.py", "/home/jovyan/x.csv", "/home/my-docker/x.csv",
        "~/.cache/x/y.csv", "/home/ada/.config/x.json", "/home/<user>/x.csv", "/home/$USER/x.csv", "/home/{user}/x.csv",
        "https://example.org/home/ada/x.csv", "C:\\NVIDIA\\cuda\\x.dll", "C:\\Program Files\\x\\y", r"^/home/.*/x", "~/", "a:b/c",
        "/path/to/home/x", "/Users/johndoe/x.csv", "file at https://x.io/Users/ada/x",
    ],
)  # fmt: skip
def test_paths_of_nobody(text: str) -> None:
    assert kind_of(text) is None


def personal(files: dict[str, str]) -> dict[str, list[tuple[int | None, bool]]]:
    """(line, mild) of each personal path, by file."""
    (graph,) = graphs({"a.py": "print(1)\n", **files}, archetypes="P").components
    return {path: [(each.place.line, each.mild) for each in listed] for path, listed in graph.personal_paths().items()}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import pandas as pd\npd.read_csv(\n    '/home/ada/x.csv'\n)\n", [(2, False)], id="an argument"),
        pytest.param("P = '/home/ada/x.csv'\nprint(P)\n", [(1, False)], id="a constant"),
        pytest.param("P = '/home/ada/x.csv'\n", [(1, True)], id="a constant that nothing reads"),
        pytest.param("C = {'path': ['/home/ada/x.csv']}\nprint(C)\n", [(1, False)], id="in a display"),
        pytest.param("def f(path='/home/ada/x.csv'):\n    return path\n", [(1, True)], id="the default of a parameter"),
        pytest.param("import sys\nsys.path.append('/home/ada/lib/x')\n", [(2, False)], id="a search path"),
        pytest.param("class A:\n    p = '/home/ada/x.csv'\n\nprint(A.p)\n", [(2, False)], id="in a class"),
        pytest.param("class A:\n    p = '/home/ada/x.csv'\n", [(2, True)], id="in a class that nothing names"),
        pytest.param(
            "def f(path):\n    if not path:\n        path = '/home/ada/x.csv'\n    return path\n\nf('')\n",
            [(3, True)],
            id="the fallback of a parameter",
        ),
    ],
)
def test_paths_in_programs(source: str, expected: list[tuple[int, bool]]) -> None:
    assert personal({"b.py": source}) == {"b.py": expected}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("print('look into /home/ada/x.csv')\n", id="told"),
        pytest.param("'''See /home/ada/x.csv.'''\n", id="a text of its own"),
        pytest.param("p.add_argument('--x', default='/home/ada/x.csv')\n", id="the default of an option"),
        pytest.param("import os\nos.environ.get('X', '/home/ada/x')\n", id="the default of a variable"),
        pytest.param("p.startswith('/home/ada/x')\n", id="compared"),
        pytest.param("import os\nif os.path.exists('/content/drive/MyDrive/x'):\n    pass\n", id="asked for"),
        pytest.param("raise ValueError('/home/ada/x.csv is gone')\n", id="raised"),
        pytest.param("f(help='/home/ada/x.csv')\n", id="a help text"),
        pytest.param("sync(source='/home/ada/x.csv', source_ssh='x')\n", id="of another machine"),
    ],
)
def test_texts_that_are_no_use_of_a_path(source: str) -> None:
    assert not personal({"b.py": source})


def test_paths_in_settings_scripts_and_elsewhere() -> None:
    assert personal({"params.yaml": "a: 1\nraw: /home/ada/raw/x\n"}) == {"params.yaml": [(2, False)]}
    assert personal({"run.sh": "cp /Users/ada/x/y.csv data/\n"}) == {"run.sh": [(1, False)]}
    for path, text in {
        "tests/test_a.py": "P = '/home/ada/x.csv'\n",
        "run.sh": "echo /home/ada/x/y.csv\n",
        ".vscode/settings.json": '{"python.path": "/home/ada/venv/bin"}',
        "results.json": '{"model": "/home/ada/x/m.pkl"}',
        "values.yaml": "mountPath: /home/ada/x/y\n",
        "model.yaml": "metadata:\n  created_utc: 2026-02-12\n  manifest: /home/ada/x/manifest.json\n",
        "Dockerfile": "FROM python:3.11\nWORKDIR /home/ada/x\n",
    }.items():
        assert not personal({path: text}), path
    settings = {"params.yaml": "a: 1\nraw: /home/ada/raw/x\n"}
    assert not personal({**settings, "setup_here.py": "with open('params.yaml', 'w') as f:\n    f.write(make())\n"})


@pytest.mark.parametrize(
    "address",
    [
        "https://raw.githubusercontent.com/a/b/main/x.csv", "https://github.com/a/b/raw/master/x.csv",
        "https://raw.githubusercontent.com/a/b/refs/heads/dev/x.csv", "https://huggingface.co/datasets/a/b/resolve/main/x.csv",
        "https://github.com/a/b/archive/refs/heads/main.zip", "https://github.com/a/b/releases/latest/download/x.tsv",
        "s3://bucket/export/latest/x.parquet", "https://example.org/current/x.csv", "https://example.org/x_latest.csv",
    ],
)  # fmt: skip
def test_addresses_that_move(address: str) -> None:
    assert is_moving(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.csv", "https://raw.githubusercontent.com/a/b/0f5b5a1c1f3b1d6f2a7f0c0f2a5a9b11aabbccdd/x.csv",
        "https://example.org/2024-03-01/latest.csv", "https://github.com/a/b/releases/download/v1.2/x.csv",
        "https://raw.githubusercontent.com/a/b/v1.2.0/x.csv", "s3://bucket/{latest_version}/x.csv", "s3://latestbooks/x.csv",
        "https://example.org/api/version/latest/station/x.csv",
    ],
)  # fmt: skip
def test_addresses_that_name_a_state_or_nothing_that_moves(address: str) -> None:
    assert not is_moving(address)


URL = "https://raw.githubusercontent.com/a/b/main/x.csv"
READ = f"import pandas as pd\nframe = pd.read_csv('{URL}')\n"
FIT = "from sklearn.linear_model import Ridge\nRidge().fit(frame[['x']], frame['y'])\n"


def moving(files: dict[str, str]) -> list[tuple[bool, bool]]:
    """(trains, by choice) of every moving source."""
    (graph,) = graphs(files, archetypes="P").components
    return [(each.trains, each.by_choice) for each in graph.sources().moving]


def test_what_a_model_learns_from_and_what_it_does_not() -> None:
    assert moving({"train.py": READ + FIT}) == [(True, False)]
    assert moving({"look.py": READ}) == [(False, False)]
    chosen = f"import argparse\nimport pandas as pd\np = argparse.ArgumentParser()\np.add_argument('--data', default='{URL}')\npd.read_csv(p.parse_args().data)\n"
    assert moving({"look.py": chosen}) == [(False, True)]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"look.py": READ.replace("import pandas", "import hashlib\nimport pandas")}, id="a digest is made"),
        pytest.param({"look.py": READ + "SUM = 'sha256:" + "a" * 64 + "'\n"}, id="a checksum is written out"),
        pytest.param({"Makefile": f"data:\n\tcurl -O {URL}\n\tsha256sum -c x.sha256\n"}, id="a command compares"),
        pytest.param({"Makefile": "tool:\n\tcurl -O https://example.org/latest/install.sh\n"}, id="no data"),
        pytest.param({"tests/test_a.py": READ}, id="a test"),
        pytest.param({"app.py": f"import flask\n{READ}app = flask.Flask(__name__)\n@app.route('/')\ndef f():\n    return 1\n"}, id="a service of today's data"),
        pytest.param({"a.py": "import dvc.api\nimport pandas as pd\nwith dvc.api.open('x.csv') as f:\n    pd.read_csv(f)\n"}, id="of this repository"),
        pytest.param({"a.py": "import dvc.api\nimport pandas as pd\nwith dvc.api.open('x.csv', repo='https://a/b', rev='v1') as f:\n    pd.read_csv(f)\n"}, id="of a revision"),
    ],
)  # fmt: skip
def test_sources_that_do_not_move(files: dict[str, str]) -> None:
    assert not moving(files)
