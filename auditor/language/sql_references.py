"""What SQL says of tables and files, as references."""

from __future__ import annotations

from auditor.language.sql import Sql
from auditor.model.facts import Ref


def references(found: Sql) -> tuple[Ref, ...]:
    """One reference for each table or file of a statement; `how` is `reads` or `writes`.

    A table is written with its dots as far as the text qualifies it and has the attribute `table`, a model that dbt's `ref`
    names also `model`, one that its `source` names `source`; templates stay in the name as `{x}`.
    """
    return tuple(
        Ref(
            use.path or ".".join(use.parts),
            "dataset",
            "reads" if use.way == "read" else "writes",
            use.line,
            templated="{" in (use.path or "".join(use.parts)),
            attrs=tuple(
                (name, value)
                for name, value in (
                    ("table", "true" if use.parts else ""),
                    ("model", "true" if use.model else ""),
                    ("source", "true" if use.source else ""),
                    ("columns", ",".join(use.columns)),
                )
                if value
            ),
        )
        for use in found.uses
    )
