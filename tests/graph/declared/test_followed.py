"""What automation leads to beyond its own file."""

from __future__ import annotations

from itertools import pairwise

import pytest

from auditor.graph.declared.followed import in_module, is_excluded, root_of
from auditor.graph.world import World
from auditor.model.artefact import EdgeKind
from auditor.model.facts import Step, Trigger
from tests.pages import graphs

JOB = "  {name}:\n    runs-on: x\n    steps:\n      - run: {run}\n"


def world(files: dict[str, str]) -> World:
    return graphs({"train.py": "", "prep.py": "", **files}).world


def started(world: World, kind: str) -> list[str]:
    return [
        program
        for path, trigger in world.steps.triggers()
        if trigger.kind == kind
        for step in world.steps.started(path, trigger)
        for program in world.steps.programs(step)
    ]


def test_a_reusable_workflow_and_an_action_are_followed_by_path() -> None:
    found = world(
        {
            ".github/workflows/night.yml": "on: {schedule: [{cron: '0 1 * * *'}]}\njobs:\n  go:\n    uses: ./.github/workflows/fit.yml\n",
            ".github/workflows/fit.yml": "on: workflow_call\njobs:\n  fit:\n    runs-on: x\n    steps:\n      - uses: ./tools/fit\n",
            "tools/fit/action.yml": "name: fit\nruns:\n  using: composite\n  steps: [{run: python train.py, shell: bash}]\n",
        }
    )
    assert started(found, "schedule") == ["train.py"]
    edge = found.between("step:.github/workflows/night.yml#go", "step:.github/workflows/fit.yml#fit", EdgeKind.RUNS)
    assert edge is not None
    assert edge.evidence[0].how == "uses"


def test_a_workflow_that_waits_for_another_is_started_with_it() -> None:
    found = world(
        {
            ".github/workflows/a.yml": "name: A\non: {schedule: [{cron: '0 1 * * *'}]}\njobs:\n"
            + JOB.format(name="prep", run="python prep.py"),
            ".github/workflows/b.yml": "on: {workflow_run: {workflows: [A]}}\njobs:\n"
            + JOB.format(name="fit", run="python train.py"),
            "sub/.github/workflows/c.yml": "on: {workflow_run: {workflows: [A]}}\njobs:\n"
            + JOB.format(name="other", run="python train.py"),
        }
    )
    assert started(found, "schedule") == ["prep.py", "train.py"]
    assert found.between("step:.github/workflows/a.yml#prep", "step:.github/workflows/b.yml#fit", EdgeKind.PRECEDES)


def test_a_job_for_another_event_is_not_started() -> None:
    text = "on: {push: , schedule: [{cron: '0 1 * * *'}]}\njobs:\n  a:\n    if: github.event_name == 'push'\n    steps: [{run: python train.py}]\n"
    found = world({".github/workflows/a.yml": text})
    assert (started(found, "push"), started(found, "schedule")) == (["train.py"], [])


@pytest.mark.parametrize(
    ("condition", "excluded"),
    [
        ("github.event_name == 'push'", True),
        ("${{ github.event_name != 'schedule' }}", True),
        ("github.event_name == 'push' || github.event_name == 'schedule'", False),
        ("github.event_name == 'push' || inputs.x", False),
        ("github.event_name == 'push' && (a || github.event_name == 'release')", True),
        ("false", True),
        ("${{ false }}", True),
        ("", False),
        ("github.ref == 'x'", False),
    ],
)
def test_conditions_on_the_event(condition: str, excluded: bool) -> None:
    assert is_excluded(condition, Trigger("schedule", "0 1 * * *", 1)) is excluded


def test_artifacts_tie_jobs() -> None:
    found = world(
        {
            "kept/x.csv": "a,b\n",
            ".github/workflows/a.yml": "on: push\njobs:\n  one:\n    steps:\n      - uses: actions/upload-artifact@v4\n"
            "        with: {name: m, path: 'm.pkl\n\n            kept'}\n  two:\n    steps:\n      - uses: actions/download-artifact@v4\n",
        }
    )
    written = {edge.target for edge in found.outgoing["step:.github/workflows/a.yml#one"]}
    assert written == {"artifact:.github/workflows/a.yml#m", "file:m.pkl"}
    edge = found.between("artifact:.github/workflows/a.yml#m", "step:.github/workflows/a.yml#two", EdgeKind.CONSUMES)
    assert edge is not None
    assert edge.declared


def test_a_workflow_of_a_part_starts_from_that_part() -> None:
    assert [root_of(p) for p in (".github/workflows/a.yml", "x/y/.github/workflows/a.yml", "x.github/a.yml")] == [
        "",
        "x/y",
        "",
    ]
    found = world(
        {"x/fit.py": "", "x/.github/workflows/a.yml": "on: push\njobs:\n" + JOB.format(name="a", run="python fit.py")}
    )
    assert started(found, "push") == ["x/fit.py"]


def test_a_job_takes_from_a_template_of_another_file_what_it_does_not_say() -> None:
    found = world(
        {
            ".gitlab-ci.yml": "include: {local: /ci/base.gitlab-ci.yml}\nfit:\n  extends: .fit\n  stage: test\n",
            "ci/base.gitlab-ci.yml": ".fit:\n  stage: x\n  script: [python train.py]\n",
        }
    )
    assert started(found, "push") == ["train.py"]
    (step,) = found.steps.all
    assert (step.step.name, step.runs[0].line) == ("fit", 2)


