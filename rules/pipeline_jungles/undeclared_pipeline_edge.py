"""PIP001: one program reads what another writes, and no pipeline says so."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="PIP001",
    name="undeclared-pipeline-edge",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRN",
    effort=Effort("1h", "4h"),
    each=Effort("30m", "1h"),
    root_cause="undeclared-pipeline",
    unit="file edges between programs",
    needs_paths=True,
    checklist=("C32",),
    ml_test_score=("Infra 3",),
    references=("Sculley et al. 2015", "Barrak, Eghan & Adams 2021"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    for edge in graph.file_edges():
        if edge.declared_by is not None:
            yield Clean(says=f"{edge.artefact} is declared by {edge.declared_by}")
            continue
        yield Finding(
            f"{edge.reader} reads {edge.artefact}, which {edge.writer} writes; no pipeline declares that",
            edge.read,
            entity=f"{edge.writer}|{edge.artefact}|{edge.reader}",
            remedy=f"declare {edge.artefact} as an output of the step that runs {edge.writer} and as an input of the step that runs {edge.reader}",
            related=(edge.written.says("written here"), edge.read.says("read here")),
            certainty=edge.confidence,
            # A notebook that looks at what a program wrote is a reader to know of, not a step of a pipeline.
            milder=3 if edge.reader.endswith(".ipynb") and not edge.writer.endswith(".ipynb") else 0,
        )
