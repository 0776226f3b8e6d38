"""Data and its versions."""

from __future__ import annotations

from auditor.rulekit import Family

FAMILY = Family(
    id="DAT",
    title="Data and its versions",
    order=4,
    blurb="Whether the data a model was made from can be named, found and fetched again.",
)
