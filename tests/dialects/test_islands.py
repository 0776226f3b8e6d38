"""What is said of projects that know nothing of each other is kept apart, and is what would be said anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.dialects import zenml
from auditor.dialects.contract import Seen, islands
from auditor.knowledge import load
from auditor.program import Memory, resolve
from auditor.program.kept.answers import View
from tests.dialects.returning import changed_and_back, said
from tests.program.kept.shop import Contents, Held, Texts, gone, put, replaced

FLOW = """from zenml import pipeline, step
from zenml.client import Client
from {name}_names import OUTPUT, flags
from typing_extensions import Annotated

@step
def load() -> Annotated[int, OUTPUT]:
    return Client().get_artifact("raw")

@step
def fit(rows):
    return rows

@step
def check(model):
    print(model)

@pipeline
def {flow}():
    rows = load()
    model = fit(rows)
    if flags():
        check(model)

if __name__ == "__main__":
    {flow}()
"""
START: Texts = {
    "churn/churn_names.py": "OUTPUT = 'rows'\ndef flags():\n    return True\n",
    "churn/run.py": FLOW.format(name="churn", flow="training"),
    "churn/requirements.txt": "zenml\n",
    "prices/prices_names.py": "OUTPUT = 'rows'\ndef flags():\n    return True\n",
    "prices/run.py": FLOW.format(name="prices", flow="pricing"),
    "prices/setup.py": "",
    "plain/run.py": "print(1)\n",
}
CHANGES: dict[str, Callable[[Texts], None]] = {
    "two pipelines of one name": replaced("prices/run.py", "pricing", "training"),
    "no pipeline": replaced("churn/run.py", "@pipeline", ""),
    "an output of another name": replaced("churn/churn_names.py", "'rows'", "'table'"),
    "what is never so": replaced("prices/prices_names.py", "True", "False"),
    "no project": gone("prices/setup.py"),
    "a project below": put("churn/.zen/config.yaml", "active: 1\n"),
    "a project above all": put("requirements.txt", "zenml\n"),
    "one island": put("prices/prices_names.py", "from churn_names import *\n"),
    "a project leaves": gone("churn/run.py"),
    "a project comes": put("more/run.py", FLOW.format(name="churn", flow="more")),
    "the first file of an island is another": put("churn/a.py", "from run import training\ntraining()\n"),
    "another file asks": replaced("plain/run.py", "print(1)", "from zenml import step"),
    "broken": put("prices/run.py", "def broken(:\n"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    changed_and_back(START, CHANGES[change])


@settings(max_examples=30)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=6))
def test_changes_after_each_other(changes: list[str]) -> None:
    contents, memory, held, texts = Contents(), Memory(), Held(), dict(START)
    for change in changes:
        CHANGES[change](texts)
        anew = said(contents, texts, None)
        assert said(contents, texts, memory) == anew, change
        assert said(contents, texts, Memory(held)) == anew, change


def test_an_island_is_run_again_where_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, memory, held, texts, ran = Contents(), Memory(), Held(), dict(START), set[str]()
    said(contents, texts, memory)
    said(contents, texts, Memory(held))

    class Noted(Seen):
        def __init__(self, view: View) -> None:
            super().__init__(view)
            ran.add(view.path)

    monkeypatch.setattr(zenml, "Seen", Noted)
    CHANGES["an output of another name"](texts)
    for each in (memory, Memory(held)):
        ran.clear()
        said(contents, texts, each)
        assert ran == {"churn/run.py"}


def test_islands_are_what_imports_hold_together() -> None:
    texts = {
        "a.py": "import b\n", "b.py": "", "c.py": "import d\n", "d.py": "import e\n", "e.py": "", "f.py": "import b\n",
        "g.py": "import g\n", "h.py": "import a\n",
    }  # fmt: skip
    facts = Contents().facts(texts)
    code = resolve(facts, frozenset(facts), load()).code
    found = {island.starts: island.members for island in islands(code, ["f.py", "c.py", "a.py", "g.py"])}
    assert found == {
        ("a.py", "f.py"): {"a.py", "b.py", "f.py"},
        ("c.py",): {"c.py", "d.py", "e.py"},
        ("g.py",): {"g.py"},
    }
