"""What git-annex writes where the content of a file would be: a link into its store, or a file that says the same."""

from __future__ import annotations

from auditor.language.credentials import mask
from auditor.model.facts import Pin
from auditor.model.regex import regex

STORE = "annex/objects/"

_KEY = regex(r"(?:/|(?:\.\./)*\.git/)annex/objects/(?:[^/\n]+/)*([A-Z][A-Z0-9_]*)((?:-[A-Za-z]\d{1,18})*)--(\S+)\s*")
_HASHED = regex(r"(?:MD5|SHA\d+|SHA[23]_\d+|SKEIN\d+|BLAKE2\w+?)E?")
_SIZE = regex(r"-s(\d+)")


def annexed(text: str) -> Pin | None:
    """The content that a link's target, or the text of a pointer file, stands for; None where it is neither.

    The key of a content ends in its digest; one of the backends that do not look at contents (`URL`, `WORM`) is a name that
    the store gives once.
    """
    key = _KEY.fullmatch(text)
    if key is None:
        return None
    backend, fields, name = key.groups()
    size = _SIZE.search(fields)
    hashed = _HASHED.fullmatch(backend) is not None
    id_ = f"{backend.lower()}:{name.partition('.')[0] if hashed else mask(name)[:200]}"
    return Pin("", "content-hash" if hashed else "immutable-id", id_, 1, int(size[1]) if size else -1)
