"""The entanglement index: five shares of what hangs together without a contract, each visible (RULES §5.2)."""

from __future__ import annotations

import msgspec

FEWEST_ARTEFACTS = 20
FULL_COST = 0.35
"""Propagation cost from which its term is 1."""
LEAST_WEIGHT = 0.5


class Term(msgspec.Struct, frozen=True):
    """One term: its weight, its value in [0, 1] (None where there is nothing to take it of), and what it counts."""

    name: str
    weight: float
    value: float | None
    says: str


class Index(msgspec.Struct, frozen=True):
    """The index from 0 to 100, None where terms of half the weight have no data; its terms always tell."""

    value: float | None
    terms: tuple[Term, ...]


def index(terms: tuple[Term, ...]) -> Index:
    """The weighted mean of the terms that have data, times 100."""
    told = [term for term in terms if term.value is not None]
    weight = sum(term.weight for term in told)
    if weight < LEAST_WEIGHT:
        return Index(None, terms)
    return Index(round(100 * sum(term.weight * (term.value or 0.0) for term in told) / weight, 2), terms)


def propagation_term(cost: float | None, artefacts: int) -> Term:
    """How far a change travels, as a share of what would fail."""
    value = min(1.0, cost / FULL_COST) if cost is not None and artefacts >= FEWEST_ARTEFACTS else None
    says = f"{cost:.0%} of {artefacts} artefacts" if cost is not None else "no two artefacts"
    return Term("propagation", 0.30, _rounded(value), f"a change of the average artefact reaches {says}")


def share_term(name: str, weight: float, part: int, whole: int, says: str) -> Term:
    """A part of a whole; without a whole it has no value."""
    return Term(name, weight, _rounded(part / whole if whole else None), f"{part} of {whole} {says}")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
