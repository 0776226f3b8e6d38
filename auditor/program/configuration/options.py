"""Command-line options: what a program declares, by whichever library, and what its starts give them.

An option's value is what each known start gives it (tagged with that start), and its default for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from auditor.model.facts import Word
from auditor.model.ir import Attr, Call, Const, Expr, Group, Name
from auditor.program.configuration.command_words import Option, distribute, read, written
from auditor.program.configuration.commanded import COMMAND_LINES, commands
from auditor.program.configuration.declaring import is_true, of_absl, of_argparse, of_chooser, of_parameter, takes_many
from auditor.program.configuration.option_truths import things
from auditor.program.naming.code import Code, Frame, Instance, Local, Options
from auditor.program.naming.scopes import last_name
from auditor.program.running.invocations import Invocation, argument
from auditor.program.symbolic.values import MOST_ALTERNATIVES, Value, Values, hole, literal, of_word

if TYPE_CHECKING:
    from auditor.program.calls.truths import Things
    from auditor.program.symbolic.evaluate import Evaluator

_PARSE = frozenset(
    f"argparse.ArgumentParser.{name}" for name in ("parse_args", "parse_known_args", "parse_intermixed_args")
) | {"configargparse.ArgumentParser.parse_args", "configargparse.ArgParser.parse_args", "jsonargparse.ArgumentParser.parse_args"}  # fmt: skip
_OF_CLASS = frozenset(
    {"tyro.cli", "simple_parsing.parse", "pyrallis.parse", "draccus.parse", "jsonargparse.auto_cli", "chz.entrypoint"}
)
_DATACLASSES = "parse_args_into_dataclasses"
_PARSING = frozenset({"parse_args", "parse_known_args", _DATACLASSES})
_HANDING = frozenset({"Fire", "run", "cli", "CLI", "auto_cli", "call", "dispatch_command"})
"""The last names of `COMMAND_LINES`: a file that mentions none of them hands no function to any of those."""
_ABSL = frozenset({"absl.flags.FLAGS", "tensorflow.app.flags.FLAGS", "tensorflow.compat.v1.app.flags.FLAGS", "tensorflow.flags.FLAGS"})  # fmt: skip
_KEEPS_FLAGS = ("append_flags_into_file", "flags_into_string")
"""What the options of absl can do themselves."""
MOST_WORDS = 200


class CommandLines:
    """Answers what the options of a program can be."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self._declared: dict[Options, tuple[Option, ...]] = {}
        self._functions: dict[str, dict[int, str]] = {}
        self._of_functions: dict[tuple[str, int], tuple[Option, ...]] = {}
        self._given: dict[tuple[object, int], dict[str, list[Word]]] = {}

    # --- which options ---

    def parsed(self, expr: Call, dotted: str, frame: Frame) -> Options | None:
        """The options that a call parses from the command line, or None when it does no such thing."""
        if dotted in _PARSE and type(expr.func) is Attr:
            parser = self.evaluator.denoter.denote(expr.func.base, frame)
            made = parser.made if type(parser) is Instance else None
            where = made.frame if made is not None else frame
            return Options(where.path, where.scope, words=self._handed_over(expr, frame))
        if dotted.endswith(f".{_DATACLASSES}") and type(expr.func) is Attr:
            return Options(frame.path, frame.scope, self._dataclasses(expr.func.base, frame))
        if dotted in _OF_CLASS:
            chosen = argument(expr, "config_class", 0) or argument(expr, "f", 0)
            cls = self.evaluator.denoter.denote(chosen, frame) if chosen is not None else None
            if type(cls) is Local and self.code.scope(cls.path, cls.scope).kind == "class":
                return Options(frame.path, frame.scope, (cls,))
        return None

    def _handed_over(self, expr: Call, frame: Frame) -> tuple[Values, ...] | None:
        """The words of a list that a known caller has parsed: `main(["--register"])`."""
        given = argument(expr, "args", 0)
        items = self.evaluator.displays.elements(given, frame) if given is not None else None
        if items is None or len(items) > MOST_ALTERNATIVES:
            return None
        return tuple(self.evaluator.values(item, where) for item, where in items)

    def absl(self, dotted: str, frame: Frame) -> Options | None:
        """`FLAGS` of absl and of old TensorFlow."""
        is_flags = dotted in _ABSL or (dotted.startswith("absl.flags.FLAGS") and not dotted.endswith(_KEEPS_FLAGS))
        return Options(frame.path, frame.scope) if is_flags else None

    def _dataclasses(self, parser: Expr, frame: Frame) -> tuple[Local, ...]:
        """The classes that an `HfArgumentParser` was made for."""
        while type(parser) is Name:
            found = [
                (b.value, where) for b, where in self.evaluator.denoter.bindings(parser, frame) if b.value is not None
            ]
            if not found:
                return ()
            parser, frame = found[0]
        if type(parser) is not Call or not parser.args:
            return ()
        items = parser.args[0].items if type(parser.args[0]) is Group else (parser.args[0],)
        classes = (self.evaluator.denoter.denote(item, frame) for item in items)
        return tuple(cls for cls in classes if type(cls) is Local)

    def declared(self, options: Options) -> tuple[Option, ...]:
        """The options that are declared, in order."""
        found = self._declared.get(options)
        if found is None:
            self._declared[options] = ()
            listed = self._fields(options.classes) if options.classes else self._added(options)
            found = self._declared[options] = tuple(listed)
        return found

    def _fields(self, classes: Iterable[Local]) -> Iterator[Option]:
        for cls in classes:
            line = self.code.scope(cls.path, cls.scope).line
            for name in self.evaluator.objects.declared(cls):
                values = self.evaluator.objects.fields(cls, name, None)
                flags = (f"--{name}", f"--{name.replace('_', '-')}")
                yield Option(name, flags, values[0] if values else None, "one", cls.path, line)

    def _added(self, options: Options) -> Iterator[Option]:
        """`add_argument` and `DEFINE_…` calls of the file, those of the scope first; else of the modules it imports."""
        own = list(self._added_in(options.path, options.scope))
        if own:
            yield from own
            return
        for path in sorted(self.code.imports(options.path)):
            yield from self._added_in(path, 0)

    def _added_in(self, path: str, first: int) -> Iterator[Option]:
        for number in (first, *[other for other in self.code.scopes(path) if other != first]):
            for site in self.code.index(path, number).calls:
                func = site.call.func
                name = last_name(func)
                frame = Frame(path, number, block=site.block)
                if name == "add_argument":
                    made = of_argparse(site.call, frame)
                elif name == "add_subparsers":
                    made = of_chooser(site.call, frame)
                elif name.startswith("DEFINE_"):
                    made = of_absl(site.call, frame)
                else:
                    continue
                if made is not None:
                    yield made

    # --- functions whose parameters are options ---

    def of_function(self, path: str, scope: int) -> tuple[Option, ...] | None:
        """The options that fill the parameters of a function; None when it is called by code alone."""
        kind = self._kinds(path).get(scope)
        if kind is None:
            return None
        key = (path, scope)
        if key not in self._of_functions:
            make = self._clicked if kind == "click" else self._by_signature
            self._of_functions[key] = tuple(make(path, scope, kind))
        return self._of_functions[key]

    def _kinds(self, path: str) -> dict[int, str]:
        """The functions of a file that a command-line library calls, with the way it does."""
        found = self._functions.get(path)
        if found is not None:
            return found
        found = self._functions[path] = {}
        hands = self.code.words(path).mentions(_HANDING)
        for number in self.code.scopes(path):
            kind = self._decorated(path, number)
            if kind:
                found[number] = kind
            for site in self.code.index(path, number).calls if hands else ():
                func = site.call.func
                last = last_name(func)
                if last in _HANDING:
                    self._handed(path, site.call, Frame(path, number, block=site.block), found)
        return found

    def _handed(self, path: str, call: Call, frame: Frame, found: dict[int, str]) -> None:
        """`fire.Fire(main)`, `typer.run(main)`: the functions of the file that such a call makes commands of."""
        if self.evaluator.denoter.dotted(call.func, frame) not in COMMAND_LINES:
            return
        for command in commands(self.evaluator, call, frame):
            if command.path == path:
                found[command.scope] = "signature" if self.code.owner(path, command.scope) is None else "method"

    def _decorated(self, path: str, number: int) -> str:
        scope = self.code.scope(path, number)
        around = Frame(path, max(scope.parent, 0))
        for decorator in scope.decorators:
            func = decorator.func if type(decorator) is Call else decorator
            if type(func) not in (Attr, Name):
                continue
            last = last_name(func)
            if last in ("option", "argument", "command"):
                dotted = self.evaluator.denoter.dotted(func, around) or ""
                if dotted.startswith("click.") and last != "command":
                    return "click"
                if dotted.startswith("typer."):
                    return "signature"
        return ""

    def _clicked(self, path: str, scope: int, _kind: str) -> Iterator[Option]:
        around = Frame(path, max(self.code.scope(path, scope).parent, 0))
        for decorator in self.code.scope(path, scope).decorators:
            if type(decorator) is not Call or type(decorator.func) is not Attr:
                continue
            names = tuple(str(arg.value) for arg in decorator.args if type(arg) is Const and isinstance(arg.value, str))
            named = dict(decorator.keywords)
            plain = [name for name in names if not name.startswith("-")]
            flags = tuple(part for name in names if name.startswith("-") for part in name.split("/"))
            if decorator.func.name not in ("option", "argument") or not names:
                continue
            longest = max(flags, key=lambda flag: (flag.startswith("--"), len(flag)), default="")
            dest = (plain[0] if plain else longest.lstrip("-")).lower().replace("-", "_")
            default = named.get("default")
            takes = "none" if is_true(named.get("is_flag")) else "many" if takes_many(named.get("nargs")) else "one"
            placed = (default, around) if default is not None else None
            yield Option(dest, flags, placed, takes, path, decorator.line)

    def _by_signature(self, path: str, number: int, kind: str) -> Iterator[Option]:
        """One option a parameter: positional without a default, else `--name` (fire takes both by name)."""
        scope = self.code.scope(path, number)
        around = Frame(path, max(scope.parent, 0))
        for position, param in enumerate(scope.params):
            if param.kind in ("args", "kwargs") or (kind == "method" and position == 0):
                continue
            default, positional = of_parameter(param)
            flags = (f"--{param.name}", f"--{param.name.replace('_', '-')}")
            placed = (default, around) if default is not None else None
            yield Option(param.name, () if positional else flags, placed, "one", path, scope.line)

    def of_program(self, path: str) -> tuple[Option, ...]:
        """All options of a program: of the parsers in it and of the functions that a library calls."""
        found = [option for each in self._interfaces(path) for option in each[1]]
        return tuple({option.dest: option for option in found}.values())

    def given(self, path: str) -> Iterator[tuple[Invocation, str, list[Word]]]:
        """What each start of a program gives to which option."""
        for invocation in self.evaluator.invocations.direct(path):
            for key, declared in self._interfaces(path):
                for dest, words in self._parse(key, declared, invocation, path).items():
                    yield invocation, dest, words

    def _interfaces(self, path: str) -> list[tuple[object, tuple[Option, ...]]]:
        """The command lines that a file parses, each with its options."""
        found: dict[object, tuple[Option, ...]] = {}
        parses = not self.code.words(path).members.isdisjoint(_PARSING)
        for number in self.code.scopes(path):
            for site in self.code.index(path, number).calls if parses else ():
                func = site.call.func
                if type(func) is Attr and func.name in _PARSING:
                    frame = Frame(path, number, block=site.block)
                    options = self.evaluator.denoter.denote(site.call, frame)
                    if type(options) is Options:
                        found[options] = self.declared(options)
        for number in self._kinds(path):
            found[path, number] = self.of_function(path, number) or ()
        return list(found.items())

    # --- values ---

    def values(self, options: Options, name: str) -> Values:
        """The texts of `args.name`: what each start gives, the default for the rest; else a hole."""
        option = self._named(options, name)
        if options.words is not None and option is not None:
            return self._told(option, options.words, options) or (hole("cli", name),)
        return self._filled(option, name, options, self.declared(options), options.path)

    def gathered(self, options: Options, name: str) -> Values:
        """The texts of which `args.name` is a list, each by itself; empty where it is none."""
        option = self._named(options, name)
        return self.values(options, name) if option is not None and option.takes == "many" else ()

    def _named(self, options: Options, name: str) -> Option | None:
        return next((each for each in self.declared(options) if each.dest == name), None)

    def _told(self, option: Option, texts: tuple[Values, ...], options: Options) -> Values:
        """The texts of an option in a command line that a caller writes out."""
        words = self._written(texts, options).get(option.dest)
        if option.is_flag:
            return (replace(literal(str(option.says(words))), how="flag"),)
        return tuple(value for word in words for value in read(word, texts)) if words else self._default(option)

    def _written(self, texts: tuple[Values, ...], options: Options) -> dict[str, list[Word]]:
        return distribute(written(texts), self.declared(options), self._subcommands(options.path))

    def settled(self, options: Options, name: str) -> Things:
        """What `args.name` is known to be; None where that is open."""
        option = self._named(options, name)
        if option is None:
            return None
        if options.words is not None:
            words = self._written(options.words, options).get(option.dest)
            return things(self.evaluator, option, [(frozenset(), words)])
        return self._settled(option, options, self.declared(options), options.path)

    def settled_parameter(self, frame: Frame, name: str) -> Things:
        """What a parameter that the command line fills is known to be; None where that is open."""
        declared = self.of_function(frame.path, frame.scope) or ()
        option = next((each for each in declared if each.dest == name), None)
        return None if option is None else self._settled(option, (frame.path, frame.scope), declared, frame.path)

    def _settled(self, option: Option, key: object, declared: tuple[Option, ...], path: str) -> Things:
        starts = self.evaluator.invocations.of(path)
        given = ((frozenset({s.number}), self._parse(key, declared, s, path).get(option.dest)) for s in starts)
        return things(self.evaluator, option, given)

    def of_parameter(self, frame: Frame, name: str) -> Values | None:
        """The texts of a parameter that the command line fills; None for any other."""
        declared = self.of_function(frame.path, frame.scope)
        option = next((each for each in declared or () if each.dest == name), None)
        if option is None:
            return None
        return self._filled(option, name, (frame.path, frame.scope), declared or (), frame.path)

    def _filled(self, option: Option | None, name: str, key: object, declared: tuple[Option, ...], path: str) -> Values:
        if option is None:
            return (hole("cli", name),)
        found: list[Value] = []
        silent: set[int] = set()
        invocations = self.evaluator.invocations.of(path)
        for invocation in invocations:
            words = self._parse(key, declared, invocation, path).get(option.dest)
            if option.is_flag:
                given = literal(str(option.says(words)))
                found.append(replace(given, how="flag", runs=frozenset({invocation.number})))
                continue
            if words is None:
                silent.add(invocation.number)
            for word in words or ():
                value = of_word(word, shown=invocation.shown)
                found.append(replace(value, runs=frozenset({invocation.number})))
        if silent or not invocations:
            runs = frozenset(silent) if found else frozenset()
            found += [replace(value, runs=value.runs or runs) for value in self._default(option)]
        return tuple(found) or (hole("cli", name),)

    def _default(self, option: Option) -> Values:
        if option.default is None or (type(option.default[0]) is Const and option.default[0].value is None):
            return ()
        many = self.evaluator.displays.elements(*option.default) if option.takes == "many" else None
        return tuple(
            value.weakened(0.8, "cli") for each in many or [option.default] for value in self.evaluator.values(*each)
        )

    def _parse(
        self, key: object, declared: tuple[Option, ...], invocation: Invocation, path: str
    ) -> dict[str, list[Word]]:
        known = self._given.get((key, invocation.number))
        if known is None:
            words = list(invocation.words[:MOST_WORDS])
            known = self._given[key, invocation.number] = distribute(words, declared, self._subcommands(path))
        return known

    def _subcommands(self, path: str) -> frozenset[str]:
        """Words that choose a part of a program: names of sub-parsers, commands of a group, functions that fire calls."""
        names = set(self.code.of_program(path, _sub_parsers, frozenset[str]))
        commands = self._kinds(path)
        if len(commands) > 1 or "method" in commands.values():
            last = [self.code.scope(path, number).name.rpartition(".")[2] for number in commands]
            names |= {*last, *(name.replace("_", "-") for name in last)}
        return frozenset(names)


def _sub_parsers(code: Code, path: str) -> frozenset[str]:
    """The names of the sub-parsers that a program makes; "" for one that is not written out."""
    calls = (call for _, call in code.calls(path) if type(call.func) is Attr and call.func.name == "add_parser")
    firsts = (call.args[0] for call in calls if call.args)
    return frozenset(str(first.value) if type(first) is Const else "" for first in firsts)
