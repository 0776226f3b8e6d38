"""What may run a scope is the same whether a tree is looked at first or after another one of which much is known."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.program import Memory, Resolved
from auditor.program.calls.before import Before
from auditor.program.calls.following import Following
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


def test_only_files_of_which_something_else_is_told_are_looked_at_again() -> None:
    before, same, cls = Before(), (told(("b.py", 1)),), Local("b.py", 3)
    before.follow({"a.py": same, "c.py": (told(("b.py", 1), ("b.py", 2), made=(cls,)),)})
    assert set(before.of(("b.py", 1))) == {("a.py", 0), ("c.py", 0)}
    assert [(site, each.made) for site, each in before.making()] == [(("c.py", 0), (cls,))]
    before.follow({"a.py": same, "d.py": (told(), told(("b.py", 2)))})
    assert set(before.of(("b.py", 1))) == {("a.py", 0)}
    assert set(before.of(("b.py", 2))) == {("d.py", 1)}
    assert not list(before.making())
