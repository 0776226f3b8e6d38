"""Files that come out of an archive, and files that only lie where one is unpacked."""

from __future__ import annotations

import pytest

from tests.pages import graphs

UNPACK = "import zipfile\nwith zipfile.ZipFile('raw.zip') as file:\n    file.extractall('data')\n"
READ = "import pandas as pd\nprint(pd.read_csv('data/train/a.csv'))\n"


def writers(files: dict[str, str]) -> list[str]:
    world = graphs(files).world
    return [e.source for e in world.edges if e.kind.value == "produces" and e.target == "file:data/train/a.csv"]


def test_what_is_read_in_the_folder_came_out_of_the_archive() -> None:
    assert writers({"get.py": UNPACK, "fit.py": READ}) == ["file:get.py"]


def test_a_notebook_that_unpacks_the_same_archive_is_no_other_source() -> None:
    assert writers({"get.py": UNPACK, "again.py": UNPACK, "fit.py": READ}) == ["file:again.py", "file:get.py"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"data/train/a.csv": "a\n1\n"}, id="kept in the repository"),
        pytest.param({"other.py": UNPACK.replace("raw", "more")}, id="two archives"),
        pytest.param({"get.py": UNPACK.replace("'data'", "'elsewhere'")}, id="another folder"),
    ],
)
def test_what_may_come_from_elsewhere_is_not_said_to(more: dict[str, str]) -> None:
    assert writers({"get.py": UNPACK, "fit.py": READ} | more) == []


def test_what_is_written_by_name_comes_from_its_writer() -> None:
    clean = "import pandas as pd\npd.read_csv('x.csv').to_csv('data/train/a.csv')\n"
    assert writers({"get.py": UNPACK, "fit.py": READ, "clean.py": clean}) == ["file:clean.py"]
