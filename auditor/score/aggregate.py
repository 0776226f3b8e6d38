"""From checks to families, components and the repository (SCORING §5). Sums are exact, so order never matters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from auditor.model.audit import CheckScore, ComponentScore, Exposure, FamilyScore
from auditor.score.grades import capped, grade
from auditor.score.policy import FamilyPolicy, Policy


class Mean(msgspec.Struct, frozen=True):
    """A weighted mean of debt with its range; `debt` is None where nothing was determined."""

    debt: float | None
    low: float
    high: float
    coverage: float


NOTHING = Mean(debt=None, low=0.0, high=100.0, coverage=0.0)


DECIMALS = 12

LEAST_WEIGHT = 0.01
"""What an empty component weighs, so that a repository of such has a mean."""


def _settled(debt: float | None, low: float, high: float, coverage: float) -> Mean:
    """A mean without the dust of floating point, which would decide at the edge of a grade or of the coverage asked for."""
    return Mean(
        debt=None if debt is None else round(debt, DECIMALS),
        low=round(low, DECIMALS),
        high=round(high, DECIMALS),
        coverage=round(coverage, DECIMALS),
    )


def family_mean(checks: Sequence[CheckScore]) -> Mean:
    """Debt of the checks of one family: the headline over what was determined, the range over everything."""
    asked = math.fsum(check.weight * check.a for check in checks)
    if asked <= 0:
        return NOTHING
    seen = math.fsum(check.weight * check.a * check.q for check in checks)
    met = math.fsum(check.weight * check.a * check.q * check.s for check in checks if check.s is not None)
    unseen = math.fsum(check.weight * check.a * (1 - check.q) for check in checks)
    return _settled(
        debt=_percent(1 - met / seen) if seen > 0 else None,
        low=_percent(1 - (met + unseen) / asked),
        high=_percent(1 - met / asked),
        coverage=min(1.0, seen / asked),
    )


def mean_of(parts: Iterable[tuple[float, Mean]]) -> Mean:
    """The weighted mean of means. What has no headline leaves the headline, but stays in range and coverage."""
    weighed = [(weight, part) for weight, part in parts if weight > 0]
    if not weighed:
        return NOTHING
    whole = math.fsum(weight for weight, _ in weighed)
    known = [(weight, part.debt) for weight, part in weighed if part.debt is not None]
    return _settled(
        debt=math.fsum(weight * debt for weight, debt in known) / math.fsum(weight for weight, _ in known)
        if known
        else None,
        low=math.fsum(weight * part.low for weight, part in weighed) / whole,
        high=math.fsum(weight * part.high for weight, part in weighed) / whole,
        coverage=math.fsum(weight * part.coverage for weight, part in weighed) / whole,
    )


def component_weight(exposure: Exposure) -> float:
    """How much a component counts in its repository, by its logarithmic size: a large library cannot silence a small service.

    Size is in thousands of logical lines; a declared stage counts like a hundred lines, and data or a model like twenty,
    so that a component of YAML or SQL counts too. A folder with next to nothing in it weighs next to nothing.
    """
    return max(math.log2(1 + exposure.kloc + exposure.stages / 10 + exposure.artefacts / 50), LEAST_WEIGHT)


def family_score(
    family: FamilyPolicy, checks: tuple[CheckScore, ...], blocked: bool, title: str, policy: Policy
) -> FamilyScore:
    """One family of one component. Without an applicable check it has no weight and no debt, and its range is empty."""
    if not checks:
        return absent(family, title)
    return _family(
        family,
        family_mean(checks),
        weight=family.weight * max(check.a for check in checks),
        blocked=blocked,
        title=title,
        checks=checks,
        policy=policy,
    )


def absent(family: FamilyPolicy, title: str) -> FamilyScore:
    """A family that nothing of applies here."""
    return FamilyScore(
        id=family.id,
        title=title,
        debt=None,
        low=0.0,
        high=0.0,
        weight=0.0,
        coverage=0.0,
        grade="-",
        applicable=False,
    )


def component_mean(families: Iterable[FamilyScore]) -> Mean:
    """The debt of a component, by the weights of its applicable families."""
    return mean_of((family.weight, as_mean(family)) for family in families if family.applicable)


def component_score(families: tuple[FamilyScore, ...], blocked: bool, policy: Policy) -> ComponentScore:
    """The score of a component from its families."""
    mean = component_mean(families)
    return ComponentScore(
        debt=mean.debt,
        low=mean.low,
        high=mean.high,
        grade=_letter(mean.debt, blocked, policy.profile.whole_cap, policy),
        coverage=mean.coverage,
        families=families,
    )


def repository_family(
    family: FamilyPolicy, members: Sequence[tuple[float, FamilyScore]], blocked: bool, policy: Policy
) -> FamilyScore:
    """One family over all components, each given with its weight. Its own weight is the largest that it has in any."""
    title = members[0][1].title if members else family.id
    applicable = [(weight, score) for weight, score in members if score.applicable]
    if not applicable:
        return absent(family, title)
    return _family(
        family,
        mean_of((weight, as_mean(score)) for weight, score in applicable),
        weight=max(score.weight for _, score in applicable),
        blocked=blocked,
        title=title,
        checks=tuple(check for _, score in applicable for check in score.checks),
        policy=policy,
    )


def as_mean(score: FamilyScore | ComponentScore) -> Mean:
    """The numbers of a score, to be averaged."""
    return Mean(debt=score.debt, low=score.low, high=score.high, coverage=score.coverage)


def applies(score: ComponentScore) -> bool:
    """Whether anything at all is asked of a component."""
    return any(family.applicable for family in score.families)


def _family(
    family: FamilyPolicy,
    mean: Mean,
    *,
    weight: float,
    blocked: bool,
    title: str,
    checks: tuple[CheckScore, ...],
    policy: Policy,
) -> FamilyScore:
    return FamilyScore(
        id=family.id,
        title=title,
        debt=mean.debt,
        low=mean.low,
        high=mean.high,
        weight=weight,
        coverage=mean.coverage,
        grade=_letter(mean.debt, blocked, policy.profile.family_cap, policy),
        applicable=True,
        checks=checks,
    )


def _letter(debt: float | None, blocked: bool, cap: str, policy: Policy) -> str:
    letter = grade(debt, policy)
    return capped(letter, cap) if blocked else letter


def _percent(share: float) -> float:
    return 100 * min(1.0, max(0.0, share))
