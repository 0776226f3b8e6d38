"""What the dialects say of a tree, kept from one tree to the next, after a change and back."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph.declared.steps import Steps
from auditor.knowledge import load
from auditor.program import Memory, resolve
from tests.program.kept.shop import Contents, Held, Texts


def said(contents: Contents, texts: Texts, memory: Memory | None) -> object:
    """What the steps of a tree declare, with what a memory keeps of former trees."""
    facts = contents.facts(texts)
    program = resolve(facts, frozenset(facts), load(), memory=memory)
    found = Steps(program).declarations
    program.store()
    return found


def changed_and_back(start: Texts, change: Callable[[Texts], None]) -> tuple[object, object]:
    """What is said before and after a change: in one process and over the store, it is what is said anew, and so it is back again."""
    contents, memory, held, texts = Contents(), Memory(), Held(), dict(start)
    before = said(contents, texts, memory)
    assert said(contents, texts, Memory(held)) == before
    change(texts)
    after = said(contents, texts, None)
    assert said(contents, texts, memory) == after
    assert said(contents, texts, Memory(held)) == after
    assert said(contents, dict(start), memory) == before
    assert said(contents, dict(start), Memory(held)) == before
    return before, after
