"""Snakemake workflows: rules with what other files of the workflow define filled in, each path at its own base.

A workflow is a Snakefile with all it includes: one namespace. Inputs and outputs are relative to the working directory
(`workdir:`, else the folder of the Snakefile, or the one above where that is called `workflow`); environments and scripts
to the file that names them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice, product
from posixpath import dirname, join, relpath

import msgspec
from msgspec.structs import replace

from auditor.graph.artefacts.trees import Tree, at, merged, tree
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Ref, Step, Word
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.symbolic.values import is_absolute, normal

MOST = 50
MAX_DEPTH = 5
MAX_TEXTS = 5_000  # looked at for one rule
CONSTANT, EACH, UNKNOWN = 0.9, 0.8, 0.5

_HOLE = regex(r"\$\{([^${}]*)\}")


class Workflow(msgspec.Struct, frozen=True):
    """One Snakefile with what it includes: where its paths start, its configuration files, its names and rules."""

    base: str
    configured: tuple[str, ...]
    config: Mapping[str, Tree]
    names: Mapping[str, Tree]
    rules: Mapping[str, Step]


class _Text(msgspec.Struct, frozen=True):
    text: str
    sure: float


class Workflows:
    """Asked for the rules of Snakefiles as they mean them."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self._files = {path: facts for path, facts in sorted(resolved.files.items()) if facts.kind == "snakemake"}
        self._owners = self._roots()
        self._workflows: dict[str, Workflow] = {}
        self._named: dict[str, list[str]] = {}
        self._left = MAX_TEXTS

    def instances(self, path: str, facts: Facts, step: Step) -> tuple[Step, ...]:  # noqa: ARG002  # one signature for all formats
        """The rule with its paths filled in; what stays unknown is left out."""
        flow = self.workflow(path)
        self._left = MAX_TEXTS
        texts = [replace(text, text=self._first(flow, text.text)) for text in step.texts]
        read = tuple(command for text in texts for command in read_shell(text.text, line=text.line, braces=True))
        lines = {command.line for command in read}
        kept = tuple(self._placed(flow, c) for c in step.commands if not (step.texts and c.line in lines))
        filled = replace(
            step,
            commands=(*read, *kept),
            texts=(),
            folder=flow.base,
            reads=tuple(ref for one in step.reads for ref in self._refs(flow, path, one)),
            writes=tuple(ref for one in step.writes for ref in self._refs(flow, path, one)),
            params=tuple(ref for one in step.params for ref in self._settings(flow, one)),
        )
        return (filled,)

    def workflow(self, path: str) -> Workflow:
        """The workflow that a file belongs to."""
        root = self._owners[path]
        found = self._workflows.get(root)
        if found is None:
            found = self._workflows[root] = self._gather(root)
        return found

    # --- which files belong together ---

    def _roots(self) -> dict[str, str]:
        included = {path: self._included(path) for path in self._files}
        inner = {target for targets in included.values() for target in targets}
        owners: dict[str, str] = {}
        for root in [*(path for path in self._files if path not in inner), *self._files]:
            todo = [] if root in owners else [root]
            while todo:
                path = todo.pop()
                if path not in owners:
                    owners[path] = root
                    todo += reversed(included[path])
        return owners

    def _included(self, path: str) -> list[str]:
        named = [ref.path for ref in self._files[path].references if ref.how == "include"]
        return [target for name in named if (target := normal(join(dirname(path), name))) in self._files]

    def _gather(self, root: str) -> Workflow:
        paths = [path for path, owner in self._owners.items() if owner == root]
        references = [ref for path in paths for ref in self._files[path].references]
        workdir = next((ref.path for ref in references if ref.how == "workdir" and not ref.templated), "")
        folder = dirname(root)
        start = dirname(folder) if folder.rpartition("/")[2] == "workflow" else folder
        base = normal(join(start, workdir)) if workdir and not is_absolute(workdir) else start
        config: dict[str, Tree] = {}
        configured = []
        for ref in references:
            if ref.how == "configfile":
                for place in dict.fromkeys((base, folder)):
                    document = self.resolved.files.get(normal(join(place, ref.path)))
                    if document is not None:
                        configured.append(normal(join(place, ref.path)))
                        config = merged(config, tree(document.leaves))
                        break
        names = tree(leaf for path in paths for leaf in self._files[path].leaves)
        rules = {step.name: step for path in paths for step in self._files[path].steps}
        return Workflow(base, tuple(configured), config, names, rules)

    # --- filling in ---

    def _refs(self, flow: Workflow, path: str, ref: Ref) -> Iterator[Ref]:
        if ref.how == "conda":
            yield replace(ref, path=relpath(normal(join(dirname(path), ref.path)), flow.base or "."))
            return
        for one in self._targets(flow, ref, 0):
            text = _HOLE.sub(r"{\1}", one.text)
            if re.sub(r"\{[^{}]*\}|[/._-]", "", text):
                sure = UNKNOWN if text != one.text else one.sure
                yield replace(ref, path=text, templated="{" in text, confidence=min(ref.confidence, sure))

    def _targets(self, flow: Workflow, ref: Ref, depth: int) -> Iterator[_Text]:
        """The files that a reference means: its texts, or the outputs of the rule that it names."""
        if depth > MAX_DEPTH:
            return
        for one in self._filled(flow, ref.path, 0):
            if not one.text.startswith("rules."):
                yield one
                continue
            _, name, way, *rest = [*one.text.split("."), "", ""]
            rule = flow.rules.get(name)
            listed = (rule.writes if way in ("output", "log") else rule.reads) if rule is not None else ()
            listed = tuple(other for other in listed if other.how == way)
            key = ".".join(part for part in rest if part)
            for other in _chosen(listed, key):
                yield from (
                    msgspec.structs.replace(t, sure=min(t.sure, CONSTANT))
                    for t in self._targets(flow, other, depth + 1)
                )

    def _first(self, flow: Workflow, text: str) -> str:
        found = self._filled(flow, text, 0, most=2)
        return found[0].text if len(found) == 1 else text

    def _filled(self, flow: Workflow, text: str, depth: int, most: int = MOST) -> list[_Text]:
        """The text with each `${name}` replaced by its value, by each of its values where it is a list."""
        self._left -= 1
        names = list(dict.fromkeys(_HOLE.findall(text)))
        if not names or depth > MAX_DEPTH or self._left < 0:
            return [_Text(text, 1.0)]
        columns = [self._named_by(flow, name, depth + 1) or [_Text(f"${{{name}}}", UNKNOWN)] for name in names]
        rows = []
        for row in islice(product(*columns), most):
            filling = dict(zip(names, row, strict=True))
            rows.append(_Text(_HOLE.sub(lambda m, by=filling: by[m.group(1)].text, text), min(t.sure for t in row)))  # type: ignore[misc]  # `by` is bound early
        return rows

    def _named_by(self, flow: Workflow, name: str, depth: int) -> list[_Text]:
        if name.startswith("rules."):
            return list(self._targets(flow, Ref(name, "dataset", "input", 0), depth))
        values, sure = _values(flow, name)
        found = [text for value in values[:MOST] for text in self._filled(flow, value, depth)]
        return [msgspec.structs.replace(text, sure=min(text.sure, sure)) for text in found]

    def _settings(self, flow: Workflow, ref: Ref) -> Iterator[Ref]:
        """A key of the configuration in the last file that has it."""
        key = dict(ref.attrs).get("keys", "")
        for path in reversed(flow.configured):
            if at(tree(self.resolved.files[path].leaves), key) is not None:
                yield replace(ref, path=relpath(path, flow.base or "."))
                return

    def _placed(self, flow: Workflow, command: Command) -> Command:
        """A script whose folder a function of the workflow gives: the one file of the tree that ends so, if there is one."""
        words = []
        for word in command.words:
            text = self._first(flow, word.text)
            tail = re.sub(r"^\{(?!here\})\w+\}/", "", text)
            if tail != text and "{" not in tail:
                found = [path for path in self._by_name(tail.rpartition("/")[2]) if f"/{path}".endswith(f"/{tail}")]
                text = relpath(found[0], flow.base or ".") if len(found) == 1 else text
            words.append(Word(text, word.exact or (text != word.text and "{" not in text)))
        return replace(command, words=tuple(words))

    def _by_name(self, name: str) -> list[str]:
        if not self._named:
            named = defaultdict(list)
            for path in sorted(self.resolved.tree):
                named[path.rpartition("/")[2]].append(path)
            self._named = named
        return self._named.get(name, [])


def _chosen(refs: tuple[Ref, ...], key: str) -> tuple[Ref, ...]:
    if not key:
        return refs
    if key.isdecimal():
        return refs[int(key) : int(key) + 1]
    return tuple(ref for ref in refs if dict(ref.attrs).get("name") == key)


def _values(flow: Workflow, name: str) -> tuple[list[str], float]:
    """The texts that a name stands for, and how sure they are; of a map its keys."""
    root, _, key = name.partition(".")
    if root == "config" and key:
        return _texts(at(dict(flow.config), key))
    found = at(dict(flow.names), name)
    if found is not None:
        return _texts(found)[0], UNKNOWN if name.endswith("()") else _texts(found)[1]
    called = at(dict(flow.names), f"{name}()")
    return _texts(called)[0], UNKNOWN


def _texts(value: Tree) -> tuple[list[str], float]:
    if isinstance(value, dict):
        return list(value), EACH
    if isinstance(value, list):
        return [str(part) for part in value if isinstance(part, (str, int, float)) and not isinstance(part, bool)], EACH
    if value is None or isinstance(value, bool):
        return [], UNKNOWN
    return [str(value)], CONSTANT
