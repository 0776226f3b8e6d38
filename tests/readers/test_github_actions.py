from __future__ import annotations

from msgspec.structs import replace

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file

WORKFLOW = """name: Train
on:
  push: {branches: [main, 'rel/*'], paths: [src/**]}
  pull_request_target:
  workflow_run: {workflows: [Build, Test], types: [completed]}
  repository_dispatch: {types: [new-data]}
  workflow_call:
    inputs: {stage: {type: string}}
  schedule: [{cron: '0 3 * * 1', timezone: Europe/Berlin}]
permissions: {contents: read, id-token: write}
concurrency: {group: train}
env: {SRC: src}
jobs:
  fit:
    runs-on: [self-hosted, gpu]
    environment: {name: prod}
    permissions: write-all
    timeout-minutes: 30
    defaults: {run: {working-directory: ml}}
    strategy:
      matrix:
        script: [a.py, b.py]
        os: [x]
        include: [{os: x, extra: 1}, {script: c.py, os: y}]
    steps:
      - run: |
          cd $SRC
          python ${{ matrix.script }} ${{ env.SRC }}
      - uses: actions/cache@v4
        with: {key: 'pip-${{ hashFiles(''r.txt'') }}', path: ~/.cache}
      - uses: actions/upload-artifact@v4
        with:
          name: model-${{ matrix.script }}
          path: |
            ml/out/m.pkl
            !ml/out/tmp
  report:
    needs: [fit]
    steps:
      - uses: actions/download-artifact@v4
        with: {pattern: model-*, path: in}
      - uses: ./.github/actions/say
  call:
    uses: ./.github/workflows/other.yml
    with: {token: abcdef, stage: dev}
    secrets: inherit
"""


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_triggers_with_their_filters() -> None:
    facts = read(".github/workflows/t.yml", WORKFLOW)
    assert [(t.kind, t.schedule, t.line, t.attrs) for t in facts.triggers] == [
        ("push", "", 3, (("event", "push"), ("branches", "main,rel/*"), ("paths", "src/**"))),
        ("pull_request", "", 4, (("event", "pull_request_target"),)),
        ("event", "", 5, (("event", "workflow_run"), ("workflows", "Build,Test"), ("types", "completed"))),
        ("event", "", 6, (("event", "repository_dispatch"), ("types", "new-data"))),
        ("event", "", 7, (("event", "workflow_call"), ("inputs", "stage"))),
        ("schedule", "0 3 * * 1", 9, (("timezone", "Europe/Berlin"),)),
    ]
    assert facts.attrs[:4] == (
        ("tool", "github-actions"),
        ("name", "Train"),
        ("permissions", "contents=read,id-token=write"),
        ("concurrency", "train"),
    )


def test_a_job_of_a_matrix_runs_what_each_value_names() -> None:
    fit = read(".github/workflows/t.yml", WORKFLOW).steps[0]
    assert (fit.variants, fit.folder) == (3, "ml")
    assert [(text, c.line, c.cwd) for text, c in zip(words(fit.commands), fit.commands, strict=True)] == [
        ("python a.py src", 28, "src"),
        ("python b.py src", 28, "src"),
        ("python c.py src", 28, "src"),
    ]
    attrs = dict(fit.attrs)
    assert (attrs["runs-on"], attrs["environment"], attrs["permissions"], attrs["timeout"]) == (
        "self-hosted gpu", "prod", "write-all", "30",
    )  # fmt: skip
    assert attrs["cache"].startswith("pip-")


def test_artifacts_tie_jobs_and_their_files_are_seen_from_the_root() -> None:
    fit, report, call = read(".github/workflows/t.yml", WORKFLOW).steps
    assert [(ref.path, ref.kind, ref.line, ref.templated) for ref in fit.writes] == [
        ("model-{matrix.script}", "artifact", 31, True),
        ("out/m.pkl", "model", 35, False),
    ]
    assert [(ref.path, ref.kind, ref.attrs) for ref in report.reads] == [
        ("model-{matrix.script}", "artifact", (("to", "in"),))
    ]
    assert (report.uses[-1], call.uses) == ("./.github/actions/say", ("./.github/workflows/other.yml",))
    assert dict(call.attrs) == {"secrets": "inherit", "with:token": "***", "with:stage": "dev"}


