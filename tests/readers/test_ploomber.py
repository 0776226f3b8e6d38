from __future__ import annotations

from auditor.graph.declared.steps import DeclaredStep
from auditor.readers import candidates, read_file
from tests.pages import graphs

PIPELINE = """\
tasks:
  - source: tasks.get
    product: "{{root_of}}/get.csv"
  - source: scripts/clean.py
    product: {nb: out/clean.ipynb, data: out/clean.csv}
  - source: scripts/fit.py
    name: fit-[[model]]
    upstream: [clean, nothing]
    product: out/[[model]].pkl
    grid: {model: [a, b], n: [1, 2, 3]}
  - source: sql/join.sql
    product: [public, joined, table]
  - source: tasks.report
    product: out/r.html
"""
FILES = {
    "p/pipeline.yaml": PIPELINE,
    "p/env.yaml": 'root_of: "{{here}}/out"\n',
    "p/tasks.py": "def get(product):\n    pass\ndef report(upstream, product):\n    for m in upstream['fit-*'].values():\n        use(m, upstream['join'])\n",
    "p/scripts/clean.py": "upstream = ['get']\nproduct = None\n",
    "p/scripts/fit.py": "",
    "p/sql/join.sql": "create table {{product}} as select * from {{upstream['clean']}}",
}


def steps() -> dict[str, DeclaredStep]:
    return {step.step.name: step for step in graphs(FILES).world.steps.all if step.tool == "ploomber"}


def test_tasks_are_named_by_what_they_run() -> None:
    facts = read_file(candidates("pipeline.yaml"), PIPELINE.encode())
    assert [(step.name, step.variants, step.line) for step in facts.steps] == [
        ("get", 1, 2),
        ("clean", 1, 4),
        ("fit-{model}", 6, 6),
        ("join", 1, 11),
        ("report", 1, 13),
    ]
    assert dict(facts.steps[0].attrs) == {"function": "tasks.get"}
    assert read_file(candidates("pipeline.yaml"), b"tasks:\n  - source: a\n").kind == "config"


def test_what_comes_before_is_found_in_the_sources() -> None:
    after = {name: step.step.after for name, step in steps().items()}
    assert after == {"get": (), "clean": ("get",), "fit-{model}": ("clean",), "join": ("clean",), "report": ("fit-{model}", "join")}  # fmt: skip


def test_tasks_read_what_those_before_produce() -> None:
    found = steps()
    assert [declared.path for declared in found["get"].writes] == ["p/out/get.csv"]
    assert [declared.path for declared in found["clean"].reads] == ["p/out/get.csv"]
    assert [declared.path for declared in found["join"].reads] == ["p/sql/join.sql", "p/out/clean.csv"]
    assert [declared.id for declared in found["join"].writes] == ["table:*.*.public.joined"]
    assert [run.target for run in found["clean"].runs] == ["p/scripts/clean.py"]
