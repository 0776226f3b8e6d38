"""Programs that start processes and write out the file name of another program: what they start, where the command cannot be followed."""

from __future__ import annotations

from collections import defaultdict

from auditor.model.artefact import Role
from auditor.program.calls.effects import Effects

_LONGEST = 300
"""Letters up to which a text may be a command."""


def mentions(effects: Effects) -> dict[str, frozenset[str]]:
    """By program that starts processes, the programs whose file name it writes out; a name that several files have tells nothing."""
    code = effects.code
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in code.paths:
        by_name[path.rpartition("/")[2]].append(path)
    found = {}
    for path in sorted({effect.site[0] for effect in effects.own_playing(Role.EXEC)}):
        named = (by_name.get(word.rpartition("/")[2], []) for text in code.words(path).said for word in _words(text))
        found[path] = frozenset(paths[0] for paths in named if len(paths) == 1 and paths[0] != path)
    return {path: named for path, named in found.items() if named}


def _words(text: str) -> list[str]:
    """The words of a text that end like the name of a program: it may be a part of the command that starts it."""
    if not (".py" in text or ".ipynb" in text) or len(text) > _LONGEST:
        return []
    return [word for word in text.split() if word.endswith((".py", ".ipynb"))]
