"""What is known of the data that training starts from: whether something describes them, and what is expected of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec

from auditor.graph import places
from auditor.graph.data.competitions import is_competitions
from auditor.graph.data.trail import training_roots
from auditor.graph.data.versions import Root
from auditor.graph.observed.lineage import library_call
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assert, Assign, Attr, Call, Const, Expr, If, Item, Name, Return
from auditor.model.regex import regex
from auditor.program.naming.scopes import children

_TABLES = frozenset({"csv", "tsv", "psv", "xls", "xlsx", "jsonl", "ndjson"})
_TYPING = frozenset({
    "dtype", "dtypes", "usecols", "names", "schema", "schema_overrides", "columns", "converters", "infer_schema_length",
    "column_types", "features",
})  # fmt: skip
"""Arguments that say which columns or types a table has."""
_OF_REQUESTS = frozenset({"pydantic"})
"""Libraries whose models describe requests and settings, not tables."""
_EXPECTED = frozenset({"columns", "dtypes", "schema"})
_CHECKING = regex(r"(^|_)(valid\w*|check\w*|verif\w*|schema|is|has)(_|$)", re.I)
"""Names of functions that answer whether something is as it should be."""


class Described(msgspec.Struct, frozen=True):
    """The roots of training that a document, a card, a hub or a library describes, and those that nothing does."""

    described: tuple[Root, ...]
    silent: tuple[Root, ...]


class Contracts(msgspec.Struct, frozen=True):
    """The tables that training starts from: with expectations, without and of this repository, without and from elsewhere."""

    kept: tuple[Root, ...]
    missing: tuple[Root, ...]
    elsewhere: tuple[Root, ...]
    by: str = ""


def described(world: World, owned: Callable[[str], bool]) -> Described:
    """The named data that training starts from, by whether anything in the tree tells what they are."""
    told: list[Root] = []
    silent: list[Root] = []
    for root in training_roots(world, owned):
        if root.touch is None or root.state == "supplied" or root.touch.artefact.templated:
            continue
        (told if _is_told(world, root) else silent).append(root)
    return Described(tuple(told), tuple(silent))


def _is_told(world: World, root: Root) -> bool:
    touch = root.touch
    if touch is None or world.documents.describes_data:
        return True
    path = touch.artefact.path
    if touch.effect.entry.attrs.get("toy"):
        return True  # a set that a library brings by its name: the path is only the folder that it is kept in
    if path is None:
        return not touch.artefact.id.startswith(("url:", "uri:", "host:")) or world.documents.tells_of(
            touch.artefact.id
        )
    pointer = world.files.get(f"{path}.dvc")
    card = any(
        places.is_card(other) or (other.rpartition("/")[2].lower().startswith("readme") and "/" in other)
        for other in world.beside(path)
    )
    if card or (pointer is not None and pointer.attr("desc")):
        return True
    return world.documents.describes(path) or is_competitions(world, path)  # its page tells of what it gives out


def contracts(world: World, owned: Callable[[str], bool]) -> Contracts:
    """The tables that training starts from, by whether something expects columns or types of them."""
    tables = [root for root in training_roots(world, owned) if _is_table(root)]
    checked = _checked(world, owned) if tables else ""
    kept = [root for root in tables if checked or _is_typed(world, root)]
    lacking = [root for root in tables if root not in kept]
    own = tuple(root for root in lacking if root.touch is not None and root.touch.artefact.path is not None)
    return Contracts(tuple(kept), own, tuple(root for root in lacking if root not in own), checked)


def _is_table(root: Root) -> bool:
    """A table without types of its own; columnar formats and databases bring theirs."""
    if root.touch is None or root.state == "supplied" or root.pin.startswith("shipped"):
        return False
    touch = root.touch
    text = (touch.artefact.path or touch.artefact.id).partition("?")[0]
    return places.suffix(text) in _TABLES and not touch.effect.name.endswith("open")


def _is_typed(world: World, root: Root) -> bool:
    call = library_call(world.resolved.effects, root.touch) if root.touch is not None else None
    return call is not None and any(name in _TYPING or not name for name, _ in call.keywords)


def _checked(world: World, owned: Callable[[str], bool]) -> str:
    """What checks tables anywhere in the component; "" if nothing does: a library, a declared check, a test on columns."""
    for effect in world.resolved.effects.all():
        checks = effect.role is Role.VALIDATE and effect.entry.library not in _OF_REQUESTS and not effect.dead
        if checks and owned(effect.site[0]) and places.is_product(effect.site[0]):
            return f"{effect.name} in {effect.site[0]}"
    for path, facts in sorted(world.files.items()):
        if any(watch.kind == "check" for watch in facts.watches):
            return f"checks declared in {path}"
    for path in world.resolved.code.paths:
        if owned(path) and (places.is_product(path) or _reads_tables(world, path)) and _expects_columns(world, path):
            return f"a test on columns in {path}"
    return ""


def _reads_tables(world: World, path: str) -> bool:
    """Whether a file of tests reads tables of the repository, not ones that it makes up."""
    sites = ((path, number) for number in world.resolved.code.scopes(path))
    return any(
        touch.way == "read" and places.suffix(touch.artefact.path or "") in _TABLES
        for site in sites
        for touch in world.lineage.touches.get(site, ())
    )


def _expects_columns(world: World, path: str) -> bool:
    """Whether code of a file asserts, fails on or filters by the columns or types of a table."""
    code = world.resolved.code
    for number in code.scopes(path):
        named: set[str] = set()
        for statement in _statements(code.scope(path, number).body):
            if type(statement) is Assign and statement.value is not None and _mentions(statement.value, named):
                named |= {target.id for target in statement.targets if type(target) is Name}
            if type(statement) is Assert and _mentions(statement.test, named):
                return True
            raises = type(statement) is If and any(type(inner).__name__ == "Raise" for inner in statement.body)
            if raises and _mentions(statement.test, named):
                return True
            says = (
                type(statement) is If
                and _CHECKING.search(code.scope(path, number).name.rpartition(".")[2])
                and _says_no(statement)
            )
            if says and _mentions(statement.test, named):
                return True
        if any(_filters_gaps(site.call) for site in code.index(path, number).calls):
            return True
    return False


def _says_no(branch: If) -> bool:
    """Whether a branch, or what happens else, answers with False or keeps it as a finding."""
    return any(
        type(each) in (Assign, Return) and type(each.value) is Const and each.value.value is False
        for each in _statements((*branch.body, *branch.orelse))
    )


def _filters_gaps(call: Call) -> bool:
    """Whether a call keeps the rows of a Spark table whose named column is not null: it fails where the column is not there."""
    if type(call.func) is not Attr or call.func.name not in ("filter", "where") or not call.args:
        return False
    stack: list[Expr] = [call.args[0]]
    while stack:
        node = stack.pop()
        if type(node) is Call and type(node.func) is Attr and node.func.name == "isNotNull":
            return True
        stack.extend(children(node))
    return False


def _statements(body: Iterable[Any]) -> Iterable[Any]:
    for statement in body:
        yield statement
        for field in ("body", "orelse", "final"):
            yield from _statements(getattr(statement, field, ()))


def _mentions(test: Expr, named: Collection[str] = ()) -> bool:
    """Whether an expression asks for columns or types, itself or by a name that holds them."""
    stack = [test]
    while stack:
        node = stack.pop()
        if (type(node) is Attr and node.name in _EXPECTED) or (type(node) is Name and node.id in named):
            return True
        if type(node) is Item and type(node.base) is Attr and node.base.name == "shape" and node.key == Const(1):
            return True
        stack.extend(children(node))
    return False
