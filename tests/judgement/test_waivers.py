"""Waivers: what counts, what each kind does, and that none lapses in silence."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.judgement import fingerprinted, pin_of, read_waivers, waive
from auditor.model.audit import Waiver
from auditor.model.finding import Finding, Severity
from auditor.model.place import Place

TODAY = date(2026, 11, 24)


def found(path: str = "train/a.py", rule: str = "DAT001", line: int | None = 3, entity: str = "load") -> Finding:
    return Finding(
        rule=rule, component=".", severity=Severity.CRITICAL, confidence=0.7, message="m", remedy="r", entity=entity,
        place=Place(path, line), snippet="read(x)",
    )  # fmt: skip


def waiver(**fields: object) -> Waiver:
    plain = Waiver("W-1", "DAT001", "accepted_risk", "why", "me", paths=("train/**",), expires="2027-01-01")
    return msgspec.structs.replace(plain, **fields)


def judged(given_: Waiver, *findings: Finding, proposed: tuple[str, ...] = ()) -> tuple[list[str], str, list[str]]:
    after, rows, notices = waive(fingerprinted(findings or (found(),)), [given_], as_of=TODAY, proposed=proposed)
    return [finding.state for finding in after], rows[0].state, [notice.message for notice in notices]


WHOLE = """
# decided in the review of May
[[waiver]]
id = "W-014"
rule = "DAT001"
paths = ["train/**"]
entity = "load_raw"
kind = "accepted_risk"
reason = "vendor delivers no versions"
owner = "a.kim"
approved_by = "ml-lead"
ticket = "ML-231"
created = 2026-11-23
expires = 2027-02-21
"""


def test_a_whole_waiver_is_read() -> None:
    (read,), problems = read_waivers(WHOLE.encode())
    assert problems == ()
    assert (read.id, read.rule, read.paths, read.entity, read.expires, read.line) == (
        "W-014", "DAT001", ("train/**",), "load_raw", "2027-02-21", 3,
    )  # fmt: skip


def test_an_accepted_risk_ends_after_90_days_where_nothing_else_is_said() -> None:
    (read,), problems = read_waivers(WHOLE.replace("expires = 2027-02-21\n", "").encode())
    assert (read.expires, problems) == ("2027-02-21", ())


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ('rule = "DAT001"', "", "`rule` is missing"),
        ('reason = "vendor delivers no versions"', 'reason = " "', "`reason` is missing"),
        ('owner = "a.kim"', "", "`owner` is missing"),
        ('paths = ["train/**"]', "", "neither `paths` nor `fingerprint`"),
        ('paths = ["train/**"]', 'paths = "train/**"', "no list of globs"),
        ('kind = "accepted_risk"', 'kind = "whatever"', "`kind` is none of"),
        ("expires = 2027-02-21", "expires = 2028-02-21", "at most 365 days"),
        ("created = 2026-11-23\nexpires = 2027-02-21", "", "needs `expires`"),
        ("created = 2026-11-23\n", "", "needs `created`"),
        ('ticket = "ML-231"', 'tickets = "ML-231"', "is `ticket` meant"),
        ("expires = 2027-02-21", 'expires = "soon"', "no date"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_does_not_count(line: str, instead: str, says: str) -> None:
    waivers, problems = read_waivers(WHOLE.replace(line, instead).encode())
    assert waivers == ()
    assert any(says in problem.message and problem.line == 3 for problem in problems), problems


def test_ids_are_unique() -> None:
    waivers, problems = read_waivers((WHOLE + WHOLE).encode())
    assert len(waivers) == 1
    assert "used by another one" in problems[0].message


@given(st.binary(max_size=200))
def test_no_file_raises(data: bytes) -> None:
    read_waivers(data)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("accepted_risk", "waived"),
        ("deferred", "waived"),
        ("compensating_control", "waived"),
        ("false_positive", "dismissed"),
        ("not_applicable", "not-applicable"),
        ("confirmed", "open"),
    ],
)
def test_each_kind_gives_its_state(kind: str, state: str) -> None:
    assert judged(waiver(kind=kind)) == ([state], "active", [])


def test_a_confirmation_makes_sure() -> None:
    (after,), _, _ = waive(fingerprinted([found()]), [waiver(kind="confirmed")], as_of=TODAY)
    assert (after.confirmed, after.confidence) == (True, 1.0)


def test_it_meets_its_rule_its_paths_and_its_entity_alone() -> None:
    others = [found("serve/a.py"), found(rule="DAT002"), found(entity="other")]
    states, state, _ = judged(waiver(entity="load"), *others)
    assert (states, state) == (["open"] * 3, "unused")


def test_by_fingerprint_it_meets_one() -> None:
    one, other = fingerprinted([found(), found("train/b.py")])
    after, _, _ = waive([one, other], [waiver(paths=(), fingerprint=one.fingerprint)], as_of=TODAY)
    assert [finding.state for finding in after] == ["waived", "open"]


def test_what_is_missing_from_the_whole_is_met_by_a_dot() -> None:
    absent = found(path=".", line=None)
    assert judged(waiver(), absent)[0] == ["open"]
    assert judged(waiver(paths=(".",)), absent)[0] == ["waived"]


def test_an_expired_one_counts_no_more_and_says_so() -> None:
    states, state, notices = judged(waiver(expires="2026-11-23"))
    assert (states, state) == (["open"], "expired")
    assert "ended on 2026-11-23" in notices[0]


def test_on_its_last_day_it_counts_and_its_end_is_announced() -> None:
    states, state, notices = judged(waiver(expires="2026-11-24"))
    assert (states, state) == (["waived"], "active")
    assert notices == ["waiver W-1 of DAT001 ends on 2026-11-24."]


def test_one_that_meets_nothing_is_told() -> None:
    assert judged(waiver(), found("serve/a.py"))[2] == ["waiver W-1 of DAT001 meets no finding; remove it."]


def test_a_pinned_one_lapses_when_the_code_changes() -> None:
    assert judged(waiver(pin=pin_of(found())))[:2] == (["waived"], "active")
    states, state, notices = judged(waiver(pin="0" * 16))
    assert (states, state) == (["open"], "lapsed")
    assert "the code changed since" in notices[0]


def test_a_change_cannot_exempt_itself() -> None:
    states, state, notices = judged(waiver(), proposed=("W-1",))
    assert (states, state) == (["open"], "proposed")
    assert "cannot exempt itself" in notices[0]


def test_costly_globs_are_refused() -> None:
    text = WHOLE.replace("train/**", "*a" * 40)
    waivers, problems = read_waivers(text.encode())
    assert waivers == ()
    assert "too costly" in problems[0].message
