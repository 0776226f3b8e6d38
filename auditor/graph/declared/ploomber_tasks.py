"""Ploomber tasks with env.yaml filled in, after the tasks that their sources name as `upstream`."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import dirname, join

from msgspec.structs import replace

from auditor.graph.artefacts.trees import at, tree
from auditor.language.template import expand
from auditor.model.facts import Facts, Ref, Step, Word
from auditor.model.ir import Assign, Const, Group, Item, Name, Record, Table
from auditor.program import Resolved
from auditor.program.symbolic.values import normal

NAMED = 0.9


class Tasks:
    """Asked for the tasks of Ploomber pipelines as they mean them."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved

    def instances(self, path: str, facts: Facts, step: Step) -> tuple[Step, ...]:
        """The task with its paths filled in; it reads what the tasks before it produce."""
        folder = dirname(path)
        made = self._filled(step, folder)
        tasks = {other.name: other for other in facts.steps}
        wanted = [*step.after, *self._upstream(made, folder)]
        before = list(
            dict.fromkeys(name for want in wanted for name in tasks if name == want or fnmatchcase(name, want))
        )
        reads = tuple(
            replace(ref, how="upstream", line=step.line, confidence=NAMED)
            for name in before
            for ref in self._filled(tasks[name], folder).writes
            if dict(ref.attrs).get("name") != "nb"
        )
        return (replace(made, after=tuple(before), reads=(*made.reads, *reads)),)

    def _filled(self, step: Step, folder: str) -> Step:
        document = self.resolved.files.get(normal(join(folder, "env.yaml")))
        values = tree(document.leaves) if document is not None else {}

        def lookup(key: str) -> str | None:
            value = "." if key in ("here", "root") else at(values, key)
            text = str(value) if isinstance(value, (str, int, float)) else None
            return text.replace("{{here}}", ".").replace("{{root}}", ".") if text is not None else None

        def fill(text: str) -> str:
            return expand(text, lookup)[0].removeprefix("./")

        def ref(one: Ref) -> Ref:
            text = fill(one.path)
            return replace(one, path=text, templated="{" in text)

        commands = tuple(
            replace(command, words=tuple(Word(fill(word.text), "{" not in fill(word.text)) for word in command.words))
            for command in step.commands
        )
        return replace(step, commands=commands, reads=tuple(map(ref, step.reads)), writes=tuple(map(ref, step.writes)))

    def _upstream(self, step: Step, folder: str) -> Iterator[str]:
        """Names that the source of a task asks for: a script's `upstream`, a function's and a query's `upstream['x']`."""
        attrs = dict(step.attrs)
        if "function" in attrs:
            dotted, _, name = attrs["function"].rpartition(".")
            module = self.resolved.code.modules.file(folder, dotted)
            known = module is not None and module in self.resolved.code.programs
            scope = self.resolved.code.named(module, name) if module is not None and known else None
            if module is not None and scope is not None:
                yield from _asked(self.resolved.code.scope(module, scope).body)
            return
        source = next((word.text for command in step.commands for word in command.words[1:2]), "")
        program = self.resolved.code.programs.get(normal(join(folder, source)))
        if program is not None:
            yield from _listed(program.scopes[0].body)
        for ref in step.reads:
            held = self.resolved.files.get(normal(join(folder, ref.path)))
            if held is not None and held.kind == "sql":
                yield from (str(leaf.value) for leaf in held.leaves if leaf.key.startswith("upstream."))


def _listed(body: tuple[object, ...]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, Assign) and any(isinstance(t, Name) and t.id == "upstream" for t in statement.targets):
            value = statement.value
            items = value.items if isinstance(value, Group) else value.keys if isinstance(value, Table) else (value,)
            yield from (item.value for item in items if isinstance(item, Const) and isinstance(item.value, str))


def _asked(body: object) -> Iterator[str]:
    stack: list[object] = [body]
    found: list[str] = []
    while stack:
        item = stack.pop()
        if (
            isinstance(item, Item)
            and isinstance(item.base, Name)
            and item.base.id == "upstream"
            and isinstance(item.key, Const)
        ):
            found.append(str(item.key.value))
        if isinstance(item, tuple):
            stack.extend(item)
        elif isinstance(item, Record):
            stack.extend(getattr(item, field) for field in item.__struct_fields__)
    yield from reversed(found)
