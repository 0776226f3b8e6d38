"""The ends of a movement of data: files, folders and URIs that a command reads or writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from posixpath import basename, join

import msgspec

from auditor.model.facts import Word
from auditor.model.regex import regex

_REMOTE = regex(r"(?:[\w.{}-]+@(?P<host>[\w.{}-]+)|(?P<plain>[\w.{}-]{2,})):(?P<path>(?!//).*)")


class Flow(msgspec.Struct, frozen=True):
    """A file, folder or URI as written.

    `within` is the name that is written into the word where that turns out to be a folder. `kind` is `data`, or
    `report`, `script`, `config`, `code` where the command says so. `sure` is false where the command may as well write
    a log. A redirected stream stands `alone`: what else the command moves does not tell what it holds.
    """

    word: Word
    within: str = ""
    kind: str = "data"
    sure: bool = True
    alone: bool = False


class Moved(msgspec.Struct, frozen=True):
    """What one command reads and writes; `shown` files go to its output, `takes` says that its input is moved on."""

    reads: tuple[Flow, ...] = ()
    writes: tuple[Flow, ...] = ()
    shown: tuple[Flow, ...] = ()
    takes: bool = False


def flows(words: Iterable[Word], kind: str = "data") -> tuple[Flow, ...]:
    """Words as ends of a movement; `-` is a stream and none."""
    return tuple(Flow(remote(word), kind=kind) for word in words if word.text not in ("-", ""))


def copied(words: Sequence[Word], target: Word | None = None, *, contents: bool = False) -> Moved:
    """`copy a b … target`; with `contents` it is what the folders hold that goes into the target."""
    sources, target = (words[:-1], words[-1]) if target is None and words else (words, target)
    if target is None or not sources:
        return Moved()
    reads = flows(sources)
    if target.text == "-":
        return Moved(shown=reads)
    named = [Flow(remote(target), within="" if contents else name_of(source.text)) for source in sources]
    return Moved(reads, tuple(dict.fromkeys(named)), takes=any(source.text == "-" for source in sources))


def name_of(text: str) -> str:
    """The name that a file keeps when it is copied into a folder; "" for a folder's contents or a pattern."""
    text = remote(Word(text)).text
    if text.endswith(("/", "/.")) or text in (".", "-"):
        return ""
    name = basename(re.sub(r"[?#].*", "", text) if "://" in text else text)
    return "" if "*" in name else name


def joined(folder: Word | None, name: str, like: Word) -> Word:
    """A name in a folder; exact where folder and `like` are."""
    if folder is None or not folder.text:
        return Word(name, like.exact or "{" not in name)
    return Word(join(folder.text, name), folder.exact and (like.exact or "{" not in name))


def remote(word: Word) -> Word:
    """`host:path` of scp and rsync as a URI, `dbfs:/path` as programs see it; every other word as it is."""
    found = _REMOTE.fullmatch(word.text)
    if found is None:
        return word
    if found.group("plain") == "dbfs":
        return Word(f"/dbfs/{found.group('path').lstrip('/')}", word.exact)
    host, path = found.group("host") or found.group("plain"), found.group("path")
    return Word(f"ssh://{host}/{path.lstrip('/')}", word.exact)
