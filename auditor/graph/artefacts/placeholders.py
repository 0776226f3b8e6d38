"""Words that stand for what a reader has to put in: `your-bucket`, `<account>`, `path/to/data`. They name nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.model.regex import regex

HOLE = "{placeholder}"

_WORD = regex(
    r"(?:^|[-_.\s])your(?=$|[-_.\s]|[a-z]{2})(?!self)|<[^<>/]+>|^\[[^\[\]/]+\]$|^\.{3}$|^x{3,}$|^\*{3,}$"
    r"|(?:^|[-_.])(?:change|replace|fill)[-_]?(?:me|this|in|with)(?:$|[-_.])|(?:^|[-_.])(?:placeholder|todo|fixme)(?:$|[-_.])",
    re.I,
)
_HOST = regex(
    r"^(?:my|some|a|the|an|example|sample|test|dummy|foo)[-_.]?(?:s3[-_]?|gcs[-_]?)?(?:bucket|account|container|project|host|server|domain|site|endpoint|registry)(?:[-_.]?name)?$"
    r"|^(?:bucket|account|container|storage[-_]?account)(?:[-_]?name)?$",
    re.I,
)
"""Names of buckets and hosts that are nobody's."""
_FOLDERS = regex(r"^/?(?:(?:some|full|absolute|your)/)?path/to/(?=.)", re.I)


@lru_cache(maxsize=50_000)
def unfilled(text: str) -> str:
    """A path or address with a hole for each placeholder in it."""
    scheme, separator, rest = text.rpartition("://")
    if not separator:
        rest = _FOLDERS.sub(f"{HOLE}/", text)
    parts = [HOLE if _WORD.search(part) else part for part in rest.split("/")]
    if separator and _HOST.search(parts[0].partition(":")[0].rpartition("@")[2]):
        parts[0] = HOLE
    return f"{scheme}{separator}{'/'.join(parts)}"
