"""What steps start and set, which keys configure what, who calls whom, and where relative paths begin."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs, World
from auditor.model.artefact import Edge
from tests.pages import graphs

PD = "import pandas as pd\n"
CLI = (
    "import argparse\nimport pandas as pd\np = argparse.ArgumentParser()\np.add_argument('src')\np.add_argument('--out', default='d.csv')\n"
    "a = p.parse_args()\npd.read_csv(a.src).to_csv(a.out)\n"
)
TWO = "stages:\n  one:\n    cmd: python src/job.py data/1.csv --out out/1.csv\n  two:\n    cmd: python src/job.py data/2.csv --out out/2.csv\n"


def edges(found: Graphs) -> set[tuple[str, str, str]]:
    return {(e.source, e.kind.value, e.target) for e in found.edges}


def edge(found: Graphs, source: str, target: str) -> Edge:
    return next(e for e in found.edges if (e.source, e.target) == (source, target))


def test_each_step_reads_and_writes_what_its_own_command_says_and_the_script_all() -> None:
    said = edges(graphs({"dvc.yaml": TWO, "src/job.py": CLI}))
    one, two = "step:dvc.yaml#one", "step:dvc.yaml#two"
    assert {("file:data/1.csv", "consumes", one), (one, "produces", "file:out/1.csv")} <= said
    assert ("file:data/2.csv", "consumes", one) not in said
    assert (one, "produces", "file:out/2.csv") not in said
    assert {
        ("file:data/1.csv", "consumes", "file:src/job.py"),
        ("file:data/2.csv", "consumes", "file:src/job.py"),
    } <= said
    assert ("file:data/2.csv", "consumes", two) in said


def test_commands_set_options_and_options_configure_their_program() -> None:
    found = graphs({"dvc.yaml": TWO, "src/job.py": CLI})
    assert edge(found, "step:dvc.yaml#one", "cli:src/job.py#out").attrs == {"value": "out/1.csv"}
    assert ("cli:src/job.py#out", "configures", "file:src/job.py") in edges(found)


def test_a_relative_path_begins_where_the_command_runs() -> None:
    files = {
        "pipelines/dvc.yaml": "stages:\n  one:\n    wdir: work\n    cmd: python ../../src/job.py\n",
        "src/job.py": PD + "pd.DataFrame().to_csv('out.csv')\n",
        "src/out.csv": "a\n1\n",
    }
    assert ("step:pipelines/dvc.yaml#one", "produces", "file:pipelines/work/out.csv") in edges(graphs(files))


def test_without_a_command_a_path_begins_at_the_nearest_project() -> None:
    files = {
        "team/churn/pyproject.toml": "",
        "team/churn/jobs/a.py": PD + "pd.read_csv('in/x.csv')\n",
        "README.md": "# x\n",
    }
    assert ("file:team/churn/in/x.csv", "consumes", "file:team/churn/jobs/a.py") in edges(graphs(files))


def test_keys_configure_the_functions_that_read_them_and_tell_whether_they_are_defined_and_read() -> None:
    files = {
        "params.yaml": "train:\n  lr: 0.1\n  depth: 3\nother:\n  part: 1\n",
        "main.py": "import yaml\ndef fit():\n    c = yaml.safe_load(open('params.yaml'))\n    use(c['train']['lr'], c['train']['gone'], **c['other'])\nfit()\n",
    }
    found = graphs(files)
    function = "function:main.py#fit"
    assert {
        (f"param:params.yaml#{key}", "configures", function) for key in ("train.lr", "train.gone", "other")
    } <= edges(found)
    assert ("file:params.yaml", "contains", "param:params.yaml#train.lr") in edges(found)
    told = {
        node.label: (node.attrs["defined"], node.attrs["read"])
        for node in found.nodes.values()
        if node.id.startswith("param:")
    }
    assert told == {
        "train.lr": (True, True),
        "train.depth": (True, False),
        "train.gone": (False, True),
        "other": (True, True),
        "other.part": (True, True),
    }


def test_calls_between_functions_are_stated_where_detail_is_asked_for() -> None:
    files = {"a.py": "from b import g\ndef f():\n    g()\nf()\n", "b.py": "def g():\n    pass\n"}
    plain = graphs(files)
    call = ("function:a.py#f", "calls", "function:b.py#g")
    assert call not in edges(plain)
    world = World(plain.world.resolved, plain.world.listing, lambda: plain.world.history, detailed=True)
    assert call in {(e.source, e.kind.value, e.target) for e in world.edges}
    assert ("file:a.py", "calls", "function:a.py#f") in {(e.source, e.kind.value, e.target) for e in world.edges}


def test_files_in_a_temporary_folder_are_no_artefacts() -> None:
    source = "import tempfile, os\nimport pandas as pd\nd = tempfile.mkdtemp()\npd.read_csv(os.path.join(d, 'x.csv'))\n"
    found = graphs({"a.py": source})
    assert not [node for node in found.nodes.values() if "x.csv" in node.id]
    assert found.world.lineage.io_resolved == 1.0


def test_a_step_reaches_only_the_functions_that_its_command_chooses() -> None:
    code = (
        "import argparse\nimport pandas as pd\ndef one():\n    pd.read_csv('1.csv')\ndef two():\n    pd.read_csv('2.csv')\n"
        "p = argparse.ArgumentParser()\np.add_argument('job')\na = p.parse_args()\nif a.job == 'one':\n    one()\nelse:\n    two()\n"
    )
    stages = "stages:\n  a:\n    cmd: python job.py one\n  b:\n    cmd: python job.py two\n"
    said = edges(graphs({"dvc.yaml": stages, "job.py": code}))
    assert ("file:1.csv", "consumes", "step:dvc.yaml#a") in said
    assert ("file:2.csv", "consumes", "step:dvc.yaml#a") not in said
    assert ("file:2.csv", "consumes", "step:dvc.yaml#b") in said


def test_importing_a_module_runs_no_function_that_it_only_registers() -> None:
    files = {
        "jobs.py": "import click\nimport pandas as pd\n@click.command()\ndef load():\n    pd.read_csv('x.csv')\ndef other():\n    pass\n",
        "main.py": "from jobs import other\nif __name__ == '__main__':\n    other()\n",
    }
    assert ("file:x.csv", "consumes", "file:main.py") not in edges(graphs(files))


def test_an_unknown_folder_is_nobody_elses() -> None:
    source = PD + "def f(root):\n    pd.read_csv(root + '/x.csv')\n"
    found = graphs({"a.py": source, "b.py": source})
    read = {e.source for e in found.edges if e.kind.value == "consumes"}
    assert read == {"unknown:a.py:{root}/x.csv", "unknown:b.py:{root}/x.csv"}


GATHERS = """import argparse
from pathlib import Path
import pandas as pd
p = argparse.ArgumentParser()
p.add_argument("--out", type=Path, default=Path("data"))
p.add_argument("--parts", nargs="+", default=["val", "train"])
args = p.parse_args()
for part in args.parts:
    pd.DataFrame().to_csv(args.out / part / "x.csv")
"""


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        pytest.param("python split.py --out data --parts val test", {"val", "test"}, id="words of a command"),
        pytest.param("python split.py", {"val", "train"}, id="a list as default"),
    ],
)
def test_a_loop_over_what_an_option_gathers(command: str, parts: set[str]) -> None:
    lineage = graphs({"split.py": GATHERS, "Makefile": f"all:\n\t{command}\n"}).world.lineage
    assert {t.artefact.path for t in lineage.of_program("split.py")} == {f"data/{part}/x.csv" for part in parts}


@pytest.mark.parametrize(
    ("source", "artefact"),
    [
        ("data/sets/pl/loans/", "file:data/sets/pl/loans"),
        ("owner/loans", "name:datasets:owner/loans"),
    ],
)
def test_what_is_no_name_of_a_hub_is_a_path(source: str, artefact: str) -> None:
    code = f"from datasets import load_dataset\nd = load_dataset('{source}', data_files={{'train': 'a.json'}})\nd['train'].to_pandas().to_csv('out.csv')\n"
    touches = graphs({"a.py": code}).world.lineage.of_program("a.py")
    assert {(t.way, t.artefact.id) for t in touches} == {("read", artefact), ("write", "file:out.csv")}
