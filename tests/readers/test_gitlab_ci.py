from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file

PIPELINE = """spec: {inputs: {x: }}
---
include:
  - local: /ci/base.yml
  - {project: a/b, ref: v1, file: [x.yml]}
  - https://user:pw@h/t.yml
stages: [prep, fit]
default:
  image: python:3.11-slim
  before_script: [pip install x]
variables: {A: b}
.setup:
  script:
    - cd src
.base:
  extends: .setup
  variables: {LR: '1', API_KEY: abc}
  artifacts: {paths: [data/], expire_in: 1 day}
prep:
  extends: .base
  stage: prep
  script:
    - !reference [.setup, script]
    - |
      python prep.py
      python more.py
  artifacts: {paths: [out/x.csv]}
  parallel: {matrix: [{K: [a, b], J: [c]}, {K: [d]}]}
fit:
  stage: fit
  image: {name: 'r.io/python:3.9'}
  services: [postgres:15]
  needs: [{job: prep}, {job: lint, optional: true, artifacts: false}]
  before_script: []
  script: python fit.py
  rules:
    - if: '$CI_PIPELINE_SOURCE == "schedule"'
    - if: '$CI_PIPELINE_SOURCE == "merge_request_event"'
      when: never
release:
  extends: .elsewhere
  when: manual
  environment: {name: prod}
child:
  trigger: {include: [{local: ci/child.yml}]}
  only: [merge_requests, schedules]
pages: {stage: fit, script: [x]}
"""


def read(text: str) -> Facts:
    return read_file(candidates(".gitlab-ci.yml"), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_extends_merges_and_references_are_followed() -> None:
    facts = read(PIPELINE)
    steps = {step.name: step for step in facts.steps}
    assert list(steps) == [".setup", ".base", "prep", "fit", "release", "child", "pages"]
    prep, fit = steps["prep"], steps["fit"]
    assert [(text, c.line, c.cwd) for text, c in zip(words(prep.commands), prep.commands, strict=True)] == [
        ("pip install x", 10, ""),
        ("python prep.py", 25, "src"),
        ("python more.py", 26, "src"),
    ]
    assert (prep.variants, prep.uses, prep.line, prep.end_line) == (3, ("docker://python:3.11-slim",), 19, 28)
    assert [(ref.path, ref.line) for ref in prep.writes] == [("out/x.csv", 27)]
    assert [(name, value) for name, value in prep.attrs if name.startswith("env:")] == [
        ("env:LR", "1"),
        ("env:API_KEY", "***"),
    ]
    assert words(fit.commands) == ["python fit.py"]
    assert fit.uses == ("docker://r.io/python:3.9", "docker://postgres:15")
    assert (fit.after, [(ref.path, ref.attrs) for ref in fit.reads]) == (
        ("prep", "lint"),
        [("out/x.csv", (("job", "prep"),))],
    )
    assert (steps["pages"].after, steps["child"].uses[-1]) == (("prep",), "./ci/child.yml")
    assert (dict(steps["release"].attrs)["extends"], dict(steps["release"].attrs)["environment"]) == (
        ".elsewhere",
        "prod",
    )
    assert [value for name, value in facts.attrs if name == "python"] == ["3.11", "3.9"]


def test_triggers_name_the_jobs_they_start() -> None:
    assert [(t.kind, t.line, t.steps) for t in read(PIPELINE).triggers] == [
        ("push", 19, ("prep", "pages")),
        ("schedule", 37, ("fit",)),
        ("schedule", 46, ("child",)),
        ("manual", 40, ("release",)),
        ("pull_request", 44, ("child",)),
    ]
    assert [(t.kind, t.steps) for t in read("a: {script: x}\n").triggers] == [("push", ())]
    whole = "workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == \"web\"'}]}\na: {script: x}\n"
    assert [t.kind for t in read(whole).triggers] == ["manual"]


def test_includes() -> None:
    assert [(ref.path, ref.how, ref.line) for ref in read(PIPELINE).references] == [
        ("https://***@h/t.yml", "include:remote", 6),
        ("/ci/base.yml", "include:local", 4),
        ("x.yml", "include:file", 5),
    ]


def test_what_refers_to_itself_ends() -> None:
    facts = read(
        ".a: {script: [!reference [.a, script]], extends: .a}\nb: {extends: [.a, b], rules: !reference [b, rules]}\n"
    )
    assert [step.name for step in facts.steps] == [".a", "b"]
    wide = "".join(
        f".j{n}: {{extends: [{', '.join([f'.j{n + 1}'] * 50)}], script: [{', '.join([f'!reference [.j{n + 1}, script]'] * 50)}]}}\n"
        for n in range(8)
    )
    assert len(read(f"{wide}.j8: {{script: x}}\n").steps) == 9
