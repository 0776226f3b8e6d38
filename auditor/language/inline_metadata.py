"""What a Python script says of its own environment: the block of comments that runners of single scripts read (PEP 723)."""

from __future__ import annotations

import tomllib
from typing import Any

from auditor.language.requirement import read_requirement
from auditor.language.text import read_text
from auditor.model.facts import Requirement, Trouble
from auditor.model.regex import regex

_BEGIN, _END = "# /// script", "# ///"
_MARK = b"# /// script"
MOST_LINES = 1_000
"""Lines of a block that are looked at."""
_STRING = regex(r"""["']([^"'\n]+)["']""")


def read_inline(data: bytes) -> tuple[tuple[Requirement, ...], str, tuple[Trouble, ...]]:
    """The requirements of a script, the Python it requires ("" where it does not say), and what could not be read."""
    if _MARK not in data:
        return (), "", ()
    lines = read_text(data)[0].splitlines()
    begins = [number for number, line in enumerate(lines) if line.rstrip() == _BEGIN]
    if len(begins) != 1:
        return (), "", ((Trouble(begins[1] + 1, "a script has one block of metadata", "invalid"),) if begins else ())
    start = begins[0] + 1
    held = lines[start : start + MOST_LINES]
    end = next((number for number, line in enumerate(held) if not _is_within(line)), len(held))
    # The last line of comments that closes a block ends it; comments may go on behind.
    closing = next((number for number in range(end - 1, -1, -1) if held[number].rstrip() == _END), None)
    if closing is None:
        return (), "", (Trouble(start, "the metadata of the script has no end", "invalid"),)
    body = [line[2:] if line.startswith("# ") else line[1:] for line in held[:closing]]
    try:
        told = tomllib.loads("\n".join(body))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return (), "", (Trouble(start, f"the metadata of the script is not TOML: {error}", "invalid"),)
    python = told.get("requires-python")
    return tuple(_requirements(told, body, start)), python if isinstance(python, str) else "", ()


def _is_within(line: str) -> bool:
    return line.startswith("# ") or line.rstrip() == "#"


def _requirements(told: dict[str, Any], body: list[str], start: int) -> list[Requirement]:
    """Each of the dependencies, with the line in which it is written."""
    written = {text: start + number + 1 for number, line in enumerate(body) for text in _STRING.findall(line)}
    listed = told.get("dependencies")
    found = []
    for text in listed if isinstance(listed, list) else ():
        made = read_requirement(text, written.get(text, start)) if isinstance(text, str) else None
        if made is not None:
            found.append(made)
    return found
