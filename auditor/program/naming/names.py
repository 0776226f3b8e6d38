"""Modules of the repository: which file an import means."""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import count
from posixpath import dirname, normpath
from typing import Any, TypeAlias, TypeVar

from auditor.model.ir import Program

T = TypeVar("T")
Question: TypeAlias = tuple[object, str]
"""What is asked, of which file."""

_NUMBERS = count(1)
_IMPORTABLE = (".py", ".pyw")
_INCLUDED = (*_IMPORTABLE, ".ipynb")
"""What a notebook may run in its own place."""


LIBRARIES = frozenset({
    "torch", "torchvision", "tensorflow", "keras", "jax", "flax", "mxnet", "paddle", "numpy", "pandas", "scipy", "sklearn", "statsmodels",
    "matplotlib", "seaborn", "plotly", "xgboost", "lightgbm", "catboost", "transformers", "mlflow", "wandb", "optuna", "ray", "dask",
    "pyspark", "airflow", "prefect", "dagster", "kfp", "sagemaker", "boto3", "requests", "flask", "fastapi", "streamlit", "gradio", "cv2",
    "openai", "langchain", "comet_ml", "neptune", "clearml",
})  # fmt: skip
"""Libraries whose name a package gives to the module that adapts it (`wrappers/torch.py`), and nobody to what a script has beside it."""


