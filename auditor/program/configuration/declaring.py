"""What the call that declares an option says of it, in the words of each library."""

from __future__ import annotations

from auditor.model.ir import Attr, Call, Const, Expr, Group, Item, Name, Opaque, Param
from auditor.program.configuration.command_words import Option
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import last_name
from auditor.program.running.invocations import argument

_FLAGS = frozenset({"store_true", "store_false", "store_const", "count", "help", "version"})


def of_argparse(call: Call, frame: Frame) -> Option | None:
    """What `add_argument` declares; None where its name is not written out."""
    names = tuple(value.value for value in call.args if type(value) is Const and isinstance(value.value, str))
    dest = destination(call)
    if dest is None:
        return None
    named = dict(call.keywords)
    action = named.get("action")
    takes = (
        "none"
        if type(action) is Const and action.value in _FLAGS
        else "many"
        if takes_many(named.get("nargs"))
        else "one"
    )
    if type(action) is Const and action.value == "store_false":
        takes = "off"
    default = named.get("default")
    flags = tuple(name for name in names if name.startswith("-"))
    return Option(dest, flags, (default, frame) if default is not None else None, takes, frame.path, call.line)


def of_chooser(call: Call, frame: Frame) -> Option | None:
    """What `add_subparsers(dest="command")` fills: the name of the sub-command that is started."""
    dest = dict(call.keywords).get("dest")
    return Option(str(dest.value), (), None, "command", frame.path, call.line) if type(dest) is Const else None


def of_absl(call: Call, frame: Frame) -> Option | None:
    """What `DEFINE_string` and the like declare; None where the name is not written out."""
    first = argument(call, "name", 0)
    if type(first) is not Const or not isinstance(first.value, str):
        return None
    default = argument(call, "default", 1)
    flags = (f"--{first.value}", f"-{first.value}")
    return Option(first.value, flags, (default, frame) if default is not None else None, "one", frame.path, call.line)


def destination(call: Call) -> str | None:
    """The attribute an `add_argument` call fills: `dest`, else the first long option, else the first name."""
    dest = next((value for keyword, value in call.keywords if keyword == "dest"), None)
    if type(dest) is Const:
        return str(dest.value)
    names = [value.value for value in call.args if type(value) is Const and isinstance(value.value, str)]
    chosen = next((name for name in names if name.startswith("--")), names[0] if names else None)
    return chosen.lstrip("-").replace("-", "_") if chosen else None


def of_parameter(param: Param) -> tuple[Expr | None, bool]:
    """The default of a parameter and whether it is positional: `typer.Option(…)` and `Argument(…)` say so."""
    default = param.default
    marker = default if type(default) is Call else _annotated_call(param.annotation)
    if type(marker) is Call and type(marker.func) in (Attr, Name):
        last = last_name(marker.func)
        if last in ("Option", "Argument"):
            given = argument(marker, "default", 0) if marker is default else default
            return (None if type(given) is Opaque else given), last == "Argument"
    return default, default is None


def _annotated_call(annotation: Expr | None) -> Expr | None:
    """The call inside `Annotated[str, typer.Option(…)]`."""
    if type(annotation) is Item and type(annotation.key) is Group:
        return next((item for item in annotation.key.items if type(item) is Call), None)
    return None


def is_true(expr: Expr | None) -> bool:
    """Whether a keyword is given as `True`."""
    return type(expr) is Const and expr.value is True


def takes_many(expr: Expr | None) -> bool:
    """Whether `nargs` lets an option take several words."""
    return type(expr) is Const and (expr.value in ("+", "*", -1) or (isinstance(expr.value, int) and expr.value > 1))
