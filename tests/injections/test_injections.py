"""Injections: one debt put into the paid-off project is found, at its place, and nothing else is said."""

from __future__ import annotations

import pytest

from tests.injections import coupling, data, jungles, operation
from tests.injections.edits import Injection
from tests.injections.paid_off import EVERY, project, run_again, told

INJECTIONS = (*jungles.INJECTIONS, *data.INJECTIONS, *coupling.INJECTIONS)


def test_the_project_holds_none_of_the_four_debts() -> None:
    assert told(project(), {}) == set()


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection.name)
def test_injection(injection: Injection) -> None:
    files = dict(project())
    for edit in injection.edits:
        edit(files)
    run_again(files)
    found = sorted(said for said, _ in told(files, injection.sizes, injection.history))
    assert found == sorted(injection.expected)


def test_the_project_holds_no_debt_at_all() -> None:
    assert told(project(), {}, families=EVERY) == set()


@pytest.mark.parametrize("injection", operation.INJECTIONS, ids=lambda injection: injection.name)
def test_injection_into_operation(injection: Injection) -> None:
    files = dict(project())
    for edit in injection.edits:
        edit(files)
    run_again(files)
    found = sorted(said for said, _ in told(files, injection.sizes, injection.history, EVERY))
    assert found == sorted(injection.expected)


def test_there_are_enough_of_them() -> None:
    assert len(INJECTIONS) >= 30
    assert len(operation.INJECTIONS) >= 30
    assert len({said.rule for injection in INJECTIONS for said in injection.expected}) >= 20
