"""Components: directories with their own build or pipeline, and which files belong to each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from posixpath import dirname

from auditor.graph import places
from auditor.model.facts import Facts

MARKERS = frozenset({"dvc.yaml", "setup.py", "MLproject", "Cargo.toml"})
MOST = 40
"""More parts than this are siblings of one collection: they stay one component, named by the folder above."""


def component_roots(files: Mapping[str, Facts], overrides: Iterable[str] = ()) -> tuple[str, ...]:
    """Roots of the components, "" for the repository itself; always at least one.

    A folder below the root is a component when it carries its own build (a package definition) or pipeline and
    holds Python of its own. Tests, examples and documentation are parts of what they test and show.
    """
    programs = sorted(path for path, facts in files.items() if facts.program is not None)
    found: set[str] = set()
    for path, facts in files.items():
        folder = dirname(path)
        if folder and _is_marker(path, facts) and places.is_product(f"{folder}/x.py") and "{" not in folder:
            found.add(folder)
    holding = {root for root in found if any(program.startswith(f"{root}/") for program in programs)}
    if len(holding) > MOST:
        holding = set()
    holding |= {root.strip("/") for root in overrides if root.strip("/.")}
    rest = any(owner_of(program, holding) == "" for program in programs)
    roots = sorted(holding | ({""} if rest or not holding else set()))
    return tuple(roots)


def _is_marker(path: str, facts: Facts) -> bool:
    name = path.rpartition("/")[2]
    if name == "pyproject.toml":
        return facts.attr("package") is not None or bool(facts.requirements)
    return name in MARKERS


def owner_of(path: str, roots: Collection[str]) -> str:
    """The deepest root that a path lies under; "" for the repository."""
    while path and path not in roots:
        path = path.rpartition("/")[0]
    return path
