"""CODEOWNERS: who answers for which paths."""

from __future__ import annotations

import re

from auditor.model.facts import Facts, Pattern
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

MAX_PATTERNS = 2_000

_SECTION = regex(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?\s*(?P<owners>.*)")
_WORD = regex(r"(?:\\.|[^\s\\])+")


def read(text: str) -> Facts:
    """A pattern per line with its owners, none where a path is left to nobody; `section=…` as GitLab groups them."""
    patterns: list[Pattern] = []
    section, shared = "", ()
    for number, line in enumerate(text.split("\n"), 1):
        words = [word.replace("\\ ", " ") for word in _WORD.findall(re.sub(r"(?:^|\s)#.*", "", line))]
        header = _SECTION.fullmatch(line.strip())
        if header is not None:
            section, shared = header["name"], tuple(header["owners"].split())
        elif words:
            owners = tuple(words[1:]) or shared
            patterns.append(
                Pattern(words[0].replace("\\#", "#"), number, (*owners, f"section={section}") if section else owners)
            )
    return Facts(kind="codeowners", patterns=tuple(patterns[:MAX_PATTERNS]), attrs=(("tool", "codeowners"),))


READER = Reader(name="codeowners", names=("CODEOWNERS",), read=over_text(read))
