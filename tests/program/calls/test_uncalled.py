"""Which code nothing in a repository names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.model.ir import Record
from auditor.program.calls import uncalled
from auditor.program.naming.words import records
from tests.pages import graphs

DEAD = "def clean_rows(x):\n    return x\n"


def alone(files: dict[str, str], line: int = 1) -> bool:
    return graphs(files, archetypes="P").world.uncalled.at("a.py", line)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"a.py": DEAD}, True, id="nothing names it"),
        pytest.param({"a.py": DEAD + "clean_rows(1)\n"}, False, id="called"),
        pytest.param({"a.py": DEAD + "TABLE = {'c': clean_rows}\n"}, False, id="handed on"),
        pytest.param({"a.py": DEAD, "b.py": "from a import clean_rows\n"}, False, id="imported"),
        pytest.param({"a.py": DEAD, "b.py": "NAME = 'a.clean_rows'\n"}, False, id="named in a text"),
        pytest.param({"a.py": DEAD, "b.yaml": "node: a.clean_rows\n"}, False, id="named in a setting"),
        pytest.param({"a.py": DEAD, "README.md": "# A\n\nCall `clean_rows`.\n"}, False, id="named in a document"),
        pytest.param({"a.py": DEAD, "Makefile": "x:\n\tpython -c 'import a; a.clean_rows(1)'\n"}, False, id="named in a command"),
        pytest.param({"a.py": DEAD, "b.py": "import a\nprint(getattr(a, input()))\n"}, False, id="found by a computed name"),
        pytest.param({"a.py": "import functools\n@functools.cache\n" + DEAD}, False, id="decorated"),
        pytest.param({"a.py": "def main():\n    pass\n"}, False, id="started by its name"),
        pytest.param({"a.py": "from x import Base\nclass Rows(Base):\n    pass\n"}, False, id="a class of a base that is not known"),
        pytest.param({"a.py": "def clean_rows(x):\n    return clean_rows(x - 1)\n"}, True, id="calls itself alone"),
        pytest.param({"a.py": "def clean_rows(x):\n    clean_rows = x + 1\n    return clean_rows\n"}, True, id="a variable of its own is called like it"),
        pytest.param({"a.py": "class Rows:\n    def read_all(self):\n        pass\n"}, True, id="a class that nothing makes"),
    ],
)  # fmt: skip
def test_code_that_nothing_names(files: dict[str, str], expected: bool) -> None:
    assert (
        alone(files, 2 if "class" in files["a.py"] else files["a.py"].count("\n", 0, files["a.py"].find("def ")) + 1)
        is expected
    )


def test_what_stands_in_a_dead_function_is_dead() -> None:
    files = {"a.py": "def outer_part():\n    def inner():\n        return 1\n    return inner()\n"}
    assert alone(files, 3)
    assert not alone({**files, "b.py": "from a import outer_part\nouter_part()\n"}, 3)


def test_what_a_file_reads_of_itself_is_counted_once_for_all_its_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[object] = []

    def counted(node: object) -> Iterator[Record]:
        walked.append(node)
        return records(node)

    monkeypatch.setattr(uncalled, "records", counted)
    found = graphs({"a.py": "".join(f"def part_{n}(x):\n    return x\n" for n in range(9))}, archetypes="P")
    assert found.world.uncalled.at("a.py", 1)
    once = len(walked)
    assert all(found.world.uncalled.at("a.py", line) for line in range(3, 18, 2))
    assert len(walked) == once
