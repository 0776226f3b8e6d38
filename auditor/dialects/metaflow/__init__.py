"""Metaflow: flows as classes, steps as methods, artefacts as attributes of `self`."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.contract import Statement, memory_homes, reaching
from auditor.dialects.metaflow.flow import Flow
from auditor.program import Resolved
from auditor.program.naming.code import Local


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every class of a library's making that has steps, a first one among them: one pipeline each."""
    denoter = resolved.evaluator.denoter
    flows: list[Flow] = []
    for path in reaching(resolved, paths):
        for number in resolved.code.scopes(path):
            if resolved.code.scope(path, number).kind == "class":
                local = Local(path, number)
                # A base class of another package may derive from FlowSpec: a class that has a first step is a flow.
                if denoter.ancestry(local):
                    flow = Flow(resolved, local)
                    if "start" in flow.steps:
                        flows.append(flow)
    homes = memory_homes((flow.local.path, flow.name) for flow in flows)
    for flow in flows:
        flow.homes = homes
        yield flow.pipeline()
