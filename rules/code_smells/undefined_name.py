"""COD008: a program uses a name that nothing defines."""

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
    Rule,
    Severity,
    Undefined,
    plural,
)

RULE = Rule(
    id="COD008",
    name="undefined-name",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSARNL",
    effort=Effort("15m", "1h"),
    each=Effort("15m", "30m"),
    unit="names that nothing defines",
    ml_test_score=("Infra 3",),
    references=("Reading of public repositories", "pyflakes"),
)
SURE = 0.6
TOLD_OF_NOTEBOOKS = "NPRT"
"""The archetypes of which the hidden state of notebooks is asked (REP008)."""


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    names, looked = graph.undefined_names()
    found = [*_undefined(graph, names), *_absent(graph), *_unbound(graph), *_unset(graph), *_nowhere(graph)]
    yield from found
    if names and not found:
        yield NotApplicable("what is not defined is told as the hidden state of a notebook (REP008)")
    if looked and not names and not found:
        yield Clean(says=f"every name of {plural(looked, 'program')} is defined somewhere in its file")


def _undefined(graph: ArtefactGraph, names: list[Undefined]) -> Iterator[Finding]:
    """Names that nothing defines; what a notebook that was run lacks is told as its hidden state (REP008), where that is asked for."""
    elsewhere = graph.looks_like(TOLD_OF_NOTEBOOKS)
    hidden = {each.path for each in graph.notebooks().hidden if each.kind == "undefined"}
    lacked = [each for each in names if each.ran and each.place.path in hidden]
    # What nothing here names is there for those who install it, and notebooks are the product where there are hardly others.
    product = {"ipynb": graph.confidence("N") >= SURE, "py": graph.confidence("L") >= SURE}
    for each in names:
        if elsewhere and each in lacked:
            continue
        times = f" ({each.uses} times)" if each.uses > 1 else ""
        others = _also(each.others)
        yield Finding(
            f"{each.name} is used{times}{others}, and nothing in this file defines or imports {'them' if others else 'it'}",
            each.place,
            entity=each.name,
            remedy=f"{f'import it from {each.source}' if each.source else 'define or import it'}, and let CI run this program",
            milder=_milder(
                each.idle or each in lacked or (each.aside and not product.get(each.place.path.rpartition(".")[2])),
                stops=each.stops,
            ),
        )


def _absent(graph: ArtefactGraph) -> Iterator[Finding]:
    for method in graph.absent_methods():
        yield Finding(
            f"self.{method.name}() is called, and neither {method.owner} nor any class that it is made of has it",
            method.place,
            entity=f"{method.owner}.{method.name}",
            remedy="define the method or call the one that is meant, and let CI run this program",
            milder=_milder(method.idle),
        )


def _unbound(graph: ArtefactGraph) -> Iterator[Finding]:
    for missing in graph.unbound_imports():
        yield Finding(
            f"{missing.name} is imported from {missing.module}{_also(missing.others)}, which does not have {'them' if missing.others else 'it'}: the import fails",
            missing.place,
            entity=f"{missing.module}:{missing.name}",
            remedy="import the name that is meant or drop the import, and let CI run this program",
            milder=_milder(missing.idle, stops=missing.stops),
        )


def _unset(graph: ArtefactGraph) -> Iterator[Finding]:
    for name in graph.unset_names():
        then = "still has the value of the round before" if name.stale else "is not bound"
        yield Finding(
            f"{name.name} is read where the handler before it only told of the failure: then it {then}",
            name.place,
            entity=f"unset|{name.name}",
            remedy="let the handler raise, return or skip the round",
            related=(name.handled.says("goes on from here"),),
            milder=_milder(name.idle) + int(not name.stale),
        )


def _nowhere(graph: ArtefactGraph) -> Iterator[Finding]:
    for module in graph.modules_nowhere():
        keeps = f", because {module.left_out.path} keeps it out of git" if module.left_out else ""
        yield Finding(
            f"{module.module}.py is imported and not in the repository, which has the rest of {module.package}{keeps}: the import fails",
            module.place,
            entity=f"{module.module}.py",
            remedy=f"let {module.left_out.path} leave out one folder alone (`/data/`), and commit the source"
            if module.left_out
            else "import the module that is meant, or commit the one that is missing, and let CI run this program",
            related=tuple(place.says("imported here, too") for place in module.others[:12]),
            milder=_milder(module.idle, stops=module.stops),
        )


def _also(others: tuple[str, ...]) -> str:
    return f", as {'is' if len(others) == 1 else 'are'} {', '.join(others)}" if others else ""


def _milder(idle: bool, *, stops: bool = False) -> int:
    """Steps below what surely stops a program that the repository tells to start."""
    return 1 + int(idle) - int(stops and not idle)
