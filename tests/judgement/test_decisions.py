"""What people decided, and that a change cannot decide for itself."""

from __future__ import annotations

import msgspec

from auditor.judgement import decisions, key_of, read_waivers
from auditor.model.audit import Audit, Suppressed, Waived
from tests.formats.sample_audits import SAMPLES

ONE = b"""
[[waiver]]
id = "W-1"
rule = "DAT001"
kind = "accepted_risk"
reason = "why"
owner = "me"
paths = ["train/**"]
created = 2026-11-23
expires = 2027-01-01
"""
TWO = ONE + ONE.replace(b"W-1", b"W-2").replace(b"DAT001", b"DAT002")


def base() -> Audit:
    """An audit of the base, where the first waiver stood and one suppression was written."""
    (waiver,), _ = read_waivers(ONE)
    written = Suppressed("train/a.py", 3, None, ("LKG001",), "split before", "", "active")
    return msgspec.structs.replace(SAMPLES["library"](), waivers=(Waived(waiver, "active"),), suppressions=(written,))


def test_a_tree_alone_counts_all_that_it_says() -> None:
    said = decisions(TWO, None, None)
    assert [waiver.id for waiver in said.waivers] == ["W-1", "W-2"]
    assert (said.proposed, said.suppressions, said.problems) == (frozenset(), None, ())


def test_what_a_change_adds_to_the_base_is_proposed_alone() -> None:
    said = decisions(TWO, None, base())
    assert [waiver.id for waiver in said.waivers] == ["W-1", "W-2"]
    assert said.proposed == {"W-2"}
    assert said.suppressions == frozenset({key_of("train/a.py", ("LKG001",), "split before")})


def test_what_a_change_takes_away_counts_as_in_the_base() -> None:
    said = decisions(None, None, base())
    assert [waiver.id for waiver in said.waivers] == ["W-1"]
    assert said.proposed == frozenset()


def test_what_is_wrong_in_either_file_is_told() -> None:
    said = decisions(b"[[waiver", b"[[signoff", None)
    assert sorted(problem.path for problem in said.problems) == [".auditor/signoff.toml", ".auditor/waivers.toml"]
