"""The checklist as Markdown, to be filed with a release."""

from __future__ import annotations

from auditor.formats.markdown_file import code, escape
from auditor.formats.text import day, plain, short
from auditor.model.checklist import Checklist, Item, Proof


def render(checklist: Checklist) -> str:
    """A table of all items, the evidence of each, and the readings beside the score."""
    at = plain(checklist.target.revision or "")[:10] or day(checklist.as_of)
    lines = [
        f"# Pre-release checklist: {escape(checklist.target.name)} at {at}",
        "",
        f"{checklist.open_blocking} blocking items open, {checklist.waiting} waiting for a person. Items in bold block a release.",
        "",
        "| Item | | Status | Signed by |",
        "|---|---|---|---|",
        *(_row(item) for item in checklist.items),
        "",
        "## Evidence",
    ]
    for item in checklist.items:
        lines += ["", f"### {item.id} {item.title}", "", f"{item.source}. Evidence `{item.evidence}`.", ""]
        lines += [_proof(proof) for proof in item.proofs]
        lines += [f"- Question: {item.question}"] if item.question else []
    lines += ["", "## Readings beside the score", ""]
    lines += [f"- ML Test Score, {section.id}: {short(section.points)}" for section in checklist.sections]
    lines += [f"- ML Test Score, least of them: {short(checklist.test_score)}", f"- Maturity: {_maturity(checklist)}"]
    return "\n".join(lines) + "\n"


def _maturity(checklist: Checklist) -> str:
    maturity = checklist.maturity
    if maturity.level is None:
        return maturity.title
    blocked = f"; the next is blocked by {'; '.join(map(escape, maturity.blocked_by))}" if maturity.blocked_by else ""
    return f"evidence supports at least level {maturity.level}, {maturity.title}{blocked}"


def _row(item: Item) -> str:
    title = f"**{item.title}**" if item.blocking else item.title
    signed = ""
    if item.signed is not None:
        note = f", {item.signed.signoff.note}" if item.signed.signoff.note else ""
        state = "" if item.signed.state == "valid" else f" (does not count: {item.signed.state})"
        signed = escape(f"{item.signed.signoff.by}, {item.signed.signoff.on}{note}{state}")
    return f"| {item.id} | {title} | {item.status} | {signed} |"


def _proof(proof: Proof) -> str:
    where = f" at {', '.join(code(str(place)) for place in proof.places)}" if proof.places else ""
    searched = (
        f" Searched: {escape(', '.join(proof.searched))}."
        if proof.searched and proof.outcome == "not-evidenced"
        else ""
    )
    said = f": {escape(proof.says)}" if proof.says else ""
    return f"- {proof.rule} {escape(proof.title)}: {proof.outcome}{where}{said}{searched}"
