"""Why a text is not Python for this interpreter: Python 2, newer syntax, a template, too deep, or simply broken."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from auditor.model.facts import Trouble
from auditor.model.regex import regex
from auditor.source import parse
from auditor.source.comments import masked

_PYTHON2 = (
    ("the print statement", regex(r"(?m)^(?:[^\n#]*[:;])?[ \t]*print[ \t]+(?:>>|[\w\"'`{\[-])(?!n[ \t]|f[ \t])")),
    ("`except Error, name`", regex(r"(?m)^[ \t]*except[ \t]+[\w.]+[ \t]*,[ \t]*[a-z_]\w*[ \t]*:")),
    ("`except (A, B), name`", regex(r"(?m)^[ \t]*except[ \t]*\([^()\n]*\)[ \t]*,[ \t]*\w+[ \t]*:")),
    ("`raise Error, text`", regex(r"(?m)^[ \t]*raise[ \t]+[\w.]+[ \t]*,")),
    ("backticks", regex(r"`[^`\n]+`")),
    ("the exec statement", regex(r"(?m)^[ \t]*exec[ \t]+[\w\"'{\[]")),
    ("the operator <>", regex(r"[\w)\]\"' ]<>[\w(\[\"' ]")),
    ('a ur"" literal', regex(r"(?<![\w])[uU][rR][\"']")),
    ("a long integer such as 10L", regex(r"(?<![\w.])(?:0[xX][\da-fA-F]+|\d+)[lL]\b")),
    ("a tuple as a parameter", regex(r"\bdef[ \t]+\w+[ \t]*\([^()\n=]*\([^()\n]*\)[ \t]*[,)]")),
)
_OCTAL = regex(r"(?<![\w.])0[0-7]+(?![\w.])")
_JINJA = regex(r"\{\{[^{}\n]{0,300}\}\}|\{%[^%\n]{0,300}%\}|\{#[^\n]{0,300}?#\}|<%[^%\n]{0,300}%>")
_PLACEHOLDER = regex(r"\$\{[^{}\n]{0,200}\}|\$\$?[A-Za-z_]\w{0,80}")
_JINJA_STATEMENT = regex(r"\{%|<%")
_TOO_DEEP = ("too many nested parentheses", "too many levels of indentation", "too complex")

# What later grammars brought: `type X = …`, parameters of types, `except A, B:`, freer f-strings and t-strings. libcst costs
# more to import than most repositories to read, and is asked only where one of them is in sight: a string where Python
# names the fault, since most code has some.
_NEWER = regex(r"(?m)^[ \t]*type[ \t]+\w|\b(?:def|class)[ \t]+\w+[ \t]*\[|\bexcept\b[^:\n]*,")
_FREER = regex(r"\b[rR]?[fFtT][rR]?[\"']")

# libcst's parser recurses on its own stack, where an overflow ends the process: it sees small, flat texts only.
_MOST_BLOCK = 20_000
_MOST_LOGICAL_LINE = 2_000
_MOST_BRACKETS = 60


def too_deep() -> Trouble:
    """The trouble of a text that nests deeper than Python can parse."""
    return Trouble(None, "the code nests too deep to be parsed", "too-deep")


def explain(text: str, error: SyntaxError) -> Trouble:
    """What is wrong with a text that Python refused, as far as can be told."""
    line = _line(text, error)
    reason = (error.msg or "invalid syntax").partition(" (")[0]
    if reason.startswith(_TOO_DEEP):
        return Trouble(line, f"the code nests too deep to be parsed: {reason}", "too-deep")
    if _is_template(text):
        return Trouble(line, "this is a template that becomes Python, not Python", "template")
    code = masked(text)
    unterminated = reason.startswith("unterminated")  # then prose may pass for code
    sign = "" if unterminated else next((name for name, form in _PYTHON2 if form.search(code)), "")
    if (
        not sign and _OCTAL.search(code) and is_python(_OCTAL.sub("0o7", text))
    ):  # in prose a number may begin with 0 as well
        sign = "an octal integer such as 0777"
    if sign:
        return Trouble(line, f"this is Python 2: {sign}", "python2")
    if not isinstance(error, IndentationError) and _is_newer(text, code, line, error):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Trouble(
            line,
            f"the syntax is newer than Python {version}, which runs this audit; run it with a newer one",
            "newer-syntax",
        )
    return Trouble(line, f"not valid Python: {reason}", "syntax")


def _line(text: str, error: SyntaxError) -> int:
    return min(max(error.lineno or 1, 1), text.count("\n") + 1)


def _is_template(text: str) -> bool:
    """Whether the text becomes Python when names stand for its placeholders, or holds template statements as code."""
    if not (_JINJA.search(text) or _PLACEHOLDER.search(text)):
        return False
    if _JINJA_STATEMENT.search(masked(text)):
        return True
    return is_python(_PLACEHOLDER.sub("_hole_", _JINJA.sub("_hole_", text)))


def is_python(text: str) -> bool:
    """Whether this interpreter parses the text."""
    try:
        parse.module(text)
    except (SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _is_newer(text: str, code: str, line: int, error: SyntaxError) -> bool:
    """Whether libcst, which knows the grammar of later versions, accepts the block that Python refused."""
    first, last = _block(code, line)
    lines = text.split("\n")
    block = "\n".join(lines[first:last]) + "\n"
    named = "\n".join(lines[line - 1 : max(error.end_lineno or line, line)])
    in_sight = _NEWER.search(block) or _FREER.search(named) or "f-string" in (error.msg or "")
    if not in_sight or len(block) > _MOST_BLOCK or not _is_flat("\n".join(code.split("\n")[first:last])):
        return False
    if is_python(block):
        return False  # the fault lies in how the block joins its neighbours
    from libcst import CSTValidationError, ParserSyntaxError, parse_module

    try:
        parse_module(block)
    except (ParserSyntaxError, CSTValidationError, UnicodeError, ValueError, RecursionError):
        return False
    return True


def _block(code: str, line: int) -> tuple[int, int]:
    """The 0-based range of lines of the top-level statement around a line, with what joins it (`else:`, decorators)."""
    rows = code.split("\n")
    starts = list(_starting(rows))
    first = min(line, len(rows)) - 1
    while first > 0 and not starts[first]:
        first -= 1
    while first > 0 and rows[first - 1].startswith("@"):
        first -= 1
    last = max(first + 1, line)
    while last < len(rows) and not starts[last]:
        last += 1
    return first, last


def _starting(rows: list[str]) -> Iterator[bool]:
    """Whether a top-level statement may start at each line of masked code: not where a string ends that began above."""
    inside = False
    for row in rows:
        yield not inside and _STARTS.match(row) is not None
        inside ^= row.count('"') % 2 == 1


_STARTS = regex(r"(?!(?:else|elif|except|finally)\b)[\w@\"]")
_BRACKETS = regex(r"[()\[\]{}\n]")


def _is_flat(code: str) -> bool:
    depth, start = 0, 0
    for match in _BRACKETS.finditer(code):
        if match[0] == "\n":
            if depth <= 0 and not code.endswith("\\", 0, match.start()):
                if match.start() - start > _MOST_LOGICAL_LINE:
                    return False
                start = match.end()
        else:
            depth += 1 if match[0] in "([{" else -1
            if depth > _MOST_BRACKETS:
                return False
    return len(code) - start <= _MOST_LOGICAL_LINE
