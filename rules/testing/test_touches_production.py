"""TST007: a test writes what code in operation reads."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="TST007",
    name="test-touches-production",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PSA",
    effort=Effort("1h", "2h"),
    each=Effort("30m", "1h"),
    unit="artefacts that tests write and operation reads",
    ml_test_score=("Infra 2",),
    references=("Breck et al. 2017",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.written_by_tests()
    for touched in found:
        yield Finding(
            f"{touched.test}() writes {touched.artefact}, which {touched.reader} reads: running the tests changes what is used",
            touched.written,
            entity=touched.artefact,
            remedy="write to a temporary folder, and give the code under test the path",
            related=(touched.read.says(f"{touched.artefact} is read here"),),
        )
    if not found:
        yield Clean(says="no test writes data or models that other code reads")
