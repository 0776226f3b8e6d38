"""Manners that all rules keep."""

from __future__ import annotations

import re

import pytest

from auditor.engine import registry
from auditor.engine.matrix import MATRIX
from auditor.engine.registry import Loaded
from auditor.model.verdict import Check

RULES = registry().rules


@pytest.mark.parametrize("loaded", RULES.values(), ids=RULES)
def test_manners(loaded: Loaded) -> None:
    info = loaded.info
    assert re.fullmatch(r"[A-Z]{3}\d{3}", info.id)
    assert info.id.startswith(info.family)
    assert info.family in MATRIX
    assert set(info.archetypes) <= set("LRPSATN")
    assert info.reliability in "ABC"
    assert loaded.check.__module__.rpartition(".")[2] == info.name.replace("-", "_")
    assert 0 < info.effort.p50 <= info.effort.p90
    assert (info.warn is None) == (info.fail is None)
    if info.check is Check.METRIC:
        assert info.warn is not None
    assert info.references


def test_families_are_in_order_and_complete() -> None:
    families = registry().families
    assert [family.order for family in families] == list(range(1, len(families) + 1))
    assert {family.id for family in families} == set(MATRIX)
