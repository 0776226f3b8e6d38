"""What the score is told: counts and verdicts, never source."""

from __future__ import annotations

import msgspec

from auditor.model.finding import Finding
from auditor.model.verdict import Verdict


class Exposure(msgspec.Struct, frozen=True):
    """How much there is of one component, which its debt is seen against.

    `kloc` counts thousands of analysable logical lines that are reachable, `fits` evaluated model fits. `parsed_share` is
    parsed / analysable lines (1 where there are none), `io_resolved` the share of I/O paths that could be named (None
    without any). `stages` and `artefacts` (datasets and models) enter the development cost. `touches_year` and
    `touches_quarter` count commits per path in 12 months and in 90 days; None where history is not known.
    """

    kloc: float = 0.0
    fits: int = 0
    io_resolved: float | None = None
    parsed_share: float = 1.0
    stages: int = 0
    artefacts: int = 0
    touches_year: dict[str, int] | None = None
    touches_quarter: dict[str, int] | None = None


class Part(msgspec.Struct, frozen=True):
    """All that the score is told of one component."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    exposure: Exposure
