"""Audits the repositories of a fleet that are not audited yet, keeps each, and compares all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from auditor.fleet.comparison import Comparison
from auditor.fleet.engines import Engine
from auditor.fleet.members import settled
from auditor.fleet.results import Results
from auditor.fleet.work import Job, Terms
from auditor.model.fleet import Fleet, Member

Progress = Callable[[str, int, int], None]


def walk(
    members: Sequence[Member],
    results: Results,
    engine: Engine,
    terms: Terms,
    *,
    again: bool = False,
    progress: Progress | None = None,
) -> Fleet:
    """The comparison of all members.

    A repository that fails is told in the comparison and stops nobody; the next call tries it again. With `again`, what is
    there is audited anew.
    """
    everyone = tuple(dict.fromkeys(map(settled, members)))
    results.begin(dt.date.today().isoformat())  # noqa: DTZ011  # the day on the user's calendar, as for one audit
    missing = [member for member in everyone if again or not results.has(member)]
    jobs = (Job(member, results.as_of, terms, results.code) for member in missing)
    for done, result in enumerate(engine(jobs), 1):
        results.keep(result)
        if progress is not None:
            progress("auditing repositories", done, len(missing))
    return compared(everyone, results)


def compared(members: Sequence[Member], results: Results) -> Fleet:
    """The comparison of what is there; a member that is not is told."""
    comparison = Comparison(results.as_of)
    for done, audit in results.of(members):
        comparison.add(done.member, audit, done.audit, done.problem)
    return comparison.result()
