"""The variables that CI systems hand to their scripts: known words become plain, secrets do not."""

from __future__ import annotations

import pytest

from auditor.readers import candidates, read_file

CASES = {
    "travis": (".travis.yml", "env:\n  global:\n    - DATA=data/raw.csv MODE='a b'\n    - secure: abc\n  jobs: [X=1, X=2]\nscript:\n  - python train.py $DATA $X\n", ["python", "train.py", "data/raw.csv", "{X}"]),
    "travis, a job's own": (".travis.yml", "jobs:\n  include:\n    - env: DATA=data/raw.csv\n      script: python train.py $DATA\n", ["python", "train.py", "data/raw.csv"]),
    "travis, a matrix": (".travis.yml", "env: [DATA=a, DATA=b]\nscript: python train.py $DATA\n", ["python", "train.py", "{DATA}"]),
    "bitbucket": ("bitbucket-pipelines.yml", "pipelines:\n  custom:\n    fit:\n      - variables:\n          - name: DATA\n            default: data/raw.csv\n          - name: MODE\n      - step: {script: ['python train.py $DATA $MODE']}\n", ["python", "train.py", "data/raw.csv", "{MODE}"]),
    "codebuild": ("buildspec.yml", "env:\n  variables: {DATA: data/raw.csv}\nphases:\n  build:\n    commands:\n      - python train.py $DATA\n", ["python", "train.py", "data/raw.csv"]),
    "circleci": (".circleci/config.yml", "jobs:\n  fit:\n    docker: [{image: i, environment: {DATA: old}}]\n    environment: {DATA: data/raw.csv}\n    steps:\n      - run: {command: python train.py $DATA $MODE, environment: {MODE: fast}}\n", ["python", "train.py", "data/raw.csv", "fast"]),
    "circleci, an executor": (".circleci/config.yml", "executors:\n  e: {docker: [{image: i}], environment: {DATA: data/raw.csv}}\njobs:\n  fit:\n    executor: e\n    steps: [{run: python train.py $DATA}]\n", ["python", "train.py", "data/raw.csv"]),
    "azure": ("azure-pipelines.yml", "variables: {data.path: data/raw.csv}\nsteps:\n  - script: python train.py $DATA_PATH $MODE\n    env: {MODE: $(data.path)}\n", ["python", "train.py", "data/raw.csv", "data/raw.csv"]),
    "azure, a stage": ("azure-pipelines.yml", "stages:\n  - stage: a\n    variables: [{name: DATA, value: data/raw.csv}]\n    jobs:\n      - job: b\n        steps: [{bash: python train.py $(DATA) $DATA}]\n", ["python", "train.py", "data/raw.csv", "data/raw.csv"]),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "words"), CASES.values(), ids=CASES)
def test_known_variables_stand_in_the_words(path: str, text: str, words: list[str]) -> None:
    facts = read_file(candidates(path), text.encode())
    assert [word.text for word in facts.steps[0].commands[0].words] == words


@pytest.mark.parametrize("name", ["travis", "codebuild", "circleci", "azure, a stage"])
def test_a_secret_is_handed_to_nobody(name: str) -> None:
    path, text, _ = CASES[name]
    facts = read_file(candidates(path), text.replace("data/raw.csv", "hunter2").replace("DATA", "API_KEY").encode())
    assert "hunter2" not in str(facts)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cloudbuild.yaml", "substitutions: {_API_KEY: hunter2}\nsteps:\n  - name: python\n    args: [train.py, $_API_KEY]\n"),
        (".circleci/config.yml", "parameters: {api_key: {type: string, default: hunter2}}\njobs:\n  fit:\n    docker: [{image: i}]\n    steps: [{run: python train.py << pipeline.parameters.api_key >>}]\n"),
    ],
)  # fmt: skip
def test_a_secret_is_filled_into_no_text(path: str, text: str) -> None:
    assert "hunter2" not in str(read_file(candidates(path), text.encode()).steps)
