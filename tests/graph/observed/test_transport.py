"""Data that commands move, as edges of the node that holds the command."""

from __future__ import annotations

import json

import pytest

from auditor.model.artefact import EdgeKind
from tests.pages import graphs

CODE = {"train.py": "import pandas as pd\npd.read_csv('data/a.csv')\npd.read_json('conf/feed.json')\n"}
WORKFLOW = """\
on: push
jobs:
  fetch:
    runs-on: x
    steps:
      - run: {}
"""


def edges(files: dict[str, str], how: str = "command") -> set[str]:
    """All edges that commands tell, as `source > target`."""
    found = graphs({**CODE, **files}).edges
    ways = {EdgeKind.CONSUMES, EdgeKind.PRODUCES}
    return {
        f"{edge.source} > {edge.target}"
        for edge in found
        if edge.kind in ways and any(piece.how == how for piece in edge.evidence)
    }


def script(line: str) -> set[str]:
    return edges({"go.sh": f"{line}\n"})


def notebook(*lines: str) -> str:
    cells = [{"cell_type": "code", "source": [f"{line}\n" for line in lines], "metadata": {}, "outputs": []}]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("curl -o data/b.csv https://h/b.csv", {"url:https://h/b.csv > file:go.sh", "file:go.sh > file:data/b.csv"}),
        ("aws s3 cp s3://b/k.parquet .", {"uri:s3://b/k.parquet > file:go.sh", "file:go.sh > file:k.parquet"}),
        ("aws s3 cp data/a.csv s3a://b/", {"file:data/a.csv > file:go.sh", "file:go.sh > uri:s3://b/"}),
        ("wget -P data https://u:p@h/x.csv?t=s", {"url:https://h/x.csv > file:go.sh", "file:go.sh > file:data/x.csv"}),
        ("cp /mnt/lake/x.csv data/x.csv", {"host:/mnt/lake/x.csv > file:go.sh", "file:go.sh > file:data/x.csv"}),
        ("cd data && gunzip b.csv.gz", {"file:data/b.csv.gz > file:go.sh", "file:go.sh > file:data/b.csv"}),
        ("cp a.csv data/", {"file:a.csv > file:go.sh", "file:go.sh > file:data/a.csv"}),
        ("python train.py > out.csv", {"file:go.sh > file:out.csv"}),
        ("python train.py < in.csv", {"file:in.csv > file:go.sh"}),
        ("cp a.csv b.csv; cp b.csv c.csv",
         {"file:a.csv > file:go.sh", "file:go.sh > file:b.csv", "file:b.csv > file:go.sh", "file:go.sh > file:c.csv"}),
        ("curl https://h/f > conf/feed.json", {"url:https://h/f > file:go.sh", "file:go.sh > file:conf/feed.json"}),
        ("cp $SRC/b.csv data/b.csv", {"file:go.sh > file:data/b.csv", "file:{SRC}/b.csv > file:go.sh"}),
        ("papermill a.ipynb out/a.ipynb -f p.yaml", {"file:go.sh > file:out/a.ipynb", "file:p.yaml > file:go.sh"}),
        ("kaggle competitions download -c titanic -p data",
         {"url:https://www.kaggle.com/competitions/titanic > file:go.sh", "file:go.sh > file:data/titanic.zip"}),
    ],
)  # fmt: skip
def test_a_script_moves_data(line: str, expected: set[str]) -> None:
    assert script(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "echo a >> $GITHUB_ENV", "echo a > /dev/null", "echo a >> ~/.bashrc", "python train.py > train.log 2>&1", "python train.py 2> e.csv",
        "pip freeze > requirements.txt", "cp config.yaml /app/config.yaml", "cp .env.example .env", "curl -O https://h/install.sh",
        "wget https://h/tool.deb", "git clone https://github.com/o/n", "unzip tool.zip", "cp $A $B", "cp -r src build", "mkdir -p data",
        "rm -rf data", "cat data/a.csv", "mytool > state.json", "cp a.py b.py", "curl -X POST https://h/predict -d @a.csv",
        "date > /tmp/stamp", "cp train.py data/", "ln -s /usr/lib/x.so lib/x.so", "mv dist/x.whl data/",
    ],
)  # fmt: skip
def test_what_is_no_data_moves_nothing(line: str) -> None:
    assert script(line) == set()


