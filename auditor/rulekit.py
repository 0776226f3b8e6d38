"""All that a rule may import: its metadata, the judgements it yields, and the graph it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from auditor.graph import ArtefactGraph
from auditor.graph.coupling.clones import Clones
from auditor.graph.coupling.glue import ModelScope
from auditor.graph.coupling.skew import Twice
from auditor.graph.data.dropped import Dropped
from auditor.graph.data.provided import Phantom
from auditor.graph.jungles.agreement import Mismatch
from auditor.graph.jungles.broken import BrokenReference
from auditor.graph.jungles.file_edges import FileEdge
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.operation.invented import Invented
from auditor.graph.reproduction.imported import Imports
from auditor.graph.reproduction.misnamed import Misnamed
from auditor.graph.reproduction.outdated import Outdated
from auditor.graph.reproduction.packages import Pinning
from auditor.graph.reproduction.randomness import Chance, Draw
from auditor.graph.smells.undefined import Undefined
from auditor.model.finding import Effort as Hours
from auditor.model.finding import Severity
from auditor.model.place import Place, Related
from auditor.model.regex import regex
from auditor.model.verdict import PEDANTIC, REGULAR, Check, RuleInfo

__all__ = [
    "PEDANTIC",
    "ArtefactGraph",
    "BrokenReference",
    "Chance",
    "Check",
    "Clean",
    "Clones",
    "Draw",
    "Dropped",
    "Effort",
    "Family",
    "FileEdge",
    "Finding",
    "Imports",
    "Invented",
    "Iterator",
    "Judgement",
    "Measure",
    "Mismatch",
    "Misnamed",
    "ModelScope",
    "NotApplicable",
    "NotEvidenced",
    "Outdated",
    "Phantom",
    "Pinning",
    "Place",
    "Related",
    "Rule",
    "Severity",
    "Twice",
    "Undefined",
    "Unknown",
    "doubted",
    "plural",
    "regex",
    "rows_followed",
]  # fmt: skip

MOST_SHARES = 6
"""Programs that are named where it is told how much of them was followed."""

_DURATION = regex(r"^(\d+(?:\.\d+)?)(m|h|d)$")
_HOURS = {"m": 1 / 60, "h": 1.0, "d": 8.0}


class Family(msgspec.Struct, frozen=True):
    """A chapter of the report."""

    id: str
    title: str
    order: int
    blurb: str


class Finding(msgspec.Struct, frozen=True):
    """An instance of debt. `certainty` in (0, 1] is the weakest link of its evidence; `milder` lowers the severity by steps.

    `instances` is how many of what a practice counts it tells of: open packages of one file are one finding, and each is one instance.
    """

    message: str
    place: Place
    entity: str
    remedy: str
    related: tuple[Related, ...] = ()
    certainty: float = 1.0
    milder: int = 0
    snippet: str = ""
    searched: tuple[str, ...] = ()
    instances: int = 1


class Clean(msgspec.Struct, frozen=True):
    """Instances that were determined and found in order."""

    count: int = 1
    says: str = ""


class NotEvidenced(msgspec.Struct, frozen=True):
    """Instances where the practice is owed, was looked for and not seen, and may live elsewhere."""

    reason: str
    count: int = 1
    searched: tuple[str, ...] = ()


class Measure(msgspec.Struct, frozen=True):
    """The measured value of a metric rule, in the rule's unit, and what it rests on."""

    value: float
    says: str = ""


class Unknown(msgspec.Struct, frozen=True):
    """Instances that could not be determined. Without any other judgement the verdict is unknown."""

    why: str
    count: int = 1


class NotApplicable(msgspec.Struct, frozen=True):
    """The duty does not arise here, with the reason."""

    reason: str


Judgement: TypeAlias = Finding | Clean | NotEvidenced | Measure | Unknown | NotApplicable


class Effort(msgspec.Struct, frozen=True):
    """How long a job takes: `"30m"`, `"4h"`, `"2d"` (a day has 8 hours)."""

    p50: str
    p90: str

    def hours(self) -> Hours:
        """The same in hours."""
        return Hours(_hours(self.p50), _hours(self.p90))


