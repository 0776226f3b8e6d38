"""MON001: a model serves, and nobody watches its inputs."""

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
    NotEvidenced,
    Place,
    Rule,
    Severity,
)

RULE = Rule(
    id="MON001",
    name="no-data-drift-monitoring",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="SP",
    effort=Effort("2d", "5d"),
    unit="operated model",
    serves=True,
    checklist=("C25",),
    ml_test_score=("Monitor 2", "Monitor 4"),
    references=("Sculley et al. 2015", "Breck et al. 2017"),
)


# What of an input without features can be compared with that of training.
WATCHED = {
    "sound": "length, loudness, noise and what is spoken or asked for",
    "text": "length, language, the share of unknown words and the embedding",
    "pictures": "size, brightness, blur and the embedding",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    served = graph.predicting()
    if not served:
        yield NotApplicable("nothing here serves a model or scores on a schedule")
        return
    if graph.only_encodes():
        yield NotApplicable(
            "what answers is a ready-made encoder that nothing here trains: there is nothing to compare with"
        )
        return
    searched = graph.searched_for("data", "target")
    found = graph.drift_evidence()
    evidence = [piece for piece in found if not piece.invented]
    if any(piece.wired for piece in evidence):
        yield Clean(says=f"{evidence[0].place}: {evidence[0].says}")
    elif "monitoring" in graph.settings.external:
        yield NotEvidenced("monitoring is claimed to live elsewhere (claimed, not verified)", searched=searched)
    elif evidence:
        yield NotEvidenced(f"{evidence[0].says} ({evidence[0].place}), but nothing calls it", searched=searched)
    elif doubt := graph.doubt():
        yield NotEvidenced(doubt, searched=searched)
    else:
        kind = graph.raw_input()
        compared = f"of its {kind} {WATCHED[kind]}" if kind else "PSI or KS per feature"
        yield Finding(
            f"{served[0].says}, and nothing in the repository watches its inputs for drift",
            Place(graph.root or "."),
            entity="data-drift-monitoring",
            remedy=f"log the inputs of the model, compare them weekly with the training data ({compared}), and alert when a limit is passed",
            searched=searched,
            milder=bool(kind),
            related=(
                *(place.place.says(place.says) for place in served[:4]),
                *(piece.place.says(f"{piece.says} compares numbers that it draws itself") for piece in found),
            ),
        )
