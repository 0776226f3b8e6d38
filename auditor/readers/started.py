"""Python inside the commands that Python code starts: `bash_command="python - <<EOF …"`, `run(["python", "-c", "…"])`."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.shell import read_shell
from auditor.model.ir import Attr, Call, Const, Expr, Group, Program, Record
from auditor.model.regex import regex

_STARTS = regex(rb"python[\d.]*[ \t]+(?:-\w+[ \t]+)*(?:-\w*c[ \t]|-?[ \t]*<<)")
_COMMAND = regex(r"\bpython[\d.]*[ \t]+(?:-\w+[ \t]+)*(?:-\w*c[ \t]|-?[ \t]*<<)")
_PYTHON = regex(r"(?:.*/)?python[\d.]*")


def may_start(data: bytes) -> bool:
    """Whether the bytes of a file hold what starts such a program; most do not."""
    if b"'-c'" in data or b'"-c"' in data:
        return True
    return b"python" in data and _STARTS.search(data) is not None


def started_bodies(program: Program, text: str) -> Iterator[tuple[int, str]]:
    """The texts of such programs with the lines where they begin; one whose lines are not those of the file is left out."""
    lines = text.replace('\\"', '"').replace("\\'", "'").split("\n")
    for call in _calls(program):
        for body in _bodies(call):
            line = _line(body, lines, call)
            if line:
                yield line, body


def _calls(program: Program) -> Iterator[Call]:
    todo: list[object] = [scope.body for scope in program.scopes]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo += node
        elif isinstance(node, Record):
            if isinstance(node, Call):
                yield node
            todo += [getattr(node, name) for name in node.__struct_fields__]


def _bodies(call: Call) -> Iterator[str]:
    for name, value in (*(("", value) for value in call.args), *call.keywords):
        if isinstance(value, Const) and _is_whole(value) and _COMMAND.search(str(value.value)):
            for command in read_shell(str(value.value), braces=name != "bash_command"):
                if command.program >= 0:
                    yield command.body
        elif isinstance(value, Group) and len(value.items) > 2 and _is_python(value.items[0]):
            for option, text in zip(value.items[1:], value.items[2:], strict=False):
                if option == Const("-c") and isinstance(text, Const) and _is_whole(text):
                    yield mask(str(text.value))


def _is_whole(text: Const) -> bool:
    """Whether a constant is a text that was kept to its end: half a program is none."""
    from auditor.source import MAX_TEXT

    return isinstance(text.value, str) and len(text.value) < MAX_TEXT


def _is_python(word: Expr) -> bool:
    """`"python3"`, `sys.executable`."""
    if isinstance(word, Const):
        return isinstance(word.value, str) and _PYTHON.fullmatch(word.value) is not None
    return isinstance(word, Attr) and word.name == "executable"


def _line(body: str, lines: list[str], call: Call) -> int:
    """Where a text begins in the file; 0 where its lines are not written there as they are."""
    said = [(number, line.strip()) for number, line in enumerate(body.split("\n")) if line.strip()]
    for at in range(call.line, call.end_line + 1) if said else ():
        first = at - said[0][0]
        if all(
            0 < first + number <= min(call.end_line, len(lines)) and line in lines[first + number - 1]
            for number, line in said
        ):
            return first
    return 0
