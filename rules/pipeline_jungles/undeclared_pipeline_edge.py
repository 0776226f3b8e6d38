"""PIP001: one program reads what another writes, and no pipeline says so."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    FileEdge,
    Finding,
    Iterator,
    Judgement,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="PIP001",
    name="undeclared-pipeline-edge",
    severity=Severity.MEDIUM,
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

SURE, LIKELY = 0.6, 0.5
"""A lesson, or what nothing firmly says is a pipeline or an experiment, owes no declaration."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    files: dict[tuple[str, str], list[FileEdge]] = {}
    for edge in graph.file_edges():
        if edge.declared_by is not None:
            yield Clean(says=f"{edge.artefact} is declared by {edge.declared_by}")
        else:
            files.setdefault((edge.artefact, edge.writer), []).append(edge)
    # Files that go the same way from one program to the same others are one missing declaration.
    ways: dict[tuple[str, tuple[str, ...]], list[list[FileEdge]]] = {}
    for (_, writer), edges in sorted(files.items()):
        ways.setdefault((writer, tuple(sorted({edge.reader for edge in edges}))), []).append(edges)
    for writer, parallel in _by_line(ways):
        # Notebooks beside a service without a pipeline are the research behind it, those of a mere collection are for practice.
        notebooks = all(edge.reader.endswith(".ipynb") for edge in parallel[0]) and writer.endswith(".ipynb")
        researched = graph.confidence("S") >= LIKELY > graph.confidence("P")
        apart = notebooks and (researched or graph.confidence("PRSL") < LIKELY)
        loose = apart or graph.confidence("T") >= SURE or graph.confidence("PRN") < LIKELY
        # Of a paper or a finished solution it is enough that the order is written down, of a pipeline it is not.
        listed = graph.confidence("R") >= SURE > graph.confidence("P") and all(
            edge.listed for each in parallel for edge in each
        )
        yield _finding(writer, parallel, loose=loose or listed)


def _by_line(
    ways: dict[tuple[str, tuple[str, ...]], list[list[FileEdge]]],
) -> Iterator[tuple[str, list[list[FileEdge]]]]:
    """Files that one call makes, in a loop, are one missing declaration whoever reads which: what most wait for comes first."""
    lines: dict[tuple[str, tuple[str | int, ...]], list[list[list[FileEdge]]]] = {}
    for (writer, readers), parallel in sorted(ways.items()):
        made = {edge.written_by for each in parallel for edge in each}
        lines.setdefault((writer, made.pop() if len(made) == 1 else readers), []).append(parallel)
    for (writer, _), alike in lines.items():
        alike.sort(key=lambda parallel: (not any(edge.waits for edge in parallel[0]), -len(parallel[0])))
        yield writer, [each for parallel in alike for each in parallel]


def _finding(writer: str, parallel: list[list[FileEdge]], *, loose: bool) -> Finding:
    # Readers that something starts behind the writer are not the ones to tell of where others are loose.
    edges = [edge for edge in parallel[0] if not edge.chained] or parallel[0]
    first = min(
        edges,
        key=lambda edge: (not edge.waits, edge.reader.endswith(".ipynb"), -edge.confidence, edge.reader),
    )
    readers = {edge.reader for edge in edges}.union(
        edge.reader for each in parallel[1:] for edge in each if not edge.chained
    )
    others = f" and {plural(len(readers) - 1, 'other program')}" if len(readers) > 1 else ""
    more = f" and {plural(len(parallel) - 1, 'other file')}" if len(parallel) > 1 else ""
    writers = (
        f"{writer} and {plural(first.makers - 1, 'other program')} write" if first.makers > 1 else f"{writer} writes"
    )
    # A notebook that looks at what a program wrote is a reader to know of, not a step of a pipeline.
    looks = first.reader.endswith(".ipynb") and not writer.endswith(".ipynb")
    # A script that runs both keeps the order, though nothing knows what must run again.
    chained = all(edge.chained for each in parallel for edge in each)
    told = all(edge.told for each in parallel for edge in [e for e in each if not e.chained] or each)
    return Finding(
        f"{first.reader}{others} read{'' if others else 's'} {first.artefact}{more}, which {writers}; no pipeline declares that",
        first.read,
        entity=f"{writer}|{first.artefact}",
        remedy=f"declare {first.artefact} as an output of the step that runs {writer} and as an input of each step that reads it",
        related=(
            first.written.says("written here"),
            *[edge.read.says(f"{edge.artefact} is read by {edge.reader}") for each in parallel for edge in each][:12],
        ),
        certainty=first.confidence,
        milder=2 if looks else 1 if loose or chained or told or not any(edge.waits for edge in edges) else 0,
    )
