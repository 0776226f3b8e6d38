"""A program that asks for a column is not fed by a table that lacks it: each beside one that may be."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
MAKE = "import pandas as pd\ntold = {{'name': [1], 'size': [2]}}\n{}\nframe = pd.DataFrame(told)\n{}\nframe.to_csv('data/all.csv')\n"
TAKE = "import pandas as pd\nframe = pd.read_csv('data/all.csv'{})\n{}\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


@pytest.mark.parametrize(
    ("before", "after", "given", "use", "number"),
    [
        ("", "", "", "print(frame['name'])", 1),
        ("", "", "", "print(frame['pixels'])", 0),
        ("", "", "", "for n, row in frame.iterrows():\n    print(row['pixels'])", 0),
        ("", "", "", "for n, row in other.iterrows():\n    print(row['pixels'])", 1),
        ("told['pixels'] = [3]", "", "", "print(frame['pixels'])", 1),
        ("", "frame['pixels'] = 3", "", "print(frame['pixels'])", 1),
        ("told.update({'pixels': [3]})", "", "", "print(frame['pixels'])", 1),
        ("", "frame.insert(0, 'pixels', 3)", "", "print(frame['pixels'])", 1),
        ("", "frame.rename(columns={'name': 'pixels'}, inplace=True)", "", "print(frame['pixels'])", 1),
        ("", "", "", "frame.rename(columns={'name': 'pixels'}, inplace=True)\nprint(frame['pixels'])", 1),
        ("", "frame = frame.merge(told)", "", "print(frame['pixels'])", 1),
        ("", "", ", names=['pixels']", "print(frame['pixels'])", 1),
        ("", "", "", "frame['pixels'] = 3\nprint(frame['pixels'])", 1),
        ("", "", "", "frame.columns = ['pixels', 'b']\nprint(frame['pixels'])", 1),
        ("", "", "", "frame = frame.rename(columns={'name': 'pixels'})\nprint(frame['pixels'])", 1),
    ],
)
def test_what_lacks_a_column_feeds_nobody_who_asks_for_it(
    before: str, after: str, given: str, use: str, number: int
) -> None:
    files = {"make.py": MAKE.format(before, after), "take.py": TAKE.format(given, use)}
    assert len(found(files, "PIP001")) == number
