"""What the tasks of Airflow do: the functions they call, the commands they run, the results they pull."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects import commanding
from auditor.dialects.airflow.order import Decorated, Task
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import (
    Arguments,
    Bound,
    Closure,
    Either,
    Function,
    Items,
    Object,
    Partial,
    Plain,
    Table,
    Thing,
    options,
)
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Word
from auditor.model.ir import Attr, Const, Group
from auditor.model.regex import regex
from auditor.program.naming.code import Frame, Local
from auditor.program.running.invocations import argument
from auditor.program.symbolic.values import Value

_SHELL = {"BashOperator": "bash_command", "BashSensor": "bash_command"}
_IN_IMAGE = {"DockerOperator": ("entrypoint", "command"), "DockerSwarmOperator": ("command",)}
_IN_POD = ("cmds", "arguments")
_PROGRAM = {"SparkSubmitOperator": ("spark-submit", "application"), "PapermillOperator": ("papermill", "input_nb")}
_PULLED = regex(r"xcom_pull\(\s*(?:task_ids\s*=\s*)?(\[[^\]]*\]|'[^']*'|\"[^\"]*\")")
_QUOTED = regex(r"['\"]([^'\"]+)['\"]")
_METHODS = ("execute", "poke", "execute_complete")


def code_of(machine: Machine, thing: Thing | None) -> tuple[Local, ...]:
    """The functions of the repository that are called when something is: for an operator's class, what it executes."""
    found: list[Local] = []
    for option in options(thing) if thing is not None else ():
        match option:
            case Function(local) if machine.code.scope(*local).kind == "class":
                members = (machine.class_member(option, name) for name in _METHODS)
                found += [member.local for member in members if isinstance(member, Function)]
            case Function(local):
                found.append(local)
            case Decorated(func=func) | Partial(func=func):
                found += code_of(machine, func)
            case Bound(Object(of=of), name):
                found += code_of(machine, machine.class_member(of, name))
            case Closure() | Either():
                continue
    return tuple(dict.fromkeys(found))


def implementation(machine: Machine, task: Task) -> tuple[Local, ...]:
    """The functions whose code a task is."""
    return code_of(machine, task.func) or code_of(machine, task.args.get("python_callable"))


def given(machine: Machine, task: Task, code: tuple[Local, ...]) -> tuple[tuple[str, Value], ...]:
    """The texts that a task gives to the parameters of its function."""
    if not code:
        return ()
    args = task.args if task.func is not None else _operator_arguments(machine, task)
    params = [param.name for param in machine.code.scope(*code[0]).params if param.kind in ("positional", "plain")]
    named = {**dict(zip(params, args.positional, strict=False)), **args.keywords}
    found = {name: machine.values(thing) for name, thing in named.items()}
    return tuple((name, values[0]) for name, values in found.items() if len(values) == 1 and values[0].exact)


def _operator_arguments(machine: Machine, task: Task) -> Arguments:
    """`op_args` and `op_kwargs`."""
    positional = machine.elements(task.args.get("op_args") or Items("list")) or []
    keywords = machine.settled(task.args.get("op_kwargs") or Table())
    entries = keywords.entries if isinstance(keywords, Table) else {}
    return Arguments(tuple(positional), {str(name): thing for name, thing in entries.items()})


def commands(machine: Machine, task: Task) -> Iterator[Command]:
    """The commands that a task runs, as far as they are written out."""
    line = task.where.line
    if task.kind in _SHELL:
        yield from _shell(machine, task.args.get(_SHELL[task.kind]), line)
    elif task.kind in _PROGRAM:
        tool, name = _PROGRAM[task.kind]
        for value in machine.values(task.args.get(name) or Plain(None))[:1]:
            yield Command((Word(tool), Word(value.text(), value.exact)), line)
    elif task.kind in _IN_IMAGE or task.kind.endswith("PodOperator"):
        found = [
            word
            for name in _IN_IMAGE.get(task.kind, _IN_POD)
            for word in commanding.words(machine, task.args.get(name))
        ]
        yield from commanding.commands(found, line)


def _shell(machine: Machine, thing: Thing | None, line: int) -> Iterator[Command]:
    for value in machine.values(thing)[:1] if thing is not None else ():
        for command in read_shell(value.text(), braces=not value.exact):
            yield Command(
                command.words, line, command.cwd, command.reads, command.writes, command.assignments, command.body,
                command.guard, program=command.program,
            )  # fmt: skip


def pulled(machine: Machine, task: Task, code: tuple[Local, ...]) -> set[str]:
    """The ids of the tasks whose results a task asks for by name, in its templates and in its functions."""
    found: set[str] = set()
    for thing in (*task.args.positional, *task.args.keywords.values()):
        for text in _texts(thing):
            for match in _PULLED.findall(text):
                found |= set(_QUOTED.findall(match))
    for local in code:
        for site in machine.code.index(*local).calls:
            if type(site.call.func) is Attr and site.call.func.name == "xcom_pull":
                given = argument(site.call, "task_ids", 0)
                parts = given.items if type(given) is Group else (given,) if given is not None else ()
                for part in parts:
                    if type(part) is Const and isinstance(part.value, str):
                        found.add(part.value)
                    elif part is not None:
                        values = machine.resolved.evaluator.values(part, Frame(*local))
                        found |= {value.text() for value in values if value.exact}
    return found


def _texts(thing: Thing) -> Iterator[str]:
    for option in options(thing):
        if isinstance(option, Plain) and isinstance(option.value, str):
            yield option.value
        elif isinstance(option, Items):
            for item in option.items:
                yield from _texts(item)
        elif hasattr(option, "values") and callable(option.values):
            for value in option.values():
                yield from _texts(value)
