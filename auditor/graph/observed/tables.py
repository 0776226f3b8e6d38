"""Tables and files that SQL names, in calls, notebook cells and .sql files, as artefacts of one identity each.

A table is `table:<platform>.<catalog>.<schema>.<name>` with `*` for what is not said; two ids are one table where the
one says no more than the other and no second table fits (GRAPH §6.4). The platform is sqlglot's name of the dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from auditor.graph.artefacts.identity import Identities, Identity
from auditor.graph.artefacts.table_names import Key, bare, comparable, id_of, key_of, model_key, parts_of, unified
from auditor.graph.declared.dbt_projects import Projects
from auditor.knowledge import Entry
from auditor.language.sql import Sql, read_sql, speaks
from auditor.model.artefact import NodeKind, Role
from auditor.model.facts import Facts
from auditor.model.ir import Attr, Call, Const, Expr, Name
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.calls.effects import Effect
from auditor.program.calls.records import Standing
from auditor.program.naming.code import Frame, Instance
from auditor.program.naming.scopes import CallSite
from auditor.program.running.invocations import argument
from auditor.program.symbolic.paths import locate
from auditor.program.symbolic.values import UNKNOWN, Hole, Value, literal

_NAME = regex(r"[\w.$#{}*\-`\"\[\]?'() /:]+")
_HOLES = regex(r"(\{[^{}]*\})")
_MAGICS = {"sql": "", "bigquery": "bigquery", "sparksql": "spark", "duckdb": "duckdb", "snowflake": "snowflake"}
_MAGIC_HEAD = regex(r"\s*(?:\w+\s*<<|--?\w[\w-]*(?:[ =](?!select|with|insert|create)\S+)?|\w+://\S+|@\w+|\$\w+)", re.I)
_ENTRY = Entry(name="sql", library="sql", role=Role.READ, status="pattern", parse_as="sql")


class Identify(Protocol):
    """Which artefact a path means in a file."""

    def __call__(self, path: str, value: Value, /, *, written: bool) -> Identity | None:
        """The artefact, or None where the text says too little."""


class Named(NamedTuple):
    """One artefact that SQL reads or writes, at a line counted from the start of its text."""

    way: str  # read, write
    artefact: Identity
    kind: NodeKind
    line: int


class _Raw(msgspec.Struct, frozen=True):
    """The same before tables are unified: a key, or a path."""

    way: str
    key: Key | None
    path: Value | None
    line: int
    confidence: float


def is_tabular(effect: Effect) -> bool:
    """Whether the target of a call is SQL or the name of a table, no path."""
    return effect.entry.parse_as == "sql" or _is_named(effect) or _is_view(effect.entry)


def _is_named(effect: Effect) -> bool:
    """Whether what a call is given is the name of a table: always, or since its chain says a format that has names."""
    formats = str(effect.entry.attrs.get("table_formats", "")).split()
    if not formats or any("/" in value.text() for value in effect.targets):
        return bool(effect.entry.attrs.get("table"))
    link: Expr = effect.call.func
    while isinstance(link, (Attr, Call)):
        if isinstance(link, Call) and type(link.func) is Attr and link.func.name == "format" and link.args:
            said = link.args[0]
            return type(said) is Const and str(said.value).lower() in formats
        link = link.base if isinstance(link, Attr) else link.func
    return False


def _is_view(entry: Entry) -> bool:
    return bool(entry.attrs.get("view"))


class Tables:
    """What the SQL of a tree names. `effects` are all calls of the tree that do I/O; `identify` tells what a path means."""

    def __init__(
        self,
        resolved: Resolved,
        identities: Identities,
        identify: Identify,
        effects: Iterable[Effect],
        projects: Projects,
    ) -> None:
        self.resolved = resolved
        self.identify = identify
        self._projects = projects
        self._views: set[str] = set()  # names that live for a session only, in lower case
        self._calls: dict[
            int, tuple[Effect, list[_Raw], bool]
        ] = {}  # by id: hashing an effect costs more than reading it
        for effect in effects:
            if is_tabular(effect):
                self._calls[id(effect)] = (effect, *self._read(effect))
        self._cells = list(self._magics())
        self._files = {
            path: self._of_facts(path, facts) for path, facts in resolved.files.items() if facts.kind == "sql"
        }
        found = [(effect.site[0], raw) for effect, raws, _ in self._calls.values() for raw in raws]
        found += [(effect.site[0], raw) for effect, raws in self._cells for raw in raws]
        found += [(path, raw) for path, raws in self._files.items() for raw in raws]
        self._same = unified(raw.key for _, raw in found if raw.key is not None)
        for importer, raw in found:
            if raw.path is not None and raw.way == "write":
                written = identify(importer, raw.path, written=True)
                if written is not None and written.path is not None:
                    identities.written.add(written.path)

    # --- answers ---

    def of(self, effect: Effect) -> list[Named]:
        """The artefacts of a call; empty also for a call that is not tabular."""
        found = self._calls.get(id(effect))
        return [named for raw in found[1] if (named := self._named(raw, effect.site[0]))] if found else []

    def told(self, effect: Effect) -> list[Named]:
        """The artefacts of a call whose texts are what someone gives it rather than its own."""
        return [named for raw in self._read(effect)[0] if (named := self._named(raw, effect.site[0]))]

    def says_nothing(self, effect: Effect) -> bool:
        """Whether the SQL of a call is known and touches no rows of anyone else's: it has no artefact to be named."""
        found = self._calls.get(id(effect))
        return found is not None and found[2] and not found[1]

    def cells(self) -> Iterator[tuple[Effect, Named]]:
        """The artefacts of SQL cells and line magics of notebooks, with an effect that stands for the cell."""
        for effect, raws in self._cells:
            for raw in raws:
                named = self._named(raw, effect.site[0])
                if named is not None:
                    line = effect.line + named.line - 1
                    yield replace(effect, line=line, end_line=line), named

    def of_file(self, path: str) -> Iterator[Named]:
        """The artefacts of a .sql file."""
        for raw in self._files.get(path, ()):
            named = self._named(raw, path)
            if named is not None:
                yield named

    def _named(self, raw: _Raw, importer: str) -> Named | None:
        if raw.path is not None:
            found = self.identify(importer, raw.path, written=raw.way == "write")
            kind = NodeKind.SCRIPT if found is not None and found.id.endswith((".sql", ".hql")) else NodeKind.DATASET
            return Named(raw.way, found, kind, raw.line) if found is not None else None
        if raw.key is None or (raw.way == "read" and bare(raw.key) in self._views):
            return None
        key = comparable(raw.key)
        key = self._same.get(key, key)
        artefact = Identity(id_of(key), None, raw.confidence, templated="{" in key[3])
        return Named(raw.way, artefact, NodeKind.DATASET, raw.line)

    # --- calls ---

    def _read(self, effect: Effect) -> tuple[list[_Raw], bool]:
        """What a call names, and whether its text says so wholly."""
        if _is_view(effect.entry):
            self._views.update(value.text().lower() for value in effect.targets if value.exact)
            return [], True
        platform = self._platform(effect)
        found: list[_Raw] = []
        whole = True
        for value in effect.targets:
            if not value.known:
                whole = False
                continue
            raws, understood = self._of_text(effect, value, platform)
            found += raws
            whole = whole and understood and value.exact
        return found + self._databases(effect, found), whole

    def _of_text(self, effect: Effect, value: Value, platform: str) -> tuple[list[_Raw], bool]:
        text = value.text()
        stored = self._stored(value, effect.site[0])
        if stored is not None:
            path, facts = stored
            own = _Raw("read", None, literal(path, anchored=True), 1, value.confidence)
            return [own, *self._of_facts(path, facts, platform)], not facts.troubles
        if _is_named(effect) or (effect.entry.attrs.get("table_or_sql") and not re.search(r"\s", text.strip())):
            way = "read" if effect.role is Role.READ else "write"
            schema = self._given(effect, str(effect.entry.attrs.get("schema", "")))
            key = key_of(parts_of(text) if _NAME.fullmatch(text) else [], platform, schema)
            return ([_Raw(way, key, None, 1, value.confidence)] if key else []), True
        sql = self._sql(text, platform)
        self._views.update(name.lower() for name in sql.temporary)
        frames = self._variables(effect) if effect.entry.attrs.get("frames") else frozenset()
        raws = [raw for raw in self._of_sql(sql, platform, value) if not (raw.key and bare(raw.key) in frames)]
        return raws, sql.understood

    def _sql(self, text: str, platform: str) -> Sql:
        return (
            self.resolved.remembered.ask(read_sql, (text, platform), Sql) if speaks(text) else read_sql(text, platform)
        )

    @staticmethod
    def _of_sql(sql: Sql, platform: str, value: Value) -> Iterator[_Raw]:
        for use in sql.uses:
            written = use.path or ".".join(use.parts)
            certain = max(value.confidence, 0.8) if "{" not in written else 0.6
            if use.path:
                yield _Raw(use.way, None, _path(use.path, certain), use.line, certain)
            else:
                key = key_of(use.parts, platform, "")
                if key is not None:
                    yield _Raw(use.way, key, None, use.line, certain)

    def _stored(self, value: Value, importer: str) -> tuple[str, Facts] | None:
        """The .sql file that a text names, where the call was given what the file holds."""
        if not value.exact or not value.text().lower().endswith((".sql", ".hql")):
            return None
        path = locate(value, importer, self.resolved.files)
        return (
            (path, self.resolved.files[path]) if path is not None and self.resolved.files[path].kind == "sql" else None
        )

    def _given(self, effect: Effect, name: str) -> str:
        """The text of a further argument of a call, "" where it is not given or not known."""
        chosen = argument(effect.call, name, None) if name and not effect.via else None
        if chosen is None:
            return ""
        values = self.resolved.evaluator.values(chosen, Frame(*effect.site))
        return values[0].text() if len(values) == 1 and values[0].exact else ""

    def _variables(self, effect: Effect) -> frozenset[str]:
        """The variables that a call can see: DuckDB and its like take a data frame for a table of its name."""
        path, number = effect.site
        names: set[str] = set()
        while number >= 0:
            names.update(self.resolved.code.index(path, number).bindings)
            number = self.resolved.code.scope(path, number).parent
        return frozenset(name.lower() for name in names)

    # --- connections ---

    def _platform(self, effect: Effect) -> str:
        """The dialect of a call: its library's, or that of the connection it is given."""
        said = effect.entry.attrs.get("platform")
        if isinstance(said, str):
            return said
        connection = self._connection(effect)
        if connection is None or effect.via:
            return ""
        denoted = self.resolved.evaluator.denoter.denote(connection, Frame(*effect.site))
        if type(denoted) is not Instance or not isinstance(denoted.of, str):
            return ""
        executes = self.resolved.knowledge.method(denoted.of, "execute")
        return str(executes.attrs.get("platform", "")) if executes is not None else ""

    def _connection(self, effect: Effect) -> Expr | None:
        """The expression of the connection that a call works through: the argument that takes it, else the receiver."""
        name = effect.entry.attrs.get("connection")
        if isinstance(name, str):
            return argument(effect.call, name, 1)
        return effect.call.func.base if type(effect.call.func) is Attr else None

    def _databases(self, effect: Effect, found: list[_Raw]) -> list[_Raw]:
        """The database file behind a call, read or written as its tables are."""
        ways = {raw.way for raw in found if raw.key is not None}
        connection = self._connection(effect) if ways and not effect.via else None
        if connection is None:
            return []
        values = self._opened(connection, Frame(*effect.site))
        return [_Raw(way, None, value, 1, value.confidence) for value in values for way in sorted(ways)]

    def _opened(self, connection: Expr, frame: Frame) -> tuple[Value, ...]:
        """The database files that a connection, or a cursor of one, was opened with."""
        denoter, knowledge = self.resolved.evaluator.denoter, self.resolved.knowledge
        for _ in range(4):
            denoted = denoter.denote(connection, frame)
            if type(denoted) is not Instance or denoted.made is None:
                return ()
            call, frame = denoted.made.call, denoted.made.frame
            dotted = denoter.dotted(call.func, frame)
            entry = knowledge.lookup(dotted) if dotted else None
            if entry is not None and entry.attrs.get("database_file"):
                values = self.resolved.effects.targets.of(call, entry, frame) or ()
                return tuple(
                    v for v in values if v.known and not v.text().startswith((":memory:", "md:", "file::memory:"))
                )
            if type(call.func) is not Attr:
                return ()
            connection = call.func.base
        return ()

    # --- notebooks and files ---

    def _magics(self) -> Iterator[tuple[Effect, list[_Raw]]]:
        for path in self.resolved.code.paths:
            for escape in self.resolved.code.programs[path].escapes:
                platform = _MAGICS.get(escape.name) if escape.kind in ("magic", "cell-magic") else None
                if platform is None:
                    continue
                platform = platform or ("spark" if path.endswith(".py") else "")  # Databricks alone keeps magics in .py
                head, _, body = escape.text.partition("\n")
                while match := _MAGIC_HEAD.match(head):
                    head = head[match.end() :]
                sql = self._sql(f"{head}\n{body}", platform)
                self._views.update(name.lower() for name in sql.temporary)
                call = Call(Name("sql"), (Const(escape.text),), (), escape.line, escape.line)
                standing = Standing(CallSite(call, (), dead=False, loop=0))
                effect = Effect(
                    Role.READ, "sql", _ENTRY, (UNKNOWN,), (path, 0), escape.line, escape.line, 0.95, False, standing
                )
                yield effect, list(self._of_sql(sql, platform, literal(escape.text)))

    def _of_facts(self, path: str, facts: Facts, platform: str = "") -> list[_Raw]:
        found: list[_Raw] = []
        project = self._projects.of(path) if facts.attr("dbt") or facts.attr("asks") else None
        home, sources = (project.name, project.sources) if project is not None else ("", {})
        for ref in facts.references:
            way = "read" if ref.how == "reads" else "write"
            certain = 0.6 if ref.templated else 0.9
            attrs = dict(ref.attrs)
            if attrs.get("model"):
                found.append(_Raw(way, model_key(home, ref.path), None, ref.line, certain))
            elif attrs.get("table"):
                source = sources.get(ref.path) if attrs.get("source") else None
                written = source.path.removeprefix("table:") if source is not None else ref.path
                key = key_of(parts_of(written), platform, "")
                found += [_Raw(way, key, None, ref.line, certain)] if key is not None else []
            else:
                found.append(_Raw(way, None, _path(ref.path, certain), ref.line, certain))
        if facts.attr("asks") and project is not None and project.role(path) == "model":
            name = path.rpartition("/")[2].rpartition(".")[0]
            found.append(_Raw("write", model_key(home, name), None, 1, 0.8))
        return found


def _path(text: str, confidence: float) -> Value:
    """A path written in SQL, with its holes."""
    parts = [Hole("unknown", piece[1:-1]) if piece.startswith("{") else piece for piece in _HOLES.split(text) if piece]
    return Value(tuple(parts), confidence=confidence, how="literal" if len(parts) == 1 else "f-string")
