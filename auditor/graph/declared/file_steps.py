"""Steps that files declare, as their formats mean them: templates filled, loops unrolled, names found."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from auditor.graph.artefacts.table_names import comparable, id_of, key_of, parts_of
from auditor.graph.declared.commanded_stages import commanded_stages
from auditor.graph.declared.dbt_projects import Projects
from auditor.graph.declared.dvc_stages import Stages
from auditor.graph.declared.followed import prepared, templates
from auditor.graph.declared.ploomber_tasks import Tasks
from auditor.graph.declared.snakemake_rules import Workflows
from auditor.model.declared import Declared
from auditor.model.facts import Facts, Ref, Step
from auditor.program import Resolved
from auditor.program.symbolic.values import is_absolute, is_uri, normal

_NAMES = ("table:", "model:", "dbt:", "name:")


class FileSteps:
    """All steps that the files of a tree declare, each with what it stands for."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.projects = Projects(resolved)
        self._filling = {
            "dvc": Stages(resolved).instances,
            "snakemake": Workflows(resolved).instances,
            "dbt": self.projects.instances,
            "ploomber": Tasks(resolved).instances,
        }

    def all(self) -> Iterator[tuple[str, Step, tuple[Step, ...]]]:
        """File, step as declared, and the steps that it means: itself filled in, or one for each round of a loop."""
        known = templates(self.resolved.files)
        for path, facts in sorted(self.resolved.files.items()):
            for step in prepared(path, facts, self.resolved.files, known):
                yield path, step, self._made(path, facts, step)
        for path, step in (*self.projects.other_steps(), *commanded_stages(self.resolved)):
            yield path, step, (step,)

    def _made(self, path: str, facts: Facts, step: Step) -> tuple[Step, ...]:
        fill = self._filling.get(step.tool)
        made = fill(path, facts, step) if fill is not None else (step,)
        if step.name:
            return made
        stem = path.rpartition("/")[2].partition(".")[0] or path  # a file that is one step bears its name
        return tuple(one if one.name else replace(one, name=stem) for one in made)


def declared(ref: Ref, folder: str, path: str) -> Declared:
    """What a reference of the file `path` means where relative paths start in `folder`."""
    text = ref.path.replace("${", "{")
    if ref.kind == "artifact":
        return Declared(f"artifact:{path}#{text}", None, ref, text, confidence=ref.confidence)
    if text.startswith("mem:"):
        name = text.removeprefix("mem:")
        return Declared(f"mem:{path}/{name}", None, ref, name, confidence=ref.confidence)
    if text.startswith(_NAMES):
        label = text.split(":", 2)[2] if text.startswith("name:") else ""
        return Declared(
            _table(text) if text.startswith("table:") else text, None, ref, label, confidence=ref.confidence
        )
    if not text:
        return Declared(f"file:{path}", path, ref, confidence=ref.confidence)
    if is_uri(text) or is_absolute(text):
        return Declared(f"{'uri' if is_uri(text) else 'host'}:{text}", None, ref, confidence=ref.confidence)
    whole = normal(f"{folder}/{text}" if folder else text)
    return Declared(f"file:{whole}", whole, ref, confidence=ref.confidence)


def _table(text: str) -> str:
    """Platform, catalogue, schema and name of a table; what is not known is `*`, as in the SQL that names it."""
    parts = parts_of(text.removeprefix("table:"))
    key = key_of(parts, parts[0].lower() if len(parts) > 3 else "")
    return id_of(comparable(key)) if key is not None else text.lower()
