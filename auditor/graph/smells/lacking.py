"""The names of one program that nothing in it defines.

A name counts as defined where anything in the file binds it, in whatever scope: what is reported is bound nowhere at all.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from auditor.graph import places
from auditor.graph.sight import Look, Sight
from auditor.graph.smells.magic import magics
from auditor.graph.smells.reading import dotted
from auditor.graph.world import AUTOMAGIC
from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Const,
    Each,
    Expr,
    Group,
    If,
    Jump,
    Lambda,
    Name,
    Outer,
    Program,
    Raise,
    Return,
    Scope,
    Stmt,
    Try,
)
from auditor.model.regex import regex
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import bodies, heads, placed, within

_GIVEN = frozenset(dir(builtins)) | {
    *("__file__", "__path__", "__class__", "__module__", "__qualname__", "__annotations__", "__builtins__", "__dict__", "__version__"),
    *("_", "__", "___", "WindowsError", "reveal_type", "reveal_locals"),
    *("get_ipython", "display", "In", "Out", "exit", "quit", "get_config"),
    *("spark", "sc", "sqlContext", "sqlc", "dbutils", "displayHTML", "table", "sql", "snakemake", "cookiecutter"),
    # Names of Python 2: programs that still run on both guard them in many ways.
    *("unicode", "xrange", "raw_input", "basestring", "long", "unichr", "reduce", "file", "execfile", "cmp", "reload", "buffer", "apply"),
}  # fmt: skip
"""Names that Python, a notebook or the platform that runs it supplies."""
_DYNAMIC = frozenset(
    {"exec", "eval", "execfile", "globals", "locals", "vars", "import_module", "setattr", "__import__"}
)
_FILLING = frozenset(
    {
        "run",
        "load",
        "pylab",
        "store",
        "sql",
        "bigquery",
        "R",
        "script",
        "bash",
        "capture",
        "sh",
        "fetch",
        "import",
        "load_ext",
        "reload_ext",
        "runfile",
        "cd",
    }
)
"""Magics that may define names."""
_HARMLESS = frozenset(
    {
        "autoreload",
        "tensorboard",
        "nb_black",
        "lab_black",
        "dotenv",
        "watermark",
        "line_profiler",
        "memory_profiler",
        "autotime",
    }
)
_PARAMETERS = frozenset({"parameters", "injected-parameters"})
"""Tags of cells that papermill puts names after."""
_PLACEHOLDER = regex(r"__[A-Z][A-Z\d_]*$")
"""Names that are written to be replaced."""
_MEANT = regex(
    r"\bnoqa(?![\w:])|\bnoqa:[\w, ]*\bF821\b|disable=[\w, -]*\bundefined-variable\b|type:\s*ignore\[[\w, -]*\bname-defined\b"
)
"""Comments by which an author says that a name is known to be defined nowhere in sight."""
_DIALECTS = regex(
    r"(^|/)(SConstruct|SConscript|wscript|conftest\.py)$|\{\{|(^|/)jupyter_\w*config\.py$|(^|[/_])template(_\w+)?\.py$"
)


class Lacking(msgspec.Struct, frozen=True):
    """The names that nothing in a program defines, with the lines that use them; `told` where the program could be looked at."""

    told: bool = False
    names: tuple[tuple[str, tuple[int, ...]], ...] = ()


def _lacking(sight: Sight, path: str) -> Lacking:
    program = sight.resolved.code.programs[path]
    if not (places.is_product(path) and is_read_alone(path, program) and is_plain(sight, path, program)):
        return Lacking()
    unknown = _unbound(sight, path, program)  # hardly a program has any, and all else need not be followed
    if unknown:
        unknown -= bound(sight, path, program)
        unknown -= _brought_in(sight, path, unknown)
        unknown -= {found[1] for comment in program.comments if (found := _BLANK.match(comment.text))}
    first: dict[str, list[int]] = {}
    meant = {comment.line for comment in program.comments if _MEANT.search(comment.text)} if unknown else set()
    for name, line in _uses(sight, path, program) if unknown else ():
        if (
            name in unknown
            and line not in meant
            and not _PLACEHOLDER.match(name)
            and not _fails_on_purpose(program, line)
        ):
            first.setdefault(name, []).append(line)
    return Lacking(told=True, names=tuple((name, tuple(lines)) for name, lines in sorted(first.items())))


LACKING = Look("lacking", _lacking, Lacking)
"""The names that a program uses and nothing defines."""

_BLANK = regex(r"#+\s*([A-Za-z_]\w*)\s*=\s*(?:\.\.\.|…|\?+|_+)?\s*$")
"""A comment that leaves a name to be bound by whoever reads it: `# mean = ...`."""
_EXERCISE = regex(r"(^|/)(labs?|exercises?|homework|assignments?|starter)/", re.I)


def is_read_alone(path: str, program: Program) -> bool:
    """Whether a file is a whole program: no piece of a tool's dialect, no template, no try and no exercise with blanks."""
    return not (_DIALECTS.search(path) or places.is_exploratory(path) or _is_exercise(path, program))


