"""ZenML: steps, the names of their outputs, the pipelines that call them, artefacts asked for by name, schedules."""

from __future__ import annotations

import pytest

from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Env
from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind, NodeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = (
    "from typing import Annotated, Tuple\nfrom zenml import ArtifactConfig, get_step_context, pipeline, step\n"
    "from zenml.client import Client\nfrom zenml.config.schedule import Schedule\n"
    "from zenml.artifacts.utils import save_artifact\n"
)
STEPS = """
@step
def load() -> Tuple[Annotated[int, "train"], Annotated[int, "test"]]:
    return 1, 2

@step
def fit(train, rate=1) -> Annotated[int, ArtifactConfig(name="model", artifact_type=ArtifactType.MODEL)]:
    return 1

@step
def check(model, test=None):
    return 1

@step(name="tell")
def report(score):
    pass
"""


def flow(body: str, more: dict[str, str] | None = None, steps: str = STEPS) -> Graphs:
    text = HEAD + steps + "@pipeline\ndef main(go: bool = True):\n" + "".join(f"    {x}\n" for x in body.splitlines())
    return graphs({"flow.py": text, **(more or {})})


def test_a_pipeline_in_a_line() -> None:
    graph = flow("train, test = load()\nm = fit(train, rate=2)\ns = check(m, test)\nreport(s)")
    assert steps(graph) == ["load", "fit", "check", "tell"]
    assert order(graph) == {"load > fit", "load > check", "fit > check", "check > tell"}
    assert reads(graph) == {"train > fit", "model > check", "test > check", "check > tell"}
    assert writes(graph) == {"load > train", "load > test", "fit > model", "check > check"}
    assert graph.nodes["name:zenml:model"].kind is NodeKind.MODEL
    assert graph.nodes["mem:main/check"].kind is NodeKind.DATASET
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"load > load", "fit > fit", "check > check", "report > tell"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("d = load()\nfit(d)", {"train > fit", "test > fit"}, id="all outputs"),
        pytest.param("d = load()\nfit(d[0])", {"train > fit"}, id="one output"),
        pytest.param("train, _ = load()\nfit(train=train)", {"train > fit"}, id="by keyword"),
        pytest.param("train, _ = load()\nif go:\n    train = other(train)\nfit(train)", {"train > fit"}, id="an unknown step between"),
        pytest.param("if unknown():\n    m = fit(1)\nelse:\n    m = check(2)\nreport(m)", {"model > tell", "check > tell"}, id="either"),
        pytest.param("ms = [fit(x) for x in (1, 2)]\nreport(ms)", {"model > tell"}, id="list"),
        pytest.param("m = fit(1)\nreport({'a': [m]})", {"model > tell"}, id="nested"),
        pytest.param("a = check(1)\nb = check(2)\nreport(a)", {"check > tell"}, id="a step twice"),
        pytest.param("a = check(1)\nreport(a.x)", set(), id="what is no result"),
        pytest.param("m = Client().get_artifact_version('old')\nreport(m)", {"old > tell"}, id="asked for by name"),
        pytest.param("m = Client().get_artifact_version(name_id_or_prefix=unknown())\nreport(m)", set(), id="asked for by an unknown name"),
    ],
)  # fmt: skip
def test_what_steps_are_given(body: str, expected: set[str]) -> None:
    graph = flow(body)
    assert {edge for edge in reads(graph) if not edge.endswith("check")} == expected


def test_a_second_call_has_a_result_of_its_own() -> None:
    graph = flow("a = check(1)\nb = check(2)\nreport(a)\nreport(b)")
    assert {(e.source, e.target) for e in graph.edges if e.kind is EdgeKind.CONSUMES and e.declared} == {
        ("mem:main/check", "step:flow.py#tell"),
        ("mem:main/check@2", "step:flow.py#tell@2"),
    }


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        pytest.param('Annotated[int, "a"]', {"make > a"}, id="one"),
        pytest.param('Tuple[Annotated[int, "a"], Annotated[int, NAME]]', {"make > a", "make > b"}, id="a constant"),
        pytest.param('tuple[Annotated[int, "a"], int]', {"make > make"}, id="one without a name"),
        pytest.param('Annotated[int, ArtifactConfig("a")]', {"make > a"}, id="by position"),
        pytest.param("int", {"make > make"}, id="none"),
        pytest.param('Annotated[Tuple[int, int], "a"]', {"make > a"}, id="a name for a tuple"),
        pytest.param("Annotated[int, unknown()]", {"make > make"}, id="unknown"),
    ],
)
def test_names_of_outputs(returns: str, expected: set[str]) -> None:
    made = f'NAME = "b"\n@step\ndef make() -> {returns}:\n    return 1\n'
    assert {w for w in writes(flow("check(make())", steps=STEPS + made)) if w.startswith("make")} == expected


