"""The checklist before a release, and what people decided about findings."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.formats.text import day, plain, plural, short
from auditor.formats.view.links import Spot, spot_text
from auditor.formats.view.pieces import Column, Figure, Inline, Table, code, listed, table, text
from auditor.lifecycle.checklist import checklist
from auditor.model.audit import Audit, Waived
from auditor.model.checklist import Checklist, Item, Proof

_WORDS = {"human-pending": "waits for a person", "not-evidenced": "not evidenced", "n/a": "does not apply"}
_SHOWN = ("finding", "not-evidenced", "unknown")


class Release(msgspec.Struct, frozen=True):
    """The page of the checklist."""

    figures: tuple[Figure, ...]
    items: Table
    sections: Table | None
    maturity: str


class Judgements(msgspec.Struct, frozen=True):
    """The page of waivers, suppressions and confirmations; `scores` says what they do to the score."""

    scores: str
    waivers: Table | None
    suppressions: Table | None


def release(audit: Audit, link: Callable[[Spot], str]) -> Release | None:
    """The checklist of an audit, None where nothing in it applies."""
    listed_ = checklist(audit)
    if all(item.status == "n/a" or not item.proofs for item in listed_.items):
        return None
    columns = (
        Column("Item", "head"), Column("Status"), Column("Evidence"), Column("What a person must say"), Column("Signed"),
    )  # fmt: skip
    items = table("The 32 items", columns, [_item(item, link) for item in listed_.items])
    return None if items is None else Release(_figures(listed_), items, _sections(listed_), _maturity(listed_))


def _figures(listed_: Checklist) -> tuple[Figure, ...]:
    passed = sum(item.status == "pass" for item in listed_.items)
    asked = sum(item.status != "n/a" for item in listed_.items)
    score = short(listed_.test_score) if listed_.test_score is not None else "–"
    return (
        Figure("Passed", f"{passed}", f"of {asked} that apply"),
        Figure("Blocking and open", f"{listed_.open_blocking}", "neither passed nor waived"),
        Figure("Waiting", f"{listed_.waiting}", "for a person’s answer"),
        Figure("ML Test Score", score, "evidence found (Breck 2017), the least of four sections"),
    )


def _item(item: Item, link: Callable[[Spot], str]) -> tuple[Inline, ...]:
    title = f"{item.id} {item.title}" + (" (blocks a release)" if item.blocking else "")
    return (
        text(title), text(_WORDS.get(item.status, item.status)), _evidence(item, link), text(item.question), _signed(item),
    )  # fmt: skip


def _evidence(item: Item, link: Callable[[Spot], str]) -> Inline:
    """What speaks against the item, with its places; else what speaks for it."""
    against = [proof for proof in item.proofs if proof.outcome in _SHOWN]
    if not against:
        met = [proof.rule for proof in item.proofs if proof.outcome == "clean"]
        return text(f"{', '.join(met)}: met") if met else text("no rule speaks of it" if not item.proofs else "")
    parts: list[Inline] = []
    for proof in against[:4]:
        parts.append(text(f"{proof.rule} {_said(proof)}"))
        if proof.places:
            parts += [text(" "), code(spot_text(proof.places[0]), link(proof.places[0]))]
        parts.append(text(". "))
    if len(against) > 4:
        parts.append(text(f"And {len(against) - 4} more."))
    return tuple(span for part in parts for span in part)


def _said(proof: Proof) -> str:
    reason = plain(proof.says, 160).rstrip(".")
    word = {"finding": "found", "not-evidenced": "not evidenced"}.get(proof.outcome, proof.outcome)
    return f"{word}: {reason}" if reason else word


def _signed(item: Item) -> Inline:
    if item.signed is None:
        return text("")
    signoff = item.signed.signoff
    held = "" if item.signed.state == "valid" else f"; does not count: {item.signed.state}"
    note = f": {plain(signoff.note, 160)}" if signoff.note else ""
    return text(f"{signoff.answer} by {plain(signoff.by, 60)}, {day(signoff.on)}{note}{held}")


def _sections(listed_: Checklist) -> Table | None:
    columns = (
        Column("Section", "head"),
        Column("Points of 7", "number"),
        Column("Met"),
        Column("In part"),
        Column("Not"),
    )
    rows = []
    for section in listed_.sections:
        by = {points: [test.id for test in section.tests if test.points == points] for points in (1.0, 0.5, 0.0)}
        rows.append((text(section.id), text(short(section.points)), listed(by[1.0]), listed(by[0.5]), listed(by[0.0])))
    return table("ML Test Score by section: evidence found in the repository, not the team’s true score", columns, rows)


def _maturity(listed_: Checklist) -> str:
    maturity = listed_.maturity
    if maturity.level is None:
        return f"Level of automation: {maturity.title}."
    blocked = "; ".join(plain(what, 120) for what in maturity.blocked_by)
    after = f" The next level is blocked by {blocked}." if blocked else ""
    return f"Level of automation: evidence supports at least level {maturity.level}, {maturity.title}.{after}"


def judgements(audit: Audit) -> Judgements | None:
    """What people decided about findings of an audit, None where they decided nothing."""
    waivers = table(
        "Waivers",
        (
            Column("Waiver", "head"), Column("Rule"), Column("Kind"), Column("State"), Column("Covers", "number"),
            Column("Reason"), Column("Owner"), Column("Ends"),
        ),
        [_waiver(row) for row in sorted(audit.waivers, key=lambda row: (row.waiver.expires or "9", row.waiver.id))],
    )  # fmt: skip
    suppressions = table(
        "Suppressions beside the code",
        (Column("Place", "head"), Column("Rules"), Column("State"), Column("Reason"), Column("Ends")),
        [
            (code(f"{one.path}:{one.line}"), text(", ".join(one.rules)), text(one.state), text(plain(one.reason, 200)), text(one.until or "never"))
            for one in audit.suppressions
        ],
    )  # fmt: skip
    if waivers is None and suppressions is None:
        return None
    return Judgements(_scores(audit), waivers, suppressions)


def _waiver(row: Waived) -> tuple[Inline, ...]:
    waiver = row.waiver
    return (
        text(plain(waiver.id, 40)), text(waiver.rule), text(waiver.kind.replace("_", " ")), text(row.state),
        text(f"{len(row.findings)}"), text(plain(waiver.reason, 240)), text(plain(waiver.owner, 60)), text(waiver.expires or "never"),
    )  # fmt: skip


def _scores(audit: Audit) -> str:
    score = audit.score
    if score.debt is None or score.net is None:
        return ""
    covered = sum(finding.state != "open" for finding in audit.findings)
    return (
        f"{plural(covered, 'finding is', 'findings are')} covered. Debt is {short(round(score.debt, 1))} with accepted risks counted, "
        f"and {short(round(score.net, 1))} without them."
    )
