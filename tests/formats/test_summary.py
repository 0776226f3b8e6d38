"""What every format says first."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from auditor.formats.summary import moves, rule_title, sentence
from auditor.model.finding import Severity
from tests.formats.sample_audits import PAGES, service


@pytest.mark.parametrize("graver", ["ENT004", "ENT005"])
def test_a_move_has_the_title_of_the_rule_whose_remedy_it_is(graver: str) -> None:
    audit = service()
    severities = (Severity.CRITICAL if f.rule == graver else f.severity for f in audit.findings)
    found = tuple(replace(f, severity=s, priority=s.weight) for f, s in zip(audit.findings, severities, strict=True))
    (move,) = (m for m in moves(replace(audit, findings=found), PAGES, 40) if set(m.rules) == {"ENT004", "ENT005"})
    told = next(f for f in found if sentence(f.remedy) == move.action)
    assert (told.rule, move.title) == (graver, rule_title(audit, graver, PAGES))
