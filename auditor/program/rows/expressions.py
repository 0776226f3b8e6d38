"""What expressions are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from auditor.model.ir import (
    Attr,
    Call,
    Choice,
    Const,
    Each,
    Expr,
    Group,
    Item,
    Lambda,
    Name,
    Op,
    Opaque,
    Star,
    Table,
    Text,
    Walrus,
)
from auditor.program.naming.code import Frame, Library, Local
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import within
from auditor.program.rows import calls, items, tables, times
from auditor.program.rows.iteration import elements
from auditor.program.rows.machine import Machine
from auditor.program.rows.row_sets import TEST, TRAIN, Complement, Spot
from auditor.program.rows.state import Env, Stored
from auditor.program.rows.values import OTHER, Value, constant, either, fits_in, mixed, reordered, rescaled

_COMPARED = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not-in", "is", "is-not"})
_MOVING = frozenset({"+", "-", "*", "/"})
_ORDERED = frozenset({"<", "<=", ">", ">="})
# Comparisons that hold exactly where another one does not.
_SAME = {"!=": "==", ">=": "<", ">": "<=", "not-in": "in", "is-not": "is"}


def _const(m: Machine, expr: Const, at: Env) -> Value:
    return constant(expr.value)


def _name(m: Machine, expr: Name, at: Env) -> Value:
    found = at.lookup(expr.id)
    if found is None:
        found = at.names[expr.id] = _unbound(m, expr, at)
    return found


def _unbound(m: Machine, expr: Name, at: Env) -> Value:
    """A name that the run has not bound: of the scopes around, of another module, or of nothing known."""
    frame = Frame(*at.site)
    denoted = m.denoter.denote(expr, frame)
    if type(denoted) is Local:
        return Value("function", path=denoted.path, scope=denoted.scope)
    if type(denoted) is Library and m.knowledge.lookup(denoted.dotted) is not None:
        return Value("function", name=denoted.dotted)
    bindings = m.denoter.bindings(expr, frame)
    if len(bindings) == 1 and bindings[0][0].how == "value" and bindings[0][0].value is not None:
        value, where = bindings[0][0].value, bindings[0][1]
        if type(value) in (Const, Group) and (where.path, where.scope) != at.site:
            return m.value(value, Env((where.path, where.scope), {}))
    return m.fresh()


def _attr(m: Machine, expr: Attr, at: Env) -> Value:
    if not items.held(m, expr.base, at):
        denoted = m.denoter.denote(expr, Frame(*at.site))
        known = type(denoted) is Library and m.knowledge.lookup(denoted.dotted) is not None
        return Value("function", name=denoted.dotted) if known and type(denoted) is Library else OTHER
    base = m.value(expr.base, at)
    if base.kind == "object":
        return calls.attribute(m, base, expr.name)
    if base.kind in ("transformer", "model"):
        return calls.fitted_attribute(m, base, expr.name)
    if base.rows is None:
        return base if base.kind in ("statistic", "names") else OTHER
    if expr.name in base.columns:
        return base.columns[expr.name]
    return items.of_part(m, base, expr.name) or tables.attribute(m, base, expr.name)


def _op(m: Machine, expr: Op, at: Env) -> Value:
    operands = [m.value(operand, at) for operand in expr.operands]
    if expr.op in _COMPARED and len(operands) == 2:
        return _compared(m, expr, operands, at)
    if expr.op == "neg" and operands[0].kind == "const" and isinstance(operands[0].const, int | float):
        return constant(-operands[0].const)
    if expr.op in ("not", "inv", "neg") and operands[0].split is not None:
        return replace(operands[0], split=_turned(operands[0].split))
    if expr.op == "or":
        return either(m.sets, operands)
    if expr.op == "+" and all(value.kind == "list" and not value.open for value in operands):
        return Value("list", items=tuple(item for value in operands for item in value.items))
    if expr.op in ("+", "-") and times.moved(operands):
        return Value("names")
    if expr.op == "-" and len(operands) == 2:
        _held_against(m, operands, at, expr)
    if expr.op == "*" and any(map(_draws, expr.operands)):
        # A spread that chance is multiplied by sets how strong the noise is; no row has it in it.
        operands = [OTHER if value.kind == "statistic" else value for value in operands]
    drawn = [_draws(operand) for operand in expr.operands]
    if expr.op in _MOVING and any(v.rows is not None and not by for v, by in zip(operands, drawn, strict=True)):
        # Chance that is drawn in the shape of a table is no row of it, and moves its columns as any noise does.
        operands = [OTHER if by else value for value, by in zip(operands, drawn, strict=True)]
    return _reckoned(expr.op, operands)


_DRAWN = frozenset({
    "normal", "standard_normal", "randn", "uniform", "rand", "random", "random_sample", "laplace", "standard_t", "randn_like", "rand_like",
})  # fmt: skip


def _draws(expr: Expr) -> bool:
    """Whether a call draws figures by chance, by its name."""
    if type(expr) is not Call:
        return False
    return last_name(expr.func) in _DRAWN


def _reckoned(op: str, operands: list[Value]) -> Value:
    """What arithmetic gives: a table moved by figures keeps the order of its columns, all else may lose it."""
    found = mixed(operands)
    if found.rows is None or found.kind != "frame":
        return found
    moved = op in _MOVING and sum(value.rows is not None for value in operands) == 1
    return rescaled(found, operands) if moved else reordered(found)


def _turned(split: tuple[int, object]) -> tuple[int, object]:
    number, part = split
    if part in (TRAIN, TEST):
        return number, TEST if part == TRAIN else TRAIN
    return number, part.of if isinstance(part, Complement) else Complement(part)


def _compared(m: Machine, expr: Op, operands: list[Value], at: Env) -> Value:
    if operands[0].kind == operands[1].kind == "const" and expr.op in ("==", "!="):
        return constant((operands[0].const == operands[1].const) is (expr.op == "=="))
    if expr.op in ("is", "is-not") and _asks_for_none(m, expr, operands, at):
        return constant((operands[0].kind == "const" and operands[0].const is None) is (expr.op == "is"))
    if _held_against(m, operands, at, expr):
        return Value("statistic", fits=fits_in(operands))
    if any(value.kind in ("prediction", "loss") for value in operands):
        return mixed(operands)
    found = mixed(operands)
    if found.rows is None:
        return found
    op = _SAME.get(expr.op, expr.op)
    other = operands[1]
    name = _column(m, expr.operands[0], at)
    # A column that is held against the same parts all rows of a table alike, whichever of them it is asked of.
    compared = (found.rows.root, name) if name is not None else (found.rows, expr.operands[0])
    if op == "==" and other.kind == "const":
        if other.const in (0, 1) and operands[0].kind == "mask" and operands[0].split is not None:
            turn = bool(other.const) == (expr.op == "==")
            return operands[0] if turn else replace(operands[0], split=_turned(operands[0].split))
        split = m.sets.split(("value", compared))
        part: object = other.const if expr.op == "==" else Complement(other.const)
    else:
        split = m.sets.split(("mask", op, compared, expr.operands[1], _in_this_turn(m, expr.operands[1], at)))
        part = TRAIN if expr.op == op else TEST
    if name is not None:
        m.trace.columns[split] = name
    return Value("mask", found.rows, found.all_fits(), split=(split, part))


_THINGS = frozenset({"const", "transformer", "model", "splitter", "resampler", "object", "list", "table"})


def _asks_for_none(m: Machine, expr: Op, operands: list[Value], at: Env) -> bool:
    """Whether a parameter is compared with None of which this call says what it is: None, or some thing."""
    name, given = expr.operands[0], operands[0].kind in _THINGS
    if (
        type(name) is not Name
        or at.by is None
        or not given
        or operands[1].kind != "const"
        or operands[1].const is not None
    ):
        return False
    binding = m.code.index(*at.site).bindings.get(name.id, {}).get(name.version)
    return binding is not None and binding.how == "param"


def _in_this_turn(m: Machine, expr: Expr, at: Env) -> tuple[object, ...]:
    """What tells the names of an expression in this turn of a loop, or in this call, from those in another."""
    return tuple(_turn(m, node, at) for node in within(expr) if type(node) is Name)


def _turn(m: Machine, name: Name, at: Env) -> object:
    index = m.code.index(*at.site)
    binding = index.bindings.get(name.id, {}).get(name.version)
    if binding is None:
        return None
    if binding.how == "param":
        value = at.lookup(name.id) or OTHER
        return value.rows if value.kind != "const" else value.const
    loops = sum(index.kinds.get(construct) == "loop" for construct, _ in binding.block)
    return at.turns[loops - 1] if 0 < loops <= len(at.turns) else None


def _column(m: Machine, expr: Expr, at: Env) -> str | None:
    """The name of the column that an expression takes from a table."""
    if type(expr) is Item and type(expr.key) in (Const, Name):
        return m.value(expr.key, at).text()
    return expr.name if type(expr) is Attr else None


def _held_against(m: Machine, operands: list[Value], at: Env, expr: Op) -> bool:
    """A prediction that is held against labels is an evaluation; one that is higher than something is a decision."""
    if expr.op in _ORDERED:
        return False
    guesses = [value for value in operands if value.kind == "prediction" and value.by is not None]
    others = [value for value in operands if value.kind in ("frame", "other", "list") and value.rows is not None]
    if len(guesses) != 1 or not others:
        return False
    guess = guesses[0]
    if guess.by is not None and guess.rows is not None:
        spot = Spot(at.site[0], _line(expr) or at.line)
        m.judge(guess.by, guess.rows, guess.fits, "residual" if expr.op == "-" else "compare", spot, at)
    return True


def _line(expr: Expr) -> int:
    """The line of the first call in an expression, 0 where it has none."""
    if type(expr) is Call:
        return expr.line
    if type(expr) is Op:
        return next((line for operand in expr.operands if (line := _line(operand))), 0)
    return _line(expr.base) if isinstance(expr, (Attr, Item)) else 0


def _group(m: Machine, expr: Group, at: Env) -> Value:
    found: list[Value] = []
    for item in expr.items:
        value = m.value(item.value if type(item) is Star else item, at)
        found += value.items if type(item) is Star and value.kind == "list" else [value]
    return Value("list", items=tuple(found))


def _table(m: Machine, expr: Table, at: Env) -> Value:
    keys: list[object] = []
    found: list[Value] = []
    for key, value in zip(expr.keys, expr.values, strict=True):
        got = m.value(value, at)
        if key is None:
            keys += got.keys
            found += got.items if got.kind == "table" else ()
            continue
        name = m.value(key, at)
        keys.append(name.const if name.kind == "const" else None)
        found.append(got)
    return Value("table", items=tuple(found), keys=tuple(keys))


def _choice(m: Machine, expr: Choice, at: Env) -> Value:
    test = m.value(expr.test, at)
    found = either(m.sets, [m.value(expr.then, at), m.value(expr.otherwise, at)])
    if not test.fits:
        return found
    return found.with_fits(test.fits) if found.rows is not None else Value("statistic", fits=test.fits | found.fits)


def _each(m: Machine, expr: Each, at: Env) -> Value:
    """A comprehension: what its elements are worth; where a condition chooses among rows, some of them."""
    found = _all_of_each(m, expr, at)
    conditions = tuple(condition for loop in expr.loops for condition in loop[2])
    if not conditions or found.rows is None or found.kind not in ("frame", "prediction"):
        return found
    return found.on(m.sets.chosen(found.rows, conditions))


def _all_of_each(m: Machine, expr: Each, at: Env) -> Value:
    """A comprehension without its conditions: a list of what its elements are worth; over rows, the rows again."""
    inner = Env(at.site, dict(at.names), at.outer, at.depth, at.block, at.loops + 1, at.line, turns=at.turns)
    sources: list[Value] = []
    turns: list[Value] | None = None
    for number, (target, source, conditions) in enumerate(expr.loops):
        got = m.value(source, inner)
        sources.append(got)
        known = elements(m, got)
        if number == 0 and len(expr.loops) == 1:
            turns = known
        m.bind(target, known[0] if known else m.fresh(), inner)
        for condition in conditions:
            m.value(condition, inner)
    base = next((value for value in sources if value.rows is not None), None)
    if base is not None and _names_columns(expr):
        return Value("names", fits=fits_in(m.value(condition, inner) for condition in expr.loops[0][2]))
    if base is not None and base.kind in ("frame", "prediction"):
        values = [m.value(element, inner) for element in expr.elements]
        return mixed([base, *values])
    if turns is None:
        values = [m.value(element, inner) for element in expr.elements]
        if sources[0].kind in ("names", "statistic"):
            return Value("names", fits=fits_in([*sources, *values]))
        if values and values[-1].kind in ("model", "transformer", "list", "object"):
            return Value("list", items=(values[-1],), open=True)
        return values[0] if values and values[0].rows is not None else Value("statistic", fits=fits_in(values))
    found: list[Value] = []
    keys: list[object] = []
    for turn in turns:
        m.bind(expr.loops[0][0], turn, inner)
        values = [m.value(element, inner) for element in expr.elements]
        keys.append(values[0].const if values and values[0].kind == "const" else None)
        found.append(values[-1] if values else OTHER)
    if expr.kind == "dict":
        return Value("table", items=tuple(found), keys=tuple(keys))
    return Value("list", items=tuple(found))


def _names_columns(expr: Each) -> bool:
    """`[c for c in table if …]`: a table gives its column names; a series written as `table["a"]` gives its values."""
    target, source, conditions = expr.loops[0]
    bare = len(expr.loops) == 1 and len(expr.elements) == 1 and expr.elements[0] == target
    return bare and bool(conditions) and type(source) is Name


def _lambda(m: Machine, expr: Lambda, at: Env) -> Value:
    """A function without a name: statistics that its body uses come with it."""
    names = {param.name: OTHER for param in expr.params}
    inner = Env(at.site, {**at.names, **names}, at.outer, at.depth, at.block, at.loops, at.line)
    return Value("function", fits=m.value(expr.body, inner).all_fits(), const=(expr, at))


def _text(m: Machine, expr: Text, at: Env) -> Value:
    for part in expr.parts:
        m.value(part, at)
    return OTHER


def _opaque(m: Machine, expr: Opaque, at: Env) -> Value:
    return m.value(expr.value, at) if expr.value is not None else OTHER


def _walrus(m: Machine, expr: Walrus, at: Env) -> Value:
    value = m.value(expr.value, at)
    m.bind(expr.target, value, at)
    return value


def _star(m: Machine, expr: Star, at: Env) -> Value:
    return m.value(expr.value, at)


def _stored(m: Machine, order: Stored, at: Env) -> Value:
    items.store(m, order.target, order.value, at)
    return OTHER


EXPRESSIONS: dict[type, Callable[[Machine, Any, Env], Value]] = {
    Const: _const,
    Name: _name,
    Attr: _attr,
    Item: items.item,
    Call: calls.call,
    Op: _op,
    Group: _group,
    Table: _table,
    Choice: _choice,
    Each: _each,
    Lambda: _lambda,
    Text: _text,
    Opaque: _opaque,
    Walrus: _walrus,
    Star: _star,
    Stored: _stored,
}
