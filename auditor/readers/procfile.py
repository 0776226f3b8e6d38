"""Procfiles: the processes that a platform starts."""

from __future__ import annotations

from auditor.language.shell import read_shell
from auditor.model.facts import Facts, Step
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text

TOOL = "procfile"

_LINE = regex(r"([A-Za-z][\w-]*)\s*:\s*(\S.*)")


def read(text: str) -> Facts:
    """A step per process."""
    found = [(number, _LINE.fullmatch(line.strip())) for number, line in enumerate(text.split("\n"), 1)]
    steps = [Step(line[1], TOOL, number, number, read_shell(line[2], line=number)) for number, line in found if line]
    return Facts(kind=TOOL, steps=tuple(steps), attrs=(("tool", TOOL),))


READER = Reader(
    name=TOOL, names=("Procfile", "Procfile.*"), read=over_text(read), sniff=having(rb"^[A-Za-z][\w-]*\s*:")
)
