"""LLM006: an index of vectors is asked with other embeddings than it was filled with, or nothing can fill it again."""

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
    id="LLM006",
    name="unversioned-retrieval-index",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="AS",
    effort=Effort("4h", "1d"),
    each=Effort("2h", "4h"),
    unit="programs that ask an index of vectors",
    checklist=("C31",),
    ml_test_score=("Monitor 3", "Infra 1"),
    references=("Breck et al. 2017",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.retrieval()
    if not found.asked:
        yield NotApplicable("nothing here asks an index of vectors")
        return
    for skew in found.skewed:
        yield Finding(
            f"{skew.store} is filled with vectors of {skew.filled.model} and asked with vectors of {skew.asked.model}: "
            "distances between the two mean nothing",
            skew.asked.place,
            entity=f"{skew.store}\n{skew.asked.place.path}",
            remedy="name the embedding model once, keep its name with the index, and refuse an index of another one",
            related=(skew.filled.place.says("filled with these"),),
        )
    for orphan in found.orphans:
        yield Finding(
            f"{orphan.store} is asked for what is alike, and nothing in the repository fills it: it cannot be made again",
            orphan.place,
            entity=orphan.store,
            remedy="add the program that fills it, with the embedding model and the sizes of the pieces in one place",
        )
    if found.unknown:
        yield Unknown("which embedding model fills or asks an index is decided elsewhere", found.unknown)
    clean = found.asked - len({skew.asked.place.path for skew in found.skewed}) - len(found.orphans)
    if clean > 0:
        yield Clean(clean, says=f"{plural(clean, 'program')} ask an index with what it was filled with")
