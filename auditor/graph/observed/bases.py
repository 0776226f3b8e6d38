"""The folder that the relative paths of a file are seen from, where the file itself or the programs that import it tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from posixpath import dirname

from auditor.graph.artefacts.identity import Identities, above
from auditor.model.ir import Attr
from auditor.program import Resolved
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Frame
from auditor.program.symbolic.values import Value, is_absolute, is_uri, normal

_EXISTS, _FITS = 2, 1
"""What a path says for a folder: there is such a file, or the folder that it lies in."""


class Bases:
    """Answers in which folder the programs of a tree work, beside what commands say."""

    def __init__(self, resolved: Resolved, identities: Identities, effects: Iterable[Effect]) -> None:
        self.resolved = resolved
        self.identities = identities
        self._named: dict[str, set[str]] = defaultdict(set)
        for effect in effects:
            for value in (*effect.targets, *effect.dest, *effect.source):
                if _is_relative(value):
                    self._named[effect.site[0]].add(value.text())
        self._voted: dict[str, str | None] = {}
        self._known: dict[str, str | None] = {}
        self._changed: dict[str, str | None] = {}

    def of(self, path: str) -> str | None:
        """The folder in which most of what a file names exists, else that of the programs that import it; None where that
        tells nothing."""
        if path not in self._known:
            ways = (self._of_file, self._of_importers, self._of_neighbours)
            self._known[path] = next((base for way in ways if (base := way(path)) is not None), None)
        return self._known[path]

    def changed(self, path: str) -> str | None:
        """The folder that a file changes into at its top level, if there is just one; None where it changes nowhere known."""
        if path not in self._changed:
            folders = set(self._changes(path))
            self._changed[path] = folders.pop() if len(folders) == 1 else None
        return self._changed[path]

    def _changes(self, path: str) -> Iterator[str | None]:
        """The folders of the `os.chdir` calls of a file's top level; a notebook starts in its own, None for what is not known."""
        denoter, evaluator = self.resolved.evaluator.denoter, self.resolved.evaluator
        if path not in self.resolved.code.programs:
            return  # a file of SQL
        for site in self.resolved.code.index(path, 0).calls:
            func = site.call.func
            frame = Frame(path, 0, block=site.conditions)
            if type(func) is not Attr or func.name != "chdir" or denoter.dotted(func, frame) != "os.chdir":
                continue
            for value in evaluator.values(site.call.args[0], frame) if site.call.args else ():
                start = "" if value.anchored else dirname(path) if path.endswith(".ipynb") else self._start(path)
                known = value.exact and start is not None and (value.anchored or _is_relative(value))
                whole = normal(f"{start}/{value.text()}" if start else value.text()) if known else None
                yield None if whole is None or whole.startswith("..") else whole

    def _start(self, path: str) -> str | None:
        """The folder in which commands start a program; None where they tell none, or several."""
        folders = {each.folder for each in self.resolved.evaluator.invocations.of(path)}
        return folders.pop() if len(folders) == 1 else None

    def _of_file(self, path: str) -> str | None:
        if path not in self._voted:
            self._voted[path] = self._vote(path)
        return self._voted[path]

    def _vote(self, path: str) -> str | None:
        """The folder, from the file's own up to the root, where most of what the file names exists; of equals the nearest,
        since a project in a folder of its own brings its data along."""
        votes: Counter[str] = Counter()
        for text in self._named.get(path, ()):
            for folder in (*above(path), ""):
                votes[folder] += self._says(text, folder)
        best = max(votes.values(), default=0)
        return next((folder for folder in (*above(path), "") if best and votes[folder] == best), None)

    def _says(self, text: str, folder: str) -> int:
        whole = normal(f"{folder}/{text}" if folder else text)
        if not whole or whole.startswith(".."):
            return 0
        if self.identities.exists(whole):
            return _EXISTS
        return _FITS if dirname(normal(text)) and dirname(whole) in self.identities.folders else 0

    def _of_importers(self, path: str) -> str | None:
        """The folder of all programs that import a module, as far as they tell one; of a notebook it is its own."""
        found = self._importers(path)
        return self._folders[found.bit_length() - 1] if found.bit_count() == 1 else None

    @cached_property
    def _importers(self) -> Callable[[str], int]:
        """By module the folders that the programs which import it tell, as bits that stand for `_folders`."""
        bits = {folder: 1 << number for number, folder in enumerate(self._folders)}
        said = {path: bits[folder] for path, folder in self._telling.items()}
        return self.resolved.code.importing.told(said)

    @cached_property
    def _folders(self) -> list[str]:
        return sorted(set(self._telling.values()))

    @cached_property
    def _telling(self) -> dict[str, str]:
        """The programs that tell a folder, with it."""
        notebooks = (path for path in self.resolved.code.paths if path.endswith(".ipynb"))
        told = {path: dirname(path) for path in notebooks}
        return told | {path: base for path in self._named if (base := self._of_file(path)) is not None}

    def _of_neighbours(self, path: str) -> str | None:
        """The folder above a script in which all scripts of its project around it work that tell, those of the nearest folder."""
        for folder in above(path) if not path.endswith(".ipynb") else ():
            bases = [base for base, scripts in self._scripts.get(folder, {}).items() if scripts != {path}]
            if bases:
                base = bases[0] if len(bases) == 1 else None
                return base if base in ("", *above(dirname(path))) else None
            if folder in self.identities.projects:
                break
        return None

    @cached_property
    def _scripts(self) -> dict[str, dict[str, set[str]]]:
        """The scripts that tell a folder, by the folders that they lie in and by what they tell."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for path in self._named:
            base = self._of_file(path)
            if base is not None and not path.endswith(".ipynb"):
                for folder in above(path):
                    found[folder][base].add(path)
        return found


def _is_relative(value: Value) -> bool:
    text = value.text()
    return bool(value.exact and text and not value.anchored and not is_uri(text) and not is_absolute(text))
