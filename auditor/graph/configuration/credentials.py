"""Questions about credentials that stand in the tree. Their text is nowhere in the facts: only what they are, and where."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.ir import Program
from auditor.model.place import Place
from auditor.model.regex import regex

_TEMPLATE = regex(r"\.(example|sample|template|tmpl|tpl|dist)($|\.)|(^|/)(example|sample|template)[._-]", re.I)
_FIXTURE = regex(r"(^|/)(testdata|fixtures?|mocks?|__snapshots__)/", re.I)
"""Where keys are made to be thrown away."""
_START = regex(r"(^|[/._-])(quick-?start|getting-?started)([/._-]|$)", re.I)
"""What everybody starts alike, who tries the thing out."""
_LOCAL = regex(r"(^|[/._-])(local(host)?|dev(el|elopment)?|sandbox|playground)([/._-]|$)", re.I)
"""What one starts on a machine of one's own; or what a team shares and calls dev, hence only milder by a step."""


class Leaked(msgspec.Struct, frozen=True):
    """A credential in a file.

    `kind` is what it is; `brief` where it says itself when it ends; `shown` in documents, examples and quick starts, and where a
    comment disowns it; `local` where the path, or an address beside it, says that it is for a machine of one's own; `unasked`
    where it belongs to a trigger that the clock pulls, and nobody is asked for it.
    """

    kind: str
    place: Place
    brief: bool
    shown: bool
    local: bool = False
    unasked: bool = False


def credentials(world: World, owned: Callable[[str], bool]) -> tuple[list[Leaked], int]:
    """The credentials in files of a component, and how many files were searched; templates to fill in and test keys are left out."""
    found = []
    files = [path for path in sorted(world.files) if owned(path)]
    for path in files:
        if not world.files[path].secrets or places.is_test(path) or _TEMPLATE.search(path) or _FIXTURE.search(path):
            continue
        for secret in dict.fromkeys(world.files[path].secrets):
            program = world.resolved.code.programs.get(path)
            example = places.is_example(path) or _START.search(path) is not None
            shown = example or bool(world.files[path].sections) or secret.disowned
            local = secret.local or _LOCAL.search(path) is not None or _is_certified(world, path, secret.kind)
            unasked = _is_of_a_clock(world, path, secret.line)
            found.append(Leaked(secret.kind, _place(path, secret.line, program), secret.brief, shown, local, unasked))
    return found, len(files)


def _is_certified(world: World, path: str, kind: str) -> bool:
    """Whether the certificates beside a private key all say that it is for a machine of one's own."""
    if kind != "a private key":
        return False
    folder = path.rpartition("/")[0]
    beside = (facts.attr("certificate") for each, facts in world.files.items() if each.rpartition("/")[0] == folder)
    told = [each for each in beside if each]
    return bool(told) and all(each == "local" for each in told)


def _is_of_a_clock(world: World, path: str, line: int) -> bool:
    """Whether a setting stands in a block that says of itself that it is started by the time (a trigger of Mage)."""
    leaves = world.files[path].leaves
    blocks = {leaf.key.rpartition(".")[0] for leaf in leaves if leaf.line == line}
    return any(
        leaf.value == "time" and leaf.key.endswith(".schedule_type") and leaf.key.rpartition(".")[0] in blocks
        for leaf in leaves
    )


def _place(path: str, line: int, program: Program | None) -> Place:
    """The place of a line of the file; in a notebook that of the cell, whose outputs have no line."""
    cells = [cell for cell in program.cells if 0 < cell.physical <= line] if program is not None else []
    if program is None or not program.cells:
        return Place(path, line)
    if not cells:
        return Place(path, None)
    within = line - cells[-1].physical + 1
    return Place(path, within if within <= cells[-1].lines else None, None, cells[-1].index)
