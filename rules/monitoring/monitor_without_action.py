"""MON005: drift is computed, and nothing follows from it."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    NotEvidenced,
    Rule,
    Severity,
)

RULE = Rule(
    id="MON005",
    name="monitor-without-action",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("4h", "1d"),
    unit="monitors",
    serves=True,
    checklist=("C25",),
    ml_test_score=("Monitor 1", "Monitor 4"),
    references=("Breck et al. 2017",),
)
SEARCHED = (
    "failures, exit codes and branches after the monitor and in its callers",
    "alerts in code, Prometheus, Grafana, clouds and managed monitors",
    "figures sent to a tracking server, a database or a service",
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.serving():
        yield NotApplicable("nothing here serves a model or scores on a schedule")
        return
    monitors = graph.monitors()
    if not monitors:
        yield NotApplicable("no monitor in code here")
        return
    alert = graph.alerts()
    for monitor in monitors:
        if monitor.fate == "acts":
            yield Clean(says=f"{monitor.place}: something follows from {monitor.says}")
        elif alert:
            yield Clean(says=alert)
        elif monitor.fate == "elsewhere":
            yield NotEvidenced(
                f"{monitor.says} ({monitor.place}) sends what it finds on; alerts may stand there", searched=SEARCHED
            )
        else:
            yield Finding(
                f"{monitor.says} in {monitor.path} finds drift and nothing follows: no alert, no failure, no decision",
                monitor.place,
                entity=f"monitor|{monitor.path}",
                remedy="compare the result with a limit and end with an exit code other than 0, tell a person or start a retraining",
                searched=SEARCHED,
            )
