"""Change sets from `git log --raw`: no contents are needed, so clones without blobs answer too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from sys import intern

import msgspec

from auditor.model.changes import Change, Commit, History
from auditor.model.regex import regex
from auditor.tree.git import GitError, Objects
from auditor.tree.names import display

FORMAT = "%H%x00%ct%x00%ae%x00%an%x00%s%x00%P%x00%cI"
LOG = ("log", "--raw", "-z", "-M100%", "--no-abbrev", "--root", "--no-ext-diff", "--no-textconv", "--encoding=UTF-8")
MAX_SUBJECT = 200
# Forges write `[bot]`; the others are services that commit under names of their own.
BOTS = regex(
    r"\[bot\]|^(dependabot|renovate|greenkeeper|pyup|snyk|imgbot|allcontributors|mergify|pre-commit-ci|github[ -]actions?|action@github\.com|"
    r"gitlab-ci|semantic-release|release-please|codecov|deepsource|sourcery-ai|copybara|weblate)\b|[-_.](ro)?bot(@|$)|^(bot|ci|jenkins)(@|$)",
    re.I,
)
NAMED = regex(r"[-_]ci$", re.I)  # only in names: addresses end so for people too (marie.ci@school.fr)


def read_history(objects: Objects, commit: str, *, state: str, limit: int, folder: str = "") -> History:
    """The newest `limit` non-merge commits that lead to `commit`, newest first; renames only where contents are equal.

    With `folder`, only what changed below it, by paths relative to it. A history that cannot be read to its end
    because commits or trees are missing is `partial` and empty.
    """
    words = (*LOG, "--no-merges", f"--max-count={limit}", f"--format={FORMAT}")
    scope = [f"--relative={folder}/", commit, "--", folder] if folder else ["--no-relative", commit, "--"]
    try:
        output = objects.run(*words, *scope)
    except GitError:  # an object that the walk needs is not here
        return History("partial")
    return History(state, tuple(numbered(Log().read(output))))


class Logged(msgspec.Struct, frozen=True, gc=False):
    """A commit as the log tells it: `commit` with an author that has no number yet, whom `by` tells from others."""

    commit: Commit
    by: bytes
    parents: tuple[str, ...]
    committed: str


def numbered(logged: Iterable[Logged]) -> Iterator[Commit]:
    """Commits with their authors numbered, in the order in which they come."""
    authors: dict[bytes, int] = {}
    for each in logged:
        number, told = authors.setdefault(each.by, len(authors)), each.commit
        yield Commit(told.id, told.time, number, told.subject, told.changes, told.bot) if number else told


class Log:
    """Reads what `git log` writes; the same files change, and the same people commit, again and again."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}
        self._bots: dict[tuple[bytes, bytes], bool] = {}

    def read(self, output: bytes) -> Iterator[Logged]:
        """The commits in their order."""
        tokens = output.split(b"\0")
        position = 0
        while position + 6 < len(tokens):
            name, time, email, who, subject, parents, committed = tokens[position : position + 7]
            position += 7
            changes = []
            # Between a commit's message and its first change git writes a newline.
            while position < len(tokens) and tokens[position].lstrip(b"\n").startswith(b":"):
                change, position = _change(tokens, position, self._names)
                changes.append(change)
            seconds = int(time) if time.isdigit() else 0
            text = subject.decode("utf-8", "replace")[:MAX_SUBJECT]
            if (email, who) not in self._bots:
                self._bots[email, who] = _is_bot(email, who)
            told = Commit(name.decode("ascii").strip(), seconds, 0, text, tuple(changes), self._bots[email, who])
            yield Logged(
                told, email.strip().lower(), tuple(parents.decode("ascii").split()), committed.decode("ascii").strip()
            )


def _is_bot(email: bytes, name: bytes) -> bool:
    address, who = (word.decode("utf-8", "replace").strip() for word in (email, name))
    return any(found is not None for found in (BOTS.search(address), BOTS.search(who), NAMED.search(who)))


def _change(tokens: list[bytes], position: int, names: dict[bytes, str]) -> tuple[Change, int]:
    """The change that starts at this token, and where the next one starts."""
    _, _, _, blob, status = tokens[position].lstrip(b"\n").split(b" ")
    letter = status[:1].decode("ascii")
    path, old, used = _shown(tokens[position + 1], names), "", 2
    if letter in "RC":
        path, old, used = _shown(tokens[position + 2], names), path, 3
    return Change(path, intern(letter), blob.decode("ascii"), old), position + used


def _shown(raw: bytes, names: dict[bytes, str]) -> str:
    found = names.get(raw)
    if found is None:
        found = names[raw] = display(raw)
    return found
