"""Files that a program changes for a trial and leaves as they were."""

from __future__ import annotations

import pytest

from auditor.model.place import Place
from tests.pages import graphs

TRIAL = """import json
from pathlib import Path

p = Path('rows.json')


def main():
    old = p.read_text(encoding='utf-8')
    try:
        p.write_text(json.dumps({{'a': 1}}))
    finally:
        {last}


if __name__ == '__main__':
    main()
"""


@pytest.mark.parametrize(
    ("last", "told"),
    [
        pytest.param("p.write_text(old, encoding='utf-8')", False, id="the old text"),
        pytest.param("p.write_text(data=old)", False, id="by keyword"),
        pytest.param("p.write_text(old.upper())", True, id="another text"),
        pytest.param("Path('copy.json').write_text(old)", True, id="another file"),
        pytest.param("old = 'b'; p.write_text(old)", True, id="another meaning"),
    ],
)
def test_who_writes_back_what_was_there_makes_nothing(last: str, told: bool) -> None:
    read = "import json\njson.dump(json.load(open('rows.json')), open('out.json', 'w'))\n"
    tree = graphs({"trial.py": TRIAL.format(last=last), "use.py": read}, archetypes="P")
    edges = [edge.read for each in tree.components for edge in each.file_edges() if edge.reader == "use.py"]
    assert edges == ([Place("use.py", 2, 2)] if told else [])
