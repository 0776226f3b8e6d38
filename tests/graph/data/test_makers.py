"""An index of declared outputs finds what holding a path against each of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.graph.data.sharing import Makers, covers
from auditor.graph.declared.steps import DeclaredStep
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step

parts = st.sampled_from(["a", "b", "a.csv", "{x}", "*.csv", "part_{n}.csv", "part_1.csv"])
paths = st.lists(parts, min_size=1, max_size=3).map("/".join)


def step(name: str, writes: list[str]) -> DeclaredStep:
    outs = tuple(Declared(f"file:{path}", path, Ref(path, "dataset", "outs", 1)) for path in writes)
    return DeclaredStep(name, "dvc.yaml", Step(name, "dvc", 1, 1), "", (), (), outs, ())


@given(st.lists(st.lists(paths, max_size=3), max_size=4), paths)
def test_makers_are_those_whose_outputs_cover_a_path(drawn: list[list[str]], path: str) -> None:
    steps = [step(f"step{number}", writes) for number, writes in enumerate(drawn)]
    found = {(maker.id, out) for maker, out in Makers(steps).of(path)}
    assert found == {(each.id, out.path) for each in steps for out in each.writes if covers(out, path)}
