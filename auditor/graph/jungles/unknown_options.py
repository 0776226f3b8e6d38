"""Options that a command gives to a program which surely takes none of that name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

from auditor.graph.world import World
from auditor.model.facts import Word
from auditor.model.ir import Attr, Call, Const, Expr, Name
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import children, last_name
from auditor.program.running.runs import Run

_PARSER = "argparse.ArgumentParser"
_FILLING = frozenset({"add_argument", "add_argument_group", "add_mutually_exclusive_group"})
_MAKING = _FILLING - {"add_argument"} | {"ArgumentParser"}
_OPEN = frozenset(
    {"parse_known_args", "parse_known_intermixed_args", "add_subparsers", "REMAINDER", "argv", "parents", "fromfile_prefix_chars", "prefix_chars"}
)  # fmt: skip
"""What a program mentions that takes more than it declares option by option."""
_OF_COMMANDS = frozenset({"option", "argument", "version_option", "help_option", "pass_context", "confirmation_option"})
_ELSEWHERE = frozenset(
    {"absl", "tensorflow", "click", "typer", "fire", "hydra", "tyro", "jsonargparse", "configargparse"}
)


def unknown_options(world: World, run: Run) -> tuple[list[str], str]:
    """The long options that a run gives to its program and that are none of its own, and the one that was meant; "" for none."""
    if run.kind != "script" or not run.target.endswith(".py") or run.launcher:
        return [], ""
    given = list(_long(run.args))
    taken = world.once(Taken).of(run.target) if given else frozenset()
    unknown = [option for option in given if taken and not any(flag.startswith(option) for flag in taken)]
    near = difflib.get_close_matches(unknown[0], sorted(taken), 1, 0.75) if len(unknown) == 1 else []
    return list(dict.fromkeys(unknown)), near[0] if near else ""


def _long(words: tuple[Word, ...]) -> Iterator[str]:
    for word in words:
        if word.text == "--":
            return
        name = word.text.partition("=")[0]
        if word.exact and re.fullmatch(r"--[A-Za-z][\w-]*", name):
            yield name


class Taken:
    """The options that programs surely take, and no others; each program looked at once."""

    def __init__(self, world: World) -> None:
        self._code = world.resolved.code
        self._dotted = world.resolved.evaluator.denoter.dotted
        self._known: dict[str, frozenset[str]] = {}

    def of(self, path: str) -> frozenset[str]:
        """Those of a program whose one parser is filled in its own file by texts alone; none of any other."""
        if path not in self._known:
            told = self._code.roots(path) if path in self._code.programs else _ELSEWHERE
            look = self._clicked if told & _ELSEWHERE == {"click"} else self._added
            self._known[path] = frozenset() if told & _ELSEWHERE - {"click"} else look(path)
        return self._known[path]

    def _clicked(self, path: str) -> frozenset[str]:
        """Those of the one command of a file, all of whose decorators are click's own."""
        found = [scope.decorators for scope in self._code.programs[path].scopes if scope.decorators]
        commands = [each for each in found if any(map(_is_of_click, each))]
        if len(commands) != 1 or not all(map(_is_of_click, commands[0])):
            return frozenset()
        calls = [each for each in commands[0] if type(each) is Call]
        if [last_name(call.func) for call in calls if last_name(call.func) not in _OF_COMMANDS] != ["command"]:
            return frozenset()
        if any(name in ("", "cls", "context_settings") for call in calls for name, _ in call.keywords):
            return frozenset()
        flags = _flags([call for call in calls if last_name(call.func) == "option"])
        return flags | {"--version"} if flags else flags

    def _added(self, path: str) -> frozenset[str]:
        words, code = self._code.words(path), self._code
        told = words.members | words.free | words.told
        if told & _OPEN or "parse_args" not in told:
            return frozenset()
        calls = [
            (Frame(path, number, block=site.block), site.call)
            for number in code.scopes(path)
            for site in code.index(path, number).calls
        ]
        made = [
            frame
            for frame, call in calls
            if last_name(call.func) == "ArgumentParser" and self._dotted(call.func, frame) == _PARSER
        ]
        parsed = [call for _, call in calls if last_name(call.func) == "parse_args"]
        filling = {"add_argument", *self._bound(path, _is_filling)}
        holding = {
            *filling,
            *self._bound(path, _is_making),
            *(_base(call) for _, call in calls if last_name(call.func) in _FILLING),
        }
        handed_on = any(name in holding for _, call in calls for name in _handed(call))  # another function may fill it
        if len(made) != 1 or not parsed or handed_on or any(call.args or call.keywords for call in parsed):
            return frozenset()
        return _flags([call for _, call in calls if last_name(call.func) in filling])

    def _bound(self, path: str, holds: Callable[[Expr | None], bool]) -> Iterator[str]:
        """The names that are bound to a value of some kind."""
        for number in self._code.scopes(path):
            for name, bindings in self._code.index(path, number).bindings.items():
                if any(holds(binding.value) for binding in bindings.values()):
                    yield name


def _is_of_click(decorator: Expr) -> bool:
    func = decorator.func if type(decorator) is Call else decorator
    return type(func) is Attr and type(func.base) is Name and func.base.id == "click"


def _is_making(value: Expr | None) -> bool:
    """A parser or a group of it."""
    return type(value) is Call and last_name(value.func) in _MAKING


def _is_filling(value: Expr | None) -> bool:
    """`parser.add_argument`, not called."""
    return type(value) is Attr and value.name == "add_argument"


def _flags(added: list[Call]) -> frozenset[str]:
    """The options that calls of `add_argument` declare; none where one of them does not write them out."""
    flags: set[str] = set()
    for call in added:
        texts = [arg.value for arg in call.args if type(arg) is Const and isinstance(arg.value, str)]
        named = dict(call.keywords)
        rest = named.get("nargs")
        if not texts or len(texts) < len(call.args) or "" in named or (type(rest) is Const and rest.value == "..."):
            return frozenset()
        own = {part.strip() for text in texts if text.startswith("-") for part in text.split("/")}
        if type(named.get("action", Const(None))) is not Const:  # a class, which may declare the opposite too
            own |= {f"--no-{flag.removeprefix('--')}" for flag in own}
        flags |= own
    return frozenset({*flags, "--help"}) if flags else frozenset()


def _base(call: Call) -> str:
    base = call.func.base if type(call.func) is Attr else None
    return base.id if type(base) is Name else ""


def _handed(call: Call) -> Iterator[str]:
    """The names that are given to a call, in whatever they stand."""
    todo: list[Expr] = [*call.args, *(value for _, value in call.keywords)]
    while todo:
        expr = todo.pop()
        if type(expr) is Name:
            yield expr.id
        elif type(expr) is not Attr:
            todo.extend(children(expr))
