"""CFG003: settings that code reads and nothing defines."""

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
)

RULE = Rule(
    id="CFG003",
    name="undefined-config-key",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSRA",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="keys and targets that are not there",
    references=("Sculley et al. 2015",),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    documents = graph.settings_read()
    broken, leading = graph.targets()
    if not documents and not leading:
        yield NotApplicable("code here reads no document of settings")
        return
    for target in broken:
        yield Finding(
            f"_target_ {target.dotted} leads nowhere: {target.missing}",
            target.place,
            entity=target.dotted,
            remedy="name what is there, or bring it back; a test that instantiates every configuration finds the next one",
            # No run meets what nothing chooses; what no program asks for by its key is met only by one that takes all keys.
            milder=2 if not target.chosen else int(not target.asked),
        )
    for document in documents:
        for key in document.undefined:
            yield Finding(
                f"{key.name} is read from {document.path}, which does not define it, nor does anything else",
                key.place,
                entity=f"{document.path}: {key.name}",
                remedy="define it, or read it with a default that is meant",
            )
        if document.open:
            yield Unknown(f"{document.path}: {document.open}")
        elif not document.undefined:
            yield Clean(says=f"{document.path} defines all that is read of it")
    if leading > len(broken):
        yield Clean(leading - len(broken), "targets of configurations are there")
