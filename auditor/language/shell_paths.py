"""What a shell text computes on paths without running anything: `$(dirname "$0")`, `${x%.csv}`, `$(seq 3)`.

All texts are in the inner form of the shell reader: a hole is a mark, SPLIT separates words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate
from typing import Protocol

from auditor.model.regex import regex

# characters for private use: no source text has a meaning for them
HOLE_START, HOLE_END, SPLIT = "\ue003", "\ue004", "\ue002"
MAX_COUNT = 50
MAX_CUT = 300  # characters of a value that is cut

_QUIET = r"(?:[&\d]?>\s*(?:/dev/null|&\d)\s*)*"
_CD_PWD = regex(
    rf"\s*(?:CDPATH=\s*)?cd\s+(?:-[PL]\s+|--\s+)*(?P<folder>.+?)\s*{_QUIET}(?:&&|;)\s*pwd(?:\s+-[PL])?\s*{_QUIET}",
    re.DOTALL,
)
_COMPUTING = regex(r"\s*(?:pwd|git|realpath|readlink|ls|dirname|basename|seq)(?!\S)")
_OPTIONS = frozenset({"--", "-f", "-e", "-m", "-s", "-P", "-1", "-d"})
_OPERATION = regex(r"(%%|%|##|#|//|/)(.*)", re.DOTALL)


class Marks(Protocol):
    """Makes holes, and tells them by name."""

    def mark(self, name: str) -> str:
        """The inner form of a hole of this name."""

    def is_hole(self, text: str, name: str) -> bool:
        """Whether a text is one hole of this name."""


def computed(inside: str, expand: Callable[[str], str], pwd: Callable[[], str], holes: Marks) -> str | None:
    """What the commands of a `$(…)` print, where they only compute a path or count; else None."""
    found = _CD_PWD.fullmatch(inside) if "pwd" in inside else None
    if found is not None:
        words = one_command(found.group("folder"))
        return expand(found.group("folder")) if words is not None and len(words) == 1 else None
    words = one_command(inside) if _COMPUTING.match(inside) else None
    if not words:
        return None
    name, *rest = words
    given = [word for word in rest if word not in _OPTIONS]
    if name == "pwd" and not given:
        return pwd()
    if words == ["git", "rev-parse", "--show-toplevel"]:
        return holes.mark("root")
    if name in ("realpath", "readlink") and len(given) == 1:
        return expand(given[0])
    if name == "ls" and len(given) == 1 and "*" in given[0]:
        return expand(given[0])
    if name == "dirname" and len(given) == 1:
        return folder_of(expand(given[0]), holes)
    if name == "basename" and 1 <= len(given) <= 2:
        return _last(expand(given[0]), expand(given[1]) if len(given) == 2 else "")
    if name == "seq":
        return _count([expand(word) for word in given])
    return None


def folder_of(path: str, holes: Marks) -> str | None:
    """`dirname` of a path; None where the path is a hole."""
    path = path.rstrip("/")
    if holes.is_hole(path, "0"):
        return holes.mark("here")
    if holes.is_hole(path, "here") or holes.is_hole(path, "start"):
        return f"{path}/.."
    head, slash, tail = path.rpartition("/")
    if tail == "..":
        return f"{path}/.."
    if slash:
        return head or "/"
    return None if HOLE_START in path else "."


def _last(path: str, suffix: str) -> str | None:
    """`basename` of a path without a suffix; None where the path ends in something unknown."""
    name = path.rstrip("/").rpartition("/")[2]
    if name.startswith(HOLE_START) and name.find(HOLE_END) == len(name) - 1 and "/" not in path:
        return None
    return name.removesuffix(suffix) if suffix and name != suffix else name


def _count(texts: list[str]) -> str | None:
    """`seq 3`, `seq 2 5`, `seq 0 10 100`: at most 50 numbers."""
    if not 1 <= len(texts) <= 3 or not all(re.fullmatch(r"-?\d{1,7}", text) for text in texts):
        return None
    numbers = [int(text) for text in texts]
    first, step, last = {1: (1, 1, numbers[0]), 2: (numbers[0], 1, numbers[-1])}.get(len(numbers)) or numbers
    if step == 0:
        return None
    counted = range(first, last + (1 if step > 0 else -1), step)
    return SPLIT.join(str(number) for number in counted) if len(counted) <= MAX_COUNT else None


def cut(value: str, operation: str, holes: Marks) -> str | None:
    """`${x%pattern}`, `${x##pattern}`, `${x/old/new}` on a value; None where only a run could tell."""
    found = _OPERATION.fullmatch(operation)
    if found is None or len(value) + len(operation) > MAX_CUT or re.search(r"[$`'\"]", found.group(2)):
        return None
    operator, pattern = found.groups()
    if operator == "%" and pattern == "/*" and "/" not in value:
        return folder_of(value, holes) if holes.is_hole(value, "0") else value
    if operator in ("/", "//"):
        old, _, new = pattern.partition("/")
        if not old or HOLE_START in value or re.search(r"[*?\[]", old):
            return None
        return value.replace(old, new, -1 if operator == "//" else 1)
    matches = re.compile(translate(pattern)).fullmatch
    ends = range(len(value) + 1)
    if operator in ("%", "%%"):
        starts = reversed(ends) if operator == "%" else ends
        at = next((start for start in starts if matches(value[start:])), len(value))
        kept, gone = value[:at], value[at:]
    else:
        at = next((end for end in (ends if operator == "#" else reversed(ends)) if matches(value[:end])), 0)
        kept, gone = value[at:], value[:at]
    if HOLE_START in value and (not gone or kept.count(HOLE_START) != kept.count(HOLE_END)):
        return None  # the unknown part might have matched, or would be torn
    return kept


def one_command(text: str) -> list[str] | None:
    """The words as written of a text that is one simple command; None where it is more than that."""
    words: list[str] = []
    start, position, stack = -1, 0, ""
    text = text.strip()
    while position < len(text):
        char = text[position]
        if char == "\\":
            start = position if start < 0 else start
            position += 2
            continue
        if not stack and char.isspace():
            if char == "\n":
                return None
            if start >= 0:
                words.append(text[start:position])
            start = -1
        elif not stack and char in "|;&<>()":
            return None
        else:
            start = position if start < 0 else start
            stack, position = _nested(text, position, stack)
        position += 1
    if start >= 0:
        words.append(text[start:])
    return words if not stack else None


def _nested(text: str, position: int, stack: str) -> tuple[str, int]:
    """The quotes and brackets that are open behind a character, innermost last, and where it ends."""
    char, inner = text[position], stack[-1:]
    if inner == "'":
        return (stack[:-1] if char == "'" else stack), position
    if char == "$" and text[position + 1 : position + 2] in ("(", "{"):
        return stack + ("(" if text[position + 1] == "(" else "{"), position + 1
    if char == '"':
        return (stack[:-1] if inner == '"' else stack + '"'), position
    if char == "'" and inner != '"':
        return stack + "'", position
    if char == "`":
        return (stack[:-1] if inner == "`" else stack + "`"), position
    if (inner == "(" and char == ")") or (inner == "{" and char == "}"):
        return stack[:-1], position
    if inner == "(" and char == "(":
        return stack + "(", position
    return stack, position
