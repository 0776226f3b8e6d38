from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file

PIPELINE = """trigger: {branches: {include: [main], exclude: [wip]}, paths: {include: [src]}}
pr: [main]
schedules:
  - cron: '0 3 * * *'
    displayName: Nightly
    branches: {include: [main]}
    always: true
resources:
  containers: [{container: box, image: 'python:3.9'}]
  pipelines: [{pipeline: up, source: Build, trigger: true}]
parameters:
  - {name: script, type: string, default: fit.py}
variables:
  - {name: OUT, value: out}
  - template: vars.yml
  - {group: secret}
pool: {vmImage: ubuntu-latest}
stages:
  - stage: prep
    jobs:
      - job: one
        container: box
        variables: {API_KEY: abc}
        strategy: {matrix: {a: {py: '3.9'}, b: {py: '3.10'}}}
        steps:
          - checkout: self
          - task: UsePythonVersion@0
            inputs: {versionSpec: $(py)}
          - script: |
              cd src
              python prep.py --out $(OUT) --who $(whoami) --x $(OTHER)
            workingDirectory: $(Build.SourcesDirectory)/ml
          - ${{ if eq(parameters.script, 'x') }}:
              - bash: echo hidden
          - publish: $(Build.SourcesDirectory)/$(OUT)/x.csv
            artifact: data-$(OUT)
          - {script: off, enabled: false}
      - template: jobs/lint.yml
        dependsOn: one
  - stage: fit
    condition: succeeded()
    jobs:
      - deployment: go
        environment: prod
        strategy:
          runOnce:
            deploy:
              steps:
                - download: current
                  artifact: data-out
                - task: PythonScript@0
                  inputs: {scriptSource: filePath, scriptPath: '${{ parameters.script }}', arguments: --n 1, workingDirectory: ml}
                - task: PythonScript@0
                  inputs: {scriptSource: inline, script: print(1)}
                - task: AzureCLI@2
                  inputs: {scriptType: bash, scriptLocation: scriptPath, scriptPath: go.sh, arguments: a b}
                - task: AzureCLI@2
                  inputs: {scriptLocation: inlineScript, inlineScript: make fit}
                - template: /t/steps.yml
                - template: x.yml@other
"""


def read(text: str, path: str = "azure-pipelines.yml") -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_jobs_of_stages() -> None:
    facts = read(PIPELINE)
    one, lint, go = facts.steps
    assert [(s.name, s.line, s.after, s.condition, s.variants) for s in facts.steps] == [
        ("prep.one", 21, (), "", 2),
        ("prep.jobs/lint.yml", 38, ("prep.one",), "", 1),
        ("fit.go", 43, ("prep.jobs/lint.yml",), "succeeded()", 1),
    ]
    assert [(text, c.line, c.cwd) for text, c in zip(words(one.commands), one.commands, strict=True)] == [
        ("python prep.py --out out --who {whoami} --x {OTHER}", 31, "ml/src"),
        ("echo hidden", 34, ""),
    ]
    assert (one.uses[0], dict(one.attrs), lint.uses) == (
        "docker://python:3.9",
        {"pool": "ubuntu-latest", "env:API_KEY": "***"},
        ("template:jobs/lint.yml",),
    )
    assert [(text, c.cwd) for text, c in zip(words(go.commands), go.commands, strict=True)] == [
        ("python fit.py --n 1", "ml"),
        ("python -", ""),
        ("bash go.sh a b", ""),
        ("make fit", ""),
    ]
    assert [use for use in go.uses if not use.startswith("task:")] == ["./t/steps.yml", "repo:other/x.yml"]
    assert [value for name, value in facts.attrs if name == "python"] == ["3.9", "3.10"]
    assert [(ref.path, ref.how) for ref in facts.references] == [("template:vars.yml", "variables")]


def test_artifacts() -> None:
    one, _, go = read(PIPELINE).steps
    assert [(ref.path, ref.kind, ref.line) for ref in one.writes] == [
        ("data-out", "artifact", 35),
        ("out/x.csv", "dataset", 35),
    ]
    assert [(ref.path, ref.kind, ref.attrs) for ref in go.reads] == [("data-out", "artifact", (("from", "current"),))]


def test_triggers() -> None:
    assert [(t.kind, t.schedule, t.line, t.attrs) for t in read(PIPELINE).triggers] == [
        ("push", "", 1, (("branches", "main"), ("branches-ignore", "wip"), ("paths", "src"))),
        ("pull_request", "", 2, (("branches", "main"),)),
        ("schedule", "0 3 * * *", 4, (("name", "Nightly"), ("always", "true"), ("branches", "main"))),
        ("event", "", 10, (("event", "pipelines"), ("source", "Build"))),
    ]
    assert [t.kind for t in read("trigger: none\npr: none\nsteps: [{script: x}]\n").triggers] == ["manual"]
    assert [t.kind for t in read("steps: [{script: x}]\n").triggers] == ["push"]


def test_a_template_is_known_by_its_content() -> None:
    text = "parameters: {a: b.py}\nsteps:\n- script: python ${{ parameters.a }}\n- task: Bash@3\n  inputs: {targetType: inline, script: x}\n"
    facts = read(text, "templates/anything.yml")
    assert (facts.kind, facts.triggers, words(facts.steps[0].commands)) == ("azure-pipelines", (), ["python b.py", "x"])
    assert read("steps:\n- script: x\n", "other.yml").kind == "config"
    named = "resources: {containers: [{container: a, image: b}]}\njobs:\n- job: a\n  pool: {vmImage: x}\n  steps: [{script: y}]\n"
    assert read(named, ".pipelines/cd.yml").kind == "azure-pipelines"
