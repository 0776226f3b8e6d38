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
