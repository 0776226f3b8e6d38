"""Change sets from `git log --raw`: no contents are needed, so clones without blobs answer too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import intern

from auditor.model.changes import Change, Commit, History
from auditor.model.regex import regex
from auditor.tree.git import GitError, Objects
from auditor.tree.names import display

FORMAT = "%H%x00%ct%x00%ae%x00%an%x00%s"
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
    words = ["log", "--raw", "-z", "-M100%", "--no-abbrev", "--no-merges", "--root", "--no-ext-diff", "--no-textconv"]
    words += ["--encoding=UTF-8", f"--max-count={limit}", f"--format={FORMAT}"]
    scope = [f"--relative={folder}/", commit, "--", folder] if folder else ["--no-relative", commit, "--"]
    try:
        output = objects.run(*words, *scope)
    except GitError:  # an object that the walk needs is not here
        return History("partial")
    return History(state, tuple(_commits(output.split(b"\0"))))


def _commits(tokens: list[bytes]) -> Iterator[Commit]:
    authors: dict[bytes, int] = {}
    names: dict[bytes, str] = {}  # the same files change again and again
    position = 0
    bots: dict[tuple[bytes, bytes], bool] = {}
    while position + 4 < len(tokens):
        name, time, email, who, subject = tokens[position : position + 5]
        position += 5
        changes = []
        # Between a commit's message and its first change git writes a newline.
        while position < len(tokens) and tokens[position].lstrip(b"\n").startswith(b":"):
            change, position = _change(tokens, position, names)
            changes.append(change)
        author = authors.setdefault(email.strip().lower(), len(authors))
        seconds = int(time) if time.isdigit() else 0
        text = subject.decode("utf-8", "replace")[:MAX_SUBJECT]
        if (email, who) not in bots:
            bots[email, who] = _is_bot(email, who)
        yield Commit(name.decode("ascii").strip(), seconds, author, text, tuple(changes), bots[email, who])


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
