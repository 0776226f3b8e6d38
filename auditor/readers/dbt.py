"""dbt models, snapshots, tests and macros: which relations their Jinja names. The graph gives them names and a project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product

from auditor.language.jinja import Piece, as_python, pieces
from auditor.language.sql import read_sql
from auditor.language.sql_references import references
from auditor.model.facts import Facts, Leaf, Ref, Step
from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Op, Record
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs
from auditor.source import read_expression

TOOL = "dbt"
MOST = 50
MAX_DEPTH = 40

_FOR = regex(r"(\w+)\s+in\s+(.+)", re.DOTALL)
_SET = regex(r"(\w+)\s*=\s*(.+)", re.DOTALL)
_HEAD = regex(r"(\w+)")
_LITERAL = regex(r"\b(ref|source)\(\s*['\"]([^'\"]+)['\"]\s*(?:,\s*['\"]([^'\"]+)['\"])?")
_OWN = frozenset({"ref", "source", "config", "var", "env_var", "is_incremental", "log", "return", "set", "zip", "range", "dict", "fromjson", "tojson", "print", "doc", "statement", "run_query", "load_result"})  # fmt: skip
_SETTINGS = ("materialized", "alias", "schema", "database", "enabled", "unique_key", "target_schema", "tags")
_UPSTREAM = Name("upstream", 0)
_ENDS = {"macro": "endmacro", "snapshot": "endsnapshot", "test": "endtest", "materialization": "endmaterialization"}


def read(text: str) -> Facts:
    """A step without a name for a model, a named one per snapshot; macros as leaves `macro.NAME.N`, tables as references.

    `ref('a')` reads `dbt:a`, `source('s', 't')` reads `dbt:s.t` with the attribute `source`.
    """
    found = _Reading()
    for piece in pieces(text):
        found.take(piece)
    lines = text.count("\n") + 1
    model = () if found.helpers and not found.reads else (_step("", 1, lines, found.reads, found),)
    snapshots = tuple(_step(name, line, lines, reads, found) for name, (line, reads) in found.snapshots.items())
    sql = read_sql(text)
    attrs = pairs([("tool", TOOL), ("dbt", "true" if sql.dbt else ""), ("asks", "true" if sql.asks else "")])
    return Facts(
        kind="sql",
        steps=snapshots or model,
        leaves=tuple(found.leaves()),
        references=references(sql),
        attrs=attrs,
        troubles=sql.troubles,
    )


class _Reading:
    """One pass over the Jinja of a file: variables with a known text, and what each part of the file names."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, ...]] = {}
        self.reads: dict[str, Ref] = {}
        self.calls: dict[str, None] = {}
        self.settings: dict[str, str] = {}
        self.snapshots: dict[str, tuple[int, dict[str, Ref]]] = {}
        self.macros: dict[str, dict[str, Ref]] = {}
        self.upstream: dict[str, int] = {}  # of a Ploomber query: the tasks it asks for
        self.helpers = False
        self._into = self.reads

    def take(self, piece: Piece) -> None:
        """Take in one expression or statement."""
        word, text = piece.word, piece.text
        if word in _ENDS:
            self._open(word, text, piece.line)
        elif word in _ENDS.values():
            self._into = self.reads
        elif word in ("for", "set"):
            match = (_FOR if word == "for" else _SET).match(text)
            if match:
                value = self._expression(match[2], piece.line)
                self.known[match[1]] = tuple(self._texts(value, 0)) if value is not None else ()
        elif word in ("", "if", "elif", "do", "call", "set"):
            self._expression(text, piece.line)

    def _open(self, word: str, text: str, line: int) -> None:
        match = _HEAD.match(text)
        name = match[1] if match else f"line-{line}"
        self._into = {}
        if word == "snapshot":
            self.snapshots[name] = (line, self._into)
        else:
            self.helpers = True
            if word == "macro":
                self.macros[name] = self._into

    def _expression(self, text: str, line: int) -> Expr | None:
        value = read_expression(as_python(text))
        if value is None:
            for way, first, second in _LITERAL.findall(text):
                self._add(way, [first, second] if second else [first], line)
            return None
        for part in _parts(value):
            if isinstance(part, Call):
                self._call(part, line)
            elif isinstance(part, Item) and part.base == _UPSTREAM and isinstance(part.key, Const):
                self.upstream.setdefault(str(part.key.value), line)
        return value

    def _call(self, call: Call, line: int) -> None:
        name = call.func.id if isinstance(call.func, Name) else call.func.name if isinstance(call.func, Attr) else ""
        if name in ("ref", "source"):
            version = next(
                (str(v.value) for k, v in call.keywords if k in ("v", "version") and isinstance(v, Const)), ""
            )
            columns = [list(self._texts(argument, 0)) or ["{?}"] for argument in call.args[:2]]
            for row in islice(product(*columns), MOST):
                self._add(name, list(row), line, version)
        elif name == "config" and isinstance(call.func, Name):
            for key, value in call.keywords:
                if key in _SETTINGS:
                    self.settings[key] = ",".join(self._texts(value, 0)).lower() or "{?}"
        elif isinstance(call.func, Name) and name not in _OWN:
            self.calls[name] = None

    def _add(self, way: str, names: list[str], line: int, version: str = "") -> None:
        if not names or names[-1] == "{?}" or (way == "source" and len(names) < 2):
            return
        path = f"dbt:{'.'.join(names)}"
        attrs = pairs([("source", "true" if way == "source" else ""), ("version", version)])
        sure = 0.95 if "{" not in path else 0.5
        self._into.setdefault(f"{way} {path}", Ref(path, "dataset", way, line, "{" in path, attrs, sure))

    def _texts(self, expr: Expr, depth: int) -> Iterator[str]:
        """The texts that an expression can be."""
        if isinstance(expr, Const) and expr.value is not None:
            yield str(expr.value)
        elif isinstance(expr, Name):
            yield from self.known.get(expr.id, (expr.id,) if expr.id in ("true", "false") else ())
        elif isinstance(expr, Group) and depth < MAX_DEPTH:
            for item in expr.items[:MOST]:
                yield from self._texts(item, depth + 1)
        elif isinstance(expr, Op) and expr.op == "+" and depth < MAX_DEPTH:
            columns = [list(self._texts(operand, depth + 1)) or ["{?}"] for operand in expr.operands]
            yield from ("".join(row) for row in islice(product(*columns), MOST))

    def leaves(self) -> Iterator[Leaf]:
        """What each macro names, for the models that call it; and what a Ploomber query asks for."""
        for name, line in self.upstream.items():
            yield Leaf(f"upstream.{name}", name, "str", line)
        for name, reads in self.macros.items():
            for number, (key, ref) in enumerate(reads.items()):
                yield Leaf(f"macro.{name}.{number}", key, "str", ref.line)


def _step(name: str, line: int, end: int, reads: dict[str, Ref], found: _Reading) -> Step:
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=end,
        reads=tuple(reads.values()),
        attrs=pairs([*found.settings.items(), *(("calls", call) for call in found.calls)]),
    )


def _parts(expr: Expr) -> Iterable[Record]:
    """All records of an expression, however deep."""
    stack: list[object] = [expr]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            stack.extend(item)
        elif isinstance(item, Record):
            yield item
            stack.extend(getattr(item, field) for field in item.__struct_fields__)


def _sniff(data: bytes) -> bool:
    return b"{{" in data or b"{%" in data


READER = Reader(name="dbt", names=("*.sql",), read=over_text(read), sniff=_sniff)
