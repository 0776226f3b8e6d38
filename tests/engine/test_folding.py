"""From judgements to one verdict per rule and component; a rule that fails stops nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pytest

from auditor.engine import fold, judge
from auditor.engine.matrix import MATRIX, standing
from auditor.engine.registry import Loaded
from auditor.graph import ArtefactGraph
from auditor.model.audit import ArchetypeScore
from auditor.model.finding import Severity
from auditor.model.page import read_page
from auditor.model.verdict import Check, Outcome
from auditor.rulekit import (
    CheckFunction,
    Clean,
    Effort,
    Finding,
    Judgement,
    Measure,
    NotApplicable,
    NotEvidenced,
    Place,
    Rule,
    Unknown,
)
from tests.pages import graphs

FOUND = Finding("it is bad", Place("a.py", 3), "f", "mend it")
OPEN = NotEvidenced("not seen here", searched=("files",))


def rule(
    id_: str = "COD901", check: Check = Check.PRACTICE, *, serves: bool = False, archetypes: str = "LPRSATN"
) -> Rule:
    return Rule(
        id=id_, name="x", severity=Severity.HIGH, reliability="B", check=check, archetypes=archetypes,
        effort=Effort("1h", "2h"), serves=serves,
    )  # fmt: skip


def loaded(made: Rule, check: CheckFunction) -> Loaded:
    return Loaded(made, made.info(family=made.id[:3], title="X"), check, "")


def component(archetypes: str = "P") -> ArtefactGraph:
    (graph,) = graphs({"a.py": "x = 1\n"}, archetypes=archetypes).components
    return graph


@pytest.mark.parametrize(
    ("judgements", "check", "outcome", "reason", "n", "undetermined"),
    [
        pytest.param([FOUND], Check.PRACTICE, Outcome.FINDING, "", 1, 0, id="found"),
        pytest.param([FOUND, Clean(3), OPEN], Check.PRACTICE, Outcome.FINDING, "", 5, 0, id="the worst counts"),
        pytest.param([OPEN, Clean(2)], Check.PRACTICE, Outcome.NOT_EVIDENCED, "not seen here", 3, 0, id="open"),
        pytest.param([Clean(2, "all seen")], Check.PRACTICE, Outcome.CLEAN, "all seen", 2, 0, id="clean"),
        pytest.param([Clean(0), Unknown("half", 4)], Check.PRACTICE, Outcome.CLEAN, "", 0, 4, id="clean and partly unknown"),
        pytest.param([Unknown("cannot read", 2)], Check.PRACTICE, Outcome.UNKNOWN, "cannot read", 0, 2, id="unknown"),
        pytest.param([NotApplicable("no model")], Check.PRACTICE, Outcome.NOT_APPLICABLE, "no model", 0, 0, id="off"),
        pytest.param([Unknown("?"), NotApplicable("n")], Check.PRACTICE, Outcome.UNKNOWN, "?", 0, 1, id="unknown before off"),
        pytest.param([Measure(0.2, "20 %")], Check.METRIC, Outcome.CLEAN, "20 %", 0, 0, id="measured"),
        pytest.param([Measure(0.9, "90 %"), FOUND], Check.METRIC, Outcome.FINDING, "90 %", 1, 0, id="measured too high"),
        pytest.param([], Check.DENSITY, Outcome.CLEAN, "nothing found", 0, 0, id="a search that finds nothing"),
        pytest.param([], Check.PRACTICE, Outcome.NOT_APPLICABLE, "nothing here that the rule looks at", 0, 0, id="no instance"),
        pytest.param([], Check.METRIC, Outcome.NOT_APPLICABLE, "nothing here that the rule looks at", 0, 0, id="no measure"),
    ],
)  # fmt: skip
def test_fold(
    judgements: list[Judgement], check: Check, outcome: Outcome, reason: str, n: int, undetermined: int
) -> None:
    info = rule(check=check).info(family="COD", title="X")
    verdict, findings = fold(info, ".", judgements, 1.0)
    assert (verdict.outcome, verdict.reason, verdict.n, verdict.undetermined) == (outcome, reason, n, undetermined)
    assert len(findings) == sum(isinstance(j, Finding) for j in judgements)
    assert verdict.applicability == (0.0 if outcome is Outcome.NOT_APPLICABLE else 1.0)


def test_a_search_in_half_read_code_says_so() -> None:
    info = rule(check=Check.DENSITY).info(family="COD", title="X")
    assert fold(info, ".", [], 1.0, partly_read=True)[0].reason == "nothing found in what could be read"


def test_a_finding_carries_reliability_severity_and_what_it_searched() -> None:
    info = rule().info(family="COD", title="X")
    milder = Finding("m", Place("a.py", 1), "e", "r", certainty=0.5, milder=1)
    verdict, (first, second) = fold(info, "c", [FOUND, milder, OPEN, OPEN], 0.5)
    assert (first.severity, first.confidence) == (Severity.HIGH, 0.7)
    assert (second.severity, second.confidence) == (Severity.MEDIUM, 0.35)
    assert verdict.certainties == (0.7, 0.35)
    assert verdict.searched == ("files",)
    assert (first.component, first.rule, first.entity) == ("c", "COD901", "f")


@pytest.mark.parametrize(
    ("readme", "anywhere", "severities"),
    [
        ("# Churn\n\nOur course project.\n", False, ["medium", "medium", "low"]),
        ("# Churn\n\nOur course project.\n", True, ["high", "medium", "low"]),
        ("# Churn\n", False, ["high", "medium", "low"]),
    ],
)
def test_in_the_work_of_a_course_only_what_harms_anywhere_weighs_more_than_medium(
    readme: str, *, anywhere: bool, severities: list[str]
) -> None:
    made = msgspec.structs.replace(rule(), anywhere=anywhere)

    def looks(_: ArtefactGraph) -> Iterable[Judgement]:
        return [msgspec.structs.replace(FOUND, milder=steps) for steps in range(3)]

    found = judge(graphs({"a.py": "x = 1\n", "README.md": readme}, archetypes="P").components, [loaded(made, looks)])
    assert [finding.severity.value for finding in found.findings] == severities


def test_an_informative_finding_is_told_and_not_counted() -> None:
    info = rule().info(family="COD", title="X")
    verdict, findings = fold(info, ".", [Finding("m", Place("a"), "e", "r", milder=9), Clean(1)], 1.0)
    assert findings[0].severity is Severity.INFO
    assert (verdict.n, verdict.certainties, verdict.outcome) == (1, (), Outcome.FINDING)


def test_a_program_that_a_command_holds_is_called_by_its_file_in_verdicts_as_well() -> None:
    def looks(_: ArtefactGraph) -> Iterable[Judgement]:
        return [NotEvidenced("run.sh!1 has none", searched=("run.sh!1", "run.sh:3", "a.py"))]

    (graph,) = graphs({"run.sh": "set -e\npython - <<'E'\nprint(1)\nE\n"}).components
    (verdict,) = judge([graph], [loaded(rule("COD901"), looks)]).verdicts
    assert (verdict.reason, verdict.searched) == ("run.sh:3 has none", ("run.sh:3", "a.py"))


def test_a_rule_that_raises_is_unknown_with_an_error_and_the_others_go_on() -> None:
    def fails(_: ArtefactGraph) -> Iterator[Judgement]:
        yield FOUND
        raise ZeroDivisionError("by zero")

    def finds(_: ArtefactGraph) -> Iterable[Judgement]:
        return [FOUND]

    said = judge([component()], [loaded(rule("COD901"), fails), loaded(rule("COD902"), finds)])
    assert [(v.rule, v.outcome) for v in said.verdicts] == [("COD901", Outcome.UNKNOWN), ("COD902", Outcome.FINDING)]
    assert [f.rule for f in said.findings] == ["COD902"], "what a failed rule said before it failed does not count"
    assert said.errors == ("COD901 failed on component .: ZeroDivisionError: by zero",)
    assert "by zero" in said.traces[0]
    assert said.verdicts[0].undetermined == 1
    assert set(said.seconds) == {"COD901", "COD902"}


@pytest.mark.parametrize(
    ("sure", "serves", "outcome"),
    [
        (True, True, Outcome.FINDING),
        (False, True, Outcome.NOT_EVIDENCED),
        (False, False, Outcome.FINDING),
    ],
)
def test_a_duty_of_operators_is_no_finding_where_it_is_unsure_who_operates(
    sure: bool, serves: bool, outcome: Outcome
) -> None:
    graph = component("P" if sure else "")
    assert (graph.archetypes[0].confidence >= 0.6) is sure
    said = judge([graph], [loaded(rule(serves=serves), lambda _: [FOUND])])
    assert said.verdicts[0].outcome is outcome
    if outcome is Outcome.NOT_EVIDENCED:
        assert said.verdicts[0].reason == "it is bad (applicability unsure)"


def test_a_rule_is_not_asked_of_code_it_is_not_for() -> None:
    asked: list[ArtefactGraph] = []

    def check(graph: ArtefactGraph) -> Iterable[Judgement]:
        asked.append(graph)
        return [FOUND]

    said = judge([component("P")], [loaded(rule(archetypes="L"), check)])
    assert asked == []
    assert (said.verdicts[0].outcome, said.verdicts[0].applicability) == (Outcome.NOT_APPLICABLE, 0.0)
    assert "training pipeline" in said.verdicts[0].reason


@pytest.mark.parametrize(
    ("family", "mask", "archetypes", "weight"),
    [
        ("DAT", "PRL", [("P", 0.9)], 1.0),
        ("PIP", "PR", [("R", 0.9)], 0.5),
        ("DAT", "T", [("T", 0.9)], 0.0),
        ("MON", "R", [("R", 0.9)], 0.5),
        ("DAT", "T", [("T", 0.9), ("P", 0.8)], 0.0),
        ("DAT", "TP", [("T", 0.9), ("P", 0.8)], 1.0),
        ("DAT", "TP", [("T", 0.9), ("P", 0.4)], 0.0),
        ("DAT", "TP", [("T", 0.5), ("P", 0.4)], 1.0),
        ("DAT", "S", [("T", 0.9), ("P", 0.8)], None),
        ("DAT", "S", [], None),
    ],
)
def test_standing(family: str, mask: str, archetypes: list[tuple[str, float]], weight: float | None) -> None:
    info = rule(f"{family}999", archetypes=mask).info(family=family, title="X")
    assert standing(info, [ArchetypeScore(a, a, c) for a, c in archetypes]).weight == weight


def test_the_matrix_is_whole() -> None:
    assert {len(row) for row in MATRIX.values()} == {7}
    assert {weight for row in MATRIX.values() for weight in row.values()} == {0.0, 0.5, 1.0}


def test_a_page_is_read_by_its_headings() -> None:
    page = read_page(
        "COD901", "# COD901 Bad thing\n\n## What it finds\n\nThis.\n\n## Unknown\n\nx\n\n## What to do\nThat.\n"
    )
    assert (page.title, page.finds, page.fix, page.why) == ("Bad thing", "This.", "That.", "")
