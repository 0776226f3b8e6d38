"""How the repositories of a fleet stand to each other: ranking, percentiles, problems that they share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from statistics import quantiles

import msgspec

from auditor.model.audit import Audit, Versions
from auditor.model.finding import Finding, Severity
from auditor.model.fleet import SCHEMA, Fleet, Member, Shared, Spread, Standing
from auditor.model.verdict import Outcome, RuleInfo

EXAMPLES = 5
WHOLE = "debt"
APPLIED = frozenset({Outcome.FINDING, Outcome.CLEAN, Outcome.NOT_EVIDENCED})


class _Problem:
    """One rule over all repositories read so far."""

    def __init__(self, rule: RuleInfo) -> None:
        self.rule, self.applicable, self.worst = rule, 0, Severity.INFO
        self.found: list[tuple[int, str]] = []


class Comparison:
    """Takes one audit after the other and holds of each what it compares: memory grows with repositories, not with findings."""

    def __init__(self, as_of: str) -> None:
        self._as_of, self._standings = as_of, list[Standing]()
        self._versions: Versions | None = None
        self._problems: dict[str, _Problem] = {}
        self._titles: dict[str, str] = {}

    def add(self, member: Member, audit: Audit | None, file: str = "", problem: str = "") -> None:
        """One repository, or why there is no audit of it."""
        if audit is None:
            reason = problem.removeprefix(f"{member.target} ").strip() or "not audited"
            self._standings.append(Standing(member, member.target, problem=reason))
            return
        self._versions = self._versions or audit.versions
        self._standings.append(_standing(member, audit, file))
        self._titles |= {family.id: family.title for family in audit.families}
        findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in audit.findings:
            if finding.state == "open" and finding.severity is not Severity.INFO:
                findings[finding.rule].append(finding)
        applied = {verdict.rule for verdict in audit.verdicts if verdict.outcome in APPLIED}
        for rule in audit.rules:
            if rule.id in applied or rule.id in findings:
                self._note(rule, member, findings.get(rule.id, ()))

    def result(self) -> Fleet:
        """The comparison of all that was added."""
        titles = {one.rule.family for one in self._problems.values()}
        families = sorted(titles | {name for one in self._standings for name in one.families})
        spreads = (
            _spread(name, [one.families.get(name) for one in self._standings], self._titles.get(name, ""))
            for name in families
        )
        shared = [self._shared(one) for one in self._problems.values() if len(one.found) > 1]
        return Fleet(
            schema=SCHEMA,
            versions=self._versions,
            as_of=self._as_of,
            standings=ranked(_named(self._standings)),
            debt=_spread(WHOLE, [one.debt for one in self._standings]),
            families=tuple(spread for spread in spreads if spread is not None),
            shared=tuple(sorted(shared, key=lambda one: (-one.repositories, -one.findings, one.rule))),
        )

    def _note(self, rule: RuleInfo, member: Member, found: Sequence[Finding]) -> None:
        known = self._problems.setdefault(rule.id, _Problem(rule))
        known.applicable += 1
        if found:
            known.found.append((len(found), member.target))
            known.worst = max((known.worst, *(finding.severity for finding in found)), key=lambda one: one.rank)

    def _shared(self, one: _Problem) -> Shared:
        names = {standing.member.target: standing.name for standing in _named(self._standings)}
        first = sorted(one.found, key=lambda row: (-row[0], row[1]))[:EXAMPLES]
        return Shared(
            one.rule.id, one.rule.title, one.rule.family, one.worst.value, len(one.found), one.applicable,
            sum(count for count, _ in one.found), tuple(names[target] for _, target in first),
        )  # fmt: skip


def _standing(member: Member, audit: Audit, file: str) -> Standing:
    """Where an audit stands; `ranked` adds what depends on the others."""
    score = audit.score
    open_ = Counter(finding.severity.value for finding in audit.findings if finding.state == "open")
    letters = sorted({kind.letter for component in audit.components for kind in component.archetypes[:1]})
    return Standing(
        member, audit.target.name, audit.target.revision or "", None, None, score.debt, score.low, score.high, score.net,
        score.grade, score.provisional, score.coverage, score.hours_p50, score.hours_p90, audit.coverage.logical_lines,
        "".join(letters), {one.value: open_[one.value] for one in Severity if open_[one.value]},
        {family.id: family.debt for family in audit.families}, bool(audit.errors), file,
    )  # fmt: skip


def _named(standings: Sequence[Standing]) -> list[Standing]:
    """Standings whose names tell them apart: what two are called alike is called by the end of its target, and by its revision."""
    called: dict[str, set[str]] = defaultdict(set)
    for one in standings:
        called[one.name].add(one.member.target)
    targets = Counter(one.member.target for one in standings)

    def name(one: Standing) -> str:
        alike = called[one.name]
        place = one.name if len(alike) == 1 else _ending(one.member.target, alike)
        return f"{place} {one.member.rev}".rstrip() if targets[one.member.target] > 1 else place

    return [msgspec.structs.replace(one, name=name(one)) for one in standings]


def _ending(target: str, alike: Collection[str]) -> str:
    """As much of the end of a target as tells it from the others."""
    parts = target.rstrip("/").split("/")
    others = [other.rstrip("/").split("/") for other in alike if other != target]
    length = next((n for n in range(1, len(parts)) if all(parts[-n:] != other[-n:] for other in others)), None)
    return "/".join(parts[-length:]) if length else target


def ranked(standings: Iterable[Standing]) -> tuple[Standing, ...]:
    """Most debt first, what could not be judged last; equals share a rank."""
    everyone = list(standings)
    debts = sorted(one.debt for one in everyone if one.debt is not None)
    placed = [
        msgspec.structs.replace(
            one,
            rank=1 + sum(debt > one.debt for debt in debts),
            percentile=100 * (sum(debt < one.debt for debt in debts) + debts.count(one.debt) / 2) / len(debts),
        )
        if one.debt is not None
        else one
        for one in everyone
    ]
    order = {True: 0, False: 1}
    return tuple(
        sorted(
            placed,
            key=lambda one: (order[one.rank is not None], one.rank or 0, bool(one.problem), one.name, one.member),
        )
    )


def _spread(name: str, values: Iterable[float | None], title: str = "") -> Spread | None:
    """Ends and quartiles (inclusive, method 7 of Hyndman and Fan 1996) of what was determined; None where nothing was."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    q1, median, q3 = quantiles(known, n=4, method="inclusive") if len(known) > 1 else (known[0],) * 3
    return Spread(name, len(known), known[0], q1, median, q3, known[-1], title)
