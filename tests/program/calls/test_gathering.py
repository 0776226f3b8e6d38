"""What is gathered for many starts at once is what following each of them finds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.program.calls.effects import Effects, Site
from tests.program.asking import program
from tests.program.calls.leading import SERVING, WEB, modules, tree


def agrees(effects: Effects, starts: list[Site]) -> None:
    """Whether both answers of each start are those of the walk from it alone, and of all starts those of all walks."""
    bits = {site: 1 << number for number, site in enumerate(starts)}
    of = effects.gathered(bits)
    walks = {start: effects.reached(start).keys() for start in starts}
    assert {start: {site for site in starts if of(start) & bits[site]} for start in starts} == walks
    led = effects.handed(bits)
    assert {site: {start for start in starts if led(site) & bits[start]} for site in starts} == {
        site: {start for start in starts if site in walks[start]} for site in starts
    }
    assert effects.reached_by_any(starts) == set().union(*walks.values())
    for start, other in pairwise(starts):
        assert effects.reached_by_any([start, other]) == walks[start] | walks[other]


@settings(max_examples=60)
@given(st.tuples(modules, modules, modules))
def test_gathering_equals_following_each_start(sources: tuple[str, str, str]) -> None:
    files = tree(sources)
    effects = program(files).effects
    agrees(effects, [(path, number) for path in files for number in effects.code.scopes(path)])


def scopes(files: dict[str, str]) -> tuple[Effects, list[Site]]:
    effects = program(files).effects
    return effects, [(path, number) for path in files for number in effects.code.scopes(path)]


def test_a_module_that_elsewhere_imports_again_runs_what_it_does_where_it_was_started() -> None:
    main = "import lib\ndef f(): pass\nif __name__ == '__main__':\n    import late\n"
    lib = "def back():\n    from main import f\n    f()\nback()\n"
    agrees(*scopes({"main.py": main, "lib.py": lib, "late.py": "import lib\n"}))


def test_a_start_comes_back_to_what_only_its_own_file_hands_on() -> None:
    main = "import lib\ndef f(): pass\ndef g():\n    lib.go()\nclass Held:\n    run(f)\n"
    effects, starts = scopes({"main.py": main, "lib.py": "def go():\n    import main\n"})
    agrees(effects, starts)
    assert ("main.py", 1) in effects.reached(("main.py", 2))
    assert ("main.py", 1) not in effects.reached(("lib.py", 1))


WIRED = "import web, b\nweb.app.add_url_rule('/', view_func=b.g)\n"


@pytest.mark.parametrize(
    "main",
    [
        "import serving\n",
        "from web import app\nimport wired\n",
        "import web, wired\ndef serve():\n    web.app.run()\nserve()\n",
    ],
    ids=["what it imports serves", "it imports an application", "it serves"],
)
def test_a_service_calls_what_others_hand_on(main: str) -> None:
    files = {"main.py": main, "b.py": "def g(): pass\n", "web.py": WEB, "serving.py": SERVING, "wired.py": WIRED}
    effects, starts = scopes(files)
    agrees(effects, starts)
    assert ("b.py", 1) in effects.reached(("main.py", 0))


def test_what_a_test_replaces_does_not_run_with_it() -> None:
    test = "from unittest import mock\nimport lib\ndef test_f():\n    with mock.patch('lib.g'):\n        lib.f()\n"
    files = {"test_lib.py": test, "lib.py": "def f():\n    g()\ndef g():\n    h()\ndef h(): pass\n"}
    files |= {"every.py": "import test_lib\ntest_lib.test_f()\n"}
    effects, starts = scopes(files)
    agrees(effects, starts)
    assert ("lib.py", 2) not in effects.reached(("test_lib.py", 1))
    assert ("lib.py", 2) not in effects.reached(("every.py", 0))
