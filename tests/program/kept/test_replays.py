"""What a view is asked one after the other is given again while the same is asked in the same order, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.program import Memory
from auditor.program.kept.answers import View
from auditor.program.kept.replays import Asking, Question, Replay
from auditor.program.kept.traces import Tree
from auditor.program.naming.code import Frame
from tests.program.kept.shop import Contents, resolved

FILES = {"main.py": "from names import A, B\none = A\ntwo = B\n", "names.py": "A = 'a'\nB = 'b'\n", "far.py": "x = 1\n"}
ONE, TWO = "one", "two"


class Trees:
    """Trees of one history, and what was asked in them."""

    def __init__(self) -> None:
        self.contents, self.memory = Contents(), Memory()
        self.found: list[str] = []

    def tree(self, **changed: str) -> Tree:
        """The tree with some files changed."""
        files = {**FILES, **{f"{name}.py": text for name, text in changed.items()}}
        return resolved(self.contents.facts(files), self.memory).effects.tree

    def asking(self, tree: Tree, former: Replay[str] | None = None) -> Asking[str]:
        """Asks for what a name of main.py can be."""
        return Asking("texts", "main.py", tree, self._begin, former)

    def _begin(self, view: View) -> Callable[[Question], str]:
        def answer(question: Question) -> str:
            name = str(question[0])
            self.found.append(name)
            (binding,) = view.code.index("main.py", 0).bindings[name].values()
            assert binding.value is not None
            return "|".join(value.text() for value in view.evaluator.values(binding.value, Frame("main.py", 0)))

        return answer


def asked(asking: Asking[str], *names: str) -> list[str]:
    """The answers to some questions, in this order."""
    return [asking.of((name,)).answer for name in names]


def test_the_same_in_the_same_order_is_not_found_again() -> None:
    trees = Trees()
    first = trees.asking(trees.tree())
    assert asked(first, ONE, TWO) == ["a", "b"]
    later = trees.asking(trees.tree(far="x = 2\n"), first.close())
    assert asked(later, ONE, TWO) == ["a", "b"]
    assert trees.found == [ONE, TWO]
    assert [said.question for said in later.close().said] == [(ONE,), (TWO,)]


def test_another_question_finds_what_was_asked_before_it_anew() -> None:
    trees = Trees()
    first = trees.asking(trees.tree())
    asked(first, ONE, ONE, TWO)
    later = trees.asking(trees.tree(), first.close())
    assert asked(later, ONE, TWO, TWO) == ["a", "b", "b"]
    assert trees.found == [ONE, ONE, TWO, ONE, TWO, TWO]
    again = trees.asking(trees.tree(), later.close())
    assert asked(again, ONE, TWO, TWO) == ["a", "b", "b"]
    assert len(trees.found) == 6


def test_a_question_that_only_looks_the_same_is_another() -> None:
    trees = Trees()
    first = trees.asking(trees.tree())
    asked(first, ONE)
    later = trees.asking(trees.tree(), first.close())
    assert asked(later, "".join(["o", "ne"])) == ["a"]
    assert len(trees.found) == 2


@pytest.mark.parametrize("names", [(ONE,), (ONE, TWO)])
def test_what_changed_is_found_anew(names: tuple[str, ...]) -> None:
    trees = Trees()
    first = trees.asking(trees.tree())
    asked(first, ONE, TWO)
    later = trees.asking(trees.tree(names="A = 'c'\nB = 'd'\n"), first.close())
    assert asked(later, *names) == ["c", "d"][: len(names)]


def test_steps_are_those_of_the_first_time() -> None:
    trees = Trees()
    first = trees.asking(trees.tree())
    steps = [first.of((name,)).steps for name in (ONE, TWO)]
    later = trees.asking(trees.tree(), first.close())
    assert [later.of((name,)).steps for name in (ONE, TWO)] == steps
    assert max(steps) > 0
