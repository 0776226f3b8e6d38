"""A walk that enters only what may lead somewhere finds there what the whole walk finds, in the same order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program.asking import program

MODULES = ("a", "b", "test_c")
PLACES = tuple((module, name) for module in MODULES for name in ("f", "g", "test_h"))

statements = st.sampled_from(
    [
        *(f"{module}.{name}()" for module, name in PLACES),
        *(f"run({module}.{name})" for module, name in PLACES),
        *(f"import {module}" for module in MODULES),
        *(f"{module}.Held()" for module in MODULES),
        *(f"mock.patch('{module}.{name}')" for module, name in PLACES),
        "web.app.route('/')(a.f)",
        "web.app.run()",
        "import serving",
    ]
)
bodies = st.lists(statements, max_size=3)


def module(functions: list[list[str]], loose: list[str], guarded: list[str]) -> str:
    """The source of a module: three functions, a class that hands one on, and what runs when it is imported or started."""
    lines = [
        *(f"import {name}" for name in MODULES),
        "import flask",
        "from unittest import mock",
        "app = flask.Flask('x')",
    ]
    for name, body in zip(("f", "g", "test_h"), functions, strict=True):
        lines += [f"def {name}():", *(f"    {line}" for line in body), "    pass"]
    lines += ["class Held:", "    run(f)", "    def __init__(self):", "        g()"]
    lines += [*loose, "if __name__ == '__main__':", *(f"    {line}" for line in guarded), "    pass"]
    return "\n".join(lines) + "\n"


WEB = "import flask\napp = flask.Flask('x')\n"
SERVING = "import web, b\nweb.app.add_url_rule('/', view_func=b.g)\ndef serve():\n    web.app.run()\nserve()\n"

modules = st.builds(module, st.lists(bodies, min_size=3, max_size=3), bodies, bodies)


@settings(max_examples=60)
@given(st.tuples(modules, modules, modules), st.sets(st.integers(0, 20), max_size=3))
def test_what_is_left_out_leads_to_no_goal(sources: tuple[str, str, str], chosen: set[int]) -> None:
    files = {f"{name}.py": source for name, source in zip(MODULES, sources, strict=True)}
    files |= {"web.py": WEB, "serving.py": SERVING}
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
