"""Dagster: assets by their keys, ops in graphs, jobs and what they select, schedules, sensors, automation, loaders."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from tests.dialects.seen import edges, order, pipelines, reads, steps, triggers, writes
from tests.pages import graphs

HEAD = (
    "import pandas as pd\nfrom dagster import (asset, multi_asset, graph_asset, asset_check, op, job, graph, In, Out, DynamicOut,\n"
    "    Nothing, AssetIn, AssetKey, AssetOut, AssetSpec, AssetDep, SourceAsset, AssetSelection, AutomationCondition,\n"
    "    Config, ConfigurableResource, Definitions, ScheduleDefinition, define_asset_job, schedule, sensor, asset_sensor,\n"
    "    build_schedule_from_partitioned_job, DailyPartitionsDefinition, load_assets_from_modules, repository)\n"
)


def tree(text: str, more: dict[str, str] | None = None) -> Graphs:
    return graphs({"assets.py": HEAD + text, **(more or {})})


def jobs(graph: Graphs) -> dict[str, set[str]]:
    """The steps of each pipeline, by its name."""
    label = {node.id: node.label for node in graph.nodes.values()}
    found: dict[str, set[str]] = {name: set() for name in pipelines(graph)}
    for edge in graph.edges:
        if edge.kind is EdgeKind.CONTAINS and edge.source.startswith("pipeline:"):
            found[label[edge.source]].add(label[edge.target])
    return found


RAW = "@asset\ndef raw():\n    return open('raw.csv').read()\n"


def test_assets_by_the_names_of_arguments() -> None:
    graph = tree(RAW + "@asset\ndef clean(context, raw: pd.DataFrame):\n    return raw\n")
    assert steps(graph) == ["raw", "clean"]
    assert reads(graph) == {"raw > clean"}
    assert writes(graph) == {"raw > raw", "clean > clean"}
    assert edges(graph, EdgeKind.IMPLEMENTS) == {"raw > raw", "clean > clean"}
    assert any(e.source == "file:raw.csv" and e.target == "step:assets.py#raw" for e in graph.edges)
    assert jobs(graph) == {"assets": {"raw", "clean"}}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param("@asset(deps=[raw])\ndef x(): ...", {"raw > x"}, id="function"),
        pytest.param("@asset(deps=['raw'])\ndef x(): ...", {"raw > x"}, id="text"),
        pytest.param("@asset(deps={AssetKey('raw')})\ndef x(): ...", {"raw > x"}, id="key"),
        pytest.param("@asset(deps=[AssetDep(raw)])\ndef x(): ...", {"raw > x"}, id="dep"),
        pytest.param("@asset(deps=[f'raw'])\ndef x(): ...", {"raw > x"}, id="f-string"),
        pytest.param("@asset(deps=['other', AssetKey(['a', 'b'])])\ndef x(): ...", {"other > x", "a/b > x"}, id="elsewhere"),
        pytest.param("@asset(ins={'y': AssetIn(key='raw')})\ndef x(y): ...", {"raw > x"}, id="AssetIn"),
        pytest.param("@asset(ins={'y': AssetIn(key_prefix='p')})\ndef x(y): ...", {"p/y > x"}, id="prefix of an input"),
        pytest.param("@asset(ins={'y': AssetIn('raw')})\ndef x(y): ...", {"raw > x"}, id="AssetIn by position"),
        pytest.param("@asset(ins={'y': AssetKey('raw')})\ndef x(y): ...", {"raw > x"}, id="key of an input"),
        pytest.param("@asset(non_argument_deps={'raw'})\ndef x(): ...", {"raw > x"}, id="old spelling"),
        pytest.param("@asset\ndef x(raw, n=1, *, _k=2): ...", {"raw > x"}, id="defaults"),
        pytest.param("class C(Config):\n    n: int\n@asset\ndef x(raw, config: C): ...", {"raw > x"}, id="configuration"),
        pytest.param("class R(ConfigurableResource):\n    n: int\n@asset\ndef x(raw, r: R): ...", {"raw > x"}, id="resource"),
        pytest.param("from dagster_duckdb import DuckDBResource\n@asset\ndef x(raw, db: DuckDBResource): ...", {"raw > x"}, id="resource of a library"),
        pytest.param("@asset(name='x', key_prefix=['a', 'b'])\ndef f(raw): ...", {"raw > a/b/x"}, id="name and prefix"),
        pytest.param("@asset(key=AssetKey(['a', 'x']))\ndef f(raw): ...", {"raw > a/x"}, id="a key"),
        pytest.param("for n in ('x', 'y'):\n    @asset(name=n, deps=[raw])\n    def f(): ...", {"raw > x", "raw > y"}, id="loop"),
        pytest.param("def made(n):\n    @asset(name=n, deps=[raw])\n    def f(): ...\n    return f\none = made('x')\nagain = made('x')", {"raw > x"}, id="factory"),
    ],
)  # fmt: skip
def test_dependencies(made: str, expected: set[str]) -> None:
    assert reads(tree(RAW + made + "\n")) == expected


def test_neighbours_by_name_alone() -> None:
    one = "@asset(key_prefix='p')\ndef a(): ...\n@asset(key_prefix='p')\ndef b(a): ...\n@asset(key_prefix='q')\ndef c(a): ...\n"
    graph = tree(one)
    assert reads(graph) == {"p/a > p/b", "a > q/c"}


def test_several_assets_of_a_function() -> None:
    made = (
        "@multi_asset(outs={'a': AssetOut(), 'b': AssetOut(key_prefix='p')})\ndef two(raw): ...\n"
        "@multi_asset(specs=[AssetSpec('c', deps=['a']), AssetSpec('d')])\ndef more(): ...\n"
        "@asset(deps=[two])\ndef e(): ...\n"
    )
    graph = tree(RAW + made)
    assert writes(graph) == {"raw > raw", "two > a", "two > p/b", "more > c", "more > d", "e > e"}
    assert reads(graph) == {"raw > two", "a > more", "a > e", "p/b > e"}


def test_a_graph_that_makes_an_asset() -> None:
    made = (
        "@op\ndef split(x): ...\n@op\ndef join(x): ...\n"
        "@graph_asset\ndef whole(raw):\n    return join(split(raw).map(split.alias('part')).collect())\n"
    )
    graph = tree(RAW + made)
    assert steps(graph) == ["raw", "join", "part", "split"]
    assert reads(graph) == {"raw > split", "split > part", "part > join"}
    assert writes(graph) == {"raw > raw", "split > split", "part > part", "join > whole"}
    assert graph.nodes["step:assets.py#part"].attrs["instances"] == 0


def test_checks() -> None:
    made = "@asset_check(asset=raw)\ndef fine(raw): ...\n@asset_check(asset='p/z', name='n')\ndef f(z): ...\n"
    graph = tree(RAW + made)
    assert reads(graph) == {"raw > fine", "p/z > n"}
    assert writes(graph) == {"raw > raw"}


def test_what_nothing_makes_is_an_artefact_all_the_same() -> None:
    graph = tree("source = SourceAsset(key='s')\nspec = AssetSpec('t')\n@asset\ndef x(s): ...\n")
    assert {"name:dagster:s", "name:dagster:t"} <= set(graph.nodes)
    assert reads(graph) == {"s > x"}


OPS = (
    "@op\ndef one(): ...\n@op(out={'a': Out(), 'b': Out()})\ndef two(x): ...\n@op(name='three')\ndef last(x): ...\n"
    "@op(ins={'start': In(Nothing)})\ndef after(): ...\n"
)


@pytest.mark.parametrize(
    ("body", "read", "ordered"),
    [
        pytest.param("last(one())", {"one > three"}, {"one > three"}, id="calls"),
        pytest.param("a, b = two(one())\nlast(b)", {"one > two", "b > three"}, {"one > two", "two > three"}, id="unpacked"),
        pytest.param("r = two(1)\nlast(r.a)", {"a > three"}, {"two > three"}, id="by name"),
        pytest.param("last(x=one())", {"one > three"}, {"one > three"}, id="by keyword"),
        pytest.param("last([one(), one()])", {"one > three"}, {"one > three"}, id="fan in"),
        pytest.param("after(start=one())", set(), {"one > after"}, id="nothing handed on"),
        pytest.param("last.alias('other')(one())", {"one > other"}, {"one > other"}, id="alias"),
        pytest.param("last(inner(one()))", {"one > two", "a > three", "b > three"}, {"one > two", "two > three"}, id="graph in a graph"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["job", "graph"])
def test_ops(kind: str, body: str, read: set[str], ordered: set[str]) -> None:
    inner = "@graph\ndef inner(x):\n    return two(x)\n" if "inner" in body else ""
    text = OPS + inner + f"@{kind}\ndef main():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    graph = tree(text)
    assert reads(graph) == read
    assert order(graph) == ordered
    assert pipelines(graph) == {"main"}


def test_jobs_of_one_graph_share_its_ops() -> None:
    graph = tree(OPS + "@graph\ndef main():\n    last(one())\na = main.to_job(name='a')\nb = main.to_job(name='b')\n")
    assert jobs(graph) == {"a": {"one", "three"}, "b": {"one", "three"}}
    assert steps(graph) == ["one", "three"]


def test_assets_that_an_op_reports() -> None:
    made = (
        "from dagster import AssetMaterialization\n@op\ndef f(context):\n    context.log_event(AssetMaterialization(asset_key='m'))\n"
        "@job\ndef j():\n    f()\n"
    )  # fmt: skip
    assert writes(tree(made)) == {"f > m"}


CHAIN = (
    "@asset(group_name='g')\ndef a(): ...\n@asset(group_name='g', kinds={'k'})\ndef b(a): ...\n"
    "@asset(key_prefix='p')\ndef c(b): ...\n"
)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("AssetSelection.all()", {"a", "b", "p/c"}),
        ("AssetSelection.groups('g')", {"a", "b"}),
        ("AssetSelection.assets(a, c)", {"a", "p/c"}),
        ("AssetSelection.keys('a', ['p', 'c'])", {"a", "p/c"}),
        ("AssetSelection.key_prefixes('p')", {"p/c"}),
        ("AssetSelection.kind('k')", {"b"}),
        ("AssetSelection.all() - AssetSelection.groups('g')", {"p/c"}),
        ("AssetSelection.groups('g') & AssetSelection.kind('k')", {"b"}),
        ("AssetSelection.assets(a) | AssetSelection.assets(c)", {"a", "p/c"}),
        ("AssetSelection.assets(b).upstream()", {"a", "b"}),
        ("AssetSelection.assets(b).downstream()", {"b", "p/c"}),
        ("[a, b]", {"a", "b"}),
        ("['a', 'p/c']", {"a", "p/c"}),
        ("'*b'", {"a", "b"}),
        ("'b*'", {"b", "p/c"}),
        ("'+b+'", {"a", "b", "p/c"}),
        ("""'key:"p/*"'""", {"p/c"}),
        ("""'group:"g"'""", {"a", "b"}),
        ("'*'", {"a", "b", "p/c"}),
        ("None or unknown()", None),
        ("AssetSelection.all() - unknown()", None),
        ("'a and b'", None),
    ],
)
def test_what_jobs_select(selection: str, expected: set[str] | None) -> None:
    graph = tree(CHAIN + f"j = define_asset_job('j', selection={selection})\n")
    assert jobs(graph).get("j") == expected


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        pytest.param("ScheduleDefinition(job=j, cron_schedule='0 1 * * *')", {"0 1 * * * > j"}, id="definition"),
        pytest.param("ScheduleDefinition(job_name='j', cron_schedule='0 1 * * *')", {"0 1 * * * > j"}, id="by name"),
        pytest.param("ScheduleDefinition(job=j, cron_schedule=['@daily', '@weekly'])", {"@daily > j", "@weekly > j"}, id="several"),
        pytest.param("@schedule(cron_schedule='0 1 * * *', job=j)\ndef s(context): ...", {"0 1 * * * > j"}, id="decorator"),
        pytest.param("@sensor(job=j)\ndef watch(context): ...", {"watch > j"}, id="sensor"),
        pytest.param("@sensor(jobs=[j])\ndef watch(context): ...", {"watch > j"}, id="sensor of several"),
        pytest.param("@asset_sensor(asset_key=AssetKey('a'), job=j)\ndef watch(context, event): ...", {"a > j"}, id="sensor of an asset"),
        pytest.param("build_schedule_from_partitioned_job(j)", {"@daily > j"}, id="partitions"),
        pytest.param("ScheduleDefinition(job=unknown(), cron_schedule='0 1 * * *')", set(), id="of something else"),
    ],
)  # fmt: skip
def test_what_starts_jobs(started: str, expected: set[str]) -> None:
    job = "j = define_asset_job('j', selection=[a], partitions_def=DailyPartitionsDefinition('2020-01-01'))\n"
    assert triggers(tree(CHAIN + job + started + "\n")) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param("AutomationCondition.on_cron('0 1 * * *')", {"0 1 * * * > x"}, id="cron"),
        pytest.param("AutomationCondition.eager()", {"raw > x"}, id="eager"),
        pytest.param("AutomationCondition.on_cron('@daily') & ~AutomationCondition.in_progress() | AutomationCondition.eager()", {"@daily > x", "raw > x"}, id="combined"),
        pytest.param("AutoMaterializePolicy.eager().with_rules(AutoMaterializeRule.materialize_on_cron('@daily'))", {"@daily > x", "raw > x"}, id="policy"),
        pytest.param("unknown()", set(), id="unknown"),
    ],
)  # fmt: skip
def test_what_starts_assets(condition: str, expected: set[str]) -> None:
    head = "from dagster import AutoMaterializePolicy, AutoMaterializeRule\n"
    graph = tree(head + RAW + f"@asset(deps=[raw], automation_condition={condition})\ndef x(): ...\n")
    assert edges(graph, EdgeKind.TRIGGERS) == expected


def test_schedules_of_assets_without_a_job() -> None:
    graph = tree(CHAIN + "ScheduleDefinition(name='s', target=[b], cron_schedule='@daily')\n")
    assert edges(graph, EdgeKind.TRIGGERS) == {"@daily > b"}


def test_loaders_and_locations() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/raw.py": "from dagster import asset\n@asset\ndef a(): ...\n",
        "pkg/clean/__init__.py": "from dagster import asset\n@asset\ndef b(a): ...\n",
        "pkg/unused.py": "from dagster import asset\n@asset\ndef z(): ...\n",
        "main.py": (
            "import dagster as dg\nfrom pkg import raw, clean\n"
            "found = dg.load_assets_from_modules([raw, clean], key_prefix='p', group_name='g')\n"
            "every = dg.define_asset_job('every')\n"
            "defs = dg.Definitions(assets=dg.with_source_code_references([*found]), jobs=[every])\n"
        ),
    }
    graph = graphs(files)
    assert reads(graph) == {"p/a > p/b"}
    assert jobs(graph) == {"assets": {"z"} | {"p/a", "p/b"}, "every": {"p/a", "p/b"}}
    assert {n.path for n in graph.nodes.values() if n.id.startswith("pipeline:") and n.label == "assets"} == {
        "main.py",
        "pkg/unused.py",
    }


@pytest.mark.parametrize(
    "main",
    [
        "import dagster as dg\nimport pkg.defs\n@dg.definitions\ndef defs():\n    return dg.components.load_defs(pkg.defs)\n",
        "import dagster as dg\nfrom pkg import defs as inner\ndefs = dg.Definitions.merge(dg.load_defs(inner), dg.Definitions())\n",
        "import dagster as dg\nfrom pkg import defs as inner\ndefs = dg.Definitions(assets=dg.load_assets_from_package_module(inner))\n",
    ],
)
def test_folders_that_hold_a_location(main: str) -> None:
    files = {
        "main.py": main,
        "pkg/__init__.py": "",
        "pkg/defs/__init__.py": "",
        "pkg/defs/x/assets.py": "import dagster as dg\n@dg.asset\ndef a(): ...\n@dg.definitions\ndef defs():\n    return dg.Definitions(assets=[a])\n",
    }
    graph = graphs(files)
    assert jobs(graph) == {"assets": {"a"}}
    assert "pipeline:main.py#assets" in graph.nodes


def test_repositories_of_older_versions() -> None:
    made = "@asset\ndef a(): ...\nj = define_asset_job('j')\n@repository\ndef repo():\n    return [a, j]\n"
    assert jobs(tree(made)) == {"assets": {"a"}, "j": {"a"}}


def test_one_key_in_several_projects() -> None:
    one = "from dagster import asset\n@asset\ndef a(): ...\n@asset\ndef b(a): ...\n"
    graph = graphs({"x/assets.py": one, "y/assets.py": one})
    found = {(e.source, e.target) for e in graph.edges if e.kind is EdgeKind.CONSUMES and e.declared}
    assert found == {
        ("name:dagster:x/assets.py#a", "step:x/assets.py#b"),
        ("name:dagster:y/assets.py#a", "step:y/assets.py#b"),
    }


def test_notebooks() -> None:
    made = "from dagstermill import define_dagstermill_asset\nn = define_dagstermill_asset(name='n', notebook_path='n.ipynb', ins={'y': AssetIn('raw')})\n"
    graph = tree(RAW + made)
    assert reads(graph) == {"raw > n"}
    assert writes(graph) == {"raw > raw", "n > n"}


def test_what_is_no_asset() -> None:
    text = "import dagster\nfrom other import asset, job, op\n@asset\ndef a(): ...\n@job\ndef j():\n    a()\n"
    assert not pipelines(graphs({"assets.py": text}))
