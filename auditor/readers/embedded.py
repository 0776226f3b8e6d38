"""The Python programs inside the commands that a file declares: `python -c "…"`, `python - <<EOF`, `shell: python`."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import msgspec

from auditor.language.escapes import read_escape
from auditor.language.text import read_text
from auditor.model.facts import Embedded, Facts, Trouble
from auditor.model.regex import regex
from auditor.readers.started import may_start, started_bodies

MOST = 200  # programs of one file
_HOLDING = regex(r"\s-\w*c\s|<<")
_SHOWING = frozenset({"readme"})
"""Tools whose commands are shown to people."""


def with_programs(facts: Facts, data: bytes) -> Facts:
    """The facts with the programs that stand in commands, each once.

    A body that is no Python, or whose code somebody else fills in, is left out: it is unknown, and no mistake of the file.
    """
    if not facts.steps and facts.program is None:
        return facts
    bodies = dict.fromkeys(_bodies(facts))
    if facts.kind == "python" and facts.program is not None and may_start(data):
        bodies |= dict.fromkeys(started_bodies(facts.program, read_text(data)[0]))
    if not bodies:
        return facts
    from auditor.source import read_embedded

    found = []
    for line, text in list(bodies)[:MOST]:
        program = read_embedded(text, line)
        if program is not None and program.scopes[0].body:
            found.append(Embedded(line, _digest(text), program))
    if len(bodies) > MOST:
        cut = Trouble(None, f"more than {MOST} programs in commands; the rest is not read", "too-large")
        facts = msgspec.structs.replace(facts, troubles=(*facts.troubles, cut))
    return msgspec.structs.replace(facts, embedded=tuple(found)) if found else facts


def _bodies(facts: Facts) -> Iterator[tuple[int, str]]:
    """Where the programs begin, and their texts."""
    commands = [
        each for step in facts.steps if step.tool not in _SHOWING for each in step.commands if each.program >= 0
    ]
    escapes = facts.program.escapes if facts.program is not None else ()
    shown = [each for each in escapes if each.kind == "shell" and "python" in each.text and _HOLDING.search(each.text)]
    commands += [command for each in shown for command in read_escape(each) if command.program >= 0]
    yield from ((command.line + command.program, command.body) for command in commands)


def _digest(text: str) -> int:
    """What tells programs of one line apart."""
    return zlib.crc32(text.encode("utf-8", "replace"))
