"""Inline suppressions: `# auditor: ignore[LKG001] reason` (LIFECYCLE §5)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from auditor.model.audit import Problem, Suppressed
from auditor.model.finding import Finding
from auditor.model.ir import Cell, Comment
from auditor.model.regex import regex

STATE = "suppressed"
CODE = "suppression"

# No quantifier is followed by what it can match itself: a hostile comment costs linear time.
_DIRECTIVE = regex(r"(?:^|#)[ \t]*auditor:[ \t]*ignore\b[ \t]*(?:\[(?P<rules>[^\[\]]*)\])?(?P<rest>[^\n]*)", re.ASCII)
_UNTIL = regex(r"until=(?P<date>\S*)(?P<rest>.*)", re.DOTALL)
_RULE = regex(r"[A-Z]{2,8}\d{1,6}", re.ASCII)

LONGEST = 2_000
"""Characters of a comment that are looked at."""

REASON_SHOWN = 300
"""Characters of a reason that are kept."""

Cells = Mapping[str, Sequence[Cell]]
Key = tuple[str, tuple[str, ...], str]  # path, rules, reason
Spot = tuple[str, int | None, int | None]  # path, cell, line in the file or in the cell


class Suppression(msgspec.Struct, frozen=True):
    """One directive: it covers findings of `rules` on `line`, and on the next statement's first line if it stands `alone`."""

    path: str
    cell: int | None
    line: int
    alone: bool
    rules: tuple[str, ...]
    reason: str
    until: date | None


def apply(
    findings: Iterable[Finding],
    comments: Mapping[str, Sequence[Comment]],
    *,
    as_of: date,
    cells: Cells | None = None,
    known: Collection[Key] | None = None,
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Problem, ...]]:
    """The findings in their order, those that a comment accepts in state `suppressed`; the comments; what is wrong with them.

    A suppressed finding stays in the audit, with the comment and its reason as a related place. It counts like an
    accepted risk: the headline score keeps it, the net score and the gate leave it out. A directive without a reason,
    without rules, or past its `until` suppresses nothing and is a problem, and so is one that meets no finding.
    `cells` translates the program lines of a notebook's comments. With `known`, only directives of these keys count: the
    others are `proposed`, since a change cannot exempt itself.
    """
    read = [
        _read(path, comment, (cells or {}).get(path, ()))
        for path in sorted(comments)
        for comment in comments[path]
        if "auditor:" in comment.text
    ]
    fates = {item: _fate(item, as_of, known) for item in read if isinstance(item, Suppression)}
    covering = _coverage([one for one, fate in fates.items() if fate == "unused"])
    used: set[tuple[Suppression, str]] = set()
    judged: list[Finding] = []
    for finding in findings:
        spot = (finding.place.path, finding.place.cell, finding.place.line)
        found = next((one for one in covering.get(spot, ()) if finding.rule in one.rules), None)
        if found is None or finding.state != "open":
            judged.append(finding)
        else:
            used.add((found, finding.rule))
            judged.append(_suppressed(finding, found))
    problems = [item for item in read if isinstance(item, Problem)]
    problems += (problem for one, fate in fates.items() for problem in _complaints(one, fate, used))
    fates |= dict.fromkeys((one for one, _ in used), "active")
    rows = tuple(sorted(_row(one, fate) for one, fate in fates.items()))
    return tuple(judged), rows, tuple(sorted(problems, key=lambda p: (p.path, p.line or 0, p.message)))


def _fate(one: Suppression, as_of: date, known: Collection[Key] | None) -> str:
    """What becomes of a directive before any finding is looked at."""
    if one.until is not None and one.until < as_of:
        return "expired"
    return "unused" if known is None or key_of(one.path, one.rules, one.reason) in known else "proposed"


