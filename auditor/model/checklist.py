"""The pre-release checklist with its evidence, and the readings beside the score."""

from __future__ import annotations

import msgspec

from auditor.model.audit import Signoff, Versions
from auditor.model.listing import Target
from auditor.model.place import Place

SCHEMA = "auditor/checklist/1"


class Proof(msgspec.Struct, frozen=True):
    """What one rule says for an item: its outcome over all components, why, where, and what was searched."""

    rule: str
    title: str
    outcome: str
    says: str
    places: tuple[Place, ...] = ()
    searched: tuple[str, ...] = ()


class Signed(msgspec.Struct, frozen=True):
    """The newest sign-off of an item, and whether it counts: `valid`, or why not."""

    signoff: Signoff
    state: str


class Item(msgspec.Struct, frozen=True):
    """One item. `status`: `pass`, `partial`, `fail`, `not-evidenced`, `n/a`, `human-pending`. `evidence` is the hash to sign.

    `automated` is the status that the audit alone would give. `question` is what a person must answer, "" for none.
    """

    id: str
    title: str
    source: str
    blocking: bool
    status: str
    automated: str
    points: float
    question: str
    evidence: str
    proofs: tuple[Proof, ...]
    signed: Signed | None = None


class Test(msgspec.Struct, frozen=True):
    """One test of the ML Test Score: 1 where its rules are met, .5 where in part, 0 where not; None where it does not apply."""

    id: str
    title: str
    points: float | None
    says: str


class Section(msgspec.Struct, frozen=True):
    """A section of the ML Test Score; `points` of 7, rescaled where tests do not apply. None where none does."""

    id: str
    points: float | None
    tests: tuple[Test, ...]


class Maturity(msgspec.Struct, frozen=True):
    """The level of automation that evidence supports, and what stands before the next. None where it is not asked for."""

    level: int | None
    title: str
    blocked_by: tuple[str, ...]


class Checklist(msgspec.Struct, frozen=True):
    """All items with their states, for one revision. `open_blocking` counts blocking items neither passed nor waived."""

    schema: str
    target: Target
    versions: Versions
    as_of: str
    items: tuple[Item, ...]
    open_blocking: int
    waiting: int
    sections: tuple[Section, ...]
    test_score: float | None
    maturity: Maturity
