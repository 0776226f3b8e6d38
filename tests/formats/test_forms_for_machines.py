"""Forms that other tools read: valid, complete within their limits, and deaf to what file names try."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats import render
from auditor.model.audit import Audit
from auditor.model.finding import Finding
from auditor.model.place import Place
from tests.formats.sample_audits import PAGES, SAMPLES, crowded, service


def sarif(audit: Audit) -> dict[str, object]:
    run: dict[str, object] = json.loads(render(audit, "sarif", PAGES))["runs"][0]
    return run


@pytest.mark.parametrize("name", SAMPLES)
def test_sarif_refers_only_to_rules_it_names(name: str) -> None:
    run = json.loads(render(SAMPLES[name](), "sarif"))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region.get("endLine", region["startLine"]) >= region["startLine"]
        assert all(len(rule["properties"]["tags"]) <= 10 for rule in run["tool"]["driver"]["rules"])
        assert not re.search(r"[\x00-\x1f ]", result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def test_sarif_is_cut_at_the_limit_and_says_so() -> None:
    run = json.loads(render(crowded(6_000), "sarif"))["runs"][0]
    assert len(run["results"]) == 5_000
    notices = run["invocations"][0]["toolExecutionNotifications"]
    assert "left out here" in notices[-1]["message"]["text"]


def with_state(state: str) -> Audit:
    audit = service()
    return msgspec.structs.replace(
        audit, findings=tuple(msgspec.structs.replace(f, state=state) for f in audit.findings)
    )


@pytest.mark.parametrize(
    ("state", "kind"), [("suppressed", "inSource"), ("waived", "external"), ("dismissed", "external")]
)
def test_what_people_decided_is_a_suppression_in_sarif(state: str, kind: str) -> None:
    run = json.loads(render(with_state(state), "sarif"))["runs"][0]
    assert {result["suppressions"][0]["kind"] for result in run["results"]} == {kind}


def test_gitlab_and_annotations_leave_out_what_is_not_open() -> None:
    assert json.loads(render(with_state("waived"), "gitlab")) == []
    assert render(with_state("suppressed"), "github") == ""


@pytest.mark.parametrize("name", SAMPLES)
def test_gitlab_fingerprints_are_unique_and_paths_relative(name: str) -> None:
    rows = json.loads(render(SAMPLES[name](), "gitlab"))
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    assert all(row["severity"] in ("blocker", "critical", "major", "minor", "info") for row in rows)
    assert all(row["location"]["path"] and not row["location"]["path"].startswith(("./", "/")) for row in rows)


@pytest.mark.parametrize("name", SAMPLES)
def test_junit_counts_what_it_holds(name: str) -> None:
    root = ET.fromstring(render(SAMPLES[name](), "junit"))  # noqa: S314  # written by us a moment ago
    for suite in root:
        cases = list(suite)
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.attrib["skipped"]) == sum(case.find("skipped") is not None for case in cases)


def test_junit_skips_what_is_unknown_and_what_is_waived_and_never_drops_it() -> None:
    text = render(with_state("waived"), "junit")
    assert "<failure" not in text
    assert "findings are waived" in text
    assert 'message="unknown' in text


@pytest.mark.parametrize("name", SAMPLES)
def test_annotations_are_one_command_a_line(name: str) -> None:
    for line in render(SAMPLES[name](), "github").splitlines():
        assert re.fullmatch(r"::(error|warning|notice) [^:]*::[^\r\n]*", line), line


def hostile(text: str) -> Audit:
    audit = service()
    finding: Finding = msgspec.structs.replace(
        audit.findings[0], message=text, entity=text, remedy=text, place=Place(text or "a", 3)
    )
    return msgspec.structs.replace(audit, findings=(finding,))


@given(st.text(max_size=30))
def test_no_name_breaks_a_form(text: str) -> None:
    audit = hostile(text)
    json.loads(render(audit, "sarif"))
    json.loads(render(audit, "gitlab"))
    ET.fromstring(render(audit, "junit"))  # noqa: S314  # written by us a moment ago
    assert len(render(audit, "github").splitlines()) == 1
    rows = list(csv.reader(io.StringIO(render(audit, "csv"))))
    assert len(rows) == 2
    assert all(not cell.startswith(("=", "+", "@")) for cell in rows[1])


def test_the_comment_is_found_again_and_short_enough() -> None:
    text = render(crowded(3_000), "comment", PAGES)
    assert text.startswith("<!-- auditor -->\n")
    assert len(text) < 65_536


@pytest.mark.parametrize("name", SAMPLES)
def test_the_badge_is_a_picture_that_says_its_number(name: str) -> None:
    audit = SAMPLES[name]()
    root = ET.fromstring(render(audit, "badge"))  # noqa: S314  # written by us a moment ago
    said = json.loads(render(audit, "badge-json"))
    assert root.attrib["aria-label"] == f"ML debt: {said['message']}"
    assert (said["message"] == "not judged") == (audit.score.debt is None)


def test_the_badge_names_grade_and_profile() -> None:
    assert json.loads(render(service(), "badge-json"))["message"] == "28.2 C (2026.1)"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    row = next(iter(csv.DictReader(io.StringIO(render(hostile(text), "csv")))))
    assert [row[name] for name in ("path", "entity", "message", "remedy")] == [f"'{text}"] * 4
