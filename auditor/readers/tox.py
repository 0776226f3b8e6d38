"""tox.ini: what the environments of a test runner install."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.ini import read_ini
from auditor.language.node import ABSENT, Node
from auditor.language.requirement import read_requirement
from auditor.model.facts import Facts, Ref, Requirement
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

_FACTORS = regex(r"[\w.,{}!-]+:(?=\s|-)")
"""The environments that a line is for: `py38,py39: mock`."""
_LIST = regex(r"-(?:r|-requirement|c|-constraint)(?:\s+|=|(?<=-[rc]))\s*(\S+)")


def read(text: str) -> Facts:
    """Requirements by environment, and the lists that they include; what one section takes from another is not followed."""
    document, troubles = read_ini(text)
    requirements: list[Requirement] = []
    references: list[Ref] = []
    for environment, line, number in _installed(document or ABSENT):
        listed = _LIST.match(line)
        made = None if listed else read_requirement(line, number, group=environment)
        if listed:
            how = "constraint" if line.startswith(("-c", "--c")) else "requirement"
            references.append(Ref(listed[1], "config", how, number))
        elif made is not None:
            requirements.append(made)
    return Facts(kind="tox", requirements=tuple(requirements), references=tuple(references), troubles=troubles)


def _installed(root: Node) -> Iterator[tuple[str, str, int]]:
    """The environments of tox with each line of what they install, and the line of the file."""
    for section, node in root.items():
        if section == "testenv" or section.startswith("testenv:"):
            deps = node.get("deps")
            for offset, line in enumerate(deps.raw.split("\n")):
                plain = _FACTORS.sub("", line.strip(), count=1).partition(" #")[0].strip()
                if plain and not plain.startswith("#"):
                    yield section.partition(":")[2] or "testenv", plain, deps.line + offset


READER = Reader(name="tox", names=("tox.ini",), read=over_text(read))