@pytest.mark.parametrize(
    ("files", "owner"),
    [
        pytest.param({"Makefile": "get:\n\tcp /lake/b.csv data/b.csv\n"}, "step:Makefile#get", id="make"),
        pytest.param(
            {".github/workflows/c.yml": WORKFLOW.format("cp /lake/b.csv data/b.csv")},
            "step:.github/workflows/c.yml#fetch", id="workflow",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  get:\n    cmd: cp /lake/b.csv data/b.csv\n"}, "step:dvc.yaml#get", id="stage of DVC"
        ),
        pytest.param({"go.ipynb": notebook("!cp /lake/b.csv data/b.csv")}, "file:go.ipynb", id="notebook"),
        pytest.param(
            {"go.py": "import os\nos.system('cp /lake/b.csv data/b.csv')\n"}, "file:go.py", id="program"
        ),
    ],
)  # fmt: skip
def test_the_node_that_holds_the_command_moves(files: dict[str, str], owner: str) -> None:
    assert edges(files) == {f"host:/lake/b.csv > {owner}", f"{owner} > file:data/b.csv"}


def test_a_pipeline_moves_what_its_script_moves() -> None:
    found = edges({"Makefile": "get:\n\tbash go.sh\n", "go.sh": "cp /lake/b.csv data/b.csv\n"})
    assert "step:Makefile#get > file:data/b.csv" in found
    assert "file:go.sh > file:data/b.csv" in found


def test_an_image_fetches_into_itself() -> None:
    found = edges({"Dockerfile": "FROM x\nWORKDIR /app\nRUN curl -o data/m.csv https://h/m.csv\n"})
    assert found == {
        "url:https://h/m.csv > step:Dockerfile#build",
        "step:Dockerfile#build > host:/app/data/m.csv",
    }


def test_documents_show_commands_and_move_nothing() -> None:
    assert edges({"README.md": "```bash\ncp /lake/b.csv data/b.csv\n```\n"}) == set()


def test_variables_and_folders_of_a_notebook_are_followed() -> None:
    found = edges({"n/go.ipynb": notebook("name = 'b.csv'", "%cd ..", "!cp /lake/{name} data/$name")})
    assert found == {"host:/lake/b.csv > file:n/go.ipynb", "file:n/go.ipynb > file:data/b.csv"}


def test_evidence_says_where_and_how_sure() -> None:
    graph = graphs({**CODE, "go.sh": "true\ncp $D/b.csv data/{*}.csv\ncp a.csv c.csv\n"})
    pieces = {
        (edge.source, edge.target): edge.evidence[0]
        for edge in graph.edges
        if any(piece.how == "command" for piece in edge.evidence)
    }
    sure, guessed = pieces["file:a.csv", "file:go.sh"], pieces["file:{D}/b.csv", "file:go.sh"]
    assert (sure.path, sure.line, sure.reader, sure.snippet, sure.declared) == (
        "go.sh",
        3,
        "shell",
        "cp a.csv c.csv",
        False,
    )
    assert guessed.confidence < sure.confidence
    assert graph.nodes["file:{D}/b.csv"].attrs.get("templated") is True


@pytest.mark.parametrize("given", ["id='1OjS', output='v/x.mp4'", "where, 'v/x.mp4'"])
def test_a_download_writes_its_file_wherever_it_comes_from(given: str) -> None:
    world = graphs({"a.py": f"import gdown\n\ndef get(where):\n    gdown.download({given})\n"}).world
    assert [(edge.kind.value, edge.target) for edge in world.edges if edge.target == "file:v/x.mp4"] == [
        ("produces", "file:v/x.mp4")
    ]
