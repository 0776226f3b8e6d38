"""What the readers found in many repositories, as Markdown: technologies against a list of them, and what could not be read.

`python tests/bench/tell_readers.py CORPUS --git FOLDER`. CORPUS is JSON lines with `repo`, `head` and `tech`: how many files
somebody else counted for each technology by their names and imports. FOLDER holds the git directories as `OWNER+NAME/repo`.

A technology is found where a reader recognised a file of its format, or a program imports its library. `steps` are nodes of
the graph that its format or framework declares, or steps of its files that are none of their own in the graph, `calls` those of its library whose meaning the knowledge base has, `edges`
the edges of the graph with evidence in its files. A third table tells what was found beyond the list: other technologies,
and formats that the list has no word for, with their files.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditor.graph import Graphs
    from auditor.model.facts import Facts


class Tech(NamedTuple):
    """How a technology shows: kinds of files, roots of imports, tools of steps, kinds of triggers; names of files with it."""

    kinds: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    trigger: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


TECHNOLOGIES = {
    "airflow": Tech(roots=("airflow",), tools=("airflow",)),
    "alibi_detect": Tech(roots=("alibi_detect",)),
    "argo_workflow": Tech(kinds=("argo",), tools=("argo",)),
    "azureml": Tech(roots=("azureml", "azure.ai.ml", "mldesigner"), tools=("azureml",)),
    "azureml_yaml": Tech(kinds=("azureml",), tools=("azureml",)),
    "bentoml": Tech(kinds=("bentofile",), roots=("bentoml",), tools=("bentoml",)),
    "dagster": Tech(kinds=("dagster-components",), roots=("dagster",), tools=("dagster",)),
    "dockerfile": Tech(kinds=("dockerfile",), tools=("docker",)),
    "dvc.lock": Tech(kinds=("dvc-lock",)),
    "dvc.yaml": Tech(kinds=("dvc",), tools=("dvc",)),
    "dvc_pointer": Tech(kinds=("dvc-file",)),
    "dvclive": Tech(roots=("dvclive",)),
    "evidently": Tech(roots=("evidently",)),
    "fastapi": Tech(roots=("fastapi",)),
    "gha_schedule": Tech(kinds=("github-actions",), trigger="schedule"),
    "github_actions": Tech(kinds=("github-actions", "github-action"), tools=("github-actions",)),
    "great_expectations": Tech(kinds=("checkpoint", "expectations"), roots=("great_expectations",)),
    "helm": Tech(names=("Chart.yaml", "Chart.yml")),
    "kedro": Tech(roots=("kedro",), tools=("kedro",)),
    "kedro_catalog": Tech(kinds=("kedro-catalog",)),
    "kfp": Tech(kinds=("kfp", "kfp-component"), roots=("kfp",), tools=("kfp",)),
    "langchain": Tech(
        roots=(
            "langchain",
            "langchain_core",
            "langchain_community",
            "langchain_openai",
            "langchain_text_splitters",
            "langgraph",
        )
    ),
    "makefile": Tech(kinds=("make",), tools=("make",)),
    "metaflow": Tech(roots=("metaflow",), tools=("metaflow",)),
    "mlflow": Tech(kinds=("mlproject", "mlmodel"), roots=("mlflow",)),
    "pre-commit": Tech(kinds=("pre-commit",)),
    "prefect": Tech(roots=("prefect",), tools=("prefect",)),
    "sagemaker": Tech(kinds=("sagemaker",), roots=("sagemaker",), tools=("sagemaker",), words=("sagemaker",)),
    "snakemake": Tech(kinds=("snakemake",), roots=("snakemake",), tools=("snakemake",)),
    "streamlit": Tech(roots=("streamlit",)),
    "wandb": Tech(roots=("wandb",)),
    "zenml": Tech(roots=("zenml",), tools=("zenml",)),
}
_PLAIN = frozenset(
    {
        "python",
        "notebook",
        "config",
        "markdown",
        "rst",
        "text",
        "table",
        "other",
        "shell",
        "sql",
        "json-lines",
        "key-file",
    }
)


class Found(NamedTuple):
    """What was found of one technology in one repository."""

    files: int
    steps: int
    calls: int
    edges: int


class Repository:
    """One repository, read and linked."""

    def __init__(self, git: Path, head: str) -> None:
        from auditor.facts import read_facts
        from auditor.graph import Graphs
        from auditor.knowledge import load
        from auditor.model.changes import History
        from auditor.program import resolve
        from auditor.tree import open_tree

        with tempfile.TemporaryDirectory() as folder, open_tree(str(git), rev=head, cache_dir=Path(folder)) as tree:
            self.facts: dict[str, Facts] = read_facts(tree)
            paths = frozenset(entry.path for entry in tree.listing.entries)
            resolved = resolve(self.facts, paths, load())
            self.graphs: Graphs = Graphs(resolved, tree.listing, tree.settings, lambda: History("none"))
        self.resolved = resolved

    def found(self, tech: Tech) -> Found:
        """The traces of one technology."""
        files = {path for path, facts in self.facts.items() if self._shows(path, facts, tech)}
        steps = [
            n
            for n in self.graphs.nodes.values()
            if n.kind in ("step", "service") and dict(n.attrs).get("tool") in tech.tools
        ]
        declared = sum(len(self.facts[path].steps) for path in files if self.facts[path].kind in tech.kinds)
        started = (
            sum(t.kind == tech.trigger for path in files for t in self.facts[path].triggers) if tech.trigger else 0
        )
        edges = sum(any(e.path in files for e in edge.evidence) for edge in self.graphs.edges)
        return Found(len(files), started if tech.trigger else len(steps) or declared, self._calls(files, tech), edges)

    def _shows(self, path: str, facts: Facts, tech: Tech) -> bool:
        if path.rpartition("/")[2] in tech.names:
            return True
        if facts.kind in tech.kinds:
            return not tech.trigger or any(trigger.kind == tech.trigger for trigger in facts.triggers)
        return any(self._imports(path, root) for root in tech.roots) or any(
            word in str(facts.steps) + str(facts.leaves) for word in tech.words
        )

    def _imports(self, path: str, root: str) -> bool:
        code = self.resolved.code
        return path in code.programs and any(
            f"{imported.module}.{imported.name}.".startswith(f"{root}.")
            for number in code.scopes(path)
            for statement, _, _ in code.index(path, number).imports
            for imported in (statement.names if not statement.level else ())
        )

    def _calls(self, files: set[str], tech: Tech) -> int:
        own = self.resolved.effects.own
        return sum(
            any(f"{effect.entry.name}.".startswith(f"{root}.") for root in tech.roots)
            for site, effects in own.items()
            if site[0] in files
            for effect in effects
        )

    def beyond(self, listed: Iterable[str]) -> dict[str, int]:
        """Technologies and formats that nobody listed, with how many files show them; plain text and code apart."""
        known = {kind for tech in TECHNOLOGIES.values() for kind in tech.kinds}
        kinds = Counter(facts.kind for facts in self.facts.values())
        found = {kind: number for kind, number in kinds.items() if kind not in known | _PLAIN}
        for name in TECHNOLOGIES.keys() - set(listed):
            tech = TECHNOLOGIES[name]
            found[name] = sum(self._shows(path, facts, tech._replace(words=())) for path, facts in self.facts.items())
        return {name: number for name, number in sorted(found.items()) if number}

    def broken(self) -> Iterator[tuple[str, str, str]]:
        """Files that could not be read whole, with the code and the words of the first trouble."""
        for path, facts in sorted(self.facts.items()):
            for trouble in facts.troubles[:1]:
                yield path, trouble.code, f"{trouble.line or '-'}: {trouble.message}"


def main() -> int:
    """Prints both tables; exits with 1 where something that is listed was not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--git", type=Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    broken: list[tuple[str, str, str, str]] = []
    read: Counter[str] = Counter()
    missed = 0
    beyond: list[str] = []
    print("| repository | commit | technology | listed | files | steps or starts | calls | edges |")
    print("|---|---|---|---|---|---|---|---|")
    for line in arguments.corpus.read_text().splitlines():
        entry = json.loads(line)
        git = arguments.git / entry["repo"].replace("/", "+") / "repo"
        repository = Repository(git / ".git" if (git / ".git").is_dir() else git, entry["head"])
        for name, listed in sorted(entry["tech"].items()):
            found = repository.found(TECHNOLOGIES[name])
            missed += not found.files
            shown = " | ".join(f"{number:,}" if number else "-" for number in found)
            print(f"| {entry['repo']} | {entry['head'][:12]} | {name} | {listed} | {shown} |", flush=True)
        told = ", ".join(f"{name} {number}" for name, number in repository.beyond(entry["tech"]).items())
        beyond.append(f"| {entry['repo']} | {told or '-'} |")
        broken += [(entry["repo"], *each) for each in repository.broken()]
        read.update(facts.kind for facts in repository.facts.values())
    print(f"\n{missed} of what is listed was not found. {sum(read.values()):,} files were read.\n")
    print("\n".join(["| repository | found beyond the list |", "|---|---|", *beyond, ""]))
    print("| repository | file | code | line and reason |\n|---|---|---|---|")
    for repo, path, code, reason in broken:
        print(f"| {repo} | `{path}` | {code} | {reason.replace('|', '/')[:160]} |")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
