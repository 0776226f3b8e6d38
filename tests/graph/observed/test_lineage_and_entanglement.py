"""Who touches what, lifted to the programs that run it, and how far a change travels."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind, NodeKind
from tests.pages import graphs

PD = "import pandas as pd\n"
RAW = {"data/raw.csv": "a,b\n1,2\n"}
LIB = PD + "def load(path):\n    return pd.read_csv(path)\ndef save(df, path):\n    pd.DataFrame(df).to_csv(path)\n"
MAIN = "from lib import load, save\nif __name__ == '__main__':\n    save(load('data/raw.csv'), 'data/out.csv')\n"
TREE = {"lib.py": LIB, "main.py": MAIN, **RAW}


def touched(found: Graphs, program: str) -> set[tuple[str, str]]:
    return {(t.way, t.artefact.id) for t in found.world.lineage.of_program(program)}


def edges(found: Graphs) -> set[tuple[str, str, str]]:
    return {(e.source, e.kind.value, e.target) for e in found.edges}


def test_what_a_helper_does_is_done_by_the_program_that_calls_it() -> None:
    found = graphs(TREE)
    assert found.world.lineage.entries == ("main.py",)
    assert touched(found, "main.py") == {("read", "file:data/raw.csv"), ("write", "file:data/out.csv")}
    assert ("file:data/raw.csv", "consumes", "file:main.py") in edges(found)
    assert ("file:main.py", "produces", "file:data/out.csv") in edges(found)
    assert ("file:main.py", "imports", "file:lib.py") in edges(found)


def test_calls_whose_path_came_from_a_caller_count_as_resolved() -> None:
    lineage = graphs(TREE).world.lineage
    assert (lineage.io_calls, lineage.io_resolved) == (2, 1.0)
    assert graphs({"a.py": PD + "pd.read_csv('x.csv')\npd.read_csv(mystery())\n"}).world.lineage.io_resolved == 0.5
    assert graphs({"a.py": "x = 1\n"}).world.lineage.io_resolved is None


CLASSIFIER = "from sklearn.tree import DecisionTreeClassifier\n\nmodel = DecisionTreeClassifier()\n"


@pytest.mark.parametrize(
    ("files", "entries"),
    [
        pytest.param({"a.py": "x = 1\n"}, (), id="a module of constants"),
        pytest.param({"a.py": "def f(): pass\nif __name__ == '__main__':\n    f()\n"}, ("a.py",), id="main guard"),
        pytest.param({"a.py": PD + "pd.read_csv('x.csv')\n"}, ("a.py",), id="effects at the top"),
        pytest.param(
            {"a.py": PD + "def f():\n    pd.read_csv('x.csv')\nf()\n"}, ("a.py",), id="a call of what has effects"
        ),
        pytest.param({"a.py": PD + "def f():\n    pd.read_csv('x.csv')\n"}, (), id="nothing is called"),
        pytest.param({"a.py": f"{CLASSIFIER}model.fit(x, y)\n"}, ("a.py",), id="a fit at the top"),
        pytest.param(
            {"a.py": f"{CLASSIFIER}def f():\n    model.fit(x, y)\nf()\n"}, ("a.py",), id="a call of what fits"
        ),
        pytest.param(
            {"a.py": "def f():\n    open('a.log', 'w')\nf()\n"}, (), id="a call of what leaves a record of the run only"
        ),
        pytest.param({"a.py": PD + "pd.read_csv('x.csv')\n", "b.py": "import a\n"}, (), id="imported by another"),
        pytest.param({"a.py": "", "Makefile": "all:\n\tpython a.py\n"}, ("a.py",), id="run by a command"),
        pytest.param({"a.py": "", "README.md": "# x\n\n```sh\npython a.py\n```\n"}, (), id="a README runs nothing"),
    ],
)
def test_entries(files: dict[str, str], entries: tuple[str, ...]) -> None:
    assert graphs(files).world.lineage.entries == entries


PACKAGE = "[project]\nname = 'shop'\nversion = '1'\n[project.scripts]\nshop = 'shop.cli:main'\n"
COMMAND = "from lib import load\ndef main():\n    load('data/raw.csv')\ndef idle():\n    load('data/other.csv')\n"

TYPED = (
    "import typer\nfrom lib import load\napp = typer.Typer()\n@app.command()\ndef main():\n    load('data/raw.csv')\n"
)


@pytest.mark.parametrize(
    ("files", "read"),
    [
        pytest.param({"pyproject.toml": PACKAGE}, {("read", "file:data/raw.csv")}, id="a console script"),
        pytest.param(
            {"pyproject.toml": PACKAGE.replace("cli:main", "cli:gone")}, set(), id="of a function that is gone"
        ),
        pytest.param({"pyproject.toml": PACKAGE.replace("cli:main", "far:main")}, set(), id="of a module that is gone"),
        pytest.param({}, set(), id="a function that no package declares"),
        pytest.param(
            {
                "pyproject.toml": PACKAGE.replace("cli:main", "entry:start"),
                "src/shop/entry.py": "from shop.cli import main as start\n",
            },
            {("read", "file:data/raw.csv")},
            id="from where another module takes it",
        ),
        pytest.param(
            {"pyproject.toml": PACKAGE.replace("cli:main", "cli:app"), "src/shop/cli.py": TYPED},
            {("read", "file:data/raw.csv")},
            id="an object that makes commands of functions",
        ),
    ],
)
def test_a_console_script_starts_its_function_alone(files: dict[str, str], read: set[tuple[str, str]]) -> None:
    tree = {**RAW, "lib.py": LIB, "src/shop/__init__.py": "", "src/shop/cli.py": COMMAND, **files}
    found = graphs(tree)
    assert found.world.lineage.entries == (("src/shop/cli.py",) if read else ())
    assert (touched(found, "src/shop/cli.py") if read else set()) == read


def test_a_console_script_beside_a_guard_is_what_the_guard_calls() -> None:
    guarded = COMMAND + "if __name__ == '__main__':\n    idle()\n"
    found = graphs({**RAW, "lib.py": LIB, "pyproject.toml": PACKAGE, "src/shop/cli.py": guarded})
    assert touched(found, "src/shop/cli.py") == {("read", "file:data/other.csv")}


@pytest.mark.parametrize(
    ("source", "id_", "kind"),
    [
        (PD + "pd.read_csv('a.csv')", "file:a.csv", NodeKind.DATASET),
        ("import joblib\njoblib.load('m.joblib')", "file:m.joblib", NodeKind.MODEL),
        ("import joblib\njoblib.dump(1, 'models/m.pkl')", "file:models/m.pkl", NodeKind.MODEL),
        ("import yaml\nyaml.safe_load(open('c.yaml'))", "file:c.yaml", NodeKind.CONFIG),
        (PD + "pd.read_csv('https://x.org/a.csv')", "url:https://x.org/a.csv", NodeKind.EXTERNAL_DATASET),
        ("open('logs/run.log', 'w')", "file:logs/run.log", NodeKind.REPORT),
    ],
)
def test_an_artefact_has_a_kind(source: str, id_: str, kind: NodeKind) -> None:
    found = graphs({"a.py": source + "\n"})
    assert id_ in found.nodes
    assert kind.value in found.nodes[id_].attrs.get("kinds", [found.nodes[id_].kind.value])  # type: ignore[operator]  # a list of kinds


def test_dead_code_touches_with_half_the_confidence() -> None:
    found = graphs(
        {"a.py": PD + "if False:\n    pd.read_csv('a.csv')\npd.read_csv('b.csv')\n", "a.csv": "", "b.csv": ""}
    )
    sure = {t.artefact.id: t.confidence for t in found.world.lineage.of_program("a.py")}
    assert sure["file:a.csv"] == pytest.approx(sure["file:b.csv"] / 2, abs=0.001)


def test_declared_and_observed_evidence_meet_in_one_edge() -> None:
    dvc = "stages:\n  m: {cmd: python main.py, deps: [data/raw.csv], outs: [data/out.csv]}\n"
    found = graphs({**TREE, "dvc.yaml": dvc})
    edge = found.world.between("file:data/raw.csv", "step:dvc.yaml#m", EdgeKind.CONSUMES)
    assert edge is not None
    assert {e.declared for e in edge.evidence} == {True, False}
    assert not edge.declared
    assert found.world.between("step:dvc.yaml#m", "file:main.py", EdgeKind.RUNS) is not None


def test_files_lie_in_declared_folders() -> None:
    dvc = "stages:\n  m: {cmd: python main.py, outs: [data]}\n"
    found = graphs({**TREE, "dvc.yaml": dvc})
    assert found.world.between("file:data/out.csv", "file:data", EdgeKind.PART_OF) is not None


def test_the_graph_is_in_stable_order_whatever_the_order_of_files() -> None:
    one = graphs(TREE)
    other = graphs(dict(reversed(TREE.items())))
    assert list(one.nodes.values()) == list(other.nodes.values())
    assert one.edges == other.edges
    assert list(one.nodes) == sorted(one.nodes)


def test_a_change_of_the_raw_data_reaches_all_that_comes_of_it() -> None:
    (component,) = graphs(
        {
            **TREE,
            "fit.py": PD
            + "import joblib\nfrom sklearn.linear_model import Ridge\ndf = pd.read_csv('data/out.csv')\n"
            + "m = Ridge().fit(df[['a']], df['b'])\njoblib.dump(m, 'm.joblib')\n",
        }
    ).components
    radii = {radius.node.id: radius for radius in component.radii()}
    raw = radii["file:data/raw.csv"]
    assert raw.models == 1
    assert "m.joblib" in raw.examples
    assert radii["file:data/out.csv"].radius < raw.radius


def test_propagation_of_a_chain_of_three() -> None:
    (component,) = graphs({"a.py": "import b\n", "b.py": "import c\n", "c.py": "x = 1\n"}).components
    cost = component.propagation()
    assert cost is not None
    assert cost.cost == pytest.approx(3 / 6)
    assert cost.artefacts == 3
    assert cost.furthest[0] == ("c.py", 2)


def test_a_package_file_that_only_passes_names_on_is_not_counted() -> None:
    files = {"p/__init__.py": "from .m import f\n", "p/m.py": "def f(): pass\n", "a.py": "from p import f\n"}
    (component,) = graphs(files).components
    cost = component.propagation()
    assert cost is not None
    assert cost.artefacts == 2


def test_nothing_has_no_propagation() -> None:
    assert graphs({}).components[0].propagation() is None
    assert graphs({"a.py": "x = 1\n"}).components[0].propagation() is None


def test_a_module_of_many_concerns_names_each_with_an_example() -> None:
    source = PD + (
        "import subprocess\nfrom sklearn.linear_model import Ridge\nfrom sklearn.preprocessing import StandardScaler\n"
        "from sklearn.metrics import r2_score\ndf = pd.read_csv('a.csv')\nX = StandardScaler().fit_transform(df)\n"
        "m = Ridge().fit(X, y)\nr2_score(y, m.predict(X))\nsubprocess.run(['ls'])\n"
    )
    hubs, modules = graphs({"a.py": source, "b.py": "import a\n"}).components[0].hubs()
    hub = next(h for h in hubs if h.path == "a.py")
    assert {name for name, _, _ in hub.concerns} >= {
        "data access",
        "features",
        "modelling",
        "evaluation",
        "orchestration",
    }
    assert (hub.fan_in, modules) == (1, 2)


def test_a_scope_that_fits_and_reads_is_glue_and_one_that_only_fits_is_not() -> None:
    mixed = (
        PD
        + "from sklearn.linear_model import Ridge\ndef run():\n    df = pd.read_csv('a.csv')\n    Ridge().fit(df, df)\n"
    )
    clean = "from sklearn.linear_model import Ridge\ndef fit(X, y):\n    return Ridge().fit(X, y)\n"
    (component,) = graphs({"a.py": mixed, "b.py": clean}).components
    plumbing = {scope.name: [step.says for step in scope.plumbing] for scope in component.model_scopes()}
    assert plumbing == {"run": ["reads data: pandas.read_csv"], "fit": []}


def test_resolution_of_a_wrapper_counts_for_its_own_call_alone() -> None:
    wrapper = "import pandas as pd\n\n\ndef load(path):\n    return pd.read_csv(path)\n"
    tree = graphs({"one.py": wrapper, "two.py": wrapper, "run.py": 'import one\n\none.load("data.csv")\n'})
    assert tree.world.lineage.io_calls == 2
    assert tree.world.lineage.io_resolved == 0.5
