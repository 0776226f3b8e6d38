"""What changed between two audits: the fate of every finding, and where the difference of the scores comes from."""

from __future__ import annotations

import msgspec

from auditor.model.audit import Score, Versions
from auditor.model.finding import Finding
from auditor.model.listing import Target

SCHEMA = "auditor/delta/1"


class Side(msgspec.Struct, frozen=True):
    """One of the two audits that are compared."""

    target: Target
    versions: Versions
    as_of: str
    score: Score


class Pair(msgspec.Struct, frozen=True):
    """One finding in both audits. `how` it was known again: `same`, `renamed`, `updated` (edited in place), `moved`, `cluster`."""

    before: Finding
    after: Finding
    how: str


class Share(msgspec.Struct, frozen=True):
    """A part of the difference of two debt scores, in debt points; the parts add up to the whole."""

    cause: str  # scope, code, rules, model, judgements, coverage
    points: float
    says: str


class FamilyChange(msgspec.Struct, frozen=True):
    """The debt of one family on both sides; None where nothing was determined."""

    id: str
    title: str
    before: float | None
    after: float | None


class Delta(msgspec.Struct, frozen=True):
    """The difference of two audits of one repository.

    `new` findings come with the change; `detected` ones only because they were not looked for or could not be seen before.
    `fixed` were looked at and are gone; `removed` have nothing left that they could be about; `stale` were not looked at.
    `unreadable` are files that could be read before and no longer can. `attribution` is empty where a side has no score.
    """

    schema: str
    before: Side
    after: Side
    kept: tuple[Pair, ...]
    new: tuple[Finding, ...]
    detected: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    removed: tuple[Finding, ...]
    stale: tuple[Finding, ...]
    unreadable: tuple[str, ...]
    families: tuple[FamilyChange, ...]
    attribution: tuple[Share, ...]
    comparable: bool
