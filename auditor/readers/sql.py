"""SQL files: the tables and files that their statements read and write."""

from __future__ import annotations

from auditor.language.sql import read_sql
from auditor.model.facts import Facts, Ref
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """One reference for each table or file of a statement; `how` is `reads` or `writes`.

    A table is written with its dots as far as the text qualifies it and has the attribute `table`, a model that dbt's `ref`
    names also `model`; templates stay in the name as `{x}`. The attribute `dbt` tells text that dbt completes, `asks` text with a bare query.
    """
    found = read_sql(text)
    references = tuple(
        Ref(
            use.path or ".".join(use.parts),
            "dataset",
            "reads" if use.way == "read" else "writes",
            use.line,
            templated="{" in (use.path or "".join(use.parts)),
            attrs=pairs(
                [
                    ("table", "true" if use.parts else ""),
                    ("model", "true" if use.model else ""),
                    ("columns", ",".join(use.columns)),
                ]
            ),
        )
        for use in found.uses
    )
    attrs = pairs([("dbt", "true" if found.dbt else ""), ("asks", "true" if found.asks else "")])
    return Facts(kind="sql", references=references, attrs=attrs, troubles=found.troubles)


READER = Reader(name="sql", names=("*.sql", "*.hql"), read=over_text(read))
