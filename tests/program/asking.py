"""Ask a program held in memory: every `ask(x)` in its text is a question about `x`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from auditor.knowledge import Knowledge, load
from auditor.model.ir import Expr, Name
from auditor.program import Resolved, resolve
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Denotation, Frame
from auditor.program.symbolic.values import Value
from auditor.readers import candidates, read_file


@lru_cache(maxsize=1)
def tables() -> Knowledge:
    """The knowledge base, read once."""
    return load()


def program(files: Mapping[str, str], extra: tuple[str, ...] = (), names: frozenset[str] = frozenset()) -> Resolved:
    """The resolved program of a tree; `extra` are paths that exist and hold nothing to read, `names` what a clone is called."""
    facts = {path: read_file(readers, text.encode()) for path, text in files.items() if (readers := candidates(path))}
    return resolve(facts, frozenset(files) | frozenset(extra), tables(), names)


def questions(resolved: Resolved, path: str = "main.py") -> list[tuple[Expr, Frame]]:
    """The arguments of all `ask(…)` calls of a file, in textual order, with where they stand."""
    found = [
        (site.call.line, site.call.args[0], Frame(path, number, block=site.block))
        for number in resolved.code.scopes(path)
        for site in resolved.code.index(path, number).calls
        if type(site.call.func) is Name and site.call.func.id == "ask"
    ]
    return [(expr, frame) for _, expr, frame in sorted(found, key=lambda each: each[0])]


def values(source: str | Mapping[str, str], path: str = "main.py") -> tuple[Value, ...]:
    """What the last question of a file can be as text."""
    resolved = program({path: source} if isinstance(source, str) else source)
    expr, frame = questions(resolved, path)[-1]
    return resolved.evaluator.values(expr, frame)


def texts(source: str | Mapping[str, str], path: str = "main.py") -> list[str]:
    """The same, as sorted texts; holes are `{name}`."""
    return sorted(value.text() for value in values(source, path))


def meaning(source: str | Mapping[str, str], path: str = "main.py") -> Denotation | None:
    """What the last question of a file stands for."""
    resolved = program({path: source} if isinstance(source, str) else source)
    expr, frame = questions(resolved, path)[-1]
    return resolved.evaluator.denoter.denote(expr, frame)


def effects(source: str | Mapping[str, str], path: str = "main.py") -> list[Effect]:
    """All effects of a file, its own and those carried to it, by line."""
    resolved = program({path: source} if isinstance(source, str) else source)
    found = [effect for number in resolved.code.scopes(path) for effect in resolved.effects.of((path, number))]
    return sorted(found, key=lambda effect: (effect.line, effect.name, effect.via))
