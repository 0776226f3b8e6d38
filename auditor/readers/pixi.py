"""pixi: its manifest and its lock file."""

from __future__ import annotations

from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.node import ABSENT
from auditor.language.pixi import read_pixi
from auditor.language.requirement import canonical
from auditor.language.task_runner import read_table
from auditor.language.toml import read_toml
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Requirement
from auditor.readers.contract import Reader, over_text, pairs


def read(text: str) -> Facts:
    """Requirements by feature, tasks as steps, channels and the Python range."""
    document, troubles = read_toml(text)
    root = document or ABSENT
    made = tuple(read_pixi(root))
    head = root.get("workspace") or root.get("project")
    python = next((each.specifier for each in made if each.name == "python"), "")
    tasks = [step for holder in (root, *root.get("feature").values()) for step in read_table(holder.get("tasks"))]
    return Facts(
        kind="pixi",
        leaves=leaves(root) if root else (),
        steps=tuple({step.name: step for step in tasks}.values()),
        requirements=made,
        attrs=pairs(
            [
                ("environment", head.get("name").raw),
                ("python", python),
                ("channels", ",".join(mask(node.raw) for node in head.get("channels").texts())),
            ]
        ),
        troubles=troubles,
    )


def read_lock(text: str) -> Facts:
    """The exact packages, told by the file names of conda's and by name and version of PyPI's."""
    documents, _, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    found: dict[tuple[str, str], Requirement] = {}
    for entry in root.get("packages").maps():
        made = _package(entry.get("conda").raw, entry.line) if entry.get("conda") else None
        if made is None and entry.get("name") and entry.get("version"):
            hashed = bool(entry.get("sha256"))
            made = Requirement(
                canonical(entry.get("name").raw), f"=={entry.get('version').raw}", entry.line, True, hashed
            )
        if made is not None:
            found.setdefault((made.name, made.specifier), made)
    return Facts(kind="lock", requirements=tuple(found.values()), attrs=(("tool", "pixi"),), troubles=troubles)


def _package(address: str, line: int) -> Requirement | None:
    """`…/linux-64/numpy-1.26.4-py311h64a7726_0.conda` as numpy 1.26.4."""
    name, _, rest = address.rpartition("/")[2].removesuffix(".conda").removesuffix(".tar.bz2").rpartition("-")
    name, _, version = name.rpartition("-")
    return Requirement(canonical(name), f"=={version}", line, True, True, source="conda") if name and rest else None


MANIFEST = Reader(name="pixi", names=("pixi.toml",), read=over_text(read))
LOCK = Reader(name="lock", names=("pixi.lock",), read=over_text(read_lock))
