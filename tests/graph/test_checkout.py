"""What CI systems call the folder of the checkout is the root of the repository, wherever a `cd` has led."""

from __future__ import annotations

import pytest

from tests.pages import graphs

SHELL = "cd sub && python {root}/prep.py && cd {root} && python train.py"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/workflows/a.yml", "on: push\njobs: {{a: {{steps: [{{run: '{0}'}}]}}}}\n"),
        (".gitlab-ci.yml", "a: {{script: ['{0}']}}\n"),
        (".circleci/config.yml", "jobs: {{a: {{steps: [{{run: '{0}'}}]}}}}\n"),
        ("Jenkinsfile", "node {{ stage('a') {{ sh '{0}' }} }}\n"),
        ("azure-pipelines.yml", "steps: [{{script: '{0}'}}]\n"),
        (".travis.yml", "script: ['{0}']\n"),
        ("bitbucket-pipelines.yml", "pipelines: {{default: [{{step: {{script: ['{0}']}}}}]}}\n"),
        ("buildspec.yml", "phases: {{build: {{commands: ['{0}']}}}}\n"),
        ("cloudbuild.yaml", "steps: [{{name: x, entrypoint: bash, args: [-c, '{0}']}}]\n"),
    ],
)
def test_the_checkout_is_the_root(path: str, text: str) -> None:
    names = {
        ".github/workflows/a.yml": "${{ github.workspace }}", ".gitlab-ci.yml": "$CI_PROJECT_DIR",
        ".circleci/config.yml": "$CIRCLE_WORKING_DIRECTORY", "Jenkinsfile": "${WORKSPACE}",
        "azure-pipelines.yml": "$(Build.SourcesDirectory)", ".travis.yml": "$TRAVIS_BUILD_DIR",
        "bitbucket-pipelines.yml": "$BITBUCKET_CLONE_DIR", "buildspec.yml": "$CODEBUILD_SRC_DIR", "cloudbuild.yaml": "/workspace",
    }  # fmt: skip
    files = {path: text.format(SHELL.format(root=names[path])), "prep.py": "", "train.py": "", "sub/train.py": ""}
    (step,) = graphs(files).world.steps.all
    assert [run.target for run in step.runs] == ["prep.py", "train.py"]
