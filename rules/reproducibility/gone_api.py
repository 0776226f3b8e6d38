"""REP011: code uses what the releases that would be installed do not have any more."""

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
    Outdated,
    Rule,
    Severity,
)

RULE = Rule(
    id="REP011",
    name="gone-api",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSARNL",
    effort=Effort("30m", "2h"),
    each=Effort("5m", "20m"),
    unit="uses of what is gone",
    root_cause="loose-environment",
    ml_test_score=("Infra 1",),
    references=("Pimentel et al. 2019", "release notes of the libraries"),
)
SHOWN = 4


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.outdated()
    for each in found:
        library = each.gone.distributions[0]
        yield Finding(
            f"{', '.join(each.names[:SHOWN])}{', …' * (len(each.names) > SHOWN)} {'is' if len(each.names) == 1 else 'are'} gone in "
            f"{library.replace('python', 'Python')} {each.gone.version}, and {_lets(each)}",
            each.places[0],
            entity=f"{library}|{each.gone.version}",
            remedy=f"use {each.gone.instead}" if each.gone.instead else "use what the release notes name in its place",
            related=(
                *((each.asked.place.says("asked for here"),) if each.asked else ()),
                *(place.says("used here, too") for place in each.places[1:6]),
            ),
            milder=(not each.sure) + (each.idle or each.noted),
            instances=len(each.places),
        )
    if not graph.pinnings:
        yield NotApplicable("no file of this component asks for packages")
    elif not found:
        yield Clean(says="nothing that is used is known to be gone in the releases that are asked for")


def _lets(each: Outdated) -> str:
    """What an environment lets in, as it is told."""
    if each.asked is None:
        return "no older Python is named"
    asked = f"{each.asked.requirement.name} {each.asked.requirement.specifier}".strip()
    how = "allows no older release" if each.sure else "is open to it: whoever installs it today gets that"
    return f"{asked} in {each.asked.path} {how}"
