"""Commands whose failure is waved through: by a guard, by the next command of a script, by a pipe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from posixpath import join

from auditor.graph import places
from auditor.graph.data.optional import EXITS
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.jungles.holdings import Holdings
from auditor.graph.jungles.wanted import tests_of
from auditor.graph.jungles.work import Hidden, work_in
from auditor.graph.world import World
from auditor.model.facts import Command
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.scopes import CallSite, ScopeIndex, last_name
from auditor.program.running.commands import Run
from auditor.program.running.tests import holds_tests
from auditor.program.symbolic.values import normal

_LISTING = frozenset({"--collect-only", "--co", "--version", "--help"})
"""Options with which a tool for tests runs none."""
_PICKING = ("-m", "-k", "--deselect", "--ignore", "--lf", "--last-failed")
"""Options with which it runs a part."""
_FINDING = frozenset({"pytest", "py.test", "unittest", "nosetests", "nose2", "ward"})
"""Tools that look for tests written in Python, and run nothing else."""
_OTHER = ("--nb", "--doctest", "--markdown", "--mypy")
"""Options with which they run what is no such test."""
_NOTHING_YET = "it finds no tests, and will tell nobody of those to come"
_DRIFT = regex(r"(?i)(?<![a-z])drift(?![a-z])")
_PATH = regex(r"^[^-].*/|^[^-].*\.py$")


def hidden(world: World, owned: Callable[[str], bool]) -> Iterator[Hidden]:
    """Commands of declared steps and of scripts that may fail unseen."""
    for step in world.steps.all:
        if step.tool in ("readme", "compose") or not owned(step.path) or not places.is_product(step.path):
            continue
        yield from _guarded(world, step)
        if step.tool == "shell":
            yield from _scripted(world, step)


def _guarded(world: World, step: DeclaredStep) -> Iterator[Hidden]:
    """Commands that the step says may fail."""
    allowed = dict(step.step.attrs).get("allow-failure") == "true"
    guarded = [
        (run, work)
        for run in step.runs
        if (allowed or run.guard)
        and not _is_checked(step, run)
        and not _never_runs(world, step, run)
        and not _tests_nothing(world, run)
        and not _answers_by_code(world, run)
        and (work := _NOTHING_YET if _finds_nothing(world, run) else _work_or_check(world, run))
    ]
    by_line = {run.line: (Place(step.path, run.line), work) for run, work in reversed(guarded)}
    if by_line:
        (place, work), *others = (by_line[line] for line in sorted(by_line))
        told = tuple(other.says(f"and here: {done}") for other, done in others)
        idle = (step.tool == "make" and not _is_asked_for(world, step)) or all(w == _NOTHING_YET for _, w in guarded)
        yield Hidden("command", step.step.name, work, place, others=told, idle=idle)


def _is_asked_for(world: World, target: DeclaredStep) -> bool:
    """Whether something starts a target of a Makefile: its file, as the first, another step, or a document that names it."""
    beside = [step for step in world.steps.by_file[target.path] if step.tool == "make"]
    return (
        beside[0].id == target.id
        or any(target.step.name in step.step.after for step in beside)
        or re.search(rf"(?<![\w-]){re.escape(target.step.name)}(?![\w-])", world.documents.text) is not None
        or any(target.id in world.steps.closure(step) for step in world.steps.all if step.id != target.id)
    )


def _is_checked(step: DeclaredStep, run: Run) -> bool:
    """Whether a command only lists tests, or the same step runs the same tests where they may not fail unseen."""
    if run.kind != "test":
        return False
    return _lists(run) or any(
        other.kind == "test" and not other.guard and not _lists(other) and _covers(other, run) for other in step.runs
    )


def _never_runs(world: World, step: DeclaredStep, run: Run) -> bool:
    """Whether a command stands in the branch of a test that the files of the repository decide the other way."""
    beside = (command for command in step.step.commands if command.line == run.line and command.cwd == "")
    lacking = (test.removeprefix("! -f ") for command in beside for test in command.where if test.startswith("!"))
    return any(normal(join(run.folder, path)) in world.resolved.tree for path in lacking)


def _tests_nothing(world: World, run: Run) -> bool:
    """Whether a command names tests that are not there: its failure says no more, and that is told for itself."""
    known = world.once(Holdings)
    return run.kind == "test" and any(known.lacks(name)[0] for _, name in tests_of(run))


def _finds_nothing(world: World, run: Run) -> bool:
    """Whether a command looks for tests written in Python, and there are none."""
    other = any(word.text.startswith(_OTHER) for word in run.args)
    return run.kind == "test" and run.target in _FINDING and not other and not world.once(_has_tests)


def _has_tests(world: World) -> bool:
    return any(map(holds_tests, world.resolved.code.programs.values()))


def _answers_by_code(world: World, run: Run) -> bool:
    """Whether a program looks for drift and says by its exit code what it found: that it found some is no failure of its own."""
    code, path = world.resolved.code, run.target
    if run.kind != "script" or path not in code.programs or not _DRIFT.search(path):
        return False
    if any(world.trains(effect) for effect in world.lineage.effects_of_program(path)):
        return False
    indices = (code.index(path, number) for number in code.scopes(path))
    return any(_tells_by_code(site, index) for index in indices for site in index.calls)


def _tells_by_code(site: CallSite, index: ScopeIndex) -> bool:
    """Whether a call ends the program with a code that something decides."""
    if last_name(site.call.func) not in EXITS or not site.call.args:
        return False
    code = site.call.args[0]
    decided = any(construct in index.tests for construct, _ in site.conditions)
    return type(code) is not Const or (code.value not in (0, None) and decided)


def _lists(run: Run) -> bool:
    return any(word.text in _LISTING for word in run.args)


def _covers(other: Run, run: Run) -> bool:
    """Whether one command for tests runs all that another does: in the same paths, picking the same or nothing."""
    whole, part = ([word.text for word in each.args] for each in (other, run))
    return whole == part or (
        list(filter(_PATH.search, whole)) == list(filter(_PATH.search, part))
        and not any(word.startswith(_PICKING) for word in whole)
    )


def _work_or_check(world: World, run: Run) -> str:
    """What a command does that must not fail unseen, tests and the targets of a Makefile included."""
    if run.kind == "script" and places.is_test(run.target):
        return f"{run.target} checks the code"
    if run.kind == "pipeline" and run.target.startswith("make:"):
        goals = run.target.removeprefix("make:").split()
        targets = [s for s in world.steps.all if s.tool == "make" and s.step.name in goals and _is_near(s, run)]
        works = (
            work
            for s in targets
            for each in s.runs
            if each.kind != "pipeline" and (work := _work_or_check(world, each))
        )
        return next(works, "")
    return work_of_run(world, run.kind, run.target)


def _is_near(target: DeclaredStep, run: Run) -> bool:
    """Whether a target stands in the Makefile of the folder that a command runs in."""
    return target.path.rpartition("/")[0] == run.folder


def work_of_run(world: World, kind: str, target: str) -> str:
    """What a command does that must not fail unseen; "" for all else."""
    if kind in ("script", "notebook"):
        done = work_in(world, (target, 0)) if target in world.resolved.code.programs else None
        return f"{target} {done[0]}" if done is not None else ""
    if kind == "test":
        return "the tests check the code"
    return (
        f"{target.replace(':', ' ')} runs the pipeline" if kind == "pipeline" and not target.startswith("make") else ""
    )


def _scripted(world: World, step: DeclaredStep) -> Iterator[Hidden]:
    """A script that goes on after a failed program, or means to stop and pipes what the program says into another command."""
    attrs = dict(step.step.attrs)
    idle = not world.uncalled.mentions(step.path.rpartition("/")[2].partition(".")[0])
    runs = [run for run in step.runs if run.kind in ("script", "notebook") and not run.launcher]
    if attrs.get("strict"):
        yield from _piped(world, step, runs, idle=idle) if not attrs.get("pipefail") else ()
    elif not attrs.get("checked"):
        beside = attrs.get("background", "").split()
        for number, run in enumerate(runs):
            waits = waited_for(step, run.line) if str(run.line) in beside else run.line
            # The rounds of a loop do not hang on each other.
            later = (other for other in runs[number + 1 :] if waits is not None and other.line >= waits)
            onward = next((other for other in later if other.target != run.target), None)
            if onward is not None and (work := work_of_run(world, run.kind, run.target)):
                place, after = Place(step.path, run.line), Place(step.path, onward.line)
                yield Hidden("chain", step.path, work, place, after, idle=idle)
                break


def waited_for(step: DeclaredStep, line: int) -> int | None:
    """The line where a script waits for what it started in the background; None where it never does, or ends that itself."""
    words = [(command.words[0].text, command.line) for command in step.step.commands if command.words]
    ends = any(word == "kill" for word, _ in words)
    return None if ends else next((at for word, at in words if word == "wait" and at >= line), None)


def _piped(world: World, step: DeclaredStep, runs: list[Run], *, idle: bool) -> Iterator[Hidden]:
    """The first program whose exit code a pipe replaces by that of `grep`, `tail` or `tee`."""
    commands = step.step.commands
    into = [(one, other) for one, other in pairwise(commands) if other.piped]
    for run in runs:
        other = next((other for one, other in into if one.line == run.line and _names(one, run.target)), None)
        if other is not None and (work := work_of_run(world, run.kind, run.target)):
            yield Hidden("pipe", step.path, work, Place(step.path, run.line), Place(step.path, other.line), idle=idle)
            break


def _names(command: Command, target: str) -> bool:
    """Whether a command has the name of a program in it, as a path or as a module."""
    stem = target.rpartition("/")[2].partition(".")[0]
    return any(stem in word.text.replace("/", ".").split(".") for word in command.words)
