"""Rows are followed where a question asks for them, and what nothing asked for is not counted."""

from __future__ import annotations

from auditor.graph.leakage.leaks import Traces
from auditor.graph.views.account import exposure
from tests.pages import graphs

PROGRAM = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('x.csv')\nm = Ridge().fit(f[['a']], f['b'])\n"
    "print(m.score(f[['a']], f['b']))\n"
)


def test_fits_are_counted_where_rows_were_asked_for_or_leakage_was_found() -> None:
    whole = graphs({"train.py": PROGRAM})
    graph = whole.components[0]
    assert (exposure(graph, {"REP"}).fits, graph.rows_followed) == (0, False)
    assert (exposure(graph, {"LKG"}).fits, graph.rows_followed) == (1, True)
    assert exposure(graph, ()).fits == 1


def test_a_component_has_only_its_own_programs_followed() -> None:
    package = {name: text for part in ("a", "b") for name, text in {f"{part}/pyproject.toml": "[project]\nname = 'x'\n", f"{part}/train.py": PROGRAM}.items()}  # fmt: skip
    whole = graphs(package)
    one = next(graph for graph in whole.components if graph.root == "a")
    assert one.leaks.analysed == 1
    assert set(whole.world.once(Traces).known) == {"a/train.py"}
