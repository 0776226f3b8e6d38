"""Dagster components: assets with what they need, scripts, dbt projects, schedules; joined with assets in code."""

from __future__ import annotations

import pytest

from auditor.graph import Graphs
from auditor.model.artefact import EdgeKind
from auditor.model.facts import Facts
from auditor.readers import candidates, read_file
from tests.pages import graphs

COMPONENTS = """\
type: dagster.PythonScriptComponent

attributes:
  execution:
    path: export.py
  assets:
    - key: exported
      deps:
        - orders
        - "{{ dbt_asset_key('customers') }}"
---
type: dagster_dbt.DbtProjectComponent
attributes:
  project: "{{ project_root }}/transform"
  select: tag:daily
---
type: shop.lib.ScheduledJobComponent
attributes:
  job_name: nightly
  cron_schedule: "0 3 * * *"
---
type: dagster_sling.SlingReplicationCollectionComponent
attributes:
  replications:
    - path: replication.yaml
      translation:
        deps: [fct_orders, "{{ key('x') }}"]
    - cron_schedule: "@daily"
  asset_attributes:
    automation_condition: "{{ automation_condition.on_cron('0 5 * * *') }}"
  connector_schedules: {a: "0 * * * *"}
"""


def read(text: str, name: str = "defs.yaml") -> Facts:
    return read_file(candidates(f"shop/defs/x/{name}"), text.encode())


def test_components_are_steps() -> None:
    facts = read(COMPONENTS)
    assert [(step.name, step.line) for step in facts.steps] == [
        ("exported", 1),
        ("DbtProjectComponent", 12),
        ("nightly", 17),
        ("SlingReplicationCollectionComponent", 22),
    ]
    first, dbt, _, sling = facts.steps
    assert [word.text for word in first.commands[0].words] == ["python", "export.py"]
    assert ([ref.path for ref in first.reads], [ref.path for ref in first.writes]) == (
        ["name:dagster:orders"],
        ["name:dagster:exported"],
    )
    assert [word.text for word in dbt.commands[0].words] == ["dbt", "build", "--project-dir", "{project_root}/transform", "--select", "tag:daily"]  # fmt: skip
    assert [ref.path for ref in sling.reads] == ["name:dagster:fct_orders", "replication.yaml"]


def test_what_starts_components() -> None:
    found = [(trigger.schedule, trigger.steps[0].partition("Repl")[0]) for trigger in read(COMPONENTS).triggers]
    assert found == [("0 3 * * *", "nightly"), ("@daily", "Sling"), ("0 5 * * *", "Sling"), ("0 * * * *", "Sling")]


def test_several_of_one_name_are_told_apart() -> None:
    text = "type: a.B\nattributes: {}\n---\ntype: a.B\nattributes: {}\n"
    assert [step.name for step in read(text).steps] == ["B", "B@2"]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("type: a.B\nattributes: {x: 1}\n", "component.yaml", "dagster-components"),
        ("name: x\nimplementation:\n  container: {image: i, command: [ls]}\n", "component.yaml", "kfp-component"),
        ("$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\ntype: command\ncommand: ls\n", "component.yaml", "azureml"),
        ("type: record\nattributes: {x: 1}\n", "defs.yaml", "config"),
    ],
)  # fmt: skip
def test_formats_that_share_the_name_are_told_apart(text: str, name: str, kind: str) -> None:
    assert read(text, name).kind == kind


def test_components_and_code_name_one_asset() -> None:
    code = "import dagster as dg\n@dg.asset\ndef orders(): ...\n@dg.asset(deps=['exported'])\ndef sent(): ...\n"
    graph: Graphs = graphs({"shop/defs/x/defs.yaml": COMPONENTS, "shop/defs/x/export.py": "", "shop/assets.py": code})
    label = {node.id: node.label for node in graph.nodes.values()}
    found = {
        f"{label[e.source]} > {label[e.target]}"
        for e in graph.edges
        if e.kind in (EdgeKind.CONSUMES, EdgeKind.PRODUCES)
    }
    assert {"orders > orders", "orders > exported", "exported > exported", "exported > sent"} <= found
    assert any(e.kind is EdgeKind.RUNS and label[e.target] == "shop/defs/x/export.py" for e in graph.edges)


def test_line_ends_of_windows() -> None:
    assert read("type: a.B\r\nattributes:\r\n  x: 1\r\n").kind == "dagster-components"
