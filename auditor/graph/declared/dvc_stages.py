"""DVC stages with templates filled and loops unrolled, as far as the repository tells the values.

Follows `dvc.parsing`: the params.yaml beside the file is always loaded, then `vars`, then the `vars` of the stage; a list
of plain values names its instances by value, one that holds maps or lists by position, a map by key, a matrix by its
values joined with `-`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from posixpath import dirname, join

from msgspec.structs import replace

from auditor.graph.artefacts.trees import Tree, at, merged, tree
from auditor.language.node import Scalar
from auditor.language.shell import read_shell
from auditor.language.template import dotted, expand
from auditor.model.facts import Facts, Ref, Step
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.symbolic.values import normal

MAX_INSTANCES = 200

_WHOLE = regex(r"\$\{([^${}]*)\}")


class Stages:
    """Asked for the instances of declared steps; steps of other formats come back as they are."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self._values: dict[str, dict[str, Tree]] = {}
        self._declared: dict[str, dict[str, Tree]] = {}
        self._styles: dict[str, dict[str, str]] = {}

    def instances(self, path: str, facts: Facts, step: Step) -> tuple[Step, ...]:
        """What a stage stands for: itself with its templates filled, or one step for each round of its loop."""
        if not (step.loop or _templated(step)):
            return (step,)
        values = self._context(path, facts, step)
        style = self._style(dirname(path))
        rounds = self._rounds(path, facts, step, values)
        if not rounds:
            return (_filled(step, values, style),)
        return tuple(
            replace(_filled(step, {**values, **own}, style), name=f"{step.name}@{key}", variants=1, loop="")
            for key, own in rounds.items()
        )

    # --- values ---

    def _context(self, path: str, facts: Facts, step: Step) -> dict[str, Tree]:
        folder = dirname(path)
        values = self._values.get(path)
        if values is None:
            values = self._document(join(folder, "params.yaml"))
            values = self._with(values, self._own(path, facts).get("vars"), folder)
            self._values[path] = values
        own = at(self._own(path, facts), f"stages.{step.name}.vars")
        if own is None:
            return values
        return self._with(values, own, normal(join(folder, expand(step.folder, _Lookup(values, {}))[0])))

    def _own(self, path: str, facts: Facts) -> dict[str, Tree]:
        """The parts of a dvc.yaml that templates are filled from."""
        found = self._declared.get(path)
        if found is None:
            found = self._declared[path] = tree(facts.leaves)
        return found

    def _document(self, path: str) -> dict[str, Tree]:
        facts = self.resolved.files.get(normal(path))
        return tree(facts.leaves) if facts is not None else {}

    def _with(self, values: dict[str, Tree], entries: Tree, folder: str) -> dict[str, Tree]:
        """Values with those of a `vars` list: maps, and files as `path` or `path:key,key`."""
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                values = merged(values, entry)
            elif isinstance(entry, str):
                name, _, keys = entry.partition(":")
                document = self._document(join(folder, name))
                wanted = [key for key in keys.split(",") if key]
                values = merged(values, {k: v for k, v in document.items() if not wanted or k in wanted})
        return values

    def _style(self, folder: str) -> dict[str, str]:
        """How a map becomes options of a command: the `[parsing]` section of the nearest .dvc/config."""
        found = self._styles.get(folder)
        if found is None:
            facts = self.resolved.files.get(join(folder, ".dvc/config"))
            if facts is None and folder:
                found = self._style(dirname(folder))
            else:
                leaves = facts.leaves if facts is not None else ()
                found = {leaf.key: str(leaf.value) for leaf in leaves if leaf.key.startswith("parsing.")}
            self._styles[folder] = found
        return found

    # --- loops ---

    def _rounds(
        self, path: str, facts: Facts, step: Step, values: dict[str, Tree]
    ) -> dict[str, dict[str, Tree]] | None:
        """Suffix and own values of each round; None where there is no loop or its source is not known."""
        own = self._own(path, facts)
        over = _known(at(own, f"stages.{step.name}.foreach"), values)
        if over is not None:
            return _each(over)
        axes = _known(at(own, f"stages.{step.name}.matrix"), values)
        return _crossed(axes) if isinstance(axes, dict) else None


class _Lookup:
    """What a template key means, as text; a map becomes options where a style for them is given."""

    def __init__(self, values: Tree, style: Mapping[str, str] | None) -> None:
        self.values = values
        self.style = style

    def __call__(self, key: str) -> Scalar:
        value = at(self.values, key)
        if isinstance(value, dict) and self.style is not None:
            return _options(value, self.style)
        return None if isinstance(value, (dict, list)) else value


