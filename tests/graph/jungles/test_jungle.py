"""The jungle index against values worked out by hand, its laws, and the questions behind its terms."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.graph import ArtefactGraph
from auditor.graph.jungles.jungle import WEIGHTS, Observed, jungle, leftover
from tests.pages import graphs

PD = "import pandas as pd\n"
NOTHING = Observed(steps=4, edges=(), undeclared=0, disagreements=0, declarations=0, orphans=0, outputs=0, phantoms=0, inputs=0,
                   shared=0, intermediates=0, manual=False, resolved=1.0)  # fmt: skip
CHAIN = (("a", "b"), ("b", "c"), ("c", "d"))


@pytest.mark.parametrize(
    ("seen", "terms", "index"),
    [
        pytest.param(NOTHING, {"intermediates per step": 0.0}, 0.0, id="steps without ties"),
        pytest.param(
            msgspec.structs.replace(NOTHING, edges=CHAIN, undeclared=3, intermediates=3),
            {"path-only edges": 1.0, "intermediates per step": 0.0, "unordered edges": 0.0, "fan-in": 0.0, "manual order": 0.0},
            round(100 * 3 / (3 + 1 + 1 + 1 + 2), 1),
            id="a chain that only paths tell",
        ),
        pytest.param(
            msgspec.structs.replace(NOTHING, edges=CHAIN, undeclared=0, declarations=8, disagreements=2, outputs=4, orphans=1, inputs=5, phantoms=3, shared=1, intermediates=10, manual=True),
            {
                "path-only edges": 0.0, "mismatched declarations": 0.25, "orphan outputs": 0.25, "phantom inputs": 1.0,
                "files with several writers": 0.25, "intermediates per step": 0.5, "unordered edges": 0.0, "fan-in": 0.0,
                "manual order": 1.0,
            },
            round(100 * (0.5 + 0.25 + 2 + 0.5 + 0.5 + 2) / 15, 1),
            id="all terms",
        ),
        pytest.param(
            msgspec.structs.replace(NOTHING, steps=11, edges=tuple((f"s{n}", "sink") for n in range(10))),
            {"path-only edges": 0.0, "intermediates per step": 0.0, "unordered edges": 0.0, "fan-in": 1.0, "manual order": 0.0},
            round(100 / 8, 1),
            id="everything flows into one step",
        ),
    ],
)  # fmt: skip
def test_index_by_hand(seen: Observed, terms: dict[str, float], index: float) -> None:
    measured = jungle(seen)
    assert dict(measured.terms) == terms
    assert measured.value == index


def test_the_index_is_not_stated_of_few_steps_or_unknown_paths() -> None:
    few = jungle(msgspec.structs.replace(NOTHING, steps=3, edges=CHAIN[:2], undeclared=2))
    assert few.value is None
    assert dict(few.terms)["path-only edges"] == 1.0
    assert "3 steps" in few.reason
    assert "40%" in jungle(msgspec.structs.replace(NOTHING, resolved=0.4)).reason
    assert jungle(msgspec.structs.replace(NOTHING, resolved=None)).value is None


@pytest.mark.parametrize(
    ("edges", "left"),
    [
        pytest.param(CHAIN, 0, id="a row"),
        pytest.param((("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")), 0, id="side by side"),
        pytest.param((("a", "b"), ("b", "c"), ("a", "c")), 0, id="a row with a way past it"),
        pytest.param((("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")), 4, id="everything with everything"),
        pytest.param((("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("b", "c")), 5, id="a bridge"),
        pytest.param((), 0, id="nothing"),
    ],
)
def test_leftover_edges(edges: tuple[tuple[str, str], ...], left: int) -> None:
    assert leftover(edges) == left


names = st.sampled_from("abcdefgh")
forward = st.lists(st.tuples(names, names), max_size=14).map(lambda pairs: tuple((a, b) for a, b in pairs if a < b))


@given(forward)
def test_leftover_is_a_share_of_the_edges(edges: tuple[tuple[str, str], ...]) -> None:
    assert 0 <= leftover(edges) <= len(set(edges))


@given(forward, st.data())
def test_declaring_an_edge_never_raises_the_index(edges: tuple[tuple[str, str], ...], data: st.DataObject) -> None:
    distinct = len(set(edges))
    undeclared = data.draw(st.integers(0, distinct))
    more, less = (
        jungle(msgspec.structs.replace(NOTHING, steps=8, edges=edges, undeclared=n))
        for n in (undeclared, max(0, undeclared - 1))
    )
    assert less.value is not None
    assert more.value is not None
    assert less.value <= more.value
    assert 0 <= more.value <= 100
    assert {name for name, _ in more.terms} <= set(WEIGHTS)


# --- what the terms are asked of ---


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="P").components
    return graph


def step(read: str, *written: str) -> str:
    return (
        PD
        + f"if __name__ == '__main__':\n    frame = pd.read_csv('{read}')\n"
        + "".join(f"    frame.to_csv('{w}')\n" for w in written)
    )


RAW = {"raw.csv": "a\n1\n"}


@pytest.mark.parametrize(
    ("files", "writers"),
    [
        pytest.param({"a.py": step("raw.csv", "x.csv"), "b.py": step("x.csv", "x.csv")}, ["a.py", "b.py"], id="rewritten"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "y.csv"), "b.py": step("y.csv", "x.csv")}, ["a.py", "b.py"], id="later in the chain"),
        pytest.param({"a.py": step("raw.csv", "x.csv"), "b.py": step("raw.csv", "x.csv"), "run.sh": "set -e\npython a.py\npython b.py\n"}, ["a.py", "b.py"], id="in one script"),
        pytest.param({"a.py": step("raw.csv", "x.csv"), "b.py": step("raw.csv", "x.csv")}, [], id="variants"),
        pytest.param({"a.py": step("raw.csv", "x.csv"), "b.py": step("x.csv", "x.csv").replace("to_csv('x.csv')", "to_csv('x.csv', mode='a')")}, [], id="added to"),
        pytest.param({"lib.py": PD + "def save():\n    pd.read_csv('raw.csv').to_csv('x.csv')\n", "a.py": "import lib\nlib.save()\n", "b.py": "import lib\nlib.save()\n", "run.sh": "set -e\npython a.py\npython b.py\n"}, [], id="one function"),
        pytest.param({"lib.py": PD + "def save(frame, path):\n    pd.DataFrame(frame).to_csv(path)\n", "a.py": "import lib\nlib.save(1, 'x.csv')\n", "b.py": "import lib\nlib.save(2, 'x.csv')\n", "run.sh": "set -e\npython a.py\npython b.py\n"}, ["a.py", "b.py"], id="one tool"),
    ],
)  # fmt: skip
def test_files_with_several_writers(files: dict[str, str], writers: list[str]) -> None:
    shared = [each for each in ask({**files, **RAW}).shared_outputs() if each.artefact == "x.csv"]
    assert [name for each in shared for name, _ in each.writers] == writers


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"a.py": step("raw.csv", "x.csv", "lost.csv"), "b.py": step("x.csv", "y.csv")}, ["lost.csv"], id="beside what is taken"),
        pytest.param({"a.py": step("raw.csv", "lost.csv")}, [], id="the end of a chain"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "scores.csv"), "b.py": step("x.csv", "y.csv")}, [], id="a delivery by its name"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "lost.csv"), "b.py": step("x.csv", "y.csv"), "README.md": "# x\n\nSee lost.csv.\n"}, [], id="a document names it"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "lost.csv"), "b.py": step("x.csv", "y.csv"), "c.py": "P = 'lost.csv'\n"}, [], id="other code names it"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "lost.csv"), "b.py": step("x.csv", "y.csv"), "tests/test_a.py": step("lost.csv")}, [], id="a test reads it"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "lost.csv"), "b.py": step("x.csv", "y.csv"), "lost.csv": "a\n"}, [], id="it is committed"),
        pytest.param({"a.py": step("raw.csv", "x.csv", "lost.csv"), "b.py": step("x.csv", "y.csv") + "    pd.read_csv(input())\n"}, [], id="an unknown file is read"),
    ],
)  # fmt: skip
def test_files_that_nothing_takes(files: dict[str, str], found: list[str]) -> None:
    assert [orphan.artefact for orphan in ask({**files, **RAW}).orphans()[0]] == found


THREE = {"01_a.py": step("raw.csv", "x.csv"), "02_b.py": step("x.csv", "y.csv"), "03_c.py": step("y.csv", "z.csv")}
PLAIN = {name[3:]: text for name, text in THREE.items()}


@pytest.mark.parametrize(
    ("files", "known_by"),
    [
        pytest.param(THREE, "names", id="numbers"),
        pytest.param({**PLAIN, "README.md": "# x\n\n```bash\npython a.py\npython b.py\npython c.py\n```\n"}, "prose", id="a document"),
        pytest.param(PLAIN, None, id="nothing tells the order"),
        pytest.param({**THREE, "run.sh": "set -e\npython 01_a.py\npython 02_b.py\npython 03_c.py\n"}, None, id="one script"),
        pytest.param({**THREE, "all.py": "import subprocess\nfor s in ('01_a.py', '02_b.py', '03_c.py'):\n    subprocess.run(['python', s], check=True)\nsubprocess.run(['python', '01_a.py'], check=True)\nsubprocess.run(['python', '02_b.py'], check=True)\nsubprocess.run(['python', '03_c.py'], check=True)\n"}, None, id="one program"),
        pytest.param({name: text for name, text in THREE.items() if name < "03"}, None, id="two"),
    ],
)  # fmt: skip
def test_an_order_that_people_know(files: dict[str, str], known_by: str | None) -> None:
    chain = ask({**files, **RAW}).manual_order()
    assert (chain.known_by if chain is not None else None) == known_by


def test_the_order_of_a_chain_is_found_beside_one_that_a_script_runs() -> None:
    other = {f"{n}.py": step(f"{n}.csv", f"{m}.csv") for n, m in ("pq", "qr", "rs", "st")}
    files = {
        **THREE,
        **other,
        **RAW,
        "p.csv": "a\n",
        "run.sh": "set -e\n" + "".join(f"python {n}.py\n" for n in "pqrs"),
    }
    chain = ask(files).manual_order()
    assert chain is not None
    assert chain.programs == ("01_a.py", "02_b.py", "03_c.py")


def test_parts_of_a_body_and_notebooks_that_are_run() -> None:
    train = (
        PD
        + "from sklearn.linear_model import Ridge\ndef f():\n    frame = pd.read_csv('raw.csv')\n    Ridge().fit(frame[['a']], frame['a'])\n    frame.to_csv('x.csv')\n"
    )
    drawn = train.replace("frame.to_csv('x.csv')", "plt.savefig('x.png')")
    bodies, _ = ask({"a.py": "import matplotlib.pyplot as plt\n" + drawn, **RAW}).monoliths()
    assert [[part for part, _, _ in body.parts] for body in bodies if body.name == "f"] == [["loads data", "trains"]]
    bodies, training = ask({"a.py": train, **RAW}).monoliths()
    assert training == 1
    assert [[part for part, _, _ in body.parts] for body in bodies if body.name == "f"] == [
        ["loads data", "trains", "saves"]
    ]


NOTEBOOK = '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": "SOURCE"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"Makefile": "a:\n\tjupyter nbconvert --to notebook --execute a.ipynb\n"}, [(False, False)], id="a target"),
        pytest.param({"Makefile": "a:\n\tpapermill a.ipynb b.ipynb -p x 1\n"}, [(True, False)], id="with parameters"),
        pytest.param({"Makefile": "a:\n\tjupyter nbconvert --to html --execute a.ipynb\n"}, [], id="a page for people"),
        pytest.param({".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: papermill a.ipynb b.ipynb\n"}, [], id="a test of the notebook"),
        pytest.param({".github/workflows/a.yml": "on:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  score:\n    runs-on: x\n    steps:\n      - run: papermill a.ipynb b.ipynb\n"}, [(False, False)], id="a schedule"),
        pytest.param({"run.py": "import papermill\npapermill.execute_notebook('a.ipynb', 'b.ipynb')\n"}, [(False, False)], id="a program"),
        pytest.param({"run.py": "import papermill\npapermill.execute_notebook('a.ipynb', 'b.ipynb', parameters={'x': 1})\n"}, [(True, False)], id="a program with parameters"),
    ],
)  # fmt: skip
def test_notebooks_that_run_as_steps(files: dict[str, str], found: list[tuple[bool, bool]]) -> None:
    steps = ask({**files, "a.ipynb": NOTEBOOK.replace("SOURCE", "print(1)")}).notebook_steps()
    assert [(each.parametrised, each.tested) for each in steps] == found


def test_a_notebook_that_asks_for_widgets_takes_parameters() -> None:
    files = {
        "Makefile": "a:\n\tpapermill a.ipynb b.ipynb\n",
        "a.ipynb": NOTEBOOK.replace("SOURCE", "dbutils.widgets.get('x')"),
    }
    assert [each.parametrised for each in ask(files).notebook_steps()] == [True]


@given(st.permutations(range(6)))
@settings(max_examples=12)
def test_declaring_what_programs_do_never_raises_the_index_of_a_tree(order: list[int]) -> None:
    files = {f"s{n}.py": step("raw.csv" if n == 0 else f"d{n - 1}.csv", f"d{n}.csv") for n in range(6)}
    stages: list[str] = []
    values = []
    for n in [None, *order]:
        if n is not None:
            read = "raw.csv" if n == 0 else f"d{n - 1}.csv"
            stages.append(f"  s{n}:\n    cmd: python s{n}.py\n    deps: [s{n}.py, {read}]\n    outs: [d{n}.csv]\n")
        declared = {"dvc.yaml": "stages:\n" + "".join(stages)} if stages else {}
        values.append(ask({**files, **RAW, **declared}).jungle().value)
    assert all(later <= earlier for earlier, later in pairwise(value for value in values if value is not None)), values
    assert values[-1] == 0.0
