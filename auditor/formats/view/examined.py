"""The page of what was examined and what was not: before anything is said to be found."""

from __future__ import annotations

import msgspec

from auditor.formats.summary import groups, limits
from auditor.formats.text import decimal, percent, plain, span
from auditor.formats.view.families import row_of, searched
from auditor.formats.view.pieces import Column, Figure, Inline, Table, code, listed, table, text
from auditor.formats.view.prose import message
from auditor.formats.words import EXCLUSIONS, HISTORY, MEASURED_BY, MEASURES
from auditor.model.audit import ArchetypeScore, Audit, Component
from auditor.model.page import RulePages
from auditor.model.verdict import Outcome


class Examined(msgspec.Struct, frozen=True):
    """What was seen, what was not, and why."""

    figures: tuple[Figure, ...]
    limits: tuple[str, ...]
    components: Table | None
    measures: Table | None
    files: tuple[tuple[str, str], ...]
    artefacts: tuple[tuple[str, str], ...]
    problems: Table | None
    unknown: Table | None
    absent: Table | None
    excluded: Table | None
    inapplicable: Table | None
    errors: Table | None
    left_out: tuple[str, ...]


def examined(audit: Audit, pages: RulePages, left_out: tuple[str, ...]) -> Examined:
    """The page from the audit. `left_out` names the pages of the report that have no content."""
    seen = audit.coverage
    unknown_columns = (Column("Check", "head"), Column("Why it is unknown"), Column("Components"))
    absent_columns = (Column("Practice", "head"), Column("Looked for, not found"), Column("Components"))
    excluded = [
        (text(EXCLUSIONS.get(item.reason, plain(item.reason))), text(f"{item.files:,}"), code(item.example))
        for item in seen.excluded
    ]
    problems = [
        (
            code(item.path),
            text(f"{item.line:,}" if item.line is not None else ""),
            message(item.message),
            text(item.code),
        )
        for item in audit.problems
    ]
    return Examined(
        figures=_figures(audit),
        limits=tuple(limits(audit)),
        components=_components(audit.components),
        measures=_measures(audit),
        files=_counts(seen.kinds),
        artefacts=_counts(audit.artefacts),
        problems=table("Files that could not be read, or only in part",
                       (Column("File", "head"), Column("Line", "number"), Column("Problem"), Column("Code")), problems),
        unknown=table("Unknown checks", unknown_columns, [row_of(group, text(group.reason)) for group in groups(audit, Outcome.UNKNOWN, pages)]),
        absent=table("Practices without evidence", absent_columns,
                     [row_of(group, searched(group)) for group in groups(audit, Outcome.NOT_EVIDENCED, pages)]),
        excluded=table("Left out on purpose", (Column("Reason", "head"), Column("Files", "number"), Column("For example")), excluded),
        inapplicable=_inapplicable(audit, pages),
        errors=table("Parts of the analysis that failed", (Column("Error", "head"),), [(text(error),) for error in audit.errors]),
        left_out=left_out,
    )  # fmt: skip


def _inapplicable(audit: Audit, pages: RulePages) -> Table | None:
    """Rules that do not apply, by the reason that they share."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for group in groups(audit, Outcome.NOT_APPLICABLE, pages):
        names = tuple("root" if name in ("", ".") else name for name in group.components)
        found.setdefault((group.reason or "no reason recorded", names), []).append(f"{group.rule} {group.title}")
    columns = (Column("Why they do not apply", "head"), Column("Components"), Column("Rules"))
    rows = [
        (text(reason), listed(names, 12), listed(rules, 200))
        for (reason, names), rules in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return table("Rules that do not apply", columns, rows)


def _figures(audit: Audit) -> tuple[Figure, ...]:
    seen = audit.coverage
    commits = f"{seen.commits:,} commits" if seen.commits != 1 else "1 commit"
    return (
        Figure("Files read", f"{seen.files_read:,}", f"of {seen.files:,}; {seen.files_failed:,} failed, {seen.files_unknown:,} without content"),
        Figure("Logical lines", f"{seen.logical_lines:,}", f"of {seen.lines:,} lines of text"),
        Figure("File accesses resolved", percent(seen.io_resolved), f"of {seen.io_calls:,} in code" if seen.io_calls else "none in code"),
        Figure("History", commits if seen.commits else "–", HISTORY.get(seen.history, plain(seen.history))),
        Figure("Rules applied", f"{seen.rules_applied:,}", f"of {seen.rules_total:,}"),
    )  # fmt: skip


def _components(components: tuple[Component, ...]) -> Table | None:
    columns = (Column("Component", "head"), Column("Archetypes"), Column("Signals"), Column("Files", "number"),
               Column("Logical lines", "number"), Column("Debt", "number"), Column("Range", "number"), Column("Grade"))  # fmt: skip
    return table("Components", columns, [_component(item) for item in components], most=100)


def _component(item: Component) -> tuple[Inline, ...]:
    signals = [*item.signals, *(signal for archetype in item.archetypes for signal in archetype.signals)]
    score = item.score
    return (
        code("root of the repository" if item.id in ("", ".") else item.id),
        text(("set by configuration: " if item.overridden else "") + (", ".join(map(_archetype, item.archetypes)) or "none recognised")),
        listed(list(dict.fromkeys(signals)), 8),
        text(f"{item.files:,}"), text(f"{item.logical_lines:,}"),
        text(decimal(score.debt if score else None)), text(span(score.low, score.high) if score else "–"),
        text(plain(score.grade).replace("-", "–") if score else "–"),
    )  # fmt: skip


_ORDER = {name: number for number, name in enumerate(MEASURES)}


def _measures(audit: Audit) -> Table | None:
    """What was measured of each component, whether or not a rule speaks of it; and why a measure could not be taken."""
    why = {(verdict.rule, verdict.component): verdict.reason for verdict in audit.verdicts}
    rows = []
    for item in audit.components:
        where = code("root of the repository" if item.id in ("", ".") else item.id)
        for name, value in sorted(item.metrics.items(), key=lambda named: _ORDER.get(named[0], len(_ORDER))):
            reason = why.get((MEASURED_BY.get(name, ""), item.id), "")
            if value is not None or reason:
                taken = text(_measure(value)) if value is not None else text(f"not computable: {plain(reason)}")
                rows.append((where, text(MEASURES.get(name, _words(name))), taken))
    return table(
        "Measures", (Column("Component", "head"), Column("Measure"), Column("Value", "number")), rows, most=400
    )


def _measure(value: float | str) -> str:
    return plain(value) if isinstance(value, str) else decimal(value, 2)


def _words(name: str) -> str:
    return plain(name).replace("_", " ").capitalize()


def _archetype(item: ArchetypeScore) -> str:
    return f"{plain(item.name)} {decimal(item.confidence, 2)}"


def _counts(counts: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """Kinds with their numbers, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((plain(kind, 60).replace("_", " "), f"{count:,}") for kind, count in ordered)
