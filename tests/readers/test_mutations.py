"""Files that are almost what they should be: cut, doubled, or with a few characters exchanged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.readers import candidates, read_file
from tests.readers import (
    test_azure_pipelines,
    test_circleci,
    test_cloudformation,
    test_github_actions,
    test_gitlab_ci,
    test_jenkins,
    test_other_ci,
    test_terraform,
)

SAMPLES = {
    ".github/workflows/a.yml": test_github_actions.WORKFLOW,
    ".gitlab-ci.yml": test_gitlab_ci.PIPELINE,
    ".circleci/config.yml": test_circleci.CONFIG,
    "Jenkinsfile": test_jenkins.DECLARATIVE,
    "scripted.jenkinsfile": test_jenkins.SCRIPTED,
    "azure-pipelines.yml": test_azure_pipelines.PIPELINE,
    "cloudbuild.yaml": test_other_ci.CLOUD_BUILD,
    "bitbucket-pipelines.yml": test_other_ci.BITBUCKET,
    ".travis.yml": test_other_ci.TRAVIS,
    "template.yaml": test_cloudformation.SAM,
    "main.tf": test_terraform.MODULE,
}


@pytest.mark.parametrize("path", list(SAMPLES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_mutation_of_a_sample_is_a_bug(path: str, data: st.DataObject) -> None:
    text = SAMPLES[path]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 200, len(text))))
    put = data.draw(
        st.sampled_from(
            ["", text[start:end] * 2, "\n", "{", "}", "]", "'", '"', "- ", ": ", "${{ x }}", "&a ", "*a", "\0"]
        )
    )
    facts = read_file(candidates(path), (text[:start] + put + text[end:]).encode())
    assert [trouble.message for trouble in facts.troubles if trouble.code == "internal"] == []
    assert all(step.line >= 0 and step.end_line >= step.line for step in facts.steps)
