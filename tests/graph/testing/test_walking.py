"""A walk through what tests run is kept as long as it is told the same, and made anew where anything else is told."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

import pytest

from auditor.graph.testing.leading import Leads
from auditor.graph.testing.walking import KnownWalk, Tells, Whole
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Local

TEST: Site = ("tests/test_a.py", 1)
OTHER: Site = ("tests/test_a.py", 2)
MODEL, BASE = Local("a.py", 1), Local("base.py", 1)
Tables = dict[str, Mapping[Any, Any]]

TABLES: Tables = {
    "leads": {
        "tests/test_a.py": (
            Leads(frozenset()),
            Leads(frozenset({("a.py", 4)}), (MODEL,), (), ("run.py",), ("folder",), ("save",)),
            Leads(frozenset()),
        ),
        "a.py": (Leads(frozenset()), Leads(frozenset()), Leads(frozenset()), Leads(frozenset()), Leads(frozenset())),
        "base.py": (Leads(frozenset()), Leads(frozenset()), Leads(frozenset())),
        "run.py": (Leads(frozenset()), Leads(frozenset())),
        "more.py": (Leads(frozenset()), Leads(frozenset())),
        "tests/conftest.py": (Leads(frozenset()), Leads(frozenset())),
    },
    "classes": {"a.py": {1: frozenset({("a.py", 2), ("a.py", 3)})}, "base.py": {1: frozenset({("base.py", 2)})}},
    "imported": {"tests/test_a.py": frozenset({("a.py", 0)}), "a.py": frozenset({("base.py", 0)})},
    "around": {},
    "named": {"run.py": frozenset({("run.py", 1)})},
    "only": {"fit": frozenset({("base.py", 2)})},
    "bases": {MODEL: (BASE,)},
    "fixtures": {"folder": frozenset({("tests/conftest.py", 1)})},
    "launches": {},
}
FOUND = frozenset({
    TEST, ("a.py", 0), ("base.py", 0), ("a.py", 2), ("a.py", 3), ("a.py", 4), ("base.py", 2), ("run.py", 1), ("tests/conftest.py", 1)
})  # fmt: skip


def told(tables: Tables, failing: frozenset[Site] = frozenset({TEST})) -> tuple[Whole, Tells]:
    """A walk's questions answered out of tables, of which files without an entry have nothing to tell but where they lead."""
    whole = Whole(failing, frozenset({TEST, OTHER}), tables["bases"], tables["fixtures"], tables["launches"])
    none = frozenset[Site]()
    return whole, Tells(
        tables["leads"].keys(),
        tables["leads"].__getitem__,
        lambda path: tables["classes"].get(path, {}),
        lambda path: tables["imported"].get(path, none),
        lambda path: tables["around"].get(path, none),
        lambda text: tables["named"].get(text, none),
        lambda name: tables["only"].get(name, none),
    )


def changed(name: str, asked: object, answer: object) -> Tables:
    """The tables with another answer in one."""
    return {**TABLES, name: {**TABLES[name], asked: answer}}


def test_it_finds_what_tests_lead_to_and_tells_apart_those_that_can_fail() -> None:
    walk = KnownWalk().walk(*told(TABLES))
    assert walk.reached == FOUND
    assert walk.touched == FOUND | {OTHER}


def test_told_the_same_by_others_it_is_kept() -> None:
    known = KnownWalk()
    walk = known.walk(*told(TABLES))
    same: Tables = {name: dict(table) for name, table in TABLES.items()}
    same["leads"] = {**TABLES["leads"], "new.py": (Leads(frozenset({TEST})),)}  # which nothing leads to
    assert known.walk(*told(same)) is walk


MORE: Site = ("more.py", 1)


@pytest.mark.parametrize(
    ("tables", "more", "less"),
    [
        (changed("leads", "a.py", (*TABLES["leads"]["a.py"][:4], Leads(frozenset({MORE})))), {MORE}, set()),
        (changed("classes", "a.py", {1: frozenset({("a.py", 2), MORE})}), {MORE}, {("a.py", 3)}),
        (changed("imported", "a.py", frozenset({MORE})), {MORE}, {("base.py", 0)}),
        (changed("around", "tests/test_a.py", frozenset({MORE})), {MORE}, set()),
        (changed("named", "run.py", frozenset({MORE})), {MORE}, {("run.py", 1)}),
        (changed("only", "save", frozenset({MORE})), {MORE}, set()),
        (changed("bases", MODEL, ()), set(), {("base.py", 2)}),
        (changed("fixtures", "folder", frozenset({MORE})), {MORE}, {("tests/conftest.py", 1)}),
        (changed("launches", TEST, frozenset({MORE})), {MORE}, set()),
    ],
)
def test_told_anything_else_it_is_made_anew(tables: Tables, more: set[Site], less: set[Site]) -> None:
    known = KnownWalk()
    assert known.walk(*told(TABLES)).reached == FOUND
    assert known.walk(*told(tables)).reached == (FOUND | more) - less
    assert known.walk(*told(TABLES)).reached == FOUND


def test_where_a_file_is_gone_nobody_is_asked_about_it() -> None:
    known = KnownWalk()
    known.walk(*told(TABLES))
    leads = {path: found for path, found in TABLES["leads"].items() if path != "run.py"}
    assert known.walk(*told({**TABLES, "leads": leads, "named": {}})).reached == FOUND - {("run.py", 1)}


def test_other_tests_that_can_fail_are_another_walk() -> None:
    known = KnownWalk()
    known.walk(*told(TABLES))
    walk = known.walk(*told(TABLES, frozenset({OTHER})))
    assert walk.reached == {OTHER, ("a.py", 0), ("base.py", 0)}
    assert walk.touched == FOUND | {OTHER}


class Tree:
    """Who tells where files of a tree lead."""

    def leads(self, path: str) -> tuple[Leads, ...]:
        """What the tables say."""
        found: tuple[Leads, ...] = TABLES["leads"][path]
        return found


def test_a_walk_that_is_kept_lets_go_of_the_tree() -> None:
    known, tree = KnownWalk(), Tree()
    whole, tells = told(TABLES)
    known.walk(whole, tells._replace(leads=tree.leads))
    gone = weakref.ref(tree)
    del tree
    assert gone() is None


def test_made_anew_it_asks_nobody_the_same_twice() -> None:
    known, asked = KnownWalk(), list[str]()
    known.walk(*told(TABLES))
    whole, tells = told(changed("only", "save", frozenset({MORE})))

    def leads(path: str) -> tuple[Leads, ...]:
        asked.append(path)
        return tells.leads(path)

    assert MORE in known.walk(whole, tells._replace(leads=leads)).reached
    assert len(asked) == len(set(asked)) > 1
