"""What declares that a file is handed over, what provides a file, and whose version counts: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.graph.data.versions import Root, coverage
from auditor.model.place import Place
from tests.pages import graphs

PD = "import pandas as pd\n"
RAW = {"raw.csv": "a,b\n1,2\n"}
MAKE = PD + "def make():\n    pd.read_csv('raw.csv').to_csv('mid.csv')\n"
TAKE = PD + "def take():\n    print(pd.read_csv('mid.csv'))\n"
FIT = PD + "from sklearn.linear_model import Ridge\nf = pd.read_csv('{path}')\nRidge().fit(f[['a']], f['b'])\n"


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="P").components
    return graph


# --- flows ---


@pytest.mark.parametrize(
    ("flow", "declared"),
    [
        pytest.param("from prefect import flow\nfrom a import make\nfrom b import take\n@flow\ndef run():\n    make()\n    take()\nrun()\n", [True], id="both ends"),
        pytest.param("from prefect import flow\nfrom a import make\n@flow\ndef run():\n    make()\nrun()\n", [False], id="one end only"),
        pytest.param("x = 1\n", [False], id="no flow"),
    ],
)  # fmt: skip
def test_a_flow_that_calls_both_ends_declares_the_hand_over(flow: str, declared: list[bool]) -> None:
    ends = {
        "a.py": MAKE + "if __name__ == '__main__':\n    make()\n",
        "b.py": TAKE + "if __name__ == '__main__':\n    take()\n",
    }
    edges = ask({**ends, "flow.py": flow, **RAW}).file_edges()
    assert [
        edge.declared_by is not None for edge in edges if edge.writer == "a.py" and edge.reader == "b.py"
    ] == declared


@pytest.mark.parametrize(
    ("writer", "reader", "joined"),
    [("a.py", "b.py", True), ("s/a.py", "b.py", True), ("s/a.py", "t/b.py", True), ("s/t/a.py", "u/b.py", False)],
)
def test_relative_paths_meet_between_neighbours_only(writer: str, reader: str, joined: bool) -> None:
    files = {writer: PD + "pd.read_csv('raw.csv').to_csv('mid.csv')\n", reader: PD + "pd.read_csv('mid.csv')\n", **RAW}
    assert bool(ask(files).file_edges()) == joined


# --- provided ---


@pytest.mark.parametrize(
    ("before", "missing"),
    [
        pytest.param("", ["x.csv"], id="nothing"),
        pytest.param("import os\nos.chdir('/srv')\n", [], id="elsewhere"),
        pytest.param("import kaggle\nkaggle.api.dataset_download_files('u/d', unzip=True)\n", [], id="fetched to an unknown place"),
    ],
)  # fmt: skip
def test_what_a_program_did_before_it_reads(before: str, missing: list[str]) -> None:
    phantoms, _ = ask({"a.py": before + PD + "print(pd.read_csv('x.csv'))\n"}).phantom_inputs()
    assert [phantom.artefact for phantom in phantoms] == missing


# --- versions ---


def states(files: dict[str, str]) -> dict[str, str]:
    return {root.artefact: root.state for root in ask(files).training_roots()}


def test_a_file_of_that_name_written_elsewhere_is_another_file() -> None:
    maker = PD + "pd.read_csv('raw.csv').to_csv('other/x.csv')\n"
    assert states({"train.py": FIT.format(path="data/x.csv"), "data/x.csv": "a,b\n", "make.py": maker, **RAW}) == {
        "data/x.csv": "pinned"
    }


@pytest.mark.parametrize(
    ("root", "state"),
    [
        ("https://example.org/x.csv", "unpinned"),
        ("https://example.org/2024-03-01/x.csv", "pinned"),
        ("data/x.csv", "unpinned"),
        ("/tmp/x.csv", "unresolved"),
        ("/kaggle/input/x.csv", "unresolved"),
    ],
)
def test_the_state_of_a_root(root: str, state: str) -> None:
    assert list(states({"train.py": FIT.format(path=root)}).values()) == [state]


def test_coverage_counts_what_could_not_be_named_by_half() -> None:
    def root(state: str) -> Root:
        return Root(state, state, "", Place("a.py", 1), "a.py", Place("a.py", 2), 1.0)

    assert coverage([root("pinned"), root("unpinned"), root("unresolved"), root("unresolved")]) == 0.3333
    assert coverage([root("pinned"), root("supplied")]) == 1.0
    assert coverage([root("supplied")]) is None


IN_IMAGES = """from kfp import dsl


@dsl.container_component
def prepare(out: str):
    return dsl.ContainerSpec(image='reg.example.org/work:1', command=['python'], args=['/opt/work/src/prepare.py', '--out', out])


@dsl.container_component
def fit():
    return dsl.ContainerSpec(image='reg.example.org/work:1', command=['python', '/opt/work/src/fit.py'])


@dsl.pipeline(name='all')
def every(out: str = 'rows'):
    first = prepare(out=out)
    fit(){after}
"""


@pytest.mark.parametrize(
    ("after", "built", "declared"),
    [
        pytest.param(".after(first)", "reg.example.org/work:1", True, id="an order of tasks"),
        pytest.param("", "reg.example.org/work:1", False, id="no order"),
        pytest.param(".after(first)", "reg.example.org/other:1", False, id="an image of others"),
    ],
)
def test_programs_that_tasks_run_in_an_image_of_the_repository(after: str, built: str, declared: bool) -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nWORKDIR /opt/work\nCOPY src /opt/work/src\n",
        "build.sh": f"docker build -t {built} .\n",
        "src/prepare.py": "import pandas as pd\npd.read_csv('raw.csv').to_csv('x.csv')\n",
        "src/fit.py": "import pandas as pd\npd.read_csv('x.csv').to_csv('y.csv')\n",
        "flow.py": IN_IMAGES.format(after=after),
    }
    (edge,) = graphs(files, archetypes="P").components[0].file_edges()
    assert (edge.declared_by is not None) is declared
