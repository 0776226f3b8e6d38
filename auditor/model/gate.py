"""What a gate asked, and what came of it."""

from __future__ import annotations

import msgspec

from auditor.model.audit import Score, Waived
from auditor.model.finding import Finding

SCHEMA = "auditor/gate/1"


class Condition(msgspec.Struct, frozen=True):
    """One line of the gate: exactly one of `most` and `least`. `level` is `error` or `warn`."""

    name: str
    most: float | None = None
    least: float | None = None
    level: str = "error"


class Answer(msgspec.Struct, frozen=True):
    """What one condition found: `outcome` is `held`, `violated` or `not-evaluated`; `says` why, `findings` what counts."""

    condition: Condition
    outcome: str
    value: float | None
    says: str
    findings: tuple[str, ...] = ()


class Gate(msgspec.Struct, frozen=True):
    """The verdict over a change. `verdict` is `pass`, `conditional` or `fail`; `base` says what it was held against."""

    schema: str
    verdict: str
    base: str
    score: Score
    before: Score | None
    answers: tuple[Answer, ...]
    new: tuple[Finding, ...]
    detected: tuple[Finding, ...]
    fixed: int
    waivers: tuple[Waived, ...]
    incomplete: str = ""
