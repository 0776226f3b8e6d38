"""Programs that code starts: `subprocess`, `os.system`, project runners, and shell lines of notebooks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from posixpath import dirname, join
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.language.credentials import mask
from auditor.language.escapes import read_escape
from auditor.language.prefixes import is_python
from auditor.language.shell import read_shell
from auditor.model.artefact import Role
from auditor.model.facts import IN_WORKSPACE, Command, Word
from auditor.model.ir import Call, Const, Expr, Group, Name, Op, Star, Table
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Effects, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import Block
from auditor.program.running.commands import Commands, Run
from auditor.program.running.grounds import UNKNOWN, Ground, upwards
from auditor.program.running.invocations import argument
from auditor.program.symbolic.values import Value, normal

MOST_ALTERNATIVES = 20  # commands that one call may stand for
MOST_WORDS = 200
MOST_CALLERS = 6  # levels above a launch

LIKE_COMMANDS = {
    "runpy.run_path": ("python",),
    "runpy.run_module": ("python", "-m"),
    "papermill.execute_notebook": ("papermill",),
    "dbutils.notebook.run": (IN_WORKSPACE,),
    "dbt.cli.main.dbtRunner.invoke": ("dbt",),
    "mlflow.run": ("mlflow", "run"),
    "mlflow.projects.run": ("mlflow", "run"),
}
"""Calls of libraries that are like a command: the words before what they are given."""
_ELSEWHERE = frozenset({"paramiko.SSHClient.exec_command"})
_VARIABLE = regex(r"\{([A-Za-z_]\w*)\}")


class Launch(msgspec.Struct, frozen=True):
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
        if effect.role is Role.EXEC and effect.entry.parse_as != "python" and effect.name not in _ELSEWHERE:
            ground = _ground(effect, effects)
            for command in _commands(effect, effects):
                for run in commands.runs_in(effect.site[0], command, ground):
                    found[effect.site[0]].append(Launch(effect.site, effect.line, run, command, effect.dead))
    for path in effects.code.paths:
        for command, ground in _escaped(path, effects):
            for run in commands.runs_in(path, command, ground):
                found[path].append(Launch((path, 0), command.line, run, command))
    return dict(found)


def together(effects: Effects, launch: Launch, others: Iterable[Launch]) -> list[Launch]:
    """Those of some launches that one run of the code can start beside this one: not another command of a command line, nor
    the other arm of a branch."""
    here = _ways(effects, launch)
    return [other for other in others if other.line == launch.line or _meet(effects, here, _ways(effects, other))]


def _meet(effects: Effects, one: dict[Site, list[Block]], two: dict[Site, list[Block]]) -> bool:
    """Whether some scope leads to both without a branch that parts them."""
    for site in one.keys() & two.keys():
        index = effects.code.index(*site)
        if any(not index.excludes(a, b) for a in one[site] for b in two[site]):
            return True
    return False


def _ways(effects: Effects, launch: Launch) -> dict[Site, list[Block]]:
    """The scopes that lead to a launch by calling outright, each with the blocks in which the way begins."""
    own = (e for e in effects.of(launch.site) if e.line == launch.line and e.role is Role.EXEC)
    block = next(((e.chain[0].site if e.chain else e.at).block for e in own), ())
    found: dict[Site, list[Block]] = {launch.site: [block]}
    edge = [launch.site]
    for _ in range(MOST_CALLERS):
        calls = [call for site in edge for call in effects.callers.get(site, ()) if call.direct]
        edge = [site for site in dict.fromkeys(call.caller for call in calls) if site not in found]
        for call in calls:
            found.setdefault(call.caller, []).append(call.site.block)
    return found


# --- calls ---


def _ground(effect: Effect, effects: Effects) -> Ground:
    """Where a call starts its command: in the folder it names, else wherever the program was started."""
    path = effect.site[0]
    here = dirname(path)
    bases = list(upwards(here))
    given = argument(effect.at.call, "cwd", None)
    if given is not None:
        frame = _entered_by(effect, effects)
        values = effects.evaluator.values(given, frame) if frame is not None else ()
        if len(values) != 1 or not values[0].exact:
            return Ground(UNKNOWN, here)
        bases = (
            [normal(values[0].text())]
            if values[0].anchored
            else [normal(join(base, values[0].text())) for base in bases]
        )
    return Ground(bases[0], here, tuple(bases[1:]))


def _commands(effect: Effect, effects: Effects) -> Iterator[Command]:
    """The words of an `exec` call: a list of words, or a line for the shell."""
    path = effect.entry.path
    given = argument(effect.at.call, path.arg, path.pos) if path is not None else None
    frame = _entered_by(effect, effects)
    listed = _list(given, frame, effects) if given is not None and frame is not None else None
    if effect.via and listed is None:
        yield from (command for text in _texts(effect.targets) if " " in text for command in _read(text, effect.line))
        return
    if given is None or frame is None:
        return
    leading = tuple(Word(text) for text in LIKE_COMMANDS.get(effect.name, ()))
    environment = _environment(effect.call, frame, effects)
    if listed is not None or leading:
        for words in _alternatives(listed or ((given, frame),), effects):
            whole = (*leading, *words, *_further(effect, frame, effects))
            body = _program_of(whole)
            yield Command(whole, effect.line, environment=environment, body=mask(body), program=0 if body else -1)
        return
    for text in _texts(effects.evaluator.values(given, frame)):
        yield from (replace(c, environment=(*c.environment, *environment)) for c in _read(text, effect.line))


def _entered_by(effect: Effect, effects: Effects) -> Frame | None:
    """Where a command is put together: in the scope of the call that starts it, with what the calls before it hand over; None
    where an object that was made before starts it."""
    frame = Frame(*effect.site)
    for edge in effect.chain:
        if edge.constructs or edge.caller != (frame.path, frame.scope):
            return None
        around = frame.at(edge.site.conditions)
        given = effects.evaluator.objects.arguments(edge.callee, edge.call, around)
        frame = effects.code.bind(Frame(edge.callee.path, edge.callee.scope, None, frame.depth), given)
    return frame


def _program_of(words: Sequence[Word]) -> str:
    """The text of `python -c`, where it is written out."""
    if not words or not is_python(words[0].text):
        return ""
    return next((text.text for word, text in pairwise(words[1:]) if word.text == "-c" and text.exact), "")


def _texts(values: Sequence[Value]) -> list[str]:
    return [_text(value) for value in values[:5] if value.known]


def _text(value: Value) -> str:
    text = value.text().replace("{executable}", "python")
    return f"{{root}}/{text}" if value.anchored else text


def _read(text: str, line: int) -> tuple[Command, ...]:
    """A text for the shell: holes of the value are holes of the words."""
    return tuple(replace(command, line=line) for command in read_shell(text, braces=True))


def _list(expr: Expr, frame: Frame, effects: Effects, depth: int = 0) -> tuple[_Item, ...] | None:
    """The items of a list of words: written out, joined of lists, held by a name, or handed over."""
    if type(expr) is Group:
        return tuple((item, frame) for item in expr.items)
    if depth > MOST_ALTERNATIVES:
        return None
    if type(expr) is Op and expr.op == "+":
        parts = [_list(operand, frame, effects, depth + 1) for operand in expr.operands]
        rest = ((_REST, frame),)
        return None if any(part is None for part in parts[:1]) else tuple(i for part in parts for i in part or rest)
    if type(expr) is Name:
        for binding, where in effects.evaluator.denoter.bindings(expr, frame):
            if binding.how == "value" and binding.value is not None and type(binding.value) in (Group, Op):
                return _list(binding.value, where, effects, depth + 1)
            if binding.how == "param" and where.bound is not None and expr.id in where.bound.params:
                return _list(*where.bound.params[expr.id], effects, depth + 1)
    return None


_Item: TypeAlias = "tuple[Expr, Frame]"
"""One of a list of words, and where it stands."""
_REST = Const("{?}")


def _alternatives(items: Sequence[_Item], effects: Effects) -> Iterator[tuple[Word, ...]]:
    """The words of a list; one row for each value that a word may have, where they are few."""
    choices = [_words(item, frame, effects) for item, frame in items[:MOST_WORDS]]
    count = 1
    for position, words in enumerate(choices):
        count *= len(words)
        if count > MOST_ALTERNATIVES:
            choices[position:] = [
                each if len(each) == 1 else (Word("{?}", exact=False),) for each in choices[position:]
            ]
            break
    yield from product(*choices)


def _words(expr: Expr, frame: Frame, effects: Effects) -> tuple[Word, ...]:
    if expr is _REST or type(expr) is Star:
        return (Word("{?}", exact=False),)
    values = effects.evaluator.values(expr, frame)
    if any(value.text() == "{executable}" for value in values):
        return (Word("python"),)
    return tuple(Word(_text(value), value.exact and not value.anchored) for value in values[:MOST_ALTERNATIVES]) or (
        Word("{?}", exact=False),
    )


def _further(effect: Effect, frame: Frame, effects: Effects) -> tuple[Word, ...]:
    """What else such a call says: the output of a notebook, the entry point of a project."""
    made: list[Word] = []
    if effect.entry.dest is not None:
        target = argument(effect.call, effect.entry.dest.arg, effect.entry.dest.pos)
        made += _words(target, frame, effects)[:1] if target is not None else ()
    entry = argument(effect.call, "entry_point", 1) if effect.name.startswith("mlflow.") else None
    if entry is not None:
        made += [Word("-e"), *_words(entry, frame, effects)[:1]]
    return tuple(made)


def _environment(call: Call, frame: Frame, effects: Effects) -> tuple[tuple[str, str], ...]:
    """The variables that `env={…}` sets."""
    given = argument(call, "env", None)
    if type(given) is not Table:
        return ()
    made = []
    for key, value in zip(given.keys, given.values, strict=True):
        if type(key) is Const and isinstance(key.value, str):
            values = effects.evaluator.values(value, frame)
            made.append((key.value, values[0].text() if len(values) == 1 else f"{{{key.value}}}"))
    return tuple(made)


# --- shell lines of notebooks ---


def _escaped(path: str, effects: Effects) -> Iterator[tuple[Command, Ground]]:
    """The commands of `!` lines and shell cells, with `%cd` and `%env` followed and variables of the code filled in."""
    here = dirname(path)
    folder, environment = here, dict[str, str]()
    for escape in effects.code.programs[path].escapes:
        if escape.kind == "magic" and escape.name == "cd":
            folder = _entered(folder, escape.text)
        elif escape.kind == "magic" and escape.name in ("env", "set_env"):
            name, _, value = re.sub(r"\s*=\s*|\s+", "=", escape.text.strip(), count=1).partition("=")
            environment |= {name: value} if value else {}
        elif escape.kind == "shell":
            ground = Ground(folder, here, tuple(upwards(dirname(folder))) if folder and folder == here else ())
            for command in read_escape(escape, tuple(environment.items())):
                yield _filled(command, path, effects), ground


def _entered(folder: str, text: str) -> str:
    target = text.strip().strip("\"'")
    if not target or re.search(r"[{}$]", target) or target == "-":
        return UNKNOWN
    return target if target.startswith(("/", "~")) else UNKNOWN if folder == UNKNOWN else normal(join(folder, target))


def _filled(command: Command, path: str, effects: Effects) -> Command:
    """A command whose holes are filled by what the variables of the notebook hold at that line."""
    if all(word.exact for word in (*command.words, *command.reads, *command.writes)):
        return command

    def fill(word: Word) -> Word:
        if word.exact:
            return word
        text = _VARIABLE.sub(
            lambda found: _variable(found.group(1), command.line, path, effects) or found.group(), word.text
        )
        return Word(text, "{" not in text)

    return replace(
        command,
        words=tuple(map(fill, command.words)),
        reads=tuple(map(fill, command.reads)),
        writes=tuple(map(fill, command.writes)),
    )


def _variable(name: str, line: int, path: str, effects: Effects) -> str | None:
    """The one exact text that a variable of the module has at a line."""
    bound = effects.code.index(path, 0).bindings.get(name, {})
    versions = [version for version, binding in bound.items() if binding.line <= line and version > 0]
    last = bound[max(versions)] if versions else None
    if last is None or last.how != "value" or last.value is None:
        return None
    values = effects.evaluator.values(last.value, Frame(path, 0, block=last.block))
    return _text(values[0]) if len(values) == 1 and values[0].exact else None
