"""Every Bad example of a page fires exactly at its marks; nothing of the family fires in a Good one."""

from __future__ import annotations

from importlib.resources import files

import pytest

from auditor.engine import judge, registry
from auditor.engine.registry import Loaded
from tests.pages import Example, examples, graphs

RULES = registry().rules


def _page(loaded: Loaded) -> str:
    module = loaded.check.__module__
    package, _, name = module.rpartition(".")
    return files(package).joinpath(f"{name}.md").read_text("utf-8")


def _kinds(loaded: Loaded) -> str:
    """The archetypes that an example has: all the rule is asked of, and of an operator's duty those that are operated."""
    asked = loaded.info.archetypes
    return "".join(letter for letter in asked if letter in "PSA") if loaded.rule.serves else asked


CASES = [(loaded, example) for loaded in RULES.values() for example in examples(_page(loaded))]


@pytest.mark.parametrize(
    ("loaded", "example"), CASES, ids=[f"{loaded.info.id} {example.name}" for loaded, example in CASES]
)
def test_page(loaded: Loaded, example: Example) -> None:
    judged = judge(graphs(example.files, example.sizes, _kinds(loaded), example.history).components, [loaded])
    assert not judged.errors, judged.traces
    found = {(finding.rule, finding.place.path, finding.place.line) for finding in judged.findings}
    assert found == (example.expected if example.bad else set())


@pytest.mark.parametrize("loaded", RULES.values(), ids=RULES)
def test_page_is_whole(loaded: Loaded) -> None:
    page = loaded.page
    assert page.title
    for section in (page.finds, page.why, page.business, page.fix, page.fine, page.sources):
        assert section, f"{loaded.info.id}: a section of the page is missing"
    kinds = {example.bad for example in examples(_page(loaded))}
    assert kinds == {True, False}
