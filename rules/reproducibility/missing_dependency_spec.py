"""REP003: libraries are imported that no environment of the repository asks for."""

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


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    imports = graph.imports
    missing = imports.undeclared
    refused = graph.misnamed()
    for path, lines in refused:
        names = ", ".join(each.name for each in lines)
        yield Finding(
            f"{path} asks for {names}, which {'is the name of an import' if len(lines) == 1 else 'are names of imports'} "
            "and of no package that can be installed: installing the list fails",
            lines[0].place,
            entity=f"misnamed|{path}",
            remedy=f"ask for {', '.join(each.distribution for each in lines)}",
            related=tuple(each.place.says("and here") for each in lines[1:]),
            instances=len(lines),
        )
    if not imports.total and refused:
        return
    if not imports.total:
        yield NotApplicable("no library that is known by name is imported")
    elif not missing:
        yield Clean(
            imports.total, f"all of {plural(imports.total, 'imported library', 'imported libraries')} are asked for"
        )
    elif not imports.declared:
        if imports.total >= MANY:
            told = len(imports.told) * 2 >= imports.total
            says = "only the words of a document tell which to install" if told else "no file lists what to install"
            yield Finding(
                f"{plural(imports.total, 'library is', 'libraries are')} imported "
                f"({', '.join(each.imported for each in missing[:4])}, …) and {says}",
                Place(graph.root or "."),
                entity="environment",
                remedy="add a requirements file, a conda environment or the dependencies of a pyproject.toml",
                related=tuple(each.place.says(f"imports {each.imported}") for each in missing[:4]),
                milder=int(told),
                searched=SEARCHED,
                instances=len(missing),
            )
        else:
            yield NotApplicable("fewer than three libraries are imported, and no environment is kept")
    else:
        asked = imports.total - len(missing)
        yield Clean(asked, f"{plural(asked, 'imported library', 'imported libraries')} asked for")
        yield Finding(
            f"{', '.join(each.imported for each in missing[:6])}{', …' if len(missing) > 6 else ''} "
            f"{'is' if len(missing) == 1 else 'are'} imported and "
            + (
                f"no environment asks for {'it' if len(missing) == 1 else 'them'}"
                if imports.listed
                else "no file lists what to install"
            ),
            missing[0].place,
            entity="|".join(each.imported for each in missing),
            remedy=f"add {', '.join(each.distribution for each in missing[:6])} to the environment",
            related=tuple(each.place.says(f"imports {each.imported}") for each in missing[:6]),
            milder=(0 if len([each for each in missing if not (each.noted or each.idle or each.off)]) >= MANY else 1)
            + (len(missing) < MANY and all(each.idle or each.off for each in missing)),
            searched=SEARCHED,
            instances=len(missing),
        )
