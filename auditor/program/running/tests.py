"""Which programs are tests: by their path, and by what they hold, whatever their name says."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.model.ir import Import, Program
from auditor.model.regex import regex
from auditor.program.naming.scopes import last_name

_TEST = regex(
    r"(^|/)_*(tests?|testing|test[-_]?data|unit_?tests?|integration_?tests?|e2e)_*/|(^|/)(test_[^/]*|[^/]*_test(er)?|conftest)\.py$",
    re.I,
)
_TEST_FUNCTION = regex(r"^(test_\w|test[A-Z]|it_|should_)")
_FRAMEWORKS = frozenset(
    {"pytest", "unittest", "nose", "nose2", "hypothesis", "doctest", "absl", "testing", "parameterized"}
)


@lru_cache(maxsize=100_000)
def is_test(path: str) -> bool:
    """Test code."""
    return bool(_TEST.search(path))


def holds_tests(program: Program) -> bool:
    """Whether a program defines tests, or imports what tests are written with."""
    for scope in program.scopes:
        name = scope.name.rpartition(".")[2]
        if scope.kind == "function" and _TEST_FUNCTION.match(name):
            return True
        if scope.kind == "class" and any(last_name(base).endswith("TestCase") for base in scope.bases):
            return True
        for statement in scope.body:
            if type(statement) is Import and any(
                imported.module.partition(".")[0] in _FRAMEWORKS for imported in statement.names
            ):
                return True
    return False
