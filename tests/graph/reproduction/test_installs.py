"""Lists that commands install from, and whether what they hold is known."""

from __future__ import annotations

import json

import pytest

from auditor.graph.reproduction.installs import installed, unread_lists
from auditor.model.place import Place
from tests.pages import graphs

INSTALL = "#!/bin/sh\npip install -r {}\n"


@pytest.mark.parametrize(
    ("files", "unread"),
    [
        ({"requirements.txt": "pandas\n"}, False),
        ({"requirements.txt": "-r more.txt\n", "more.txt": "pandas\n"}, True),
        ({"requirements.txt": "-r requirements-more.txt\n", "requirements-more.txt": "pandas\n"}, False),
        ({"requirements.txt": "-r gone.txt\n"}, False),
        ({"elsewhere.txt": "-r more.txt\n"}, False),
    ],
)
def test_a_list_that_no_reader_knows_is_unread_wherever_it_is_included(files: dict[str, str], unread: bool) -> None:
    found = graphs({"go.sh": INSTALL.format("requirements.txt"), **files})
    assert unread_lists(found.world) == ({""} if unread else set())


def test_a_list_is_looked_at_however_deep_it_is_included() -> None:
    names = [f"requirements-{n}.txt" for n in range(12)]
    chain = {name: f"-r {after}\n" for name, after in zip(names, [*names[1:], "last.txt"], strict=True)}
    files = {"go.sh": INSTALL.format(names[0]), **chain, "last.txt": "pandas\n"}
    assert unread_lists(graphs(files).world) == {""}


def test_lists_that_include_one_another_are_looked_at_once() -> None:
    names = [f"requirements-{n}.txt" for n in range(12)]
    every = "".join(f"-r {name}\n" for name in names)
    assert unread_lists(graphs({"go.sh": INSTALL.format(names[0]), **dict.fromkeys(names, every)}).world) == set()


def test_what_a_notebook_installs_stands_in_its_cell() -> None:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}
        for source in ("import a\n", "x = 1\n!pip install pandas\n")
    ]
    notebook = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    world = graphs({"n.ipynb": notebook, "go.sh": "#!/bin/sh\npip install numpy\n"}).world
    found = {each.requirement.name: each.place for each in installed(world, lambda _: True)}
    assert found == {"numpy": Place("go.sh", 2), "pandas": Place("n.ipynb", 2, None, 1)}
