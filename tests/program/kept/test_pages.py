"""What is said of single contents is stored, and is what would be said anew whatever changed."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.graph.testing.leading import Leads, leads
from auditor.model.facts import Facts
from auditor.program import Memory, Resolved
from auditor.program.calls.following import Following, following
from auditor.program.naming.code import Code
from tests.program.kept.shop import CHANGES, START, Contents, Held, one_after_the_other, resolved, there_and_back

ASKED: list[str] = []
"""What was asked anew."""


def named(code: Code, path: str) -> tuple[str, ...]:
    """A question about a program."""
    ASKED.append(f"named {path}")
    return tuple(scope.name for scope in code.programs[path].scopes)


def keyed(facts: Facts) -> frozenset[str]:
    """A question about facts."""
    ASKED.append("keyed")
    return frozenset(leaf.key for leaf in facts.leaves)


def resolving(code: Code, path: str) -> dict[str, str | None]:
    """A question about imports."""
    ASKED.append(f"resolving {path}")
    brought = (name for each, _, _ in code.index(path, 0).imports for name in each.names)
    return {name.module: code.modules.resolve(path, name.module, 0) for name in brought}


def told(program: Resolved) -> object:
    """What pages tell of all files."""
    code, effects = program.code, program.effects
    found = {
        path: (
            code.words(path),
            code.roots(path),
            code.of_program(path, named, tuple[str, ...]),
            code.of_imports(resolving, path, dict[str, str | None]),
            code.imports(path),
            code.brought(path, 0),
            effects.told(path, following, tuple[Following, ...]),
            effects.told(path, leads, tuple[Leads, ...]),
        )
        for path in code.paths
    }
    said = {path: code.alone(path, keyed, frozenset[str]) for path in code.files}
    rebound = [code.rebinds(name) for name in ("root", "fast")]
    program.store()
    return found, said, rebound


def told_again(held: Held, texts: dict[str, str]) -> tuple[object, list[str]]:
    """What pages tell in a later process, and what had to be asked anew."""
    ASKED.clear()
    found = told(resolved(Contents().facts(texts), Memory(held, lasting=False)))
    return found, list(ASKED)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    there_and_back(change, told)


@settings(max_examples=20)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=8))
def test_what_is_kept_is_what_is_found_anew(changes: list[str]) -> None:
    one_after_the_other(changes, told)


def test_nothing_is_asked_of_the_same_contents_again() -> None:
    held = Held()
    first, asked = told_again(held, START)
    assert {"named train.py", "keyed", "resolving train.py"} <= set(asked)
    assert told_again(held, START) == (first, [])


def test_a_later_process_asks_of_what_changed_alone() -> None:
    held = Held()
    told_again(held, START)
    _, asked = told_again(held, {**START, "report.py": "import pandas\n"})
    assert sorted(asked) == ["keyed", "named report.py", "resolving report.py"]


def test_what_is_said_of_imports_hangs_on_all_modules() -> None:
    held = Held()
    told_again(held, START)
    _, asked = told_again(held, {**START, "joblib.py": "def dump(model, path):\n    pass\n"})
    assert "resolving train.py" in asked
    assert "named train.py" not in asked


def test_what_is_said_of_effects_hangs_on_them() -> None:
    """A function before those that it calls moves them, in a file that did not change itself, among the same modules."""
    held, moved = Held(), {**START, "shop/store.py": f"def first():\n    pass\n\n{START['shop/store.py']}"}
    told_again(held, START)
    contents, sides = Contents(), []
    for memory in (Memory(held, lasting=False), None):
        program = resolved(contents.facts(moved), memory)
        sides.append(program.effects.told("train.py", following, tuple[Following, ...]))
    assert sides[0] == sides[1]
    assert ("shop/store.py", 3) in {site for each in sides[0] for site in each.may}


def test_what_is_said_of_a_file_without_a_digest_is_not_stored() -> None:
    held = Held()
    for _ in range(2):
        facts = Contents().facts(START)
        facts["unread.py"] = facts["report.py"]
        ASKED.clear()
        told(resolved(facts, Memory(held, lasting=False)))
    assert "resolving unread.py" in ASKED
    assert "resolving report.py" not in ASKED


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda value: value[:-3], id="cut"),
        pytest.param(lambda value: bytes(byte ^ 1 for byte in value), id="other bits"),
        pytest.param(lambda _: zlib.compress(msgspec.msgpack.encode([1, 2, 3])), id="no page"),
    ],
)
def test_a_damaged_store_costs_time_alone(spoilt: Callable[[bytes], bytes]) -> None:
    held = Held()
    first, _ = told_again(held, START)
    held.values = {key: spoilt(value) for key, value in held.values.items()}
    found, asked = told_again(held, START)
    assert found == first
    assert {"named train.py", "resolving train.py"} <= set(asked)


def test_an_answer_of_another_kind_is_asked_anew() -> None:
    held, program = Held(), resolved(Contents().facts(START), None)
    words = program.code.words("train.py")
    resolved(Contents().facts(START), Memory(held, lasting=False)).store()
    store = resolved(Contents().facts(START), Memory(held, lasting=False))
    store.code.of_program("train.py", named, tuple[str, ...])
    store.store()
    again = resolved(Contents().facts(START), Memory(held, lasting=False))
    assert again.code.of_program("train.py", named, frozenset[int]) == named(again.code, "train.py")
    assert again.code.words("train.py") == words
