"""GLU004: programs chained by starting processes."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="GLU004",
    name="shell-glued-python",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRT",
    effort=Effort("4h", "2d"),
    root_cause="undeclared-pipeline",
    ml_test_score=("Infra 3",),
    references=("Sculley et al. 2015",),
)
FEWEST = 3


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for driver in graph.drivers():
        scripts = tuple(dict.fromkeys(driver.scripts))
        if len(scripts) < FEWEST:
            continue
        if driver.owned:
            yield Clean(says=f"{driver.path} starts programs that a declared pipeline owns")
            continue
        yield Finding(
            f"{driver.path} chains {len(scripts)} programs by starting processes; no pipeline declares their order",
            driver.place,
            entity=driver.path,
            remedy="declare the chain in a pipeline tool (DVC, Make, an orchestrator), or call the functions instead of the processes",
            related=tuple(step.place.says(step.says) for step in driver.started[:8]),
            milder=1 if driver.path.endswith(".ipynb") else 0,
        )
