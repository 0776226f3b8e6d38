"""Which texts are paths of one person's machine."""

from __future__ import annotations

import pytest

from auditor.graph.data.personal import kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/home/wendeline/sets/train.csv", "home"),
        (r"C:\Users\j.okafor\sets\train.csv", "home"),
        ("/content/drive/MyDrive/sets/train.csv", "colab"),
    ],
)
def test_a_folder_of_one_person_is_told(text: str, kind: str) -> None:
    found = kind_of(text)
    assert found is not None
    assert found[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        r"(?:/home/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)(?P<user>[^/]+)[\\/]+(?!\.)[^\s]+",
        "/home/{user}/sets/train.csv",
        "/home/<your-login>/sets/train.csv",
        "data/home/train.csv",
    ],
)
def test_a_pattern_a_placeholder_and_a_folder_of_the_repository_are_nobodys(text: str) -> None:
    found = kind_of(text)
    assert found is None
