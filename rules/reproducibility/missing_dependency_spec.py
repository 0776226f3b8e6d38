"""REP003: libraries are imported that no environment of the repository asks for."""

from __future__ import annotations

from auditor.rulekit import (
    ArtefactGraph,
    Check,
    Clean,
    Effort,
    Finding,
    Imports,
    Iterator,
    Judgement,
    Misnamed,
    NotApplicable,
    Place,
    Rule,
    Severity,
    plural,
)

RULE = Rule(
    id="REP003",
    name="missing-dependency-spec",
    severity=Severity.HIGH,
    reliability="A",
    check=Check.PRACTICE,
    archetypes="PRSANTL",
    effort=Effort("30m", "1h"),
    unit="imported libraries",
    root_cause="loose-environment",
    ml_test_score=("Infra 1",),
    references=("van Oort et al. 2021", "Pimentel et al. 2019", "Papers with Code completeness checklist"),
)
MANY = 3
SEARCHED = (
    "requirements, constraints and lock files, pyproject.toml, setup.py, setup.cfg, Pipfile, conda and pixi environments",
    "packages that notebooks, images and jobs install by name",
    "what those packages bring with them",
    "what the platform has on which a notebook was last open",
)


TRIED = 0.5
"""Confidence in a pipeline or service from which a notebook beside it is a try."""


def _refused(lines: list[Misnamed]) -> str:
    """What a list asks for in vain, and why."""
    parts = []
    for own in (False, True):
        names = [each.name for each in lines if each.standard is own]
        one = len(names) == 1
        if names and own:
            parts.append(f"{', '.join(names)}, which {'is a module' if one else 'are modules'} of the standard library")
        elif names:
            parts.append(
                f"{', '.join(names)}, which {'is the name of an import' if one else 'are names of imports'} and of no package "
                "that can be installed"
            )
    return ", and for ".join(parts)


def _instead(lines: list[Misnamed]) -> str:
    """What to do about the lines of a list that ask in vain."""
    ask = [each.distribution for each in lines if each.distribution]
    drop: dict[str, list[str]] = {}
    for each in lines:
        if not each.distribution:
            drop.setdefault(each.why, []).append(each.name)
    said = [f"ask for {', '.join(ask)}"] * bool(ask) + [f"delete {', '.join(n)}, {why}" for why, n in drop.items()]
    return ", and ".join(said)


def _milder(graph: ArtefactGraph, imports: Imports) -> int:
    """How many steps milder libraries that a list lacks are told."""
    missing = imports.undeclared
    firm = [each for each in missing if not (each.noted or each.idle or each.off or each.aside)]
    # What only notebooks need beside a pipeline or a service was tried; what stands beside the package is shown.
    tried = all(each.noted for each in missing) and graph.confidence("PS") >= TRIED
    few = len(missing) < MANY and all(each.idle or each.off for each in missing)
    return int(len(firm) < MANY) + (few or tried or imports.brought or all(each.aside for each in missing))


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    imports, refusals = graph.imports, [*_refusals(graph)]
    missing = imports.undeclared
    yield from refusals
    if not imports.total:
        if not refusals:
            yield NotApplicable("no library that is known by name is imported")
    elif not missing:
        yield Clean(
            imports.total, f"all of {plural(imports.total, 'imported library', 'imported libraries')} are asked for"
        )
    elif imports.declared:
        yield from _lacking(graph, imports)
    elif len(missing) >= MANY:
        yield _without_list(graph, imports)
    else:
        yield NotApplicable("fewer than three libraries are needed, and no environment is kept")


def _refusals(graph: ArtefactGraph) -> Iterator[Finding]:
    """Lists and packages that cannot be installed at all."""
    for path, lines in graph.misnamed():
        yield Finding(
            f"{path} asks for {_refused(lines)}: installing the list fails",
            lines[0].place,
            entity=f"misnamed|{path}",
            remedy=_instead(lines),
            related=tuple(each.place.says("and here") for each in lines[1:]),
            instances=len(lines),
        )
    for listed in graph.refused():
        told = ", ".join(text for text, _ in listed.lines[:MANY]) + ", …" * (len(listed.lines) > MANY)
        yield Finding(
            f"{listed.path} asks for {told}, which is nothing that pip can install: the list fails",
            listed.lines[0][1],
            entity=f"refused|{listed.path}",
            remedy="write name==version, the name as the index has it",
            related=tuple(place.says("and here") for _, place in listed.lines[1:]),
            milder=int(listed.for_work),
            instances=len(listed.lines),
        )
    for image in graph.bare_images():
        if image.launcher:
            yield Finding(
                f"the image of {image.path} starts {image.program} by {image.launcher}, which it does not install: it ends at once",
                image.place,
                entity=f"launcher|{image.path}",
                remedy=f"install {image.launcher} in the image",
            )
        if not image.lacking:
            continue
        names = ", ".join(root for root, _, _ in image.lacking[:6]) + ", …" * (len(image.lacking) > 6)
        yield Finding(
            f"the image of {image.path} starts {image.program}, which imports {names}, and installs none of "
            f"{'it' if len(image.lacking) == 1 else 'them'}: it ends at once",
            image.place,
            entity=f"image|{image.path}",
            remedy=f"install {', '.join(name for _, name, _ in image.lacking[:6])} in the image",
            related=tuple(place.says(f"imports {root}") for root, _, place in image.lacking[:6]),
            instances=len(image.lacking),
        )
    for backend, place in graph.no_backends():
        yield Finding(
            f"{place.path} is built by {backend}, which does not exist: installing the package fails",
            place,
            entity=f"backend|{place.path}",
            remedy="name a build backend that its library has, as setuptools.build_meta",
        )


def _without_list(graph: ArtefactGraph, imports: Imports) -> Finding:
    """Nothing lists what to install."""
    missing = imports.undeclared
    told = len(imports.told) * 2 >= len(missing)
    says = "only the words of a document tell which to install" if told else "no file lists what to install"
    return Finding(
        f"{plural(len(missing), 'library is', 'libraries are')} imported "
        f"({', '.join(each.imported for each in missing[:4])}, …) and {says}",
        Place(graph.root or "."),
        entity="environment",
        remedy="add a requirements file, a conda environment or the dependencies of a pyproject.toml",
        related=tuple(each.place.says(f"imports {each.imported}") for each in missing[:4]),
        milder=int(told),
        searched=SEARCHED,
        instances=len(missing),
    )


def _lacking(graph: ArtefactGraph, imports: Imports) -> Iterator[Judgement]:
    """Some libraries are asked for, others not."""
    missing = imports.undeclared
    asked = imports.total - len(missing)
    yield Clean(asked, f"{plural(asked, 'imported library', 'imported libraries')} asked for")
    one = len(missing) == 1
    nowhere = (
        f"no environment asks for {'it' if one else 'them'}" if imports.listed else "no file lists what to install"
    )
    yield Finding(
        f"{', '.join(each.imported for each in missing[:6])}{', …' if len(missing) > 6 else ''} "
        f"{'is' if one else 'are'} imported and {nowhere}",
        missing[0].place,
        entity="|".join(each.imported for each in missing),
        remedy=f"add {', '.join(each.distribution for each in missing[:6])} to the environment",
        related=tuple(each.place.says(f"imports {each.imported}") for each in missing[:6]),
        milder=_milder(graph, imports),
        searched=SEARCHED,
        instances=len(missing),
    )
