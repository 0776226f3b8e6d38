"""Dagster: assets by their keys, ops in graphs and jobs, code locations, schedules, sensors, automation."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.contract import Statement, reaching
from auditor.dialects.dagster.meaning import Dagster
from auditor.dialects.dagster.statements import Statements
from auditor.program import Resolved


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every asset and job of the given files and those that import them."""
    files = reaching(resolved, paths)
    meaning = Dagster(resolved, frozenset(files))
    for path in files:
        meaning.machine.start(path)
    yield from Statements(meaning).all()
    yield from meaning.machine.cut(paths)
