"""CFG002: settings that nothing reads."""

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
    id="CFG002",
    name="dead-config-key",
    severity=Severity.LOW,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSRA",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="documents with settings that nothing reads",
    references=("Sculley et al. 2015",),
)
SEVERAL, SHARE = 3, 0.1


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    documents = graph.settings_read()
    if not documents:
        yield NotApplicable("code here reads no document of settings")
        return
    for document in documents:
        if document.open:
            yield Unknown(f"{document.path}: {document.open}")
        elif document.dead:
            first, *others = document.dead
            names = ", ".join(key.name for key in document.dead[:4]) + (" …" if len(document.dead) > 4 else "")
            few = len(document.dead) < SEVERAL and len(document.dead) < SHARE * document.defined
            yield Finding(
                f"{document.path} sets {names}: {plural(len(document.dead), 'key')} of {document.defined} that no code reads",
                first.place,
                entity="\n".join((document.path, *(key.name for key in document.dead))),
                remedy="delete them, or use them where the value is written out",
                related=tuple(key.place.says(f"{key.name}: not read either") for key in others[:12]),
                milder=int(few),
            )
        else:
            yield Clean(says=f"all {plural(document.defined, 'key')} of {document.path} are read")