def _complaints(one: Suppression, fate: str, used: Collection[tuple[Suppression, str]]) -> Iterable[Problem]:
    """What must be said of a directive that does not do what it seems to."""
    named = ", ".join(one.rules)
    if fate == "expired":
        yield _problem(one, f"the suppression of {named} ended on {one.until}; mend the finding or set a new date.")
    elif fate == "proposed":
        yield _problem(one, f"the suppression of {named} is added by this change and does not count yet.")
    else:
        for rule in one.rules:
            if (one, rule) not in used:
                yield _problem(one, f"the suppression of {rule} meets no finding of that rule here; remove it.")


def key_of(path: str, rules: Iterable[str], reason: str) -> Key:
    """What a directive is known by: never its line."""
    return path, tuple(rules), reason[:REASON_SHOWN]


def _row(one: Suppression, fate: str) -> Suppressed:
    until = one.until.isoformat() if one.until else ""
    return Suppressed(one.path, one.line, one.cell, one.rules, one.reason[:REASON_SHOWN], until, fate)


def _suppressed(finding: Finding, by: Suppression) -> Finding:
    reason = by.reason if len(by.reason) <= REASON_SHOWN else by.reason[: REASON_SHOWN - 1] + "…"
    place = msgspec.structs.replace(finding.place, line=by.line, end_line=None)
    return msgspec.structs.replace(
        finding, state=STATE, related=(*finding.related, place.says(f"suppressed here: {reason}"))
    )


def _read(path: str, comment: Comment, cells: Sequence[Cell]) -> Suppression | Problem | None:
    match = _DIRECTIVE.search(comment.text[:LONGEST])
    if match is None:
        return None
    cell, line = _spot(comment.line, cells)
    one = Suppression(path, cell, line, comment.alone, (), match["rest"].strip(), None)
    rules = tuple(dict.fromkeys(name.strip() for name in (match["rules"] or "").split(",") if name.strip()))
    if not rules:
        return _problem(one, "a suppression must name its rules; write `# auditor: ignore[LKG001] reason`.")
    odd = next((name for name in rules if not _RULE.fullmatch(name)), None)
    if odd is not None:
        return _problem(one, f"{odd[:40]!r} is not the id of a rule; write `# auditor: ignore[LKG001] reason`.")
    return _dated(msgspec.structs.replace(one, rules=rules))


def _dated(one: Suppression) -> Suppression | Problem:
    """Take `until=DATE` off the reason, and refuse what lacks a reason."""
    named = ", ".join(one.rules)
    match = _UNTIL.match(one.reason)
    if match is not None:
        until = _date(match["date"])
        if until is None:
            return _problem(one, f"the suppression of {named} has no valid date; write `until=2027-01-31`.")
        one = msgspec.structs.replace(one, until=until, reason=match["rest"].strip())
    if not any(letter.isalnum() for letter in one.reason):
        return _problem(one, f"the suppression of {named} gives no reason, so it does not count; add one behind it.")
    return one


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None  # the caller says so


def _spot(line: int, cells: Sequence[Cell]) -> tuple[int | None, int]:
    """The cell and the line in it of a program line; a file without cells keeps its lines."""
    for cell in cells:
        if cell.start <= line < cell.start + cell.lines:
            return cell.index, line - cell.start + 1
    return None, line


def _coverage(active: Sequence[Suppression]) -> dict[Spot, list[Suppression]]:
    """Which suppressions hold on which line: on their own, and through others that stand alone, on the line below."""
    below: dict[Spot, int] = {}  # the statement under a comment that stands alone
    for one in sorted((one for one in active if one.alone), key=lambda one: one.line, reverse=True):
        next_line = (one.path, one.cell, one.line + 1)
        below[one.path, one.cell, one.line] = below.get(next_line, one.line + 1)
    covering: dict[Spot, list[Suppression]] = {}
    for one in active:
        line = below[one.path, one.cell, one.line] if one.alone else one.line
        covering.setdefault((one.path, one.cell, line), []).append(one)
    return covering


def _problem(one: Suppression, message: str) -> Problem:
    """What is wrong with a directive; of a notebook the line counts within the cell that the message names."""
    where = "" if one.cell is None else f"cell {one.cell}: "
    return Problem(path=one.path, line=one.line, message=where + message, code=CODE)
