"""Entanglement."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="ENT",
    title="Entanglement",
    order=1,
    blurb="Changing anything changes everything: how far a change to one artefact travels, and where nothing stops it.",
)
