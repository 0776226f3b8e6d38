"""Kubeflow pipelines: components, tasks and their outputs, groups, pipelines within pipelines, files of components, runs."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind, NodeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = (
    "from functools import partial\nfrom typing import NamedTuple\nfrom kfp import compiler, components, dsl, kubernetes\n"
    "from kfp.dsl import Dataset, Input, Model, Output, component\n"
)
COMPONENTS = """
@dsl.component(base_image="python:3.12")
def load(day: str, table: Output[Dataset]):
    pass

@component
def fit(table: Input[Dataset], model: Output[Model], rate: float = 1.0) -> float:
    return 1.0

@dsl.component
def check_it(model: Input[Model]) -> NamedTuple("Outputs", [("score", float), ("grade", str)]):
    pass

@dsl.component
def tell(text: str):
    pass
"""


def flow(body: str, more: dict[str, str] | None = None, after: str = "", components: str = COMPONENTS) -> Graphs:
    text = HEAD + components + "@dsl.pipeline(name='main')\ndef main(day: str = '1'):\n"
    text += "".join(f"    {line}\n" for line in body.splitlines()) + after
    return graphs({"pipe/flow.py": text, **(more or {})})


def test_a_pipeline_in_a_line() -> None:
    graph = flow(
        "d = load(day=day)\nf = fit(table=d.outputs['table'])\n"
        "c = check_it(model=f.outputs['model'])\ntell(text=c.outputs['grade'])"
    )
    assert pipelines(graph) == {"main"}
    assert steps(graph) == ["load", "fit", "check-it", "tell"]
    assert order(graph) == {"load > fit", "fit > check-it", "check-it > tell"}
    assert reads(graph) == {"load.table > fit", "fit.model > check-it", "check-it.grade > tell"}
    assert writes(graph) == {
        "load > load.table", "fit > fit.model", "fit > fit.Output", "check-it > check-it.score", "check-it > check-it.grade",
    }  # fmt: skip
    assert graph.nodes["mem:main/fit.model"].kind is NodeKind.MODEL
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"load > load", "fit > fit", "check_it > check-it", "tell > tell"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("d = load(day=day)\nfit(table=d.output)", {"load.table > fit"}, id="the only output"),
        pytest.param("d = load(day=day).set_retry(2)\nfit(table=d.output)", {"load.table > fit"}, id="with settings"),
        pytest.param("d = load(day=day)\ntell(text=f'x {d.output}')", {"load.table > tell"}, id="in a text"),
        pytest.param("d = load(day=day)\ntell(text='x %s' % d.output)", {"load.table > tell"}, id="in a pattern"),
        pytest.param("d = load(day=day)\ntell(text=[d.output])", {"load.table > tell"}, id="in a list"),
        pytest.param("with dsl.ParallelFor([1]) as x:\n    d = load(day=x)\ntell(text=dsl.Collected(d.output))", {"load.table > tell"}, id="collected"),
        pytest.param("d = load(day=day)\nwith dsl.ParallelFor(d.output) as x:\n    tell(text=x.y)", {"load.table > tell"}, id="an item"),
        pytest.param("with dsl.If(day == '1'):\n    a = load(day=day)\nwith dsl.Else():\n    b = load(day=day)\ntell(text=dsl.OneOf(a.output, b.output))", {"load.table > tell", "load-2.table > tell"}, id="one of"),
        pytest.param("d = load(day=day)\ntell(text=unknown)", set(), id="nothing"),
        pytest.param("load(day=day)\ntell(text=day)", set(), id="a parameter of the pipeline"),
    ],
)  # fmt: skip
def test_what_tasks_are_given(body: str, expected: set[str]) -> None:
    assert reads(flow(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("a = load(day=day)\ntell(text='x').after(a)", {"load > tell"}, id="after"),
        pytest.param("a = load(day=day)\nwith dsl.Condition(a.output == 'x'):\n    tell(text='x')", {"load > tell"}, id="condition"),
        pytest.param("a = load(day=day)\nwith dsl.If(a.output == 'x'):\n    pass\nwith dsl.Else():\n    tell(text='x')", {"load > tell"}, id="else"),
        pytest.param("a = load(day=day)\nwith dsl.ParallelFor(a.output) as x:\n    tell(text='x')", {"load > tell"}, id="loop"),
        pytest.param("t = tell(text='x')\nwith dsl.ExitHandler(t):\n    load(day=day)", {"load > tell"}, id="exit handler"),
        pytest.param("a = load(day=day)\nt = tell(text='x')\nkubernetes.use_secret_as_env(t, secret_name=a.output)", {"load > tell"}, id="configured"),
        pytest.param("a = load(day=day)\ntell(text='x').after(unknown)", set(), id="unknown"),
        pytest.param("with dsl.If(day == '1'):\n    load(day=day)\ntell(text='x')", set(), id="beside a group"),
    ],
)  # fmt: skip
def test_order_without_data(body: str, expected: set[str]) -> None:
    assert order(flow(body)) == expected


def test_guards_and_loops_are_told() -> None:
    graph = flow(
        "a = check_it(model=1)\nwith dsl.If(a.outputs['grade'] == 'x'):\n    tell(text='x')\nwith dsl.ParallelFor([1]) as x:\n    load(day=x)"
    )
    nodes = {node.label: node for node in graph.nodes.values() if node.id.startswith("step:")}
    assert "check-it.grade == x" in str(nodes["tell"])


INNER = """
@dsl.pipeline
def inner(day: str) -> NamedTuple("Out", table=Dataset):
    d = load(day=day)
    tell(text="x")
    out = NamedTuple("Out", table=Dataset)
    return out(table=d.outputs["table"])
