"""Which branches a call that is seen, or a start that is known, leaves open."""

from __future__ import annotations

import pytest

from auditor.model.facts import Word
from tests.program.asking import effects, program


def landed(body: str, call: str, before: str = "") -> list[str]:
    """What a function reads where it is called like this."""
    source = f"{before}\ndef work(path, flag=None, other=None):\n{body}\n{call}\n"
    return sorted({e.targets[0].text() for e in effects(source) if e.io and e.via})


GUARDED = "    if {test}:\n        open(path + '.yes')\n    else:\n        open(path + '.no')"


@pytest.mark.parametrize(
    ("test", "call", "expected"),
    [
        pytest.param("flag", "work('a')", ["a.no"], id="None by default"),
        pytest.param("flag", "work('a', None)", ["a.no"], id="None"),
        pytest.param("flag", "work('a', '')", ["a.no"], id="empty"),
        pytest.param("flag", "work('a', 'x')", ["a.yes"], id="a text"),
        pytest.param("flag", "work('a', mystery())", ["a.no", "a.yes"], id="nobody tells"),
        pytest.param("flag", "work('a', os.getenv('X'))", ["a.no", "a.yes"], id="a library may give None"),
        pytest.param("flag is None", "work('a')", ["a.yes"], id="is None"),
        pytest.param("flag is not None", "work('a')", ["a.no"], id="is not None"),
        pytest.param("flag is None", "work('a', Path('x'))", ["a.no"], id="an object is not None"),
        pytest.param("flag", "work('a', Path('x'))", ["a.no", "a.yes"], id="an object may count as false"),
        pytest.param("flag or other", "work('a', other=True)", ["a.yes"], id="or"),
        pytest.param("flag or other", "work('a')", ["a.no"], id="neither"),
        pytest.param("flag and other", "work('a', True)", ["a.no"], id="and"),
        pytest.param("any((flag, other))", "work('a', other=1)", ["a.yes"], id="any"),
        pytest.param("not all([flag, other])", "work('a', other=1)", ["a.yes"], id="all"),
    ],
)
def test_a_test_of_what_a_call_gives_or_leaves_out(test: str, call: str, expected: list[str]) -> None:
    assert landed(GUARDED.format(test=test), call, "import os\nfrom pathlib import Path") == expected


def test_a_test_of_what_a_loop_hands_over_tells_its_elements_apart() -> None:
    body = GUARDED.format(test="flag == 'u' or flag == 'w'")
    source = f"def work(path, flag):\n{body}\nfor each in 'u', 'v', 'w':\n    work(each, each)\n"
    found = [target.text() for e in effects(source) if e.io and e.via for target in e.targets]
    assert sorted(found) == ["u.yes", "v.no", "w.yes"]


@pytest.mark.parametrize(
    "leaving",
    ["return", "raise ValueError", "sys.exit(1)", "if other:\n            return\n        else:\n            raise"],
)
def test_after_what_leaves_comes_only_what_did_not(leaving: str) -> None:
    body = f"    if flag:\n        {leaving}\n    open(path)"
    assert landed(body, "work('a')", "import sys") == ["a"]
    assert landed(body, "work('a', True)", "import sys") == []


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("KIND = 'u'", ["a.yes"]),
        ("KIND = 'v'", ["a.no"]),
        ("KIND = 'v'\nif mystery():\n    KIND = 'u'", ["a.no", "a.yes"]),
        ("KIND = mystery()", ["a.no", "a.yes"]),
    ],
)
def test_a_test_against_a_name_that_stands_for_one_constant(before: str, expected: list[str]) -> None:
    assert landed(GUARDED.format(test="flag == KIND"), "work('a', 'u')", before) == expected
    assert landed(GUARDED.format(test="flag in (KIND, 'w')"), "work('a', 'u')", before) == expected


def test_a_key_that_a_loop_hands_over_picks_each_function_for_its_own() -> None:
    table = "TABLE = {'u': one, 'v': two}\n"
    source = (
        f"def one(path): open(path)\ndef two(path): open(path)\n{table}for each in 'u', 'v':\n    TABLE[each](each)\n"
    )
    found = [(e.via[0], [target.text() for target in e.targets]) for e in effects(source) if e.io and e.via]
    assert sorted(found) == [("one", ["u"]), ("two", ["v"])]


def test_after_what_may_come_back_comes_either() -> None:
    assert landed("    if flag:\n        print(flag)\n    open(path)", "work('a', True)") == ["a"]


HELD = """
class Job:
    def __init__(self, path, flag=None):
        self.path = path
        self.flag = flag
        self.count = 0
{more}
    def run(self):
        self.count += 1
        if self.{asked}:
            open(self.path + '.yes')
        else:
            open(self.path + '.no')

Job('a').run()
"""


@pytest.mark.parametrize(
    ("asked", "more", "expected"),
    [
        pytest.param("flag", "", ["a.no"], id="what the constructor was given"),
        pytest.param("count", "", ["a.no", "a.yes"], id="counted"),
        pytest.param("flag", "        self.__dict__.update(settings())", ["a.no", "a.yes"], id="set by text"),
        pytest.param("flag", "        setattr(self, name(), 1)", ["a.no", "a.yes"], id="setattr"),
        pytest.param("flag", "    def later(self):\n        self.flag = mystery()", ["a.no", "a.yes"], id="set later"),
    ],
)
def test_an_attribute_decides_where_nothing_else_sets_it(asked: str, more: str, expected: list[str]) -> None:
    found = effects(HELD.format(asked=asked, more=more))
    assert sorted({e.targets[0].text() for e in found if e.io and e.targets[0].exact}) == expected


_CLI = """
import argparse
import pandas as pd

def main(folder, argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", default="b.csv")
    parser.add_argument("--report")
    parser.add_argument("--quiet", action="store_false", dest="loud")
    args = parser.parse_args(argv)
    pd.read_csv(folder + args.source)
    if args.report:
        pd.DataFrame().to_csv(folder + args.source + ".report")
    if args.loud:
        pd.DataFrame().to_csv(folder + args.source + ".loud")
"""


def touched(call: str) -> list[str]:
    found = effects({"cli.py": _CLI, "main.py": f"from cli import main\n{call}\n"})
    return sorted(e.targets[0].text() for e in found if e.io)


def test_options_in_a_list_that_a_caller_hands_over_decide() -> None:
    assert touched("main('d/', ['--source', 'a.csv'])") == ["d/a.csv", "d/a.csv.loud"]
    assert touched("main('d/', ['--source', 'a.csv', '--report', 'x', '--quiet'])") == ["d/a.csv", "d/a.csv.report"]


def test_an_option_that_no_start_gives_is_none_there() -> None:
    resolved = program({"main.py": _CLI + "main('d/')\n"})
    resolved.evaluator.invocations.add("main.py", (Word("--source"), Word("c.csv")), "", "step")
    found = [e for n in resolved.code.scopes("main.py") for e in resolved.effects.of(("main.py", n)) if e.io]
    runs = {e.targets[0].text(): e.targets[0].runs for e in found if e.targets}
    assert runs["d/c.csv.loud"] == {*resolved.evaluator.invocations.by_number}
    assert set(runs) >= {"d/c.csv", "d/c.csv.loud"}
    assert "d/c.csv.report" not in runs