class Modules:
    """The importable files of a tree, found by what import statements say.

    Where Python would search is not written down anywhere, so the places are tried in this order: the folder of the
    importing script, its parents up to the root, their `src` folders, then, but for names of the standard library, any folder
    of the tree under which the whole dotted name exists exactly once. Within a package, the name of a well-known library is that library.
    """

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.included = frozenset(path for path in programs if path.endswith(_INCLUDED))
        self.paths = frozenset(path for path in self.included if path.endswith(_IMPORTABLE))
        self.folders = frozenset(folders_around(self.paths))
        self._roots: dict[str, list[str]] = defaultdict(list)  # first name of a module -> folders that hold it
        for path in sorted(self.paths):
            folder, _, name = path.rpartition("/")
            if name != "__init__.py":
                self._roots[name.rsplit(".", 1)[0]].append(folder)
        for folder in sorted(self.folders):
            above, _, name = folder.rpartition("/")
            if name:
                self._roots[name].append(above)
        self._holding: dict[str, frozenset[str]] = {}
        self._memo: dict[tuple[str, str], str | None] = {}
        self.said: dict[Question, tuple[Program, object, Any]] = {}
        """What questions about the imports of a program found, each with the program and what else it was found by."""
        self.number = next(_NUMBERS)
        """Tells these modules from those of all other trees."""
        self.before = 0
        """The number of the modules of the tree before; 0: there was none."""
        self.moved: frozenset[str] = frozenset()
        """The names of modules and folders in which these differ from those."""

    @cached_property
    def _owning(self) -> frozenset[str]:
        """The folders with Python of their own level."""
        return frozenset(dirname(path) for path in self.paths)

    @cached_property
    def digest(self) -> bytes:
        """Tells the paths of the modules: imports mean the same among equal ones, in whichever process."""
        return hashlib.blake2b("\0".join(sorted(self.included)).encode(errors="surrogatepass"), digest_size=16).digest()

    def fits(self, programs: Mapping[str, Program]) -> bool:
        """Whether imports mean the same among some other programs: those of the same paths."""
        return self.included == {path for path in programs if path.endswith(_INCLUDED)}

    def holds(self, name: str) -> bool:
        """Whether a module or a folder of modules has that name; what nothing is called is not of this repository."""
        return name in self._roots

    def follow(self, former: Modules) -> None:
        """Know what moved since the tree before."""
        self.before, self.moved = former.number, self.moved_from(former)

    def moved_from(self, former: Modules) -> frozenset[str]:
        """The names of modules and folders in which these differ from those of another tree: of a folder where it comes or goes
        itself, is a package only in one of them, or holds modules of its own level only in one.

        An import that has none of them in what it names, nor in the folders that it counts from if it is relative, means here
        what it meant there: whatever `file` and `resolve` ask of paths and folders is asked by such a name.
        """
        paths = self.included ^ former.included
        ends = [path.rpartition("/") for path in paths]
        packages = {folder for folder, _, name in ends if name == "__init__.py"}
        standard = (sys.stdlib_module_names | LIBRARIES) & self._roots.keys() if packages else ()
        beside = (name for name in standard if not packages.isdisjoint(self._roots[name]))
        folders = packages | (self.folders ^ former.folders) | (self._owning ^ former._owning)
        stems = (name.rpartition(".")[0] for _, _, name in ends)
        return frozenset((*stems, *beside, *(folder.rpartition("/")[2] for folder in folders)))

    def known(self, question: Question, program: Program, by: object, find: Callable[[], T]) -> T:
        """The answer of a question about a program, its imports, and what else it is found by, from before while they are the same."""
        found = self.said.get(question)
        if found is None or found[0] is not program or found[1] is not by:
            found = self.said[question] = (program, by, find())
        answer: T = found[2]
        return answer

    def file(self, base: str, dotted: str) -> str | None:
        """The file or package folder that `dotted` means under the folder `base`; a folder ends with a slash."""
        path = dotted.replace(".", "/")
        path = f"{base}/{path}" if base and path else base or path
        if "//" in path or path[:1] == "/" or path[-1:] == "/":  # dots that divide nothing
            path = "/".join(part for part in path.split("/") if part)
        if f"{path}.py" in self.paths:
            return f"{path}.py"
        if f"{path}/__init__.py" in self.paths:
            return f"{path}/__init__.py"
        return f"{path}/" if path in self.folders else None

    def resolve(self, importer: str, dotted: str, level: int) -> str | None:
        """The file that an import in `importer` means, or None when it is not of this repository."""
        folder = importer.rpartition("/")[0]
        if dotted.startswith("./"):
            return self._run(folder, dotted)
        if level:
            for _ in range(level - 1):
                folder = folder.rpartition("/")[0]
            if not dotted:
                init = f"{folder}/__init__.py" if folder else "__init__.py"
                return init if init in self.paths else f"{folder}/"
            return self.file(folder, dotted)
        key = (folder, dotted)
        if key not in self._memo:
            self._memo[key] = self._absolute(folder, dotted)
        return self._memo[key]

    def _run(self, folder: str, path: str) -> str | None:
        """The program that a `%run` in a program of this folder means; its suffix may be left out.

        A program that is run so itself counts from the folder of the first, which is found above where the path names a folder.
        """
        plain = normpath(path)
        for base in _upwards(folder) if "/" in plain.lstrip("./") else (folder,):
            target = normpath(f"{base}/{plain}") if base else plain
            for suffix in ("", *_INCLUDED):
                if target + suffix in self.included:
                    return target + suffix
        return None

    def _absolute(self, folder: str, dotted: str) -> str | None:
        first = dotted.partition(".")[0]
        holders = self._roots.get(first)
        if not holders:
            return None
        known = self._holding.get(first)
        if known is None:
            known = self._holding[first] = frozenset(holders)
        standard = first in sys.stdlib_module_names
        foreign = standard or first in LIBRARIES
        for base in _upwards(folder):
            for place in (base, f"{base}/src" if base else "src"):
                # In a package the module beside is no other than `.logging`.
                if place in known and not (foreign and f"{place}/__init__.py" in self.paths):
                    found = self.file(place, dotted)
                    # A folder without any Python of its own level is no evidence against a library of that name.
                    if found and not (found.endswith("/") and place != folder and not self._owns(found)):
                        return found
        if standard:  # nobody needs to have a folder of the tree on the path to import it
            return None
        if foreign:
            holders = [base for base in holders if f"{base}/__init__.py" not in self.paths]
        installed = [base for base in holders if base.endswith("/src")]  # what lies there is meant to be imported so
        if "." in dotted or len(holders) == 1 or installed:
            among = holders if "." in dotted or len(holders) == 1 else installed
            matches = [found for base in among if (found := self.file(base, dotted)) and not found.endswith("/")]
            if len(matches) == 1 and self._plausible(matches[0], first):
                return matches[0]
        return None

    def _owns(self, folder: str) -> bool:
        return folder.rstrip("/") in self._owning

    @staticmethod
    def _plausible(path: str, first: str) -> bool:
        """A far-away match counts only when the file does not sit in a test or example tree."""
        return not any(
            part in {"tests", "test", "examples", "docs"} for part in path.split("/")[:-1]
        ) and first not in {
            "utils",
            "config",
            "test",
            "tests",
        }


def parts_of(module: str) -> tuple[str, ...]:
    """The names on the way to a module, or to the file that a `%run` names with its suffix or without."""
    parts = module.split("/") if module.startswith("./") else module.split(".")
    return (*parts, parts[-1].rpartition(".")[0])


def _upwards(folder: str) -> Iterable[str]:
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""


def folders_around(paths: Iterable[str]) -> set[str]:
    """The folders around some files, the root left out."""
    found: set[str] = set()
    for path in paths:
        folder = dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = dirname(folder)
    return found
