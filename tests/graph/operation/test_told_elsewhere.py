"""What documents and programs say of what is done elsewhere: training again, integration."""

from __future__ import annotations

import pytest

from tests.pages import graphs

CODE = "def f():\n    return 1\n"


def told(files: dict[str, str]) -> str:
    graph = graphs({"app.py": CODE, **files}).components[0]
    return graph.retraining_told()


@pytest.mark.parametrize(
    "said",
    [
        "Re-training is done by hand",
        "the model is RETRAINED manually",
        "we never automatically retrain",
        "el modelo se reentrena de forma manual",
        "le modèle est réentraîné tous les mois, manuellement",
        "재학습은 사람이 승인한다",
        "重新训练由人工完成",
        "**Rebuild** the model with `scripts/fit.py` when new months are there",
        "Re-run train.py once the updated table has come",
        "Run make fit again; rebuild by make fit whenever new rows come",
    ],
)
def test_told_in_a_line_among_others(said: str) -> None:
    assert told({"README.md": f"# Model\n\nIt scores.\n{said}.\nThe end.\n"})


def test_lines_do_not_tell_together() -> None:
    assert not told({"README.md": "# Model\n\nWe retrain\nby hand we write\n"})


@pytest.mark.parametrize(
    "said",
    [
        "Rebuild the image when new packages are needed",
        "Run train.py when it is there",
        "Rebuild with fit.py if it fails",
    ],
)
def test_other_rebuilding_tells_nothing(said: str) -> None:
    assert not told({"README.md": f"# Model\n\n{said}\n"})


def test_docstrings_tell_too() -> None:
    assert told({"job.py": 'def load():\n    """Fails without a model (training should be run separately)."""\n'})
    assert told({"job.py": 'def job():\n    """Retraining is done by another team."""\n'})
    assert not told({"job.py": 'def job():\n    """Training is done by another team."""\n'})


@pytest.mark.parametrize(
    "said",
    ["Jenkins", "TeamCity", "Team City", "Bamboo", "Azure DevOps", "CodeBuild", "GitLab CI", "CircleCI", "Travis"],
)
def test_systems_of_integration_are_found_in_documents(said: str) -> None:
    graph = graphs({"app.py": CODE, "README.md": f"# Model\n\nIt is built by {said} each night.\n"}).components[0]
    assert graph.integrates_elsewhere() == said
