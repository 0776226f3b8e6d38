"""What is said of single contents, in stored form: one page a file, beside the facts in the cache.

On a page stand answers that need no trace, as what they look at is told by what they are asked of: the text of a file alone; or
that and what its imports mean; or these and its effects. So a process that meets a content again need not walk through it.
What is stored is plain data, as on a shelf; what is damaged is asked anew.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast

import msgspec

from auditor.program.kept.shelves import Store, deflated, inflated
from auditor.program.naming.names import Modules
from auditor.program.naming.said import By

log = logging.getLogger(__name__)
T = TypeVar("T")

Answers: TypeAlias = dict[str, Any]
"""Answers by question: as they were found, or as they are stored."""


class _Page(msgspec.Struct, array_like=True, gc=False):
    """`among` tells the modules, `effects` the effects of the file that answers were found by."""

    of_text: dict[str, msgspec.Raw] = {}
    among: bytes = b""
    of_imports: dict[str, msgspec.Raw] = {}
    effects: bytes = b""
    of_effects: dict[str, msgspec.Raw] = {}


_ENCODER = msgspec.msgpack.Encoder()
_PAGE = msgspec.msgpack.Decoder(_Page)


class StoredPages:
    """The pages of the files of one tree. They are had in one go, and stored in one go where something new stands on them."""

    def __init__(self, store: Store, version: str, digests: Mapping[str, bytes], modules: Modules) -> None:
        """`version` tells the code that answers, `digests` the contents of the files."""
        self._store = store
        self._version = version.encode()
        self._digests = digests
        self._modules = modules
        self.effects: Callable[[str], bytes] = lambda _path: b""
        """What tells the effects of a file; b"" where they are not stored."""
        self._held: dict[bytes, bytes] | None = None
        self._pages: dict[str, _Page] = {}
        self._said: dict[tuple[By, str], Answers] = {}
        self._new: dict[str, None] = {}
        self._readings: dict[Callable[..., object], tuple[str, Callable[[msgspec.Raw], Any]]] = {}
        """By question its name on pages, and what reads its answers: each is put to every file."""

    def ask(self, path: str, by: By, question: Callable[..., T], kind: Any, find: Callable[[], T]) -> T:
        """What the page of a file says to a question, else what is found. `kind` is the type of the answers."""
        if path not in self._digests:
            return find()
        said = self._said.get((by, path))
        if said is None:
            said = self._on_page(path, by)
        reading = self._readings.get(question)
        if reading is None:
            reading = self._readings[question] = f"{question.__module__}.{question.__name__}", _decoder(kind).decode
        name, decode = reading
        known = said.get(name)
        if type(known) is msgspec.Raw:
            try:
                return cast("T", decode(known))
            except ValueError as error:
                log.debug("what is stored of %s is damaged: %s", path, error)
        found = said[name] = find()
        self._new[path] = None
        return found

    def store(self) -> None:
        """Store the pages that have something new."""
        if self._new:
            self._store.put_many({self._key(path): self._written(path) for path in self._new})
        self._new = {}

    def _key(self, path: str) -> bytes:
        told = b"\0".join((self._version, path.encode(), self._digests[path]))
        return hashlib.blake2b(told, digest_size=16).digest()

    def _on_page(self, path: str, by: By) -> Answers:
        """What a page says that still holds."""
        found = self._said.get((by, path))
        if found is None:
            page = self._page(path)
            holds = by is By.TEXT or page.among == self._modules.digest
            if by is By.EFFECTS:
                holds = holds and page.effects != b"" and page.effects == self.effects(path)
            found = self._said[by, path] = (page.of_text, page.of_imports, page.of_effects)[by] if holds else {}
        return found

    def _page(self, path: str) -> _Page:
        found = self._pages.get(path)
        if found is None:
            if self._held is None:
                self._held = dict(self._store.get_many(map(self._key, self._digests)))
            found = self._pages[path] = _read(self._held.pop(self._key(path), None))
        return found

    def _written(self, path: str) -> bytes:
        text, imports, effects = (self._on_page(path, by) for by in By)
        told = self.effects(path)
        return deflated(_ENCODER.encode((text, self._modules.digest, imports, told, effects if told else {})))


def _read(packed: bytes | None) -> _Page:
    try:
        return _PAGE.decode(inflated(packed)) if packed is not None else _Page()
    except (ValueError, zlib.error) as error:
        log.debug("a stored page is damaged: %s", error)
        return _Page()


@cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)
