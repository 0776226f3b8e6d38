"""The gate on one screen: what it decided, why, and what to do."""

from __future__ import annotations

from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.summary import sentence
from auditor.formats.text import decimal, plain, plural, short, span
from auditor.formats.words import verdict_word
from auditor.model.finding import Finding
from auditor.model.gate import Answer, Gate

_STYLE = {"fail": "bad", "conditional": "warn", "pass": "good"}
_MARK = {"held": "ok  ", "violated": "FAIL", "not-evaluated": "–   "}
_SHOWN = 10
_STATES = {
    "proposed": "proposed by this change, which cannot exempt itself; it counts once the base holds it",
    "expired": "expired, so that its findings count again",
    "unused": "meets no finding",
    "lapsed": "lapsed, since the code that it was given for changed",
}


def render(gate: Gate, *, color: bool = False, columns: int = COLUMNS) -> str:
    """The decision, its conditions, the findings behind it and the way out, in lines that fit."""
    screen = Screen(color=color, columns=columns)
    base = f"against {plain(gate.base, 60)}" if gate.base else "without a base"
    screen.pair(f"{verdict_word(gate.verdict)}: gate", base, _STYLE.get(gate.verdict, "strong"))
    if gate.incomplete:
        screen.add(f"Incomplete: {sentence(gate.incomplete)}", style="warn")
    screen.line()
    for answer in gate.answers:
        _answer(screen, answer)
    _score(screen, gate)
    _new(screen, gate)
    _people(screen, gate)
    _next(screen, gate)
    return screen.text()


def _answer(screen: Screen, answer: Answer) -> None:
    condition = answer.condition
    bound = f"at most {short(condition.most)}" if condition.most is not None else f"at least {short(condition.least)}"
    mark = "warn" if answer.outcome == "violated" and condition.level == "warn" else _MARK[answer.outcome]
    style = {"violated": "warn" if condition.level == "warn" else "bad"}.get(answer.outcome, "")
    screen.add(f"{mark} {condition.name:<20} {bound:<12} {plain(answer.says, 200)}", indent=2, hang=39, style=style)


def _score(screen: Screen, gate: Gate) -> None:
    score = gate.score
    if score.debt is None:
        return
    now = f"{decimal(score.debt)} (range {span(score.low, score.high)})"
    was = f", was {decimal(gate.before.debt)}" if gate.before and gate.before.debt is not None else ""
    screen.line()
    screen.add(f"Debt {now}{was}. {plural(gate.fixed, 'finding')} fixed." if gate.base else f"Debt {now}.")


def _new(screen: Screen, gate: Gate) -> None:
    counted = {mark for answer in gate.answers if answer.outcome == "violated" for mark in answer.findings}
    ordered = sorted(gate.new, key=lambda f: (f.fingerprint not in counted, -f.severity.rank, f.rule, str(f.place)))
    if ordered:
        screen.title(f"New with this change ({len(ordered)})")
        for finding in ordered[:_SHOWN]:
            _finding(screen, finding)
        if len(ordered) > _SHOWN:
            screen.line(f"  and {len(ordered) - _SHOWN} more")
    if gate.detected:
        rules = sorted({finding.rule for finding in gate.detected})
        screen.title(f"Only detected now ({len(gate.detected)})")
        screen.add(f"By rules that are new, were revised, or could not judge before: {', '.join(rules)}.", indent=2)


def _finding(screen: Screen, finding: Finding) -> None:
    where = plain(str(finding.place))
    screen.add(f"{where} {finding.rule} {finding.severity.value} {plain(finding.message, 300)}", indent=2, hang=4)
    if finding.remedy.strip():
        screen.add(f"-> {sentence(plain(finding.remedy, 300))}", indent=6, hang=3)
    screen.line(f"      {finding.fingerprint}")


def _people(screen: Screen, gate: Gate) -> None:
    if not gate.waivers:
        return
    screen.title("Waivers that do not hold")
    for row in gate.waivers:
        waiver = row.waiver
        screen.add(
            f"{plain(waiver.id, 40)} {waiver.rule}: {_STATES.get(row.state, row.state)}. {sentence(plain(waiver.reason, 160))}",
            indent=2,
            hang=2,
        )


def _next(screen: Screen, gate: Gate) -> None:
    if not gate.base:
        screen.title("To judge a change")
        screen.line("  auditor gate TARGET --base main       compare with where it branched off")
        screen.line("  auditor baseline create               or with what is there today")
    if gate.verdict != "fail":
        return
    screen.title("What now")
    screen.line("  auditor explain RULE                  why it is debt, and how it is mended")
    screen.line("  auditor waive FINGERPRINT --kind ...  decide otherwise, with a reason and an end")
