"""Options that `bool` makes of any text."""

from __future__ import annotations

import pytest

from tests.pages import graphs

PROGRAM = """import argparse

parser = argparse.ArgumentParser()
parser.add_argument({})
print(parser.parse_args())
"""


def always(code: str, path: str = "fit.py") -> list[tuple[str, bool]]:
    """The options and whether nothing switches them off."""
    (graph,) = graphs({path: code}, archetypes="P").components
    return [(each.flag, each.stuck) for each in graph.always_true()]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("'--a', type=bool, default=True", [("--a", True)]),
        ("'-a', '--all', type=bool, default=False", [("-a", False)]),
        ("'--a', default=True", []),
        ("'a', type=bool", []),
        ("'--a', type=str.lower, default='bool'", []),
        ("'--a', action='store_true'", []),
        ("*NAMES, type=bool", []),
    ],
)
def test_what_bool_makes_of_any_text(given: str, told: list[tuple[str, bool]]) -> None:
    assert always(PROGRAM.format(given)) == told


def test_another_bool_or_another_library_reads_the_word() -> None:
    given = "'--a', type=bool, default=True"
    assert not always("def bool(text):\n    return text == 'yes'\n" + PROGRAM.format(given))
    assert not always(f"import shop\n\nshop.parser().add_argument({given})\n")


def test_tests_do_not_count() -> None:
    assert not always(PROGRAM.format("'--a', type=bool"), "tests/test_fit.py")


def test_what_nothing_switches_off_comes_first() -> None:
    code = PROGRAM.format("'--a', type=bool)\nparser.add_argument('--b', type=bool, default=True")
    assert always(code) == [("--b", True), ("--a", False)]
