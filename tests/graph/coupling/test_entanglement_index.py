"""The entanglement index against a calculation by hand, and the ways over which a change travels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.graph.coupling.entanglement import Index, Term, index, propagation_term, share_term
from auditor.graph.coupling.metrics import influence, ways
from auditor.model.artefact import Edge, EdgeKind, NodeKind
from tests.pages import graphs

FIVE = ("propagation", "features", "settings", "data", "co_change")


def terms(**values: float | None) -> tuple[Term, ...]:
    weights = {"propagation": 0.30, "features": 0.25, "settings": 0.20, "data": 0.15, "co_change": 0.10}
    return tuple(Term(name, weight, values.get(name), "") for name, weight in weights.items())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(dict.fromkeys(FIVE, 1.0), 100.0, id="everything hangs together"),
        pytest.param(dict.fromkeys(FIVE, 0.0), 0.0, id="nothing does"),
        pytest.param({**dict.fromkeys(FIVE, 0.0), "propagation": 0.5, "settings": 0.25}, 20.0, id=".30*.5 + .20*.25"),
        pytest.param(
            {"propagation": 0.5, "settings": 0.25}, 40.0, id="over the weights that have data: (.15 + .05) / .50"
        ),
        pytest.param({"features": 1.0, "data": 1.0}, None, id="of four tenths of the weight nothing is said"),
        pytest.param({}, None, id="no data at all"),
    ],
)
def test_the_index_by_hand(values: dict[str, float | None], expected: float | None) -> None:
    assert index(terms(**values)).value == (None if expected is None else pytest.approx(expected))


VALUES = st.fixed_dictionaries({name: st.none() | st.floats(0, 1) for name in FIVE})


@given(VALUES, st.sampled_from(FIVE), st.floats(0, 1))
def test_a_higher_term_never_lowers_the_index(values: dict[str, float | None], name: str, higher: float) -> None:
    before = index(terms(**values)).value
    if before is None or values[name] is None:
        return
    after = index(terms(**{**values, name: max(higher, values[name] or 0.0)})).value
    assert after is not None
    assert 0 <= before <= after + 0.01
    assert after <= 100


def test_terms() -> None:
    assert propagation_term(0.07, 40).value == pytest.approx(0.2)
    assert propagation_term(0.7, 40).value == 1.0
    assert propagation_term(0.07, 19).value is None, "of few artefacts the average says little"
    assert share_term("data", 0.15, 1, 4, "hand-overs").value == 0.25
    assert share_term("data", 0.15, 0, 0, "hand-overs").value is None


MODULES = {f"m{n}.py": f"import m{n + 1}\n" for n in range(24)} | {"m24.py": "x = 1\n"}


def measured(files: dict[str, str]) -> Index:
    return graphs(files, archetypes="P").components[0].entanglement


def test_a_chain_of_modules_by_hand() -> None:
    # 25 modules in a chain: 25 * 24 / 2 of 25 * 24 ordered pairs are reached, half; over .35 the term is full.
    found = {term.name: term.value for term in measured(MODULES).terms}
    assert found["propagation"] == 1.0
    assert found["features"] is found["settings"] is found["data"] is found["co_change"] is None


def test_a_module_of_its_own_never_raises_the_index() -> None:
    read = "import yaml\nc = yaml.safe_load(open('p.yaml'))\nprint(c['a'])\n"
    files = {**MODULES, "p.yaml": "a: 1\n", "r.py": read}
    before, after = measured(files).value, measured({**files, "alone.py": "y = 2\n"}).value
    assert before is not None
    assert after is not None
    assert after <= before


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["b"], [("a", "b")]),
        (["d"], [("a", "c", "d")]),
        (["d", "b"], [("a", "c", "d"), ("a", "b")]),
        ([], []),
    ],
)
def test_the_shortest_ways(targets: list[str], expected: list[tuple[str, ...]]) -> None:
    pairs = [("a", "b"), ("b", "x"), ("x", "d"), ("a", "c"), ("c", "d"), ("d", "a")]
    edges = [Edge(one, other, EdgeKind.PRODUCES, 1.0, declared=False, evidence=()) for one, other in pairs]
    graph = influence(dict.fromkeys("abcdx", NodeKind.DATASET), edges)
    assert ways(graph, "a", targets) == expected


def test_a_radius_tells_the_way_to_each_example() -> None:
    files = {
        "raw.csv": "a\n",
        "make.py": "import pandas as pd\npd.read_csv('raw.csv').to_csv('f.csv')\n",
        "fit.py": "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.read_csv('f.csv')\n"
        "joblib.dump(Ridge().fit(d, d), 'm.pkl')\n",
    }
    (component,) = graphs(files).components
    raw = next(radius for radius in component.radii() if radius.node.id == "file:raw.csv")
    way = dict(zip(raw.examples, raw.ways, strict=True))
    assert way["m.pkl"] == ("make.py", "f.csv", "fit.py", "m.pkl")
    assert way["make.py"] == ("make.py",)


def test_a_package_that_only_passes_names_on_is_no_hub() -> None:
    files = {"p/__init__.py": "from .m import f\n", "p/m.py": "def f(): pass\n", "a.py": "from p import f\n"}
    (component,) = graphs(files).components
    assert "file:p/__init__.py" not in {radius.node.id for radius in component.radii()}


RUNNER = "import pandas as pd\ndef run():\n    d = pd.read_csv('store/{f}.csv')\n    d.to_csv('store/{f}.csv')\n"


@pytest.mark.parametrize(
    ("files", "cycles"),
    [
        pytest.param(
            {
                "a.py": "import pandas as pd\npd.read_csv('y.csv').to_csv('x.csv')\n",
                "b.py": "import pandas as pd\npd.read_csv('x.csv').to_csv('y.csv')\n",
            },
            1,
            id="each waits for the other",
        ),
        pytest.param(
            {
                "a.py": "import pandas as pd\npd.read_csv('y.csv').to_csv('x.csv')\npd.DataFrame().to_csv('y.csv')\n",
                "b.py": "import pandas as pd\npd.read_csv('x.csv').to_csv('y.csv')\n",
            },
            0,
            id="one makes what it reads itself",
        ),
        pytest.param(
            {
                "lib.py": RUNNER.replace("{f}", "a"),
                "a.py": "import lib\nif __name__ == '__main__':\n    lib.run()\n",
                "b.py": "import lib\nif __name__ == '__main__':\n    lib.run()\n",
            },
            0,
            id="both run the same code",
        ),
    ],
)
def test_cycles_through_files(files: dict[str, str], cycles: int) -> None:
    (component,) = graphs(files).components
    assert len([cycle for cycle in component.cycles() if cycle.kind == "files"]) == cycles
