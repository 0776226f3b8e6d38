"""Models of a dbt project against the manifest that dbt wrote of them.

`python tests/bench/compare_dbt.py GITDIR MANIFEST [--folder FOLDER]`. MANIFEST is the `manifest.json` that `dbt parse` left for the
project in FOLDER of that commit. Compared is what each model and snapshot depends on with what its file or its step is seen to
read. A source counts by the name of its table, a model and a seed by their names. Exits with 1 where a dependency is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any


def read_by_file(git: str) -> dict[str, set[str]]:
    """The last part of everything that a file, or the step in it, is seen to read."""
    from auditor.facts import read_facts
    from auditor.graph import Graphs
    from auditor.knowledge import load
    from auditor.model.changes import History
    from auditor.program import resolve
    from auditor.tree import open_tree

    with tempfile.TemporaryDirectory() as folder, open_tree(git, rev="HEAD", cache_dir=Path(folder)) as tree:
        facts = read_facts(tree)
        paths = frozenset(entry.path for entry in tree.listing.entries)
        graphs = Graphs(resolve(facts, paths, load()), tree.listing, tree.settings, lambda: History("none"))
    found: dict[str, set[str]] = defaultdict(set)
    for edge in graphs.edges:
        reader, _, path = edge.target.partition(":")
        if edge.kind.value == "consumes" and reader in ("file", "step"):
            last = edge.source.rpartition("/")[2].removesuffix(".csv").rpartition(".")[2]
            found[path.partition("#")[0]].add(last.rpartition(":")[2].lower())
    return found


def names_of(manifest: dict[str, Any], dependency: str) -> set[str]:
    """The names that a dependency may be read under."""
    known = manifest["sources"].get(dependency) or manifest["nodes"].get(dependency, {})
    told = (known.get("identifier"), known.get("alias"), known.get("name"), dependency.rpartition(".")[2])
    return {str(name).lower() for name in told if name}


def compare(git: str, manifest: dict[str, Any], folder: str) -> Counter[str]:
    """Counts of models, dependencies and those found; prints each that is missed."""
    seen = read_by_file(git)
    counts: Counter[str] = Counter()
    project = manifest["metadata"].get("project_name")
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "snapshot") or node["package_name"] != (
            project or node["package_name"]
        ):
            continue
        path = f"{folder}/{node['original_file_path']}".lstrip("/")
        counts["models"] += 1
        for dependency in node["depends_on"]["nodes"]:
            found = bool(names_of(manifest, dependency) & seen[path])
            counts["dependencies"] += 1
            counts["found"] += found
            if not found:
                print(f"  {path}: {dependency} is not seen")
    return counts


def main() -> int:
    """Compares one project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("git", metavar="GITDIR")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--folder", default="")
    arguments = parser.parse_args()
    counts = compare(arguments.git, json.loads(arguments.manifest.read_text()), arguments.folder)
    print(", ".join(f"{number:,} {name}" for name, number in counts.items()))
    return 0 if counts["found"] == counts["dependencies"] else 1


if __name__ == "__main__":
    sys.exit(main())
