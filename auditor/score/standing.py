"""Where a repository stands among others of its kind: a line of context beside the score (SCORING §1)."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model.audit import ArchetypeScore, Component, Peers
from auditor.score.policy import Policy

LEAST = 10
"""Repositories of a kind from which a place among them says something (judgement)."""


def kind_of(components: Sequence[Component]) -> ArchetypeScore | None:
    """What a repository mostly is: the strongest archetype of its largest component."""
    largest = max(components, key=lambda one: (one.logical_lines, one.id), default=None)
    return largest.archetypes[0] if largest is not None and largest.archetypes else None


def peers(components: Sequence[Component], debt: float | None, policy: Policy) -> Peers | None:
    """The place among the repositories of the calibration that are of the same kind; None where they are too few."""
    kind = kind_of(components)
    if kind is None or debt is None:
        return None
    debts = [
        other.debt
        for other in policy.calibration.repositories
        if other.debt is not None and other.archetype == kind.letter
    ]
    if len(debts) < LEAST:
        return None
    worse = sum(other > debt for other in debts)
    return Peers(policy.profile.calibration, kind.letter, kind.name, len(debts), worse)
