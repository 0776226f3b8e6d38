"""What statements do to the state of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.model.ir import (
    Assert,
    Assign,
    Const,
    Define,
    Delete,
    Do,
    If,
    Jump,
    Loop,
    Name,
    Raise,
    Return,
    Try,
    With,
)
from auditor.program.rows.iteration import elements
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Env
from auditor.program.rows.values import OTHER, Value, mixed

UNKNOWN_PASSES = 2
"""Passes over the body of a loop whose elements are not known: what differs between two turns shows after two."""


def _assign(m: Machine, s: Assign, at: Env) -> bool:
    if s.value is None:
        return False
    value = m.value(s.value, at)
    if s.op:
        before = m.value(s.targets[0], at)
        value = Value("list", items=(*before.items, *value.items)) if _lists(before, value) else mixed([before, value])
    for target in s.targets:
        m.bind(target, value, at)
    return False


def _lists(one: Value, other: Value) -> bool:
    return one.kind == other.kind == "list"


def _do(m: Machine, s: Do, at: Env) -> bool:
    m.value(s.value, at)
    return False


def _return(m: Machine, s: Return, at: Env) -> bool:
    at.returned.append(m.value(s.value, at) if s.value is not None else OTHER)
    return True


def _if(m: Machine, s: If, at: Env) -> bool:
    test = m.value(s.test, at)
    if type(s.test) is Const or test.kind == "const":
        return m.body(s.body if test.const else s.orelse, at)
    block = at.block
    branch = id(s)

    def arm(number: int) -> Callable[[], bool]:
        def run() -> bool:
            at.block = (*block, (branch, number))
            left = m.body(s.body if number == 0 else s.orelse, at)
            at.block = block
            return left

        return run

    return m.branches([arm(0), arm(1)], at)


def _loop(m: Machine, s: Loop, at: Env) -> bool:
    source = m.value(s.source, at)
    turns = elements(m, source) if s.target is not None else None
    if turns is None:
        turns = [Value()] if at.loops > 1 else [Value()] * UNKNOWN_PASSES
    at.loops += 1
    around, at.turn, turns_around = at.turn, at.block, at.turns
    counts = source.kind == "index" and isinstance(source.const, tuple)
    for turn in turns:
        at.turns = (*turns_around, m.sets.number())
        if s.target is not None and counts:
            m.bind(s.target, Value("index", m.sets.fresh()), at)
        elif s.target is not None:
            m.bind(s.target, turn if turn.kind != "other" or turn.rows is not None else m.fresh(), at)
        m.body(s.body, at)
    at.loops -= 1
    at.turn, at.turns = around, turns_around
    m.body(s.orelse, at)
    return False


def _with(m: Machine, s: With, at: Env) -> bool:
    for value, target in s.items:
        got = m.value(value, at)
        if target is not None:
            m.bind(target, got, at)
    return m.body(s.body, at)


def _try(m: Machine, s: Try, at: Env) -> bool:
    left = m.body(s.body, at)
    for handler in s.handlers:
        kept, heap = dict(at.names), dict(m.heap)
        m.body(handler.body, at)
        at.names, m.heap = kept, m.heap | heap
    if not left:
        left = m.body(s.orelse, at)
    return m.body(s.final, at) or left


def _delete(m: Machine, s: Delete, at: Env) -> bool:
    for target in s.targets:
        if type(target) is Name:
            at.names.pop(target.id, None)
    return False


def _define(m: Machine, s: Define, at: Env) -> bool:
    at.names[s.name.id] = Value("function", path=at.site[0], scope=s.scope)
    return False


def _raise(m: Machine, s: Raise, at: Env) -> bool:
    return True


def _assert(m: Machine, s: Assert, at: Env) -> bool:
    m.value(s.test, at)
    return False


def _jump(m: Machine, s: Jump, at: Env) -> bool:
    return s.word in ("break", "continue")


STATEMENTS: dict[type, Callable[[Machine, Any, Env], bool]] = {
    Assign: _assign,
    Do: _do,
    Return: _return,
    If: _if,
    Loop: _loop,
    With: _with,
    Try: _try,
    Delete: _delete,
    Define: _define,
    Raise: _raise,
    Assert: _assert,
    Jump: _jump,
}
