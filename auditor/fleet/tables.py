"""A fleet as pandas tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from auditor.formats.text import plain
from auditor.model.audit import Audit
from auditor.model.finding import Severity
from auditor.model.fleet import Fleet, Member

if TYPE_CHECKING:
    import pandas as pd

FINDING = (
    "repository", "revision", "rule", "family", "severity", "confidence", "state", "component", "path", "line", "cell", "entity",
    "message", "effort_p50", "effort_p90", "fingerprint",
)  # fmt: skip


def repositories_table(fleet: Fleet) -> pd.DataFrame:
    """A row for each repository, in the order of the ranking: its place, debt, hours, findings by severity, debt by family."""
    import pandas as pd

    families = [spread.name for spread in fleet.families]
    rows: list[dict[str, Any]] = [
        {
            "rank": one.rank, "percentile": one.percentile, "name": one.name, "target": one.member.target, "rev": one.member.rev,
            "commit": one.commit, "debt": one.debt, "low": one.low, "high": one.high, "net": one.net, "grade": one.grade,
            "provisional": one.provisional, "coverage": one.coverage, "hours_p50": one.hours_p50, "hours_p90": one.hours_p90,
            "logical_lines": one.lines, "archetypes": one.archetypes, "problem": one.problem,
        }
        | {f"findings_{severity.value}": one.counts.get(severity.value, 0) for severity in Severity}
        | {f"debt_{family}": one.families.get(family) for family in families}
        for one in fleet.standings
    ]  # fmt: skip
    floats = {"percentile", "debt", "net", *(f"debt_{family}" for family in families)}
    return pd.DataFrame(rows).astype({"rank": "Int64", **dict.fromkeys(floats, "float64")})


def shared_table(fleet: Fleet) -> pd.DataFrame:
    """A row for each problem that more than one repository has."""
    import pandas as pd

    rows = [
        (one.rule, one.title, one.family, one.severity, one.repositories, one.applicable, one.findings)
        for one in fleet.shared
    ]
    names = ["rule", "title", "family", "severity", "repositories", "applicable", "findings"]
    return pd.DataFrame(rows, columns=names)


def findings_tables(audits: Iterable[tuple[Member, Audit | None]]) -> Iterator[pd.DataFrame]:
    """A row for each finding of each repository, whatever people decided about it: a table a repository, taken one at a time."""
    import pandas as pd

    kinds = dict.fromkeys(FINDING, "string") | dict.fromkeys(("line", "cell"), "Int64")
    kinds |= dict.fromkeys(("confidence", "effort_p50", "effort_p90"), "float64")
    yield pd.DataFrame([], columns=list(FINDING)).astype(kinds)
    for member, audit in audits:
        if audit is not None and audit.findings:
            yield pd.DataFrame(list(_findings(member, audit)), columns=list(FINDING)).astype(kinds)


def _findings(member: Member, audit: Audit) -> Iterable[tuple[object, ...]]:
    families = {rule.id: rule.family for rule in audit.rules}
    for f in audit.findings:
        yield (
            member.target, audit.target.revision, f.rule, families.get(f.rule, f.rule[:3]), f.severity.value, f.confidence, f.state,
            f.component, plain(f.place.path), f.place.line, f.place.cell, plain(f.entity), plain(f.message), f.effort.p50, f.effort.p90, f.fingerprint,
        )  # fmt: skip
