"""The words that reports use for what the model enumerates. Field terms, and plain ones for management."""

from __future__ import annotations

from auditor.model.finding import Severity

VERDICTS = {"pass": "Pass", "conditional": "Conditional", "fail": "Fail"}
_UNJUDGED = "Not judged"

VERDICT_MEANS = {
    "pass": "No gate condition is violated and enough was determined to say so.",
    "conditional": "No blocking condition is violated, but the points below need a decision.",
    "fail": "At least one blocking gate condition is violated.",
}

SEVERITY_MEANS = {
    Severity.CRITICAL: "published numbers or decisions may be wrong, or a secret leaked",
    Severity.HIGH: "the system cannot be retrained, explained or changed safely",
    Severity.MEDIUM: "every change costs more than it should",
    Severity.LOW: "hygiene",
    Severity.INFO: "context, never scored",
}

# What a family's debt costs, for readers who do not write code; used where a rule brings no sentence of its own.
BUSINESS = {
    "ENT": "A change in one place alters results elsewhere without warning, so small changes are slow and risky.",
    "GLU": "Most effort goes into code that connects parts rather than into the model, and replacing a part is costly.",
    "PIP": "Results depend on steps that nobody has written down; a rerun may fail or silently use stale data.",
    "DAT": "A past result cannot be reproduced, since the data it came from is not recorded.",
    "LKG": "Reported model quality may be better than real quality, and decisions rest on it.",
    "REP": "Two runs of the same model may differ, so neither an error nor an improvement can be proven.",
    "CFG": "Settings are spread and contradict each other; a wrong value reaches production unnoticed.",
    "MON": "A model that has stopped working well keeps deciding until somebody complains.",
    "OPS": "Refreshing or rolling back the model takes handwork, at the moment when time is short.",
    "TST": "Defects reach production, since nothing checks the parts that change most.",
    "COD": "Defects hide in the model code, and each change takes longer than it should.",
}

GLOSSARY = (
    ("Archetype", "What kind of project a component is (library, pipeline, service …). It decides which rules apply."),
    ("Artefact", "A thing the system is made of: data, code, model, configuration, pipeline step, endpoint."),
    (
        "Blast radius",
        "How much can change when this artefact changes: 1 for each model and endpoint it reaches, 0.5 for each data set, 0.25 for each program or step.",
    ),
    ("Check", "The unit that is scored: one practice, one measured value, or the density of findings in a family."),
    ("Component", "A directory with its own build, pipeline or entry points."),
    ("Confidence", "How sure a finding is: the reliability of its rule times the certainty of its evidence."),
    ("Coverage", "The share of the scoring weight that could be determined from what was there to read."),
    ("Debt score", "0 (no debt found) to 100. Lower is better. Always read it with its range and coverage."),
    ("Declared, observed", "A tie that a pipeline definition states; a tie that the code itself shows."),
    ("Drift", "Live data, or its relation to the outcome, moves away from what the model was trained on."),
    ("Effort P50, P90", "Hours that suffice in half of such cases, and in nine of ten."),
    ("Family", "A group of rules about one kind of debt, with one weight in the score."),
    ("Gross, net", "The score with accepted risks counted, and without them."),
    ("Leakage", "Training sees what it will not have when it predicts; measured quality is then too good."),
    ("Lineage", "Which data and code a model or a number came from."),
    ("Not evidenced", "A practice that should be there was not found, yet it may live outside the repository."),
    ("Provisional", "The grade may change: coverage is below 80 %, or the range crosses a grade boundary."),
    ("Range", "The debt score if every unknown turned out clean, and if every unknown turned out bad."),
    ("Recoverable", "Debt points that the score drops by when the check is mended, by scoring again."),
    ("Unknown", "Could not be judged: unreadable input, missing history, an analysis that failed."),
)

HISTORY = {
    "full": "complete history",
    "shallow": "history cut off (shallow clone)",
    "partial": "history incomplete (partial clone)",
    "none": "no history",
}

MEASURED_BY = {
    "propagation_cost": "ENT001",
    "tangle_index": "GLU001",
    "glue_ratio": "GLU002",
    "duplicate_share": "GLU005",
    "jungle_index": "PIP002",
    "data_version_coverage": "DAT001",
}
"""The rule whose verdict says why a measure could not be taken."""

EXCLUSIONS = {
    "vendored": "copied third-party code",
    "apart": "folders said to be out of use or for practice: read, and searched for secrets alone",
    "generated": "generated files",
    "environment": "installed environments",
    "configured": "not examined, by a setting of the repository (exclude)",
    "ignored": "ignored by git",
}


def verdict_word(verdict: str, *, judged: bool = True) -> str:
    """The verdict as a headline; what could not be judged says so."""
    return VERDICTS.get(verdict, _UNJUDGED) if judged else _UNJUDGED


def confidence_word(confidence: float) -> str:
    """The band of a confidence in [0, 1]."""
    return "high" if confidence >= 0.9 else "medium" if confidence >= 0.6 else "low"


# The measures of a component. A name that is missing here is shown as it is.
MEASURES = {
    "propagation_cost": "Propagation cost: share of artefact pairs between which a change can travel",
    "tangle_index": "Tangle index: share of scopes that model and also do I/O",
    "io_resolved": "File accesses whose artefact could be named",
    "glue_ratio": "Glue ratio: share of library calls that only carry data (context)",
    "duplicate_share": "Share of statements that repeat others",
    "jungle_index": "Jungle index of the steps, 0 to 100",
    "jungle_path_only_edges": "of it: edges that only paths tell",
    "jungle_mismatched_declarations": "of it: declarations that disagree with the code",
    "jungle_orphan_outputs": "of it: files that nothing takes",
    "jungle_phantom_inputs": "of it: inputs from nowhere, full at three",
    "jungle_files_with_several_writers": "of it: files with several writers",
    "jungle_intermediates_per_step": "of it: files handed over per step, from one to four",
    "jungle_unordered_edges": "of it: edges neither in a row nor side by side",
    "jungle_fan_in": "of it: most inputs of one step, from three to ten",
    "jungle_manual_order": "of it: an order that exists only by hand",
    "data_version_coverage": "Share of the data under training whose version is pinned",
    "entanglement_index": "Entanglement index, 0 to 100",
    "entanglement_propagation": "of it: propagation cost, as a share of .35",
    "entanglement_features": "of it: features that feed two and more models without a contract",
    "entanglement_settings": "of it: settings read by code of two and more concerns",
    "entanglement_data": "of it: hand-overs between components that nothing declares",
    "entanglement_co_change": "of it: pairs of files that change together without a tie",
}
