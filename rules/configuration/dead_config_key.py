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
    written_out = {(setting.document, setting.key.name) for setting in graph.shadowed()}  # CFG001 tells of those
    for document in documents:
        dead = [key for key in document.dead if (document.path, key.name) not in written_out]
        if document.open:
            yield Unknown(f"{document.path}: {document.open}")
        elif dead:
            first, *others = dead
            names = ", ".join(key.name for key in dead[:4]) + (" …" if len(dead) > 4 else "")
            few = len(dead) < SEVERAL and len(dead) < SHARE * document.defined
            yield Finding(
                f"{document.path} sets {names}: {plural(len(dead), 'key')} of {document.defined} that no code reads",
                first.place,
                entity="\n".join((document.path, *(key.name for key in dead))),
                remedy="delete them, or use them where the value is written out",
                related=tuple(key.place.says(f"{key.name}: not read either") for key in others[:12]),
                milder=int(few),
            )
        else:
            yield Clean(says=f"all {plural(document.defined, 'key')} of {document.path} are read")
