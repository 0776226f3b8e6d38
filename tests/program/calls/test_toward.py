"""A walk that enters only what may lead somewhere finds there what the whole walk finds, in the same order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program.asking import program
from tests.program.calls.leading import SERVING, WEB, modules, tree


@settings(max_examples=60)
@given(st.tuples(modules, modules, modules), st.sets(st.integers(0, 20), max_size=3))
def test_what_is_left_out_leads_to_no_goal(sources: tuple[str, str, str], chosen: set[int]) -> None:
    files = tree(sources)
    effects = program(files).effects
    sites = [(path, number) for path in files for number in effects.code.scopes(path)]
    goals = frozenset(site for number, site in enumerate(sites) if number in chosen)
    toward = effects.toward(goals)
    for start in sites:
        whole = [site for site in effects.reached(start) if site in goals]
        assert [site for site in effects.reached(start, toward=toward) if site in goals] == whole


def test_a_service_that_leads_to_no_goal_still_calls_what_waits_for_it() -> None:
    files = {"main.py": "import serving\n", "b.py": "def g(): pass\n", "web.py": WEB, "serving.py": SERVING}
    effects = program(files).effects
    handler = ("b.py", 1)
    assert handler in effects.reached(("main.py", 0), toward=effects.toward(frozenset({handler})))
