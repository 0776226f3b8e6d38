"""REP007: a service predicts with a model file whose making the repository does not show."""

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
    Rule,
    Severity,
    Unknown,
    plural,
)

RULE = Rule(
    id="REP007",
    name="model-without-lineage",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="SPR",
    effort=Effort("4h", "1d"),
    each=Effort("2h", "4h"),
    unit="model files that services load",
    needs_paths=True,
    ml_test_score=("Infra 1", "Infra 7"),
    references=("Sculley et al. 2015", "Breck et al. 2017"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    foundlings = graph.foundlings()
    if not foundlings.total:
        yield NotApplicable("no service here loads a model from a file of the repository")
    good = foundlings.total - len(foundlings.found) - foundlings.unknown
    if good:
        yield Clean(good, f"{plural(good, 'model file')} written by a step of the repository, or pinned")
    if foundlings.unknown:
        yield Unknown(
            "a program saves a model to where it does not say: it may be the one that is loaded", foundlings.unknown
        )
    for each in foundlings.found:
        held = (
            "it is kept in git, so its content is known, but not how it came about"
            if each.kept
            else "no version names it"
        )
        yield Finding(
            f"{each.program} predicts with {each.path}, which nothing in the repository makes; {held}",
            each.loaded,
            entity=each.path,
            remedy="load the model by version from a registry or a pinned pointer, and keep the step that makes it here",
            certainty=each.certainty,
            milder=int(each.kept),
        )