def test_composite_actions() -> None:
    facts = read(
        ".github/actions/say/action.yml",
        "name: say\ninputs: {who: {default: me}}\nruns:\n  using: composite\n  steps:\n"
        "    - run: bash ${{ github.action_path }}/go.sh ${{ inputs.who }}\n      shell: bash\n",
    )
    (step,) = facts.steps
    assert (step.name, step.line, words(step.commands)) == ("say", 3, ["bash {here}/go.sh {inputs.who}"])
    assert (facts.attr("using"), facts.attr("input")) == ("composite", "who")
    docker = read("action.yml", "name: d\nruns: {using: docker, image: Dockerfile}\n")
    assert docker.steps[0].uses == ("Dockerfile",)


def test_a_workflow_that_breaks_off_keeps_what_stands_before() -> None:
    assert read(".github/workflows/t.yml", "on: push\n").troubles[0].code == "invalid"
    assert read(".github/workflows/t.yml", "on: [push\njobs: {").troubles[0].code == "invalid"
    assert (
        read(".github/workflows/t.yml", "on: {schedule: }\njobs: {a: {steps: [x, {run: [1]}]}}\n").steps[0].name == "a"
    )


def test_a_step_that_may_fail_guards_its_commands() -> None:
    text = (
        "on: push\njobs:\n  a:\n    steps:\n      - run: python a.py\n        continue-on-error: true\n"
        "      - run: python b.py\n        continue-on-error: false\n      - run: python c.py\n"
    )
    (step,) = read(".github/workflows/a.yml", text).steps
    assert [command.guard for command in step.commands] == [True, False, False]


def test_an_image_that_an_action_builds_is_built_by_command() -> None:
    text = (
        "jobs:\n  image:\n    runs-on: x\n    steps:\n"
        "      - uses: docker/build-push-action@v6\n        with: {context: ./serving, file: serving/Dockerfile.gpu, tags: 'me/app:${{ github.sha }}'}\n"
        "      - uses: docker/build-push-action@v6\n"
    )
    facts = read_file(candidates(".github/workflows/a.yml"), text.encode())
    first, second = facts.steps[0].commands
    assert [word.text for word in first.words] == ["docker", "build", "-f", "serving/Dockerfile.gpu", "-t", "me/app:{github.sha}", "./serving"]  # fmt: skip
    assert ([word.text for word in second.words], second.line) == (["docker", "build", "."], 7)


STEP = "      - run: |\n          cd sub\n          python a.py $X\n"


def job(step: str, before: str = "") -> str:
    return f"on: push\njobs:\n  one:\n{before}    steps:\n{step}"


def test_equal_steps_say_the_same_but_for_their_lines() -> None:
    path = ".github/workflows/w.yml"
    alone = read(path, job(STEP)).steps[0].commands
    again = read(path, job("      - uses: actions/checkout@v4\n" + STEP + STEP)).steps[0].commands
    assert [command.line for command in alone] == [7]
    assert [command.line for command in again] == [8, 11]
    assert {replace(command, line=0) for command in again} == {replace(alone[0], line=0)}


def test_steps_of_one_text_differ_by_all_that_stands_around_it() -> None:
    path = ".github/workflows/w.yml"
    matrix = "    strategy: {matrix: {x: [1, 2]}}\n"
    texts = [
        job(STEP),
        job(STEP + "        env: {X: '1'}\n"),
        job(STEP, "    env: {X: '2'}\n"),
        job(STEP + "        working-directory: other\n"),
        job(STEP + "        continue-on-error: true\n"),
        job(STEP + "        shell: python\n"),
        job(STEP + "        if: github.repository != 'me/it'\n"),
        job(STEP.replace("$X", "${{ matrix.x }}"), matrix),
        job(STEP.replace("$X", "${{ matrix.x }}"), matrix.replace("2", "3")),
    ]
    once = [read(path, text).steps[0].commands for text in texts]
    assert len(set(once)) == len(texts)
    assert [read(path, text).steps[0].commands for text in reversed(texts)] == once[::-1]


def test_a_notebook_that_an_action_runs_on_databricks() -> None:
    text = (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        "      - uses: databricks/run-notebook@v0\n        with: {local-notebook-path: jobs/all.py}\n"
        "      - uses: databricks/run-notebook@v0\n        with:\n          workspace-notebook-path: /Repos/a/b/fit\n"
        "      - uses: databricks/run-notebook@v0\n        with: {local-notebook-path: '${{ matrix.a }}.py'}\n"
        "      - uses: databricks/upload-dbfs-temp@v0\n        with: {local-path: a.py}\n"
    )
    (step,) = read_file(candidates(".github/workflows/a.yml"), text.encode()).steps
    told = [(" ".join(word.text for word in command.words), command.line) for command in step.commands]
    assert told == [("databricks-notebook jobs/all.py", 7), ("databricks-notebook /Repos/a/b/fit", 10)]
