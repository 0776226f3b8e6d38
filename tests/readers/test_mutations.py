"""A sample for each reader, damaged: whatever is done to it, the reader answers with facts."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import Facts
from auditor.readers import READERS, candidates, read_file
from tests.readers import (
    small_samples,
    test_argo,
    test_azure_pipelines,
    test_azureml,
    test_circleci,
    test_cloudformation,
    test_dagster_components,
    test_databricks,
    test_dbt,
    test_github_actions,
    test_gitlab_ci,
    test_jenkins,
    test_kfp,
    test_kubernetes,
    test_mlproject,
    test_operation,
    test_other_ci,
    test_ploomber,
    test_sagemaker,
    test_snakemake,
    test_terraform,
)

DVC = """\
vars: [params.yaml:a, {b: [1, 2]}]
stages:
  s:
    foreach: ${b}
    do: {cmd: "python a.py ${item} ${opts}", deps: [a.py], outs: ["${item}.csv": {cache: false}], params: [p.yaml: [k]]}
  m: {matrix: {x: [a, b], y: ["${c}"]}, cmd: [ls, "echo ${key}"], plots: [p.csv: {x: 1}]}
artifacts: {best: {path: m.pkl, type: model}}
plots: [{t: {y: {q.csv: c}}}]
datasets: [{name: d, url: u}]
"""
SAMPLES = {
    "dvc.yaml": DVC,
    "MLproject": test_mlproject.PROJECT,
    "Snakefile": test_snakemake.RULES,
    "argo.yaml": test_argo.DAG,
    "kfp.json": json.dumps(test_kfp.PIPELINE),
    "azure.yml": test_azureml.PIPELINE,
    "monitor.yml": test_azureml.FILES["ml/monitor.yml"],
    "bundle.yml": test_databricks.JOBS,
    "defs.yaml": test_dagster_components.COMPONENTS,
    "serving.yml": test_databricks.SERVING,
    "models/schema.yml": test_dbt.PROPERTIES,
    "models/m.sql": "{% set n = ['a'] %}{% for x in n %}{{ ref('s_' ~ x) }}{% endfor %}{{ config(alias='b') }}",
    "pipeline.yaml": test_ploomber.PIPELINE,
    "pipeline.json": test_sagemaker.PIPELINE,
    "alerts.yml": test_operation.RULES,
    "board.json": test_operation.BOARD,
    "checks.yml": test_operation.SODA,
    "suite.json": test_operation.SUITE,
    "gx/checkpoints/daily.yml": test_operation.CHECKPOINT,
    "config.pbtxt": test_operation.TRITON,
    "alarms.tf": test_operation.ALARMS,
    "jobs.yaml": test_kubernetes.JOBS,
    "kserve.yaml": test_kubernetes.KSERVE,
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
PIECES = [
    "",
    "\n",
    "  ",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: *a",
    "${",
    "{{",
    "}}",
    "'",
    '"',
    "null",
    "\t",
    "\x00",
    "é",
    "|\n",
]


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text with a few pieces cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        middle = draw(st.sampled_from([*PIECES, text[start:end] * 2]))
        text = text[:start] + middle + text[end:]
    return text


@pytest.mark.parametrize("path", sorted(SAMPLES))
@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_sample_gives_facts(path: str, data: st.DataObject) -> None:
    _gives_facts(path, data.draw(damaged(SAMPLES[path])).encode("utf-8", errors="replace"))


@pytest.mark.parametrize("path", sorted(small_samples.SAMPLES))
@settings(max_examples=40)
@given(data=st.data())
def test_a_damaged_small_sample_gives_facts(path: str, data: st.DataObject) -> None:
    _gives_facts(path, data.draw(damaged(small_samples.SAMPLES[path])).encode("utf-8", errors="replace"))


def _gives_facts(path: str, text: bytes) -> None:
    facts = read_file(candidates(path), text)
    assert [trouble for trouble in facts.troubles if trouble.code == "internal"] == []
    assert facts == read_file(candidates(path), text)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=Facts) == facts


@pytest.mark.parametrize("path", sorted(small_samples.SAMPLES))
def test_a_whole_small_sample_is_read_without_trouble(path: str) -> None:
    facts = read_file(candidates(path), small_samples.SAMPLES[path].encode())
    assert facts.kind != "other"
    assert facts.troubles == () or path == "a.parquet"


def test_each_reader_has_a_sample() -> None:
    asked = set()
    for path, text in {**SAMPLES, **small_samples.SAMPLES}.items():
        readers = [reader for reader in candidates(path) if reader.accepts(text.encode())]
        asked.add((readers[0].name, readers[0].names))
    assert [reader.names for reader in READERS if (reader.name, reader.names) not in asked] == []


@pytest.mark.parametrize("path", sorted(SAMPLES))
def test_a_whole_sample_gives_steps_or_what_watches(path: str) -> None:
    facts = read_file(candidates(path), SAMPLES[path].encode())
    assert facts.steps or facts.watches
