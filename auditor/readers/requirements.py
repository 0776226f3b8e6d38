"""requirements and constraints files of pip."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.language.credentials import mask
from auditor.language.requirement import read_conda, read_requirement
from auditor.language.text import read_text
from auditor.model.facts import Facts, Ref, Requirement, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

MAX_LINES = 20_000

_OPTION = regex(r"(-[a-zA-Z]|--[a-z-]+)(?:\s*=\s*|\s+|(?<=^-[a-zA-Z]))(.*)", re.DOTALL)
_COMMENT = regex(r"(?:^|\s)#.*$")
_OFF = regex(r"\s*#\s*([A-Za-z][\w.-]*)\s*(?:\[[\w,\s-]*\])?\s*[=~<>!]=\s*\d[\w.,<>=!~*\s]*$")
"""A requirement that is commented out."""
_HASH = regex(r"\s--hash[=\s]\S+")
_PER_LINE = regex(r"\s--(?:global-option|install-option|config-settings?)[=\s]\S+")
_CONDA = regex(r"[\w.-]+=[\w.!+]+(?:=\S+)?")
_NAME_AND_VERSION = regex(r"[A-Za-z][\w.-]*?-v?\d+\.\d[\w.]*")
"""A name that goes on with a version, as those of archives do: an index has nothing of that name."""
_FILES = {"-r": "requirement", "--requirement": "requirement", "-c": "constraint", "--constraint": "constraint"}
_INDEXES = {
    "-i": "index",
    "--index-url": "index",
    "--extra-index-url": "extra-index",
    "-f": "find-links",
    "--find-links": "find-links",
}
_EDITABLE = ("-e", "--editable")


def read(text: str) -> Facts:
    """A requirement per line; included files as references, index URLs as attributes (credentials masked), the names of
    requirements that are commented out, and as `refused` each line that pip does not take, behind its number."""
    requirements: list[Requirement] = []
    references: list[Ref] = []
    attrs: list[tuple[str, str]] = []
    troubles: list[Trouble] = []
    for line, number in _lines(text):
        option = _OPTION.match(line) if line.startswith("-") else None
        name, value = (option.group(1), option.group(2).strip()) if option else ("", line)
        if name in _FILES:
            references.append(Ref(value, "config", _FILES[name], number))
        elif name in _INDEXES:
            attrs.append((_INDEXES[name], mask(value)))
        elif line.startswith("-") and name not in _EDITABLE:
            attrs.append(("option", mask(line)[:200]))
        else:
            _add(value, number, requirements, troubles, editable=name in _EDITABLE)
    attrs += (("refused", line) for line in _refused(text, requirements, troubles))
    attrs += (("off", found[1]) for line in text.split("\n")[:MAX_LINES] if (found := _OFF.match(line)))
    return Facts(
        kind="requirements",
        requirements=tuple(requirements),
        references=tuple(references),
        attrs=tuple(attrs),
        troubles=tuple(troubles),
    )


def _add(text: str, line: int, requirements: list[Requirement], troubles: list[Trouble], *, editable: bool) -> None:
    hashed = bool(_HASH.search(text))
    plain = _PER_LINE.sub("", _HASH.sub("", text)).strip()
    listed = _CONDA.fullmatch(plain)  # what `conda list --export` writes
    made = read_conda(plain, line) if listed else read_requirement(plain, line, hashed=hashed)
    if made is not None:
        requirements.append(msgspec.structs.replace(made, editable=True) if editable else made)
    elif not editable and len(troubles) < 20:
        code = "template" if "{{" in text or "{%" in text else "invalid"
        troubles.append(Trouble(line, f"no requirement: {mask(text)[:80]!r}", code))


def _refused(text: str, requirements: list[Requirement], troubles: list[Trouble]) -> Iterator[str]:
    """The lines that are no requirement, or the name of none, and those in the way of conda among more of pip's."""
    written = text.split("\n")
    lines = {trouble.line or 1 for trouble in troubles if trouble.code == "invalid"}
    lines |= {each.line for each in requirements if _NAME_AND_VERSION.fullmatch(written[each.line - 1].strip())}
    listed = [each.line for each in requirements if each.source == "conda"]
    lines |= set(listed if len(listed) * 2 < len(requirements) else ())
    yield from (f"{line} {mask(written[line - 1].strip())[:80]}" for line in sorted(lines))


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Logical lines without comments, each with the number of its first."""
    held, first = "", 0
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        first = first if held else number
        line = _COMMENT.sub("", line) if "#" in line else line
        if line.rstrip().endswith("\\"):
            held += line.rstrip()[:-1] + " "
            continue
        joined = (held + line).strip()
        held = ""
        if joined:
            yield joined, first
    if held.strip():
        yield held.strip(), first


def looks_like(data: bytes) -> bool:
    """Whether most lines of a text are requirements: prose is called requirements.txt too, and data *.in."""
    text, _ = read_text(data[:4_096])
    lines = [line for line, _ in _lines(text)][:30]
    good = sum(1 for line in lines if line.startswith("-") or read_requirement(_HASH.sub("", line), 1) is not None)
    return good * 2 >= len(lines)


READER = Reader(
    name="requirements",
    names=("requirements*.txt", "*requirements.txt", "constraints*.txt", "*constraints.txt", "requirements*.in", "*requirements.in",
           "*requirements*.txt", "*requirement*.txt", "req.txt", "req-*.txt", "req_*.txt", "reqs*.txt", "*/requirements/*.txt", "*/reqs/*.txt", "*/deps/*.txt", "*/requirements/*.in", "*.pip"),
    read=over_text(read),
    sniff=looks_like,
)  # fmt: skip
