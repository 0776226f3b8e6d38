"""Files between programs, inputs from nowhere, declarations against code, roots of training: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

PD = "import pandas as pd\n"
WRITE = PD + "df = pd.read_csv('data/raw.csv')\ndf.to_csv('data/clean.csv')\n"
READ = PD + "df = pd.read_csv('data/clean.csv')\nprint(df)\n"
RAW = {"data/raw.csv": "a,b\n1,2\n"}


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files).components
    return graph


def ties(files: dict[str, str]) -> list[tuple[str, str, str, bool]]:
    """(artefact, writer, reader, declared) of every file edge."""
    return [(e.artefact, e.writer, e.reader, e.declared_by is not None) for e in ask(files).file_edges()]


PLAIN = {"a.py": WRITE, "b.py": READ, **RAW}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(PLAIN, [("data/clean.csv", "a.py", "b.py", False)], id="plain"),
        pytest.param(
            {"s/a.py": WRITE, "s/b.py": READ, **RAW},
            [("data/clean.csv", "s/a.py", "s/b.py", False)],
            id="both in a folder",
        ),
        pytest.param(
            {
                "a.py": "from pathlib import Path\n"
                + PD
                + "pd.DataFrame().to_csv(Path(__file__).parent / 'data' / 'x.csv')\n",
                "b.py": "import os\n" + PD + "pd.read_csv(os.path.join('data', 'x.csv'))\n",
                **RAW,
            },
            [("data/x.csv", "a.py", "b.py", False)],
            id="two spellings",
        ),
        pytest.param(
            {
                "lib.py": PD + "OUT = 'data/clean.csv'\ndef save(df):\n    pd.DataFrame(df).to_csv(OUT)\n"
                "def load():\n    return pd.read_csv(OUT)\n",
                "a.py": "from lib import save\nif __name__ == '__main__':\n    save(1)\n",
                "b.py": "from lib import load\nif __name__ == '__main__':\n    load()\n",
                **RAW,
            },
            [("data/clean.csv", "a.py", "b.py", False)],
            id="lifted through a library of helpers",
        ),
        pytest.param(
            {
                "a.py": PD + "for n in ['x', 'y']:\n    pd.DataFrame().to_csv(f'data/{n}.csv')\n",
                "b.py": PD + "pd.read_csv('data/y.csv')\n",
                **RAW,
            },
            [("data/y.csv", "a.py", "b.py", False)],
            id="written in a loop over names",
        ),
        pytest.param(
            {
                **PLAIN,
                "dvc.yaml": "stages:\n  a: {cmd: python a.py, deps: [data/raw.csv], outs: [data/clean.csv]}\n"
                "  b: {cmd: python b.py, deps: [data/clean.csv]}\n",
            },
            [("data/clean.csv", "a.py", "b.py", True)],
            id="declared",
        ),
        pytest.param(
            {
                **PLAIN,
                "dvc.yaml": "stages:\n  a: {cmd: python a.py, outs: [data]}\n  b: {cmd: python b.py, deps: [data]}\n",
            },
            [("data/clean.csv", "a.py", "b.py", True)],
            id="declared by folder",
        ),
        pytest.param(
            {**PLAIN, "Makefile": "a:\n\tpython a.py\nb: a\n\tpython b.py\n"},
            [("data/clean.csv", "a.py", "b.py", True)],
            id="declared order of make",
        ),
        pytest.param(
            {**PLAIN, "README.md": "# x\n\nRun `python a.py`, which writes data/clean.csv, then `python b.py`.\n"},
            [("data/clean.csv", "a.py", "b.py", False)],
            id="a README declares nothing",
        ),
    ],
)
def test_file_edges(files: dict[str, str], expected: list[tuple[str, str, str, bool]]) -> None:
    assert ties(files) == expected


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.py": WRITE + READ, **RAW}, id="one program"),
        pytest.param(
            {
                "a.py": PD + "import matplotlib.pyplot as plt\nplt.savefig('figures/x.png')\nopen('logs/run.log', 'w')\n",
                "b.py": "open('figures/x.png', 'rb')\nopen('logs/run.log')\n",
            },
            id="by-products",
        ),
        pytest.param({"a.py": "open('c.yaml', 'w')\n", "b.py": "open('c.yaml')\n"}, id="settings"),
        pytest.param({"a.py": WRITE, "tests/test_b.py": READ, **RAW}, id="read by a test"),
        pytest.param({"a.py": WRITE, "examples/b.py": READ, **RAW}, id="read by an example"),
        pytest.param(
            {
                "a.py": WRITE.replace("df.to_csv", "def run():\n    df.to_csv") + "run()\n",
                "b.py": "import a\n" + READ,
                **RAW,
            },
            id="handed over inside one run",
        ),
        pytest.param({"a.py": WRITE, "b.py": READ.replace("data/clean", "other/clean"), **RAW}, id="another folder"),
        pytest.param({"a.py": PD + "pd.DataFrame().to_csv(name)\n", "b.py": READ}, id="a name that is not known"),
        pytest.param(
            {"a.py": PD + "pd.DataFrame().to_csv('/tmp/x.csv')\n", "b.py": PD + "pd.read_csv('/tmp/x.csv')\n"}, id="a host's path"
        ),
    ],
)  # fmt: skip
def test_no_file_edge(files: dict[str, str]) -> None:
    assert ties(files) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"a.py": WRITE, **RAW}, [], id="in the tree"),
        pytest.param({"a.py": WRITE, "data/other.csv": ""}, ["data/raw.csv"], id="from nowhere"),
        pytest.param(PLAIN, [], id="written by another"),
        pytest.param({"a.py": WRITE, "data/raw.csv.dvc": "outs:\n- md5: " + "a" * 32 + "\n  path: raw.csv\n"}, [], id="pinned"),
        pytest.param({"a.py": WRITE, "data/o": "", "README.md": "# x\n\nPut raw.csv from the portal here.\n"}, [], id="documented"),
        pytest.param({"a.py": WRITE, "data/o": "", "get.sh": "curl -o data/raw.csv https://x.org/raw.csv\n"}, [], id="fetched"),
        pytest.param(
            {"a.py": PD + "import sys\npd.read_csv(sys.argv[1])\n", "data/o": ""}, [], id="given on the command line"
        ),
        pytest.param(
            {"a.py": PD + "import os\npd.read_csv(os.getenv('X', 'data/raw.csv'))\n", "data/o.csv": ""}, [], id="a default"
        ),
        pytest.param({"tests/test_a.py": WRITE, "data/o.csv": ""}, [], id="in a test"),
        pytest.param({"a.py": PD + "if False:\n    pd.read_csv('data/raw.csv')\n", "data/o.csv": ""}, [], id="never run"),
    ],
)  # fmt: skip
def test_phantom_inputs(files: dict[str, str], expected: list[str]) -> None:
    found, _ = ask(files).phantom_inputs()
    assert [phantom.artefact for phantom in found] == expected


DVC = "stages:\n  a:\n    cmd: python a.py\n    deps: [{deps}]\n    outs: [{outs}]\n"


@pytest.mark.parametrize(
    ("deps", "outs", "source", "mismatches"),
    [
        pytest.param("a.py, data/raw.csv", "data/clean.csv", WRITE, [], id="agrees"),
        pytest.param("data", "data/clean.csv", WRITE, [], id="a folder covers"),
        pytest.param("a.py", "data/clean.csv", WRITE, [("undeclared-read", "data/raw.csv")], id="a read left out"),
        pytest.param("data/raw.csv", "gone.csv", WRITE, [("unwritten-output", "gone.csv")], id="an output that nothing writes"),
        pytest.param("data/raw.csv", "gone.csv", WRITE + "import os\nos.system('make it')\n", [], id="another process might"),
        pytest.param("data/raw.csv", "gone.csv", WRITE + "df.to_csv(name)\n", [], id="an unknown name might"),
        pytest.param("data/raw.csv", "gone.csv", "print('x')\n", [], id="nothing is known to be written"),
        pytest.param("data/raw.csv", "gone.csv", WRITE + "def broken(:\n", [], id="a broken file"),
    ],
)  # fmt: skip
def test_agreement(deps: str, outs: str, source: str, mismatches: list[tuple[str, str]]) -> None:
    found = ask({"a.py": source, "dvc.yaml": DVC.format(deps=deps, outs=outs), **RAW}).agreement()
    assert [(m.kind, m.artefact) for m in found.mismatches] == mismatches


def test_agreement_counts_what_was_confirmed() -> None:
    found = ask(
        {"a.py": WRITE, "dvc.yaml": DVC.format(deps="a.py, data/raw.csv", outs="data/clean.csv"), **RAW}
    ).agreement()
    assert (found.confirmed, found.undetermined) == (2, 0)
    other = ask({"a.py": "import mystery\n", "dvc.yaml": DVC.format(deps="x.csv", outs="y.csv"), **RAW}).agreement()
    assert (other.confirmed, other.undetermined) == (0, 2)


FIT = "from sklearn.linear_model import Ridge\nRidge().fit(df[['a']], df['b'])\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"t.py": PD + "df = pd.read_csv('data/raw.csv')\n" + FIT, **RAW}, {"data/raw.csv": "pinned"}, id="in git"),
        pytest.param(
            {"t.py": PD + "df = pd.read_csv('data/raw.csv')\n" + FIT, "data/raw.csv.dvc": "outs:\n- md5: " + "a" * 32 + "\n  path: raw.csv\n"},
            {"data/raw.csv": "pinned"},
            id="dvc file",
        ),
        pytest.param({"t.py": PD + "df = pd.read_csv('data/raw.csv')\n" + FIT}, {"data/raw.csv": "unpinned"}, id="nothing pins"),
        pytest.param(
            {"t.py": PD + "df = pd.read_csv('https://x.org/raw.csv')\n" + FIT}, {"https://x.org/raw.csv": "unpinned"}, id="an address"
        ),
        pytest.param(
            {"t.py": PD + "df = pd.read_csv('https://zenodo.org/record/12/raw.csv?versionId=abcdef12')\n" + FIT},
            {"https://zenodo.org/record/12/raw.csv": "pinned"},
            id="a record that cannot change",
        ),
        pytest.param(
            {"a.py": WRITE, "t.py": READ + FIT, **RAW}, {"data/raw.csv": "pinned"}, id="traced back through what is written"
        ),
        pytest.param({"t.py": PD + "df = pd.read_csv('data/raw.csv')\nprint(df)\n"}, {}, id="trains nothing"),
    ],
)  # fmt: skip
def test_training_roots(files: dict[str, str], expected: dict[str, str]) -> None:
    found = {root.artefact: root.state for root in ask(files).training_roots()}
    assert found == expected


def test_what_starts_another_program_in_shell_drives_it() -> None:
    files = {"a.py": WRITE, "b.py": READ, "run.sh": "python a.py\npython b.py\n", **RAW}
    (driver,) = ask(files).drivers()
    assert (driver.path, driver.scripts, driver.owned) == ("run.sh", ("a.py", "b.py"), False)


def test_cycles_through_files_are_told_with_their_places() -> None:
    back = READ + "df.to_csv('data/raw.csv')\n"
    (cycle,) = ask({"a.py": WRITE, "b.py": back}).cycles()
    assert (cycle.kind, cycle.members) == ("files", ("a.py", "b.py"))
    assert [(a, b) for a, b, _, _ in cycle.ties] == [("a.py", "b.py"), ("b.py", "a.py")]


def test_two_modules_that_import_each_other_are_no_cycle_and_three_are() -> None:
    two = {"a.py": "import b\n", "b.py": "import a\n"}
    three = {"a.py": "import b\n", "b.py": "import c\n", "c.py": "import a\n"}
    assert ask(two).cycles() == []
    assert [c.members for c in ask(three).cycles()] == [("a.py", "b.py", "c.py")]
    assert ask({**three, "c.py": "def f():\n    import a\n"}).cycles() == []


STORE = "stages:\n  a:\n    cmd: python a.py\n    deps: [a.py, data/raw.csv]\n{rest}"
POINTER = "outs:\n- md5: " + "a" * 32 + "\n  path: {}\n"


@pytest.mark.parametrize(
    ("rest", "target", "more", "mismatches"),
    [
        pytest.param("", "data/raw.csv", {}, [("rewritten-input", "data/raw.csv")], id="its own input"),
        pytest.param("", "data/clean.csv", {"data/clean.csv.dvc": POINTER.format("clean.csv")}, [("undeclared-write", "data/clean.csv")], id="a tracked file"),
        pytest.param("  b:\n    cmd: python b.py\n    deps: [data/clean.csv]\n", "data/clean.csv", {"b.py": READ}, [("undeclared-write", "data/clean.csv")], id="a file another stage waits for"),
        pytest.param("", "data/clean.csv", {}, [], id="a file of its own"),
        pytest.param("    outs: [data]\n", "data/clean.csv", {"data/clean.csv.dvc": POINTER.format("clean.csv")}, [], id="within a declared folder"),
    ],
)  # fmt: skip
def test_what_a_stage_writes_unsaid(
    rest: str, target: str, more: dict[str, str], mismatches: list[tuple[str, str]]
) -> None:
    source = PD + f"pd.read_csv('data/raw.csv').to_csv('{target}')\n"
    found = ask({"a.py": source, "dvc.yaml": STORE.format(rest=rest), **RAW, **more}).agreement()
    assert [(m.kind, m.artefact) for m in found.mismatches] == mismatches


PARAMS = "import yaml\nwith open('params.yaml') as f:\n    p = yaml.safe_load(f)\n"


@pytest.mark.parametrize(
    ("use", "asked", "unread"),
    [
        pytest.param("print(p['a']['x'])\n", "a.x, a.y", ["a.y"], id="one of two"),
        pytest.param("print(p['a']['x'], p['a']['y'])\n", "a.x, a.y", [], id="both"),
        pytest.param("print(p['a']['x'])\nrun(**p['a'])\n", "a.x, a.y", [], id="all handed on"),
        pytest.param("print(p['a']['x'])\nprint(p['a'][key('y')])\n", "a.x, a.y", [], id="a computed key"),
        pytest.param("print(p)\n", "a.x, a.y", [], id="the whole document"),
        pytest.param("print(p['a']['x'])\n", "a, b", [], id="whole sections, to be on the safe side"),
        pytest.param("print(open('other.yaml'))\n", "a.x, a.y", [], id="read in a way that was not followed"),
    ],
)
def test_parameters_that_the_program_never_reads(use: str, asked: str, unread: list[str]) -> None:
    stage = f"stages:\n  a:\n    cmd: python a.py\n    params: [{asked}]\n"
    files = {"a.py": PARAMS + use, "dvc.yaml": stage, "params.yaml": "a:\n  x: 1\n  y: 2\nb:\n  z: 3\n"}
    assert [m.artefact for m in ask(files).agreement().mismatches if m.kind == "unread-parameter"] == unread


def test_a_parameter_that_the_command_hands_over_is_used() -> None:
    stage = "stages:\n  a:\n    cmd: python a.py ${a.y}\n    params: [a.x, a.y]\n"
    files = {"a.py": PARAMS + "print(p['a']['x'])\n", "dvc.yaml": stage, "params.yaml": "a:\n  x: 1\n  y: 2\n"}
    assert not ask(files).agreement().mismatches


def test_stages_of_one_file_that_write_the_same_path() -> None:
    write = PD + "pd.read_csv('data/raw.csv').{}.to_csv('data/clean.csv')\n"
    stages = "stages:\n  a:\n    cmd: python a.py\n  b:\n    cmd: python b.py\n"
    files = {"a.py": write.format("dropna()"), "b.py": write.format("abs()"), **RAW}
    (shared,) = ask(files | {"dvc.yaml": stages}).shared_outputs()
    assert (shared.artefact, shared.chain) == (
        "data/clean.csv",
        "both are stages of dvc.yaml, all of which one run runs",
    )
    assert not ask(files | {"Makefile": "a:\n\tpython a.py\nb:\n\tpython b.py\n"}).shared_outputs(), (
        "one of two targets"
    )


@pytest.mark.parametrize(
    ("then", "found"),
    [
        (PD + "pd.read_csv('data/clean.csv')\n", 1),
        ("import shutil\nshutil.copy('data/clean.csv', 'store/')\n", 0),
        ("import mlflow\nmlflow.log_artifact('data/clean.csv')\n", 0),
        ("import boto3\nboto3.client('s3').upload_file('data/clean.csv', 'b', 'clean.csv')\n", 0),
    ],
)
def test_what_a_program_hands_on_it_does_not_take_from_another(then: str, found: int) -> None:
    write = PD + "pd.DataFrame({'{}': [1]}).to_csv('data/clean.csv')\n"
    files = {"a.py": write.replace("{}", "a"), "b.py": then + write.replace("{}", "b")}
    assert len(ask(files).shared_outputs()) == found


KEDRO = {
    "pyproject.toml": "[tool.kedro]\npackage_name = 'shop'\n",
    "conf/base/catalog.yml": (
        "raw: {type: pandas.CSVDataset, filepath: data/raw.csv}\nsites: {type: pandas.CSVDataset, filepath: data/sites.csv}\n"
        "tidy: {type: pandas.CSVDataset, filepath: data/tidy.csv}\nmodel: {type: pickle.PickleDataset, filepath: data/model.pkl}\n"
    ),
    "src/shop/__init__.py": "",
    "src/shop/pipeline_registry.py": "from .pipeline import create_pipeline\ndef register_pipelines():\n    return {'__default__': create_pipeline()}\n",
    "src/shop/pipeline.py": (
        "from kedro.pipeline import Pipeline, node\nfrom .nodes import fit, tidy\ndef create_pipeline(**kwargs):\n"
        "    return Pipeline([node(tidy, ['raw', 'sites'], 'tidy'), node(fit, 'tidy', 'model')])\n"
    ),
    "src/shop/nodes.py": (
        "from sklearn.linear_model import Ridge\ndef tidy(raw, sites):\n    return raw.merge(sites)\n"
        "def fit(rows):\n    return Ridge().fit(rows[['a']], rows['b'])\n"
    ),
}  # fmt: skip


def test_what_a_framework_hands_to_training_is_traced_back_over_its_declared_steps() -> None:
    roots = {
        root.artefact: root.state for graph in graphs({**KEDRO, **RAW}).components for root in graph.training_roots()
    }
    assert roots == {"data/raw.csv": "pinned", "data/sites.csv": "unpinned"}
    idle = KEDRO | {"src/shop/nodes.py": "def tidy(raw, sites):\n    return raw\ndef fit(rows):\n    return rows\n"}
    assert not [root for graph in graphs(idle).components for root in graph.training_roots()]


@pytest.mark.parametrize(
    ("deps", "told"),
    [
        pytest.param("a.py, data/raw.csv", ["helper.py"], id="its program alone"),
        pytest.param("a.py, helper.py, data/raw.csv", [], id="all of it"),
        pytest.param("data/raw.csv", [], id="no code at all, which is another habit"),
    ],
)
def test_code_that_runs_with_a_stage_undeclared(deps: str, told: list[str]) -> None:
    source = "import helper\n" + WRITE + "helper.tell(df)\n"
    files = {"a.py": source, "helper.py": "def tell(df):\n    print(df)\n", **RAW}
    found = ask(files | {"dvc.yaml": DVC.format(deps=deps, outs="data/clean.csv")}).agreement().mismatches
    assert [m.artefact for m in found if m.kind == "undeclared-code"] == told
