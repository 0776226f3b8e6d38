"""Which folder of the repository a folder of a container is: what compose files mount into their services."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname, join

from auditor.model.facts import Facts
from auditor.program.symbolic.values import is_absolute, normal


def mounts(files: Mapping[str, Facts]) -> dict[str, str]:
    """Folders of the repository by the absolute folder that they are in containers, where all services agree which it is."""
    found: dict[str, set[str]] = {}
    for path, facts in files.items():
        for step in facts.steps:
            if step.tool != "compose":
                continue
            for ref in step.reads:
                inside, host = normal(dict(ref.attrs).get("to", "")), normal(join(dirname(path), ref.path))
                ours = ref.how == "volumes" and not ref.templated and not is_absolute(ref.path)
                if ours and is_absolute(inside) and inside != "/" and not host.startswith(("..", "~")):
                    found.setdefault(inside, set()).add(host)
    return {inside: hosts.pop() for inside, hosts in found.items() if len(hosts) == 1}
