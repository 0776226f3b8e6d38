"""What the calls of a function give one of its parameters."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.ir import Expr
from auditor.program import Resolved
from auditor.program.calls.records import LocalCall
from auditor.program.naming.code import Frame


def supplied(resolved: Resolved, edges: Iterable[LocalCall], name: str) -> list[tuple[Expr, Frame]] | None:
    """The values that some calls give a parameter, each with where it stands, those that leave it out left out; None where one may
    give it unseen."""
    found = []
    for edge in edges:
        if not edge.direct or any(key == "" for key, _ in edge.call.keywords):
            return None
        caller = Frame(*edge.caller, block=edge.site.block)
        given = resolved.evaluator.objects.arguments(edge.callee, edge.call, caller, constructed=edge.constructs)
        if name in given:
            found.append(given[name])
    return found
