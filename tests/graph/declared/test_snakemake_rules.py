"""Snakemake workflows: one namespace over all included files, paths at their own bases."""

from __future__ import annotations

from auditor.graph import Graphs
from auditor.graph.declared.snakemake_rules import MAX_TEXTS
from auditor.graph.declared.steps import DeclaredStep
from auditor.model.artefact import EdgeKind
from tests.pages import graphs

FILES = {
    "workflow/Snakefile": 'configfile: "config/c.yaml"\ninclude: "rules/a.smk"\nrule all:\n    input: final()\n',
    "workflow/rules/a.smk": """\
OUT = f"{config['out']}/x"
def final():
    return expand(OUT + "/{s}.{kind}.csv", s=config["samples"], kind=["p", "q"])
rule make:
    input: "raw/{sample}.csv"
    output: OUT + "/{name}.{kind}.csv", tab=config["out"] + "/t.tsv"
    conda: "../envs/e.yaml"
    params: config["deep"]["lr"]
    script: "../scripts/make.py"
rule use:
    input: rules.make.output.tab, rules.make.output[0], unknown_thing
    shell: "python src/use.py {input[0]} ${{HOME}} {OUT}"
rule found:
    output: paths("z.csv")
    script: paths("far.py")
""",
    "config/c.yaml": "out: results\nsamples: [s1, s2]\ndeep: {lr: 1}\n",
    "workflow/scripts/make.py": "",
    "src/use.py": "",
    "lib/far.py": "",
}


def rule(graph: Graphs, name: str) -> DeclaredStep:
    return next(step for step in graph.world.steps.all if step.step.name == name)


def paths(graph: Graphs, name: str, way: str) -> list[str | None]:
    return [declared.path for declared in getattr(rule(graph, name), way)]


def test_names_of_the_whole_workflow_are_filled_in() -> None:
    graph = graphs(FILES)
    assert paths(graph, "all", "reads") == [f"results/x/{s}.{k}.csv" for k in "pq" for s in ("s1", "s2")]
    assert paths(graph, "make", "reads") == ["raw/{sample}.csv", "workflow/envs/e.yaml"]
    assert paths(graph, "make", "writes") == ["results/x/{name}.{kind}.csv", "results/t.tsv"]
    assert paths(graph, "use", "reads") == ["results/t.tsv", "results/x/{name}.{kind}.csv"]
    assert paths(graph, "make", "params") == ["config/c.yaml", "config/c.yaml"]


def test_scripts_are_found_beside_their_file_and_programs_from_the_working_folder() -> None:
    graph = graphs(FILES)
    assert [run.target for run in rule(graph, "make").runs] == ["workflow/scripts/make.py"]
    (run,) = rule(graph, "use").runs
    assert (run.target, [word.text for word in run.args]) == ("src/use.py", ["results/t.tsv", "{HOME}", "results/x"])
    assert [run.target for run in rule(graph, "found").runs] == ["lib/far.py"]


def test_what_a_function_works_out_is_less_sure() -> None:
    graph = graphs(FILES)
    assert {declared.ref.confidence for declared in rule(graph, "all").reads} == {0.5}
    assert {declared.ref.confidence for declared in rule(graph, "use").reads} == {0.9}


def test_an_input_is_part_of_the_pattern_that_makes_it() -> None:
    ties = {(edge.source, edge.target) for edge in graphs(FILES).edges if edge.kind is EdgeKind.PART_OF}
    assert ("file:results/x/s1.p.csv", "file:results/x/{name}.{kind}.csv") in ties


def test_the_working_directory_may_be_said() -> None:
    graph = graphs({"sub/Snakefile": 'workdir: "run"\nrule a:\n    input: "x.csv"\n    output: "y.csv"\n'})
    assert (paths(graph, "a", "reads"), paths(graph, "a", "writes")) == (["sub/run/x.csv"], ["sub/run/y.csv"])


def test_includes_in_a_circle_and_names_that_mean_themselves_end() -> None:
    circle = {"Snakefile": 'include: "a.smk"\n', "a.smk": 'include: "Snakefile"\nX = X + "/a"\nrule r:\n    input: X, rules.r.input[0]\n'}  # fmt: skip
    assert rule(graphs(circle), "r").reads is not None


def test_lists_within_lists_of_themselves_cost_nothing() -> None:
    text = "X = [" + ", ".join(f"f'{{X}}/{n}'" for n in range(50)) + "]\nrule r:\n    input: X\n"
    assert len(rule(graphs({"Snakefile": text}), "r").reads) <= MAX_TEXTS
