"""The program facts of one file: a small intermediate representation of Python.

`source` lowers Python text into these records; nothing above `source` sees `ast`. Expressions are
symbolic values, statements keep their nesting, and each function, class and module body is one `Scope`
in a flat table. All records are immutable and array-encoded, since they are what the cache stores.

A `Name` carries a *version*: the n-th binding of that name in its scope, in textual order, counting from 1.
A parameter binding is version 1. A stored name has the version it creates, a loaded name the version
that was textually last; 0 means that the scope had not bound the name before that point.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import msgspec


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of the IR records: immutable, compact in the cache, invisible to the garbage collector."""


# --- expressions ---------------------------------------------------------------------------------


class Const(Record, tag="c"):
    """A literal. Bytes and complex numbers are `Opaque`; text is cut at `source.MAX_TEXT` characters."""

    value: str | int | float | bool | None


class Name(Record, tag="n"):
    """A variable, with the version it creates or sees."""

    id: str
    version: int = 0


class Attr(Record, tag="a"):
    """`base.name`."""

    base: Expr
    name: str


class Item(Record, tag="i"):
    """`base[key]`."""

    base: Expr
    key: Expr


class Slice(Record, tag="s"):
    """`start:stop:step` inside an `Item`."""

    start: Expr | None
    stop: Expr | None
    step: Expr | None


class Call(Record, tag="k"):
    """`func(*args, **keywords)`. A `**mapping` argument is a keyword whose name is empty."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    line: int
    end_line: int


class Op(Record, tag="o"):
    """An operator over its operands, in order.

    `+ - * / // % ** @ | & ^ << >>`, `and or not`, `neg pos inv`, and comparisons
    `== != < <= > >= in not-in is is-not`. Chains of one associative operator (`a + b + c`, `a and b and c`)
    are one record. A chained comparison `a < b < c` is `and` of its links.
    """

    op: str
    operands: tuple[Expr, ...]


class Text(Record, tag="t"):
    """An f-string: literal parts are `Const`, the rest are the formatted expressions."""

    parts: tuple[Expr, ...]


class Group(Record, tag="g"):
    """A list, tuple or set display; `kind` is `list`, `tuple` or `set`."""

    kind: str
    items: tuple[Expr, ...]


class Table(Record, tag="d"):
    """A dict display. A key of None stands for `**mapping`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Choice(Record, tag="?"):
    """`then if test else otherwise`."""

    test: Expr
    then: Expr
    otherwise: Expr


class Each(Record, tag="e"):
    """A comprehension. `kind` is `list`, `set`, `dict` or `generator`; a dict has (key, value) as elements."""

    kind: str
    elements: tuple[Expr, ...]
    loops: tuple[tuple[Expr, Expr, tuple[Expr, ...]], ...]  # (target, source, conditions)


class Lambda(Record, tag="l"):
    """`lambda params: body`."""

    params: tuple[Param, ...]
    body: Expr


class Star(Record, tag="*"):
    """`*value` in a call, a display or a target."""

    value: Expr


class Walrus(Record, tag="w"):
    """`name := value`."""

    target: Name
    value: Expr


class Opaque(Record, tag="h"):
    """A hole: an expression whose value the IR does not describe.

    `why` is `await`, `yield`, `yield-from`, `bytes`, `ellipsis`, `complex`, `truncated` or `deep`; what it
    wraps, if anything, is `value`.
    """

    why: str
    value: Expr | None = None


Expr: TypeAlias = (
    Const
    | Name
    | Attr
    | Item
    | Slice
    | Call
    | Op
    | Text
    | Group
    | Table
    | Choice
    | Each
    | Lambda
    | Star
    | Walrus
    | Opaque
)


class Param(Record):
    """One parameter. `kind` is `positional`, `plain`, `args`, `keyword` or `kwargs`."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


# --- statements ----------------------------------------------------------------------------------


class Assign(Record, tag="="):
    """`targets = value`, in all its forms. `op` is `+`, `|`, … for an augmented assignment, else empty.

    A bare annotation (`x: int`) has no value.
    """

    targets: tuple[Expr, ...]
    value: Expr | None
    op: str
    annotation: Expr | None
    line: int
    end_line: int


class Do(Record, tag="x"):
    """An expression evaluated for its effect."""

    value: Expr
    line: int
    end_line: int


class Return(Record, tag="r"):
    """`return value`."""

    value: Expr | None
    line: int


class If(Record, tag="if"):
    """A branch. `match` becomes a chain of these with the test `Op("match", (subject, pattern…))`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    line: int
    end_line: int


class Loop(Record, tag="lo"):
    """`for target in source`, or `while source` when there is no target."""

    target: Expr | None
    source: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    line: int
    end_line: int


class With(Record, tag="wi"):
    """`with value as target, …`; a missing target is None."""

    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]
    line: int
    end_line: int


