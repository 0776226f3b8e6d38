"""REP001: chance decides the rows or the model, and no seed controls it."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Chance,
    Check,
    Clean,
    Draw,
    Effort,
    Finding,
    Iterator,
    Judgement,
    NotApplicable,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="REP001",
    name="uncontrolled-randomness",
    severity=Severity.MEDIUM,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRNT",
    effort=Effort("30m", "1h"),
    each=Effort("10m", "20m"),
    unit="random choices behind a model",
    ml_test_score=("Infra 1",),
    references=("Zhang et al. 2022", "Pineau et al. 2021"),
)
SHOWN = 5
MOST = 12
CONTROLLED = 0.7
"""Share of the random choices of a file that a seed has to control (judgement)."""
SAYS = {
    "rows": "{} decides by chance which rows are used",
    "order": "{} hands out rows in chance order",
    "model": "{} starts from chance",
    "network": "the network that is trained here starts from chance",
}
BESIDE = "a network is trained here whose weights and batches no seed controls"


DRAWING = frozenset({"TSNE", "MDS"})
"""What puts rows into a picture, and learns nothing that is used again."""
TRIED = 0.5
"""Confidence in a pipeline or service from which a notebook beside it is a try."""


def _milder(graph: ArtefactGraph, chance: Chance) -> int:
    """How many steps milder the choices of a file are told: what was tried, taught or only drawn is not made again."""
    aside = graph.taught or graph.confidence("PS") >= TRIED
    tried = chance.path.endswith(".ipynb") and aside and not graph.is_needed(chance.path)
    tried = tried and not graph.keeps_model(chance.path)
    drawn = all(draw.name.rpartition(".")[2] in DRAWING for draw in chance.unseeded)
    left = graph.is_left(chance.path)
    return int(graph.is_exploratory(chance.path) or left or tried or drawn or _only_shown(graph, chance))


def _only_shown(graph: ArtefactGraph, chance: Chance) -> bool:
    """Whether nothing is left of a program but a picture, and no rows were held out to judge what it shows."""
    return all(draw.decides != "rows" for draw in chance.draws) and graph.only_draws(chance.path)


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    if not graph.chances:
        yield NotApplicable("no random choice on the way to a model was found")
    left: list[tuple[Chance, tuple[Draw, ...]]] = []
    for chance in graph.chances:
        unseeded = chance.unseeded if not graph.simulates(chance.path) else ()
        # A high share must not hide the one choice that decides which rows are used.
        if not unseeded or (chance.coverage >= CONTROLLED and unseeded[0].decides != "rows"):
            says = "seeded" if unseeded or not chance.unseeded else "of a simulation"
            yield Clean(len(chance.draws), f"{chance.path}: {plural(len(chance.draws), 'random choice')} {says}")
            continue
        if seeded := len(chance.draws) - len(unseeded):
            yield Clean(seeded, f"{chance.path}: {plural(seeded, 'random choice')} seeded")
        left.append((chance, unseeded))
    yield from _told(graph, left)
    for each in graph.undone_seeds():
        yield Finding(
            f"{each.name}() seeds {each.generator} anew by chance, after {each.seeded.path} has set a seed: what follows is not controlled",
            each.place,
            entity=f"{each.place.path}|{each.name}",
            remedy="keep the state of the generator and put it back, or draw from a generator of its own",
            related=(each.seeded.says("the seed that is undone"),),
        )


def _told(graph: ArtefactGraph, left: list[tuple[Chance, tuple[Draw, ...]]]) -> Iterator[Finding]:
    """File by file; where nothing ever seeds the generators of some files, that is one cause, and one finding."""
    together: dict[object, list[tuple[Chance, tuple[Draw, ...]]]] = {}
    seeded = {
        draw.generator
        for each in graph.chances
        for draw in each.draws
        if draw.seeded or draw.sometimes or draw.late is not None
    }
    for chance, unseeded in left:
        never = len(unseeded) == len(chance.draws) and seeded.isdisjoint(draw.generator for draw in unseeded)
        key = _milder(graph, chance) if never else chance.path
        together.setdefault(key, []).append((chance, unseeded))
    for files in together.values():
        # First where it decides which rows are used.
        (chance, unseeded), *others = sorted(files, key=lambda each: each[1][0].decides != "rows")
        yield _finding(chance, unseeded, [draws for _, draws in others], _milder(graph, chance))


def _finding(chance: Chance, unseeded: tuple[Draw, ...], beside: list[tuple[Draw, ...]], milder: int) -> Finding:
    """The choices of a file, and the worst of each other that is left to chance like it."""
    worst = unseeded[0]
    name = worst.name.rpartition(".")[2]
    late = f"; its generator is seeded only afterwards ({worst.late})" if worst.late else ""
    more = f", and so are all of {plural(len(beside), 'other file')}" if beside else ""
    none = "not every program that comes to it sets a seed" if worst.sometimes else "no seed controls it"
    return Finding(
        f"{SAYS[worst.decides].format(name)}, and {none}{late} ({len(unseeded)} of {plural(len(chance.draws), 'random choice')} "
        f"of this file unseeded{more})",
        worst.place,
        entity=f"{chance.path}|{name}",
        remedy="set one seed from the configuration before the first random choice"
        + (f" (for {worst.generator})" if worst.generator else "")
        + ", and pass it where a call takes one",
        related=tuple(
            draw.place.says(BESIDE if draw.decides == "network" else f"{draw.name} is not seeded")
            for draw in (*unseeded[:SHOWN], *(draws[0] for draws in beside[:MOST]))
        ),
        milder=milder,
        instances=sum(map(len, (unseeded, *beside))),
    )
