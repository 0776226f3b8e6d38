"""OPS008: a model of which nobody wrote down what it is for and how good it is."""

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
    Unknown,
    plural,
)

RULE = Rule(
    id="OPS008",
    name="no-model-documentation",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("2h", "4h"),
    scope="repository",
    unit="repository",
    warn=6.0,
    fail=3.0,
    checklist=("C30",),
    ml_test_score=("Model 7", "Data 4"),
    references=("Mitchell et al. 2019", "EU AI Act, Annex IV", "NIST AI RMF"),
)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.starts()[1]:
        yield NotApplicable("no model is trained in this component")
        return
    card = graph.model_card()
    searched = (
        f"{plural(card.documents, 'document')} for eight fields: purpose, training data, metrics, limits, fairness, version, owner, licence",
    )
    if len(card.fields) >= 6:
        yield Clean(says=f"documents fill {len(card.fields)} of 8 fields")
        return
    if card.foreign:
        yield Unknown("the documents are in a language whose words for the fields are not known")
        return
    if graph.confidence("T") >= 0.3 or graph.confidence("N") >= 0.6:
        yield NotApplicable("it is there to be read: it hands no model on")
        return
    few = len(card.fields) < 3 and graph.confidence("SP") >= 0.6
    yield Finding(
        f"documents say {plural(len(card.fields), 'of the eight things', 'of the eight things')} that a user of the model must know; missing: {', '.join(card.missing)}"
        if card.fields
        else "no document says what the model is for, what it was trained on, how good it is or where it fails",
        Place(graph.root or "."),
        entity="model-card",
        remedy="write a model card: purpose, training data, metrics with their data set, limits, fairness, version and date, owner, licence",
        searched=searched,
        milder=(0 if few else 3) + bool(graph.coursework),
    )
