"""What a library that makes a command line of an object may call: `fire.Fire(Trainer)`, `typer.run(main)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model.ir import Call, Expr, Group, Table
from auditor.program.naming.code import Frame, Instance, Local

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

COMMAND_LINES = frozenset(
    {"fire.Fire", "fire.core.Fire", "typer.run", "tyro.cli", "jsonargparse.CLI", "jsonargparse.auto_cli", "defopt.run", "plac.call", "argh.dispatch_command"}
)  # fmt: skip
"""Functions that call what they are handed with what stands on the command line."""
_OF_ITS_MODULE = frozenset({"fire.Fire", "fire.core.Fire", "jsonargparse.CLI", "jsonargparse.auto_cli"})
"""Of these, those that take the whole module where they are handed nothing."""


def commands(evaluator: Evaluator, call: Call, frame: Frame) -> Iterator[Local]:
    """The functions that a call of one of `COMMAND_LINES` may call.

    A class stands for its methods and what makes an object of it, an object for its methods, a dictionary or list for what it
    holds, nothing at all for the module.
    """
    given = call.args[0] if call.args else dict(call.keywords).get("component")
    if given is not None:
        held = given.items if type(given) is Group else given.values if type(given) is Table else (given,)
        for each in held:
            yield from _within(evaluator, each, frame)
    elif evaluator.denoter.dotted(call.func, frame) in _OF_ITS_MODULE:
        for number in evaluator.code.nested(frame.path, 0):
            yield from _of(evaluator, Local(frame.path, number), made=True)


def _within(evaluator: Evaluator, given: Expr, frame: Frame) -> Iterator[Local]:
    meant = evaluator.denoter.denote(given, frame)
    of = meant.of if type(meant) is Instance else meant
    if type(of) is Local:
        yield from _of(evaluator, of, made=of is meant)


def _of(evaluator: Evaluator, meant: Local, *, made: bool) -> Iterator[Local]:
    """A function itself, of a class its public methods, and its `__init__` where the command line makes the object."""
    code = evaluator.code
    if code.scope(meant.path, meant.scope).kind != "class":
        yield meant
        return
    for number in code.nested(meant.path, meant.scope):
        inner = code.scope(meant.path, number)
        name = inner.name.rpartition(".")[2]
        if inner.kind == "function" and (not name.startswith("_") or (made and name == "__init__")):
            yield Local(meant.path, number)
