"""COD002: a use of a frame or metric does not do what it says."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity

RULE = Rule(
    id="COD002",
    name="pandas-correctness-smell",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PRSNTLA",
    effort=Effort("5m", "30m"),
    each=Effort("5m", "15m"),
    unit="uses that do not do what they say",
    ml_test_score=("Data 7",),
    references=("Zhang, Cruz & van Deursen 2022, smells 2, 3, 6 and 7", "dslinter"),
)

SAYS = {
    "nan": "NaN equals nothing, not even itself: a comparison with {what} is the same for every value",
    "meant": "{what} stands as a statement of its own: it compares and drops the answer, and the value stays as it was",
    "chain": "{what} of a frame is taken first and then assigned to: pandas 3 changes a copy, older versions may",
    "inplace": "{what} with inplace=True works on a column that was taken out: from pandas 3 on the frame stays as it was",
    "dropped": "{what} gives a new frame, which nobody takes; the frame itself stays as it was",
    "swapped": "{what} takes the labels first and the predictions second; here they change places",
    "merge": "training rows are merged on whatever columns the two frames share, and nothing checks the keys",
}
REMEDIES = {
    "nan": "ask with isna() or notna()",
    "meant": "assign with a single = if the value was meant to become missing, else delete the line",
    "chain": "assign in one step with .loc[rows, column]",
    "inplace": "assign the result: frame[column] = frame[column]…",
    "dropped": "assign the result",
    "swapped": "write the labels first, then the predictions",
    "merge": "name the keys with on= and say with validate= what they must fulfil",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    misuses = graph.frame_misuses()
    for each in misuses:
        yield Finding(
            SAYS[each.kind].format(what=each.what),
            each.place,
            entity=f"{each.kind}|{each.what}",
            remedy=REMEDIES[each.kind],
            milder=int(each.kind in ("inplace", "merge")) + int(each.idle),
        )
    if not misuses:
        yield Clean(says="no comparison with NaN, assignment to a copy or dropped result")
