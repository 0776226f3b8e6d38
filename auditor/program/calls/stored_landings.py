"""What is carried to callers as plain data, so that it can be stored.

An effect that landed is told by its number in its file, and by those of the calls that led to it in theirs. What these numbers
mean is told by the effects of these files, on which a stored answer hangs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from auditor.program.calls.landing import Carried, landed
from auditor.program.calls.records import Effect, LocalCall, Site
from auditor.program.calls.targets import Named
from auditor.program.symbolic.values import Value

if TYPE_CHECKING:
    from auditor.program.calls.effects import Effects


class _Landed(msgspec.Struct, array_like=True, gc=False):
    effect: int
    chain: list[tuple[str, int]]
    end_line: int
    dead: bool
    named: tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]]


class _Carried(msgspec.Struct, array_like=True, gc=False):
    landed: list[_Landed]
    cut: list[Site]
    widest: int
    most: int
    by: list[tuple[str, bytes, bytes | None]]
    """The effects and the contents of the files in which the numbers are: what is packed tells all that landed."""


class Packed:
    """What is carried from the files of a tree as plain data, which `kind` is the type of."""

    kind = _Carried

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._calls: dict[str, dict[int, int]] = {}

    def packed(self, path: str, answer: Carried) -> _Carried:
        """What is carried from a file. Raises LookupError where an effect is none of the file, or a call none of its caller."""
        own = {id(effect.standing): number for number, effect in enumerate(self._effects.files.of(path).own)}
        found = [
            _Landed(
                own[id(effect.standing)], [(call.caller[0], self._number(call)) for call in effect.chain],
                effect.end_line, effect.dead, (effect.targets, effect.dest, effect.source),
            )
            for _, effect in answer.landed
        ]  # fmt: skip
        return _Carried(found, sorted(answer.cut), answer.widest, answer.most, self._by(path, answer))

    def _by(self, path: str, answer: Carried) -> list[tuple[str, bytes, bytes | None]]:
        files = self._effects.files
        callers = {call.caller[0] for _, effect in answer.landed for call in effect.chain}
        return [(each, files.told(each), files.tree.file(each)) for each in sorted({path, *callers})]

    def unpacked(self, path: str, packed: _Carried) -> Carried:
        """What was packed. Raises LookupError where it is damaged."""
        own, files = self._effects.files.of(path).own, self._effects.files
        found: list[tuple[Site, Effect]] = []
        for each in packed.landed:
            chain = tuple(files.of(caller).calls[number] for caller, number in each.chain)
            effect = landed(self._effects.code, own[each.effect], chain, Named(*each.named), each.end_line, each.dead)
            found.append((effect.site, effect))
        return Carried(tuple(found), frozenset(packed.cut), packed.widest, packed.most)

    def _number(self, call: LocalCall) -> int:
        path = call.caller[0]
        if path not in self._calls:
            calls = self._effects.files.of(path).calls
            self._calls[path] = {id(each): number for number, each in enumerate(calls)}
        return self._calls[path][id(call)]
