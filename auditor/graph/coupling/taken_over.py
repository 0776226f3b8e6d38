"""Files that say of themselves that they were taken over from elsewhere: what they have in common is not kept alike here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.graph.world import World
from auditor.model.ir import Program
from auditor.model.regex import regex

_TAKEN = regex(
    r"^\W*(?:(?:code|this|file|module|is|mostly|heavily|slightly|directly|partly|originally) ){0,4}"
    r"(?:(?:adapted|taken|copied|borrowed|ported|modified|derived|forked) )?from:? (?:the )?(?:\w+ ){0,3}\W{0,2}https?://",
    re.I,
)
"""`# FROM https://…`, `# Adapted from https://…`."""
_RIGHTS = regex(r"^\W*Copyright\b.*\b[A-Za-z]{3}", re.I)
_HEAD = 40
"""Lines in which a file says where it comes from, as long as nothing is defined above."""


def taken_over(world: World, paths: Iterable[str]) -> dict[str, str]:
    """Those of some programs that name at their head the address which they are from, with it, or owners of whom most others say
    nothing, with no address."""
    programs = {path: world.resolved.code.programs[path] for path in paths}
    owners = {path: frozenset(_owners(program)) for path, program in programs.items()}
    counted = Counter(owner for each in owners.values() for owner in each)
    rare = {owner for owner, count in counted.items() if 2 * count <= len(programs)}
    found = {path: "" for path in programs if owners[path] & rare}
    for path, program in programs.items():
        if named := next((match for line in _head(program) if (match := _TAKEN.search(line))), None):
            found[path] = named.string[named.end() :].split()[0] if named.string[named.end() :].split() else ""
    return found


def _owners(program: Program) -> Iterator[str]:
    return (text.strip("# ") for text in _head(program) if _RIGHTS.search(text))


def _head(program: Program) -> Iterator[str]:
    """The comments and the text of a program's head, line by line."""
    first = min((scope.line for scope in program.scopes[1:]), default=_HEAD)
    yield from (each.text for each in program.comments if each.alone and each.line <= min(first, _HEAD))
    yield from program.scopes[0].doc.split("\n")
