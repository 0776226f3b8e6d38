"""What leaves the house: e-mail addresses and absolute paths become neutral words, on request the names of files too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

from auditor.model.audit import Audit
from auditor.model.regex import regex

LEVELS = ("default", "strict", "none")

_MAIL = regex(r"(?<![\w.+-])(?!git@)[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_ENDINGS = (
    "py|pyw|ipynb|csv|tsv|parquet|json|jsonl|ya?ml|toml|cfg|ini|txt|md|pkl|joblib|h5|pt|pth|onnx|xlsx?|sql|sh|r|db|npz?|lock|dvc|html"
)  # fmt: skip
_PATH = regex(rf"(?:[\w.~{{}}$*+-]+/)+[\w.{{}}$*+-]*\w|(?<![\w/@.])[\w-]+\.(?:{_ENDINGS})\b", re.I)
_UNTOUCHED = frozenset({
    "schema", "versions", "rules", "severity", "rule", "state", "fingerprint", "context", "id_", "blurbs", "references", "settings",
})  # fmt: skip
"""Fields that hold words of auditor, not of the target."""


class Redacted(msgspec.Struct, frozen=True):
    """The audit as it may leave the house, and the key from the new names to the old (`strict` alone makes one)."""

    audit: Audit
    key: dict[str, str]


def redacted(audit: Audit, level: str = "default") -> Redacted:
    """The audit without what names people and machines; with `strict` also without code and without names of files.

    Secrets never get as far as here: readers take them out. Equal texts become equal words, so that the report stays whole.
    """
    if level == "none":
        return Redacted(audit, {})
    people = _Names("person {}")
    home = audit.target.path.rstrip("/")
    files = _Names("file-{}")
    known = _paths(audit) if level == "strict" else frozenset()
    if level == "strict":
        audit = msgspec.structs.replace(
            audit,
            excerpts=(),
            target=msgspec.structs.replace(audit.target, remote=None, name="the audited repository"),
            findings=tuple(msgspec.structs.replace(finding, snippet="") for finding in audit.findings),
        )

    def renamed(match: re.Match[str]) -> str:
        path = match.group()
        return _renamed(path, files) if path in known or "." in path.rpartition("/")[2][1:] else path

    def clean(text: str) -> str:
        if home.startswith("/") and len(home) > 1 and home in text:
            text = audit.target.name if text == home else text.replace(home + "/", "").replace(home, audit.target.name)
        if "@" in text:
            text = _MAIL.sub(lambda match: people.of(match.group()), text)
        return _PATH.sub(renamed, text) if level == "strict" else text

    plain = _walked(msgspec.to_builtins(audit), clean)
    return Redacted(msgspec.convert(plain, Audit), {name: old for old, name in files.known.items()})


def key_text(found: Redacted) -> str:
    """The key as JSON, for a file of its own."""
    return json.dumps(found.key, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _paths(audit: Audit) -> frozenset[str]:
    """The files and folders that an audit names as such."""
    found = {finding.place.path for finding in audit.findings}
    found |= {spot.path for finding in audit.findings for spot in finding.related}
    found |= {node.path for node in audit.system_map.nodes if node.path}
    found |= {component.root for component in audit.components} | {problem.path for problem in audit.problems}
    return frozenset(path for path in found if path not in ("", "."))


class _Names:
    """New names for old ones, in the order in which they come up."""

    def __init__(self, form: str) -> None:
        self._form = form
        self.known: dict[str, str] = {}

    def of(self, old: str) -> str:
        return self.known.setdefault(old, self._form.format(len(self.known) + 1))


def _renamed(path: str, files: _Names) -> str:
    """A neutral name with the ending of the old one, by which its kind shows."""
    name = path.rpartition("/")[2]
    ending = name[name.rindex(".") :] if "." in name[1:] else ""
    if path in files.known:
        return files.known[path]
    files.known[path] = f"file-{len(files.known) + 1}{ending}"
    return files.known[path]


def _walked(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): item if key in _UNTOUCHED else _walked(item, clean) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_walked(item, clean) for item in value]
    return value
