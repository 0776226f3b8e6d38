"""Shell text as the simple commands it would run. Nothing is ever executed.

Words are expanded as far as the text itself tells: quotes, variables that it assigns, defaults, literal brace lists, loops
over literal words. What is not known becomes a hole `{name}`. `{here}` is the folder of the script itself
(`$(dirname "$0")` and its relatives). The commands of `bash -c '…'` and of functions stand where they are called.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from auditor.language.remembered import remembered
from auditor.language.shell_paths import HOLE_START
from auditor.language.shell_plain import literal_words, plain_commands
from auditor.language.shell_reading import Reading
from auditor.language.shell_state import MAX_COMMANDS, MAX_EXPORTED, MAX_VALUE, literal_command
from auditor.language.shell_templates import cut_templates
from auditor.model.facts import Command

MAX_TEXT = 400_000
Environment: TypeAlias = tuple[tuple[str, str], ...]

REPEATED = 2_000
"""Characters of the longest text whose commands are remembered."""
_CARRIED = ("\\\n", "|", "$(", "`", "<<")  # what a line holds that no parser of single lines understands


def read_shell(
    text: str, *, line: int = 1, braces: bool = False, guard: bool = False, environment: Environment = ()
) -> tuple[Command, ...]:
    """The commands of a shell text in the order they would run, at most 2,000. `line` is the line of its first line.

    Template holes `${{ x }}`, `{{ x }}`, `${a.b}` are cut out first; `{alpha}` too where `braces` is set. `guard` says
    that the caller ignores failures; `environment` holds the variables that the text starts with. Text that is no shell
    gives what can be made of it.
    """
    environment = environment[:MAX_EXPORTED]
    if len(text) > REPEATED:
        return _read(text, line, braces, guard, environment)
    alone = _by_lines(text, line, braces, guard) if not environment else None
    return moved_to(line, _read_once(text, braces, guard, environment)) if alone is None else alone


def moved_to(line: int, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """Commands of a text that was read as if it began in line 1, where it begins in another."""
    if line == 1:
        return commands
    return tuple([msgspec.structs.replace(command, line=command.line + line - 1) for command in commands])


@remembered
def _read_once(text: str, braces: bool, guard: bool, environment: Environment) -> tuple[Command, ...]:
    """A short text whose lines hang together stands in many workflows: it is read once and moved to its line."""
    return _read(text, 1, braces, guard, environment)


def _by_lines(text: str, first: int, braces: bool, guard: bool) -> tuple[Command, ...] | None:
    """The commands of a text whose lines mean the same wherever they stand; None where one does not."""
    if any(mark in text for mark in _CARRIED):
        return None
    made: list[Command] = []
    for number, line in enumerate(text.split("\n"), first):
        commands = _alone(line, braces, guard) if line else ()
        if commands is None:
            return None
        made += moved_to(number, commands)
    return tuple(made[:MAX_COMMANDS])


@remembered
def _alone(line: str, braces: bool, guard: bool) -> tuple[Command, ...] | None:
    """The commands of a line that leaves its shell as it found it; None where it does not, or is only a part of a command.

    Texts that differ have most of their lines in common: the same set-up stands before each.
    """
    if HOLE_START in line:  # a mark that the text itself spells
        return None
    reading = Reading(guard=guard)
    text = cut_templates(line, reading.holes, {}, braces=braces)
    words = literal_words(text)
    command = literal_command(words, reading.holes, guard=guard) if words is not None else None
    if command is not None:
        return (command,)
    plain = plain_commands(text)
    if plain is None:
        return None
    reading.follow(text, plain, 1)
    return reading.result() if reading.is_untouched() else None


def _read(text: str, line: int, braces: bool, guard: bool, environment: Environment) -> tuple[Command, ...]:
    reading = Reading(guard=guard)
    for name, value in environment:
        value = cut_templates(value[:MAX_VALUE], reading.holes, dict(environment), braces=braces)
        reading.remember(name, reading.expand(f'"{value}"', split=False)[0] if "$" in value else value)
        reading.export(name)
    text = cut_templates(text[:MAX_TEXT], reading.holes, reading.variables, braces=braces)
    reading.text(text, line)
    reading.uncalled()
    return reading.result()
