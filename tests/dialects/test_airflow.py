"""Airflow: DAGs, operators, decorated tasks, groups, order, results, assets, schedules, of 1.10 to 3."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.pages import graphs

HEAD = (
    "from airflow import DAG\nfrom airflow.decorators import dag, task, task_group\n"
    "from airflow.operators.bash import BashOperator\nfrom airflow.operators.python import PythonOperator\n"
    "from airflow.operators.empty import EmptyOperator\nfrom airflow.utils.task_group import TaskGroup\n"
    "from airflow.models.baseoperator import chain, cross_downstream\nfrom airflow.utils.edgemodifier import Label\n"
    "from airflow.datasets import Dataset\nfrom datetime import timedelta\n"
)
DAGS = "with DAG('d') as d:\n"


def flow(text: str, more: dict[str, str] | None = None) -> Graphs:
    return graphs({"dags/flow.py": HEAD + text, **(more or {})})


def inside(body: str) -> Graphs:
    """The graph of one DAG whose block has this body."""
    return flow(DAGS + "".join(f"    {line}\n" for line in body.splitlines()))


def edges(graph: Graphs, kind: EdgeKind) -> set[str]:
    label = {node.id: node.label for node in graph.nodes.values()}
    return {f"{label[e.source]} > {label[e.target]}" for e in graph.edges if e.kind is kind}


def steps(graph: Graphs) -> list[str]:
    found = [node for node in graph.nodes.values() if node.id.startswith("step:")]
    return [node.label for node in sorted(found, key=lambda n: (n.line or 0, n.id))]


TASKS = "a, b, c, e = (EmptyOperator(task_id=n) for n in 'abce'.replace('', ' ').split())\n"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("a >> b >> c", {"a > b", "b > c"}),
        ("a << b << c", {"b > a", "c > b"}),
        ("a >> [b, c] >> e", {"a > b", "a > c", "b > e", "c > e"}),
        ("[a, b] >> c", {"a > c", "b > c"}),
        ("[a, b] << c", {"c > a", "c > b"}),
        ("a.set_downstream(b)\nc.set_upstream([a, b])", {"a > b", "a > c", "b > c"}),
        ("chain(a, b, [c, e])", {"a > b", "b > c", "b > e"}),
        ("chain([a, b], [c, e])", {"a > c", "b > e"}),
        ("cross_downstream([a, b], [c, e])", {"a > c", "a > e", "b > c", "b > e"}),
        ("a >> Label('yes') >> b", {"a > b"}),
        ("for t in (b, c):\n    a >> t", {"a > b", "a > c"}),
        ("if unknown():\n    a >> b", {"a > b"}),
        ("x = [a, b, c]\nfor one, other in zip(x, x[1:]):\n    pass", set()),
        ("a >> unknown()", set()),
    ],
)  # fmt: skip
def test_order(order: str, expected: set[str]) -> None:
    assert edges(inside(TASKS + order), EdgeKind.PRECEDES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("with DAG('d'):\n    BashOperator(task_id='t', bash_command='x')\n", {"d": ["t"]}, id="block"),
        pytest.param("d = DAG(dag_id='d')\nt = BashOperator(task_id='t', bash_command='x', dag=d)\n", {"d": ["t"]}, id="argument"),
        pytest.param("@dag(schedule=None)\ndef d():\n    @task\n    def t(): ...\n    t()\nd()\n", {"d": ["t"]}, id="decorated"),
        pytest.param("@dag\ndef d():\n    EmptyOperator(task_id='t')\n", {}, id="a decorated function that nothing calls"),
        pytest.param("def make(n):\n    with DAG(f'd_{n}') as d:\n        EmptyOperator(task_id='t')\n    return d\nfor n in ('x', 'y'):\n    globals()[n] = make(n)\n", {"d_x": ["t"], "d_y": ["t"]}, id="factory in a loop"),
        pytest.param("import yaml\nfor c in yaml.safe_load(open('dags/flows.yml'))['flows']:\n    with DAG(c['name']):\n        EmptyOperator(task_id='t')\n", {"one": ["t"], "two": ["t"]}, id="from a configuration file"),
        pytest.param("from lib.build import make\nmake('far')\n", {"far": ["t"]}, id="factory of another module"),
        pytest.param("from airflow.contrib.operators.x import YOperator\nd = DAG('d')\nYOperator(task_id='t', dag=d)\n", {"d": ["t"]}, id="1.10"),
        pytest.param("from great_things import CheckOperator\nwith DAG('d'):\n    CheckOperator(task_id='t')\n", {"d": ["t"]}, id="operator of another package"),
        pytest.param("from airflow.models import BaseOperator\nclass Own(BaseOperator):\n    def execute(self, context): ...\nwith DAG('d'):\n    Own(task_id='t')\n", {"d": ["t"]}, id="operator of the repository"),
        pytest.param("from airflow.sdk import DAG as D3, task as t3\nwith D3('d'):\n    @t3\n    def t(): ...\n    t()\n", {"d": ["t"]}, id="3"),
        pytest.param("DAG('empty')\n", {}, id="a DAG without tasks"),
    ],
)  # fmt: skip
def test_dags(text: str, expected: dict[str, list[str]]) -> None:
    build = "from airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\ndef make(name):\n    d = DAG(name)\n    EmptyOperator(task_id='t', dag=d)\n"
    graph = flow(
        text, {"lib/build.py": build, "lib/__init__.py": "", "dags/flows.yml": "flows: [{name: one}, {name: two}]\n"}
    )
    found: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.kind is EdgeKind.CONTAINS and edge.source.startswith("pipeline:"):
            found.setdefault(graph.nodes[edge.source].label, []).append(graph.nodes[edge.target].label)
    assert found == expected


def test_a_file_that_leaves_the_framework_to_others_is_run() -> None:
    build = "from airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\ndef make(name):\n    d = DAG(name)\n    EmptyOperator(task_id='t', dag=d)\n"
    graph = graphs({"build.py": build, "dags/nightly.py": "from build import make\nmake('nightly')\n"})
    assert "pipeline:build.py#nightly" in graph.nodes


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("with TaskGroup('g'):\n    EmptyOperator(task_id='t')", ["g.t"], id="group"),
        pytest.param("with TaskGroup('g', prefix_group_id=False):\n    EmptyOperator(task_id='t')", ["t"], id="without prefix"),
        pytest.param("with TaskGroup('g'):\n    with TaskGroup('h'):\n        EmptyOperator(task_id='t')", ["g.h.t"], id="nested"),
        pytest.param("@task_group(group_id='g')\ndef group():\n    EmptyOperator(task_id='t')\ngroup()", ["g.t"], id="decorated group"),
        pytest.param("@task\ndef t(): ...\nt()\nt()", ["t", "t__1"], id="called twice"),
        pytest.param("@task(task_id='u')\ndef t(): ...\nt()\nt.override(task_id='v')()", ["u", "v"], id="override"),
        pytest.param("@task.branch\ndef t(): ...\nt()", ["t"], id="branch"),
        pytest.param("for n in ('x', 'y'):\n    EmptyOperator(task_id=f't_{n}')", ["t_x", "t_y"], id="loop"),
        pytest.param("[EmptyOperator(task_id=n) for n in ['x']]", ["x"], id="comprehension"),
        pytest.param("import enum\nclass N(enum.Enum):\n    T = 't'\nEmptyOperator(task_id=N.T.value)", ["t"], id="enumeration"),
        pytest.param("x = EmptyOperator(task_id=unknown())", ["EmptyOperator"], id="a name that cannot be told"),
    ],
)  # fmt: skip
def test_names_of_tasks(body: str, expected: list[str]) -> None:
    assert steps(inside(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("with TaskGroup('g') as g:\n    a = EmptyOperator(task_id='a')\n    b = EmptyOperator(task_id='b')\n    a >> b\nEmptyOperator(task_id='s') >> g >> EmptyOperator(task_id='e')", {"g.a > g.b", "s > g.a", "g.b > e"}, id="a group stands for its first and last"),
        pytest.param("g, h = TaskGroup('g'), TaskGroup('h')\nwith g:\n    EmptyOperator(task_id='a')\nwith h:\n    EmptyOperator(task_id='b')\ng >> h", {"g.a > h.b"}, id="group to group"),
    ],
)  # fmt: skip
def test_groups_in_an_order(body: str, expected: set[str]) -> None:
    assert edges(inside(body), EdgeKind.PRECEDES) == expected


@pytest.mark.parametrize(
    ("body", "data"),
    [
        pytest.param("@task\ndef get(): ...\n@task\ndef use(x): ...\nuse(get())", {"get > use"}, id="call"),
        pytest.param("@task\ndef get(): ...\n@task\ndef use(x): ...\nx = get()\nuse(x['part'])", {"get > use"}, id="part of a result"),
        pytest.param("@task\ndef get(): ...\n@task\ndef use(x): ...\nuse.expand(x=[get(), get()])", {"get > use", "get__1 > use"}, id="mapped"),
        pytest.param("@task\ndef get(): ...\n@task\ndef use(x, y): ...\nuse.partial(y=1).expand(x=get())", {"get > use"}, id="partial"),
        pytest.param("@task\ndef use(x): ...\nt = BashOperator(task_id='get', bash_command='x')\nuse(t.output)", {"get > use"}, id="output of an operator"),
        pytest.param("@task\ndef get(): ...\nPythonOperator(task_id='use', python_callable=print, op_kwargs={'x': get()})", {"get > use"}, id="argument of an operator"),
        pytest.param("EmptyOperator(task_id='get')\nBashOperator(task_id='use', bash_command=\"echo {{ ti.xcom_pull(task_ids='get') }}\")", {"get > use"}, id="template"),
        pytest.param("EmptyOperator(task_id='get')\ndef f(ti):\n    ti.xcom_pull(task_ids=['get'])\nPythonOperator(task_id='use', python_callable=f)", {"get > use"}, id="pulled in code"),
        pytest.param("def f(ti):\n    ti.xcom_pull(task_ids='nowhere')\nPythonOperator(task_id='use', python_callable=f)", set(), id="pulled from nowhere"),
        pytest.param("a = Dataset('s3://b/a.csv')\nEmptyOperator(task_id='t', inlets=[a], outlets=Dataset('s3://b/o.csv'))", {"s3://b/a.csv > t"}, id="inlets"),
    ],
)  # fmt: skip
def test_results_are_handed_on(body: str, data: set[str]) -> None:
    assert edges(inside(body), EdgeKind.CONSUMES) == data


def test_a_result_is_written_by_its_task() -> None:
    graph = inside("@task\ndef get(): ...\n@task\ndef use(x): ...\nuse(get())")
    ends = {(e.source, e.target, e.declared) for e in graph.edges if e.kind is EdgeKind.PRODUCES}
    assert ends == {("step:dags/flow.py#get", "mem:d/get", True)}
    assert edges(graph, EdgeKind.PRECEDES) == {"get > use"}


CODE = "import pandas as pd\ndef load():\n    return pd.read_csv('data/raw.csv')\n"


@pytest.mark.parametrize(
    ("body", "function"),
    [
        pytest.param("PythonOperator(task_id='t', python_callable=load)", "load", id="callable"),
        pytest.param("from functools import partial\nPythonOperator(task_id='t', python_callable=partial(load))", "load", id="partial"),
        pytest.param("@task\ndef t():\n    load()\nt()", "t", id="decorated"),
        pytest.param("from airflow.models import BaseOperator\nclass Own(BaseOperator):\n    def execute(self, context):\n        load()\nOwn(task_id='t')", "Own.execute", id="operator"),
    ],
)  # fmt: skip
def test_the_code_of_a_task(body: str, function: str) -> None:
    graph = flow(CODE + DAGS + "".join(f"    {line}\n" for line in body.splitlines()))
    assert {e.source for e in graph.edges if e.kind is EdgeKind.IMPLEMENTS} == {f"function:dags/flow.py#{function}"}
    (edge,) = [e for e in graph.edges if e.kind is EdgeKind.CONSUMES and e.target == "step:dags/flow.py#t"]
    assert (edge.source, edge.declared) == ("file:data/raw.csv", False)


@pytest.mark.parametrize(
    "body",
    [
        "PythonOperator(task_id='t', python_callable=load, op_kwargs={'path': 'data/raw.csv'})",
        "PythonOperator(task_id='t', python_callable=load, op_args=['data/raw.csv'])",
        "task(task_id='t')(load)('data/raw.csv')",
        "for n in ('raw',):\n    PythonOperator(task_id='t', python_callable=load, op_kwargs=dict(path=f'data/{n}.csv'))",
    ],
)
def test_what_a_task_gives_to_its_function(body: str) -> None:
    code = "import pandas as pd\ndef load(path):\n    return pd.read_csv(path)\n"
    graph = flow(code + DAGS + "".join(f"    {line}\n" for line in body.splitlines()))
    assert ("file:data/raw.csv", "step:dags/flow.py#t") in {(e.source, e.target) for e in graph.edges if not e.declared}


@pytest.mark.parametrize(
    "operator",
    [
        "BashOperator(task_id='t', bash_command='python jobs/train.py --lr 1')",
        "BashOperator(task_id='t', bash_command=f'cd {unknown()} && python jobs/train.py')",
        "BashOperator(task_id='t', bash_command='cd jobs; python train.py')",
        "SparkSubmitOperator(task_id='t', application='jobs/train.py')",
        "DockerOperator(task_id='t', image='x', command='python jobs/train.py')",
        "KubernetesPodOperator(task_id='t', cmds=['python'], arguments=['jobs/train.py'])",
    ],
)
def test_commands_run_programs(operator: str) -> None:
    imports = "".join(
        f"from airflow.providers.x import {n}\n"
        for n in ("SparkSubmitOperator", "DockerOperator", "KubernetesPodOperator")
    )
    graph = flow(
        f"{imports}{DAGS}    {operator}\n",
        {"jobs/train.py": "import os\nopen(os.path.join(os.path.dirname(__file__), 'out.txt'), 'w')\n"},
    )
    assert [e.target for e in graph.edges if e.kind is EdgeKind.RUNS] == ["file:jobs/train.py"]
    assert ("step:dags/flow.py#t", "file:jobs/out.txt") in {(e.source, e.target) for e in graph.edges}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("schedule='0 3 * * *'", [("schedule", "0 3 * * *")]),
        ("schedule_interval='@daily'", [("schedule", "@daily")]),
        ("schedule_interval=timedelta(days=1)", [("schedule", "timedelta(days=1)")]),
        ("schedule=None", [("manual", "")]),
        ("schedule_interval='@once'", [("manual", "")]),
        ("start_date=None", []),
        ("schedule=[Dataset('s3://b/x'), Dataset('s3://b/y')]", [("dataset", "s3://b/x s3://b/y")]),
        ("schedule=unknown()", [("schedule", "set in code")]),
        ("timetable=CronDataIntervalTimetable('0 1 * * 3', timezone='UTC')", [("schedule", "0 1 * * 3")]),
        ("schedule=DatasetOrTimeSchedule(timetable=CronTriggerTimetable('5 4 * * *'), datasets=[Dataset('s3://b/x')])", [("dataset", "s3://b/x"), ("schedule", "5 4 * * *")]),
    ],
)  # fmt: skip
def test_schedules(given: str, expected: list[tuple[str, str]]) -> None:
    names = "CronDataIntervalTimetable, CronTriggerTimetable, DatasetOrTimeSchedule"
    graph = flow(
        f"from airflow.timetables.all import {names}\nwith DAG('d', {given}):\n    EmptyOperator(task_id='t')\n"
    )
    assert [(trigger.kind, trigger.schedule) for _, trigger in graph.world.steps.triggers()] == expected
    started = {e.target for e in graph.edges if e.kind is EdgeKind.TRIGGERS}
    assert started == ({"step:dags/flow.py#t", "pipeline:dags/flow.py#d"} if expected else set())


def test_an_asset_is_a_pipeline_of_its_own() -> None:
    graph = graphs(
        {"dags/a.py": "from airflow.sdk import asset\n@asset(schedule='@daily', uri='s3://b/x')\ndef raw(): ...\n"}
    )
    assert ("step:dags/a.py#raw", "uri:s3://b/x") in {
        (e.source, e.target) for e in graph.edges if e.kind is EdgeKind.PRODUCES
    }
    assert [trigger.schedule for _, trigger in graph.world.steps.triggers()] == ["@daily"]


def test_dags_start_and_wait_for_each_other() -> None:
    text = (
        "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\nfrom airflow.sensors.external_task import ExternalTaskSensor\n"
        "with DAG('one'):\n    EmptyOperator(task_id='a')\n    TriggerDagRunOperator(task_id='go', trigger_dag_id='two')\n"
        "with DAG('two'):\n    ExternalTaskSensor(task_id='wait', external_dag_id='one', external_task_id='a')\n"
    )
    graph = flow(text)
    assert edges(graph, EdgeKind.RUNS) == {"go > two"}
    assert edges(graph, EdgeKind.PRECEDES) == {"a > wait"}


def test_a_task_of_a_helper_stands_where_the_dag_calls_it() -> None:
    helper = "from airflow.operators.bash import BashOperator\ndef query(name):\n    return BashOperator(task_id=name, bash_command='x')\n"
    graph = flow("from tools import query\nwith DAG('d'):\n    query('t')\n", {"tools.py": helper})
    assert graph.nodes["step:dags/flow.py#t"].line == HEAD.count("\n") + 3


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        pytest.param("PostgresOperator", "sql='insert into marts.daily select * from raw.events'", {"raw.events > t", "t > marts.daily"}, id="SQL"),
        pytest.param("SQLExecuteQueryOperator", "sql=['create table a as select 1', 'insert into b select * from a']", {"a > t", "t > a", "t > b"}, id="several statements"),
        pytest.param("PostgresOperator", "sql='sql/load.sql'", {"dags/sql/load.sql > t", "src > t", "t > dst"}, id="a file of SQL"),
        pytest.param("BigQueryInsertJobOperator", "configuration={'query': {'query': 'select 1 from `p.d.rows`', 'useLegacySql': False}}", {"p.d.rows > t"}, id="a job of BigQuery"),
        pytest.param("SqlSensor", "sql='select count(*) from ready'", {"ready > t"}, id="a sensor of SQL"),
        pytest.param("FileSensor", "filepath='/data/in/rows.csv'", {"/data/in/rows.csv > t"}, id="a file"),
        pytest.param("S3KeySensor", "bucket_name='b', bucket_key='in/{{ ds }}/rows.csv'", {"s3://b/in/{ds}/rows.csv > t"}, id="an object"),
        pytest.param("S3KeySensor", "bucket_key=['s3://b/one', 's3://b/two']", {"s3://b/one > t", "s3://b/two > t"}, id="whole addresses"),
        pytest.param("GCSObjectExistenceSensor", "bucket='b', object='x.csv'", {"gs://b/x.csv > t"}, id="another store"),
        pytest.param("GCSToBigQueryOperator", "bucket='b', source_objects=['a.csv', 'c.csv'], destination_project_dataset_table='p.d.t1'",
                     {"gs://b/a.csv > t", "gs://b/c.csv > t", "t > p.d.t1"}, id="a transfer"),
        pytest.param("S3ToRedshiftOperator", "s3_bucket='b', s3_key='k', table='rows'", {"s3://b/k > t", "t > rows"}, id="a schema left out"),
        pytest.param("PostgresToGCSOperator", "sql='select * from rows', bucket='b', filename='x.json'", {"rows > t", "t > gs://b/x.json"}, id="an export"),
        pytest.param("S3KeySensor", "bucket_name=known_to_nobody(), bucket_key='x'", set(), id="a bucket that is not known"),
        pytest.param("PostgresOperator", "sql='{{ params.query }}'", set(), id="a query that is not known"),
        pytest.param("PostgresOperator", "params={'t': 'runs'}, sql='insert into {{ params.t }} values (1)'", {"t > runs"}, id="a parameter"),
        pytest.param("PostgresOperator", "sql='insert into {{ params.t }} select * from s.{{ var.value.x }}'", set(), id="a parameter that is not known"),
        pytest.param("S3KeySensor", "bucket_name='b', bucket_key='{{ params[\"k\"] }}/x', params={'k': 'in'}", {"s3://b/in/x > t"}, id="a parameter by its key"),
        pytest.param("EmailOperator", "subject='select * from rows'", set(), id="no SQL"),
    ],
)  # fmt: skip
def test_what_operators_name(operator: str, given: str, expected: set[str]) -> None:
    text = f"from airflow import DAG\nfrom airflow.providers.x import {operator}\nwith DAG('d'):\n    {operator}(task_id='t', {given})\n"
    graph = graphs({"dags/flow.py": text, "dags/sql/load.sql": "insert into dst select * from src;\n"})
    found = edges(graph, EdgeKind.CONSUMES) | edges(graph, EdgeKind.PRODUCES)
    assert {edge.replace("*.", "") for edge in found if edge.endswith("> t") or edge.startswith("t >")} == expected
