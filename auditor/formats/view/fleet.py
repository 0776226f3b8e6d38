"""The page of a fleet: who carries how much, how it is spread, what they share."""

from __future__ import annotations

from auditor.formats.text import decimal, hours, percent, plain, plural, span
from auditor.formats.view.charts import family_bar
from auditor.formats.view.pieces import Column, Figure, Table, code, listed, table, text
from auditor.formats.view.sheet import BarRow, Part, Sheet
from auditor.model.archetypes import NAMES
from auditor.model.fleet import Fleet, Standing

_MOST = 5_000


def sheet(fleet: Fleet) -> Sheet:
    """The page of a comparison."""
    judged = [one for one in fleet.standings if one.rank is not None]
    parts = (_ranking(judged), _spread(fleet), _shared(fleet), _rest(fleet))
    versions = fleet.versions
    facts = [("Repositories", f"{len(fleet.standings):,}"), ("As of", plain(fleet.as_of))]
    if versions is not None:
        facts += [
            ("Tool", versions.tool), ("Rules", versions.ruleset), ("Score model", versions.score_model),
            ("Calibration", versions.calibration), ("Profile", versions.profile),
        ]  # fmt: skip
    return Sheet(
        kind="Technical debt of a fleet",
        title=plural(len(fleet.standings), "repository", "repositories"),
        facts=tuple((label, plain(value)) for label, value in facts),
        figures=_figures(fleet, judged),
        parts=tuple(part for part in parts if part is not None),
        foot="All repositories were audited under the same rules, weights and day; only then do scores compare.",
    )


def _figures(fleet: Fleet, judged: list[Standing]) -> tuple[Figure, ...]:
    grave = sum(one.counts.get("critical", 0) for one in judged)
    having = sum(one.counts.get("critical", 0) > 0 for one in judged)
    middle = fleet.debt.median if fleet.debt else None
    half = f"half of them from {span(fleet.debt.q1, fleet.debt.q3)}" if fleet.debt else "nothing could be judged"
    work = sum(one.hours_p50 for one in judged)
    return (
        Figure("Judged", f"{len(judged):,}", f"of {len(fleet.standings):,}"),
        Figure("Debt in the middle", decimal(middle), half),
        Figure("Critical findings", f"{grave:,}", f"in {plural(having, 'repository', 'repositories')}"),
        Figure("Work to pay all off", hours(work), "median of the estimates"),
    )


def _ranking(judged: list[Standing]) -> Part | None:
    if not judged:
        return None
    bars = tuple(
        BarRow(plain(one.name, 80), family_bar(plain(one.name, 80), one.debt, one.low, one.high), decimal(one.debt),
               f"rank {one.rank}, grade {plain(one.grade)}{', provisional' if one.provisional else ''}, "
               f"more debt than {decimal(one.percentile, 0)} %")
        for one in judged
    )  # fmt: skip
    columns = (
        Column("Repository", "head"), Column("Revision", "number"), Column("Range", "number"), Column("Critical", "number"),
        Column("High", "number"), Column("Medium", "number"), Column("Hours", "number"), Column("Lines", "number"),
        Column("Kind"), Column("Seen", "number"),
    )  # fmt: skip
    rows = [
        (
            text(one.name), code(one.commit[:10]) if one.commit else text(""), text(span(one.low, one.high)),
            *(text(f"{one.counts.get(word, 0):,}") for word in ("critical", "high", "medium")), text(hours(one.hours_p50)),
            text(f"{one.lines:,}"), text(", ".join(NAMES.get(letter, letter) for letter in one.archetypes)),
            text(percent(one.coverage)),
        )
        for one in judged
    ]  # fmt: skip
    intro = "Most debt first. The thin line is the range: as wide as what could not be determined. The share says how many of the judged repositories have less debt."
    return Part(
        "ranking", "Ranking", intro, bars=bars, tables=_tables(table("What stands behind it", columns, rows, _MOST))
    )


def _spread(fleet: Fleet) -> Part | None:
    names = ("Family", "head"), ("Repositories", "number"), ("Least", "number"), ("First quartile", "number")
    more = ("Median", "number"), ("Third quartile", "number"), ("Most", "number")
    columns = tuple(Column(*words) for words in (*names, *more))
    rows = [
        (text(f"{one.name} {one.title}".strip() if one.name != "debt" else "All families"), text(f"{one.repositories:,}"),
         *(text(decimal(value)) for value in (one.least, one.q1, one.median, one.q3, one.most)))
        for one in (*([fleet.debt] if fleet.debt else []), *fleet.families)
    ]  # fmt: skip
    made = table("Debt over the repositories in which it was determined", columns, rows, _MOST)
    return Part("families", "Debt by family", tables=_tables(made)) if made else None


def _shared(fleet: Fleet) -> Part | None:
    columns = (
        Column("Rule", "head"), Column("Problem"), Column("At worst"), Column("Repositories", "number"),
        Column("Applies to", "number"), Column("Findings", "number"), Column("Most of it in"),
    )  # fmt: skip
    rows = [
        (code(one.rule), text(one.title), text(one.severity), text(f"{one.repositories:,}"), text(f"{one.applicable:,}"),
         text(f"{one.findings:,}"), listed(one.examples))
        for one in fleet.shared
    ]  # fmt: skip
    made = table("Problems that more than one repository has", columns, rows, _MOST)
    intro = "What many have is worth mending once for all: with a template, a shared library, a policy."
    return Part("shared", "Shared problems", intro, tables=_tables(made)) if made else None


def _rest(fleet: Fleet) -> Part | None:
    rows = [
        (text(one.name), text(one.problem or "nothing could be judged")) for one in fleet.standings if one.rank is None
    ]
    made = table("Not in the ranking", (Column("Repository", "head"), Column("Reason")), rows, _MOST)
    return Part("others", "Not in the ranking", tables=_tables(made)) if made else None


def _tables(*tables: Table | None) -> tuple[Table, ...]:
    return tuple(one for one in tables if one is not None)
