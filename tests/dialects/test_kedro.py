"""Kedro projects: nodes, catalogue, parameters, modular pipelines, registries, what flows in memory."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.pages import graphs

HOME = "src/shop"
NODES = "def clean(a): ...\ndef join(a, b): ...\ndef fit(a, p): ...\ndef score(m, a): ...\n"
IMPORT = "from kedro.pipeline import Pipeline, node, pipeline\nfrom .nodes import clean, fit, join, score\n"
CATALOG = """\
raw: {type: pandas.CSVDataset, filepath: data/raw.csv}
tidy: {type: pandas.ParquetDataset, filepath: data/tidy.parquet}
model: {type: pickle.PickleDataset, filepath: data/model.pkl}
"""
REGISTRY = (
    "from kedro.framework.project import find_pipelines\n"
    "def register_pipelines():\n    found = find_pipelines()\n    found['__default__'] = sum(found.values())\n    return found\n"
)


def project(pipelines: dict[str, str], *, catalog: str = CATALOG, registry: str = REGISTRY, **more: str) -> Graphs:
    """A Kedro project; each pipeline is the expression that its `create_pipeline` returns, or its whole body."""
    files = {
        "pyproject.toml": "[tool.kedro]\npackage_name = 'shop'\n",
        "conf/base/catalog.yml": catalog,
        f"{HOME}/__init__.py": "",
        f"{HOME}/pipeline_registry.py": registry,
    }
    for name, made in pipelines.items():
        home = f"{HOME}/pipelines/{name}"
        body = made if "return" in made else f"return {made}"
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        files[f"{home}/__init__.py"] = "from .pipeline import create_pipeline\n"
        files[f"{home}/nodes.py"] = NODES
        files[f"{home}/pipeline.py"] = f"{IMPORT}def create_pipeline(**kwargs):\n{lines}"
    return graphs({**files, **{path.replace("__", "/"): text for path, text in more.items()}})


def ties(graph: Graphs, kinds: Iterable[EdgeKind] = (EdgeKind.CONSUMES, EdgeKind.PRODUCES)) -> set[str]:
    """`data > step` for what steps read and `step > data` for what they write, by label."""
    label = {node.id: node.label for node in graph.nodes.values()}
    return {f"{label[e.source]} > {label[e.target]}" for e in graph.edges if e.kind in kinds and e.declared}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param("Pipeline([node(clean, 'raw', 'tidy', name='tidy_up')])", {"raw > tidy_up", "tidy_up > tidy"}, id="positional"),
        pytest.param("pipeline([node(func=clean, inputs=['raw'], outputs=['tidy', 'rest'])])", {"raw > clean", "clean > tidy", "clean > rest"}, id="lists, named by its function"),
        pytest.param("pipeline([node(join, {'a': 'raw', 'b': 'tidy'}, dict(x='rest'))])", {"raw > join", "tidy > join", "join > rest"}, id="dicts"),
        pytest.param("pipeline([node(clean, None, 'tidy'), node(score, ['model', 'tidy'], None)])", {"clean > tidy", "model > score", "tidy > score"}, id="nothing in, nothing out"),
        pytest.param("pipeline([node(clean, 'raw@spark', 'tidy@pandas')])", {"raw > clean", "clean > tidy"}, id="transcoding"),
        pytest.param("pipeline({node(clean, 'raw', 'tidy')})", {"raw > clean", "clean > tidy"}, id="a set"),
        pytest.param("Pipeline([node(lambda x: x, 'raw', 'tidy')])", {"raw > <lambda>", "<lambda> > tidy"}, id="lambda"),
        pytest.param("pipeline([node(clean, n, f'{n}_tidy', name=f'clean_{n}') for n in ['a', 'b']])", {"a > clean_a", "clean_a > a_tidy", "b > clean_b", "clean_b > b_tidy"}, id="comprehension"),
        pytest.param("made = [node(clean, 'raw', 'tidy')]\nmade += [node(fit, 'tidy', 'model')]\nreturn pipeline(made)", {"raw > clean", "clean > tidy", "tidy > fit", "fit > model"}, id="a list that grows"),
        pytest.param("a = pipeline([node(clean, 'raw', 'tidy')])\nreturn a + pipeline([node(fit, 'tidy', 'model')]) - a", {"tidy > fit", "fit > model", "raw > clean", "clean > tidy"}, id="what no registry names is still declared"),
        pytest.param("from functools import partial, update_wrapper\nreturn pipeline([node(update_wrapper(partial(fit, p=1), fit), 'tidy', 'model')])", {"tidy > fit", "fit > model"}, id="partial"),
        pytest.param("pipeline([node(clean, unknown(), 'tidy')])", {"clean > tidy"}, id="a name that cannot be told is no name"),
        pytest.param("if kwargs:\n    return pipeline([node(clean, 'raw', 'tidy')])\nelse:\n    return pipeline([node(fit, 'tidy', 'model')])", {"raw > clean", "clean > tidy", "tidy > fit", "fit > model"}, id="both arms of a condition"),
    ],
)  # fmt: skip
def test_nodes(made: str, expected: set[str]) -> None:
    assert ties(project({"one": made})) == expected


SPACED = (
    "base = pipeline([node(clean, 'raw', 'tidy', name='c'), node(fit, ['tidy', 'params:lr'], 'model', name='f')])\n"
)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param("pipeline(base, namespace='eu')", {"eu.raw > eu.c", "eu.c > eu.tidy", "eu.tidy > eu.f", "eu.f > eu.model", "eu.lr > eu.f"}, id="namespace"),
        pytest.param("pipeline(pipe=base, namespace='eu', inputs='raw', outputs={'model': 'eu_model'}, parameters='params:lr')", {"raw > eu.c", "eu.c > eu.tidy", "eu.tidy > eu.f", "eu.f > eu_model", "lr > eu.f"}, id="mapped"),
        pytest.param("pipeline(base, inputs={'raw': 'other'}, parameters={'lr': 'rate'})", {"other > c", "c > tidy", "tidy > f", "f > model", "rate > f"}, id="renamed"),
        pytest.param("pipeline(pipeline(base, namespace='in', inputs={'raw'}), namespace='out', inputs={'raw'})", {"raw > out.in.c", "out.in.c > out.in.tidy", "out.in.tidy > out.in.f", "out.in.f > out.in.model", "out.in.lr > out.in.f"}, id="nested"),
        pytest.param("pipeline(base, namespace='eu') + pipeline(base, namespace='us')", {f"{n}.{a} > {n}.{b}" for n in ("eu", "us") for a, b in (("raw", "c"), ("c", "tidy"), ("tidy", "f"), ("f", "model"), ("lr", "f"))}, id="twice"),
        pytest.param("Pipeline(base, namespace='eu', prefix_datasets_with_namespace=False)", {"raw > eu.c", "eu.c > tidy", "tidy > eu.f", "eu.f > model", "eu.lr > eu.f"}, id="names of data stay"),
    ],
)  # fmt: skip
def test_modular_pipelines(call: str, expected: set[str]) -> None:
    found = ties(
        project({"one": f"{SPACED}return {call}"}), (EdgeKind.CONSUMES, EdgeKind.PRODUCES, EdgeKind.CONFIGURES)
    )
    assert found == expected


@pytest.mark.parametrize(
    ("call", "steps"),
    [
        ("whole.only_nodes_with_tags('b')", {"two", "three"}),
        ("whole.only_nodes('one', 'three')", {"one", "three"}),
        ("whole.from_nodes('two')", {"two", "three"}),
        ("whole.to_nodes('two')", {"one", "two"}),
        ("whole.from_inputs('y')", {"two", "three"}),
        ("whole.to_outputs('y')", {"one"}),
        ("whole.only_nodes_with_outputs('z')", {"two"}),
        ("whole.filter(tags=['b'], to_nodes=['two'])", {"two"}),
        ("whole - whole.only_nodes('one')", {"two", "three"}),
        ("whole & whole.only_nodes('one')", {"one"}),
        ("whole.only_nodes_with_tags(unknown())", {"one", "two", "three"}),
    ],
)
def test_parts_of_pipelines(call: str, steps: set[str]) -> None:
    whole = (
        "whole = pipeline([node(clean, 'raw', 'y', name='one', tags=['a']), node(clean, 'y', 'z', name='two', tags='b'),"
        " node(fit, 'z', 'model', name='three', tags=['b'])])\n"
    )
    registry = "from .pipelines.one import create_pipeline\ndef register_pipelines():\n    return {'part': create_pipeline()}\n"
    graph = project({"one": f"{whole}return {call}"}, registry=registry)
    inside = [e.target for e in graph.edges if e.source == f"pipeline:{HOME}/pipeline_registry.py#part"]
    assert {graph.nodes[target].label for target in inside} == steps


def test_pipelines_are_found_by_folder() -> None:
    graph = project(
        {"prep": "pipeline([node(clean, 'raw', 'tidy')])", "train": "pipeline([node(fit, 'tidy', 'model')])"}
    )
    inside = {
        (e.source.rpartition("#")[2], graph.nodes[e.target].label)
        for e in graph.edges
        if e.source.startswith("pipeline:")
    }
    assert inside == {("prep", "clean"), ("train", "fit"), ("__default__", "clean"), ("__default__", "fit")}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("hooks.py", "from kedro.framework.hooks import hook_impl\nfrom .pipelines import one\nclass ProjectHooks:\n    @hook_impl\n    def register_pipelines(self):\n        return {'all': one.create_pipeline()}\n", id="hooks"),
        pytest.param("pipeline.py", "from kedro.pipeline import Pipeline\nfrom .pipelines import one\ndef create_pipelines(**kwargs):\n    return {'all': one.create_pipeline()}\n", id="create_pipelines"),
    ],
)  # fmt: skip
def test_older_registries(path: str, text: str) -> None:
    graph = project({"one": "pipeline([node(clean, 'raw', 'tidy')])"}, registry="", **{f"src__shop__{path}": text})
    assert graph.nodes[f"pipeline:{HOME}/{path}#all"].attrs["registered"] == "true"


def ids(graph: Graphs, step: str, kind: EdgeKind) -> dict[str, float]:
    ends = [(e.source, e.target, e.confidence) for e in graph.edges if e.kind is kind and e.declared]
    named = {node.id for node in graph.nodes.values() if node.label == step}
    return {s if t in named else t: c for s, t, c in ends if {s, t} & named}


@pytest.mark.parametrize(
    ("entries", "more", "expected"),
    [
        pytest.param("raw: {type: D.CSVDataset, filepath: data/raw.csv}", {}, {"file:data/raw.csv": 0.95}, id="file"),
        pytest.param("raw@spark: {type: D.CSVDataset, filepath: d.csv}\nraw@pandas: {type: D.CSVDataset, filepath: d.csv}", {}, {"file:d.csv": 0.95}, id="transcoded"),
        pytest.param("raw: {type: D.CSVDataset, filepath: 's3a://B/raw.csv'}", {}, {"uri:s3://B/raw.csv": 0.95}, id="uri"),
        pytest.param("raw: {type: D.CSVDataset, filepath: /mnt/raw.csv}", {}, {"host:/mnt/raw.csv": 0.95}, id="absolute"),
        pytest.param("raw: {type: D.SQLTableDataset, table_name: Sales}", {}, {"table:sales": 0.95}, id="table"),
        pytest.param("raw: {type: D.OwnDataset}", {}, {"name:kedro:raw": 0.95}, id="only a name"),
        pytest.param("raw: {type: MemoryDataset}", {}, {"mem:one/raw": 0.95}, id="memory by the catalogue"),
        pytest.param("other: {type: D.CSVDataset, filepath: o.csv}", {}, {"mem:one/raw": 0.95}, id="not in the catalogue"),
        pytest.param("_at: data\nraw: {type: D.CSVDataset, filepath: '${_at}/raw.csv'}", {}, {"file:data/raw.csv": 0.95}, id="template of the file"),
        pytest.param("raw: {type: D.CSVDataset, filepath: '${globals:at.raw}/raw.csv'}", {"conf__base__globals.yml": "at: {raw: '${root}/r'}\nroot: d\n"}, {"file:d/r/raw.csv": 0.95}, id="globals"),
        pytest.param("raw: {type: D.CSVDataset, filepath: '${at}/raw.csv'}", {"conf__base__globals.yml": "at: d\n"}, {"file:d/raw.csv": 0.95}, id="globals of old"),
        pytest.param("raw: {type: D.CSVDataset, filepath: 'd/${runtime_params:day, today}.csv'}", {}, {"file:d/today.csv": 0.95}, id="default of a runtime parameter"),
        pytest.param("raw: {type: D.CSVDataset, filepath: 'd/${day}.csv'}", {}, {"file:d/{day}.csv": 0.95}, id="hole"),
        pytest.param("raw: {type: D.CSVDataset, filepath: '${nowhere}/raw.csv'}", {}, {"name:kedro:raw": 0.95}, id="no base"),
        pytest.param("'{name}': {type: D.CSVDataset, filepath: 'd/{name}.csv'}", {}, {"file:d/raw.csv": 0.95}, id="factory"),
        pytest.param("'{x}w': {type: D.CSVDataset, filepath: 'd/{x}.csv'}\n'{default}': {type: MemoryDataset}", {}, {"file:d/ra.csv": 0.95}, id="the most literal factory"),
        pytest.param("raw: {type: D.CSVDataset, filepath: b.csv}", {"conf__local__catalog.yml": "raw: {type: D.CSVDataset, filepath: l.csv}\n"}, {"file:l.csv": 0.95}, id="local overrides base"),
        pytest.param("raw: {type: D.CSVDataset, filepath: b.csv}", {"conf__prod__catalog.yml": "raw: {type: D.CSVDataset, filepath: p.csv}\n"}, {"file:b.csv": 0.95, "file:p.csv": 0.76}, id="another environment"),
        pytest.param("raw: {type: D.CSVDataset, filepath: d.csv}\nagain: {type: D.TextDataset, filepath: d.csv}", {}, {"name:kedro:raw": 0.95, "file:d.csv": 0.95}, id="two names of a file"),
        pytest.param("raw: {type: D.HDFDataset, filepath: d.hdf, key: r}\nagain: {type: D.HDFDataset, filepath: d.hdf, key: s}", {}, {"file:d.hdf#r": 0.95}, id="two keys of a file"),
    ],
)  # fmt: skip
def test_what_a_name_of_the_catalogue_means(entries: str, more: dict[str, str], expected: dict[str, float]) -> None:
    graph = project({"one": "pipeline([node(clean, 'raw', None)])"}, catalog=entries + "\n", **more)
    assert ids(graph, "clean", EdgeKind.CONSUMES) == expected


def test_two_names_of_a_file_are_two_artefacts_in_one() -> None:
    catalog = "a: {type: D.CSVDataset, filepath: d.csv}\nb: {type: D.TextDataset, filepath: d.csv}\n"
    graph = project({"one": "pipeline([node(clean, None, 'a'), node(fit, 'b', None)])"}, catalog=catalog)
    assert {n.label for n in graph.nodes.values() if n.id.startswith("name:kedro:")} == {"a", "b"}
    assert graph.nodes["file:d.csv"].label == "d.csv"
    assert {e.source for e in graph.edges if e.kind is EdgeKind.PART_OF and e.target == "file:d.csv"} == {
        "name:kedro:a",
        "name:kedro:b",
    }
    assert ties(graph) == {"clean > a", "clean > d.csv", "b > fit", "d.csv > fit"}


def test_code_that_reads_a_catalogued_file_meets_it() -> None:
    script = "import pandas as pd\npd.read_parquet('data/tidy.parquet')\n"
    graph = project({"one": "pipeline([node(clean, 'raw', 'tidy')])"}, eda__py="", **{"look.py": script})
    assert graph.nodes["file:data/tidy.parquet"].label == "tidy"
    readers = {e.target for e in graph.edges if e.source == "file:data/tidy.parquet" and e.kind is EdgeKind.CONSUMES}
    assert readers == {"file:look.py"}


def test_a_dataset_that_no_node_uses_is_there() -> None:
    node = project({"one": "pipeline([])"}).nodes["file:data/model.pkl"]
    assert (node.label, node.kind.value, node.attrs["declared_at"]) == ("model", "model", "conf/base/catalog.yml:3")


def test_observed_reads_of_a_function_are_lifted_to_its_node() -> None:
    code = "import pandas as pd\ndef clean(a):\n    return pd.read_csv('data/lookup.csv')\n"
    graph = project({"one": "pipeline([node(clean, 'raw', 'tidy')])"}, src__shop__pipelines__one__nodes__py="")
    assert not any(e.source == "file:data/lookup.csv" for e in graph.edges)
    files = {f"{HOME}/pipelines/one/nodes.py": code + "def fit(a): ...\ndef join(a): ...\ndef score(a): ...\n"}
    graph = project(
        {"one": "pipeline([node(clean, 'raw', 'tidy')])"}, **{k.replace("/", "__"): v for k, v in files.items()}
    )
    step = f"step:{HOME}/pipelines/one/pipeline.py#clean"
    (edge,) = [e for e in graph.edges if e.source == "file:data/lookup.csv" and e.target == step]
    assert not edge.declared


@pytest.mark.parametrize(
    ("registry", "shared"),
    [
        pytest.param("{'a': a.create_pipeline(), 'b': b.create_pipeline()}", False, id="never run together"),
        pytest.param("{'all': a.create_pipeline() + b.create_pipeline()}", True, id="run together"),
    ],
)
def test_memory_is_shared_by_what_runs_together(registry: str, shared: bool) -> None:
    text = f"from .pipelines import a, b\ndef register_pipelines():\n    return {registry}\n"
    graph = project(
        {"a": "pipeline([node(clean, 'raw', 'rows')])", "b": "pipeline([node(fit, 'rows', 'model')])"}, registry=text
    )
    assert (ids(graph, "clean", EdgeKind.PRODUCES) == ids(graph, "fit", EdgeKind.CONSUMES)) is shared


def test_two_makers_of_one_name_stay_apart() -> None:
    text = (
        "from .pipelines import a, b\ndef register_pipelines():\n"
        "    return {'a': a.create_pipeline(), 'b': b.create_pipeline()}\n"
    )
    made = "pipeline([node(clean, 'raw', 'rows', name='{0}1'), node(fit, 'rows', 'model', name='{0}2')])"
    graph = project({"a": made.format("a"), "b": made.format("b")}, registry=text)
    assert set(ids(graph, "a2", EdgeKind.CONSUMES)) == {"mem:a/rows"}
    assert set(ids(graph, "b2", EdgeKind.CONSUMES)) == {"mem:b/rows"}


def test_parameters_are_keys_of_their_file() -> None:
    more = {"conf__base__parameters.yml": "lr: 1\n", "conf__base__parameters_two.yml": "model: {size: {x: 2}}\n"}
    made = "pipeline([node(fit, ['raw', 'params:lr', 'params:model.size', 'params:none', 'parameters'], None)])"
    assert set(ids(project({"one": made}, **more), "fit", EdgeKind.CONFIGURES)) == {
        "param:conf/base/parameters.yml#lr", "param:conf/base/parameters_two.yml#model.size", "param:kedro#none",
        "param:conf/base/parameters.yml#", "param:conf/base/parameters_two.yml#",
    }  # fmt: skip


@pytest.mark.parametrize("inputs", ["['raw', 'params:at.out']", "{'a': 'raw', 'b': 'params:at.out'}"])
def test_parameters_are_given_to_functions(inputs: str) -> None:
    code = "def clean(a, b):\n    a.x.y\n    open(b, 'w')\ndef fit(a): ...\ndef join(a): ...\ndef score(a): ...\n"
    more = {
        f"{HOME}/pipelines/one/nodes.py".replace("/", "__"): code,
        "conf__base__parameters.yml": "at: {out: data/o.txt}\n",
    }
    graph = project({"one": f"pipeline([node(clean, {inputs}, None)])"}, **more)
    assert "file:data/o.txt" in {e.target for e in graph.edges if e.kind is EdgeKind.PRODUCES and not e.declared}


def test_the_configuration_loader_gives_what_the_files_hold() -> None:
    made = "from kedro.config import OmegaConfigLoader\nconf = OmegaConfigLoader('conf')['parameters']\nreturn pipeline([node(clean, f\"{conf['source']}_raw\", None)])"
    graph = project({"one": made}, conf__base__parameters__yml="", **{"conf__base__parameters.yml": "source: web\n"})
    assert ids(graph, "clean", EdgeKind.CONSUMES) == {"mem:one/web_raw": 0.8}


def test_projects_of_one_repository_stay_apart() -> None:
    one = {
        "pyproject.toml": "[tool.kedro]\npackage_name = 'p'\n",
        "conf/base/catalog.yml": "raw: {type: D.CSVDataset, filepath: raw.csv}\n",
        "src/p/pipelines/x/pipeline.py": "from kedro.pipeline import node, pipeline\ndef f(a): ...\ndef create_pipeline():\n    return pipeline([node(f, 'raw', 'out')])\n",
    }
    files = {f"{root}/{path}": text for root in ("a/{{ cookiecutter.name }}", "b") for path, text in one.items()}
    graph = graphs(files)
    assert {n.id for n in graph.nodes.values() if n.label in ("raw", "out")} == {
        "file:a/{{ cookiecutter.name }}/raw.csv", "file:b/raw.csv", "mem:a/{{ cookiecutter.name }}/x/out", "mem:b/x/out",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("command", "steps"),
    [("kedro run", {"clean", "fit"}), ("kedro run --pipeline=prep", {"clean"}), ("kedro run -p train", {"fit"})],
)
def test_a_command_runs_the_pipeline_it_names(command: str, steps: set[str]) -> None:
    pipelines = {"prep": "pipeline([node(clean, 'raw', 'tidy')])", "train": "pipeline([node(fit, 'tidy', 'model')])"}
    world = project(pipelines, Makefile=f"go:\n\t{command}\n").world
    (start,) = [step for step in world.steps.all if step.tool == "make"]
    assert {s.step.name for run in start.runs for s in world.steps._onward(run)} == steps
