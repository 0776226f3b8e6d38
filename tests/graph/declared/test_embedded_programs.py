"""Programs inside commands in the graph: each a program of its own, at its place in the file that holds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.engine import judge, registry
from auditor.graph import Graphs
from auditor.graph.views.export import export
from auditor.graph.views.impact import downstream
from auditor.model.artefact import EdgeKind
from auditor.model.place import Place
from auditor.run import audit
from tests.pages import graphs

RULES = registry().rules
TIDY = "def tidy(frame):\n    return frame.dropna()\n"
SCRIPT = (
    "set -e\npython3 - <<EOF\nimport pandas as pd\nfrom clean import tidy\ntidy(pd.read_csv('data/raw.csv')).to_csv('data/clean.csv')\nEOF\n"
    'python -c "\nimport pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier\n'
    "frame = pd.read_csv('data/clean.csv')\nRandomForestClassifier().fit(frame[['a']], frame['b'])\n\"\n"
)
STAGES = "stages:\n" + "".join(
    f"  {name}:\n    cmd: python -c \"import pandas as pd; pd.read_csv('{source}').to_csv('{target}')\"\n"
    for name, source, target in (("one", "a.csv", "b.csv"), ("two", "b.csv", "c.csv"))
)


def tree(files: dict[str, str]) -> Graphs:
    return graphs(files, archetypes="P")


def edges(files: dict[str, str], *kinds: EdgeKind) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in tree(files).edges if edge.kind in kinds}


def test_a_program_reads_writes_and_imports_what_it_says() -> None:
    found = edges({"run.sh": SCRIPT, "clean.py": TIDY}, EdgeKind.CONSUMES, EdgeKind.PRODUCES, EdgeKind.IMPORTS)
    assert found >= {
        ("file:data/raw.csv", "file:run.sh!1"),
        ("file:run.sh!1", "file:data/clean.csv"),
        ("file:data/clean.csv", "file:run.sh!2"),
        ("file:run.sh!1", "file:clean.py"),
    }
    assert ("file:run.sh", "file:run.sh!1") in edges({"run.sh": SCRIPT}, EdgeKind.RUNS)


def test_a_change_of_the_module_reaches_what_the_program_writes() -> None:
    graph = tree({"run.sh": SCRIPT, "clean.py": TIDY})
    reached = downstream(graph.nodes, graph.edges, ("file:clean.py",), least=0.0, depth=None)
    assert "file:data/clean.csv" in {each.node.id for each in reached.reached}


def test_its_evidence_and_its_node_stand_in_the_file() -> None:
    exported = export(tree({"run.sh": SCRIPT, "clean.py": TIDY}))
    node = next(node for node in exported.nodes if node.id == "file:run.sh!1")
    assert (node.label, node.path, node.line) == ("run.sh:3", "run.sh", 3)
    pieces = {(piece.path, piece.line) for edge in exported.edges for piece in edge.evidence}
    assert ("run.sh", 5) in pieces
    assert not any("!" in path for path, _ in pieces)


def test_each_stage_has_the_program_of_its_own_command() -> None:
    found = edges({"dvc.yaml": STAGES}, EdgeKind.CONSUMES, EdgeKind.PRODUCES)
    assert {pair for pair in found if any("step:" in end for end in pair)} == {
        ("file:a.csv", "step:dvc.yaml#one"),
        ("step:dvc.yaml#one", "file:b.csv"),
        ("file:b.csv", "step:dvc.yaml#two"),
        ("step:dvc.yaml#two", "file:c.csv"),
    }


def test_a_notebook_holds_them_too() -> None:
    cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "source": "x = 1"}, {**cell, "source": "y = 2\n!python -c \"open('a.txt', 'w').write('1')\""}]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    graph = tree({"a.ipynb": text})
    (written,) = (edge for edge in graph.edges if edge.target == "file:a.txt" and edge.source == "file:a.ipynb!1")
    assert [(piece.path, piece.cell, piece.line) for piece in written.evidence] == [("a.ipynb", 1, 2)]


def test_a_finding_in_it_stands_in_the_file_and_calls_it_by_its_line() -> None:
    (finding,) = judge(tree({"run.sh": SCRIPT, "clean.py": TIDY}).components, [RULES["REP001"]]).findings
    assert finding.place == Place("run.sh", 11, 11)
    (undeclared,) = judge(tree({"run.sh": SCRIPT, "clean.py": TIDY}).components, [RULES["PIP001"]]).findings
    assert "run.sh:8 reads data/clean.csv, which run.sh:3 writes" in undeclared.message


def test_where_it_starts_its_paths_start() -> None:
    files = {"jobs/run.sh": "cd ..\npython - <<E\nopen('out/a.txt', 'w')\nE\n", "jobs/x.txt": ""}
    assert ("file:jobs/run.sh!1", "file:out/a.txt") in edges(files, EdgeKind.PRODUCES)


def test_a_path_with_a_hole_is_no_literal() -> None:
    graph = tree({"run.sh": "python - <<E\nopen('$WHERE/a.txt', 'w')\nE\n"})
    assert not any(node.startswith("file:") and "⟦" in node for node in graph.nodes)
    assert "file:/a.txt" not in graph.nodes


def test_what_stands_inside_a_script_is_no_program_of_a_chain() -> None:
    work = "import pandas as pd\npd.read_csv('a.csv').to_csv('b.csv')\n"
    settings = "import json\nSETTINGS = json.load(open('settings.json'))\n"
    files = {"one.py": work, "two.py": work, "three.py": work, "settings.py": settings, "settings.json": "{}"}
    asks = (
        'DAY=$(python -c "import datetime; print(datetime.date.today())")\n'
        'ID=$(cat x | python -c "import sys, json; print(json.load(sys.stdin)[0])")\n'
        'python -c "import settings; print(settings.SETTINGS)"\n'
    )
    moves = "python - <<E\nimport pandas as pd\npd.read_csv('b.csv').to_parquet('d.parquet')\nE\n"
    for more, count in (("", "3 programs"), (asks, "3 programs"), (asks + moves, "3 programs")):
        tree_ = tree({**files, "run.sh": f"python one.py\npython two.py\npython three.py\n{more}"})
        (finding,) = judge(tree_.components, [RULES["GLU004"]]).findings
        assert f"chains {count}" in finding.message


DAG = '''\
from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("d"):
    BashOperator(
        task_id="one",
        bash_command="""
        set -e
        python - <<'EOF'
