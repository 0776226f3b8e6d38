"""Where the commands of a text start: the folders that its relative paths are seen from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname, join, relpath

import msgspec

from auditor.model.facts import Command, Word
from auditor.model.regex import regex
from auditor.program.running.images import Image
from auditor.program.symbolic.values import is_absolute, is_uri, normal

UNKNOWN = "{cwd}"
"""A working folder that is not known."""

_UTILITY = regex(
    r"(?:\.?(?:scripts?|bin|tools?|ci|hack|build|devops|deploy|ops|shell|sh|jobs?|slurm|run|\w+_scripts?|github|circleci|devcontainer))"
)
_FOLDER_HOLE = regex(r"\{(here|root|start)\}")
_ANCHOR = regex(r"\{(?:here|root|start)\}(?:/[^\s:,;={}]*)?")


class Ground(msgspec.Struct, frozen=True):
    """Where commands start: in `base`, or in one of `others` where base holds no such file.

    `here` is the folder of the text. `image` says what of the repository lies where inside a container; `mounts` are
    pairs of a folder inside and a folder of the repository. `clones` are folders that hold the repository itself.
    """

    base: str = ""
    here: str = ""
    others: tuple[str, ...] = ()
    image: Image | None = None
    mounts: tuple[tuple[str, str], ...] = ()
    clones: frozenset[str] = frozenset()

    def folders(self) -> tuple[str, ...]:
        """All folders that commands may start in, the likeliest first."""
        return tuple(dict.fromkeys((self.base, *self.others)))

    def inside(self, path: str) -> str | None:
        """The path of the repository that an absolute path inside the container means."""
        for mount, folder in self.mounts:
            if path == mount or path.startswith(f"{mount.rstrip('/')}/"):
                return normal(f"{folder}/{path[len(mount) :]}") if folder else normal(path[len(mount) :].lstrip("/"))
        return self.image.locate(path) if self.image is not None else None


def folder_of(command: Command, base: str, ground: Ground) -> str:
    """The working folder of a command of a text that starts in `base`; absolute, or `{cwd}`, where it is not in the tree."""
    if command.cwd is None:
        return UNKNOWN
    if command.cwd.partition("/")[0] in ground.clones:
        return normal(command.cwd)  # wherever the repository was cloned into
    text = placed(command.cwd, base, ground.here)
    return normal(text if text is not None else join(base, command.cwd))


def unclone(path: str, ground: Ground) -> str:
    """A path without the folder that a clone of the repository lies in."""
    first, _, rest = path.partition("/")
    return rest if first in ground.clones else path


def placed(text: str, base: str, here: str) -> str | None:
    """A path that begins with a known folder, seen from the root of the repository; None for any other."""
    found = _FOLDER_HOLE.match(text)
    if found is None:
        return None
    folder = {"here": here, "root": "", "start": base}[found.group(1)]
    rest = text[found.end() :]
    return normal(f"{folder}{rest}" if folder else rest.lstrip("/"))


def seen_from(word: Word, folder: str, base: str, here: str) -> Word:
    """A word whose known folders are written relative to the working folder."""

    def seen(found: re.Match[str]) -> str:
        path = placed(found.group(), base, here)
        if path is None or path.startswith(("..", "{")) or is_absolute(path):
            return found.group()
        relative = relpath(path or ".", folder or ".")
        return relative if found.group() == word.text or relative.startswith(".") else f"./{relative}"

    text = _ANCHOR.sub(seen, word.text)
    return Word(text, "{" not in text) if text != word.text else word


def upwards(folder: str) -> Iterator[str]:
    """A folder and all above it."""
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""


def likely(path: str, commands: Iterable[Command], tree: frozenset[str]) -> tuple[str, ...]:
    """The folders that a script may be started in, the likeliest first: where most of what it names exists.

    Among equals a script is started from where it lies, or from above a folder that only holds scripts.
    """
    own = dirname(path)
    folders = list(upwards(own))
    if own and _UTILITY.fullmatch(own.rpartition("/")[2].lower()):
        folders = [*folders[1:2], own, *folders[2:]]
    # The rounds of a loop are as many commands of mostly the same words.
    words = {word for command in commands if command.cwd == "" for word in command.words[:40]}
    named = {word.text for word in words if _names_file(word)}
    there = {folder: sum(normal(join(folder, text)) in tree for text in named) for folder in folders}
    return tuple(sorted(folders, key=lambda folder: -there[folder]))


def _names_file(word: Word) -> bool:
    text = word.text
    return word.exact and not is_absolute(text) and not is_uri(text) and re.search(r"/|\.\w{1,6}$", text) is not None
