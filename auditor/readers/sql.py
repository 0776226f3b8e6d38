"""SQL files: the tables and files that their statements read and write."""

from __future__ import annotations

from auditor.language.sql import read_sql
from auditor.language.sql_references import references
from auditor.model.facts import Facts
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """Tables and files as references. The attribute `dbt` tells text that dbt completes, `asks` text with a bare query."""
    found = read_sql(text)
    attrs = pairs([("dbt", "true" if found.dbt else ""), ("asks", "true" if found.asks else "")])
    return Facts(kind="sql", references=references(found), attrs=attrs, troubles=found.troubles)


READER = Reader(name="sql", names=("*.sql", "*.hql"), read=over_text(read))