def _is_exercise(path: str, program: Program) -> bool:
    """Whether a file leaves blanks for somebody to fill in."""
    return bool(_EXERCISE.search(path)) and any("TODO" in comment.text for comment in program.comments)


def _unbound(sight: Sight, path: str, program: Program) -> set[str]:
    """The names that a program reads and neither its statements and parameters bind nor Python supplies."""
    code = sight.resolved.code
    known = [code.index(path, number).bindings for number in code.scopes(path)]
    if not code.words(path).free.difference(_GIVEN, *known):
        return set()
    read = {
        node.id
        for scope in program.scopes
        for expr, _ in _expressions(scope)
        for node in within(expr)
        if type(node) is Name and not node.version
    }
    return read.difference(_GIVEN, *known)


def is_plain(sight: Sight, path: str, program: Program) -> bool:
    """Whether all names that a program binds are written in it: nothing is executed, brought in by a star or by a magic."""
    code = sight.resolved.code
    if code.files[path].troubles or any(_PARAMETERS & set(cell.tags) for cell in program.cells):
        return False
    for name, text in magics(code, path, program):
        if name in _FILLING and not (name.endswith("load_ext") and text.strip() in _HARMLESS):
            return False
    may_bind = code.words(path).mentions(_DYNAMIC) or any(
        not _DYNAMIC.isdisjoint(code.index(path, number).bindings) for number in code.scopes(path)
    )
    for _, call in code.calls(path) if may_bind else ():
        func = call.func
        name = last_name(func)
        if name in _DYNAMIC and _may_bind(name, call):
            return False
    return not any(
        (code.modules.resolve(module, imported.module, statement.level) or "/").endswith("/")
        for module in (path, *code.stars(path))
        for statement, _, _ in code.index(module, 0).imports
        for imported in statement.names
        if imported.name == "*"
    )


def _may_bind(name: str, call: Call) -> bool:
    """Whether a call may define names of its module: attributes of objects and modules kept in a variable do not."""
    if name in ("import_module", "__import__", "eval") or (name == "vars" and call.args):
        return False
    return name != "setattr" or (bool(call.args) and type(call.args[0]) is not Name)


def bound(sight: Sight, path: str, program: Program) -> set[str]:
    """All names that anything in a file binds, and those that the modules of its stars bind."""
    code = sight.resolved.code
    found = {name for home in code.stars(path) for name in code.index(home, 0).bindings}
    for scope in program.scopes:
        found.update(param.name for param in scope.params)
        found.update(_stored(scope.body))
        for expr, _ in _expressions(scope):
            found.update(_inner(expr))
    for number in code.scopes(path):
        found.update(code.index(path, number).bindings)
    words = " ".join(text for _, text in magics(code, path, program))
    return found | set(re.findall(r"[A-Za-z_]\w*", words))


def _brought_in(sight: Sight, path: str, names: set[str]) -> set[str]:
    """Which of some names are modules beside one that a star brings in."""
    code = sight.resolved.code
    folders = {home.rpartition("/")[0] for home in code.stars(path)}
    return {name for name in names if any(code.modules.file(folder, name) for folder in folders)}


