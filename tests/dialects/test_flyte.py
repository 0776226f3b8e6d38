"""Flyte: tasks, workflows, order, conditionals, mapped tasks, launch plans."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = "from functools import partial\nfrom flytekit import CronSchedule, LaunchPlan, conditional, dynamic, map_task, task, workflow\n"
TASKS = """
@task
def load(id: str) -> list[int]:
    return []

@task(cache=True)
def fit(rows, rate: float = 1.0) -> int:
    return 1

@dynamic
def check(model):
    return 1

@task
def tell(text):
    pass
"""


def flow(body: str, after: str = "", tasks: str = TASKS) -> Graphs:
    text = HEAD + tasks + "@workflow\ndef main(day: str = 'a', go: bool = True):\n"
    return graphs({"flow.py": text + "".join(f"    {line}\n" for line in body.splitlines()) + after})


def test_a_workflow_in_a_line() -> None:
    graph = flow("rows = load(id='x')\nm = fit(rows=rows)\ns = check(model=m)\ntell(text=s)")
    assert pipelines(graph) == {"main"}
    assert steps(graph) == ["load", "fit", "check", "tell"]
    assert order(graph) == {"load > fit", "fit > check", "check > tell"}
    assert reads(graph) == {"load > fit", "fit > check", "check > tell"}
    assert writes(graph) == {"load > load", "fit > fit", "check > check"}
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"load > load", "fit > fit", "check > check", "tell > tell"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("a = load(id='x')\nb = tell(text='x')\na >> b", {"load > tell"}, id="shifted"),
        pytest.param("a = load(id='x')\nm = fit(rows=1)\nb = tell(text='x')\na >> m >> b", {"load > fit", "fit > tell"}, id="a chain"),
        pytest.param("a = load(id='x').with_overrides(limits=1)\ntell(text=a)", {"load > tell"}, id="settings"),
        pytest.param("a, b = load(id='x')\ntell(text=b)", {"load > tell"}, id="one of several"),
        pytest.param("a = load(id='x')\ntell(text=a.rows)", {"load > tell"}, id="by name"),
        pytest.param("a = load(id='x')\nmap_task(fit)(rows=a)", {"load > fit"}, id="mapped"),
        pytest.param("a = load(id='x')\nmap_task(partial(fit, rate=a))(rows=[1])", {"load > fit"}, id="mapped in part"),
        pytest.param("a = fit(rows=1)\nc = conditional('c').if_(a > 1).then(check(model=1)).else_().then(load(id='x'))\ntell(text=c)",
                     {"fit > check", "fit > load", "check > tell", "load > tell"}, id="conditional"),
        pytest.param("load(id='x')\ntell(text=day)", set(), id="none"),
    ],
)  # fmt: skip
def test_what_comes_first(body: str, expected: set[str]) -> None:
    assert order(flow(body)) == expected


def test_a_workflow_that_another_calls_is_part_of_it() -> None:
    graph = flow(
        "m = part(x=load(id='x'))\ntell(text=m)", tasks=TASKS + "@workflow\ndef part(x):\n    return fit(rows=x)\n"
    )
    assert pipelines(graph) == {"main", "part"}
    assert order(graph) == {"load > fit", "fit > tell"}


@pytest.mark.parametrize(
    "plan",
    [
        "LaunchPlan.get_or_create(workflow=main, name='p', schedule=CronSchedule(schedule='0 3 * * *'))",
        "LaunchPlan.create('p', main, schedule=CronSchedule(schedule='0 3 * * *'))",
    ],
)
def test_launch_plans(plan: str) -> None:
    assert triggers(flow("load(id='x')", after=plan + "\n")) == {"0 3 * * * > main"}


def test_what_is_no_workflow() -> None:
    text = "import flytekit\nfrom celery import task\nfrom other import workflow\n@task\ndef a():\n    pass\n@workflow\ndef b():\n    a()\n"
    assert not pipelines(graphs({"a.py": text}))


def test_the_tasks_of_an_actor() -> None:
    text = (
        "import union\nactor = union.ActorEnvironment(name='a')\n@actor.task\ndef load(): ...\n@actor.task(cache=True)\ndef fit(rows): ...\n"
        "@union.workflow\ndef main():\n    fit(rows=load())\n"
    )
    assert order(graphs({"a.py": text})) == {"load > fit"}


SECOND = """
import asyncio
import flyte
env = flyte.TaskEnvironment(name="rows")
gpu = env.clone_with(name="gpu")

@env.task
async def load(day: str) -> list[int]:
    return []

@gpu.task(retries=3)
def fit(rows, rate: float = 1.0) -> int:
    return 1

@env.task
async def tell(text):
    pass
"""


def driver(body: str, decorator: str = "@env.task", after: str = "") -> Graphs:
    text = SECOND + f"{decorator}\nasync def main(day: str, days: list[str]):\n"
    return graphs({"flow.py": text + "".join(f"    {line}\n" for line in body.splitlines()) + after})


def test_a_task_that_calls_others_is_their_pipeline() -> None:
    graph = driver("rows = await load(day)\nm = fit(rows)\nawait tell(text=m)")
    assert pipelines(graph) == {"main"}
    assert steps(graph) == ["load", "fit", "tell"]
    assert reads(graph) == {"load > fit", "fit > tell"}
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"load > load", "fit > fit", "tell > tell"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("a, b = await asyncio.gather(load(day), tell('x'))\nfit(a)", {"load > fit"}, id="together"),
        pytest.param("found = await asyncio.gather(*[load(d) for d in ['a', 'b']])\nfit(found)", {"load > fit"}, id="many together"),
        pytest.param("made = [asyncio.create_task(load(d)) for d in days]\nfit(await asyncio.gather(*made))", {"load > fit"}, id="later"),
        pytest.param("rows = list(flyte.map(load, ['a', 'b']))\nfit(rows)", {"load > fit"}, id="mapped"),
        pytest.param("rows = await load.override(retries=1)(day)\nm = await fit.aio(rows)", {"load > fit"}, id="varied"),
        pytest.param("with flyte.group('g'):\n    rows = await load(day)\nfit(rows)", {"load > fit"}, id="in a group"),
        pytest.param("await load(day)\nfit([1])", set(), id="none"),
    ],
)  # fmt: skip
def test_what_comes_first_among_tasks(body: str, expected: set[str]) -> None:
    assert order(driver(body)) == expected


def test_a_task_that_nobody_calls_runs_by_itself() -> None:
    graph = graphs({"flow.py": SECOND})
    assert pipelines(graph) == {"load", "fit", "tell"}
    assert steps(graph) == ["load", "fit", "tell"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("flyte.Trigger('t', automation=flyte.Cron('0 3 * * *'))", "0 3 * * *"),
        ("[flyte.Trigger('t', flyte.FixedRate(60))]", "interval"),
        ("flyte.Trigger.daily()", "@daily"),
        ("flyte.Trigger('t', automation=flyte.OnArtifact(name='churn'))", "churn"),
    ],
)
def test_triggers_of_tasks(given: str, expected: str) -> None:
    assert triggers(driver("fit(await load(day))", f"@env.task(triggers={given})")) == {f"{expected} > main"}
