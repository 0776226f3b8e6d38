"""Kedro's nodes and pipelines, as the code that builds them is run symbolically."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.dialects.kedro.pipes import (
    CHOICES,
    FILTERS,
    Named,
    Node,
    Pipe,
    Renaming,
    as_parameter,
    pipe_of,
)
from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.things import (
    LITERAL,
    Arguments,
    Bound,
    Closure,
    Either,
    Function,
    Items,
    Object,
    Partial,
    Plain,
    Scalar,
    Table,
    Thing,
    Where,
    options,
    parts,
)
from auditor.program.naming.code import Library, Local

CONDITIONAL = 0.8
"""Factor on what is only made under a condition that is not known (GRAPH §5)."""

_MAKERS = frozenset({"node", "Node"})
_JOINERS = frozenset({"pipeline", "Pipeline"})


class Conf(msgspec.Struct, frozen=True):
    """A loader of the configuration, made in the file `path`."""

    path: str


class Kedro(Meaning):
    """What the functions and classes of `kedro.pipeline` make; `made` are all nodes, in order.

    `find` answers `find_pipelines()` in a file; `configured` gives the parameters that a pattern of file names holds.
    """

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.find: Callable[[str], dict[Scalar, Thing]] = lambda _: {}
        self.configured: Callable[[str, str], Thing | None] = lambda *_: None
        self.made: list[Node] = []

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Nodes and pipelines from their constructors; `find_pipelines` by the folders of the project."""
        last = dotted.rpartition(".")[2]
        if dotted == "kedro.framework.project.find_pipelines":
            return Table(self.find(where.path))
        if dotted.startswith("kedro.config.") and last.endswith("ConfigLoader"):
            return Conf(where.path)
        if dotted.startswith("kedro_mlflow.pipeline") and last in ("pipeline_ml", "pipeline_ml_factory"):
            return args.get("training", 0)
        if not dotted.startswith("kedro.pipeline."):
            return None
        if last in _MAKERS:
            return self._node(args, where)
        if last in _JOINERS:
            return self._pipe(args)
        if last == "llm_context_node":
            return self._context_node(args, where)
        return Items("tuple", args.positional[1:]) if last == "tool" else None

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Parts of a pipeline."""
        if isinstance(receiver, Conf) and name == "get":
            return self._loaded(receiver, args.get("", 0))
        if not isinstance(receiver, Pipe):
            return None
        wanted = {text.text for given in args.positional for text in self._names(given)}
        choose = CHOICES.get(name)
        if choose is not None and wanted:
            return Pipe(tuple(choose(receiver.nodes, wanted)))
        return self._filtered(receiver, args) if name == "filter" else receiver

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """`pipeline.nodes`."""
        return Items("list", receiver.nodes) if isinstance(receiver, Pipe) and name == "nodes" else None

    def item(self, receiver: Thing, key: Thing) -> Thing | None:
        """`loader["parameters"]`."""
        return self._loaded(receiver, key) if isinstance(receiver, Conf) else None

    def _loaded(self, conf: Conf, key: Thing | None) -> Thing | None:
        named = next(self._names(key), None)
        return self.configured(conf.path, named.text.partition("*")[0]) if named is not None else None

    def operate(self, op: str, left: Thing, right: Thing, where: Where) -> Thing | None:
        """Sums and differences of pipelines; of one that hangs on a condition, the nodes of all it can be."""
        left, right = pipe_of(left), pipe_of(right)
        if not isinstance(left, Pipe) or not isinstance(right, Pipe):
            known = [side for side in (left, right) if isinstance(side, Pipe)]
            return known[0] if known and op in ("+", "|") else None  # sum() begins with 0
        others = {node.key for node in right.nodes}
        if op == "-":
            return Pipe(tuple(node for node in left.nodes if node.key not in others))
        if op == "&":
            return Pipe(tuple(node for node in left.nodes if node.key in others))
        return left.joined(right)

    def construct(self, of: Function, ancestry: tuple[str, ...], args: Arguments, where: Where) -> Thing | None:
        """Objects of a class that a project derives from Kedro's node."""
        derived = any(base.startswith("kedro.pipeline.") and base.rpartition(".")[2] == "Node" for base in ancestry)
        return self._node(args, where) if derived else None

    # --- nodes ---

    def _node(self, args: Arguments, where: Where) -> Node:
        func, code = self._code(args.get("func", 0))
        names = self.machine.values(args.get("name")) if self.machine is not None else ()
        node = Node(
            func,
            code,
            tuple(self._names(args.get("inputs", 1))),
            tuple(self._names(args.get("outputs", 2))),
            names[0].text() if len(names) == 1 else "",
            next((n.text for n in self._names(args.get("namespace"))), ""),
            frozenset(n.text for n in self._names(args.get("tags"))),
            where,
            tuple(self._bound(args.get("inputs", 1))),
        )
        self.made.append(node)
        return node

    def _context_node(self, args: Arguments, where: Where) -> Node:
        """A node that gathers a language model, its prompts and the inputs of its tools."""
        inputs = [named for key in ("llm", "prompts", "tools") for named in self._names(args.get(key))]
        plain = self._node(
            Arguments((), {k: v for k, v in args.keywords.items() if k in ("name", "outputs", "tags")}), where
        )
        return msgspec.structs.replace(plain, func="llm_context_node", inputs=tuple(dict.fromkeys(inputs)))

    def _names(self, thing: Thing | None) -> Iterator[Named]:
        """The names in a text, a list or the values of a dict."""
        for option in options(thing) if thing is not None else ():
            doubt = CONDITIONAL if isinstance(thing, Either) else 1.0
            for part in parts(option):
                if isinstance(part, Table):
                    for value in part.values():
                        yield from self._names(value)
                elif isinstance(part, Plain):
                    if isinstance(part.value, str):
                        yield Named(part.value, round(part.trust * doubt, 3))
                elif self.machine is not None:
                    for value in self.machine.values(part):
                        if value.exact:
                            yield Named(value.text(), round(min(value.confidence, LITERAL) * doubt, 3))

    def _bound(self, thing: Thing | None) -> Iterator[tuple[int | str, str]]:
        """The single names in the inputs, by position or keyword."""
        entries: dict[int | str, Thing] = {0: thing} if thing is not None else {}
        if isinstance(thing, Items):
            entries = dict(enumerate(thing.items))
        elif isinstance(thing, Table):
            entries = {str(key): value for key, value in thing.entries.items()}
        for key, value in entries.items():
            names = list(self._names(value))
            if len(names) == 1:
                yield key, names[0].text

    def _code(self, thing: Thing | None) -> tuple[str, tuple[Local, ...]]:
        """The name of a node's function, and the functions of the repository that it runs."""
        match thing:
            case Function(local) if self.machine is not None:
                return self.machine.code.scope(*local).name.rpartition(".")[2], (local,)
            case Partial(func, _):
                return self._code(func)
            case Bound(Object(of=of), name) if self.machine is not None:
                member = self.machine.class_member(of, name)
                return name, self._code(member)[1] if isinstance(member, Function) else ()
            case Bound(_, name):
                return name, ()
            case Library(dotted):
                return dotted.rpartition(".")[2], ()
            case Closure():
                return "<lambda>", ()
            case Either(several):
                known = [self._code(one) for one in several]
                return known[0][0], tuple(local for _, code in known for local in code)
        return "", ()

    # --- pipelines ---

    def _pipe(self, args: Arguments) -> Pipe:
        made = Pipe()
        for part in parts(args.get("nodes", 0) or args.get("pipe")):
            for one in _nodes(part):
                made = made.joined(Pipe((one,)))
        renaming = self._renaming(args)
        tags = frozenset(n.text for n in self._names(args.get("tags")))
        return Pipe(
            tuple(msgspec.structs.replace(renaming.applied(node), tags=node.tags | tags) for node in made.nodes)
        )

    def _renaming(self, args: Arguments) -> Renaming:
        namespace = next((n.text for n in self._names(args.get("namespace"))), "")
        mapping: dict[str, str] = {}
        for key in ("inputs", "outputs"):
            mapping.update(self._mapping(args.get(key)))
        for old, new in self._mapping(args.get("parameters")).items():
            mapping[as_parameter(old)] = as_parameter(new)
        prefixed = args.get("prefix_datasets_with_namespace")
        return Renaming(mapping, namespace, prefixed=not (isinstance(prefixed, Plain) and prefixed.value is False))

    def _mapping(self, thing: Thing | None) -> dict[str, str]:
        """`{"old": "new"}`; a plain name or a set of names stays itself."""
        found: dict[str, str] = {}
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Table):
                for old, new in option.entries.items():
                    found.update({str(old): named.text for named in self._names(new)})
            else:
                found.update({named.text: named.text for named in self._names(option)})
        return found

    def _filtered(self, pipe: Pipe, args: Arguments) -> Pipe:
        """`pipeline.filter(tags=…, from_nodes=…, …)`: what all of the filters let through."""
        kept = pipe
        for name, given in args.keywords.items():
            choose = CHOICES.get(FILTERS.get(name, name))
            wanted = {named.text for named in self._names(given)}
            if choose is not None and wanted:
                through = {node.key for node in choose(pipe.nodes, wanted)}
                kept = Pipe(tuple(node for node in kept.nodes if node.key in through))
        return kept


def _nodes(thing: Thing) -> Iterator[Node]:
    if isinstance(thing, Node):
        yield thing
    elif isinstance(thing, Pipe):
        yield from thing.nodes
