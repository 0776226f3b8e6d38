"""Cloud Build, Bitbucket Pipelines, Travis CI."""

from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


CLOUD_BUILD = """steps:
  - id: image
    name: gcr.io/cloud-builders/docker
    args: [build, -t, '${_IMAGE}:$TAG', .]
    env: ['API_KEY=abc']
  - name: python:3.11
    entrypoint: bash
    dir: /workspace/ml
    args:
      - -c
      - |
        X=1
        python train.py --x $$X --l $_LOCATION
  - name: python:3.11
    waitFor: ['-']
    script: |
      python /workspace/eval.py
substitutions: {_IMAGE: app, _LOCATION: ''}
artifacts: {objects: {location: 'gs://b', paths: [m.pkl]}}
"""


def test_cloud_build() -> None:
    facts = read("cloudbuild.yaml", CLOUD_BUILD)
    image, train, evaluate = facts.steps
    assert (words(image.commands), image.commands[0].words[3].exact) == (["docker build -t app:{TAG} ."], False)
    assert [(text, c.line) for text, c in zip(words(train.commands), train.commands, strict=True)] == [
        ("python train.py --x 1 --l {_LOCATION}", 13)
    ]
    assert (train.folder, train.after, evaluate.after, words(evaluate.commands)) == (
        "./ml", ("image",), (), ["python {root}/eval.py"],
    )  # fmt: skip
    assert (facts.attr("python"), dict(image.attrs)["env:API_KEY"]) == ("3.11", "***")
    assert [(ref.path, ref.kind) for ref in facts.references] == [("m.pkl", "model")]
    assert read("cloudbuild.json", '{"steps": [{"name": "x/python", "args": ["a.py"]}]}').steps[0].name == "step0"


BITBUCKET = """image: python:3.9
definitions:
  steps:
    - step: &fit
        name: Fit
        script: [cd src, python fit.py]
        artifacts: [out/m.pkl]
pipelines:
  default: [step: *fit]
  branches:
    main:
      - parallel:
          - step: {name: A, script: [x]}
          - step: {name: B, image: {name: alpine}, script: [{pipe: 'a/b:1'}]}
      - stage: {name: S, steps: [step: *fit]}
  custom:
    again: [step: {script: [y], trigger: manual, deployment: prod}]
"""


def test_bitbucket() -> None:
    facts = read("bitbucket-pipelines.yml", BITBUCKET)
    assert [(step.name, step.after) for step in facts.steps] == [
        ("default: Fit", ()),
        ("branches main: A", ()),
        ("branches main: B", ()),
        ("branches main: Fit", ("branches main: A", "branches main: B")),
        ("custom again: 0", ()),
    ]
    fit, _, b, *_, again = facts.steps
    assert (words(fit.commands), fit.commands[0].cwd, fit.commands[0].line, fit.writes[0].path) == (
        ["python fit.py"], "src", 6, "out/m.pkl",
    )  # fmt: skip
    assert (b.uses, again.condition) == (("docker://alpine", "pipe:a/b:1"), "manual")
    assert [(t.kind, t.line, t.steps[0], t.attrs) for t in facts.triggers] == [
        ("push", 9, "default: Fit", ()),
        ("push", 11, "branches main: A", (("branches", "main"),)),
        ("manual", 17, "custom again: 0", (("name", "again"),)),
    ]


TRAVIS = """language: python
python: ['3.8', '3.9']
services: [docker]
install: pip install -r r.txt
script:
  - cd src
  - pytest
jobs:
  include:
    - stage: fit
      script: python fit.py
    - {name: night, if: type = cron, script: python night.py}
    - stage: ship
      if: type IN (push, api)
      script: skip
      deploy: {provider: script, script: ./ship.sh}
"""


def test_travis() -> None:
    facts = read(".travis.yml", TRAVIS)
    build, fit, night, ship = facts.steps
    assert (build.name, build.variants, words(build.commands)) == ("build", 2, ["pip install -r r.txt", "pytest"])
    assert [(c.line, c.cwd) for c in build.commands] == [(4, ""), (7, "src")]
    assert (words(night.commands), ship.after) == (["pip install -r r.txt", "python night.py"], ("0 fit", "1 night"))
    assert (words(ship.commands), dict(ship.attrs)) == (
        ["pip install -r r.txt", "./ship.sh"],
        {"stage": "ship", "deploy": "script"},
    )
    assert fit.uses == ("docker:docker",)
    assert [(t.kind, t.line, t.steps) for t in facts.triggers] == [
        ("push", 1, ("build", "0 fit", "2 ship")),
        ("pull_request", 1, ("build", "0 fit")),
        ("schedule", 12, ("1 night",)),
    ]
    assert [value for name, value in facts.attrs if name == "python"] == ["3.8", "3.9"]
    assert [t.kind for t in read(".travis.yml", "if: type != pull_request\nscript: x\n").triggers] == [
        "push",
        "schedule",
        "event",
    ]
