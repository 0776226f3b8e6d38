"""The table of what libraries do not have any more."""

from __future__ import annotations

from importlib.resources import files

from packaging.version import Version

from auditor.knowledge.gone import gone, roots
from auditor.knowledge.lookup import load

EVERY = list(gone().values())


def test_each_line_says_a_release_and_the_python_it_needs() -> None:
    assert len(EVERY) > 300
    for each in EVERY:
        assert Version(each.version), each
        assert (3, 4) <= Version(each.python).release <= (3, 20), each
        assert "(" not in each.name, each
        assert "=" not in each.keyword, each
    lines = (files("auditor.knowledge") / "gone.txt").read_text(encoding="utf-8").splitlines()
    written = [
        name
        for line in lines
        if line[:1] not in ("", "#")
        for name in line.partition(": ")[2].partition(" -> ")[0].split()
    ]
    assert len(written) == len(EVERY), "a name stands there twice"
    assert {"numpy", "sklearn", "collections"} <= roots()


def test_what_is_gone_is_asked_for_under_the_names_that_the_library_has() -> None:
    knowledge = load()
    for each in EVERY:
        root = each.name.partition(".")[0]
        known = {name.lower() for name in knowledge.distributions(root)}
        assert each.distributions == ("python",) or known & set(each.distributions), each


def test_tables_of_libraries_agree_on_the_release() -> None:
    removed = {entry.name: entry.removed for entry in load().entries() if entry.removed}
    both = [each for each in EVERY if not each.keyword and each.name in removed]
    assert both
    assert [each.name for each in both if Version(removed[each.name] or "") > Version(each.version)] == []
