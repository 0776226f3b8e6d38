"""What became of each finding from commit to commit, and how long debt lives."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from auditor.lifecycle.delta import compare
from auditor.model.audit import Audit
from auditor.model.finding import Finding
from auditor.model.trend import HalfLife, Life
from auditor.score import Policy

DAY = 86_400


class Audited(msgspec.Struct, frozen=True):
    """One audited commit with its time."""

    commit: str
    time: int
    audit: Audit


class Step(NamedTuple):
    """What a step from one audited commit to the next did: how many findings came and went."""

    new: int
    fixed: int


class _Open:
    """A finding that is open at the moment, under the name it was born with."""

    def __init__(self, finding: Finding, born: Audited, absent_at: str) -> None:
        self.first, self.born, self.absent_at = finding, born, absent_at
        self.last = born

    def ended(self, how: str, at: Audited | None) -> Life:
        finding = self.first
        return Life(
            finding.fingerprint, finding.rule, finding.severity.value, finding.place.path, finding.entity,
            self.born.commit, self.born.time, self.absent_at,
            at.commit if at else "", at.time if at else None, self.last.commit, how,
        )  # fmt: skip


def lives(
    audited: Sequence[Audited],
    policy: Policy,
    titles: Mapping[str, str],
    renames: Mapping[tuple[str, str], Mapping[str, str]] | None = None,
) -> tuple[tuple[Life, ...], tuple[Step, ...]]:
    """The life of every finding over audited commits, oldest first, and what each step did.

    `renames` are those between two commits, by both of them. A finding that a commit could not look at stays open.
    """
    if not audited:
        return (), ()
    first = audited[0]
    living = {finding.fingerprint: _Open(finding, first, "") for finding in first.audit.findings}
    ended: list[Life] = []
    steps = [Step(0, 0)]
    for before, after in itertools.pairwise(audited):
        delta = compare(
            before.audit,
            after.audit,
            policy,
            titles,
            renames=(renames or {}).get((before.commit, after.commit)),
            parted=False,
        )
        onward: dict[str, _Open] = {}
        for pair in delta.kept:
            one = living.get(pair.before.fingerprint) or _Open(pair.before, before, "")
            one.last = after
            onward[pair.after.fingerprint] = one
        for finding in delta.stale:
            if finding.fingerprint in living:
                onward.setdefault(finding.fingerprint, living[finding.fingerprint])
        for how, gone in (("fixed", delta.fixed), ("removed", delta.removed)):
            ended += [living[f.fingerprint].ended(how, after) for f in gone if f.fingerprint in living]
        for finding in (*delta.new, *delta.detected):
            known = living.get(finding.fingerprint)  # a commit in between could not look at it
            onward[finding.fingerprint] = known or _Open(finding, after, before.commit)
            onward[finding.fingerprint].last = after
        living = onward
        steps.append(Step(len(delta.new) + len(delta.detected), len(delta.fixed)))
    newest = audited[-1]
    seen = {finding.fingerprint for finding in newest.audit.findings}
    ended += [one.ended("open" if mark in seen else "stale", None) for mark, one in living.items()]
    return tuple(sorted(ended, key=lambda life: (life.introduced_time, life.rule, life.path, life.fingerprint))), tuple(
        steps
    )


def half_lives(found: Iterable[Life], now: int, family: Mapping[str, str]) -> tuple[HalfLife, ...]:
    """After how many days half of a family's findings are gone: the median of Kaplan and Meier (1958).

    A finding that is still open, or went with what it was about, counts for as long as it was seen and no longer. Findings that
    were there at the first audited commit are left out: nobody knows their age.
    """
    known: dict[str, list[tuple[float, bool]]] = {}
    for life in found:
        if life.absent_at and life.severity != "info":
            end = life.resolved_time if life.resolved_time is not None else now
            days = max(0.0, (end - life.introduced_time) / DAY)
            known.setdefault(family.get(life.rule, life.rule[:3]), []).append((days, life.end == "fixed"))
    return tuple(
        HalfLife(name, len(ages), sum(fixed for _, fixed in ages), _median(ages))
        for name, ages in sorted(known.items())
    )


def _median(ages: Sequence[tuple[float, bool]]) -> float | None:
    alive, share = len(ages), 1.0
    for days, fixed in sorted(ages, key=lambda age: (age[0], not age[1])):
        if fixed:
            share *= 1 - 1 / alive
            if share <= 0.5 + 1e-12:
                return days
        alive -= 1
    return None
