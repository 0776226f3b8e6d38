"""Everything that the archetypes of a component are told by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

import msgspec

from auditor.graph import places
from auditor.graph.declared.steps import Steps
from auditor.graph.observed.lineage import Lineage
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const, Group
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.calls.effects import Effect
from auditor.program.naming.scopes import last_name


class Signal(msgspec.Struct, frozen=True):
    """One reason for an archetype: how much it says, in [-1, 1], and its words."""

    letter: str
    weight: float
    says: str


class Portrait:
    """Everything that the signals look at, for one component."""

    def __init__(
        self, root: str, owned: Callable[[str], bool], resolved: Resolved, lineage: Lineage, steps: Steps, name: str
    ) -> None:
        self.root = root
        self.owned = owned
        self.resolved = resolved
        self.lineage = lineage
        self.steps = steps
        self.name = name

    @cached_property
    def programs(self) -> list[str]:
        """Programs of the component, tests left out."""
        return [path for path in self.resolved.code.paths if self.owned(path) and not places.is_test(path)]

    @cached_property
    def product(self) -> list[str]:
        """Programs that are neither tests nor examples."""
        return [path for path in self.programs if places.is_product(path)]

    @cached_property
    def effects(self) -> list[Effect]:
        """Effects of the component's own product code."""
        product = frozenset(self.product)
        return [effect for effect in self.resolved.effects.all() if effect.site[0] in product]

    @cached_property
    def roles(self) -> dict[Role, int]:
        """How often each role occurs."""
        counts: dict[Role, int] = {}
        for effect in self.effects:
            counts[effect.role] = counts.get(effect.role, 0) + 1
        return counts

    @cached_property
    def services(self) -> list[str]:
        """Programs that answer requests with a model."""
        return serving_programs(self.product, self.resolved, self.lineage)

    @cached_property
    def readme(self) -> str:
        """The README at the component's root, else that of the repository: titles, then the text."""
        for root in dict.fromkeys((self.root, "")):
            beside = sorted(path for path in self.resolved.files if path.rpartition("/")[0] == root)
            for path in (path for path in beside if path.rpartition("/")[2].lower().startswith("readme")):
                if (facts := self.resolved.files[path]).sections:
                    titles = " ".join(section.title for section in facts.sections[:12])
                    text = "\n".join(section.text for section in facts.sections)
                    return f"{titles}\n{text}"
        return ""

    @cached_property
    def package(self) -> str:
        """The name that the component is installed under, as far as its definition says; "" otherwise, or where it says that
        only an environment is made of it."""
        facts = self.resolved.files.get(f"{self.root}/pyproject.toml".lstrip("/"))
        if facts is not None and any(leaf.key in _NO_PACKAGE and leaf.value is False for leaf in facts.leaves):
            return ""
        named = facts.attr("package") if facts is not None else None
        return named or self._setup("name") or self._configured("package")

    @cached_property
    def is_imported_by_readers(self) -> bool:
        """Whether the README, a page of the documentation or an example imports a package of the component."""
        above = f"{self.root}/" if self.root else ""
        below = (path.removeprefix(above).removeprefix("src/") for path in self.product)
        packages = {name for name, inner, _ in (path.partition("/") for path in below) if inner}
        if not packages:
            return False
        told = regex(rf"(?:^|[\s>`])(?:from|import) (?:{'|'.join(map(re.escape, sorted(packages)))})\b")
        if told.search(self.readme):
            return True
        owned = [path for path in self.resolved.files if self.owned(path)]
        if any(
            told.search(section.text)
            for path in owned
            if places.is_documentation(path)
            for section in self.resolved.files[path].sections
        ):
            return True
        code = self.resolved.code
        return any(
            not packages.isdisjoint(code.roots(path))
            for path in owned
            if path in code.programs and places.is_example(path)
        )

    @cached_property
    def described(self) -> str:
        """What setup.py says of the component in a line or two."""
        return self._setup("description")

    @cached_property
    def classifiers(self) -> int:
        """How many classifiers for an index the definition names."""
        facts = self.resolved.files.get(f"{self.root}/pyproject.toml".lstrip("/"))
        declared = int(facts.attr("classifiers") or 0) if facts is not None else 0
        return declared or len(self._setup("classifiers").splitlines()) or int(self._configured("classifiers") or 0)

    def _configured(self, attr: str) -> str:
        """What setup.cfg says of the package."""
        facts = self.resolved.files.get(f"{self.root}/setup.cfg".lstrip("/"))
        return (facts.attr(attr) or "") if facts is not None else ""

    def _setup(self, keyword: str) -> str:
        """A text, or the lines of a list, that a call of `setup` is given under a keyword by a program that makes a package."""
        for call in self._setups:
            given = dict(call.keywords).get(keyword)
            items = given.items if type(given) is Group else (given,)
            texts = [str(item.value) for item in items if type(item) is Const and item.value]
            if texts:
                return "\n".join(texts)
        return ""

    @cached_property
    def _setups(self) -> list[Call]:
        """The calls of `setup` in setup.py, or where there is none in another program at the root (`build_pip_package.py`)."""
        code, at = self.resolved.code, f"{self.root}/setup.py".lstrip("/")
        beside = [path for path in code.programs if path.rpartition("/")[0] == self.root and self._packs(path)]
        return [
            call
            for path in ([at] if at in code.programs else sorted(beside))
            for _, call in code.calls(path)
            if last_name(call.func) == "setup"
        ]

    def _packs(self, path: str) -> bool:
        """Whether a program imports what packages are made with."""
        imports = (
            name.module for statement, _, _ in self.resolved.code.index(path, 0).imports for name in statement.names
        )
        return any(module.partition(".")[0] in ("setuptools", "distutils") for module in imports)

    @property
    def is_package(self) -> bool:
        """Whether it is set up to be installed."""
        return self.has("setup.py") or self.has("pyproject.toml")

    def logical(self, paths: Iterable[str]) -> int:
        """Logical lines of some programs."""
        return sum(self.resolved.code.programs[path].logical for path in paths)

    def has(self, name: str) -> bool:
        """Whether the component's root holds a file or folder of that name."""
        return self.lineage.identities.exists(f"{self.root}/{name}" if self.root else name)


_NO_PACKAGE = frozenset({"tool.uv.package", "tool.poetry.package-mode"})
"""Settings by which a definition says whether there is anything to install."""


def serving_programs(paths: Iterable[str], resolved: Resolved, lineage: Lineage) -> list[str]:
    """Programs that answer requests and reach a model: demos do not count."""
    serving = resolved.effects.own_playing(Role.SERVE)
    served = {effect.site[0] for effect in serving if not effect.entry.attrs.get("demo")}
    return [
        path
        for path in paths
        if path in served and {"test", "tests"}.isdisjoint(path.split("/")) and lineage.reaches_model(path)
    ]