def test_order_without_data() -> None:
    graph = flow("load()\nfit(1, after='load')\ncheck(1, id='late', after=['load', 'fit'])")
    assert order(graph) == {"load > fit", "load > late", "fit > late"}
    assert steps(graph) == ["load", "fit", "late"]


def test_a_step_given_its_options_where_it_is_called() -> None:
    graph = flow("m = fit.with_options(enable_cache=False)(1)\nreport.configure(parameters={})(m)")
    assert reads(graph) == {"model > tell"}


def test_a_pipeline_that_another_calls_is_part_of_it() -> None:
    other = "@pipeline\ndef part(x):\n    return check(x)\n"
    graph = flow("m = fit(1)\nreport(part(m))", steps=STEPS + other)
    assert pipelines(graph) == {"part", "main"}
    assert [s for s in steps(graph) if s == "check"] == ["check", "check"]
    assert reads(graph) == {"model > check", "check > tell"}


def test_runs_with_different_arguments_make_one_step_each() -> None:
    body = "m = 1\nif go:\n    m = fit(1)\nreport(m)\n"
    graph = flow(body, {"run.py": "from flow import main\nmain()\nmain(go=False)\n"})
    assert steps(graph) == ["fit", "tell"]
    assert reads(graph) == {"model > tell"}


def test_what_a_step_asks_the_store_for() -> None:
    made = (
        "@step\ndef use():\n    old = Client().get_artifact_version('scaler').load()\n"
        "    model = get_step_context().model.get_artifact('model')\n    save_artifact(old, name='copy')\n"
    )
    graph = flow("fit(1)\nuse()", steps=STEPS + made)
    assert reads(graph) == {"scaler > use", "model > use"}
    assert writes(graph) == {"fit > model", "use > copy"}


@pytest.mark.parametrize(
    "started",
    [
        "main.with_options(schedule=Schedule(cron_expression='5 4 * * *'))()",
        "main = main.with_options(schedule=Schedule(cron_expression='5 4 * * *'))\nmain()",
        "s = Schedule(name='s', cron_expression='5 4 * * *')\nmain().run(schedule=s)",
    ],
)
def test_schedules(started: str) -> None:
    run = "from zenml.config.schedule import Schedule\nfrom flow import main\n" + started
    assert triggers(flow("load()", {"run.py": run})) == {"5 4 * * * > main"}


def test_names_are_those_of_the_project_they_are_in() -> None:
    text = HEAD + STEPS + "@pipeline\ndef main():\n    fit(1)\n"
    graph = graphs({"a/flow.py": text, "b/flow.py": text, "a/requirements.txt": "", "b/requirements.txt": ""})
    assert {"name:zenml:a/model", "name:zenml:b/model"} <= set(graph.nodes)


def test_steps_as_classes() -> None:
    made = (
        "from zenml.steps import BaseStep\nclass Train(BaseStep):\n    def entrypoint(self, x):\n        return open('a.csv').read()\n"
    )  # fmt: skip
    graph = flow("t = Train()\nreport(t(1))", steps=STEPS + made)
    assert reads(graph) == {"Train > tell"}
    assert edges(graph, EdgeKind.IMPLEMENTS) >= {"Train.entrypoint > Train"}


def test_what_is_no_pipeline() -> None:
    text = "from sklearn.pipeline import pipeline\nfrom dagster import step\nimport zenml\n@pipeline\ndef main():\n    pass\n"
    assert not pipelines(graphs({"flow.py": text}))


