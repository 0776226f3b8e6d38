from __future__ import annotations

import pytest

from auditor.model.facts import Facts
from auditor.readers import candidates, read_file


def read(text: str) -> Facts:
    return read_file(candidates("README.md"), text.encode())


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("---\nbase_model: a/b\n---\n# X\n", "model"),
        ("---\nmodel-index: [{name: x}]\ntask_categories: [y]\n---\n", "model"),
        ("---\ndataset_info: {features: []}\n---\n", "data"),
        ("---\nlicense: mit\n---\n# X\n", None),
        ("# Model Card for X\n", "model"),
        ("# Dataset card: X\n", "data"),
        ("# X\n## Intended use\n## Limitations\n## Training data\n", "model"),
        ("# X\n## Dataset structure\n## Data fields\n## Curation rationale\n", "data"),
        ("# X\n## Dataset structure for A\n## Dataset structure for B\n## Dataset structure for C\n", None),
        ("# A model\n## Usage\n## Evaluation\n", None),
    ],
)
def test_cards_are_known_by_front_matter_title_or_headings(text: str, card: str | None) -> None:
    assert read(text).attr("card") == card


def test_a_card_says_what_has_text_of_its_own() -> None:
    facts = read(
        "---\nbase_model: a/b\ndatasets: [c/d]\nmetrics: [f1]\n---\n# Model card\n## Intended uses\nFor screening reports, not for diagnosis.\n"
        "## Limitations\n[More Information Needed]\n## Evaluation\n<!-- describe the evaluation of the model here -->\n"
    )
    assert [value for name, value in facts.attrs if name == "card-says"] == ["intended use"]
    assert [(ref.path, ref.kind, ref.how, ref.line) for ref in facts.references] == [
        ("a/b", "model", "card:base_model", 2),
        ("c/d", "dataset", "card:datasets", 3),
    ]
