"""What is less likely than not weighs little."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from auditor.judgement import weighed
from auditor.model.finding import Severity
from auditor.run import audit
from tests.engine.test_registry import RULE, of_the_house
from tests.lifecycle.builders import found


@pytest.mark.parametrize(
    ("severity", "confidence", "weighs"),
    [
        (Severity.CRITICAL, 0.49, Severity.LOW),
        (Severity.CRITICAL, 0.5, Severity.CRITICAL),
        (Severity.MEDIUM, 0.4, Severity.LOW),
        (Severity.INFO, 0.1, Severity.INFO),
    ],
)
def test_what_is_less_likely_than_not_weighs_at_most_low(
    severity: Severity, confidence: float, weighs: Severity
) -> None:
    one = found(severity=severity, confidence=confidence)
    assert weighed([one]) == (msgspec.structs.replace(one, severity=weighs),)


CONFIRMED = """
[[waiver]]
id = "W-1"
rule = "OWN001"
paths = ["train.py"]
kind = "confirmed"
reason = "looked"
owner = "me"
created = 2026-11-23
"""


def test_an_audit_weighs_so_until_a_person_confirms_it(tmp_path: Path) -> None:
    rules, project = of_the_house(tmp_path / "rules"), tmp_path / "project"
    guess = RULE.replace("Severity.LOW", "Severity.HIGH").replace('reliability="A"', 'reliability="C"')
    (rules / "house_rules" / "no_owner.py").write_text(guess)
    (project / ".auditor").mkdir(parents=True)
    (project / "train.py").write_text("x = 1\n")

    def weight() -> Severity:
        (one,) = [f for f in audit(str(project), rules=rules, use_cache=False, jobs=1).findings if f.rule == "OWN001"]
        return one.severity

    assert weight() is Severity.LOW
    (project / ".auditor" / "waivers.toml").write_text(CONFIRMED)
    assert weight() is Severity.HIGH
