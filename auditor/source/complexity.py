"""McCabe's complexity of each scope, by radon's numbers for what was met in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from auditor.source import counted
from auditor.source.parse import with_more_room
from auditor.source.scopes import Draft


def complexities(drafts: list[Draft]) -> tuple[list[int], int]:
    """radon's number for each scope, in order, and how many nest too deep for radon (these have 0).

    A class has radon's average over its methods.
    """
    own = [_counted(draft) for draft in drafts]
    methods: defaultdict[int, list[int | None]] = defaultdict(list)
    for draft, count in zip(drafts, own, strict=True):
        if draft.header.kind == "function":
            methods[draft.header.parent].append(count)
    found = [
        _average(count, methods[index]) if draft.header.kind == "class" else count
        for index, (draft, count) in enumerate(zip(drafts, own, strict=True))
    ]
    return [number or 0 for number in found], found.count(None)


def _counted(draft: Draft) -> int | None:
    """The number of a scope, which is one more than what counts in it; None where a part of it nests too deep."""
    number = 1 + draft.counted
    for node in draft.unseen:
        try:
            number += counted.within(node)
        except RecursionError:
            try:
                number += with_more_room(lambda node=node: counted.within(node))  # type: ignore[misc]  # its default is the node
            except RecursionError:
                return None
    return number


def _average(own: int | None, methods: Sequence[int | None]) -> int | None:
    from radon.visitors import Class

    known = [number for number in methods if number is not None]
    if own is None or len(known) < len(methods):
        return None
    return int(Class("", 0, 0, 0, known, [], own + sum(known)).complexity)
