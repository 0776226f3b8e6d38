"""Scopes from the cache: their statements are made when they are first asked for."""

from __future__ import annotations

import msgspec

from auditor.model.ir import Program, Scope
from auditor.source.program import read_program

TEXT = b"import os\n\ndef load(name):\n    return os.path.join('data', name)\n\nload('a')\n"


def read() -> Program:
    """A program as its reader makes it."""
    program, _ = read_program(TEXT)
    assert program is not None
    return program


def from_cache(program: Program) -> Program:
    """The same as the cache gives it."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(program), type=Program)


def test_a_scope_from_the_cache_is_the_one_that_was_read() -> None:
    assert from_cache(read()) == read()
    assert [scope.body for scope in from_cache(read()).scopes] == [scope.body for scope in read().scopes]
    assert hash(from_cache(read()).scopes[1]) == hash(read().scopes[1])
    assert from_cache(read()).scopes[0] != read().scopes[1]


def test_scopes_of_other_statements_are_not_equal() -> None:
    scope = from_cache(read()).scopes[1]
    assert scope != msgspec.structs.replace(read().scopes[1], statements=())


def test_statements_are_made_once_and_not_before() -> None:
    scope = from_cache(read()).scopes[1]
    assert isinstance(scope.statements, msgspec.Raw)
    assert scope.body is scope.body
    held: object = scope.statements
    assert held is scope.body


def test_it_is_stored_again_as_it_was() -> None:
    stored = msgspec.msgpack.encode(read())
    program = from_cache(read())
    assert program.scopes[0].body
    assert msgspec.msgpack.encode(program) == stored


def test_statements_that_are_none_cost_their_scope_alone() -> None:
    *before, _, doc, complexity, logical = msgspec.structs.astuple(read().scopes[1])
    stored = msgspec.msgpack.encode((*before, [["no such statement"]], doc, complexity, logical))
    assert msgspec.msgpack.decode(stored, type=Scope).body == ()
