"""CFG007: experiments that are over, and whose code is still there."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="CFG007",
    name="dead-experiment-flag",
    severity=Severity.MEDIUM,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSRA",
    effort=Effort("1h", "4h"),
    each=Effort("10m", "30m"),
    unit="components with code of experiments that are over",
    references=("Sculley et al. 2015", "Tang et al. 2021", "OBrien et al. 2022"),
)
SHARE, BLOCKS = 0.03, 3
"""Lines of code in comments by lines of code, from which they are more than a note; in no fewer blocks."""
FLAGS = 5


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    buried, lines = graph.buried()
    comments = [each for each in buried if each.kind == "comment"]
    flags = sorted((each for each in buried if each.kind != "comment"), key=lambda each: each.place)
    put_away = sum(each.lines for each in comments)
    if lines and len(comments) >= BLOCKS and put_away >= SHARE * lines:
        first, *others = sorted(comments, key=lambda each: (-each.lines, each.place))
        yield Finding(
            f"{put_away} lines of code stand in comments beside {lines} that run, in {plural(len(comments), 'block')}",
            first.place,
            entity="code in comments",
            remedy="delete them: the history keeps them",
            related=tuple(each.place.says(each.says) for each in others[:12]),
        )
    if len(flags) >= FLAGS:
        first, *others = flags
        yield Finding(
            f"{plural(len(flags), 'branch or option', 'branches and options')} that nothing takes or looks at, the first: {first.says}",
            first.place,
            entity="dead flags",
            remedy="delete the branch and its flag",
            related=tuple(each.place.says(each.says) for each in others[:12]),
        )
    yield from _always_true(graph)
    yield Clean(says=f"{put_away} lines of code in comments, {plural(len(flags), 'dead flag')}, in {lines} lines")


def _always_true(graph: ArtefactGraph) -> Iterator[Finding]:
    """Options that are true whatever they are given."""
    always = graph.always_true()
    if always:
        worst, *rest = always
        others = f", and so {'is' if len(rest) == 1 else 'are'} {plural(len(rest), 'other option')}" if rest else ""
        yield Finding(
            f"{worst.flag} is made by type=bool, for which 'False' is true like any other text"
            f"{': nothing switches it off' if worst.stuck else ''}{others}",
            worst.place,
            entity="type=bool",
            remedy="use argparse.BooleanOptionalAction, or a type that reads the word",
            related=tuple(each.place.says(each.flag) for each in rest[:12]),
            milder=int(not worst.stuck),
            instances=len(always),
        )
