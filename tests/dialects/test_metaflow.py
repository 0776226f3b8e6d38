"""Metaflow: steps of flows, their order, artefacts by the versions that reach a step, parameters, triggers."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.pages import graphs

HEAD = (
    "from metaflow import FlowSpec, Parameter, IncludeFile, Config, Flow, schedule, step, trigger, trigger_on_finish\n"
)


def flow(body: str, more: dict[str, str] | None = None, head: str = "") -> Graphs:
    text = HEAD + head + "class F(FlowSpec):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return graphs({"flow.py": text, **(more or {})})


def step(name: str, *body: str, params: str = "self") -> str:
    return f"@step\ndef {name}({params}):\n" + "".join(f"    {line}\n" for line in body or ("pass",))


def ties(graph: Graphs, kind: EdgeKind = EdgeKind.CONSUMES) -> set[str]:
    found = [(e.source, e.target) for e in graph.edges if e.kind is kind and e.declared]
    ends = [
        (s.partition(":")[2].removeprefix("F/"), t)
        if kind is EdgeKind.CONSUMES
        else (s, t.partition(":")[2].removeprefix("F/"))
        for s, t in found
    ]
    return {
        f"{graph.nodes[s].label if s in graph.nodes else s} > {graph.nodes[t].label if t in graph.nodes else t}"
        for s, t in ends
    }


def order(graph: Graphs) -> set[str]:
    return {
        f"{graph.nodes[e.source].label} > {graph.nodes[e.target].label}"
        for e in graph.edges
        if e.kind is EdgeKind.PRECEDES
    }


LINEAR = (
    step("start", "self.x = 1", "self.next(self.work)")
    + step("work", "self.y = self.x", "self.next(self.end)")
    + step("end", "print(self.y)")
)


def test_a_flow_in_a_line() -> None:
    graph = flow(LINEAR)
    assert order(graph) == {"start > work", "work > end"}
    assert ties(graph) == {"x > work", "y > end"}
    assert ties(graph, EdgeKind.PRODUCES) == {"start > x", "work > y"}
    assert {e.source for e in graph.edges if e.kind is EdgeKind.IMPLEMENTS} == {
        f"function:flow.py#F.{n}" for n in ("start", "work", "end")
    }


@pytest.mark.parametrize(
    ("body", "reads", "writes"),
    [
        pytest.param("self.x = self.x + 1", {"x"}, {"x"}, id="rewritten"),
        pytest.param("self.x = 2\nprint(self.x)", set(), {"x"}, id="written before it is read"),
        pytest.param("if a:\n    self.x = 2\nprint(self.x)", {"x"}, {"x"}, id="written in one arm"),
        pytest.param("self.x += 1", {"x"}, {"x"}, id="augmented"),
        pytest.param("self.z, (self.w, *_) = 1, (2, 3)", set(), {"z", "w"}, id="unpacked"),
        pytest.param("self.x['k'] = 1", {"x"}, {"x"}, id="changed in place"),
        pytest.param("with open('f') as self.h:\n    pass", set(), {"h"}, id="with"),
        pytest.param("for self.i in range(3):\n    pass", set(), {"i"}, id="loop variable"),
        pytest.param("f = lambda: self.x", {"x"}, set(), id="lambda"),
        pytest.param("def f():\n    return self.x\nf()", {"x"}, set(), id="nested function"),
        pytest.param("self.help()", {"x"}, {"h"}, id="method"),
        pytest.param("setattr(self, 's', getattr(self, 'x'))", {"x"}, {"s"}, id="by name"),
        pytest.param("self.unknown.call()", set(), set(), id="what no step writes"),
    ],
)  # fmt: skip
def test_what_a_step_does_to_artefacts(body: str, reads: set[str], writes: set[str]) -> None:
    helper = "def help(self):\n    self.h = self.x\n"
    text = (
        helper
        + step("start", "self.x = 1", "self.next(self.work)")
        + step("work", *body.splitlines(), "self.next(self.end)")
        + step("end")
    )
    graph = flow(text)
    node = "step:flow.py#F.work"
    assert {
        graph.nodes[e.source].label
        for e in graph.edges
        if e.kind is EdgeKind.CONSUMES and e.target == node and e.declared
    } == reads
    assert {
        graph.nodes[e.target].label
        for e in graph.edges
        if e.kind is EdgeKind.PRODUCES and e.source == node and e.declared
    } == writes


BRANCHES = (
    step("start", "self.next(self.a, self.b)")
    + step("a", "self.x = 1", "self.only_a = 1", "self.next(self.join)")
    + step("b", "self.x = 2", "self.next(self.join)")
)


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        pytest.param(("self.best = max(i.x for i in inputs)",), {"x@a > join", "x@b > join"}, id="comprehension"),
        pytest.param(("for i in inputs:", "    print(i.x)"), {"x@a > join", "x@b > join"}, id="loop"),
        pytest.param(("print(inputs.a.only_a)",), {"only_a > join"}, id="one branch"),
        pytest.param(("print(inputs[0].only_a)",), {"only_a > join"}, id="by number"),
        pytest.param(("best = max(inputs, key=lambda i: i.x)", "print(best.only_a)"), {"x@a > join", "x@b > join", "only_a > join"}, id="the best"),
        pytest.param(("self.merge_artifacts(inputs, exclude=['x'])",), {"only_a > end"}, id="merged"),
        pytest.param(("self.merge_artifacts(inputs, include=['x'])",), set(), id="merged without it"),
        pytest.param(("pass",), set(), id="a join drops what it does not merge"),
    ],
)  # fmt: skip
def test_joins(join: tuple[str, ...], expected: set[str]) -> None:
    graph = flow(
        BRANCHES + step("join", *join, "self.next(self.end)", params="self, inputs") + step("end", "print(self.only_a)")
    )
    found = {
        f"{e.source.partition('/')[2]} > {graph.nodes[e.target].label}"
        for e in graph.edges
        if e.kind is EdgeKind.CONSUMES
    }
    assert found == expected
    assert order(graph) == {"start > a", "start > b", "a > join", "b > join", "join > end"}


def test_each_writer_leaves_its_own_version() -> None:
    text = (
        step("start", "self.df = 1", "self.next(self.clean)")
        + step("clean", "self.df = self.df", "self.next(self.end)")
        + step("end", "print(self.df)")
    )
    graph = flow(text)
    found = {(e.source, e.target) for e in graph.edges if e.kind in (EdgeKind.CONSUMES, EdgeKind.PRODUCES)}
    assert found == {
        ("step:flow.py#F.start", "mem:F/df@start"), ("mem:F/df@start", "step:flow.py#F.clean"),
        ("step:flow.py#F.clean", "mem:F/df@clean"), ("mem:F/df@clean", "step:flow.py#F.end"),
    }  # fmt: skip
    assert {n.label for n in graph.nodes.values() if n.id.startswith("mem:")} == {"df"}


def test_a_split_runs_once_for_each_element() -> None:
    text = (
        step("start", "self.xs = [1]", "self.next(self.each, foreach='xs')")
        + step("each", "self.y = self.input", "self.next(self.more)")
        + step("more", "self.next(self.join)")
        + step("join", "self.ys = [i.y for i in inputs]", "self.next(self.end)", params="self, inputs")
        + step("end")
    )
    graph = flow(text)
    assert {n.label for n in graph.nodes.values() if n.attrs.get("instances") == 0} == {"each", "more"}
    assert ties(graph) == {"xs > each", "y > join"}


def test_conditional_steps() -> None:
    text = (
        step("start", "self.mode = 'a'", "self.next({'a': self.a, 'b': self.b}, condition='mode')")
        + step("a", "self.next(self.end)")
        + step("b", "self.next(self.end)")
        + step("end")
    )
    assert order(flow(text)) == {"start > a", "start > b", "a > end", "b > end"}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param("p = Parameter('lr', default=1)", ("cli:flow.py#lr", EdgeKind.CONFIGURES), id="parameter"),
        pytest.param("p = IncludeFile('f', default='data/in.csv')", ("file:data/in.csv", EdgeKind.CONSUMES), id="file"),
        pytest.param("p = IncludeFile('f', default='near.csv')", ("file:near.csv", EdgeKind.CONSUMES), id="file beside the flow"),
        pytest.param("p = IncludeFile('f')", ("cli:flow.py#f", EdgeKind.CONFIGURES), id="file without default"),
        pytest.param("p = Config('c', default='conf.json')", ("file:conf.json", EdgeKind.CONFIGURES), id="configuration"),
    ],
)  # fmt: skip
def test_parameters(declared: str, expected: tuple[str, EdgeKind]) -> None:
    graph = flow(
        f"{declared}\n" + step("start", "print(self.p)", "self.next(self.end)") + step("end"), {"near.csv": "a\n"}
    )
    assert expected in {(e.source, e.kind) for e in graph.edges if e.target == "step:flow.py#F.start"}


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@schedule(daily=True)", ("schedule", "daily")),
        ("@schedule(hourly=True)", ("schedule", "hourly")),
        ("@schedule(cron='0 3 * * ? *')", ("schedule", "0 3 * * ? *")),
        ("@schedule", ("schedule", "daily")),
        ("@trigger(event='new_data')", ("event", "new_data")),
        ("@trigger(events=['a', 'b'])", ("event", "a b")),
        ("@trigger_on_finish(flow='Other')", ("event", "finish of Other")),
    ],
)
def test_triggers(decorator: str, expected: tuple[str, str]) -> None:
    graph = graphs(
        {
            "flow.py": HEAD
            + decorator
            + "\nclass F(FlowSpec):\n"
            + "".join(f"    {line}\n" for line in LINEAR.splitlines())
        }
    )
    assert [(t.kind, t.schedule) for _, t in graph.world.steps.triggers()] == [expected]


def test_a_step_does_not_do_what_the_next_one_does() -> None:
    text = step("start", "self.next(self.end)") + step("end", "open('out.txt', 'w')")
    graph = flow(text)
    assert {e.source for e in graph.edges if e.target == "file:out.txt" and e.source.startswith("step:")} == {
        "step:flow.py#F.end"
    }


def test_steps_of_a_base_class_stand_in_each_flow() -> None:
    more = "class G(F):\n    pass\n"
    graph = graphs(
        {"flow.py": HEAD + "class F(FlowSpec):\n" + "".join(f"    {line}\n" for line in LINEAR.splitlines()) + more}
    )
    assert {p.name for p in graph.world.declarations.pipelines} == {"F", "G"}
    assert {"step:flow.py#F.work", "step:flow.py#work@G"} <= set(graph.nodes)


def test_a_flow_of_another_package_s_making() -> None:
    text = "from metaflow import step\nfrom house import ProjectFlow\nclass F(ProjectFlow):\n" + "".join(
        f"    {line}\n" for line in LINEAR.splitlines()
    )
    assert "pipeline:flow.py#F" in graphs({"flow.py": text}).nodes


def test_the_client_reads_what_another_flow_left() -> None:
    text = step(
        "start", "run = Flow('Train').latest_successful_run", "self.m = run.data.model", "self.next(self.end)"
    ) + step("end")
    assert ("mem:Train/model", "step:flow.py#F.start") in {(e.source, e.target) for e in flow(text).edges}


def test_a_step_decorator_of_the_repository_works_on_the_flow() -> None:
    head = "from metaflow import user_step_decorator\n@user_step_decorator\ndef loads(step_name, flow, inputs, attr):\n    flow.data = open('in.csv')\n    yield\n"
    text = "@loads\n" + step("start", "self.next(self.end)") + step("end", "print(self.data)")
    graph = flow(text, head=head)
    found = {(e.source, e.target) for e in graph.edges}
    assert ("step:flow.py#F.start", "mem:F/data") in found
    assert ("mem:F/data", "step:flow.py#F.end") in found
    assert ("file:in.csv", "step:flow.py#F.start") in found


def test_a_folder_called_like_the_framework_hides_it_not() -> None:
    graph = graphs(
        {"metaflow/flow.py": HEAD + "class F(FlowSpec):\n" + "".join(f"    {line}\n" for line in LINEAR.splitlines())}
    )
    assert "pipeline:metaflow/flow.py#F" in graph.nodes


def test_flows_of_one_name_share_no_artefacts() -> None:
    text = HEAD + "class F(FlowSpec):\n" + "".join(f"    {line}\n" for line in LINEAR.splitlines())
    graph = graphs({"a.py": text, "b.py": text})
    assert {n.id for n in graph.nodes.values() if n.label == "x"} == {"mem:a.py#F/x", "mem:b.py#F/x"}
