"""Lists that commands install from, and whether what they hold is known."""

from __future__ import annotations

import pytest

from auditor.graph.reproduction.installs import unread_lists
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
