"""Command-line options: what a program declares, and their defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.ir import Attr, Call, Const
from auditor.program.code import Frame
from auditor.program.values import Value, hole

if TYPE_CHECKING:
    from auditor.program.evaluate import Evaluator


def option(evaluator: Evaluator, path: str, scope: int, name: str) -> tuple[Value, ...]:
    """The texts of `args.name`: the option's default, else a hole."""
    declared = declaration(evaluator, path, scope, name)
    if declared is None:
        return (hole("cli", name),)
    call, frame = declared
    default = next((value for keyword, value in call.keywords if keyword == "default"), None)
    if default is None or (type(default) is Const and default.value is None):
        return (hole("cli", name),)
    return tuple(value.weakened(0.8, "cli") for value in evaluator.values(default, frame)) or (hole("cli", name),)


def declaration(evaluator: Evaluator, path: str, scope: int, name: str) -> tuple[Call, Frame] | None:
    """The `add_argument` call that declares a destination, looked for in the scope first, then in the file."""
    code = evaluator.code
    for number in (scope, *[other for other in code.scopes(path) if other != scope]):
        for site in code.index(path, number).calls:
            if (
                type(site.call.func) is Attr
                and site.call.func.name == "add_argument"
                and destination(site.call) == name
            ):
                return site.call, Frame(path, number, block=site.block)
    return None


def destination(call: Call) -> str | None:
    """The attribute an `add_argument` call fills: `dest`, else the first long option, else the first name."""
    dest = next((value for keyword, value in call.keywords if keyword == "dest"), None)
    if type(dest) is Const:
        return str(dest.value)
    names = [value.value for value in call.args if type(value) is Const and isinstance(value.value, str)]
    chosen = next((name for name in names if name.startswith("--")), names[0] if names else None)
    return chosen.lstrip("-").replace("-", "_") if chosen else None
