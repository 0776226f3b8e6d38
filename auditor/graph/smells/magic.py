"""The magics of a program, in whichever form a notebook was kept: its cells, the text of a pair, a conversion to Python."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.ir import Const, Program
from auditor.model.regex import regex
from auditor.program.naming.code import Code
from auditor.program.naming.scopes import last_name

_CALLED = frozenset({"run_cell_magic", "run_line_magic"})
_WHOLE = "magic"
"""`get_ipython().magic("load_ext x")`, as older conversions wrote it."""
_PAIRED = regex(r"#\s+jupytext:")
_TOLD = regex(r"""#\s*(?:\+|%%)[^\n]*\blanguage\s*=\s*["'](\w+)["']""")
"""The line that begins a cell of another language in the text of a pair; its `magic_args` are what follows `%%R`."""
_COMMENTED = regex(r"#\s*%{1,2}(\w[\w.]*)(?:[ \t]+(.*))?$")


def magics(code: Code, path: str, program: Program) -> Iterator[tuple[str, str]]:
    """The name of each magic and what it is told."""
    yield from ((escape.name, escape.text) for escape in program.escapes)
    yield from _converted(code, path)
    if any(_PAIRED.match(comment.text) for comment in program.comments):
        for comment in program.comments:
            if found := _TOLD.match(comment.text):
                yield found[1], comment.text
            elif found := _COMMENTED.match(comment.text):
                yield found[1], found[2] or ""


def _converted(code: Code, path: str) -> Iterator[tuple[str, str]]:
    """What `nbconvert` writes for magics."""
    if not code.words(path).mentions(_CALLED | {_WHOLE}):
        return
    for _, call in code.calls(path):
        name = last_name(call.func)
        texts = [arg.value for arg in call.args if type(arg) is Const and isinstance(arg.value, str)]
        if texts and name in _CALLED:
            yield texts[0], " ".join(texts[1:])
        elif texts and name == _WHOLE:
            first, _, rest = texts[0].lstrip("%").partition(" ")
            yield first, rest
