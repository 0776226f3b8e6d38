"""The checklist for a reviewer at a terminal: each item with its status, its evidence and what a person must say."""

from __future__ import annotations

from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.text import day, plain, plural, short
from auditor.model.checklist import Checklist, Item

_STYLE = {"pass": "good", "fail": "bad", "partial": "warn", "human-pending": "warn", "not-evidenced": "warn"}
_SHOWN = 3


def render(checklist: Checklist, *, color: bool = False, columns: int = COLUMNS) -> str:
    """All items in their order, then the readings beside the score."""
    screen = Screen(color=color, columns=columns)
    at = plain(checklist.target.revision or "")[:10] or day(checklist.as_of)
    screen.pair(f"Pre-release checklist: {plain(checklist.target.name, 40)}", at, "strong")
    screen.add(
        f"{plural(checklist.open_blocking, 'blocking item is', 'blocking items are')} open, "
        f"{plural(checklist.waiting, 'item waits', 'items wait')} for a person. "
        "An item marked ! blocks a release."
    )
    screen.line()
    for item in checklist.items:
        _item(screen, item)
    _readings(screen, checklist)
    return screen.text()


def _item(screen: Screen, item: Item) -> None:
    mark = "!" if item.blocking else " "
    screen.add(f"{item.id:>3}{mark} {item.status:<14} {item.title}", hang=20, style=_STYLE.get(item.status, ""))
    for proof in [proof for proof in item.proofs if proof.outcome in ("finding", "not-evidenced", "unknown")][:_SHOWN]:
        where = f" at {', '.join(plain(str(place)) for place in proof.places[:_SHOWN])}" if proof.places else ""
        said = plain(proof.says, 160) or "no reason given"
        screen.add(f"{proof.rule} {proof.outcome}{where}: {said}", indent=20, hang=2, style="faint")
    if item.signed is not None:
        signoff = item.signed.signoff
        note = f": {plain(signoff.note, 120)}" if signoff.note else ""
        held = "" if item.signed.state == "valid" else f" (does not count: {item.signed.state})"
        screen.add(f"{signoff.answer} by {plain(signoff.by, 40)} on {signoff.on}{note}{held}", indent=20, hang=2)
    elif item.question and item.status == "human-pending":
        screen.add(f"? {item.question}", indent=20, hang=2)


def _readings(screen: Screen, checklist: Checklist) -> None:
    screen.title("Readings beside the score")
    score = short(checklist.test_score) if checklist.test_score is not None else "not asked for"
    parts = ", ".join(
        f"{section.id} {short(section.points)} ({sum(test.points is not None for test in section.tests)} of {len(section.tests)} tests apply)"
        for section in checklist.sections
        if section.points is not None
    )
    screen.add(
        f"ML Test Score, evidence found (Breck 2017): {score}, the least of {parts or 'no section'}.", indent=2, hang=2
    )
    maturity = checklist.maturity
    if maturity.level is None:
        screen.add(f"Maturity: {maturity.title}.", indent=2)
        return
    screen.add(f"Maturity: evidence supports at least level {maturity.level}, {maturity.title}.", indent=2, hang=2)
    if maturity.blocked_by:
        screen.add(
            f"The next level is blocked by {'; '.join(plain(what) for what in maturity.blocked_by)}.", indent=2, hang=2
        )
