"""Finds rules: one folder a family, one module and one page a rule."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import zlib
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType

import msgspec

from auditor.model import compiled
from auditor.model.errors import UsageError
from auditor.model.page import RulePage, read_page, title_of
from auditor.model.verdict import REGULAR, Precision, RuleInfo
from auditor.rulekit import CheckFunction, Family, Rule


class Loaded(msgspec.Struct, frozen=True):
    """One rule ready to run, with the text of its page."""

    rule: Rule
    info: RuleInfo
    check: CheckFunction
    text: str

    @property
    def page(self) -> RulePage:
        """Its page, section by section."""
        return read_page(self.rule.id, self.text)


class Registry(msgspec.Struct, frozen=True):
    """Families in order, and rules by id."""

    families: tuple[Family, ...]
    rules: dict[str, Loaded]

    def shown_to(self, persona: str) -> Registry:
        """The rules that a persona is shown: the pedantic see all."""
        rules = {id_: loaded for id_, loaded in self.rules.items() if loaded.rule.persona in (REGULAR, persona)}
        return msgspec.structs.replace(self, rules=rules)


@lru_cache(maxsize=8)
def registry(extra: str = "") -> Registry:
    """The rules that ship with auditor, and those of an extra folder named by the user (never by the target)."""
    families: dict[str, Family] = {}
    rules: dict[str, Loaded] = {}
    for package, home in [("auditor.rules", files("auditor.rules"))]:
        for folder in sorted(home.iterdir(), key=lambda f: f.name):
            if folder.is_dir() and folder.joinpath("__init__.py").is_file():
                _family(
                    importlib.import_module(f"{package}.{folder.name}"),
                    f"{package}.{folder.name}",
                    folder,
                    families,
                    rules,
                )
    if extra:
        _extra(Path(extra), families, rules)
    known, blind = _measured(files("auditor.rules"))
    for id_, loaded in rules.items():
        info = msgspec.structs.replace(loaded.info, precision=known.get(id_), outside=blind.get(id_))
        rules[id_] = msgspec.structs.replace(loaded, info=info)
    ordered = tuple(sorted(families.values(), key=lambda f: f.order))
    return Registry(ordered, dict(sorted(rules.items())))


def _measured(home: Traversable) -> tuple[dict[str, Precision], dict[str, Precision]]:
    """How often each rule was right where it was known and outside, from the tables that the evidence is folded into."""
    tables = compiled.loads(home.joinpath("precision.toml").read_text("utf-8"), "precision.toml")
    known, blind = (msgspec.convert(tables[name], dict[str, Precision]) for name in ("rules", "outside"))
    return known, blind


def _family(
    module: ModuleType, package: str, folder: Traversable, families: dict[str, Family], rules: dict[str, Loaded]
) -> None:
    family = getattr(module, "FAMILY", None)
    if not isinstance(family, Family):
        return
    families.setdefault(family.id, family)
    held = {each.name: each for each in folder.iterdir()}
    for source in sorted(held):
        if source.endswith(".py") and not source.startswith("_"):
            name = source.removesuffix(".py")
            loaded = importlib.import_module(f"{package}.{name}")
            page = held.get(f"{name}.md")
            text = page.read_bytes().decode("utf-8") if page is not None else ""
            _take(loaded, family, text.replace("\r\n", "\n"), rules)  # the user's own pages may end their lines so


def _take(module: ModuleType, family: Family, text: str, rules: dict[str, Loaded]) -> None:
    rule, check = module.RULE, module.check
    if rule.id in rules:
        raise UsageError(f"rule {rule.id} is defined twice; give {module.__name__} another id")
    title = title_of(rule.id, text) or rule.name
    rules[rule.id] = Loaded(rule, rule.info(family=family.id, title=title), check, text)


def _extra(folder: Path, families: dict[str, Family], rules: dict[str, Loaded]) -> None:
    """Rules of the user's own: a folder of family folders, laid out like ours."""
    if not folder.is_dir():
        raise UsageError(f"--rules {folder}: there is no such folder")
    for home in sorted(folder.iterdir()):
        if not (home / "__init__.py").is_file():
            continue
        place = zlib.crc32(
            str(home.resolve()).encode("utf-8", "surrogateescape")
        )  # two folders may call a family the same
        package = f"auditor_extra_rules_{place:08x}_{home.name}"
        spec = importlib.util.spec_from_file_location(
            package, home / "__init__.py", submodule_search_locations=[str(home)]
        )
        if spec is None or spec.loader is None:
            raise UsageError(f"--rules {home}: Python cannot load this folder as a package")
        module = importlib.util.module_from_spec(spec)
        sys.modules[package] = module
        spec.loader.exec_module(module)
        _family(module, package, home, families, rules)
