"""PIP005: two steps of one chain write the same file."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="PIP005",
    name="multi-writer-artifact",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRN",
    effort=Effort("1h", "3h"),
    each=Effort("30m", "1h"),
    unit="files with several writers",
    ml_test_score=("Infra 1",),
    references=("Sculley et al. 2015",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    shared = graph.shared_outputs()
    if written := graph.written_files():
        yield Clean(says=f"{plural(written - len(shared), 'written file')} with one writer")
    for each in shared:
        names = [name for name, _ in each.writers]
        first = each.writers[-1]
        yield Finding(
            f"{', '.join(names[:-1])} and {names[-1]} {'both' if len(names) == 2 else 'all'} write {each.artefact}, and {each.chain}: what it holds depends on which ran last",
            first[1],
            entity=each.artefact,
            remedy="give each producer a path of its own, and merge them in one step where they are needed together",
            related=tuple(place.says(f"written by {name}") for name, place in each.writers),
        )
