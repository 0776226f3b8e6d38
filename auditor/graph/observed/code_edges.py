"""What code says beside data: configuration keys and the functions that read them, options and what commands set, calls."""

from __future__ import annotations

from auditor.graph.declared.steps import Steps
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.program import Resolved
from auditor.program.calls.effects import Site
from auditor.program.configuration.command_words import Option
from auditor.program.configuration.readings import Reading
from auditor.program.naming.code import Code

MOST_KEYS = 400
"""Keys of one document that are stated although no code reads them."""


def function_node(store: Store, resolved: Resolved, site: Site) -> str:
    """The node of a function, stated if it is new and tied to its file; the node of the file for its top level."""
    path, number = site
    file = f"file:{path}"
    if not number:
        return file
    scope = resolved.code.scope(path, number)
    node = f"function:{path}#{scope.name}"
    if not store.has(node):
        where = resolved.code.place(path, scope.line, scope.end_line)
        store.node(
            node,
            NodeKind.FUNCTION,
            scope.name,
            path=where.path,
            line=where.line,
            end_line=where.end_line,
            cell=where.cell,
        )
        piece = Evidence(where.path, scope.line, scope.name[:120], "python", "definition", 0.95)
        store.edge(file, node, EdgeKind.CONTAINS, (piece,))
    return node


def program_node(store: Store, code: Code, path: str, kind: NodeKind) -> str:
    """The node of a program, stated if it is new; one that a command holds stands in the file of the command."""
    held = code.embedded.homes.get(path)
    if held is None:
        return store.node(f"file:{path}", kind, path, path=path)
    return store.node(f"file:{path}", kind, f"{held[0]}:{held[1]}", path=held[0], line=held[1])


def imported(code: Code, path: str) -> tuple[tuple[str, Evidence], ...]:
    """The modules of the repository that a program imports, each with where it does."""
    imported, home = sorted(code.imports(path)), code.home(path)
    lines = code.of_imports(_import_lines, path, dict[str, int]) if imported else {}
    return tuple(
        (target, Evidence(home, lines.get(target), target[:120], "python", "import", 0.95)) for target in imported
    )


def _import_lines(code: Code, path: str) -> dict[str, int]:
    """By module of the repository the line at which a program first imports it, or something out of it."""
    found: dict[str, int] = {}
    for statement, _, _ in code.index(path, 0).imports:
        for module in dict.fromkeys(imported.module for imported in statement.names):
            home = code.modules.resolve(path, module, statement.level)
            if home is not None:
                found.setdefault(home, statement.line)
    return found


def state_keys(store: Store, resolved: Resolved) -> None:
    """Keys of the documents that code reads: where each is defined and where it is read.

    `defined` and `read` say whether; a key under a part that is handed on whole counts as read.
    """
    readings = resolved.readings.all()
    for reading in readings:
        if not reading.key:
            continue
        leaf = resolved.code.leaves(reading.document).get(reading.key)
        defined = leaf is not None or reading.whole
        node = _param(
            store, reading.document, reading.key, leaf[1] if leaf is not None else None, defined=defined, read=True
        )
        where = resolved.code.place(reading.site[0], reading.line)
        snippet = f"{reading.document}: {reading.key}"[:120]
        piece = Evidence(where.path, where.line, snippet, "python", "config-key", 0.8, cell=where.cell)
        store.edge(node, function_node(store, resolved, reading.site), EdgeKind.CONFIGURES, (piece,))
    for document in sorted({reading.document for reading in readings}):
        _state_unread(store, resolved, document, [r for r in readings if r.document == document])


def _state_unread(store: Store, resolved: Resolved, document: str, readings: list[Reading]) -> None:
    """The keys of a document that no reading names, with whether a part around them is handed on."""
    parts = {reading.key for reading in readings if reading.whole}
    named = {reading.key for reading in readings}
    for key, (_, line) in list(resolved.code.leaves(document).items())[:MOST_KEYS]:
        if key in named or key.startswith("defaults."):
            continue
        covered = "" in parts or any(key.startswith(f"{part}.") for part in parts)
        _param(store, document, key, line, defined=True, read=covered)


def _param(store: Store, document: str, key: str, line: int | None, *, defined: bool, read: bool) -> str:
    node = store.node(
        f"param:{document}#{key}", NodeKind.PARAM, key, path=document, line=line, defined=defined, read=read
    )
    file = store.node(f"file:{document}", NodeKind.CONFIG, document, path=document)
    piece = Evidence(document, line, key[:120], "config", "key", 0.95)
    store.edge(file, node, EdgeKind.CONTAINS, (piece,))
    return node


def state_options(store: Store, resolved: Resolved, steps: Steps, programs: tuple[str, ...]) -> None:
    """Command-line options of programs, and what the commands of steps set them to."""
    lines = resolved.evaluator.options
    for path in programs:
        for option in lines.of_program(path):
            _option(store, path, option)
        for invocation, dest, words in lines.given(path):
            if invocation.by not in steps.by_id or not store.has(invocation.by):
                continue
            step = steps.by_id[invocation.by]
            value = " ".join(word.text for word in words)[:120]
            piece = Evidence(step.path, step.step.line, f"{dest}={value}"[:120], step.tool, "command", 0.9)
            store.edge(invocation.by, f"cli:{path}#{dest}", EdgeKind.SETS, (piece,), value=value)


def _option(store: Store, path: str, option: Option) -> None:
    node = store.node(f"cli:{path}#{option.dest}", NodeKind.CLI_PARAM, option.dest, path=option.path, line=option.line)
    piece = Evidence(option.path, option.line, option.dest[:120], "python", "option", 0.9)
    store.edge(node, f"file:{path}", EdgeKind.CONFIGURES, (piece,))


def state_calls(store: Store, resolved: Resolved) -> None:
    """Which function calls which."""
    for site, calls in sorted(resolved.effects.calls.items()):
        for call in calls:
            callee = (call.callee.path, call.callee.scope)
            if callee == site:
                continue
            source, target = function_node(store, resolved, site), function_node(store, resolved, callee)
            where = resolved.code.place(site[0], call.line)
            name = resolved.code.scope(*callee).name
            piece = Evidence(
                where.path,
                where.line,
                f"{name}(…)"[:120],
                "python",
                "call",
                0.95 if call.direct else 0.6,
                cell=where.cell,
            )
            store.edge(source, target, EdgeKind.CALLS, (piece,))
