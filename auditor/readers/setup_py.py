"""setup.py: what it installs, by its program facts alone; it is never run."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.language.requirement import read_requirement
from auditor.language.text import read_text
from auditor.model import ir
from auditor.model.facts import EntryPoint, Facts, Ref, Requirement
from auditor.model.regex import regex
from auditor.readers.contract import Reader, pairs

MAX_DEPTH = 12
MAX_TEXTS = 2_000
MAX_LOOKED = 20_000  # expressions looked at

_FILE = regex(r"[\w./-]+\.(?:txt|in|pip)")
_FIELDS = {"install_requires": "", "tests_require": "test", "setup_requires": "build-system"}


class Found(msgspec.Struct, frozen=True):
    """A text that ends in a list of requirements, or a file that holds such a list, with the lines it stands in."""

    text: str
    is_file: bool
    line: int
    end_line: int


class Bound(msgspec.Struct, frozen=True):
    """A value that a name has, and the lines of the statement."""

    value: ir.Expr
    line: int
    end_line: int


def read(data: bytes) -> Facts:
    """The program, and of its call of `setup` the requirements, commands, name and Python range."""
    from auditor.source import read_program

    program, troubles = read_program(data)
    if program is None:
        return Facts(kind="python", troubles=troubles, lines=data.count(b"\n"))
    facts = Facts(kind="python", program=program, troubles=troubles, lines=program.lines)
    module = _Module(program)
    call = module.setup()
    return facts if call is None else _with_metadata(facts, module, call, read_text(data)[0].split("\n"))


def _with_metadata(facts: Facts, module: _Module, call: ir.Call, lines: list[str]) -> Facts:
    given = {name: value for name, value in call.keywords if name}
    found = [(group, each) for field, group in _FIELDS.items() for each in module.texts(given.get(field), call)]
    for group, value, bound in module.table(given.get("extras_require"), call):
        found += [(group, each) for each in module.texts(value, bound)]
    requirements, files = [], []
    for group, each in found[:MAX_TEXTS]:
        line = _line(lines, each)
        if each.is_file:
            files.append(Ref(each.text, "config", "requirement", line, attrs=pairs([("group", group)])))
        else:
            made = read_requirement(each.text, line, group=group)
            requirements += [made] if made is not None else []
    classifiers = list(module.texts(given.get("classifiers"), call))
    names = [("package", "name"), ("version", "version"), ("python", "python_requires")]
    attrs = [(attr, module.text(given.get(field))) for attr, field in names]
    return msgspec.structs.replace(
        facts,
        requirements=_distinct(requirements),
        references=tuple(dict.fromkeys(files)),
        entry_points=tuple(_commands(module, given.get("entry_points"), call, lines)),
        attrs=pairs([*attrs, ("classifiers", str(len(classifiers)) if classifiers else "")]),
    )


def _distinct(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    return tuple({(made.name, made.group, made.specifier): made for made in requirements}.values())


def _line(lines: list[str], each: Found) -> int:
    """The line of a statement on which the text stands."""
    inside = range(each.line, min(each.end_line, len(lines)) + 1)
    return next((number for number in inside if each.text in lines[number - 1]), each.line)


def _commands(module: _Module, points: ir.Expr | None, call: ir.Call, lines: list[str]) -> Iterator[EntryPoint]:
    listed = [(g, each) for g, value, at in module.table(points, call) for each in module.texts(value, at)]
    group = ""
    for each in module.texts(points, call) if points is not None and not listed else ():
        group = each.text.strip("[]") if each.text.startswith("[") else group  # the form of an INI text
        listed.append((group, each))
    for group, each in listed:
        name, equals, target = each.text.partition("=")
        if group in ("console_scripts", "gui_scripts") and equals:
            yield EntryPoint(name.strip(), target.strip(), _line(lines, each))


class _Module:
    """The names of a setup script and what they stand for."""

    def __init__(self, program: ir.Program) -> None:
        self.program = program
        self.names: dict[str, list[Bound]] = {}
        self.entries: dict[str, list[tuple[str, Bound]]] = {}
        self.functions = {scope.name: scope for scope in program.scopes if scope.kind == "function"}
        self.calls: list[ir.Call] = []
        self.left = MAX_LOOKED
        for scope in program.scopes:
            self._statements(scope.body)

    def setup(self) -> ir.Call | None:
        """The call of `setup`, the last where there are several."""
        return next((call for call in reversed(self.calls) if _named(call.func) == "setup"), None)

    def _statements(self, body: tuple[ir.Stmt, ...]) -> None:
        for statement in body:
            if isinstance(statement, ir.Assign) and statement.value is not None:
                self._assign(statement, statement.value)
            elif isinstance(statement, ir.Do) and isinstance(statement.value, ir.Call):
                self._call(statement.value)
            elif isinstance(statement, ir.With):
                for item, target in statement.items:
                    if isinstance(target, ir.Name):
                        self._bind(target.id, item, statement.line, statement.line)
                self._statements(statement.body)
            elif isinstance(statement, ir.If | ir.Loop):
                if isinstance(statement, ir.Loop) and isinstance(statement.target, ir.Name):
                    self._bind(statement.target.id, statement.source, statement.line, statement.line)
                self._statements(statement.body)
                self._statements(statement.orelse)
            elif isinstance(statement, ir.Try):
                for part in (statement.body, statement.orelse, statement.final, *(h.body for h in statement.handlers)):
                    self._statements(part)

    def _assign(self, statement: ir.Assign, value: ir.Expr) -> None:
        for target in statement.targets:
            if isinstance(target, ir.Name):
                self._bind(target.id, value, statement.line, statement.end_line)
            elif isinstance(target, ir.Item) and isinstance(target.base, ir.Name) and isinstance(target.key, ir.Const):
                bound = Bound(value, statement.line, statement.end_line)
                self.entries.setdefault(target.base.id, []).append((str(target.key.value), bound))

    def _bind(self, name: str, value: ir.Expr, line: int, end_line: int) -> None:
        self.names.setdefault(name, []).append(Bound(value, line, end_line))

    def _call(self, call: ir.Call) -> None:
        """Keep a call; `x.append(…)` and `x.extend(…)` add to what the name holds."""
        self.calls.append(call)
        func = call.func
        if isinstance(func, ir.Attr) and func.name in ("append", "extend") and isinstance(func.base, ir.Name):
            for argument in call.args:
                self._bind(func.base.id, argument, call.line, call.end_line)

    def text(self, expr: ir.Expr | None, depth: int = 0) -> str:
        """A single text that is written out, directly or under a name."""
        if isinstance(expr, ir.Const):
            return expr.value if isinstance(expr.value, str) else ""
        if isinstance(expr, ir.Name) and depth < MAX_DEPTH:
            bound = self.names.get(expr.id, [])
            return self.text(bound[-1].value, depth + 1) if len(bound) == 1 else ""
        return ""

    def table(
        self, expr: ir.Expr | None, at: ir.Call | Bound, depth: int = 0
    ) -> Iterator[tuple[str, ir.Expr, ir.Call | Bound]]:
        """Keys and values of a dict, with the statement that each stands in."""
        if isinstance(expr, ir.Table):
            for key, value in zip(expr.keys, expr.values, strict=True):
                if key is None:
                    yield from self.table(value, at, depth + 1) if depth < MAX_DEPTH else ()
                elif isinstance(key, ir.Const):
                    yield str(key.value), value, at
        elif isinstance(expr, ir.Name) and depth < MAX_DEPTH:
            for bound in self.names.get(expr.id, ()):
                yield from self.table(bound.value, bound, depth + 1)
            yield from ((key, bound.value, bound) for key, bound in self.entries.get(expr.id, ()))

    def texts(self, expr: ir.Expr | None, at: ir.Call | Bound, depth: int = 0) -> Iterator[Found]:
        """The texts that a list is made of, through names, sums, loops and the reading of a file."""
        self.left -= 1
        if expr is None or depth > MAX_DEPTH or self.left < 0:
            return
        if isinstance(expr, ir.Const):
            lines = expr.value.split("\n") if isinstance(expr.value, str) else []
            yield from (Found(line.strip(), False, at.line, at.end_line) for line in lines if line.strip())
        elif isinstance(expr, ir.Name):
            for bound in self.names.get(expr.id, ()):
                yield from self.texts(bound.value, bound, depth + 1)
        elif isinstance(expr, ir.Op) and expr.op == "/":
            files = [text for text in _consts(expr, 0) if _FILE.fullmatch(text)]
            yield from (Found(text, True, at.line, at.end_line) for text in files)
        elif isinstance(expr, ir.Call):
            yield from self._called(expr, at, depth)
        elif isinstance(expr, ir.Item) and isinstance(expr.key, ir.Const) and isinstance(expr.key.value, str):
            for key, value, where in self.table(expr.base, at, depth + 1):
                yield from self.texts(value, where, depth + 1) if key == expr.key.value else ()
        else:
            for part in _parts(expr):
                yield from self.texts(part, at, depth + 1)

    def _called(self, call: ir.Call, at: ir.Call | Bound, depth: int) -> Iterator[Found]:
        """What a call brings: the file that it reads, or the list that it changes the form of."""
        function = self.functions.get(_named(call.func))
        files = [text for value in (*call.args, *(v for _, v in call.keywords)) for text in _consts(value, 0)]
        files += (
            [text for text in _function_files(function) if not any(map(_FILE.fullmatch, files))] if function else []
        )
        named = [text for text in files if _FILE.fullmatch(text)]
        yield from (Found(text, True, at.line, at.end_line) for text in dict.fromkeys(named))
        if named or function:
            for returned in _returned(function) if function and not named else ():
                yield from self.texts(returned.value, returned, depth + 1)
            return
        inner = [call.func.base] if isinstance(call.func, ir.Attr) else []
        for part in (
            *inner,
            *(
                call.args
                if _named(call.func)
                in ("list", "sorted", "set", "tuple", "filter", "map", "sum", "chain", "from_iterable")
                else ()
            ),
        ):
            yield from self.texts(part, at, depth + 1)


def _parts(expr: ir.Expr) -> tuple[ir.Expr, ...]:
    """The expressions whose texts a list takes over."""
    if isinstance(expr, ir.Group):
        return expr.items
    if isinstance(expr, ir.Table):
        return expr.values
    if isinstance(expr, ir.Op):
        return expr.operands if expr.op in ("+", "|", "or") else ()
    if isinstance(expr, ir.Choice):
        return (expr.then, expr.otherwise)
    if isinstance(expr, ir.Each):
        return tuple(source for _, source, _ in expr.loops)
    return (expr.value,) if isinstance(expr, ir.Star) else (expr.base,) if isinstance(expr, ir.Item) else ()


def _named(func: ir.Expr) -> str:
    return func.name if isinstance(func, ir.Attr) else func.id if isinstance(func, ir.Name) else ""


def _consts(expr: ir.Expr, depth: int) -> Iterator[str]:
    """The texts in the arguments of a call, those of `os.path.join(here, "x")` and `here / "x"` among them."""
    if isinstance(expr, ir.Const) and isinstance(expr.value, str):
        yield expr.value
    elif isinstance(expr, ir.Call):
        for part in expr.args if depth < MAX_DEPTH else ():
            yield from _consts(part, depth + 1)
    elif isinstance(expr, ir.Op):
        for part in expr.operands if depth < MAX_DEPTH else ():
            yield from _consts(part, depth + 1)


def _inside(statement: ir.Stmt) -> tuple[ir.Stmt, ...]:
    """The statements that a statement holds, in all of its branches."""
    if isinstance(statement, ir.If | ir.Loop):
        return (*statement.body, *statement.orelse)
    if isinstance(statement, ir.Try):
        handled = (inner for handler in statement.handlers for inner in handler.body)
        return (*statement.body, *statement.orelse, *statement.final, *handled)
    return statement.body if isinstance(statement, ir.With) else ()


def _all(function: ir.Scope) -> Iterator[ir.Stmt]:
    """The statements of a function in their order, in whatever branch."""
    pending = list(reversed(function.body))
    while pending:
        statement = pending.pop()
        yield statement
        pending += reversed(_inside(statement))


def _returned(function: ir.Scope) -> Iterator[Bound]:
    """What a function returns, in whatever branch."""
    for statement in _all(function):
        if isinstance(statement, ir.Return) and statement.value is not None:
            yield Bound(statement.value, statement.line, statement.line)


def _function_files(function: ir.Scope) -> Iterator[str]:
    """File names that a function has as a default or reads by itself."""
    yield from (text for param in function.params if param.default for text in _consts(param.default, 0))
    for statement in _all(function):
        if isinstance(statement, ir.With):
            yield from (text for item, _ in statement.items for text in _consts(item, 0))
        elif isinstance(statement, ir.Return | ir.Assign) and statement.value is not None:
            yield from _consts(statement.value, 0)


READER = Reader(name="setup-py", names=("setup.py",), read=read)
