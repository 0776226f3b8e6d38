"""What the files of a dbt project mean by the names of its models and of the tables of others."""

from __future__ import annotations

from functools import cached_property
from posixpath import dirname
from typing import NamedTuple

from auditor.program import Resolved


class DbtProject(NamedTuple):
    """One project: its name, the folders of its models, and the tables behind its sources, each by `source.table`."""

    name: str
    models: tuple[str, ...]
    sources: dict[str, str]

    def holds_model(self, path: str) -> bool:
        """Whether a file lies in a folder of models, of which dbt makes relations."""
        return path.startswith(self.models)


NO_PROJECT = DbtProject("", (), {})


class DbtProjects:
    """The projects of a tree, by the files in them."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self._known: dict[str, DbtProject] = {}

    def of(self, path: str) -> DbtProject:
        """The project around a file."""
        folder = self._folder(path)
        if folder is None:
            return NO_PROJECT
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        return self._known[folder]

    def _folder(self, path: str) -> str | None:
        folder = dirname(path)
        while f"{folder}/dbt_project.yml".lstrip("/") not in self.resolved.files:
            if not folder:
                return None
            folder = dirname(folder)
        return folder

    def _read(self, folder: str) -> DbtProject:
        leaves = self.resolved.code.leaves(f"{folder}/dbt_project.yml".lstrip("/"))
        said = [str(leaves[key][0]) for key in leaves if key.startswith(("model-paths.", "source-paths."))]
        models = tuple(f"{folder}/{name.strip('/')}/".lstrip("/") for name in said or ["models"])
        return DbtProject(str(leaves.get("name", ("", 0))[0] or ""), models, self._sources.get(folder, {}))

    @cached_property
    def _sources(self) -> dict[str, dict[str, str]]:
        """The tables of sources as the properties of each project say them, by its folder."""
        found: dict[str, dict[str, str]] = {}
        for path, facts in self.resolved.files.items():
            folder = self._folder(path) if facts.kind == "dbt-properties" and facts.references else None
            if folder is not None:
                named = {dict(ref.attrs)["name"]: ref.path.removeprefix("table:") for ref in facts.references}
                found.setdefault(folder, {}).update(named)
        return found
