"""The pages of the rules that an audit applied, found by name: rendering needs the prose of a rule, not its code."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from auditor.model.audit import Audit
from auditor.model.page import RulePages, read_page


def rule_pages(audit: Audit, extra: Path | None = None) -> RulePages:
    """The page of each rule by id, from the rules that ship with auditor and from a folder of further ones."""
    homes: list[Traversable] = [files("auditor.rules"), *([extra] if extra is not None else [])]
    texts = {name: page for home in homes for name, page in _pages(home)}
    named = {rule.id: texts.get(rule.name) for rule in audit.rules}
    return {id_: read_page(id_, page.read_text("utf-8") if page is not None else "") for id_, page in named.items()}


def _pages(home: Traversable) -> list[tuple[str, Traversable]]:
    """The pages under a folder of families, by the name of their rule."""
    families = [folder for folder in sorted(home.iterdir(), key=lambda f: f.name) if folder.is_dir()]
    pages = [page for folder in families for page in sorted(folder.iterdir(), key=lambda f: f.name)]
    return [(p.name.removesuffix(".md").replace("_", "-"), p) for p in pages if p.name.endswith(".md")]
