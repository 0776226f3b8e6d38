"""What one parsed SQL statement uses: the tables and files it reads and writes, names of its own left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from auditor.language.sql_used import Use, is_system
from auditor.model.regex import regex

MOST_COLUMNS = 200

# Functions and formats that name a file, of DuckDB and Spark.
_FILE_FUNCTIONS = frozenset(
    {
        *("readcsv", "readcsvauto", "readparquet", "parquetscan", "readjson", "readjsonauto", "readndjson"),
        *(
            "readndjsonauto",
            "readjsonobjects",
            "readtext",
            "readblob",
            "readxlsx",
            "stread",
            "icebergscan",
            "deltascan",
        ),
    }
)
_FILE_FORMATS = frozenset({"csv", "parquet", "json", "orc", "avro", "text", "delta", "iceberg", "binaryfile"})
_FILE = regex(r"[/\\]|\.(?:csv|tsv|parquet|json|jsonl|ndjson|orc|avro|xlsx|txt|db|gz|zst)$", re.IGNORECASE)


def is_query(tree: exp.Expression) -> bool:
    """Whether a statement only asks: what dbt makes a relation of."""
    return isinstance(tree, exp.Query)


def uses(tree: exp.Expression, line: int) -> Iterator[Use]:
    """The uses of one statement that begins at `line`; of statements that move no rows there are none."""
    if isinstance(tree, exp.Create):
        yield from _created(tree, line)
    elif isinstance(tree, exp.Copy):
        yield from _copied(tree, line)
    elif isinstance(tree, exp.LoadData):
        yield from _loaded(tree, line)
    elif isinstance(tree, exp.Insert | exp.Merge | exp.Update):
        yield from _changed(tree, line)
    elif isinstance(tree, exp.Query) or type(tree).__name__ == "Export":
        yield from _texts_of(tree, "uri", "write", line)
        yield from _tables(tree, line, _into(tree))


def temporary(tree: exp.Expression) -> str:
    """The name of the table or view that a statement makes for its session alone; "" for any other statement."""
    if not isinstance(tree, exp.Create) or not isinstance(_bare(tree.this), exp.Table):
        return ""
    name = str(_bare(tree.this).name)
    return name if tree.find(exp.TemporaryProperty) or name.startswith("#") else ""


# --- kinds of statement ---


def _created(tree: exp.Create, line: int) -> Iterator[Use]:
    """`CREATE TABLE … AS`, views, and external tables; a table that is only laid out moves no rows."""
    if str(tree.args.get("kind") or "").upper() not in ("TABLE", "VIEW"):
        return
    made = _bare(tree.this)
    place = tree.find(exp.LocationProperty)
    where = str(place.this.name) if place is not None else ""
    query = tree.args.get("expression")
    if not isinstance(query, exp.Query):
        if where and isinstance(made, exp.Table):
            yield Use("read", (), where, line)
            yield from _table(made, "write", line)
        return
    if not temporary(tree) and isinstance(made, exp.Table):
        yield from _table(made, "write", line)
    if where:
        yield Use("write", (), where, line)
    yield from _tables(tree, line, {id(made)})


def _copied(tree: exp.Copy, line: int) -> Iterator[Use]:
    """`COPY x FROM file`, `COPY x TO file`, `COPY INTO x FROM y`: either side may be a table, a query or a file."""
    inwards = bool(tree.args.get("kind"))
    files = [item for item in tree.args.get("files") or () if item is not None]
    yield from _side(tree.this, "write" if inwards else "read", line)
    for item in files:
        yield from _side(item, "read" if inwards else "write", line)


def _side(item: Any, way: str, line: int) -> Iterator[Use]:
    item = _bare(item)
    if isinstance(item, exp.Table):
        yield from _table(item, way, line)
    elif isinstance(item, exp.Literal):
        yield Use(way, (), str(item.this), line)
    elif isinstance(item, exp.Expression):
        yield from _tables(item, line, set())


def _loaded(tree: exp.LoadData, line: int) -> Iterator[Use]:
    """`LOAD DATA`: files of a folder, or the `uris` of BigQuery, into a table."""
    yield from _side(tree.this, "write", line)
    inpath = tree.args.get("inpath")
    if isinstance(inpath, exp.Literal):
        yield Use("read", (), str(inpath.this), line)
    yield from _texts_of(tree, "uris", "read", line)


def _changed(tree: exp.Expression, line: int) -> Iterator[Use]:
    """`INSERT`, `MERGE`, `UPDATE`: the target is written, the rest is read."""
    target = _bare(tree.this)
    if isinstance(target, exp.Directory):
        yield Use("write", (), str(target.this.name), line)
    elif isinstance(target, exp.Table):
        behind = next((t for t in _all_tables(tree) if t is not target and t.alias and t.alias == target.name), target)
        yield from _table(behind, "write", line)
        yield from _tables(tree, line, {id(target), id(behind)})
        return
    yield from _tables(tree, line, set())


def _into(tree: exp.Expression) -> set[int]:
    """Tables of `SELECT … INTO t`, which are written."""
    return {id(_bare(into.this)) for into in tree.find_all(exp.Into)}


def _texts_of(tree: exp.Expression, name: str, way: str, line: int) -> Iterator[Use]:
    """The texts of a property such as `uri = '…'` or `uris = ['…']`."""
    for item in tree.find_all(exp.Property):
        if str(item.name).lower() == name and item.args.get("value") is not None:
            for text in item.args["value"].find_all(exp.Literal):
                if text.is_string:
                    yield Use(way, (), str(text.this), line)


# --- tables ---


def _bare(node: Any) -> Any:
    """The table under a list of its columns."""
    while isinstance(node, exp.Schema):
        node = node.this
    return node


def _all_tables(tree: exp.Expression) -> list[exp.Table]:
    return list(tree.find_all(exp.Table))


def _tables(tree: exp.Expression, line: int, written: set[int]) -> Iterator[Use]:
    """Every table below that is no name of the statement itself; `written` are those told of already, or of `INTO`."""
    tables = _all_tables(tree)
    aliases = {table.alias.lower() for table in tables if table.alias}
    into = _into(tree)
    columns = _columns(tree)
    for table in tables:
        if id(table) in into:
            yield from _table(table, "write", line)
        elif (
            id(table) not in written and not _is_own(table) and not (_depth(table) == 2 and table.db.lower() in aliases)
        ):
            yield from _table(table, "read", line, columns.get(id(table), ()))


def _depth(table: exp.Table) -> int:
    return 1 + bool(table.args.get("db")) + bool(table.args.get("catalog"))


def _is_own(table: exp.Table) -> bool:
    """Whether a name is that of a common table expression in whose reach it stands."""
    if _depth(table) > 1:
        return False
    name = str(table.name).lower()
    came: Any = table
    node: Any = table.parent
    while node is not None:
        if isinstance(node, exp.With):
            before = node.expressions if node.args.get("recursive") else _until(node.expressions, came)
            if any(str(cte.alias).lower() == name for cte in before):
                return True
            came, node = node.parent, node.parent.parent if node.parent is not None else None
            continue
        held = node.args.get("with_") or node.args.get("with")  # the key differs between sqlglot's versions
        if held is not None and any(str(cte.alias).lower() == name for cte in held.expressions):
            return True
        came, node = node, node.parent
    return False


def _until(items: list[Any], last: Any) -> list[Any]:
    return items[: next((at for at, item in enumerate(items) if item is last), len(items))]


def _table(table: exp.Table, way: str, line: int, columns: tuple[str, ...] = ()) -> Iterator[Use]:
    """A table as the artefact it names: a table, a file, the files of a function, or nothing."""
    named = table.this
    if isinstance(named, exp.Literal):
        yield Use(way, (), str(named.this), line)
    elif isinstance(named, exp.Identifier):
        at = named.meta.get("line")
        yield from _named(table, way, at + line - 1 if isinstance(at, int) else line, columns)
    elif isinstance(named, exp.Func):
        function = named.name if isinstance(named, exp.Anonymous) else type(named).__name__
        first = (
            named.this if not isinstance(named, exp.Anonymous) and named.this else next(iter(named.expressions), None)
        )
        if str(function).replace("_", "").lower() in _FILE_FUNCTIONS and isinstance(first, exp.Literal | exp.Array):
            for text in first.find_all(exp.Literal):
                if text.is_string:
                    yield Use(way, (), str(text.this), line)


def _named(table: exp.Table, way: str, line: int, columns: tuple[str, ...]) -> Iterator[Use]:
    name, schema, catalog = str(table.name), str(table.db), str(table.catalog)
    if table.this.quoted and _FILE.search(name) and (not schema or (schema.lower() in _FILE_FORMATS and not catalog)):
        yield Use(way, (), name, line)
        return
    if is_system(schema, name) or (name.startswith("#") and not schema):
        return
    if name:
        yield Use(way, tuple(part for part in (catalog, schema, name) if part), "", line, columns)


def _columns(tree: exp.Expression) -> dict[int, tuple[str, ...]]:
    """The columns that each `SELECT` takes of its tables: those with the table's name or alias, or all where it has one source."""
    found: dict[int, dict[str, None]] = {}
    for select in tree.find_all(exp.Select):
        start = select.args.get("from_") or select.args.get("from")
        joins = [join.this for join in select.args.get("joins") or ()]
        sources = [*([start.this] if start is not None else []), *joins]
        named = {str(s.alias_or_name).lower(): s for s in sources}
        for column in select.find_all(exp.Column):
            if column.find_ancestor(exp.Select) is not select or isinstance(column.this, exp.Star):
                continue
            source = named.get(str(column.table).lower()) if column.table else sources[0] if len(sources) == 1 else None
            if isinstance(source, exp.Table) and len(found.setdefault(id(source), {})) < MOST_COLUMNS:
                found[id(source)][str(column.name)] = None
    return {table: tuple(sorted(names)) for table, names in found.items()}
