"""Plain configuration: YAML, TOML, JSON, INI and dotenv files as leaves."""

from __future__ import annotations

from auditor.language.document import leaves
from auditor.language.ini import read_dotenv, read_ini
from auditor.language.json import read_json
from auditor.language.node import Node
from auditor.language.toml import read_toml
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Leaf, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

MAX_JSON = 300_000  # bytes; a larger JSON file is data
MAX_YAML = 2_000_000
MIN_RECORDS = 20  # elements that are objects from which a JSON list is data

_PACKAGE = regex(r"(?:\s*#.*\n)*?\s*#\s*@package:?\s+(\S+)")
"""The header by which a Hydra configuration says where its content goes."""
_MARKS = {
    "apiVersion": "kubernetes",
    "openapi": "openapi",
    "swagger": "openapi",
}


def read_yaml_config(text: str) -> Facts:
    """Leaves of all documents of a YAML file; those of further documents begin with `#1.`, `#2.`, …"""
    if len(text) > MAX_YAML:
        return Facts(kind="config", attrs=_attrs("yaml"), troubles=(_too_large(),))
    documents, duplicates, troubles = read_yaml(text)
    found: list[Leaf] = []
    for number, document in enumerate(documents):
        found += leaves(document, prefix=f"#{number}" if number else "")
    package = _PACKAGE.match(text)
    marks = [("tool", _MARKS[key]) for document in documents[:1] for key in document.entries if key in _MARKS]
    return Facts(
        kind="config",
        leaves=tuple(found),
        duplicates=duplicates,
        attrs=_attrs("yaml") + tuple(marks[:1]) + ((("package", package[1]),) if package else ()),
        troubles=troubles,
    )


def read_toml_config(text: str) -> Facts:
    """Leaves of a TOML file."""
    return _of(read_toml(text), "toml")


def read_json_config(data: bytes) -> Facts:
    """Leaves of a JSON file; none of one that is data: large, or a list of records."""
    if len(data) > MAX_JSON:
        return Facts(kind="data", attrs=_attrs("json"), lines=data.count(b"\n") + 1)
    return _SMALL_JSON(data)


def _read_small_json(text: str) -> Facts:
    document, troubles = read_json(text)
    if document is not None and _is_data(document):
        return Facts(kind="data", attrs=_attrs("json"), columns=_columns(document))
    return _of((document, troubles), "json")


_SMALL_JSON = over_text(_read_small_json)


def read_ini_config(text: str) -> Facts:
    """Leaves of an INI file: `section.option`."""
    return _of(read_ini(text), "ini")


def read_dotenv_config(text: str) -> Facts:
    """Variables of a dotenv file, secrets masked."""
    return _of((read_dotenv(text), ()), "dotenv")


def _of(read: tuple[Node | None, tuple[Trouble, ...]], form: str) -> Facts:
    document, troubles = read
    return Facts(
        kind="config", leaves=leaves(document) if document is not None else (), attrs=_attrs(form), troubles=troubles
    )


def _is_data(document: Node) -> bool:
    records = [part for part in document.parts if part.kind in ("map", "list")]
    if document.kind == "list":
        return bool(records) or len(document.parts) > MIN_RECORDS
    return any(len(part.parts) >= 10 * MIN_RECORDS for part in document.entries.values())


def _columns(document: Node) -> tuple[str, ...]:
    first = next((part for part in document.parts if part.kind == "map"), None)
    return tuple(first.entries)[:500] if first is not None else ()


def _attrs(form: str) -> tuple[tuple[str, str], ...]:
    return (("format", form),)


def _too_large() -> Trouble:
    return Trouble(None, f"more than {MAX_YAML} characters of configuration", "too-large")


YAML = Reader(name="config", names=("*.yaml", "*.yml"), read=over_text(read_yaml_config))
TOML = Reader(name="config", names=("*.toml",), read=over_text(read_toml_config))
JSON = Reader(name="config", names=("*.json",), read=read_json_config)
INI = Reader(name="config", names=("*.ini", "*.cfg"), read=over_text(read_ini_config))
DOTENV = Reader(name="config", names=(".env", ".env.*", "*.env", ".Renviron"), read=over_text(read_dotenv_config))
