"""Names that a handler leaves unset and that are read behind it."""

from __future__ import annotations

import pytest

from tests.pages import graphs

LOOPED = """import logging

logger = logging.getLogger(__name__)


def collect(paths):
    rows = []
    for path in paths:
        {}
    return rows


print(collect(["a"]))
"""
PLAIN = """def load(path):
    {}


print(load("a"))
"""


def unset(shape: str, lines: str) -> list[tuple[str, int | None, bool]]:
    """The names, the lines of the reads, and whether an old value is read."""
    blanks = shape.partition("{}")[0].rpartition("\n")[2]
    code = shape.format(lines.replace("\n", f"\n{blanks}"))
    (graph,) = graphs({"fit.py": code}, archetypes="P").components
    return [(each.name, each.place.line, each.stale) for each in graph.unset_names()]


TRY = "try:\n    row = open(path).read()\nexcept OSError as error:\n    {}\n"


def test_a_loop_reads_the_value_of_the_round_before() -> None:
    assert unset(LOOPED, TRY.format("logger.warning(error)") + "rows.append(row)") == [("row", 13, True)]


@pytest.mark.parametrize("tells", ["print(error)", "pass", "import logging", "'nothing'"])
def test_only_a_handler_that_does_nothing_else_goes_on(tells: str) -> None:
    told = [("row", 6, False)] if tells != "import logging" else []
    assert unset(PLAIN, TRY.format(tells) + "return row.strip()") == told


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(TRY.format("raise ValueError(path) from error") + "return row", id="raised"),
        pytest.param(TRY.format("return None") + "return row", id="returned"),
        pytest.param(TRY.format("parser.error(path)") + "return row", id="ended"),
        pytest.param(TRY.format("logger.log_and_exit(path)") + "return row", id="ended by a name of several words"),
        pytest.param(TRY.format("row = ''") + "return row", id="bound in the handler"),
        pytest.param("row = ''\n" + TRY.format("pass") + "return row", id="bound before"),
        pytest.param(TRY.format("pass") + "row = ''\nreturn row", id="bound behind"),
        pytest.param(TRY.format("pass") + "return path", id="not read"),
        pytest.param(TRY.format("pass") + "return path\nreturn row", id="behind the end"),
        pytest.param(TRY.format("pass") + "finally:\n    return path\nreturn row", id="behind an end whatever happens"),
        pytest.param(TRY.format("pass") + "if path:\n    return row", id="read in a branch"),
        pytest.param("try:\n    row = ''\n    print(open(path))\nexcept OSError:\n    pass\nreturn row", id="bound before anything fails"),
        pytest.param("try:\n    path = open(path).read()\nexcept OSError:\n    pass\nreturn path", id="a parameter"),
        pytest.param("global row\n" + TRY.format("pass") + "return row", id="a name of the module"),
        pytest.param(TRY.format("pass") + "return sum(row for row in path)", id="a name of its own"),
    ],
)  # fmt: skip
def test_what_is_bound_or_not_reached(lines: str) -> None:
    assert not unset(PLAIN, lines)
