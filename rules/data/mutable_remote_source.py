"""DAT002: data fetched from an address whose content changes in place."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="DAT002",
    name="mutable-remote-source",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSN",
    effort=Effort("30m", "2h"),
    each=Effort("15m", "30m"),
    root_cause="unpinned-data",
    unit="addresses whose content moves",
    checklist=("C1", "C19"),
    ml_test_score=("Monitor 1",),
    references=("Sculley et al. 2015", "Zinkevich, Rules of ML"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.sources()
    if found.fixed:
        yield Clean(says=f"{plural(found.fixed, 'address')} of data that name a state or nothing that moves")
    for moving in found.moving:
        if moving.address.endswith("@"):
            says = f"{moving.address.removesuffix('@')} is read at whatever its default branch holds"
            remedy = "name a revision (`rev=`), or read the file of this checkout"
        else:
            says = f"the address {moving.address} names no state: its owner may put other data there"
            remedy = "fetch a fixed state (a commit, a release, a dated or versioned object) and compare a checksum"
        yield Finding(
            f"{says}; the same code may fetch other data tomorrow",
            moving.place,
            entity=moving.address,
            remedy=remedy,
            # What no model learns from, an option may replace or somebody only looks at does less harm.
            milder=(0 if moving.trains else 2) + moving.by_choice + graph.is_exploratory(moving.place.path),
        )
