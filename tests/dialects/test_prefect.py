"""Prefect, 1 to 3: flows, tasks, futures, sub-flows, deployments, schedules."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = "from datetime import timedelta\nfrom prefect import flow, task\n"
TASKS = """
@task
def get(url="x"):
    return 1

@task(retries=2)
def work(x, y=None):
    return 1

@task(name="Save it")
def save(x):
    pass
"""


def flow(body: str, more: dict[str, str] | None = None, head: str = TASKS) -> Graphs:
    text = HEAD + head + "@flow\ndef main(n=1):\n" + "".join(f"    {x}\n" for x in body.splitlines())
    return graphs({"flow.py": text, **(more or {})})


def test_a_flow_in_a_line() -> None:
    graph = flow("a = get()\nb = work(a)\nsave(b)")
    assert pipelines(graph) == {"main"}
    assert steps(graph) == ["get", "work", "Save it"]
    assert order(graph) == {"get > work", "work > Save it"}
    assert reads(graph) == {"get > work", "work > Save it"}
    assert writes(graph) == {"get > get", "work > work"}
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"get > get", "work > work", "save > Save it"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("a = get.submit()\nsave.submit(work.submit(a))", id="submitted"),
        pytest.param("a = get.submit()\nb = work.submit(a.result())\nsave(b.result())", id="results"),
        pytest.param("a = get.map([1, 2])\nb = work.map(a)\nsave(b)", id="mapped"),
        pytest.param("a = get()\nsave(x=work(x=a))", id="by keyword"),
        pytest.param("f = get.with_options(retries=1)\nsave(work(f()))", id="options"),
        pytest.param("a, b = get()\nsave([work(a)])", id="unpacked"),
        pytest.param("try:\n    a = get()\nexcept ValueError:\n    raise\nsave(work(a))", id="try"),
        pytest.param("with thing() as t:\n    a = get()\n    save(work(a))", id="with"),
        pytest.param("def inner(x):\n    return work(x)\nsave(inner(get()))", id="through a function"),
    ],
)
def test_futures(body: str) -> None:
    assert reads(flow(body)) == {"get > work", "work > Save it"}


def test_asynchronous_flows() -> None:
    head = TASKS.replace("def work", "async def work")
    text = (
        HEAD
        + head
        + "@flow\nasync def main():\n    a = await work(1)\n    b = await asyncio.gather(work(a), work(2))\n"
    )
    graph = graphs({"flow.py": text})
    assert steps(graph) == ["work", "work", "work"]
    assert order(graph) == {"work > work"}


def test_a_second_call_has_a_result_of_its_own() -> None:
    graph = flow("a = get(1)\nb = get(2)\nwork(a, b)\nsave(b)")
    assert {(e.source, e.target) for e in graph.edges if e.kind is EdgeKind.CONSUMES and e.declared} == {
        ("mem:main/get", "step:flow.py#work"),
        ("mem:main/get@2", "step:flow.py#work"),
        ("mem:main/get@2", "step:flow.py#Save it"),
    }


def test_order_without_data() -> None:
    graph = flow("a = get.submit()\nb = work.submit(1, wait_for=[a])\nsave(1, wait_for=[a, b])")
    assert order(graph) == {"get > work", "get > Save it", "work > Save it"}
    assert not reads(graph)


def test_what_may_not_run() -> None:
    graph = flow("a = get()\nif unknown():\n    save(a)")
    found = [
        e.confidence for e in graph.edges if e.target == "step:flow.py#Save it" and e.kind is not EdgeKind.CONTAINS
    ]
    assert found
    assert max(found) < 0.8


def test_sub_flows_are_pipelines_that_a_step_starts() -> None:
    head = TASKS + "@flow(name='Part')\ndef part(x):\n    return work(x)\n"
    graph = flow("a = get()\nb = part(a)\nsave(b)", head=head)
    assert pipelines(graph) == {"main", "Part"}
    assert reads(graph) == {"get > Part", "Part > Save it"}
    started = {(e.source, e.target) for e in graph.edges if e.target == "pipeline:flow.py#Part"}
    assert ("step:flow.py#Part", "pipeline:flow.py#Part") in started


def test_a_flow_without_tasks_is_its_own_step() -> None:
    graph = flow("open('in.csv').read()")
    assert steps(graph) == ["main"]
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"main > main"}
    assert any(e.target == "step:flow.py#main" and e.source == "file:in.csv" for e in graph.edges)


def test_commands_of_shells() -> None:
    head = TASKS + "from prefect_shell import ShellOperation, shell_run_command\n"
    graph = flow("shell_run_command(command='python train.py')", {"train.py": "x = 1\n"}, head)
    assert ("step:flow.py#shell_run_command", "file:train.py") in {(e.source, e.target) for e in graph.edges}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("main.serve(name='d', cron='0 1 * * *')", "0 1 * * *", id="serve"),
        pytest.param("main.deploy(name='d', work_pool_name='p', cron='0 1 * * *')", "0 1 * * *", id="deploy"),
        pytest.param("main.serve(interval=timedelta(hours=2))", "timedelta(hours=2)", id="interval"),
        pytest.param("main.serve(interval=3600)", "3600", id="seconds"),
        pytest.param("main.serve(schedules=[CronSchedule('0 1 * * *')])", "0 1 * * *", id="schedules"),
        pytest.param("main.serve(schedule=Cron('0 1 * * *', timezone='UTC'))", "0 1 * * *", id="Cron"),
        pytest.param("serve(main.to_deployment(name='d', cron='0 1 * * *'))", "0 1 * * *", id="to_deployment"),
        pytest.param("Deployment.build_from_flow(flow=main, schedule=CronSchedule(cron='0 1 * * *'))", "0 1 * * *", id="build_from_flow"),
        pytest.param("DeploymentSpec(flow=main, schedule=IntervalSchedule(interval=timedelta(minutes=5)))", "timedelta(minutes=5)", id="DeploymentSpec"),
        pytest.param("main.from_source(source='u', entrypoint='e').deploy(name='d', cron='0 1 * * *')", "0 1 * * *", id="from_source"),
    ],
)  # fmt: skip
def test_schedules_of_deployments(code: str, expected: str) -> None:
    head = (
        "from datetime import timedelta\nfrom prefect import serve\nfrom prefect.deployments import Deployment, DeploymentSpec\n"
        "from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule\nfrom prefect.schedules import Cron\n"
        "from flow import main\n"
    )  # fmt: skip
    graph = flow("get()", {"deploy.py": head + code})
    assert triggers(graph) == {f"{expected} > main"}
    assert {node.path for node in graph.nodes.values() if node.id.startswith("trigger:")} == {"deploy.py"}


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        pytest.param("    schedules:\n      - cron: 0 1 * * *\n", {"0 1 * * * > main"}, id="schedules"),
        pytest.param("    schedule:\n      cron: 0 1 * * *\n", {"0 1 * * * > main"}, id="schedule"),
        pytest.param("    schedules:\n      - interval: 3600\n", {"interval 3600 > main"}, id="interval"),
        pytest.param("    schedules: []\n", set(), id="none"),
    ],
)
def test_schedules_in_files(schedule: str, expected: set[str]) -> None:
    text = f"name: p\ndeployments:\n  - name: d\n    entrypoint: ./flow.py:main\n{schedule}  - name: other\n    entrypoint: no.py:main\n"
    assert triggers(flow("get()", {"prefect.yaml": text})) == expected


@pytest.mark.parametrize(
    ("path", "entry", "expected"),
    [
        ("deployments/daily.yaml", "flow.py:main", {"0 1 * * * > main"}),
        ("main.yaml", "./flow.py:main", {"0 1 * * * > main"}),
        ("main.yaml", "flow.py:other", set()),
    ],
)
def test_the_file_of_one_deployment(path: str, entry: str, expected: set[str]) -> None:
    text = f"name: d\nschedule:\n  cron: 0 1 * * *\n  timezone: null\nflow_name: main\npath: ''\nentrypoint: {entry}\n"
    assert triggers(flow("get()", {path: text})) == expected


@pytest.mark.parametrize("named", ["entrypoint=ENTRY, source='https://h/r.git'", "'https://h/r.git', ENTRY"])
def test_a_flow_that_is_deployed_by_its_file_and_name(named: str) -> None:
    code = f"from prefect import flow\nENTRY = 'flow.py:main'\nflow.from_source({named}).deploy(name='d', cron='0 1 * * *')\n"
    graph = flow("get()", {"deploy.py": code})
    assert triggers(graph) == {"0 1 * * * > main"}
    assert pipelines(graph) == {"main"}


def test_a_task_that_is_put_into_a_flow_of_the_first_version() -> None:
    graph = graphs(
        {"flow.py": ONE + "with Flow('etl', schedule=CronSchedule('0 1 * * *')) as flow:\n    flow.add_task(get)\n"}
    )
    assert (steps(graph), triggers(graph)) == (["get"], {"0 1 * * * > etl"})


def test_deployments_started_by_name() -> None:
    head = TASKS + "from prefect.deployments import run_deployment\n@flow\ndef other_one():\n    work(1)\n"
    graph = flow("run_deployment(name='other-one/daily')", head=head)
    assert ("step:flow.py#other-one/daily", "pipeline:flow.py#other_one") in {(e.source, e.target) for e in graph.edges}


ONE = """
from prefect import Flow, Parameter, Task, task
from prefect.schedules import CronSchedule, IntervalSchedule, Schedule
from prefect.schedules.clocks import CronClock
from prefect.tasks.shell import ShellTask
@task
def get():
    return 1
