"""The baseline: written whole, followed, never grown by itself."""

from __future__ import annotations

import json

import msgspec
import pytest

from auditor.lifecycle import baseline
from auditor.model.audit import Problem
from auditor.model.errors import UsageError
from tests.lifecycle.builders import RULES, audit, found, revised


def test_what_is_written_is_read_again_one_finding_on_a_line() -> None:
    known = baseline.create(audit([found(), found("PIP008", "b.py"), found("PIP008", "dev ops/ä.py")]))
    text = baseline.write(known)
    assert baseline.read(text.encode()) == known
    assert sum('"anchor"' in line for line in text.splitlines()) == 3
    assert json.loads(text)["entries"][0]["rule"] == "LKG001"


def test_equal_audits_give_equal_bytes() -> None:
    findings = [found(), found("PIP008", "b.py")]
    assert baseline.write(baseline.create(audit(findings))) == baseline.write(baseline.create(audit(findings[::-1])))


def test_accepted_risks_are_not_taken_up() -> None:
    states = ("open", "suppressed", "waived", "dismissed", "not-applicable")
    known = baseline.create(audit([found(entity=state, state=state) for state in states]))
    assert sorted(entry.entity for entry in known.entries) == ["open", "suppressed"]


def test_what_is_known_is_not_new() -> None:
    known = baseline.create(audit([found(line=3)]))
    held = baseline.against(known, audit([found(line=9), found("PIP008")]))
    assert [finding.rule for finding in held.new] == ["PIP008"]
    assert len(held.known) == 1


def test_the_ratchet_drops_what_is_fixed_follows_moves_and_adds_nothing() -> None:
    known = baseline.create(audit([found(), found("PIP008", "b.py"), found("PIP003", "c.py")]))
    now = audit(
        [
            found("PIP008", "b.py", 40),
            found("PIP003", "moved.py"),
            found("LKG001", "new.py", entity="other", snippet="z"),
        ]
    )
    after = baseline.update(known, now)
    assert [(entry.rule, entry.path) for entry in after.entries] == [("PIP003", "moved.py"), ("PIP008", "b.py")]


def test_the_ratchet_keeps_what_was_not_looked_at() -> None:
    known = baseline.create(audit([found()]))
    after = baseline.update(known, audit(problems=[Problem("train.py", 1, "broken", "syntax")]))
    assert len(after.entries) == 1


def test_only_what_a_new_or_revised_rule_detects_can_be_accepted() -> None:
    known = baseline.create(audit([found("PIP008")]))
    with pytest.raises(UsageError, match="newly detected"):
        baseline.accept(known, audit([found("PIP008"), found("LKG001")]), "LKG001")
    rules = [revised(one) if one.id == "LKG001" else one for one in RULES]
    after = baseline.accept(known, audit([found("PIP008"), found("LKG001")], rules=rules, ruleset="r2"), "LKG001")
    assert sorted(entry.rule for entry in after.entries) == ["LKG001", "PIP008"]


def test_pruning_drops_deleted_files_and_retired_rules() -> None:
    known = baseline.create(audit([found(), found("PIP008", "gone.py"), found("PIP003", "c.py")]))
    kept = baseline.prune(known, audit(rules=[one for one in RULES if one.id != "PIP003"]), {"train.py", "c.py"})
    assert [entry.rule for entry in kept.entries] == ["LKG001"]


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff", b'{"schema": 1}'])
def test_what_is_no_baseline_is_told(text: bytes) -> None:
    with pytest.raises(UsageError, match="no baseline"):
        baseline.read(text)


def test_one_of_another_form_is_told() -> None:
    other = msgspec.structs.replace(baseline.create(audit()), schema="auditor/baseline/9")
    with pytest.raises(UsageError, match="baseline/9"):
        baseline.read(baseline.write(other).encode())
