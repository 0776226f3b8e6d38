"""Layered drawing: columns from left to right by what follows from what, an order in each that crosses little, heights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence


def columns(names: set[str], ties: list[tuple[str, str]]) -> dict[str, int]:
    """Longest path from a source; ties that close a cycle are left out of the count."""
    onward: dict[str, list[str]] = {name: [] for name in names}
    arriving = dict.fromkeys(names, 0)
    for source, target in sorted(set(ties)):
        onward[source].append(target)
        arriving[target] += 1
    order: list[str] = []
    state = dict.fromkeys(names, 0)
    forward: dict[str, list[str]] = {name: [] for name in names}
    for root in sorted(names, key=lambda name: (arriving[name], name)):
        stack = [(root, iter(onward[root]))] if not state[root] else []
        while stack:
            name, rest = stack[-1]
            state[name] = 1
            following = next(rest, None)
            if following is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state[following] != 1:
                forward[name].append(following)
                if not state[following]:
                    stack.append((following, iter(onward[following])))
    found = dict.fromkeys(names, 0)
    for name in reversed(order):
        for following in forward[name]:
            found[following] = max(found[following], found[name] + 1)
    return found


def drawn_close(placed: Mapping[str, int], ties: list[tuple[str, str]]) -> dict[str, int]:
    """The same columns, with every source moved next to the first that follows from it."""
    arriving = {target for source, target in ties if placed[source] < placed[target]}
    close = dict(placed)
    for name in placed:
        followers = [placed[target] for source, target in ties if source == name and placed[target] > placed[name]]
        if name not in arriving and followers:
            close[name] = min(followers) - 1
    return close


def rows(placed: Mapping[str, int], ties: list[tuple[str, str]]) -> dict[str, int]:
    """Order within each column by the mean row of the neighbours, swept forth and back."""
    layers = _layers(placed)
    found = {name: row for layer in layers.values() for row, name in enumerate(layer)}
    near = _near(ties)
    for sweep in range(6):
        for column in sorted(layers, reverse=bool(sweep % 2)):

            def middle(name: str) -> tuple[float, str]:
                others = near.get(name, [])
                return (sum(found[o] for o in others) / len(others) if others else 0.0, name)

            layers[column].sort(key=middle)
            found.update({name: row for row, name in enumerate(layers[column])})
    return found


def heights(
    placed: Mapping[str, int],
    ranked: Mapping[str, int],
    ties: list[tuple[str, str]],
    slim: frozenset[str] = frozenset(),
) -> dict[str, int]:
    """How far down each name stands: in the order of its column, near its neighbours, without overlap.

    A name takes two units, a `slim` one (a bend of a line) takes one. No column is taller than the fullest one.
    """
    layers = _layers(placed)
    for layer in layers.values():
        layer.sort(key=lambda name: ranked[name])
    offsets = {column: _offsets(layer, slim) for column, layer in layers.items()}
    room = max((offset[-1] for offset in offsets.values()), default=0)
    near = _near(ties)
    found = {
        name: float(at + (room - offsets[column][-1]) // 2)
        for column, layer in layers.items()
        for name, at in zip(layer, offsets[column], strict=False)
    }
    for sweep in range(8):
        for column in sorted(layers, reverse=bool(sweep % 2)):
            layer = layers[column]
            wished = [
                sum(found[o] for o in near[name]) / len(near[name]) if name in near else found[name] for name in layer
            ]
            found.update(zip(layer, _packed(wished, offsets[column], room), strict=True))
    return {name: int(at + 0.5) for name, at in found.items()}


def _offsets(layer: Sequence[str], slim: frozenset[str]) -> list[int]:
    """Where each name of a column stands when nothing is between them, and at the end the height of all."""
    found = [0]
    for name in layer:
        found.append(found[-1] + (1 if name in slim else 2))
    return found


def _packed(wished: Sequence[float], offsets: Sequence[int], room: int) -> list[float]:
    """The heights nearest to the wishes (least squares) that keep order and distances and stay within the room."""
    blocks: list[tuple[float, int]] = []  # mean of the wishes, less what stands above, and how many share it
    for wish, offset in zip(wished, offsets, strict=False):
        mean, count = wish - offset, 1
        while blocks and blocks[-1][0] >= mean:
            above, others = blocks.pop()
            mean, count = (above * others + mean * count) / (others + count), others + count
        blocks.append((mean, count))
    slack = room - offsets[-1]
    shifts = [min(max(mean, 0.0), slack) for mean, count in blocks for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=False)]


def _layers(placed: Mapping[str, int]) -> dict[int, list[str]]:
    layers: dict[int, list[str]] = defaultdict(list)
    for name in sorted(placed):
        layers[placed[name]].append(name)
    return layers


def _near(ties: list[tuple[str, str]]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = defaultdict(list)
    for source, target in ties:
        near[source].append(target)
        near[target].append(source)
    return near