@task(nout=2)
def work(x):
    return 1, 2
@task
def save(x):
    pass
"""


@pytest.mark.parametrize(
    ("body", "read", "ordered"),
    [
        pytest.param("save(work(get()))", {"get > work", "work > save"}, {"get > work", "work > save"}, id="calls"),
        pytest.param("a, b = work(get)\nsave(b)", {"work > save"}, {"work > save"}, id="parts"),
        pytest.param("work.map(get())", {"get > work"}, {"get > work"}, id="mapped"),
        pytest.param("g = get()\nsave(1, upstream_tasks=[g])", set(), {"get > save"}, id="upstream"),
        pytest.param("g = get()\ns = save(1)\ns.set_upstream(g)", set(), {"get > save"}, id="set_upstream"),
        pytest.param("g = get()\ns = save(1)\ng.set_downstream(s)", set(), {"get > save"}, id="set_downstream"),
        pytest.param("flow.chain(get, work, save)", set(), {"get > work", "work > save"}, id="chain"),
        pytest.param("g = get()\nflow.chain(g, save(g))", {"get > save"}, {"get > save"}, id="chain of results"),
        pytest.param("flow.add_edge(get, save)\nflow.add_edge(work, save)", set(), {"get > save", "work > save"}, id="edges"),
        pytest.param("flow.set_dependencies(save, upstream_tasks=[get, work])", set(), {"get > save", "work > save"}, id="dependencies"),
    ],
)  # fmt: skip
def test_flows_of_the_first_version(body: str, read: set[str], ordered: set[str]) -> None:
    text = ONE + "with Flow('etl') as flow:\n" + "".join(f"    {x}\n" for x in body.splitlines()) + "flow.run()\n"
    graph = graphs({"flow.py": text})
    assert pipelines(graph) == {"etl"}
    assert reads(graph) == read
    assert order(graph) == ordered


@pytest.mark.parametrize(
    "given",
    [
        "schedule=CronSchedule('0 1 * * *')",
        "schedule=CronSchedule(cron='0 1 * * *')",
        "schedule=Schedule(clocks=[CronClock('0 1 * * *')])",
    ],
)
def test_schedules_of_the_first_version(given: str) -> None:
    graph = graphs({"flow.py": ONE + f"with Flow('etl', {given}) as flow:\n    get()\n"})
    assert triggers(graph) == {"0 1 * * * > etl"}


def test_tasks_as_classes() -> None:
    made = "class Load(Task):\n    def run(self, x):\n        return open('a.csv').read()\nload = Load(name='l')\n"
    text = (
        ONE
        + made
        + "sh = ShellTask(command='python go.py')\nwith Flow('etl') as flow:\n    a = load(get())\n    sh(a)\n"
    )
    graph = graphs({"flow.py": text, "go.py": "x = 1\n"})
    assert reads(graph) == {"get > l", "l > ShellTask"}
    assert edges(graph, EdgeKind.IMPLEMENTS) >= {"Load.run > l"}
    assert ("step:flow.py#ShellTask", "file:go.py") in {(e.source, e.target) for e in graph.edges}


def test_what_is_no_flow() -> None:
    text = "import prefect\nfrom other import flow, task\n@flow\ndef main():\n    pass\n"
    assert not pipelines(graphs({"flow.py": text}))


@pytest.mark.parametrize(
    "text",
    [
        "from prefect import flow as job\nfrom work import get\n@job\ndef main():\n    get()\n",
        "import prefect\nfrom work import get\n@prefect.flow(name='main')\ndef main():\n    get()\n",
        "import prefect\nfrom work import get\nwith prefect.Flow('main') as f:\n    get()\n",
        "from prefect.core import Flow\nfrom work import get\nf = Flow('main')\nwith f:\n    get()\n",
    ],
)
def test_whatever_makes_a_flow_is_found_before_anything_is_run(text: str) -> None:
    work = "from prefect import task\n@task(name='get')\ndef get():\n    return 1\n"
    graph = graphs({"work.py": work, "main.py": text})
    assert (pipelines(graph), steps(graph)) == ({"main"}, ["get"])


def test_a_task_that_a_module_calls_as_it_is_brought_in_is_no_step_of_the_flow() -> None:
    work = "from prefect import task\n@task\ndef get():\n    return 1\n@task\ndef check():\n    return 1\nready = check()\n"
    text = "import prefect\nfrom work import get\nwith prefect.Flow('main') as f:\n    get()\n"
    graph = graphs({"work.py": work, "main.py": text})
    assert (pipelines(graph), steps(graph)) == ({"main"}, ["get"])
