"""COD007: a notebook is a long program in one piece, or the source of what others use."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="COD007",
    name="unmodular-notebook",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="NPR",
    effort=Effort("1d", "2d"),
    each=Effort("4h", "1d"),
    unit="notebooks",
    ml_test_score=("Infra 2",),
    references=("Sculley et al. 2015", "Pimentel et al. 2019", "pynblint"),
)

LONGEST = 300
SOURCE = 100
TAUGHT = 0.3
"""Lines of code: of a program in one piece, and of one whose product others use (the second is judgement)."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if graph.confidence("T") >= TAUGHT:
        yield NotApplicable("the notebooks may be there to teach")
        return
    taken: dict[str, tuple[str, str]] = {}
    for edge in graph.file_edges():
        if not edge.reader.endswith(".ipynb"):
            taken.setdefault(edge.writer, (edge.artefact, edge.reader))
    for notebook in graph.own_notebooks():
        use = taken.get(notebook.path)
        long = notebook.lines >= LONGEST and not notebook.exploratory
        source = use is not None and notebook.lines >= SOURCE
        if notebook.functions or not (long or source):
            yield Clean(says=f"{notebook.path} is short, or in functions")
            continue
        says = f" and writes {use[0]}, which {use[1]} reads" if use is not None else ""
        looks = bool(notebook.work) and not notebook.keeps  # a table about a model that it does not keep is no step
        work = f" It {notebook.work}." if notebook.work else ""
        yield Finding(
            f"{notebook.path} holds {notebook.lines} lines without a single function{says}.{work}".rstrip("."),
            Place(notebook.path),
            entity=notebook.path,
            remedy="move the steps into functions of a module with tests, and keep the notebook as a report",
            milder=int(not ((long and notebook.work) or (use is not None and not looks))),
        )
