"""What may run a scope is the same whether a tree is looked at first or after another one of which much is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.program import Memory, Resolved
from auditor.program.calls.before import MOST, Before
from auditor.program.calls.following import Following
from auditor.program.calls.records import Site
from auditor.program.naming.code import Local
from tests.program.asking import program
from tests.program.calls.leading import modules, tree
from tests.program.kept.shop import Contents, resolved

trees = st.tuples(modules, modules, modules)


def leading(asked: Resolved, goals: frozenset[tuple[str, int]]) -> list[tuple[str, int]]:
    """The scopes of a tree that may lead to some of them."""
    leads = asked.effects.toward(goals).leads
    return [(path, n) for path in asked.code.paths for n in asked.code.scopes(path) if leads((path, n))]


@settings(max_examples=30, deadline=None)
@given(st.lists(trees, min_size=2, max_size=3), st.sampled_from(["a.py", "b.py", "test_c.py"]), st.integers(0, 3))
def test_a_tree_after_another_is_led_through_as_the_first(
    sources: list[tuple[str, str, str]], path: str, number: int
) -> None:
    contents, memory = Contents(), Memory()
    goals = frozenset({(path, number)})
    for each in (*sources, sources[0]):
        files = tree(each)
        assert leading(resolved(contents.facts(files), memory), goals) == leading(program(files), goals)


def walks(asked: Resolved, goals: frozenset[Site]) -> list[object]:
    """Where all scopes of a tree lead, anywhere and toward some of them, in the order in which they are come to."""
    effects, toward = asked.effects, asked.effects.toward(goals)
    starts = [(path, n) for path in asked.code.paths for n in asked.code.scopes(path)]
    return [
        (start, [*effects.reached(start).items()], [*effects.reached(start, toward=toward).items()]) for start in starts
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(trees, min_size=2, max_size=3), st.sampled_from(["a.py", "b.py", "test_c.py"]), st.integers(0, 3))
def test_walks_find_in_a_tree_after_another_what_they_find_in_the_first(
    sources: list[tuple[str, str, str]], path: str, number: int
) -> None:
    contents, memory = Contents(), Memory()
    goals = frozenset({(path, number)})
    for each in (*sources, sources[0]):
        files = tree(each)
        assert walks(resolved(contents.facts(files), memory), goals) == walks(program(files), goals)


_HANDING = "import atexit\nfrom fastapi import FastAPI\napp = FastAPI()\ndef f(): pass\ndef g(): pass\n{0}(f)\n{1}(g)\n"
_REPLACING = "import lib\ndef {0}(monkeypatch):\n    monkeypatch.setattr(lib, 'g', None)\n    lib.f()\n    lib.g()\n"
_FIXTURE = (
    "import lib\nimport pytest\n@pytest.fixture\ndef swapped(monkeypatch):\n    monkeypatch.setattr(lib, '{0}', None)\n"
)
_SWAPPED = {"test_main.py": "import lib\ndef test_it(swapped):\n    lib.f()\n    lib.g()\n"}
_LIB = {"lib.py": _HANDING.format("app.add_api_route", "atexit.register")}


@pytest.mark.parametrize(
    ("before", "then"),
    [
        pytest.param(
            _LIB | {"main.py": "import lib\nimport uvicorn\nuvicorn.run(lib.app)\n"},
            {"lib.py": _HANDING.format("atexit.register", "app.add_api_route")},
            id="what waits for a service is another",
        ),
        pytest.param(
            _LIB | {"main.py": "import lib\nimport json\n"},
            {"main.py": "import lib\nimport uvicorn\n"},
            id="the start serves",
        ),
        pytest.param(
            _LIB | {"test_main.py": _REPLACING.format("helps")},
            {"test_main.py": _REPLACING.format("test_helps")},
            id="a test",
        ),
        pytest.param(
            _LIB | _SWAPPED | {"conftest.py": _FIXTURE.format("f")},
            {"conftest.py": _FIXTURE.format("g")},
            id="what a test is given replaces something else",
        ),
    ],
)
def test_a_walk_is_made_anew_where_more_than_what_runs_next_has_a_say(
    before: dict[str, str], then: dict[str, str]
) -> None:
    contents, memory, goals = Contents(), Memory(), frozenset({("lib.py", 1), ("lib.py", 2)})
    first = walks(resolved(contents.facts(before), memory), goals)
    again = walks(resolved(contents.facts({**before, **then}), memory), goals)
    assert again == walks(program({**before, **then}), goals) != first


def test_two_trees_that_are_asked_in_turn_do_not_mix() -> None:
    contents, memory = Contents(), Memory()
    calling = {"a.py": "import b\ndef f():\n    b.g()\n", "b.py": "def g(): pass\n"}
    one = resolved(contents.facts(calling), memory)
    other = resolved(contents.facts({**calling, "a.py": "def f(): pass\n"}), memory)
    goals = frozenset({("b.py", 1)})
    assert [("a.py", 1) in leading(each, goals) for each in (one, other, one)] == [True, False, True]


def told(*may: tuple[str, int], made: tuple[Local, ...] = ()) -> Following:
    """A scope that runs some others next, and makes objects of some classes."""
    return Following(may, None, (), (True, True), (False, False), made, served=False)


def nothing(_making: Iterable[tuple[Site, Following]]) -> dict[Site, tuple[Site, ...]]:
    """Nothing waits in any class."""
    return {}


def test_only_files_of_which_something_else_is_told_are_looked_at_again() -> None:
    before, same, cls = Before(), (told(("b.py", 1)),), Local("b.py", 3)
    making = []

    def waiting(all_making: Iterable[tuple[Site, Following]]) -> dict[Site, tuple[Site, ...]]:
        making.append([(site, each.made) for site, each in all_making])
        return {site: (("b.py", 4),) for site, _ in making[-1]}

    before.follow({"a.py": same, "c.py": (told(("b.py", 1), ("b.py", 2), made=(cls,)),)}, waiting)
    assert set(before.of(("b.py", 1))) == {("a.py", 0), ("c.py", 0)}
    assert set(before.of(("b.py", 4))) == {("c.py", 0)}
    before.follow({"a.py": same, "d.py": (told(), told(("b.py", 2)))}, waiting)
    assert set(before.of(("b.py", 1))) == {("a.py", 0)}
    assert set(before.of(("b.py", 2))) == {("d.py", 1)}
    assert not set(before.of(("b.py", 4)))
    assert making == [[(("c.py", 0), (cls,))], []]


def test_what_is_told_in_other_words_is_the_same() -> None:
    before, goals = Before(), frozenset({("b.py", 1)})
    before.follow({"a.py": (told(("b.py", 1)),)}, nothing)
    toward, condensed = before.toward(goals, ()), before.condensed(before.of)
    before.follow({"a.py": (told(("b.py", 1)),)}, nothing)
    assert before.toward(goals, ()) is toward
    assert before.condensed(before.of) is condensed
    assert before.toward(goals, (("b.py", 2),)) is not toward


def test_what_is_kept_goes_on_by_the_tree_that_is_asked_last() -> None:
    before, asked = Before(), set[str]()

    def onward(name: str) -> Callable[[Site], Iterable[Site]]:
        def find(_site: Site) -> Iterable[Site]:
            asked.add(name)
            return ()

        return find

    for name in ("first", "second"):
        before.follow({"a.py": (told(),)}, nothing)
        condensed = before.condensed(onward(name))
    assert condensed.gathered({("a.py", 0): 1}.get)(("a.py", 0)) == 1
    assert asked == {"second"}


def test_walks_are_kept_as_long_as_the_same_waits_in_the_same_order() -> None:
    before, told_of_all = Before(), {"a.py": (told(),)}
    orders: list[tuple[Site, ...]] = [
        (("b.py", 1), ("b.py", 2)),
        (("b.py", 1), ("b.py", 2)),
        (("b.py", 2), ("b.py", 1)),
    ]
    found = []
    for order in orders:
        before.follow(dict(told_of_all), lambda _, order=order: {("a.py", 0): order})  # type: ignore[misc]  # bound at once
        found.append((before.ways(()), before.ways((("c.py", 1),))))
    assert [found[0][at] is found[1][at] for at in (0, 1)] == [True, True]
    assert [found[1][at] is found[2][at] for at in (0, 1)] == [False, False]
    assert found[0][0] is not found[0][1]


@pytest.mark.parametrize("other", ["what runs next", "what waits", "a file that came", "a file that went"])
def test_what_leads_to_goals_is_found_anew_where_anything_else_is_told(other: str) -> None:
    before, goals = Before(), frozenset({("b.py", 1)})
    first = {"a.py": (told(("b.py", 1)),), "c.py": (told(),)}
    before.follow(first, nothing)
    toward, condensed = before.toward(goals, ()), before.condensed(before.of)
    then = {
        "what runs next": {**first, "c.py": (told(("b.py", 1)),)},
        "what waits": dict(first),
        "a file that came": {**first, "d.py": (told(("b.py", 1)),)},
        "a file that went": {"c.py": first["c.py"]},
    }[other]
    waits = other == "what waits"
    before.follow(then, lambda _: {("c.py", 0): (("b.py", 1),)} if waits else {})
    leads = before.toward(goals, ()).leads
    assert before.toward(goals, ()) is not toward
    assert before.condensed(before.of) is not condensed
    assert [path for path in ("a.py", "c.py", "d.py") if leads((path, 0))] == {
        "what runs next": ["a.py", "c.py"],
        "what waits": ["a.py", "c.py"],
        "a file that came": ["a.py", "d.py"],
        "a file that went": [],
    }[other]


def test_no_more_ways_are_kept_than_a_tree_asks_for() -> None:
    before = Before()
    before.follow({"a.py": (told(("b.py", 1)),)}, nothing)
    first = before.toward(frozenset({("b.py", 0)}), ())
    for number in range(1, MOST + 1):
        before.toward(frozenset({("b.py", number)}), ())
    assert before.toward(frozenset({("b.py", 0)}), ()) is not first
