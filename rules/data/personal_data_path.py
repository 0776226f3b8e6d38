"""DAT005: a path that exists on one person's machine."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="DAT005",
    name="personal-data-path",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.DENSITY,
    archetypes="PRSNL",
    effort=Effort("15m", "30m"),
    each=Effort("15m", "30m"),
    unit="files that name paths of one machine",
    ml_test_score=("Infra 1",),
    references=("van Oort et al. 2021", "Pimentel et al. 2019"),
)

# By how many steps a kind is milder than the home folder of a person.
MILDER = {"home": 0, "drive": 0, "colab": 1, "filestore": 1, "tilde": 1, "desk": 1, "kaggle": 3, "share": 0, "site": 1}
SAYS = {
    "home": "the home folder of one person",
    "drive": "a drive of one machine",
    "colab": "the cloud drive of whoever runs it",
    "filestore": "the upload folder of one workspace",
    "tilde": "the home folder of whoever runs it",
    "desk": "the home folder of whoever runs it",
    "share": "the folder of one person on a share of one site",
    "site": "a share of one site's machines",
    "kaggle": "the input folder of a competition's machines",
}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    found = graph.personal_paths()
    for path, listed in found.items():
        first = min(listed, key=lambda each: (MILDER[each.kind] + each.mild, each.place))
        more = f" (and {plural(len(listed) - 1, 'more place')})" if len(listed) > 1 else ""
        yield Finding(
            f"{path} reaches into {SAYS[first.kind]}: {first.path}{more}",
            first.place,
            entity=path,
            remedy="take the root from a setting or the environment, with a default inside the repository",
            related=tuple(each.place.says(each.path) for each in listed[:12]),
            milder=MILDER[first.kind] + first.mild + graph.is_exploratory(path),
        )
    if not found:
        yield Clean(says="no path of one person's machine in programs, settings and scripts")
