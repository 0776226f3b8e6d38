"""Pipeline jungles."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="PIP",
    title="Pipeline jungles",
    order=3,
    blurb="Data preparation that works only in the order somebody remembers.",
)