def _stored(body: Iterable[Stmt]) -> Iterator[str]:
    """Names of handlers, of `global` declarations and of annotations without a value."""
    for at in placed(body):
        if type(at.statement) is Assign and at.statement.value is None:
            yield from (target.id for target in at.statement.targets if type(target) is Name)
        if type(at.statement) is Outer:
            yield from at.statement.names
        if type(at.statement) is Try:
            yield from (handler.name for handler in at.statement.handlers if handler.name)


def _inner(expr: Expr) -> Iterator[str]:
    """Names that an expression itself binds: comprehensions, lambdas, patterns and `:=`."""
    for node in within(expr):
        if type(node) is Name and node.version:
            yield node.id
        elif type(node) is Lambda:
            yield from (param.name for param in node.params)
        elif type(node) is Each:
            for target, _, _ in node.loops:
                yield from (each.id for each in within(target) if type(each) is Name)


def _expressions(scope: Scope) -> Iterator[tuple[Expr, int]]:
    """Expressions that run when a scope runs or is defined, annotations left out, with their lines."""
    for decorator in scope.decorators:
        yield decorator, scope.line
    for base in scope.bases:
        yield base, scope.line
    for param in scope.params:
        if param.default is not None:
            yield param.default, scope.line
    for at in placed(scope.body):
        if type(at.statement) is Assign and at.statement.value is None:
            continue  # `name: type` reads nothing
        for head in heads(at.statement):
            yield head, at.line


def _uses(sight: Sight, path: str, program: Program) -> Iterator[tuple[str, int]]:
    """Names that are read, those left out whose absence is expected where they stand."""
    for number, scope in enumerate(program.scopes):
        expected = _expected(sight, Frame(path, number), scope)
        if number or not path.endswith(".ipynb"):  # cells below one that raises may be run by hand
            expected += _never_run(scope.body)
        for expr, line in _expressions(scope):
            if any(first <= line <= last for first, last in expected):
                continue
            if path.endswith(".ipynb") and type(expr) is Name and expr.id in AUTOMAGIC:
                continue
            for node in within(expr):
                if type(node) is Name and not node.version:
                    yield node.id, line


def _expected(sight: Sight, frame: Frame, scope: Scope) -> list[tuple[int, int]]:
    """Lines where a missing name is provided for: in a `try` that catches it, under `TYPE_CHECKING` or a constant."""
    found = []
    for at in placed(scope.body):
        statement: Any = at.statement
        if type(statement) is Try and any(_catches(handler.types) for handler in statement.handlers):
            found.append((statement.line, statement.end_line))
        if type(statement) is If:
            test = statement.test
            typing = type(test) in (Name, Attr) and dotted(sight, test, frame).endswith("TYPE_CHECKING")
            if type(test) is Const or typing or _asks_for_name(test):
                found.append((statement.line, statement.end_line))
    return found


def _never_run(body: Iterable[Stmt]) -> Iterator[tuple[int, int]]:
    """Lines behind a `raise`, a `return` or the like that stands beside them: left over, and run by nobody."""
    ended = False
    for statement in body:
        if ended:
            yield statement.line, getattr(statement, "end_line", statement.line)
        ended = ended or type(statement) in (Raise, Return) or (type(statement) is Jump and statement.word != "pass")
        for inner in bodies(statement):
            yield from _never_run(inner)


def _catches(types: Expr | None) -> bool:
    listed = types.items if type(types) is Group else (types,)
    names = ("NameError", "Exception", "BaseException", "UnboundLocalError")
    return any(each is None or (type(each) is Name and each.id in names) for each in listed)


def _asks_for_name(test: Expr) -> bool:
    """`"name" in globals()` and questions about the version of Python."""
    names = {node.name if type(node) is Attr else node.id for node in within(test) if type(node) in (Attr, Name)}  # type: ignore[union-attr]
    return bool(names & {"globals", "locals", "dir", "version_info", "PY2", "PY3", "six", "python_version"})


def _fails_on_purpose(program: Program, line: int) -> bool:
    """Whether a cell says of itself that it fails."""
    return any(
        "raises-exception" in cell.tags
        for cell in program.cells
        if cell.start <= line < cell.start + max(cell.lines, 1)
    )
