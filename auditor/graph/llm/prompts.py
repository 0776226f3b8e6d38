"""Prompts written into code: texts that go to a language model, where they stand, and which say nearly the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.llm.asks import Ask
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const, Expr, Name, Op, Table, Text
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import heads, placed, within

LONG = 200
"""Characters from which a text that goes to a model is a prompt (RULES, LLM002)."""
ALIKE = 0.8
"""Share of words that near-duplicates have in common (RULES, LLM002)."""
_MANAGED = regex(r"(^|[/_])(prompts?|prompt_templates?|templates?)([/_.]|$)", re.I)


class Prompt(msgspec.Struct, frozen=True):
    """One prompt in code, by its first words; the text itself is only compared."""

    place: Place
    words: frozenset[str]
    length: int


class Prompts(msgspec.Struct, frozen=True):
    """Prompts in the middle of code, pairs of them that say nearly the same, and how many stand in files for prompts."""

    inline: list[Prompt]
    alike: list[tuple[Prompt, Prompt]]
    managed: int

    @property
    def files(self) -> list[str]:
        """The files with prompts in the middle of code."""
        return sorted({prompt.place.path for prompt in self.inline})


def prompts(world: World, owned: Callable[[str], bool], asked: list[Ask]) -> Prompts:
    """The prompts of product code, notebooks left out."""
    files = sorted({ask.effect.site[0] for ask in asked} | set(_templating(world, owned)))
    found: dict[Place, Prompt] = {}
    for path in files:
        if path.endswith(".ipynb") or not owned(path) or not places.is_product(path):
            continue
        for number in world.resolved.code.scopes(path):
            for prompt in _in_scope(world, (path, number)):
                found.setdefault(prompt.place, prompt)
    listed = sorted(found.values(), key=lambda prompt: (prompt.place.path, prompt.place.line or 0))
    inline = [prompt for prompt in listed if not _MANAGED.search(prompt.place.path)]
    pairs = [
        (one, other)
        for position, one in enumerate(inline)
        for other in inline[position + 1 :]
        if _likeness(one.words, other.words) >= ALIKE
    ]
    return Prompts(inline, pairs, len(listed) - len(inline))


def _templating(world: World, owned: Callable[[str], bool]) -> Iterator[str]:
    for effect in world.resolved.effects.all():
        if effect.role is Role.CONFIG_READ and effect.entry.attrs.get("prompt") and owned(effect.site[0]):
            yield effect.site[0]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _in_scope(world: World, site: Site) -> Iterator[Prompt]:
    """Texts that stand as `content` of a message, as `prompt`, `system` or `template` of a call, directly or by a name."""
    for at in placed(world.resolved.code.scope(*site).body):
        frame = Frame(*site, block=at.block)
        for head in heads(at.statement):
            for node in within(head):
                for value, line in _carried(node, at.line):
                    yield from _written(world, value, frame, line)


def _carried(node: Expr, line: int) -> Iterator[tuple[Expr, int]]:
    if type(node) is Table:
        keys = [key.value if type(key) is Const else None for key in node.keys]
        if "role" in keys and "content" in keys:
            yield node.values[keys.index("content")], line
    if type(node) is Call:
        named = dict(node.keywords)
        yield from (
            (named[name], node.line)
            for name in ("prompt", "system", "template", "system_prompt", "instructions")
            if name in named
        )


def _written(world: World, value: Expr, frame: Frame, line: int, depth: int = 0) -> Iterator[Prompt]:
    """The long text that a value writes out, with the place where it is written."""
    if type(value) is Name and depth < 3:
        for binding, where in world.resolved.evaluator.denoter.bindings(value, frame):
            if binding.value is not None and binding.how == "value":
                yield from _written(world, binding.value, where, binding.line or line, depth + 1)
        return
    text = " ".join(_texts(value))
    if len(text) >= LONG:
        words = frozenset(re.findall(r"[^\W\d_]{2,}", text.lower()))
        yield Prompt(world.resolved.code.place(frame.path, line), words, len(text))


def _texts(value: Expr) -> Iterator[str]:
    if type(value) is Const and isinstance(value.value, str):
        yield value.value
    elif type(value) is Text:
        for part in value.parts:
            yield from _texts(part)
    elif type(value) is Op and value.op in ("+", "%"):
        for part in value.operands:
            yield from _texts(part)
    elif type(value) is Call:
        func = value.func
        base = getattr(func, "base", None)
        if getattr(func, "name", "") in ("format", "strip", "dedent", "replace") and base is not None:
            yield from _texts(base)
        for arg in value.args[:1] if getattr(func, "name", getattr(func, "id", "")) == "dedent" else ():
            yield from _texts(arg)
