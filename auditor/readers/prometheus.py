"""Prometheus: what is scraped, the rules that alert, and whom the alert manager tells; also as operator resources."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.monitoring import watched
from auditor.language.node import Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Leaf, Watch
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "prometheus"


def read(text: str) -> Facts:
    """An alert per rule, a monitor per scraped job, and one alert for the receivers of an alert manager."""
    documents, duplicates, troubles = read_yaml(text)
    found: list[Watch] = []
    kept: list[Leaf] = []
    for number, document in enumerate(documents):
        found += _watches(document)
        kept += leaves(document, prefix=f"#{number}" if number else "")
    return Facts(
        kind=TOOL,
        watches=tuple(found),
        leaves=tuple(kept),
        duplicates=duplicates,
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


def _watches(document: Node) -> Iterator[Watch]:
    groups = document.get("groups") or document.get("spec").get("groups")
    for rule in (rule for group in groups.maps() for rule in group.get("rules").maps()):
        name, expression = rule.get("alert"), rule.get("expr").raw
        if name.is_scalar:
            attrs = pairs([("drift", watched(f"{name.raw} {expression}")), ("when", mask(expression)[:200])])
            yield Watch(name.raw, "alert", TOOL, name.line, (), attrs)
    for job in document.get("scrape_configs").maps():
        yield Watch(job.get("job_name").raw, "monitor", TOOL, job.line, (), (("drift", "operational"),))
    if document.get("kind").raw in ("ServiceMonitor", "PodMonitor"):
        named = document.get("metadata").get("name").raw
        yield Watch(named, "monitor", TOOL, document.line, (), (("drift", "operational"),))
    receivers = [entry for entry in document.get("receivers").maps() if len(entry.entries) > 1]
    if receivers and document.get("route"):
        yield Watch(receivers[0].get("name").raw, "alert", "alertmanager", receivers[0].line)


READER = Reader(
    name=TOOL,
    names=("*.yaml", "*.yml"),
    read=over_text(read),
    sniff=having(
        rb"^(?:scrape_configs|receivers|groups):|^kind:\s*[\"']?(?:PrometheusRule|ServiceMonitor|PodMonitor)\b",
        rb"^\s*-?\s*(?:job_name|alert|route|endpoints|podMetricsEndpoints):",
    ),
)
