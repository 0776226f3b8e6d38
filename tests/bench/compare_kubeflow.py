"""Kubeflow pipelines twice: as their Python says, and as the compiler wrote them down.

`python tests/bench/compare_kubeflow.py GITDIR… [--without PREFIX] [--beside]`. For each compiled pipeline of a repository the
pipeline of that name in its Python is looked up (`--beside`: only in the file of the same path), the closest of several.
Compared are the steps and which comes before which, directly or not. A step counts by the name of its component: second tasks
of one component are numbered by the one and called by their group by the other. `--without` leaves files out, as the library
itself where it lies in the same repository as its examples. Exits with 1 where a pair differs.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditor.dialects import Pipeline
    from auditor.model.facts import Facts

Edges = set[tuple[str, str]]


class Said(NamedTuple):
    """What one of the two says: steps by component, and pairs of components of which one comes first."""

    steps: Counter[str]
    order: Counter[tuple[str, str]]

    def apart(self, other: Said) -> int:
        """How many steps and pairs only one of the two has."""
        return sum((self.steps - other.steps + (other.steps - self.steps)).values()) + sum(
            (self.order - other.order + (other.order - self.order)).values()
        )


def said(steps: Iterable[str], edges: Edges) -> Said:
    """The same by component, edges followed to the end."""
    return Said(Counter(map(component, steps)), Counter((component(a), component(b)) for a, b in closure(edges)))


def component(step: str) -> str:
    """The component of a task: without the group before it and the number behind it."""
    return re.sub(r"-\d+$", "", step.rpartition(".")[2])


def closure(edges: Edges) -> Edges:
    """All pairs of which the one is reached from the other."""
    after: dict[str, set[str]] = {}
    for first, second in edges:
        after.setdefault(first, set()).add(second)
    found: Edges = set()
    for first in after:
        todo, seen = [first], set[str]()
        while todo:
            new = after.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        found |= {(first, second) for second in seen}
    return found


def plain(name: str) -> str:
    """A name of a pipeline as the compiler writes it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def in_code(pipeline: Pipeline) -> Said:
    """What Python says."""
    names = {step.id: step.step.name for step in pipeline.steps}
    edges = {(names[first], step.step.name) for step in pipeline.steps for first in step.after if first in names}
    return said(names.values(), edges)


def compiled(facts: Facts) -> Said:
    """What the compiler wrote."""
    edges = {(first, step.name) for step in facts.steps for first in step.after}
    return said((step.name for step in facts.steps), edges)


def compare(git: str, without: tuple[str, ...], *, beside: bool) -> bool:
    """Prints how the pairs of one repository agree."""
    from auditor.dialects import declarations
    from auditor.facts import read_facts
    from auditor.knowledge import load
    from auditor.program import resolve
    from auditor.tree import open_tree

    with tempfile.TemporaryDirectory() as folder, open_tree(git, rev="HEAD", cache_dir=Path(folder)) as tree:
        kept = {path: facts for path, facts in read_facts(tree).items() if not path.startswith(without)}
        paths = frozenset(entry.path for entry in tree.listing.entries if not entry.path.startswith(without))
    pipelines = [p for p in declarations(resolve(kept, paths, load())).pipelines if p.tool == "kfp"]
    pairs = equal = 0
    for path, facts in sorted(kept.items()):
        named = [p for p in pipelines if facts.kind == "kfp" and plain(p.name) == plain(facts.attr("name") or "")]
        named = [p for p in named if not beside or p.path.rpartition(".")[0] == path.rpartition(".")[0]]
        if named:
            truth = compiled(facts)
            closest = min((in_code(pipeline) for pipeline in named), key=truth.apart)
            pairs += 1
            equal += not truth.apart(closest)
            if truth.apart(closest):
                print(f"  {path}: compiled {truth.steps - closest.steps}, in Python {closest.steps - truth.steps}")
    print(f"{git}: {equal} of {pairs} pairs agree")
    return equal == pairs


def main() -> int:
    """Compares all repositories of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+", metavar="GITDIR")
    parser.add_argument("--without", action="append", default=[], metavar="PREFIX")
    parser.add_argument("--beside", action="store_true")
    arguments = parser.parse_args()
    without = tuple(arguments.without) or ("\0",)
    agreed = [compare(target, without, beside=arguments.beside) for target in arguments.targets]
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    sys.exit(main())
