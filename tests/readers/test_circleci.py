from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file

CONFIG = """version: 2.1
orbs: {aws: circleci/aws-cli@4.0}
parameters:
  target: {type: string, default: data}
executors:
  py:
    parameters: {v: {type: string, default: '3.9'}}
    docker: [{image: 'cimg/python:<< parameters.v >>'}]
commands:
  setup:
    parameters: {file: {type: string, default: a.txt}, after: {type: steps, default: []}}
    steps:
      - run: pip install -r << parameters.file >>
      - steps: << parameters.after >>
jobs:
  fit:
    executor: {name: py, v: '3.10'}
    working_directory: ~/app
    environment: {API_KEY: abc}
    parameters: {script: {type: string}}
    steps:
      - checkout
      - setup: {file: b.txt, after: [run: echo done]}
      - when:
          condition: true
          steps:
            - run:
                name: Fit
                command: |
                  cd << pipeline.parameters.target >>
                  python << parameters.script >> --n << matrix.x >>
      - run: {command: make x, working_directory: ~/app/sub}
      - persist_to_workspace: {root: ~/app, paths: [m.pkl]}
      - store_artifacts: {path: /tmp/x}
  report:
    docker: [{image: alpine}]
    steps: [{attach_workspace: {at: .}}, setup]
  old: {steps: [{run: x}]}
workflows:
  version: 2
  commit:
    jobs:
      - fit:
          name: fit-<< matrix.script >>
          matrix: {parameters: {script: [a.py, b.py]}}
          filters: {branches: {only: [main, dev]}}
      - hold: {type: approval, requires: ['fit-<< matrix.script >>']}
      - report: {requires: [hold]}
      - aws/deploy
  nightly:
    triggers:
      - schedule: {cron: '0 2 * * *', filters: {branches: {only: main}}}
    jobs: [report]
  web:
    when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}
    jobs: [report]
  asked:
    when: << pipeline.parameters.target >>
    jobs: [report]
"""


def read(text: str) -> Facts:
    return read_file(candidates(".circleci/config.yml"), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_commands_are_expanded_with_their_parameters() -> None:
    facts = read(CONFIG)
    fit, hold, report, orb, old = facts.steps
    assert [(text, c.line, c.cwd) for text, c in zip(words(fit.commands), fit.commands, strict=True)] == [
        ("pip install -r b.txt", 13, ""),
        ("echo done", 23, ""),
        ("python a.py --n {matrix.x}", 31, "data"),
        ("python b.py --n {matrix.x}", 31, "data"),
        ("make x", 32, "sub"),
    ]
    assert (fit.variants, fit.uses, fit.condition) == (2, ("docker://cimg/python:3.10",), "branches.only: main,dev")
    assert dict(fit.attrs)["env:API_KEY"] == "***"
    assert words(report.commands) == ["pip install -r a.txt"]
    assert (hold.name, dict(hold.attrs)["type"], report.after) == ("hold", "approval", ("hold",))
    assert (orb.name, orb.uses, dict(old.attrs)) == ("aws/deploy", ("orb:aws/deploy",), {"unused": "true"})
    assert [value for name, value in facts.attrs if name in ("orb", "python")] == ["circleci/aws-cli@4.0", "3.10"]


def test_a_workspace_ties_the_jobs_that_follow_each_other() -> None:
    fit, _, report, *_ = read(CONFIG).steps
    assert [(ref.path, ref.kind, ref.how) for ref in fit.writes] == [
        ("m.pkl", "artifact", "persist_to_workspace"),
        ("m.pkl", "model", "persist_to_workspace"),
        ("/tmp/x", "dataset", "store_artifacts"),
    ]
    assert [(ref.path, ref.kind) for ref in report.reads] == [("m.pkl", "artifact")]


def test_each_workflow_has_its_trigger() -> None:
    assert [(t.kind, t.schedule, t.line, t.steps) for t in read(CONFIG).triggers] == [
        ("push", "", 41, ("fit-<< matrix.script >>", "hold", "report", "aws/deploy")),
        ("schedule", "0 2 * * *", 52, ("report",)),
        ("schedule", "", 54, ("report",)),
        ("manual", "", 57, ("report",)),
    ]
    assert [(t.kind, t.steps) for t in read("jobs: {build: {steps: [checkout]}}\n").triggers] == [("push", ())]


def test_commands_that_call_themselves_end() -> None:
    facts = read("commands: {a: {steps: [a, {a: {}}]}}\njobs: {b: {steps: [a, {run: x}]}}\n")
    assert words(facts.steps[0].commands) == ["x"]
    wide = "".join(f"  c{n}: {{steps: [{', '.join([f'c{n + 1}'] * 50)}]}}\n" for n in range(8))
    assert read(f"commands:\n{wide}jobs: {{b: {{steps: [c0]}}}}\n").steps[0].commands == ()
