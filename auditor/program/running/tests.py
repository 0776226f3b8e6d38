"""Whether a program holds tests, whatever its name says."""

from __future__ import annotations

from auditor.model.ir import Attr, Import, Name, Program
from auditor.model.regex import regex

_TEST_FUNCTION = regex(r"^(test_\w|test[A-Z]|it_|should_)")
_FRAMEWORKS = frozenset(
    {"pytest", "unittest", "nose", "nose2", "hypothesis", "doctest", "absl", "testing", "parameterized"}
)


def holds_tests(program: Program) -> bool:
    """Whether a program defines tests, or imports what tests are written with."""
    for scope in program.scopes:
        name = scope.name.rpartition(".")[2]
        if scope.kind == "function" and _TEST_FUNCTION.match(name):
            return True
        if scope.kind == "class" and any(_named(base).endswith("TestCase") for base in scope.bases):
            return True
        for statement in scope.body:
            if type(statement) is Import and any(
                imported.module.partition(".")[0] in _FRAMEWORKS for imported in statement.names
            ):
                return True
    return False


def _named(base: object) -> str:
    return base.id if type(base) is Name else base.name if type(base) is Attr else ""
