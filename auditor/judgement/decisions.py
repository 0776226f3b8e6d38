"""What people decided about a target, gathered from its tree or from the base of a change."""

from __future__ import annotations

import msgspec

from auditor.judgement.signoffs import read_signoffs
from auditor.judgement.suppressions import key_of
from auditor.judgement.waivers import read_waivers
from auditor.model.audit import Audit, Problem, Signoff, Waiver


class Decisions(msgspec.Struct, frozen=True):
    """Waivers, which of them do not count yet, the suppressions that count (None: all), sign-offs, and what is wrong there."""

    waivers: tuple[Waiver, ...]
    proposed: frozenset[str]
    suppressions: frozenset[tuple[str, tuple[str, ...], str]] | None
    signoffs: tuple[Signoff, ...]
    problems: tuple[Problem, ...]


def decisions(waived: bytes | None, signed: bytes | None, base: Audit | None) -> Decisions:
    """What a tree's files of waivers and sign-offs say; with a `base`, what that says, and what the tree adds as proposals."""
    (own, wrong), (signoffs, odd) = read_waivers(waived), read_signoffs(signed)
    problems = (*wrong, *odd)
    if base is None:
        return Decisions(own, frozenset(), None, signoffs, problems)
    given = {row.waiver.id: row.waiver for row in base.waivers}
    added = tuple(waiver for waiver in own if waiver.id not in given)
    counted = frozenset(key_of(one.path, one.rules, one.reason) for one in base.suppressions)
    return Decisions((*given.values(), *added), frozenset(waiver.id for waiver in added), counted, signoffs, problems)
