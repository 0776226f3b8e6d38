"""SQL of whatever dialect: which tables and files a text reads and writes. Nothing is ever executed.

The dialect is seldom known. The one that the caller supposes is tried first, then the generic one, then those that the
text looks like; what none of them reads is a trouble of that statement alone. Templates and format holes are cut out
first and come back in the names (`{x}`), so that a name built at run time stays a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import msgspec

from auditor.language.sql_plain import plain
from auditor.language.sql_text import Holes, Statement, statements, unloaded, without_lone_holes
from auditor.language.sql_used import Use
from auditor.model.facts import Trouble
from auditor.model.regex import regex

MAX_TEXT = 100_000
MAX_STATEMENTS = 500
MAX_RETRIED = 20_000
"""Characters of a statement that is tried in further dialects: a long one is mostly rows of data."""
MAX_EFFORT = 200_000
"""Characters parsed for one text, all tries together."""

_LOOKS = (
    (regex("`"), ("bigquery", "spark", "mysql")),
    (regex(r"\[\w+\]\.|\bTOP\s+\d", re.IGNORECASE), ("tsql",)),
    (regex(r"@\w|\bVARIANT\b|::|\bILIKE\b|\bQUALIFY\b", re.IGNORECASE), ("snowflake", "postgres")),
    (regex(r"\bSTRUCT\b|\bLATERAL\s+VIEW\b|\bTBLPROPERTIES\b", re.IGNORECASE), ("spark", "bigquery")),
)
_OTHERS = ("duckdb", "postgres", "snowflake")
_VERBS = regex(
    r"\b(?:select|insert|create|merge|update|copy|unload|load|export|with|from|replace|delete|drop|alter|truncate)\b",
    re.IGNORECASE,
)
# Statements that steer the database and touch no rows.
_STEERS = regex(
    r"\s*(?:pragma|set|use|show|begin|start|commit|rollback|savepoint|call|explain|desc|describe|analyze|vacuum|grant|revoke"
    r"|attach|detach|install|load|refresh|cache|uncache|msck|optimize|reset|checkpoint|declare|execute)\b",
    re.IGNORECASE,
)


class Sql(msgspec.Struct, frozen=True):
    """What a text of SQL says. `understood` is false where a statement could not be read, or it is no SQL at all.

    `temporary` are the names of tables and views that live for the session only. `dbt` says that templates name relations as
    dbt does, `asks` that a statement is a bare query.
    """

    uses: tuple[Use, ...] = ()
    temporary: frozenset[str] = frozenset()
    troubles: tuple[Trouble, ...] = ()
    understood: bool = False
    dbt: bool = False
    asks: bool = False


def speaks(text: str) -> bool:
    """Whether a text has a verb of SQL. Without one nothing is parsed, so it is read in no time."""
    return _VERBS.search(text) is not None


def read_sql(text: str, dialect: str = "") -> Sql:
    """The tables and files that a text uses, by statement; lines count from 1. Never raises.

    `dialect` is sqlglot's name of the likely one, or "". A text without a verb of SQL gives nothing.
    """
    if not speaks(text):
        return Sql(understood=bool(_STEERS.match(text)))
    if len(text) > MAX_TEXT:
        message = f"more than {MAX_TEXT:,} characters of SQL; the rest is not read"
        found = _read_once(text[: text.rfind(";", 0, MAX_TEXT) + 1], dialect)
        return msgspec.structs.replace(
            found, troubles=(*found.troubles, Trouble(None, message, "too-large")), understood=False
        )
    return _read_once(text, dialect)


@lru_cache(maxsize=2_048)
def _read_once(text: str, dialect: str) -> Sql:
    return _Reading(dialect).read(text)


class _Reading:
    """One text being read."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.holes = Holes()
        self.effort = MAX_EFFORT
        self.uses: dict[Use, None] = {}
        self.temporary: set[str] = set()
        self.troubles: list[Trouble] = []
        self.asks = False

    def read(self, text: str) -> Sql:
        cut = self.holes.cut(text)
        for number, statement in enumerate(statements(cut)):
            if number == MAX_STATEMENTS:
                self.troubles.append(
                    Trouble(statement.line, f"only {MAX_STATEMENTS} statements were read", "too-large")
                )
                break
            self._statement(statement)
        kept = (self._restored(use) for use in self.uses if not self._is_own(use))
        return Sql(
            tuple(dict.fromkeys(kept)),
            frozenset(self.holes.restore(name) for name in self.temporary),
            tuple(self.troubles),
            not self.troubles,
            bool(self.holes.models or self.holes.sources) or "{{ config(" in text,
            self.asks,
        )

    def _is_own(self, use: Use) -> bool:
        """Whether a table is one of the session's, or dbt's `{{ this }}`: the relation that the text itself makes."""
        name = ".".join(use.parts).lower()
        return name in {own.lower() for own in self.temporary} or self.holes.restore(name) == "{this}"

    def _statement(self, statement: Statement) -> None:
        sent = unloaded(statement.text)
        self._ordinary(statement if sent is None else Statement(sent[0], statement.line))
        if sent is not None:
            self.uses[Use("write", (), sent[1], statement.line)] = None

    def _ordinary(self, statement: Statement) -> None:
        known = plain(statement.text, self.dialect, statement.line)
        if known is not None:
            self.asks = self.asks or known.asks
            self.uses.update(dict.fromkeys(known.uses))
        else:
            self._understood(statement)

    def _understood(self, statement: Statement) -> None:
        """What the parser makes of a statement; it is imported when some repository has one that is not plain."""
        from auditor.language.sql_uses import is_query, temporary, uses

        tree = self._parsed(statement)
        if tree is None:
            if _VERBS.match(statement.text.lstrip("( ")):
                self.troubles.append(
                    Trouble(statement.line, "SQL that no dialect reads: " + self._shown(statement), "dialect")
                )
            return
        name = temporary(tree)
        if name:
            self.temporary.add(name)
        self.asks = self.asks or is_query(tree)
        self.uses.update(dict.fromkeys(uses(tree, statement.line)))

    def _shown(self, statement: Statement) -> str:
        return self.holes.restore(" ".join(statement.text.split())[:60])

    def _parsed(self, statement: Statement) -> Any:
        """The tree by the first dialect that reads the statement; as it is, then without holes that stand for clauses."""
        texts = dict.fromkeys((statement.text, without_lone_holes(statement.text)))
        for text in texts:
            for dialect in self._dialects(text):
                if self.effort < len(text):
                    return None
                self.effort -= len(text)
                tree = _parse(text, dialect)
                if tree is not None:
                    return tree
        return None

    def _dialects(self, text: str) -> Iterator[str]:
        said = dict.fromkeys((self.dialect, "") if self.dialect else ("",))
        yield from said
        if len(text) > MAX_RETRIED:
            return
        looks = [dialect for pattern, dialects in _LOOKS if pattern.search(text) for dialect in dialects]
        yield from (dialect for dialect in dict.fromkeys((*looks, *_OTHERS)) if dialect not in said)

    def _restored(self, use: Use) -> Use:
        """A use with its holes named; what dbt's `ref` and `source` name takes the place of their hole."""
        last = use.parts[-1] if use.parts else ""
        if last in self.holes.models:
            return msgspec.structs.replace(use, parts=(self.holes.models[last],), model=True)
        if last in self.holes.sources:
            return msgspec.structs.replace(use, parts=self.holes.sources[last], source=True)
        restore, columns = self.holes.restore, tuple(c for c in use.columns if not self.holes.is_hole(c))
        return msgspec.structs.replace(
            use, parts=tuple(restore(part) for part in use.parts), path=restore(use.path), columns=columns
        )


def _parse(text: str, dialect: str) -> Any:
    """One statement as sqlglot's tree, or None."""
    sqlglot = _sqlglot()
    try:
        found = [tree for tree in sqlglot.parse(text, read=dialect or None) if tree is not None]
    except Exception:  # noqa: BLE001  # a foreign parser on foreign text: whatever it trips over, the statement is not read
        return None
    return found[0] if len(found) == 1 else None


@cache
def _sqlglot() -> Any:
    """The parser, imported when there is SQL; what it would print of a statement it only half understands is kept quiet."""
    import logging

    import sqlglot

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    return sqlglot