"""


def test_a_pipeline_that_another_calls_is_part_of_it() -> None:
    graph = flow(
        "c = check_it(model=1)\ni = inner(day=c.outputs['grade'])\nfit(table=i.outputs['table'])",
        components=COMPONENTS + INNER,
    )
    assert pipelines(graph) == {"inner", "main"}
    assert {"check-it.grade > load", "load.table > fit"} <= reads(graph)
    # what the inner pipeline gives is had when all of it is over, as in the compiled one
    assert {"check-it > load", "check-it > tell", "load > fit", "tell > fit"} == order(graph)


def test_what_comes_before_a_block_comes_before_its_first_tasks() -> None:
    body = (
        "c = check_it(model=1)\nwith dsl.ParallelFor([1]) as x:\n    d = load(day=x)\n    fit(table=d.outputs['table'])\n"
        "    with dsl.If(c.outputs['grade'] == 'a'):\n        tell(text='x')\ntell(text=dsl.Collected(d.outputs['table']))"
    )
    assert {
        "check-it > load",
        "check-it > tell",
        "load > fit",
        "fit > tell-2",
        "load > tell-2",
        "tell > tell-2",
    } == order(flow(body))


VERSION_1 = """
from kfp.components import InputPath, OutputPath, create_component_from_func, func_to_container_op
def load(rows_path: OutputPath("CSV"), n: int = 1):
    pass
load_op = create_component_from_func(load, base_image="python:3.7")
@func_to_container_op
def count(rows_path: InputPath()) -> int:
    pass
@partial(create_component_from_func, packages_to_install=["pandas"])
def tell(n: int):
    pass
def train(n):
    return dsl.ContainerOp(name="Train it", image="me/train:1", command=["python", "/app/train.py"], arguments=["--n", n],
                           file_outputs={"model": "/model"})
"""


def test_version_1() -> None:
    graph = flow(
        "a = load_op(n=2)\nb = count(a.outputs['rows'])\ntell(b.output)\nt = train(b.output)\ntell(t.outputs['model'])",
        components=VERSION_1,
    )
    assert steps(graph) == ["train-it", "load", "count", "tell", "tell-2"]
    assert reads(graph) == {
        "load.rows > count",
        "count.Output > tell",
        "count.Output > train-it",
        "train-it.model > tell-2",
    }


@pytest.mark.parametrize(
    "run",
    [
        "compiler.Compiler().compile(plain, 'x.yaml')",
        "from kfp import Client\nClient().create_run_from_pipeline_func(plain, arguments={})",
    ],
)
def test_a_function_without_a_decorator_is_a_pipeline_where_it_is_compiled(run: str) -> None:
    graph = flow("pass", after=f"def plain():\n    tell(text=load(day='1').output)\n{run}\n")
    assert pipelines(graph) == {"plain"}
    assert reads(graph) == {"load.table > tell"}


def test_recurring_runs() -> None:
    run = (
        "import kfp\nfrom flow import main\nkfp.compiler.Compiler().compile(main, 'main.yaml')\n"
        "kfp.Client().create_recurring_run('e', 'j', cron_expression='0 3 * * *', pipeline_package_path='main.yaml')\n"
    )
    assert triggers(flow("load(day=day)", {"pipe/run.py": run})) == {"0 3 * * * > main"}


FILE = (
    "name: Split Rows\ninputs:\n- {name: rows, type: CSV}\noutputs:\n- {name: model, type: Model}\n"
    "implementation:\n  container:\n    image: me/split\n    command: [python, split.py, {inputPath: rows}, {outputPath: model}]\n"
)


def test_a_component_of_a_file() -> None:
    made = "split = components.load_component_from_file('parts/component.yaml')\n"
    graph = flow(
        "s = split(rows='x')\ncheck_it(model=s.outputs['model'])",
        {"pipe/parts/component.yaml": FILE},
        components=COMPONENTS + made,
    )
    assert {"split-rows", "check-it"} <= set(steps(graph))
    assert graph.nodes["mem:main/split-rows.model"].kind is NodeKind.MODEL
    assert reads(graph) == {"split-rows.model > check-it"}


def test_an_address_that_is_imported() -> None:
    graph = flow("i = dsl.importer(artifact_uri='gs://b/rows.csv', artifact_class=Dataset)\nfit(table=i.output)")
    assert reads(graph) == {"gs://b/rows.csv > importer", "importer.artifact > fit"}


def test_components_of_google() -> None:
    made = "from google_cloud_pipeline_components.v1.endpoint import EndpointCreateOp\n"
    graph = flow("e = EndpointCreateOp(project='p')\ntell(text=e.outputs['endpoint'])", components=COMPONENTS + made)
    assert reads(graph) == {"endpoint-create.endpoint > tell"}


def test_what_is_no_pipeline() -> None:
    text = "from zen import pipeline\nimport kfp\n@pipeline\ndef main():\n    kfp.dsl.If(1)\n"
    assert not pipelines(graphs({"flow.py": text}))