def _hours(text: str) -> float:
    match = _DURATION.match(text)
    if match is None:
        raise ValueError(f"a duration is a number and m, h or d: {text!r}")
    return float(match[1]) * _HOURS[match[2]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What is constant about a rule. The family comes from its folder, title and prose from its page.

    `archetypes` is the mask of letters it may apply to. `warn` and `fail` are thresholds in `unit`. `serves` marks the duties of
    operated systems: they become findings only where an archetype is at least 0.6 confident. `anywhere` marks what harms whoever has
    the code: its severity stands in the work of a course, too. A `persona` of PEDANTIC keeps a rule
    out of audits that do not ask for it, and out of every score.
    """

    id: str
    name: str
    severity: Severity
    reliability: str
    check: Check
    archetypes: str
    effort: Effort
    each: Effort = Effort("0m", "0m")
    scope: str = "component"
    root_cause: str = ""
    persona: str = REGULAR
    revision: int = 1
    since: str = "0.1"
    unit: str = ""
    warn: float | None = None
    fail: float | None = None
    needs_paths: bool = False
    serves: bool = False
    anywhere: bool = False
    preview: bool = False
    checklist: tuple[str, ...] = ()
    ml_test_score: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def info(self, *, family: str, title: str) -> RuleInfo:
        """The same as the data that audits carry."""
        return RuleInfo(
            id=self.id,
            name=self.name,
            family=family,
            title=title,
            severity=self.severity,
            reliability=self.reliability,
            check=self.check,
            archetypes=self.archetypes,
            scope=self.scope,
            effort=self.effort.hours(),
            effort_each=self.each.hours(),
            root_cause=self.root_cause or self.id,
            persona=self.persona,
            revision=self.revision,
            since=self.since,
            unit=self.unit,
            warn=self.warn,
            fail=self.fail,
            needs_paths=self.needs_paths,
            preview=self.preview,
            checklist=self.checklist,
            ml_test_score=self.ml_test_score,
            references=self.references,
        )


CheckFunction: TypeAlias = Callable[[ArtefactGraph], Iterable[Judgement]]


def plural(count: int, one: str, many: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def doubted(
    graph: ArtefactGraph, doubts: Iterable[Doubt], remedy: str, *, together: bool = False
) -> Iterator[Judgement]:
    """A finding for each evaluation that does not show what it seems to; `together`: one for all that begin at one place."""
    groups: dict[object, list[Doubt]] = {}
    for number, doubt in enumerate(map(graph.aside, doubts)):
        start = doubt.trail[0] if together and len(doubt.trail) > 1 else number
        groups.setdefault(start, []).append(doubt)
    for first, *others in groups.values():
        more = f"; so {'is' if len(others) == 1 else 'are'} {plural(len(others), 'other model')}" if others else ""
        yield Finding(
            f"{first.says}{more}",
            first.place,
            entity=first.entity,
            remedy=remedy,
            related=(*first.trail, *(other.place.says("and judged here") for other in others[:6])),
            certainty=first.certainty,
            milder=first.milder,
            instances=1 + len(others),
        )


def rows_followed(graph: ArtefactGraph, *, found: bool) -> Iterator[Judgement]:
    """What a rule over rows says besides its findings: how many models were followed in each program, and where that ended early."""
    leaks = graph.leaks
    if leaks.analysed and not found:
        told = "; ".join(f"{share.path} {share.analysed} of {share.pairs}" for share in leaks.shares[:MOST_SHARES])
        more = "" if len(leaks.shares) <= MOST_SHARES else f"; and {len(leaks.shares) - MOST_SHARES} more programs"
        yield Clean(
            leaks.analysed,
            f"{leaks.analysed} of {leaks.pairs} trained and evaluated models followed row by row: {told}{more}",
        )
    hidden = [share.path for share in leaks.shares if not share.analysed]
    if leaks.cut:
        yield Unknown(f"not followed to the end: {'; '.join(leaks.cut)}", len(leaks.cut))
    elif hidden and not found:
        rest = "" if len(hidden) <= MOST_SHARES else f" and {len(hidden) - MOST_SHARES} more"
        yield Unknown(
            f"the rows that models are trained and evaluated on could not be followed: {', '.join(hidden[:MOST_SHARES])}{rest}"
        )
    elif not leaks.pairs and not found:
        yield NotApplicable("no model is trained and evaluated here")
