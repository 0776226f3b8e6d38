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


def nothing(_making: Iterable[tuple[Site, Following]]) -> dict[Site, list[Site]]:
    """Nothing waits in any class."""
    return {}


def test_only_files_of_which_something_else_is_told_are_looked_at_again() -> None:
    before, same, cls = Before(), (told(("b.py", 1)),), Local("b.py", 3)
    making = []

    def waiting(all_making: Iterable[tuple[Site, Following]]) -> dict[Site, list[Site]]:
        making.append([(site, each.made) for site, each in all_making])
        return {("b.py", 4): [site for site, _ in making[-1]]}

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
    before.follow(then, lambda _: {("b.py", 1): [("c.py", 0)]} if waits else {})
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
