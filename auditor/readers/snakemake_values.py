"""The file names that a Python expression of a Snakefile stands for, as far as its text alone tells.

Wildcards stay `{sample}`. What other files of the workflow define stays `${NAME}`, `${config.a.b}` or `${function()}`: the
graph fills it in, with each of the values where it is a list. `rules.NAME.output.key` stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice, product
from typing import TypeAlias

import msgspec

from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Choice,
    Const,
    Do,
    Each,
    Expr,
    Group,
    If,
    Item,
    Lambda,
    Loop,
    Name,
    Op,
    Return,
    Star,
    Stmt,
    Table,
    Text,
    Try,
    With,
)
from auditor.model.regex import regex

MOST = 50
MAX_DEPTH = 30

LITERAL, FOLDED, LOOPED, OPEN, FUNCTION = 0.95, 0.9, 0.8, 0.6, 0.5

_FLAGS = frozenset(
    {"temp", "temporary", "protected", "ancient", "directory", "report", "touch", "pipe", "service", "local", "ensure", "repeat", "update",
     "before_update", "unpack", "str", "Path", "from_queue", "sorted", "list", "set", "storage", "remote", "access"}
)  # fmt: skip
_EXPANDERS = frozenset({"expand", "collect"})
_PLACE = regex(r"\{\{([^{}]*)\}\}|\{([^{}]*)\}")
_PATH_LIKE = regex(r"[\w}]\.\w|/")


class Found(msgspec.Struct, frozen=True):
    """One text, how sure it is, and what Snakemake was told of the file (`temp`, `protected`, …)."""

    text: str
    sure: float = LITERAL
    flag: str = ""


Known: TypeAlias = Mapping[str, tuple[Found, ...]]

WILDCARDS = (Found("wildcards"),)


def texts(expr: Expr | None, known: Known | None = None, depth: int = 0) -> tuple[Found, ...]:
    """The texts of an expression, at most 50; none where nothing is known of it. `known` are local names."""
    if expr is None or depth > MAX_DEPTH:
        return ()
    read = _READ.get(type(expr))
    found = read(expr, known or {}, depth + 1) if read is not None else ()
    return tuple(dict.fromkeys(islice(found, MOST)))


def returned(body: tuple[Stmt, ...], params: Iterable[str]) -> tuple[Found, ...]:
    """What the `return` statements of a function can give; its first parameter holds the wildcards."""
    first = next(iter(params), "")
    known: dict[str, tuple[Found, ...]] = {first: WILDCARDS} if first else {}
    found = list(_returns(body, known, 0))
    return tuple(dict.fromkeys(msgspec.structs.replace(one, sure=min(one.sure, FUNCTION)) for one in found))[:MOST]


def _returns(body: tuple[Stmt, ...], known: dict[str, tuple[Found, ...]], depth: int) -> Iterable[Found]:
    for statement in body if depth < MAX_DEPTH else ():
        if isinstance(statement, Return):
            yield from texts(statement.value, known)
        elif isinstance(statement, Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], Name):
            made = texts(statement.value, known)
            name = statement.targets[0].id
            known[name] = (*known.get(name, ()), *made) if statement.op or depth else made
        elif isinstance(statement, Do) and isinstance(statement.value, Call):
            _grow(statement.value, known)
        elif isinstance(statement, (If, Loop)):
            yield from _returns((*statement.body, *statement.orelse), known, depth + 1)
        elif isinstance(statement, With):
            yield from _returns(statement.body, known, depth + 1)
        elif isinstance(statement, Try):
            parts = (*statement.body, *statement.orelse, *statement.final)
            yield from _returns(parts, known, depth + 1)


def _grow(call: Call, known: dict[str, tuple[Found, ...]]) -> None:
    """`names.append(x)`, `names.extend(x)`: the list has more."""
    func = call.func
    if (
        isinstance(func, Attr)
        and isinstance(func.base, Name)
        and func.name in ("append", "extend", "update")
        and call.args
    ):
        name = func.base.id
        if known.get(name) != WILDCARDS:
            known[name] = (*known.get(name, ()), *texts(call.args[0], known))


def _const(expr: Const, known: Known, depth: int) -> Iterable[Found]:
    if expr.value is not None and not isinstance(expr.value, bool):
        yield Found(str(expr.value))


def _name(expr: Name, known: Known, depth: int) -> Iterable[Found]:
    if expr.id not in known:
        return (Found(f"${{{expr.id}}}", FOLDED),)
    return () if known[expr.id] == WILDCARDS else known[expr.id]


def _attr(expr: Attr, known: Known, depth: int) -> Iterable[Found]:
    base = _dotted(expr.base, known)
    if base in ("wildcards", "wc"):
        yield Found(f"{{{expr.name}}}", OPEN)
    elif base.startswith(("rules.", "checkpoints.")):
        yield Found(f"{base}.{expr.name}".replace("checkpoints.", "rules.", 1), FOLDED)


def _item(expr: Item, known: Known, depth: int) -> Iterable[Found]:
    base = _dotted(expr, known)
    if base.startswith("rules."):
        yield Found(base, FOLDED)
    elif base:
        yield Found(f"${{{base}}}", FOLDED)


def _dotted(expr: Expr, known: Known) -> str:
    """`a["b"].c` as `a.b.c`; "" for anything else."""
    if isinstance(expr, Name):
        found = known.get(expr.id)
        return expr.id if found is None else "wildcards" if found == WILDCARDS else ""
    if isinstance(expr, Attr):
        base = _dotted(expr.base, known)
        return f"{base}.{expr.name}" if base else ""
    if isinstance(expr, Item) and isinstance(expr.key, Const):
        base = _dotted(expr.base, known)
        return f"{base}.{expr.key.value}" if base else ""
    if isinstance(expr, Call) and isinstance(expr.func, Attr) and expr.func.name == "get":
        base = _dotted(expr.func.base, known)
        if base.startswith("checkpoints."):
            return base.replace("checkpoints.", "rules.", 1)
        if base and expr.args and isinstance(expr.args[0], Const):
            return f"{base}.{expr.args[0].value}"
    return ""


def _text(expr: Text, known: Known, depth: int) -> Iterable[Found]:
    return _joined(expr.parts, "", known, depth)


def _joined(parts: Iterable[Expr], glue: str, known: Known, depth: int) -> Iterable[Found]:
    """The parts one after the other, in all combinations; a part that is not known is a hole."""
    columns = []
    for part in parts:
        found = texts(part, known, depth)
        columns.append(found or (Found(f"{{{_label(part, known)}}}", OPEN),))
    for row in islice(product(*columns), MOST):
        yield Found(glue.join(one.text for one in row), min((one.sure for one in row), default=LITERAL))


def _label(expr: Expr, known: Known) -> str:
    return _dotted(expr, known).rpartition(".")[2] or "?"


def _op(expr: Op, known: Known, depth: int) -> Iterable[Found]:
    if expr.op == "+" and any(isinstance(operand, (Group, Each)) for operand in expr.operands):
        return [one for operand in expr.operands for one in texts(operand, known, depth)]
    if expr.op == "+":
        return _joined(expr.operands, "", known, depth)
    if expr.op == "/":
        return _joined(expr.operands, "/", known, depth)
    if expr.op == "or":
        return texts(expr.operands[0], known, depth)
    return ()


def _group(expr: Group, known: Known, depth: int) -> Iterable[Found]:
    return (one for item in expr.items for one in texts(item, known, depth))


def _table(expr: Table, known: Known, depth: int) -> Iterable[Found]:
    return (one for value in expr.values for one in texts(value, known, depth))


def _choice(expr: Choice, known: Known, depth: int) -> Iterable[Found]:
    both = (*texts(expr.then, known, depth), *texts(expr.otherwise, known, depth))
    return (msgspec.structs.replace(one, sure=round(one.sure * LOOPED, 3)) for one in both)


def _each(expr: Each, known: Known, depth: int) -> Iterable[Found]:
    inner = dict(known)
    for target, source, _ in expr.loops:
        found = texts(source, inner, depth)
        if isinstance(target, Name):
            inner[target.id] = tuple(msgspec.structs.replace(one, sure=min(one.sure, LOOPED)) for one in found)
    element = expr.elements[-1] if expr.elements else None
    return texts(element, inner, depth)


def _lambda(expr: Lambda, known: Known, depth: int) -> Iterable[Found]:
    inner = dict(known)
    for param in expr.params[:1]:
        inner[param.name] = WILDCARDS
    return (msgspec.structs.replace(one, sure=min(one.sure, FUNCTION)) for one in texts(expr.body, inner, depth))


def _star(expr: Star, known: Known, depth: int) -> Iterable[Found]:
    return texts(expr.value, known, depth)


def _call(expr: Call, known: Known, depth: int) -> Iterable[Found]:
    name = expr.func.id if isinstance(expr.func, Name) else expr.func.name if isinstance(expr.func, Attr) else ""
    if name in _EXPANDERS:
        return _expanded(expr, known, depth)
    if name in _FLAGS or (isinstance(expr.func, Attr) and _dotted(expr.func, known).startswith("storage.")):
        flag = name if isinstance(expr.func, Name) else ""
        return (
            msgspec.structs.replace(one, flag=one.flag or flag)
            for one in texts(expr.args[0] if expr.args else None, known, depth)
        )
    if name in ("dict", "zip"):
        return texts(expr.args[-1], known, depth) if expr.args else ()
    if name == "multiext":
        return _extended(expr, known, depth)
    if name == "join" and isinstance(expr.func, Attr) and not isinstance(expr.func.base, Const):
        return _joined(expr.args, "/", known, depth)
    if name == "format" and isinstance(expr.func, Attr):
        return _formatted(expr, known, depth)
    if name == "branch":
        chosen = [value for key, value in expr.keywords if key in ("then", "otherwise", "cases")]
        return (
            msgspec.structs.replace(one, sure=OPEN)
            for value in (*expr.args[1:], *chosen)
            for one in texts(value, known, depth)
        )
    if name == "get":
        dotted = _dotted(expr, known)
        return (Found(f"${{{dotted}}}", FOLDED),) if dotted and not dotted.startswith("rules.") else ()
    return _unknown(expr, known, depth) if isinstance(expr.func, Name) else ()


def _unknown(expr: Call, known: Known, depth: int) -> Iterable[Found]:
    """A function of the workflow: one that is given a path mostly gives it back in another folder."""
    name = expr.func.id if isinstance(expr.func, Name) else ""
    given = texts(expr.args[0], known, depth) if expr.args else ()
    if given and isinstance(expr.args[0], (Const, Text)) and all(_PATH_LIKE.search(one.text) for one in given):
        return tuple(Found(f"{{{name}}}/{one.text}", OPEN) for one in given)
    return (Found(f"${{{name}()}}", FUNCTION),)


def _expanded(expr: Call, known: Known, depth: int) -> Iterable[Found]:
    zipped = len(expr.args) > 1
    values = {name: () if zipped or not name else texts(value, known, depth) for name, value in expr.keywords}
    for one in texts(expr.args[0], known, depth) if expr.args else ():
        yield from _filled(one, values)


def _formatted(expr: Call, known: Known, depth: int) -> Iterable[Found]:
    values = {name: texts(value, known, depth) for name, value in expr.keywords}
    for number, value in enumerate(expr.args):
        values[str(number)] = texts(value, known, depth)
    base = expr.func.base if isinstance(expr.func, Attr) else None
    for one in texts(base, known, depth):
        yield from _filled(one, values)


def _filled(one: Found, values: Mapping[str, tuple[Found, ...]]) -> Iterable[Found]:
    """`{x}` replaced by each value of x, `{{x}}` by `{x}`; what has no value stays."""
    used = [name for name in dict.fromkeys(_names(one.text)) if values.get(name)]
    for row in islice(product(*(values[name] for name in used)), MOST):
        filling = dict(zip(used, row, strict=True))
        text = _PLACE.sub(_filler(filling), one.text)
        yield Found(text, min([one.sure, LOOPED, *(value.sure for value in row)]) if used else one.sure, one.flag)


def _names(text: str) -> Iterable[str]:
    numbered = 0
    for match in _PLACE.finditer(text):
        if match.group(2) is not None and not text[: match.start()].endswith("$"):
            yield match.group(2).partition(",")[0] or str(numbered)
            numbered += not match.group(2)


def _filler(filling: Mapping[str, Found]) -> Callable[[re.Match[str]], str]:
    empty = iter(sorted(name for name in filling if name.isdecimal()))

    def fill(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return f"{{{match.group(1)}}}"
        name = match.group(2).partition(",")[0] or next(empty, "")
        return (
            filling[name].text
            if name in filling and match.string[match.start() - 1 : match.start()] != "$"
            else match.group()
        )

    return fill


def _extended(expr: Call, known: Known, depth: int) -> Iterable[Found]:
    for prefix in texts(expr.args[0], known, depth) if expr.args else ():
        for extension in expr.args[1:]:
            for one in texts(extension, known, depth):
                yield Found(prefix.text + one.text, min(prefix.sure, one.sure), prefix.flag)


_READ: dict[type, Callable[..., Iterable[Found]]] = {
    Const: _const,
    Name: _name,
    Attr: _attr,
    Item: _item,
    Text: _text,
    Op: _op,
    Group: _group,
    Table: _table,
    Choice: _choice,
    Each: _each,
    Lambda: _lambda,
    Star: _star,
    Call: _call,
}
