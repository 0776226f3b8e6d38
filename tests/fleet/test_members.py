"""The list of a fleet, and what of it may be written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.fleet.members import read_list, settled, shard
from auditor.fleet.results import file_name, shown
from auditor.model.errors import UsageError
from auditor.model.fleet import Member

LIST = """
# those of the platform team
git@example.org:team/churn.git v1.2   # a tag
https://example.org/team/prices
"with blank/project"
https://example.org/team/prices
/srv/c#-project # don't ask
# don't
"""


def test_a_line_is_a_target_and_a_revision() -> None:
    assert read_list(LIST) == (
        Member("git@example.org:team/churn.git", "v1.2"),
        Member("https://example.org/team/prices"),
        Member("with blank/project"),
        Member("/srv/c#-project"),
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "a b c\n", '"open\n'])
def test_a_list_that_says_nothing_is_a_mistake(text: str) -> None:
    with pytest.raises(UsageError):
        read_list(text)


def test_shards_are_disjoint_and_whole() -> None:
    members = [Member(str(n)) for n in range(7)]
    parts = [shard(members, f"{n}/3") for n in (1, 2, 3)]
    assert sorted(one for part in parts for one in part) == sorted(members)


@pytest.mark.parametrize("word", ["0/3", "4/3", "1", "a/b", "1/0"])
def test_no_such_part(word: str) -> None:
    with pytest.raises(UsageError, match="names no part"):
        shard([Member("a")], word)


def test_a_path_is_found_from_anywhere_and_an_address_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    assert settled(Member("project")) == Member(str(tmp_path / "project"))
    assert settled(Member("git@example.org:a/b")) == Member("git@example.org:a/b")
    assert settled(Member("x" * 5_000)).target == "x" * 5_000


def test_what_opens_a_door_is_not_written_down() -> None:
    member = Member("https://me:t0ken@example.org/team/prices", "main")
    assert shown(member) == Member("https://example.org/team/prices", "main")
    assert "t0ken" not in file_name(shown(member))
    assert shown(Member("/home/a b/c")) == Member("/home/a b/c")


def test_files_of_repositories_with_one_name_differ() -> None:
    names = {file_name(Member(target, rev)) for target in ("/a/repo", "/b/repo") for rev in ("", "v1")}
    assert len(names) == 4
    assert all("/" not in name and not name.startswith(".") for name in names | {file_name(Member("../..", "x"))})
