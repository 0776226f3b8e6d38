"""What tests reach and what programs touch is found from one tree to the next as it is found afresh."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.program import Memory
from tests.graph.test_looks import world_of
from tests.program.kept.shop import Contents

VARIANTS: dict[str, tuple[str | None, ...]] = {
    "lib.py": (
        "import pandas as pd\nclass First:\n    def __init__(self): pass\n    def one(self): pd.read_csv('a.csv')\ndef free(): pass\n",
        "import pandas as pd\nclass First: pass\nclass Second:\n    def __init__(self): pass\n    def one(self): pd.read_csv('b.csv')\n",
        "from deep import First\ndef free(): pass\n",
        "def First(): pass\n",
        None,
    ),
    "deep.py": (
        "class Base:\n    def held(self): open('c.txt')\nclass First(Base):\n    def own(self): pass\n",
        "from base import Base\nclass First(Base):\n    def __init__(self): pass\n",
        None,
    ),
    "base.py": ("class Base:\n    def held(self): pass\n", "class Base:\n    def other(self): pass\n    def held(self): pass\n"),
    "deep/__init__.py": (None, "class First:\n    def packed(self): pass\n"),
    "main.py": (
        "import flask, lib\napp = flask.Flask('x')\nif __name__ == '__main__':\n    lib.First().one()\n",
        "import deep\ndef run():\n    deep.First().held()\nrun()\n",
        "import base\nprint(base.Base)\n",
    ),
    "tests/conftest.py": (
        "import pytest, lib\n@pytest.fixture\ndef given():\n    return lib.First()\n",
        "import pytest, base\n@pytest.fixture(autouse=True)\ndef given():\n    return base.Base()\n",
        None,
    ),
    "tests/test_lib.py": (
        "import lib\ndef test_it():\n    assert lib.First()\n",
        "import lib\ndef test_it(given):\n    assert given\n",
        "import deep\nCASES = [deep.First]\ndef test_it():\n    assert CASES and 'main.py'\n",
        "from unittest import TestCase\nimport base\nclass TestIt(TestCase):\n    def setUp(self): base.Base()\n    def test_it(self): assert 1 > 0\n",
    ),
}  # fmt: skip


def told(world: World) -> tuple[object, ...]:
    """All that is said of reach."""
    tests, lineage = suites(world), world.lineage
    programs = {path: (lineage.of_program(path), lineage.reaches_model(path)) for path in world.resolved.code.paths}
    return tests.reached, tests.touched, programs, world.nodes, world.edges


choices = st.tuples(*(st.integers(0, len(variants) - 1) for variants in VARIANTS.values()))


@settings(max_examples=40, deadline=None)
@given(st.lists(choices, min_size=2, max_size=5))
@example([(0, 0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0)])  # the constructor keeps its place, and its class does not
def test_reach_from_tree_to_tree(trees: list[tuple[int, ...]]) -> None:
    contents, memory = Contents(), Memory()
    for chosen in trees:
        each = {path: VARIANTS[path][number] for path, number in zip(VARIANTS, chosen, strict=True)}
        texts = {path: text for path, text in each.items() if text is not None}
        assert told(world_of(texts, memory, contents)) == told(world_of(texts, None, contents))


@pytest.mark.parametrize(
    "test",
    [
        pytest.param("import old\ndef test_it():\n    assert old.First()\n", id="by its class"),
        pytest.param(
            "import pickle\ndef test_it():\n    assert pickle.load(open('m.pkl', 'rb')).rare_one()\n",
            id="by the name of a method",
        ),
    ],
)
def test_what_moves_with_its_content_is_reached_where_it_is(test: str) -> None:
    contents, memory = Contents(), Memory()
    held = "class First:\n    def rare_one(self): pass\n"
    assert ("old.py", 2) in suites(world_of({"old.py": held, "tests/test_it.py": test}, memory, contents)).reached
    moved = {"new.py": held, "tests/test_it.py": test.replace("old", "new")}
    assert ("new.py", 2) in suites(world_of(moved, memory, contents)).reached
    assert told(world_of(moved, memory, contents)) == told(world_of(moved, None, contents))


@pytest.mark.parametrize("other", ["tests/a_first.py", "tests/z_last.py"])
def test_of_two_files_of_one_content_only_that_holds_tests_which_is_called_so(other: str) -> None:
    test = "import lib\n\n\ndef test_it():\n    assert lib.First()\n"
    world = world_of({"lib.py": "class First: pass\n", "tests/test_b.py": test, other: test}, Memory(), Contents())
    assert [each.site[0] for each in suites(world).tests] == ["tests/test_b.py"]