@pytest.mark.parametrize(
    ("files", "decorator"),
    [
        pytest.param({}, "from zenml import pipeline\n@pipeline", id="a name"),
        pytest.param({}, "from zenml import pipeline as flow\n@flow(enable_cache=False)", id="another name"),
        pytest.param({}, "import zenml\n@zenml.pipeline", id="of the library"),
        pytest.param({}, "from zenml import pipelines\n@pipelines.pipeline", id="of a module of it"),
        pytest.param({}, "def own():\n    from zenml import pipeline\n    return pipeline\n@own()", id="in a function"),
        pytest.param(
            {"own.py": "from zenml import pipeline as flow\n"}, "from own import flow\n@flow", id="through a file"
        ),
        pytest.param({"own.py": "import zenml\nflow = zenml.pipeline\n"}, "import own\n@own.flow", id="kept in a file"),
        pytest.param(
            {"own.py": "import zenml as z\n"}, "from own import z\n@z.pipeline", id="of the library in a file"
        ),
    ],
)
def test_whatever_makes_a_pipeline_is_found_before_anything_is_run(files: dict[str, str], decorator: str) -> None:
    made = {"work.py": "from zenml import step\n@step\ndef load():\n    return 1\n"}
    text = f"from work import load\n{decorator}\ndef main():\n    load()\n"
    assert steps(graphs({**files, **made, "flow.py": text})) == ["load"]


def test_only_what_leads_to_a_pipeline_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    module = Machine.module

    def start(self: Machine, path: str) -> Env:
        started.append(path)
        return module(self, path)

    monkeypatch.setattr(Machine, "start", start)
    work = "from zenml import step\nfrom zenml.client import Client\n@step\ndef load():\n    return 1\n"
    report = "from zenml.client import Client\nimport work\nfor each in Client().list_pipelines():\n    print(each)\n"
    flow_ = "from zenml import pipeline\nfrom work import load\n@pipeline\ndef main():\n    load()\n"
    run = "from flow import main\nmain()\n"
    graph = graphs({"work.py": work, "report.py": report, "flow.py": flow_, "run.py": run})
    assert steps(graph) == ["load"]
    assert started == ["flow.py", "run.py", "work.py"]


def test_steps_that_a_module_puts_into_a_list_of_another_are_in_the_pipeline() -> None:
    work = "from zenml import step\nfrom listed import STEPS\n@step\ndef load():\n    return 1\nSTEPS.append(load)\n"
    text = (
        HEAD + "import work\nfrom listed import STEPS\n@pipeline\ndef main():\n    for each in STEPS:\n        each()\n"
    )
    assert steps(graphs({"listed.py": "STEPS = []\n", "work.py": work, "flow.py": text})) == ["load"]


@pytest.mark.parametrize("decorator", ["step(name='load')", "step", "zenml.steps.step(name='load')"])
def test_a_module_that_a_pipeline_brings_in_is_no_step_of_it(decorator: str) -> None:
    work = f"import zenml\nfrom zenml.steps import step\n@{decorator}\ndef load():\n    return 1\n"
    graph = graphs({"work.py": work, "flow.py": HEAD + "from work import load\n@pipeline\ndef main():\n    load()\n"})
    assert steps(graph) == ["load"]


def test_what_a_step_asks_the_store_for_by_another_name() -> None:
    own = "from zenml.client import Client\nfrom zenml import load_artifact as fetch, save_artifact as put\n"
    made = "from own import fetch, put\n@step\ndef use():\n    put(fetch('scaler'), name='copy')\n"
    graph = flow("use()", {"own.py": own}, steps=STEPS + made)
    assert reads(graph) == {"scaler > use"}
    assert writes(graph) == {"use > copy"}


@pytest.mark.parametrize(
    ("own", "body", "read", "written"),
    [
        ("load_artifact", "own('scaler')", {"scaler > use"}, set()),
        ("save_artifact", "own(1, name='copy')", set(), {"use > copy"}),
    ],
)
def test_a_step_may_talk_to_the_store_by_what_another_file_calls_it(
    own: str, body: str, read: set[str], written: set[str]
) -> None:
    files = {
        "own.py": f"from zenml import {own} as own\n",
        "work.py": f"from zenml import step\nfrom own import own\n@step\ndef use():\n    {body}\n",
        "flow.py": "from zenml import pipeline\nfrom work import use\n@pipeline\ndef main():\n    use()\n",
    }
    assert (reads(graphs(files)), writes(graphs(files))) == (read, written)
