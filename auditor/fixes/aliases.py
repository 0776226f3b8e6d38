"""The name by which a module knows pandas."""

from __future__ import annotations

import libcst as cst


def pandas_alias(module: cst.Module) -> str:
    """The name that an import at the top level of a module gives to pandas; "" for none."""
    for line in module.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            for alias in statement.names if isinstance(statement, cst.Import) else ():
                if isinstance(alias.name, cst.Name) and alias.name.value == "pandas":
                    given = alias.asname.name if alias.asname is not None else alias.name
                    return given.value if isinstance(given, cst.Name) else ""
    return ""
