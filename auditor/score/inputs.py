"""What the score is told: counts and verdicts, never source."""

from __future__ import annotations

import msgspec

from auditor.model.audit import Exposure
from auditor.model.finding import Finding
from auditor.model.verdict import Verdict


class Part(msgspec.Struct, frozen=True):
    """All that the score is told of one component."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    exposure: Exposure