import pandas as pd
pd.read_csv("a.csv").to_csv("b.csv")
EOF
        """,
    )
    BashOperator(task_id="two", bash_command="python -c 'import pandas as pd; pd.read_csv(\\"b.csv\\").to_csv(\\"c.csv\\")'")
'''
STARTING = '''\
import os, subprocess, sys
subprocess.run([sys.executable, "-c", "open('x.txt', 'w').write('1')"])
os.system("""python -c "
import pandas as pd
pd.read_csv('y.csv')
"
""")
'''


def test_each_task_of_a_graph_has_the_program_of_its_own_command() -> None:
    graph = tree({"dags/d.py": DAG})
    ties = {
        (edge.source, edge.target): [(piece.path, piece.line) for piece in edge.evidence]
        for edge in graph.edges
        if edge.kind in (EdgeKind.CONSUMES, EdgeKind.PRODUCES) and "step:" in edge.source + edge.target
    }
    assert ties == {
        ("file:a.csv", "step:dags/d.py#one"): [("dags/d.py", 10)],
        ("step:dags/d.py#one", "file:b.csv"): [("dags/d.py", 10)],
        ("file:b.csv", "step:dags/d.py#two"): [("dags/d.py", 14)],
        ("step:dags/d.py#two", "file:c.csv"): [("dags/d.py", 14)],
    }


def test_what_code_starts_is_read_where_it_is_written() -> None:
    graph = tree({"start.py": STARTING})
    lines = {
        (edge.source, edge.target): edge.evidence[0].line
        for edge in graph.edges
        if edge.kind in (EdgeKind.CONSUMES, EdgeKind.PRODUCES)
    }
    assert lines == {("file:start.py!2", "file:x.txt"): 2, ("file:y.csv", "file:start.py!1"): 5}


def test_a_text_that_is_put_together_is_unknown() -> None:
    text = "import subprocess\nsubprocess.run(['python', '-c', 'import a\\nopen(\\'x.txt\\', \\'w\\')'])\n"
    graph = tree({"start.py": text})
    assert "file:x.txt" not in graph.nodes


def test_a_folder_that_the_script_finds_by_itself_is_known() -> None:
    script = 'ROOT="$(cd "$(dirname "$0")/.." && pwd)"\nOUT="$ROOT/out"\npython -c "\nopen(\'$OUT/a.txt\', \'w\')\n"\n'
    assert ("file:tools/run.sh!1", "file:out/a.txt") in edges({"tools/run.sh": script}, EdgeKind.PRODUCES)


LEAK = """\
python - <<'EOF'
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
frame = pd.read_csv("data/x.csv")
rows = StandardScaler().fit_transform(frame[["a", "b"]])
train, test, known, asked = train_test_split(rows, frame["y"])
print(LogisticRegression().fit(train, known).score(test, asked))
EOF
"""
FETCH = "data/x.csv:\n\tpython -c \"import pandas as pd; pd.read_csv('https://example.org/latest/x.csv').to_csv('data/x.csv')\"\n"


@pytest.mark.parametrize(
    ("rule", "place"), [("LKG001", ("run.sh", 7)), ("REP001", ("run.sh", 8)), ("DAT001", ("Makefile", 2))]
)
def test_rules_see_what_the_programs_do(rule: str, place: tuple[str, int]) -> None:
    found = judge(tree({"run.sh": LEAK, "Makefile": FETCH}).components, [RULES[rule]]).findings
    assert [(each.place.path, each.place.line) for each in found] == [place]


def test_a_comment_in_it_accepts_a_finding(tmp_path: Path) -> None:
    text = LEAK.replace(
        'rows = StandardScaler().fit_transform(frame[["a", "b"]])\n',
        'rows = StandardScaler().fit_transform(frame[["a", "b"]])  # auditor: ignore[LKG001] shown on purpose\n',
    )
    (tmp_path / "run.sh").write_text(text)
    found = audit(str(tmp_path), use_cache=False, jobs=1)
    assert [(each.place.line, each.state) for each in found.findings if each.rule == "LKG001"] == [(7, "suppressed")]
