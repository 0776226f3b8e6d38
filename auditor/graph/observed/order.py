"""What a program does first: touches by the lines that lead to them from the scope that they share."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.graph.observed.lineage import Lineage, Touch
from auditor.program.calls.effects import Site


def precedes(lineage: Lineage, program: str, first: Touch, other: Touch) -> bool:
    """Whether one touch surely stands before another in a program; one expression that does both tells no order."""
    reached = lineage.reached(program)
    lines = _lines(lineage, reached, first)
    site, line = other.site, other.effect.line
    while site not in lines:
        above = reached.get(site)
        if above is None:
            return False
        site, line = above, _called(lineage, site, above)
    return 0 < lines[site] < line


def _lines(lineage: Lineage, reached: Mapping[Site, Site | None], touch: Touch) -> dict[Site, int]:
    """By scope, from that of a touch up to the program, the line that leads to it."""
    site, line = touch.site, touch.effect.line
    found = {site: line}
    while (above := reached.get(site)) is not None:
        site, line = above, _called(lineage, site, above)
        found[site] = line
    return found


def _called(lineage: Lineage, callee: Site, caller: Site) -> int:
    """The first line on which a scope calls another; 0 where it is led to it without a call."""
    calls = lineage.resolved.effects.callers.get(callee, ())
    return min((call.line for call in calls if call.caller == caller), default=0)