def test_azure_templates_and_the_variables_of_another_file() -> None:
    found = world(
        {
            "ci/azure-pipelines.yml": "trigger: [main]\nvariables: [{template: v.yml}]\nsteps:\n- script: python $(PREP)\n- template: t.yml\n",
            "ci/v.yml": "variables: [{name: PREP, value: prep.py}]\n",
            "ci/t.yml": "steps:\n- task: CmdLine@2\n  inputs: {script: python train.py}\n",
        }
    )
    assert started(found, "push") == ["prep.py", "train.py"]


def test_what_clouds_build_is_said_in_files_of_the_repository() -> None:
    found = world(
        {
            "infra/t.tf": 'resource "google_cloudbuild_trigger" "t" {\n filename = "ci/cloudbuild.yaml"\n}\n',
            "ci/cloudbuild.yaml": "steps: [{name: python, args: [train.py]}]\n",
            "infra/stack.yaml": "AWSTemplateFormatVersion: x\nResources:\n  P: {Type: 'AWS::CodeBuild::Project', Properties: {Source: {Type: X}}}\n",
            "buildspec.yml": "phases: {build: {commands: [python prep.py]}}\n",
        }
    )
    programs = {
        step.step.name: list(found.steps.programs(step)) for step in found.steps.all if step.path.startswith("infra")
    }
    assert programs == {"google_cloudbuild_trigger.t": ["train.py"], "P": ["prep.py"]}


@pytest.mark.parametrize(
    ("service", "file", "program"),
    [
        ("{command: 'python ${PROGRAM}'}", ".env", "train.py"),
        ("{env_file: vars/a.env, command: 'python $$PROGRAM'}", "vars/a.env", "train.py"),
        ("{env_file: [{path: vars/a.env}], command: 'python $$PROGRAM'}", "vars/a.env", "train.py"),
        ("{environment: {PROGRAM: prep.py}, command: 'python $$PROGRAM'}", ".env", "prep.py"),
        ("{environment: {PROGRAM: '${PROGRAM}'}, command: 'python $$PROGRAM'}", ".env", "train.py"),
        ("{environment: [PROGRAM], command: 'python $$PROGRAM'}", ".env", "train.py"),
        ("{environment: ['PROGRAM=${PROGRAM}'], env_file: a.env, command: 'python $$PROGRAM'}", "a.env", None),
        ("{environment: [PROGRAM], env_file: a.env, command: 'python $$PROGRAM'}", "a.env", None),
        ("{command: 'python ${PROGRAM}'}", "other/.env", None),
    ],
)
def test_a_service_takes_its_variables_from_files(service: str, file: str, program: str | None) -> None:
    found = world({"compose.yaml": f"services:\n  a: {service}\n", file: "PROGRAM=train.py\n"})
    (step,) = (step for step in found.steps.all if step.tool == "compose")
    assert [word.text for word in step.step.commands[0].words] == ["python", program or "{PROGRAM}"]


@pytest.mark.parametrize(
    ("beside", "given", "program"),
    [
        ("PROGRAM=train.py\n", "PROGRAM=prep.py\n", "prep.py"),  # what stands nearer wins
        ("PROGRAM=train.py\n", "OTHER=prep.py\n", "train.py"),
        ("PROGRAM=train.py\n", "PROGRAM=$OTHER\n", "train.py"),
        ("PROGRAM=${OTHER}\n", "OTHER=prep.py\n", None),
        ("PROGRAM=\n", "PROGRAM=prep.py\n", "prep.py"),
        ("PROGRAM=train.py\n", "PROGRAM\n", "train.py"),
    ],
)
def test_a_file_that_a_service_names_says_more_than_the_one_beside_it(
    beside: str, given: str, program: str | None
) -> None:
    service = "services:\n  a: {env_file: vars/a.env, command: 'python $$PROGRAM'}\n"
    found = world({"compose.yaml": service, ".env": beside, "vars/a.env": given})
    (step,) = (step for step in found.steps.all if step.tool == "compose")
    assert [word.text for word in step.step.commands[0].words] == ["python", program or "{PROGRAM}"]
    assert [word.exact for word in step.step.commands[0].words] == [True, program is not None]


@pytest.mark.parametrize(("between", "started"), [(4, True), (5, True), (6, False)])
def test_five_rules_between_a_schedule_and_what_it_starts_are_followed(between: int, started: bool) -> None:
    names = ["schedule", *(f"rule{n}" for n in range(between - 1)), "job"]
    steps = [Step(name, "terraform", 1, 1, attrs=(("starts", after),)) for name, after in pairwise(names)]
    assert ("job" in in_module(["schedule"], [*steps, Step("job", "terraform", 1, 1)])) is started


@pytest.mark.parametrize(
    ("variables", "program"),
    [
        ("[{name: PREP, value: prep.py}]", "prep.py"),
        ("{PREP: prep.py}", "prep.py"),
        ("[{name: PREP, value: $(OTHER)}]", None),
        ("[{name: PREP}]", None),
    ],
)
def test_variables_of_another_file_fill_where_their_values_are_written_out(variables: str, program: str | None) -> None:
    pipeline = "trigger: [main]\nvariables: [{template: v.yml}]\nsteps:\n- script: python $(PREP)\n"
    found = world({"azure-pipelines.yml": pipeline, "v.yml": f"variables: {variables}\n"})
    (step,) = (step for step in found.steps.all if step.step.commands)
    assert [word.text for word in step.step.commands[0].words] == ["python", program or "{PREP}"]


def test_a_secret_of_a_file_fills_nothing() -> None:
    found = world(
        {"compose.yaml": "services:\n  a: {command: 'python train.py ${API_KEY}'}\n", ".env": "API_KEY=hunter2\n"}
    )
    assert "hunter2" not in str(found.steps.all)
    assert "***" not in str(found.steps.all)
