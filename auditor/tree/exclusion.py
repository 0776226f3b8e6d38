"""Which files are not the work of the repository's authors: by the names of their folders and by their own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from auditor.model.listing import Excluded
from auditor.model.regex import regex

VENDORED = frozenset(
    [
        "vendor",
        "vendors",
        "vendored",
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "3rd_party",
        "externals",
        "_vendor",
    ]
)
INSTALLED = frozenset(["node_modules", "bower_components", "jspm_packages", "site-packages"])
ENVIRONMENT = frozenset({
    ".venv", ".tox", ".nox", ".eggs", ".direnv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    ".pytype", ".hypothesis", ".ipynb_checkpoints", ".terraform", ".git", ".hg", ".svn", ".bzr",
})  # fmt: skip
ENVIRONMENT_NAMES = frozenset(["venv", "env", "ENV", "virtualenv", ".env", ".virtualenv"])  # only if they hold one
# data/vendor is where a vendor's data lies, docs/third-party what the authors write of others.
OWN = frozenset(["data", "datasets", "dataset", "docs", "doc"])
DVC_PRIVATE = frozenset(("cache", "tmp"))
SAID = ".auditor/"
"""What people and this tool say of findings: that names files of the repository, and uses none of them."""
GENERATED_FOLDER = regex(r"\.egg-info$")
GENERATED_NAME = regex(r"(_pb2(_grpc)?\.pyi?|\.min\.(js|css)|\.(js|css)\.map)$")
DISTRIBUTION = regex(r"\.(whl|egg|tar\.gz|zip)$")


class Tally:
    """Counts what is left out, by reason, with the first example in path order, and knows where it lies."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, str]] = {}
        self._unread: set[str] = set()

    def add(self, reason: str, path: str, files: int = 1, root: str = "") -> None:
        """Notes `files` files at or below this path; all below `root`, if it is given, is left out."""
        count, example = self._rows.get(reason, (0, path))
        self._rows[reason] = (count + files, min(example, path))
        if reason != "ignored":  # what git does not keep is no part of the target
            self._unread.add(root or path.rstrip("/"))

    def unread(self) -> tuple[str, ...]:
        """The folders and files of the target that are left out, in path order."""
        return tuple(sorted(self._unread))

    def rows(self) -> tuple[Excluded, ...]:
        """The counts, by reason."""
        return tuple(Excluded(reason, *row) for reason, row in sorted(self._rows.items()))


class Exclusion:
    """Decides by path. `environments` are the folders that were seen to hold a Python environment."""

    def __init__(self, environments: frozenset[str]) -> None:
        self._environments = environments
        self._folders: dict[str, str | None] = {"": None}

    def reason(self, path: str) -> str | None:
        """Why a file is left out, None if it is not."""
        folder, _, name = path.rpartition("/")
        return self.folder_reason(folder) or self._name_reason(folder, name)

    def folder_reason(self, folder: str) -> str | None:
        """Why all below a folder is left out, None if it is not."""
        ask: list[str] = []
        while folder not in self._folders:
            ask.append(folder)
            folder = folder.rpartition("/")[0]
        reason = self._folders[folder]
        for below in reversed(ask):
            reason = reason or self._own_reason(below)
            self._folders[below] = reason
        return reason

    def root(self, path: str) -> str:
        """The topmost folder on the way to a file below which all is left out; "" for none."""
        parts = path.split("/")[:-1]
        ways = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        return next((folder for folder in ways if self.folder_reason(folder)), "")

    def _own_reason(self, folder: str) -> str | None:
        parent, _, name = folder.rpartition("/")
        above = parent.rpartition("/")[2]
        if name in ENVIRONMENT or folder in self._environments or (above == ".dvc" and name in DVC_PRIVATE):
            return "environment"
        if name in INSTALLED:
            return "vendored"
        if name in VENDORED and OWN.isdisjoint(parent.split("/")):
            return "vendored"
        if GENERATED_FOLDER.search(name) or (above == "build" and (name == "lib" or name.startswith("bdist."))):
            return "generated"
        return None

    def _name_reason(self, folder: str, name: str) -> str | None:
        if f"{folder}/".startswith(SAID):  # asked of its files alone, not of the folder: they are read
            return "environment"
        if _is_generated(name):
            return "generated"
        if folder.rpartition("/")[2] == "dist" and DISTRIBUTION.search(name) and OWN.isdisjoint(folder.split("/")):
            return "generated"
        return None


@lru_cache(maxsize=100_000)  # a history asks of the same files at each of its points
def _is_generated(name: str) -> bool:
    return GENERATED_NAME.search(name) is not None


def environments(paths: Iterable[str]) -> frozenset[str]:
    """Folders that hold a Python environment, by its marks."""
    found = set()
    for path in paths:
        if path.endswith("/pyvenv.cfg"):
            found.add(path[: -len("/pyvenv.cfg")])
        elif path.endswith(("/bin/activate", "/Scripts/activate", "/conda-meta/history")):
            folder = path.rsplit("/", 2)[0]
            if folder.rpartition("/")[2] in ENVIRONMENT_NAMES or path.endswith("history"):
                found.add(folder)
    return frozenset(found - {""})
