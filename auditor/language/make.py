"""Makefiles as rules with their variables expanded. Nothing is ever executed; what only a run could tell is a hole `{name}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from auditor.language.make_variables import MAX_TEXT, Variables
from auditor.model.regex import regex

MAX_LINES = 20_000
MAX_RULES = 2_000

_ASSIGN = regex(
    r"(?:(?:override|export|private)\s+)*([^\s:#=+?!$]+|\$[({][^)}]*[)}][^\s:#=+?!]*)\s*(::?:?|\+|\?|!)?=\s*(.*)",
    re.DOTALL,
)
_DEFINE = regex(r"(?:override\s+|export\s+)*define\s+(\S+)")
_RULE = regex(r"(?P<targets>[^:=#\t][^:=#]*?)\s*(?P<colons>&?::?)(?P<rest>(?!=).*)", re.DOTALL)
_CONDITIONAL = regex(r"\s*(?:ifeq|ifneq|ifdef|ifndef|else|endif)\b")
_INCLUDE = regex(r"\s*-?s?include\s+(.*)")
_DIRECTIVE = regex(r"\s*(?:export|unexport|vpath|undefine|load)\b(?![^=]*=)")
_EXPORT = regex(r"\s*(?:override\s+)?export\b\s*(.*)")
_PREFIX = regex(r"\s*([@+-]*)\s*")
_AUTOMATIC = "@<^+?*%|"
_FOLDERS = {"CURDIR": "{start}", "PWD": "{start}"}
"""Where make was started, for commands that may go elsewhere."""


class Recipe(msgspec.Struct, frozen=True):
    """One logical line of a recipe. `ignored` says that its failure does not stop make (`-`)."""

    text: str
    line: int
    ignored: bool = False


class MakeRule(msgspec.Struct, frozen=True):
    """One target with all that is said of it. `loose` prerequisites (behind `|`) only come first."""

    target: str
    line: int
    end_line: int
    prerequisites: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    recipe: tuple[Recipe, ...] = ()
    phony: bool = False

    @property
    def pattern(self) -> bool:
        """Whether the target is a pattern (`%.o`)."""
        return "%" in self.target


class Makefile(msgspec.Struct):
    """Rules by target in file order, variables as far as they are known, files it includes with their lines.

    `environment` holds the variables that recipes find in their environment.
    """

    rules: dict[str, MakeRule] = {}
    variables: dict[str, str] = {}
    variable_lines: dict[str, int] = {}
    includes: list[tuple[str, int]] = []
    default: str = ""
    one_shell: bool = False
    templated: bool = False
    environment: tuple[tuple[str, str], ...] = ()


def read_make(text: str) -> Makefile:
    """The rules of a Makefile. Both branches of a conditional count; of two assignments the later one wins."""
    reading = _Reading()
    reading.lines(text)
    return reading.finished()


class _RawRule(msgspec.Struct):
    """A rule before its recipe is expanded."""

    targets: list[str]
    prerequisites: list[str]
    loose: list[str]
    line: int
    end_line: int
    stem: str = ""  # target pattern of a static pattern rule
    recipe: list[tuple[str, int]] = []


class _Reading:
    """One pass over the lines, then one over the rules: recipes see the last value of each variable."""

    def __init__(self) -> None:
        self.file = Makefile()
        self.raw: list[_RawRule] = []
        self.phony: set[str] = set()
        self.exported: dict[str, None] = {}
        self.exports_all = False
        self.values = Variables(self.file.variables)

    def lines(self, text: str) -> None:
        rule: _RawRule | None = None
        define: tuple[str, list[str]] | None = None
        for line, number, last in _logical(text):
            if define is not None:
                if line.strip() == "endef":
                    self.file.variables[define[0]] = "\n".join(define[1])
                    define = None
                else:
                    define[1].append(line)
            elif line.startswith("\t") and rule is not None:
                rule.recipe.append((line[1:], number))
                rule.end_line = last
            elif found := _DEFINE.match(line):
                define = (found.group(1), [])
            else:
                rule = self.statement(line, number, last, rule)

    def statement(self, line: str, number: int, last: int, rule: _RawRule | None) -> _RawRule | None:
        """What is no recipe line; returns the rule whose recipe may follow."""
        if line.lstrip().startswith(("{%", "{#")):
            self.file.templated = True
            return rule
        stripped = _uncommented(line).strip()
        if not stripped or _CONDITIONAL.match(stripped):
            return rule
        if found := _INCLUDE.match(stripped):
            self.file.includes += [(name, number) for name in self.values.expand(found.group(1)).split()]
        elif found := _ASSIGN.fullmatch(stripped):
            self.assign(found.group(1), found.group(2) or "", found.group(3), number)
            if _EXPORT.match(stripped):
                self.exported[found.group(1)] = None
        elif _DIRECTIVE.match(stripped):
            self.export(stripped)
        elif (found := _RULE.fullmatch(stripped)) and len(self.raw) < MAX_RULES:
            return self.rule(found, number, last)
        return None

    def assign(self, name: str, operator: str, value: str, line: int) -> None:
        variables = self.file.variables
        name = self.values.expand(name)
        self.file.variable_lines.setdefault(name, line)
        if operator == "+" and name in variables:
            variables[name] = f"{variables[name]} {value}"[:MAX_TEXT]
        elif operator == "?" and name in variables:
            pass
        elif operator.startswith(":"):
            variables[name] = self.values.expand(value).replace("$", "$$")
        elif operator == "!":
            variables[name] = f"$(shell {value})"
        else:
            variables[name] = value

    def rule(self, found: re.Match[str], number: int, last: int) -> _RawRule | None:
        rest, _, inline = found.group("rest").partition(";")
        if local := _ASSIGN.fullmatch(rest.strip()):  # a variable of that target alone
            self.assign(local.group(1), local.group(2) or "", local.group(3), number)
            return None
        targets = self.values.expand(found.group("targets")).split()
        parts = self.values.expand(rest).split(":")
        stem = parts[0].strip() if len(parts) > 1 else ""
        firm, _, loose = parts[-1].partition("|")
        if targets and targets[0].startswith(".") and "/" not in targets[0] and targets[0][1:].isupper():
            self.special(targets[0], firm.split())
            return None
        made = _RawRule(targets, firm.split(), loose.split(), number, last, stem)
        if inline.strip():
            made.recipe.append((inline.strip(), number))
        self.raw.append(made)
        return made

    def export(self, line: str) -> None:
        """`export A B`; without names it means all."""
        found = _EXPORT.match(line)
        names = self.values.expand(found.group(1)).split() if found else []
        self.exported.update(dict.fromkeys(names))
        self.exports_all = self.exports_all or (found is not None and not names)

    def special(self, name: str, arguments: list[str]) -> None:
        if name == ".PHONY":
            self.phony.update(arguments)
        elif name == ".ONESHELL":
            self.file.one_shell = True
        elif name == ".EXPORT_ALL_VARIABLES":
            self.exports_all = True

    def finished(self) -> Makefile:
        for raw in self.raw:
            for target in raw.targets:
                self.add(target, raw)
        names = (
            list(self.file.variables) if self.exports_all else [n for n in self.exported if n in self.file.variables]
        )
        self.file.environment = tuple(
            (name, self.values.expand(f"$({name})", _FOLDERS)) for name in names if name.isidentifier()
        )
        self.file.default = next((name for name, rule in self.file.rules.items() if not rule.pattern), "")
        return self.file

    def add(self, target: str, raw: _RawRule) -> None:
        stem = _stem(target, raw.stem)
        firm = tuple(name.replace("%", stem) if raw.stem else name for name in raw.prerequisites)
        known = self.file.rules.get(target)
        names = known.prerequisites + firm if known else firm
        automatic = _automatic(target, names, raw.loose, stem)
        recipe = tuple(made for text, line in raw.recipe for made in self.recipe(text, line, automatic))
        if known is not None:
            first, last = (raw.line, raw.end_line) if recipe and not known.recipe else (known.line, known.end_line)
            self.file.rules[target] = msgspec.structs.replace(
                known,
                prerequisites=names,
                loose=known.loose + tuple(raw.loose),
                recipe=known.recipe + recipe,
                line=first,
                end_line=last,
            )
        else:
            phony = target in self.phony
            self.file.rules[target] = MakeRule(target, raw.line, raw.end_line, names, tuple(raw.loose), recipe, phony)

    def recipe(self, text: str, line: int, automatic: Mapping[str, str]) -> list[Recipe]:
        """The lines that one recipe line becomes: a `define`d block has several."""
        expanded = self.values.expand(text, automatic)
        made = []
        for part in expanded.split("\n") if "\\\n" not in text else [expanded]:
            prefix = _PREFIX.match(part)
            body = part[prefix.end() :] if prefix else part
            if body.strip() and not body.startswith("#"):
                made.append(Recipe(body, line, ignored="-" in prefix.group(1) if prefix else False))
        return made


def _logical(text: str) -> list[tuple[str, int, int]]:
    """Lines with continuations joined, each with its first and last line number."""
    made: list[tuple[str, int, int]] = []
    held: list[str] = []
    first = 0
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        first = first if held else number
        if line.endswith("\\") and not line.endswith("\\\\"):
            held.append(line)
            continue
        # a recipe keeps its line breaks for the shell; elsewhere a continuation is a blank
        recipe = (held or [line])[0].startswith("\t")
        parts = [
            *(
                part if recipe else part[:-1].strip() if index else part[:-1].rstrip()
                for index, part in enumerate(held)
            ),
            line,
        ]
        joined = "\n".join(part.removeprefix("\t") if index else part for index, part in enumerate(parts))
        made.append((joined if recipe else " ".join([parts[0], *(part.strip() for part in parts[1:])]), first, number))
        held = []
    if held:
        made.append((" ".join(part[:-1] for part in held), first, first + len(held) - 1))
    return made


def _uncommented(line: str) -> str:
    return re.sub(r"(?<!\\)#.*", "", line, flags=re.DOTALL) if "#" in line else line


def _stem(target: str, pattern: str) -> str:
    if "%" not in pattern:
        return "%"
    before, _, after = pattern.partition("%")
    if target.startswith(before) and target.endswith(after):
        return target[len(before) : len(target) - len(after)] or "%"
    return "%"


def _automatic(target: str, names: tuple[str, ...], loose: list[str], stem: str) -> dict[str, str]:
    """What `$@`, `$<`, `$^` and their like hold in the recipe of a target; `%` of a pattern rule is the hole `{stem}`."""
    first = names[0] if names else ""
    joined = " ".join(dict.fromkeys(names))
    values = (target, first, joined, " ".join(names), joined, stem, "{%}", " ".join(loose))
    if "%" in target:
        values = tuple(value.replace("%", "{stem}") for value in values)  # type: ignore[assignment]  # as many as before
    return {**dict(zip(_AUTOMATIC, values, strict=True)), **_FOLDERS}