class Handler(Record):
    """`except types as name`. A bare `except` has no types."""

    types: Expr | None
    name: str
    body: tuple[Stmt, ...]
    line: int
    end_line: int


class Try(Record, tag="tr"):
    """`try` with its handlers, `else` and `finally`."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    line: int
    end_line: int


class Define(Record, tag="df"):
    """A nested function or class: it binds `name` to the scope at index `scope` of the program's table."""

    name: Name
    scope: int
    line: int


class Imported(Record):
    """One bound name of an import.

    `import a.b` is (module `a.b`, name "", bound `a`); `import a.b as c` is (`a.b`, "", `c`);
    `from .m import n as k` is (module `m`, name `n`, bound `k`) with the statement's level 1;
    `from m import *` has name and bound `*`; `%run a/b` of a notebook is the same with module `./a/b` and level 1.
    """

    module: str
    name: str
    bound: Name


class Import(Record, tag="im"):
    """An import statement. `level` counts the leading dots of a relative one."""

    names: tuple[Imported, ...]
    level: int
    line: int


class Raise(Record, tag="ra"):
    """`raise value`."""

    value: Expr | None
    line: int


class Assert(Record, tag="as"):
    """`assert test`."""

    test: Expr
    line: int


class Delete(Record, tag="de"):
    """`del targets`."""

    targets: tuple[Expr, ...]
    line: int


class Outer(Record, tag="gl"):
    """`global` or `nonlocal`."""

    names: tuple[str, ...]
    line: int


class Jump(Record, tag="j"):
    """`break`, `continue` or `pass`."""

    word: str
    line: int


Stmt: TypeAlias = (
    Assign | Do | Return | If | Loop | With | Try | Define | Import | Raise | Assert | Delete | Outer | Jump
)


# --- the file ------------------------------------------------------------------------------------


class Scope(Record):
    """The body of the module, of one function or of one class.

    `name` is the qualified name within the file (`Model.fit`; empty for the module, which is index 0).
    `parent` is the index of the enclosing scope (-1 for the module). `complexity` is McCabe's, by radon;
    `logical` counts the scope's own statements without those of nested scopes, docstrings left out.
    """

    kind: str  # module, function, class
    name: str
    parent: int
    line: int
    end_line: int
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...]
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    returns: Expr | None
    statements: msgspec.Raw
    """As they are stored, or as they are: see `body`."""
    doc: str
    complexity: int
    logical: int

    @property
    def body(self) -> tuple[Stmt, ...]:
        """Its statements. Those of a scope from the cache are made when they are first asked for: where little changed, few are."""
        held: Any = self.statements
        if type(held) is msgspec.Raw:
            held = _made(held)
            msgspec.structs.force_setattr(self, "statements", held)
        made: tuple[Stmt, ...] = held
        return made

    def __eq__(self, other: object) -> bool:
        return type(other) is Scope and self.body == other.body and super().__eq__(other)

    def __hash__(self) -> int:
        return hash(self.body) ^ super().__hash__()


@cache
def _statements() -> msgspec.msgpack.Decoder[tuple[Stmt, ...]]:
    return msgspec.msgpack.Decoder(tuple[Stmt, ...])


def _made(stored: msgspec.Raw) -> tuple[Stmt, ...]:
    """Statements from their stored form; none where somebody wrote something else there."""
    try:
        return _statements().decode(stored)
    except ValueError:
        return ()


class Comment(Record):
    """A comment with its `#`. `alone` is true where no code stands before it on its line."""

    line: int
    text: str
    alone: bool = False


class Cell(Record):
    """One code cell of a notebook: program lines `start` to `start + lines - 1` are its lines 1 to `lines`.

    `physical` is the line of the .ipynb file where the cell's source begins (0 if not known); `count` is
    the stored execution count (-1 if there is none); `failed`: its run ended at a name that was not there.
    """

    index: int
    id: str
    start: int
    lines: int
    physical: int
    count: int
    tags: tuple[str, ...]
    failed: bool = False


class Escape(Record):
    """What a notebook says outside Python.

    `kind` is `shell` (`!cmd`, `%%bash`, `%%sh`, `x = !cmd`), `magic` (`%name …`) or `cell-magic` (`%%name …`);
    `name` is the magic's name, `text` the command or the body.
    """

    kind: str
    name: str
    text: str
    line: int


class Program(Record):
    """Everything that is known of one Python program.

    `lines` are physical, `logical` counts statements (docstrings left out). Line numbers are those of the program
    text; for a notebook, `cells` maps them to cells.
    """

    scopes: tuple[Scope, ...]
    comments: tuple[Comment, ...]
    cells: tuple[Cell, ...]
    escapes: tuple[Escape, ...]
    lines: int
    logical: int
    main_guard: bool
