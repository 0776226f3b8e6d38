"""Programs that code starts: `subprocess`, `os.system`, and shell lines of notebooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from posixpath import dirname
from typing import NamedTuple

from auditor.language.shell import read_shell
from auditor.model.artefact import Role
from auditor.model.facts import Command, Word
from auditor.model.ir import Expr, Group
from auditor.program.code import Frame
from auditor.program.commands import Commands, Run
from auditor.program.effects import Effect, Effects, Site
from auditor.program.invocations import argument


class Launch(NamedTuple):
    """A command that code starts, and what it runs."""

    site: Site
    line: int
    run: Run
    command: Command
    dead: bool = False


def launches(effects: Effects, commands: Commands) -> dict[str, list[Launch]]:
    """Commands started by the programs of the tree, by the file that starts them."""
    found: dict[str, list[Launch]] = defaultdict(list)
    for effect in effects.all():
        if effect.role is Role.EXEC and not effect.via:
            for command in _commands(effect, effects):
                run = commands.resolve(command, "")
                if run.kind in ("tool", "missing"):
                    nearby = commands.resolve(command, dirname(effect.site[0]))
                    run = nearby if nearby.kind not in ("tool", "missing") else run
                found[effect.site[0]].append(Launch(effect.site, effect.line, run, command, effect.dead))
    for path in effects.code.paths:
        for escape in effects.code.programs[path].escapes:
            if escape.kind == "shell":
                for command in read_shell(escape.text, line=escape.line):
                    found[path].append(
                        Launch((path, 0), command.line, commands.resolve(command, dirname(path)), command)
                    )
    return dict(found)


def _commands(effect: Effect, effects: Effects) -> Iterator[Command]:
    """The words of an `exec` call: a list of words, or a line for the shell."""
    path = effect.entry.path
    given = argument(effect.call, path.arg, path.pos) if path is not None else None
    if given is None:
        return
    frame = Frame(*effect.site)
    listed = _list(given, frame, effects)
    if listed is not None:
        words = tuple(_word(item, frame, effects) for item in listed)
        yield Command(words, effect.line)
        return
    for value in effects.evaluator.values(given, frame)[:5]:
        if value.known:
            text = value.text().replace("{executable}", "python")
            yield from (command for command in read_shell(text, line=effect.line))


def _list(expr: Expr, frame: Frame, effects: Effects) -> tuple[Expr, ...] | None:
    if type(expr) is Group:
        return expr.items
    for binding, _ in effects.evaluator.denoter.bindings(expr, frame) if type(expr).__name__ == "Name" else ():  # type: ignore[arg-type]  # narrowed by name
        if binding.how == "value" and type(binding.value) is Group:
            return binding.value.items
    return None


def _word(expr: Expr, frame: Frame, effects: Effects) -> Word:
    values = effects.evaluator.values(expr, frame)
    value = values[0]
    text = value.text()
    if text == "{executable}":
        return Word("python")
    return Word(text, value.exact and len(values) == 1)