def _templated(step: Step) -> bool:
    refs = (*step.reads, *step.writes, *step.params)
    return bool(step.texts) or "${" in step.folder or any(ref.templated or "${" in str(ref.attrs) for ref in refs)


def _filled(step: Step, values: dict[str, Tree], style: Mapping[str, str]) -> Step:
    lookup = _Lookup(values, None)
    command = _Lookup(values, style)
    commands = step.commands
    if step.texts:
        lines = {text.line for text in step.texts}
        kept = [c for c in commands if not any(line <= c.line < _end(step, line) for line in lines)]
        read = [c for text in step.texts for c in read_shell(expand(text.text, command)[0], line=text.line)]
        commands = tuple(sorted((*kept, *read), key=lambda c: c.line))
    return replace(
        step,
        commands=commands,
        texts=(),
        folder=expand(step.folder, lookup)[0],
        reads=tuple(_refs(step.reads, lookup)),
        writes=tuple(_refs(step.writes, lookup)),
        params=tuple(_refs(step.params, lookup)),
    )


def _end(step: Step, line: int) -> int:
    """The line after a templated command: where the next text of the stage begins, or the stage ends."""
    text = next(text.text for text in step.texts if text.line == line)
    return line + text.rstrip("\n").count("\n") + 1


def _refs(refs: Iterable[Ref], lookup: _Lookup) -> Iterator[Ref]:
    for ref in refs:
        filled, complete = expand(ref.path, lookup)
        attrs = tuple((name, expand(value, lookup)[0]) for name, value in ref.attrs)
        yield replace(ref, path=filled, templated=not complete, attrs=attrs)


def _each(over: Tree) -> dict[str, dict[str, Tree]] | None:
    if isinstance(over, dict):
        return {key: {"item": value, "key": key} for key, value in islice(over.items(), MAX_INSTANCES)}
    if not isinstance(over, list):
        return None
    plain = not any(isinstance(value, (dict, list)) for value in over)
    named = ((_text(value) if plain else str(number), value) for number, value in enumerate(over))
    return {key: {"item": value} for key, value in islice(named, MAX_INSTANCES)}


def _crossed(axes: dict[str, Tree]) -> dict[str, dict[str, Tree]] | None:
    if not axes or not all(isinstance(values, list) for values in axes.values()):
        return None
    found: dict[str, dict[str, Tree]] = {}
    numbered = [list(enumerate(values)) for values in axes.values() if isinstance(values, list)]
    for row in islice(product(*numbered), MAX_INSTANCES):
        item: dict[str, Tree] = {name: value for name, (_, value) in zip(axes, row, strict=True)}
        parts = [
            f"{name}{number}" if isinstance(value, (dict, list)) else _text(value)
            for name, (number, value) in zip(axes, row, strict=True)
        ]
        key = "-".join(parts)
        found[key] = {"item": item, "key": key}
    return found


def _known(source: Tree, values: Tree, depth: int = 0) -> Tree:
    """The source of a loop with its templates filled; None where one is not known."""
    if isinstance(source, dict):
        return {key: _known(value, values, depth + 1) for key, value in source.items()}
    if isinstance(source, list):
        return [_known(value, values, depth + 1) for value in source]
    if not isinstance(source, str) or "${" not in source:
        return source if depth else None
    whole = _WHOLE.fullmatch(source)
    if whole:
        return at(values, dotted(whole.group(1)))
    filled, complete = expand(source, _Lookup(values, None))
    return filled if complete else None


def _options(values: dict[str, Tree], style: Mapping[str, str]) -> str:
    """A map as DVC writes it on a command line."""
    words: list[str] = []
    for name, value in _flat(values):
        if isinstance(value, bool):
            words += [f"--{name}"] if value else []
            words += [f"--no-{name}"] if not value and style.get("parsing.bool") == "boolean_optional" else []
        elif isinstance(value, list):
            texts = [shlex.quote(item) if isinstance(item, str) else _text(item) for item in value]
            appended = style.get("parsing.list") == "append"
            words += [word for text in texts for word in (f"--{name}", text)] if appended else [f"--{name}", *texts]
        else:
            words += [f"--{name}", shlex.quote(value) if isinstance(value, str) else _text(value)]
    return " ".join(words)


def _flat(values: dict[str, Tree], prefix: str = "") -> Iterator[tuple[str, Tree]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _text(value: Tree) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
