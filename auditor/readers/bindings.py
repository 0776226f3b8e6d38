"""gin, HOCON and Java properties as leaves."""

from __future__ import annotations

import re

from auditor.language.bindings import read_gin, read_properties
from auditor.language.credentials import mask
from auditor.language.document import leaves
from auditor.language.hocon import read_hocon
from auditor.model.facts import Facts, Ref
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

_HOCON = regex(rb"^\s*[\w.\"-]+\s*(?:\{|[=:]\s*[\[{]?)", re.MULTILINE)
_NOT_HOCON = regex(rb";\s*$|^\s*<|^\s*\[[\w.: -]+\]\s*$", re.MULTILINE)


def read_gin_config(text: str) -> Facts:
    """Bindings by their full name; included files as references."""
    root, included = read_gin(text)
    references = tuple(Ref(mask(path), "config", "include", 0) for path in included)
    return Facts(kind="config", leaves=leaves(root), references=references, attrs=(("format", "gin"),))


def read_hocon_config(text: str) -> Facts:
    """Leaves of a HOCON document; included files as references."""
    root, included, troubles = read_hocon(text)
    references = tuple(Ref(mask(path), "config", "include", 0) for path in included)
    return Facts(
        kind="config", leaves=leaves(root), references=references, attrs=(("format", "hocon"),), troubles=troubles
    )


def read_property_file(text: str) -> Facts:
    """Properties, secrets masked."""
    return Facts(kind="config", leaves=leaves(read_properties(text)), attrs=(("format", "properties"),))


def _is_hocon(data: bytes) -> bool:
    """Whether a `.conf` file looks like HOCON: servers have formats of their own under that suffix."""
    head = data[:8_192]
    return b"{" in head and bool(_HOCON.search(head)) and not _NOT_HOCON.search(head)


GIN = Reader(name="gin", names=("*.gin",), read=over_text(read_gin_config))
HOCON = Reader(name="hocon", names=("*.hocon",), read=over_text(read_hocon_config))
CONF = Reader(name="hocon", names=("*.conf",), read=over_text(read_hocon_config), sniff=_is_hocon)
PROPERTIES = Reader(name="properties", names=("*.properties",), read=over_text(read_property_file))
