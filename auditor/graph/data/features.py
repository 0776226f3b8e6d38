"""Columns that are made for a model which then chooses others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.observed.written import name_of, written
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const, Expr, Group, Item, Name
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import ScopeIndex

_LOOKING = frozenset({"print", "len", "display", "type", "id", "isinstance", "head", "info", "describe"})


class Unused(msgspec.Struct, frozen=True):
    """Columns of a frame that its own function makes and the features of its fit leave out."""

    frame: str
    columns: tuple[tuple[str, Place], ...]
    made: int
    fit: Place


def unused_columns(world: World, owned: Callable[[str], bool]) -> list[Unused]:
    """Where a body of code makes columns, fits on a list of columns of the same frame, and names some of the first nowhere again.

    A frame that goes anywhere as a whole is left out: who gets it may use every column.
    """
    found: list[Unused] = []
    code = world.resolved.code
    for path in code.paths:
        if owned(path) and places.is_product(path):
            for number in code.scopes(path):
                found += _of_scope(world, (path, number), owned)
    return found


def _of_scope(world: World, site: Site, owned: Callable[[str], bool]) -> Iterator[Unused]:
    fits = [
        e for e in world.resolved.effects.own.get(site, ()) if e.role is Role.FIT and world.trains(e) and e.call.args
    ]
    if not fits:
        return
    code = world.resolved.code
    index = code.index(*site)
    made: dict[str, dict[str, int]] = {}
    for target, _, line in index.items:
        if (
            type(target) is Item
            and type(target.base) is Name
            and type(target.key) is Const
            and isinstance(target.key.value, str)
        ):
            made.setdefault(target.base.id, {}).setdefault(target.key.value, line)
    for effect in fits:
        frame = _selected(world, effect.call.args[0], Frame(*site))
        if frame is None or frame not in made or _escapes(index, frame):
            continue
        counts = Counter(each.text for each in written(code.programs[site[0]], made[frame].__contains__))
        elsewhere = [code.texts(p) for p in code.paths if p != site[0] and owned(p)]
        lone = {
            c: line for c, line in made[frame].items() if counts[c] == 1 and not any(c in texts for texts in elsewhere)
        }
        if lone:
            listed = tuple((c, code.place(site[0], line)) for c, line in sorted(lone.items(), key=lambda item: item[1]))
            yield Unused(frame, listed, len(made[frame]), code.place(site[0], effect.line))
            return


def _selected(world: World, expr: Expr, frame: Frame, depth: int = 0) -> str | None:
    """The frame whose listed columns an expression is; None for anything else."""
    if type(expr) is Item and type(expr.base) is Name:
        items = world.resolved.evaluator.displays.elements(expr.key, frame)
        listed = items is not None and len(items) > 1 and all(type(item) is Const for item, _ in items)
        return expr.base.id if listed else None
    if type(expr) is Name and depth < 3:
        for binding, where in world.resolved.evaluator.denoter.bindings(expr, frame):
            if binding.how == "value" and binding.value is not None:
                return _selected(world, binding.value, where, depth + 1)
            if (
                binding.how == "unpack"
                and type(binding.value) is Call
                and name_of(binding.value.func).endswith("train_test_split")
            ):
                parted = binding.value.args[binding.at // 2 : binding.at // 2 + 1]
                return _selected(world, parted[0], where, depth + 1) if parted else None
    return None


def _escapes(index: ScopeIndex, frame: str) -> bool:
    """Whether a frame is handed on whole: to a call, by a return, under another name, or by a method that keeps all columns."""
    if any(_is_whole(value, frame) for value in index.returns):
        return True
    for site in index.calls:
        last = name_of(site.call.func).rpartition(".")[2]
        given = (*site.call.args, *(value for _, value in site.call.keywords))
        if last not in _LOOKING and any(_is_whole(value, frame) for value in given):
            return True
        if name_of(site.call.func).startswith(f"{frame}.") and last not in _LOOKING | {
            "drop",
            "dropna",
            "fillna",
            "sort_values",
            "reset_index",
        }:
            return True
    return any(
        binding.value is not None and _is_whole(binding.value, frame)
        for name, versions in index.bindings.items() if name != frame
        for binding in versions.values()
    )  # fmt: skip


def _is_whole(expr: Expr, frame: str) -> bool:
    """Whether an expression is the frame itself, a display that holds it, or a call on it that keeps its columns."""
    if type(expr) is Name:
        return expr.id == frame
    if type(expr) is Call:
        return name_of(expr.func).startswith(f"{frame}.")
    return type(expr) is Group and any(_is_whole(item, frame) for item in expr.items)
