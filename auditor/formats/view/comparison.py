"""Two audits side by side: what became of the debt, of each finding, of what people decided, and of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.formats.setting import Previous
from auditor.formats.text import day, decimal, finite, hours, plain, plural, span
from auditor.formats.view.charts import FamilyBar
from auditor.formats.view.findings import place
from auditor.formats.view.links import Linker, linker
from auditor.formats.view.pieces import Column, Figure, Inline, Table, code, listed, table, text
from auditor.formats.view.prose import message
from auditor.formats.view.sheet import BarRow, Part, Sheet
from auditor.lifecycle.checklist import checklist
from auditor.model.audit import Audit, Waived
from auditor.model.delta import Delta, Pair, Side
from auditor.model.finding import Finding

MOST = 200


def comparison(previous: Previous, audit: Audit) -> tuple[Part, ...]:
    """The parts of the page, those without content left out."""
    delta, link = previous.delta, linker(audit.target)
    parts = (
        _debt(delta), _findings(delta, link), _decided(previous.audit, audit), _graph(previous.audit, audit),
    )  # fmt: skip
    return tuple(part for part in parts if part is not None)


def sheet(before: Audit, after: Audit, delta: Delta) -> Sheet:
    """The comparison as a page of its own."""
    return Sheet(
        kind="Comparison of two audits",
        title=plain(after.target.name) or "this repository",
        facts=(("Before", _at(delta.before)), ("After", _at(delta.after))),
        figures=figures(delta),
        parts=comparison(Previous(before, delta), after),
        foot=said(delta),
    )


def figures(delta: Delta) -> tuple[Figure, ...]:
    """What changed, in numbers."""
    one, other = delta.before.score, delta.after.score
    moved = (other.debt or 0.0) - (one.debt or 0.0)
    known = finite(one.debt) and finite(other.debt)
    return (
        Figure("Debt score", decimal(other.debt), f"range {span(other.low, other.high)}; before {decimal(one.debt)}, range {span(one.low, one.high)}"),
        Figure("Change", f"{moved:+.1f}" if known else "–", _claim(delta)),
        Figure("New findings", f"{len(delta.new):,}", f"{hours(sum(f.effort.p50 for f in delta.new))} of work; {len(delta.detected):,} more only detected now"),
        Figure("Fixed findings", f"{len(delta.fixed):,}", f"{hours(sum(f.effort.p50 for f in delta.fixed))} of work paid off"),
    )  # fmt: skip


def said(delta: Delta) -> str:
    """Whether the two can be compared as they are."""
    if delta.comparable:
        return "Both were scored under the same rules, weights and calibration."
    return (
        "The two were scored under different rules or weights: the parts below tell what of the difference that makes."
    )


def _claim(delta: Delta) -> str:
    """Whether a change may be claimed: only where the ranges do not overlap."""
    one, other = delta.before.score, delta.after.score
    apart = one.high < other.low or other.high < one.low
    return "the ranges do not overlap" if apart else "the ranges overlap: it may be none"


def _at(side: Side) -> str:
    at = plain(side.target.revision or "", 12).rstrip("…") or day(side.as_of)
    return f"{at}, {day(side.target.committed)}" if side.target.committed else at


def _debt(delta: Delta) -> Part:
    widest = max((abs(share.points) for share in delta.attribution), default=0.0) or 1.0
    bars = tuple(
        BarRow(share.says, _bar(share.points, widest, share.says), f"{share.points:+.1f}")
        for share in delta.attribution
        if abs(share.points) >= 0.05
    )
    rows = [
        (text(f"{family.id} {family.title}"), text(decimal(family.before)), text(decimal(family.after)), text(f"{(family.after or 0) - (family.before or 0):+.1f}"))
        for family in delta.families
        if family.before is not None and family.after is not None and abs(family.after - family.before) >= 0.05
    ]  # fmt: skip
    columns = (
        Column("Family", "head"),
        Column("Before", "number"),
        Column("After", "number"),
        Column("Change", "number"),
    )
    notes = (
        ("No longer readable: " + ", ".join(plain(path, 80) for path in delta.unreadable[:20]) + ".",)
        if delta.unreadable
        else ()
    )
    return Part("comparison-debt", "What moved the debt", said(delta), bars=bars, tables=_made(table("Families whose debt changed", columns, rows)), notes=notes)  # fmt: skip


def _bar(points: float, widest: float, title: str) -> FamilyBar:
    return FamilyBar(f"{100 * abs(points) / widest:.1f}%", "0%", "0%", True, f"{plain(title)}: {points:+.1f} points.")


def _findings(delta: Delta, link: Linker) -> Part:
    moved = [pair.after for pair in delta.kept if pair.how in ("renamed", "moved")]
    groups: tuple[tuple[str, Sequence[Finding]], ...] = (
        ("New", delta.new), ("Only detected now: their rule is new, or could not see them before", delta.detected), ("Fixed", delta.fixed),
        ("Gone with what they were about", delta.removed), ("Not looked at this time, so still open", delta.stale), ("At another place", moved),
    )  # fmt: skip
    made = [table(f"{title} ({len(found):,})", _COLUMNS, _rows(found, link), MOST) for title, found in groups if found]
    graded = [pair for pair in delta.kept if pair.before.severity is not pair.after.severity]
    made.append(table(f"Of another severity ({len(graded):,})", _GRADED, _graded(graded, link), MOST))
    intro = f"{plural(len(delta.kept), 'finding')} {'is' if len(delta.kept) == 1 else 'are'} in both."
    return Part(
        "comparison-findings",
        "What became of the findings",
        intro,
        tables=tuple(each for each in made if each is not None),
    )


_COLUMNS = (Column("Rule", "head"), Column("Severity"), Column("Finding"), Column("Place"), Column("Hours", "number"))


_GRADED = (Column("Rule", "head"), Column("Before"), Column("After"), Column("Finding"), Column("Place"))


def _graded(pairs: Sequence[Pair], link: Linker) -> list[tuple[Inline, ...]]:
    """Findings that are in both and weigh more or less than before."""
    ordered = sorted(pairs, key=lambda pair: (-pair.after.severity.rank, pair.after.rule, str(pair.after.place)))
    return [
        (
            text(pair.after.rule), text(pair.before.severity.value), text(pair.after.severity.value),
            message(pair.after.message, 240), place(pair.after.place, link),
        )
        for pair in ordered
    ]  # fmt: skip


def _rows(found: Sequence[Finding], link: Linker) -> list[tuple[Inline, ...]]:
    ordered = sorted(found, key=lambda f: (-f.severity.rank, f.rule, str(f.place), f.fingerprint))
    return [
        (text(f.rule), text(f.severity.value), message(f.message, 240), place(f.place, link), text(hours(f.effort.p50)))
        for f in ordered
    ]


def _decided(before: Audit, after: Audit) -> Part | None:
    """Waivers that began, ended or were renewed, and items of the checklist whose state changed."""
    old = {row.waiver.id: row for row in before.waivers}
    new = {row.waiver.id: row for row in after.waivers}
    rows = [
        (text(name), text(_fate(name, old, new)), text(plain((new.get(name) or old[name]).waiver.reason, 200)))
        for name in sorted(old.keys() | new.keys())
        if _fate(name, old, new)
    ]
    states = {item.id: item.status for item in checklist(before).items}
    items = [
        (text(f"{item.id} {item.title}"), text(states.get(item.id, "–")), text(item.status))
        for item in checklist(after).items
        if states.get(item.id) != item.status
    ]
    made = (
        table("Waivers", (Column("Waiver", "head"), Column("What happened"), Column("Reason")), rows),
        table("Items of the checklist", (Column("Item", "head"), Column("Before"), Column("After")), items),
    )
    tables = tuple(each for each in made if each is not None)
    return Part("comparison-decided", "What people decided", tables=tables) if tables else None


def _fate(name: str, old: Mapping[str, Waived], new: Mapping[str, Waived]) -> str:
    """What happened to a waiver; "" where nothing did."""
    if name not in old:
        return "begun"
    if name not in new:
        return "taken back"
    before, after = old[name], new[name]
    if before.waiver.expires != after.waiver.expires:
        return f"renewed until {after.waiver.expires or 'ever'}"
    return after.state if before.state != after.state else ""


def _graph(before: Audit, after: Audit) -> Part | None:
    """Artefacts, ties and blast radii that came, went or changed."""
    one, other = before.system_map, after.system_map
    nodes = ({node.id for node in one.nodes}, {node.id for node in other.nodes})
    ties = tuple({(e.source, e.kind.value, e.target) for e in each.edges} for each in (one, other))
    said = [
        (text("Artefacts that came"), text(f"{len(nodes[1] - nodes[0]):,}"), listed(_names(nodes[1] - nodes[0]), 12)),
        (text("Artefacts that went"), text(f"{len(nodes[0] - nodes[1]):,}"), listed(_names(nodes[0] - nodes[1]), 12)),
        (text("Ties that came"), text(f"{len(ties[1] - ties[0]):,}"), listed(_ends(ties[1] - ties[0]), 12)),
        (text("Ties that went"), text(f"{len(ties[0] - ties[1]):,}"), listed(_ends(ties[0] - ties[1]), 12)),
    ]
    rows = [row for row in said if row[2]]
    radii = {impact.artefact: impact.radius for impact in before.impacts}
    reaches = [
        (
            code(i.artefact.partition(":")[2] or i.artefact),
            text(decimal(radii[i.artefact], 1)),
            text(decimal(i.radius, 1)),
        )
        for i in after.impacts
        if i.artefact in radii and abs(radii[i.artefact] - i.radius) >= 0.05
    ]
    made = (
        table("The system map", (Column("What", "head"), Column("Number", "number"), Column("Which")), rows),
        table("Blast radius of the most far-reaching", (Column("Artefact", "head"), Column("Before", "number"), Column("After", "number")), reaches),
    )  # fmt: skip
    tables = tuple(each for each in made if each is not None)
    return Part("comparison-graph", "What became of the system", tables=tables) if tables else None


def _names(ids: set[str]) -> list[str]:
    return sorted(name.removeprefix("file:") for name in ids)


def _ends(ties: set[tuple[str, str, str]]) -> list[str]:
    return [
        f"{a.removeprefix('file:')} {kind.replace('_', ' ')} {b.removeprefix('file:')}" for a, kind, b in sorted(ties)
    ]


def _made(made: Table | None) -> tuple[Table, ...]:
    return (made,) if made is not None else ()
