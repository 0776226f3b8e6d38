"""The gate: conditions over an audit and what changed against its base (LIFECYCLE §6)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from auditor.model.audit import Audit, Score
from auditor.model.errors import UsageError
from auditor.model.finding import Finding, Severity
from auditor.model.gate import SCHEMA, Answer, Condition, Gate
from auditor.model.regex import regex
from auditor.model.settings import Scalar
from auditor.model.verdict import PEDANTIC, RuleInfo

DEFAULTS = (
    Condition("new.critical", most=0),
    Condition("new.high", most=0),
    Condition("open.blockers", most=0),
    Condition("new.unreadable", most=0),
    Condition("score.rise", most=2.0),
    Condition("waivers.expired", most=0),
    Condition("checklist.blocking", most=0, level="warn"),
)

MIN_COVERAGE = 0.80
"""Share of the scoring weight that must be determined for a gate to be believed, unless the settings say otherwise."""

BLOCKER = 0.9
"""The least confidence of a critical that blocks by itself."""

_SEVERITIES = tuple(severity.value for severity in Severity)
_COUNTED = frozenset({
    *(f"{side}.{severity}" for side in ("new", "open") for severity in _SEVERITIES),
    "open.blockers", "new.unreadable", "score.rise", "score", "waivers.expired", "checklist.blocking",
})  # fmt: skip
_NAMED = regex(r"family\.[A-Z]{3}|rule\.[A-Z]{3}\d{3}")


class Change(msgspec.Struct, frozen=True):
    """What a change did, however it was found out. `fixed` counts; `before` is None where the base has no score like ours."""

    base: str
    new: tuple[Finding, ...]
    detected: tuple[Finding, ...]
    fixed: int
    unreadable: tuple[str, ...]
    before: Score | None


def conditions(settings: Mapping[str, Mapping[str, Scalar]]) -> tuple[Condition, ...]:
    """The conditions that count: the defaults, replaced, switched off and added to by the settings. Raises UsageError."""
    table = {condition.name: condition for condition in DEFAULTS}
    for name, row in settings.items():
        if name not in _COUNTED and not _NAMED.fullmatch(name):
            near = difflib.get_close_matches(name, [*_COUNTED, "family.MON", "rule.LKG001"], n=1)
            raise UsageError(f"the gate has no condition {name!r}" + (f"; is {near[0]!r} meant?" if near else ""))
        if row.get("off"):
            table.pop(name, None)
        else:
            table[name] = _condition(name, row)
    return tuple(table.values())


def _condition(name: str, row: Mapping[str, Scalar]) -> Condition:
    odd = sorted(row.keys() - {"max", "min", "level"})
    if odd:
        raise UsageError(f"the gate's {name!r} holds {odd[0]!r}; it can hold max, min and level")
    bounds = [key for key in ("max", "min") if key in row]
    level = row.get("level", "error")
    if len(bounds) != 1 or isinstance(row[bounds[0]], bool) or not isinstance(row[bounds[0]], int | float):
        raise UsageError(f"the gate's {name!r} needs exactly one of max and min, a number")
    if level not in ("error", "warn"):
        raise UsageError(f"the level of the gate's {name!r} is error or warn, not {level!r}")
    bound = float(row[bounds[0]])
    return Condition(
        name, most=bound if bounds == ["max"] else None, least=bound if bounds == ["min"] else None, level=str(level)
    )


def hold(
    audit: Audit,
    change: Change | None,
    asked: Iterable[Condition],
    *,
    blocking: int | None = None,
    min_coverage: float = MIN_COVERAGE,
    thin_before: bool = False,
) -> Gate:
    """Hold an audit against a gate. `change` is None without a base; `blocking` counts open checklist items that block.

    `thin_before` says that coverage was as low at the base, which a change cannot be blamed for.
    """
    answers = tuple(_answer(condition, audit, change, blocking) for condition in asked)
    broken = {answer.condition.level for answer in answers if answer.outcome == "violated"}
    thin = audit.coverage.share < min_coverage
    pedantic = {rule.id for rule in audit.rules if rule.persona == PEDANTIC}
    undecided = any(
        f.severity is Severity.CRITICAL and f.state != "dismissed" and f.rule not in pedantic for f in audit.findings
    )  # accepted, or too unsure to block: a person has the last word
    verdict = "fail" if "error" in broken else "conditional" if broken or thin or undecided else "pass"
    return Gate(
        schema=SCHEMA,
        verdict=verdict,
        base=change.base if change else "",
        score=audit.score,
        before=change.before if change else None,
        answers=answers,
        new=change.new if change else (),
        detected=change.detected if change else (),
        fixed=change.fixed if change else 0,
        waivers=tuple(row for row in audit.waivers if row.state != "active"),
        incomplete=_incomplete(audit, min_coverage, thin_before=thin_before),
    )


def _incomplete(audit: Audit, least: float, *, thin_before: bool) -> str:
    if audit.errors:
        return f"a part of the analysis failed: {audit.errors[0]}"
    share = audit.coverage.share
    if share < least and not thin_before and audit.score.debt is not None:
        return f"only {100 * share:.0f} % of the scoring weight could be determined; {100 * least:.0f} % is asked for"
    return ""


def gating(finding: Finding, rules: Mapping[str, RuleInfo]) -> bool:
    """Whether a finding may fail a gate by its severity: open, and of a reliable rule or confirmed by a person."""
    known = rules.get(finding.rule)
    if known is None or known.persona == PEDANTIC:
        return False
    return finding.state == "open" and (finding.confirmed or known.reliability == "A")


def _answer(condition: Condition, audit: Audit, change: Change | None, blocking: int | None) -> Answer:
    side, _, what = condition.name.partition(".")
    ask = _ASKED.get(condition.name) or _SIDES.get(side)
    if ask is None:  # pragma: no cover - `conditions` lets no other name through
        raise UsageError(f"the gate has no condition {condition.name!r}")
    return ask(condition, what, audit, change, blocking)


_Ask = Callable[[Condition, str, Audit, Change | None, int | None], Answer]


def _counted(condition: Condition, value: float, says: str, findings: Iterable[Finding] = ()) -> Answer:
    over = condition.most is not None and value > condition.most
    under = condition.least is not None and value < condition.least
    return Answer(
        condition, "violated" if over or under else "held", value, says, tuple(f.fingerprint for f in findings)
    )


def _not(condition: Condition, why: str) -> Answer:
    return Answer(condition, "not-evaluated", None, why)


def _new(condition: Condition, what: str, audit: Audit, change: Change | None, _blocking: int | None) -> Answer:
    if change is None:
        return _not(condition, "needs a base or a baseline")
    rules = {rule.id: rule for rule in audit.rules}
    found = [f for f in change.new if f.severity.value == what and gating(f, rules)]
    return _counted(condition, len(found), f"{len(found)} new {what}", found)


def _unreadable(
    condition: Condition, _what: str, _audit: Audit, change: Change | None, _blocking: int | None
) -> Answer:
    if change is None:
        return _not(condition, "needs a base or a baseline")
    paths = change.unreadable
    named = f": {', '.join(paths[:3])}" if paths else ""
    files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
    return _counted(condition, len(paths), f"{files} could be read before and no longer can{named}")


def _rise(condition: Condition, _what: str, audit: Audit, change: Change | None, _blocking: int | None) -> Answer:
    if change is None:
        return _not(condition, "needs a base or a baseline")
    if change.before is None or change.before.debt is None or audit.score.debt is None:
        return _not(condition, "the base has no score under the same rules and weights")
    rise = round(audit.score.high - change.before.high, 6)
    return _counted(condition, rise, f"{rise:+.1f} debt points at the pessimistic end")


def _blockers(condition: Condition, _what: str, audit: Audit, _change: Change | None, _blocking: int | None) -> Answer:
    rules = {rule.id: rule for rule in audit.rules}
    found = [
        f for f in audit.findings
        if f.severity is Severity.CRITICAL and f.confidence >= BLOCKER and gating(f, rules)
    ]  # fmt: skip
    return _counted(condition, len(found), f"{len(found)} critical and certain", found)


def _open(condition: Condition, what: str, audit: Audit, _change: Change | None, _blocking: int | None) -> Answer:
    rules = {rule.id: rule for rule in audit.rules}
    found = [f for f in audit.findings if f.severity.value == what and gating(f, rules)]
    return _counted(condition, len(found), f"{len(found)} open {what}", found)


def _score(condition: Condition, _what: str, audit: Audit, _change: Change | None, _blocking: int | None) -> Answer:
    if audit.score.debt is None:
        return _not(condition, "nothing could be judged")
    return _counted(
        condition, audit.score.high, f"debt {audit.score.debt:.1f}, at the pessimistic end {audit.score.high:.1f}"
    )


def _family(condition: Condition, what: str, audit: Audit, _change: Change | None, _blocking: int | None) -> Answer:
    found = next((family for family in audit.families if family.id == what), None)
    if found is None or not found.applicable:
        return _not(condition, f"nothing of {what} applies here")
    return _counted(condition, found.high, f"{found.title}: debt up to {found.high:.1f}")


def _rule(condition: Condition, what: str, audit: Audit, _change: Change | None, _blocking: int | None) -> Answer:
    if all(rule.id != what for rule in audit.rules):
        return _not(condition, f"there is no rule {what}")
    found = [f for f in audit.findings if f.rule == what and f.state == "open"]
    return _counted(condition, len(found), f"{len(found)} open of {what}", found)


def _expired(condition: Condition, _what: str, audit: Audit, _change: Change | None, _blocking: int | None) -> Answer:
    gone = [row.waiver.id for row in audit.waivers if row.state == "expired"]
    gone += [f"{one.path}:{one.line}" for one in audit.suppressions if one.state == "expired"]
    named = f": {', '.join(gone[:3])}" if gone else ""
    return _counted(condition, len(gone), f"{len(gone)} waivers and suppressions have ended{named}")


def _checklist(condition: Condition, _what: str, _audit: Audit, _change: Change | None, blocking: int | None) -> Answer:
    if blocking is None:
        return _not(condition, "the checklist was not looked at")
    return _counted(condition, blocking, f"{blocking} blocking items are neither passed nor waived")


_ASKED: dict[str, _Ask] = {
    "new.unreadable": _unreadable,
    "open.blockers": _blockers,
    "score": _score,
    "score.rise": _rise,
    "waivers.expired": _expired,
    "checklist.blocking": _checklist,
}
_SIDES: dict[str, _Ask] = {"new": _new, "open": _open, "family": _family, "rule": _rule}
