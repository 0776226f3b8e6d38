"""CFG008: a credential stands in the repository."""

from __future__ import annotations

from collections import Counter

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="CFG008",
    name="secret-in-repo",
    severity=Severity.CRITICAL,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSALNT",
    effort=Effort("1h", "4h"),
    each=Effort("30m", "2h"),
    unit="credentials in files",
    references=("SE4ML practices",),
)
GENERATED = "a generated secret"


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, searched = graph.credentials()
    ordinals: Counter[tuple[str, str]] = Counter()
    for leak in found:
        ordinals[leak.place.path, leak.kind] += 1
        # A value that only its name calls secret may open nothing outside; what ends by itself, or stands in a document, is half gone.
        milder = max(leak.kind == GENERATED, 2 * leak.brief, 2 * leak.shown)
        yield Finding(
            f"{leak.kind} is committed in {leak.place.path}" + ("; it says itself when it ends" if leak.brief else ""),
            leak.place,
            entity=f"{leak.kind} {ordinals[leak.place.path, leak.kind]}",
            remedy="revoke it now, since the history keeps it; read it from the environment or a secret store",
            milder=milder,
        )
    if not found:
        yield Clean(says=f"no credential of a known format in {searched} files")
