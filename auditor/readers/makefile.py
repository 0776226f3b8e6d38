"""Makefiles: a step per target."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask_value
from auditor.language.make import Makefile, MakeRule, read_make
from auditor.language.paths import kind_of_path, looks_like_path
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

_FOLDER = regex(r"^\{(?:here|start)\}/+")
"""The folder of the Makefile, which relative paths start in anyway."""
_BARE = regex(r"[A-Za-z][\w-]*")


def read(text: str) -> Facts:
    """Prerequisites that are targets come first; those that look like files are read; a file target is written."""
    made = read_make(text)
    templated = made.templated or "{{cookiecutter" in text.replace(" ", "")
    leaves = tuple(
        Leaf(name, mask_value(name, value)[:500], "str", made.variable_lines.get(name, 0))
        for name, value in made.variables.items()
        if name.isidentifier()
    )
    return Facts(
        kind="make",
        steps=tuple(_step(rule, made) for rule in made.rules.values()),
        references=tuple(Ref(name, "config", "include", line, "{" in name) for name, line in made.includes),
        leaves=leaves,
        attrs=pairs([("tool", "make"), ("default", made.default), ("template", "jinja" if templated else "")]),
        troubles=()
        if made.rules or not text.strip() or made.variables
        else (Trouble(1, "no rules and no variables", "invalid"),),
    )


def _step(rule: MakeRule, made: Makefile) -> Step:
    named = [name for name in (*rule.prerequisites, *rule.loose) if name in made.rules]
    phony = rule.phony or _acts_as_phony(rule)
    return Step(
        name=rule.target,
        tool="make",
        line=rule.line,
        end_line=rule.end_line,
        commands=tuple(_commands(rule, made)),
        reads=tuple(_refs(rule.prerequisites, "prerequisite", rule, made)),
        writes=() if phony else (_ref(rule.target, "target", rule.line),),
        after=tuple(dict.fromkeys(named)),
        attrs=pairs(
            [
                ("phony", "true" if phony else ""),
                ("pattern", "true" if rule.pattern else ""),
                ("unmet", " ".join(_unmet(rule, made))),
            ]
        ),
    )


def _unmet(rule: MakeRule, made: Makefile) -> Iterator[str]:
    """Prerequisites by a bare name for which there is no rule: they must be files."""
    for name in dict.fromkeys((*rule.prerequisites, *rule.loose)):
        if name not in made.rules and not rule.pattern and _BARE.fullmatch(name):
            yield name


def _acts_as_phony(rule: MakeRule) -> bool:
    """Targets that nobody declared phony but that name no file."""
    return not looks_like_path(rule.target)


def _refs(names: tuple[str, ...], how: str, rule: MakeRule, made: Makefile) -> Iterator[Ref]:
    for name in dict.fromkeys(names):
        other = made.rules.get(name)
        if looks_like_path(name) and not (other is not None and other.phony):
            yield _ref(name, how, rule.line)


def _ref(path: str, how: str, line: int) -> Ref:
    path = _FOLDER.sub("", path)
    return Ref(path, kind_of_path(path), how, line, "%" in path or "{" in path)


def _commands(rule: MakeRule, made: Makefile) -> Iterator[Command]:
    """Each logical line has a shell of its own, unless `.ONESHELL`."""
    if made.one_shell and rule.recipe:
        text = "\n".join(part.text for part in rule.recipe)
        yield from read_shell(text, line=rule.recipe[0].line, braces=True, environment=made.environment)
        return
    for part in rule.recipe:
        yield from read_shell(part.text, line=part.line, braces=True, guard=part.ignored, environment=made.environment)


READER = Reader(name="make", names=("Makefile", "makefile", "GNUmakefile", "*.mk", "Makefile.*"), read=over_text(read))
