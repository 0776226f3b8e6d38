"""Which files of the tree the words of a command mean, seen from where the command stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from posixpath import join

import msgspec

from auditor.model.facts import Word
from auditor.model.regex import regex
from auditor.program.naming.code import Code
from auditor.program.naming.names import folders_around
from auditor.program.running.grounds import UNKNOWN, Ground, placed, unclone
from auditor.program.running.looking import Looking
from auditor.program.symbolic.values import covers, is_absolute, is_uri, normal

MOST_TARGETS = 50  # files that a pattern on a command line stands for

_GLOB_HOLE = regex(r"\{\*+\}")
_GLOBBED = frozenset({"py", "ipynb", "sh"})
_NO_PROGRAMS = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".md", ".rst", ".txt", ".csv", ".html", ".png", ".lock", ".env", ".sql")  # fmt: skip


class Stand(msgspec.Struct, frozen=True):
    """Where and how the words of one command stand."""

    folder: str
    ground: Ground
    environment: tuple[tuple[str, str], ...] = ()
    body: str = ""
    depth: int = 0
    runner: str = ""

    def entered(self, further: str | None) -> Stand:
        """The same in a folder below, or in one that is not known."""
        if not further:
            return self
        return msgspec.structs.replace(self, folder=UNKNOWN if "{" in further else normal(join(self.folder, further)))


class Files:
    """The files of a tree, asked for by the words of commands; `looking` notes which."""

    def __init__(self, tree: frozenset[str], code: Code, looking: Looking) -> None:
        self.looking = looking
        self.tree = looking.among(tree)
        self.folders = looking.among(folders_around(tree))
        self.facts = code.files
        self._modules = code.modules
        self._started: dict[tuple[object, ...], tuple[str | None, set[str]]] = {}

    def find(self, word: Word, stand: Stand) -> str | None:
        """The file that a word means."""
        text = word.text
        anchored = placed(text, stand.ground.base, stand.ground.here)
        if anchored is not None and "{" not in anchored:
            return anchored if anchored in self.tree else None
        if not word.exact or "{" in text or is_uri(text) or text.startswith("~"):
            return None
        if stand.folder == UNKNOWN and not is_absolute(text):
            return self._named.only(normal(text))
        whole = normal(join(stand.folder, text))
        path = stand.ground.inside(whole) if is_absolute(whole) else whole
        if path is not None and path not in self.tree:
            path = unclone(path, stand.ground)
        return path if path in self.tree else None

    def in_workspace(self, word: Word, stand: Stand) -> str | None:
        """The notebook or program that a path of a Databricks workspace means: it has no suffix there, and an absolute one begins
        with the folder that the repository was copied to, as far up as nobody can tell."""
        if not word.exact or is_uri(word.text):
            return None
        if is_absolute(word.text):
            parts = word.text.strip("/").split("/")
            ways = ["/".join(parts[start:]) for start in range(1, len(parts))]
        else:
            ways = [normal(join(base, word.text)) for base in dict.fromkeys((stand.ground.here, "")) if base != UNKNOWN]
        named = (way + suffix for way in ways for suffix in ("", ".py", ".ipynb"))
        return next((path for path in named if path in self.tree and self.kind(path) in ("script", "notebook")), None)

    def matching(self, word: Word, stand: Stand) -> list[str]:
        """The files that a glob means; none where another hole is in it, or where it says too little."""
        text = normal(join(stand.folder, word.text)) if "{" not in stand.folder else ""
        suffix = text.rpartition(".")[2]
        if "*" not in text or "{" in _GLOB_HOLE.sub("", text) or text.startswith("..") or is_absolute(text):
            return []
        found = [path for path in self._named.suffixed(suffix) if covers(text, path)] if suffix in _GLOBBED else []
        return found if len(found) <= MOST_TARGETS else []

    def absent(self, word: Word, stand: Stand) -> bool:
        """Whether a word surely names a file of the tree that is not there."""
        plain = word.exact and "*" not in word.text and not is_uri(word.text)
        return plain and not is_absolute(join(stand.folder, word.text)) and not stand.folder.startswith(("..", "{"))

    def kind(self, path: str) -> str:
        """How a file of the tree, which was found by its name, is run: a kind of `Run`."""
        facts = self.facts.get(path)
        if path.endswith(".ipynb"):
            return "notebook"
        if path.endswith((".py", ".pyw")) or (facts is not None and facts.program is not None):
            return "script"
        if path.endswith((".sh", ".bash")) or (facts is not None and facts.kind == "shell"):
            return "shell"
        return "tool" if path.endswith(_NO_PROGRAMS) else "foreign"

    # --- modules ---

    def started_module(self, dotted: str, stand: Stand) -> str | None:
        """The file that `python -m` runs: of a package its `__main__`."""
        if is_absolute(stand.folder):  # what lies there hangs on all of the ground
            return self._started_module(dotted, stand)
        key = (dotted, self._search_path(stand))
        if key not in self._started:  # the rounds of a loop are as many commands
            with self.looking.noted() as names:
                self._started[key] = self._started_module(dotted, stand), names
        found, by = self._started[key]
        self.looking.again(by)
        return found

    def _started_module(self, dotted: str, stand: Stand) -> str | None:
        for base in self._search_path(stand):
            found = self._module(base, dotted)
            main = f"{found.removesuffix('__init__.py')}__main__.py" if found is not None else ""
            if found is not None and found.endswith(("/", "__init__.py")) and main in self.tree:
                return main
            if found is not None and not found.endswith("/"):
                return found
        place = dotted.replace(".", "/")
        installed = self._named.only(f"{place}/__main__.py") or ("." in dotted and self._named.only(f"{place}.py"))
        return self._contained_module(dotted, stand) or installed or None

    def imported_module(self, dotted: str, stand: Stand) -> str | None:
        """The file of a module that a server imports."""
        return self._contained_module(dotted, stand) or self.module_below(dotted, self._search_path(stand))

    def module_below(self, dotted: str, bases: Sequence[str]) -> str | None:
        """The file of a module in the first of some folders that has it."""
        found = (self._module(base, dotted) for base in dict.fromkeys(bases))
        return next((path for path in found if path is not None and not path.endswith("/")), None)

    def declared_module(self, dotted: str, folder: str) -> str | None:
        """The file of a module that a package in a folder names: below it, else where an import would find it."""
        bases = (folder, f"{folder}/src".lstrip("/"), "", "src")
        found = self.module_below(dotted, bases) or self._modules.resolve("", dotted, 0)  # looked for by the same names
        return found if found is not None and not found.endswith("/") else None

    def _module(self, base: str, dotted: str) -> str | None:
        self.looking.for_module(base, dotted)
        return self._modules.file(base, dotted)

    def _contained_module(self, dotted: str, stand: Stand) -> str | None:
        """The file of a module in the working folder of a container."""
        if not is_absolute(stand.folder):
            return None
        place = join(stand.folder, dotted.replace(".", "/"))
        for path in (f"{place}.py", f"{place}/__main__.py", f"{place}/__init__.py"):
            found = stand.ground.inside(normal(path))
            if found in self.tree:
                return found
        return None

    @staticmethod
    def _search_path(stand: Stand) -> tuple[str, ...]:
        """The folders in which Python looks for modules: the working folder, PYTHONPATH, where packages lie."""
        own = stand.ground.inside(stand.folder) if is_absolute(stand.folder) else stand.folder
        own = "" if own is None or own == UNKNOWN else unclone(own, stand.ground)
        given = next((value for name, value in reversed(stand.environment) if name == "PYTHONPATH"), "")
        named = [normal(join(own, part)) for part in given.split(":") if part and "{" not in part]
        return tuple(dict.fromkeys((own, *named, f"{own}/src".lstrip("/"), *stand.ground.others, "", "src")))

    @cached_property
    def _named(self) -> _Names:
        return _Names(self.tree, self.looking)


class _Names:
    """Files by name and by suffix."""

    def __init__(self, tree: frozenset[str], looking: Looking) -> None:
        self._looking = looking
        self._named: dict[str, list[str]] = defaultdict(list)
        self._suffixed: dict[str, list[str]] = defaultdict(list)
        for path in sorted(tree):
            name = path.rpartition("/")[2]
            self._named[name].append(path)
            self._suffixed[name.rpartition(".")[2]].append(path)

    def only(self, text: str) -> str | None:
        """The one file that a path seen from an unknown folder can mean."""
        name = text.rpartition("/")[2]
        if text.startswith("..") or name == "setup.py":
            return None  # every package has one, those that a command has just fetched too
        self._looking.for_file(name)
        found = [path for path in self._named.get(name, ()) if path == text or path.endswith(f"/{text}")]
        return found[0] if len(found) == 1 else None

    def suffixed(self, suffix: str) -> list[str]:
        """Files with a suffix, by path."""
        self._looking.for_file(f"*.{suffix}")
        return self._suffixed.get(suffix, [])
