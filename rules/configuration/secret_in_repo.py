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
    anywhere=True,
)
MILDER = {"a generated secret": 1, "a private key": 1}
"""What only its name calls a secret, or what may be made for a machine at home, may open nothing that matters. Where its path
says that it is for such a machine, it is milder still; what an issuer gave opens the same door from everywhere."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found, searched = graph.credentials()
    ordinals: Counter[tuple[str, str]] = Counter()
    for leak in found:
        ordinals[leak.place.path, leak.kind] += 1
        own = MILDER.get(leak.kind, 0)
        yield Finding(
            f"{leak.kind} is committed in {leak.place.path}" + ("; it says itself when it ends" if leak.brief else ""),
            leak.place,
            entity=f"{leak.kind} {ordinals[leak.place.path, leak.kind]}",
            remedy="revoke it now, since the history keeps it; read it from the environment or a secret store",
            milder=own + max(2 * (leak.shown or leak.unasked), own * leak.local) + 3 * leak.brief,
        )
    if not found:
        yield Clean(says=f"no credential of a known format in {searched} files")
