"""Programs inside the commands of other files, as programs with paths of their own."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from auditor.model.facts import Command, Facts
from auditor.model.facts import Embedded as Held

SIGN = "!"
"""Between the path of a file and the number of a program in it, as in addresses inside an archive."""


class Embedded:
    """The programs in commands, numbered in each file; their lines are those of the file."""

    def __init__(self, files: Mapping[str, Facts]) -> None:
        self.files: dict[str, Facts] = {}
        self.homes: dict[str, tuple[str, int]] = {}  # the file of each, and its first line there
        self._of_file: dict[str, list[tuple[int, str]]] = {}
        self._found: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for path, facts in files.items():
            for number, held in enumerate(facts.embedded, 1):
                own = f"{path}{SIGN}{number}"
                self.files[own] = Facts(kind="embedded", program=held.program, lines=held.program.lines)
                self.homes[own] = path, _begins(held)
                self._found.setdefault((path, held.line), []).append((held.digest, own))
                self._of_file.setdefault(path, []).append((held.digest, own))

    def told_by(self, digests: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The digests of files, and those of the programs that they hold: each is what its file says."""
        told = {own: digests.get(home) for own, (home, _) in self.homes.items()}
        return {**digests, **{own: digest for own, digest in told.items() if digest is not None}}

    def of(self, path: str, command: Command) -> str | None:
        """The program that a command of a file holds.

        The only one of its line where templates changed its text; the one of its text where code starts the command, since
        a line of the command is none of the file then.
        """
        if command.program < 0 or path not in self._of_file:
            return None
        there = self._found.get((path, command.line + command.program), [])
        if len(there) == 1 and not path.endswith(".py"):
            return there[0][1]
        said = zlib.crc32(command.body.encode("utf-8", "replace"))
        return next((own for digest, own in (*there, *self._of_file[path]) if digest == said), None)


def _begins(held: Held) -> int:
    """The line of the first statement: the text may begin with blank lines."""
    line = getattr(held.program.scopes[0].body[0], "line", held.line)
    return line if isinstance(line, int) else held.line
