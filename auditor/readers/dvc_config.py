""".dvc/config: the remotes of a DVC repository."""

from __future__ import annotations

import re

from auditor.language.credentials import MASK, is_secret_name, mask
from auditor.language.ini import read_ini
from auditor.language.node import ABSENT
from auditor.model.facts import Facts, Leaf, Storage
from auditor.readers.contract import Reader, over_text


def read(text: str) -> Facts:
    """A storage per remote; options as leaves, secrets masked."""
    document, troubles = read_ini(text)
    root = document or ABSENT
    default = _plain(root.get("core").get("remote").raw)
    storages = []
    leaves = []
    for section, options in root.items():
        name = section.removeprefix("remote ").strip().strip("\"'")
        if section.startswith("remote "):
            url = options.get("url")
            storages.append(Storage(name, mask(_plain(url.raw)), "dvc", root.line_of(section), default=name == default))
        for key, option in options.items():
            value = MASK if is_secret_name(key) and option.raw else mask(_plain(option.raw))
            leaves.append(Leaf(f"{section}.{key}", value, "str", option.line))
    return Facts(
        kind="dvc-config", storages=tuple(storages), leaves=tuple(leaves), attrs=(("tool", "dvc"),), troubles=troubles
    )


def _plain(value: str) -> str:
    """A value without the comment behind it, which DVC allows, and without quotes."""
    return re.sub(r"\s+#.*$", "", value).strip().strip("\"'")


READER = Reader(name="dvc-config", names=("*/.dvc/config", "*/.dvc/config.local"), read=over_text(read))
